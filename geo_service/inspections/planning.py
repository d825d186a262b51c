"""Routes of an inspection: stops and teams to ``grids.inspections.routing`` and back, on the town's own streets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pyproj import Transformer
from sqlalchemy.orm import Session

from geo_service.dependencies import SHANGHAI
from geo_service.inspections import stages
from geo_service.inspections.ground import street_network
from geo_service.problems import Problem
from geo_service.queries import inspections as queries
from geo_service.queries.places import subdistrict_of
from geo_service.tables.inspections import Inspection, InspectionStop
from grids.assessment.rule_set import Values
from grids.inspections.plans import Plan, Site, Team, Visit
from grids.inspections.routing import plan, replan


def make_route(
    session: Session,
    inspection: Inspection,
    values: Values,
    *,
    seconds: float,
    keep_teams: bool,
    without: Sequence[str],
) -> dict[str, Any]:
    """Plan or re-plan an inspection and write the order into its stops; returns the plan as stored."""
    sub = inspection.subdistrict_code
    stages.check_approved(inspection, values)
    town = subdistrict_of(session, sub)
    assert town is not None
    stops = [stop for stop in queries.stops(session, sub, inspection.id) if not stop.removed]
    waiting = [stop for stop in stops if stop.outcome is None]
    if not waiting:
        raise Problem("no-stops", 409, "没有待检查的场所。 / There is nothing left to visit.")
    present = [team for team in inspection.teams if team["code"] not in set(without)]
    if not present:
        raise Problem("no-team", 409, "至少要有一支队伍。 / A plan needs a team.")
    to_metres = Transformer.from_crs(4326, town["srid"], always_xy=True)
    places = queries.site_names(session, sub, [str(stop.site_code or stop.building_code) for stop in waiting])
    sites = [_site(stop, places, to_metres, {team["code"] for team in present}) for stop in waiting]
    teams = [_team(team, _start(town, places), to_metres) for team in present]
    network = street_network(session, sub, town["srid"])
    before = _plan(inspection.plan)
    hours = stages.hours(inspection, values)
    if before is None:
        found = plan(sites, teams, values, network, seconds=seconds, hours=hours)
    else:
        # Re-planning keeps to the legal hours by itself; approved hours need the wider call.
        found = (
            replan(before, sites, teams, values, network, seconds=min(seconds, 0.6), keep_teams=keep_teams)
            if hours == stages.legal_hours(values)
            else plan(sites, teams, values, network, seconds=min(seconds, 0.6), before=before, hours=hours)
        )
    _write(inspection, waiting, found)
    inspection.plan = _stored(found, network is not None, sorted(without))
    return inspection.plan


def _start(town: dict[str, Any], places: dict[str, dict[str, Any]]) -> tuple[float, float]:
    """Where teams set out that have no place of their own: the middle of the sites, else of the town."""
    known = [(p["lon"], p["lat"]) for p in places.values() if p["lon"] is not None]
    if known:
        return sum(p[0] for p in known) / len(known), sum(p[1] for p in known) / len(known)
    west, south, east, north = town["bbox"] or (0.0, 0.0, 0.0, 0.0)
    return (west + east) / 2, (south + north) / 2


def _site(
    stop: InspectionStop, places: dict[str, dict[str, Any]], to_metres: Transformer, teams: set[str]
) -> Site:
    place = places.get(str(stop.site_code or stop.building_code))
    position = None
    if place is not None and place["lon"] is not None:
        position = to_metres.transform(place["lon"], place["lat"])
    return Site(
        str(stop.id), position, stop.minutes, 0 if stop.opens is None else stop.opens,
        1440 if stop.closes is None else stop.closes, building=stop.building_code,
        team=stop.team if stop.locked and stop.team in teams else None, importance=1.0 + min(float(stop.score or 0), 10) / 100,
    )  # fmt: skip


def _team(team: dict[str, Any], start: tuple[float, float], to_metres: Transformer) -> Team:
    lon, lat = (team["lon"], team["lat"]) if team.get("lon") is not None else start
    return Team(
        team["code"],
        to_metres.transform(lon, lat),
        team["begins"],
        team["ends"],
        frozenset(team["departments"]),
    )


def _write(inspection: Inspection, stops: Sequence[InspectionStop], found: Plan) -> None:
    by_id = {str(stop.id): stop for stop in stops}
    for stop in stops:
        stop.team = stop.team if stop.locked else None
        stop.position = stop.arrive_at = None
    midnight = dt.datetime.combine(inspection.day, dt.time(), SHANGHAI)
    for team, visits in found.routes.items():
        for place, visit in enumerate(visits):
            stop = by_id[visit.site]
            stop.team, stop.position = team, place + 1
            stop.arrive_at = midnight + dt.timedelta(minutes=visit.arrives)


def _stored(found: Plan, on_streets: bool, without: list[str]) -> dict[str, Any]:
    return {
        "routes": {team: [vars(visit) for visit in visits] for team, visits in found.routes.items()},
        "left_out": {site: {"zh": said.zh, "en": said.en} for site, said in found.left_out.items()},
        "walk_m": int(found.walk_m),
        "minutes": {team: int(minutes) for team, minutes in found.minutes.items()},
        "on_streets": on_streets,
        "without": without,
    }


def _plan(stored: dict[str, Any]) -> Plan | None:
    if not stored.get("routes"):
        return None
    routes = {team: tuple(Visit(**visit) for visit in visits) for team, visits in stored["routes"].items()}
    return Plan(routes, {}, stored["walk_m"], stored["minutes"])
