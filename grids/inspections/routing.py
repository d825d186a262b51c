"""Routes of joint inspections: who visits what and when, balanced, inside windows, with what was left out and why.

A joint team of several departments is one vehicle. Times are minutes of the day, places metres in one metric CRS.
Visits are optional with a prize above any walk, so a plan always comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyvrp

from grids.assessment.rule_set import Values
from grids.assessment.score import Said
from grids.errors import InputError
from grids.inspections.plans import Plan, Site, Stop, Team, Visit, Walks, clock, serves
from grids.inspections.solver import solve
from grids.inspections.walking import Streets, walking_m


def plan(
    sites: Sequence[Site], teams: Sequence[Team], values: Values, network: Streets | None = None, *,
    seconds: float = 2.5, seed: int = 1, before: Plan | None = None, patience: int = 1200,
    hours: tuple[int, int] | None = None,
) -> Plan:  # fmt: skip
    """Routes for ``teams`` over ``sites``, inside the rule set's legal hours or others that were approved.

    Balanced: minutes beyond a team's even share cost double. ``before`` starts the search from an earlier
    plan (a team that dropped out is simply not in ``teams`` any more). Stops after ``seconds``, or ``patience``
    rounds without a better plan. Raises InputError without a team, or for a code used twice or a lock on an unknown team.
    """
    _check(sites, teams)
    opens, closes = hours or (int(values["in2.hours_from_minute"]), int(values["in2.hours_to_minute"]))
    teams = [replace(team, begins=max(team.begins, opens), ends=min(team.ends, closes)) for team in teams]
    left_out = {site.code: NO_GEOMETRY for site in sites if site.position is None}
    placed = [site for site in sites if site.position is not None]
    placed = [replace(site, opens=max(site.opens, opens), closes=min(site.closes, closes)) for site in placed]
    stops = _together(placed, teams)
    walks = _walks(stops, teams, values, network)
    reachable = []
    for place, stop in enumerate(stops):
        reason = _impossible(stop, teams, walks, place)
        if reason is None:
            reachable.append(place)
        else:
            left_out |= {site.code: reason for site in stop.sites}
    stops, walks = [stops[place] for place in reachable], walks.only(reachable)
    if not stops or not teams:
        return Plan({team.code: () for team in teams}, left_out, 0, {team.code: 0 for team in teams})
    solution = solve(stops, teams, walks, seconds, seed, before, patience)
    return _told(solution, stops, teams, walks, left_out)


def replan(
    before: Plan, sites: Sequence[Site], teams: Sequence[Team], values: Values, network: Streets | None = None, *,
    seconds: float = 0.6, seed: int = 1, keep_teams: bool = False,
) -> Plan:  # fmt: skip
    """A plan from an earlier one, within a second: a team dropped out, a site came or went.

    ``keep_teams`` holds every site that a present team already had with that team.
    """
    if keep_teams:
        present = {team.code for team in teams}
        held = {
            visit.site: code for code, route in before.routes.items() if code in present for visit in route
        }
        sites = [replace(site, team=site.team or held.get(site.code)) for site in sites]
    return plan(sites, teams, values, network, seconds=seconds, seed=seed, before=before)


def _check(sites: Sequence[Site], teams: Sequence[Team]) -> None:
    if not teams:
        raise InputError("a plan needs a team")
    for what, codes in (("site", [s.code for s in sites]), ("team", [t.code for t in teams])):
        doubled = {code for code in codes if codes.count(code) > 1} if len(set(codes)) < len(codes) else set()
        if doubled:
            raise InputError(f"{what} {min(doubled)!r} is listed twice")
    for site in sites:
        if site.team is not None and site.team not in {team.code for team in teams}:
            raise InputError(f"site {site.code!r} is locked to team {site.team!r}, which is not there")
        if site.minutes < 0:
            raise InputError(f"site {site.code!r} takes {site.minutes} minutes")


def _together(sites: Sequence[Site], teams: Sequence[Team]) -> list[Stop]:
    """Stops: sites of one building and lock become one visit where their windows overlap and one team can do all."""
    groups: dict[tuple[str, str | None], list[Site]] = {}
    for site in sites:
        groups.setdefault((site.building or f"\0{site.code}", site.team), []).append(site)
    stops = []
    for held in groups.values():
        joint = _stop(held)
        fits = joint.opens + joint.minutes <= joint.closes and any(serves(team, joint) for team in teams)
        stops += [joint] if fits else [_stop([site]) for site in held]
    return stops


def _stop(sites: Sequence[Site]) -> Stop:
    return Stop(
        tuple(sites), sum(s.minutes for s in sites), max(s.opens for s in sites), min(s.closes for s in sites),
        frozenset().union(*(s.skills for s in sites)), sites[0].team, sum(s.importance for s in sites),
    )  # fmt: skip


def _walks(stops: Sequence[Stop], teams: Sequence[Team], values: Values, network: Streets | None) -> Walks:
    places = [team.position for team in teams] + [stop.sites[0].position or (0.0, 0.0) for stop in stops]
    metres = walking_m(places, network, float(values["in2.detour_factor"]))
    minutes = metres / int(values["in2.walk_m_per_minute"])
    return Walks(len(teams), metres, np.ceil(minutes - 1e-9))


NO_GEOMETRY = Said("没有位置，无法排入路线", "the site has no geometry")
NO_TIME = Said("各队时间已排满", "no team has time left")


def _impossible(stop: Stop, teams: Sequence[Team], walks: Walks, place: int) -> Said | None:
    """Why no team could ever visit a stop, even alone on its round; None if one could."""
    if stop.opens + stop.minutes > stop.closes:
        return Said(
            f"时段{clock(stop.opens)}–{clock(stop.closes)}容不下{stop.minutes}分钟",
            f"{stop.minutes} minutes do not fit into {clock(stop.opens)}–{clock(stop.closes)}",
        )
    able = [n for n, team in enumerate(teams) if serves(team, stop)]
    if not able:
        names = "、".join(sorted(stop.skills)) or str(stop.team)
        return Said(f"没有队伍具备：{names}", f"no team has {names}")
    walk = walks.minutes[able, walks.teams + place]
    if not np.isfinite(walk).any():
        return Said("路网不连通，步行无法到达", "no path on the street network leads there")
    for n, minutes in zip(able, walk.tolist(), strict=True):
        start = max(teams[n].begins + minutes, stop.opens)
        if start + stop.minutes <= stop.closes and start + stop.minutes + minutes <= teams[n].ends:
            return None
    return Said("在队伍工作时间内无法往返", "no team can go there and back within its hours")


def _told(
    solution: pyvrp.Solution,
    stops: Sequence[Stop],
    teams: Sequence[Team],
    walks: Walks,
    left_out: Mapping[str, Said],
) -> Plan:
    routes: dict[str, tuple[Visit, ...]] = {team.code: () for team in teams}
    minutes = dict.fromkeys(routes, 0)
    walked = 0
    for route in solution.routes():
        here = int(route.vehicle_type())
        order = [int(item.idx) for item in route.schedule() if item.is_client()]
        visits, back_m, home = _visits(teams[here], here, order, stops, walks, int(route.start_time()))
        routes[teams[here].code] = visits
        minutes[teams[here].code] = home - int(route.start_time()) if visits else 0
        walked += sum(visit.walk_m for visit in visits) + back_m
    seen = {visit.site for visits in routes.values() for visit in visits}
    missed = {site.code: NO_TIME for stop in stops for site in stop.sites if site.code not in seen}
    return Plan(routes, {**left_out, **missed}, walked, minutes)


def _visits(
    team: Team, here: int, order: Sequence[int], stops: Sequence[Stop], walks: Walks, leaves: int
) -> tuple[tuple[Visit, ...], int, int]:
    """(visits in order, metres back, minute of return); what would break a window is skipped."""
    visits: list[Visit] = []
    home, at = leaves, here
    for place in order:
        to, stop = walks.teams + place, stops[place]
        if not np.isfinite(walks.minutes[at, to]) or not serves(team, stop):
            continue
        arrives = leaves + int(walks.minutes[at, to])
        starts = max(arrives, stop.opens)
        back = starts + stop.minutes + walks.minutes[to, here]
        if starts + stop.minutes > stop.closes or back > team.ends:
            continue
        metres = round(float(walks.metres[at, to]))
        for site in stop.sites:
            visits.append(Visit(site.code, arrives, starts, starts + site.minutes, metres))
            arrives = starts = starts + site.minutes
            metres = 0
        leaves, at, home = starts, to, int(back)
    return tuple(visits), round(float(walks.metres[at, here])), home
