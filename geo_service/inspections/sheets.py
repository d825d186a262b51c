"""The sheets of an inspection (F-6): gathered here, drawn by ``map_ui.review.sheets``."""

from __future__ import annotations

import datetime as dt
from typing import Any

import shapely
from pyproj import Transformer
from sqlalchemy.orm import Session

from geo_service.access import Principal
from geo_service.dependencies import SHANGHAI
from geo_service.inspections import answers
from geo_service.queries import inspections as queries
from geo_service.queries.places import subdistrict_of
from geo_service.tables.inspections import Inspection
from grids.assessment.rule_set import Values
from map_ui.review.sheet_book import as_xlsx
from map_ui.review.sheets import Sheets, SiteSheet, TeamSheet, as_html

__all__ = ["POLICY", "as_html", "as_xlsx", "gather"]
#: The page has no script and fetches nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
EMPTY_STREETS = shapely.MultiLineString()


def gather(
    session: Session, who: Principal, inspection: Inspection, values: Values, now: dt.datetime, base_url: str
) -> Sheets:
    """Everything on paper: order, times, checklists, a street map around each route. No name, no record, no reason."""
    town = subdistrict_of(session, inspection.subdistrict_code)
    assert town is not None
    told = answers.whole(session, who, inspection, values)
    to_metres = Transformer.from_crs(4326, town["srid"], always_xy=True)
    streets = shapely.from_wkb(queries.walkways(session, inspection.subdistrict_code, town["srid"]))
    stops = [s for s in told["stop_list"] if not s["removed"]]
    codes: list[str | None] = [*[t["code"] for t in inspection.teams], None]
    drawn = [_team(inspection, code, stops, to_metres, streets, base_url) for code in codes]
    return Sheets(
        town=town["name"], town_en=town["name_en"] or town["name"], title=inspection.title, day=inspection.day,
        hours=tuple(told["hours"]), leader=inspection.leader, parties=tuple(inspection.parties),
        number=str(inspection.id)[:8].upper(), printed_at=now.astimezone(SHANGHAI),
        legal_basis=str(values["ex1.legal_basis"]), people_max=int(values["ex1.people_per_room_max"]),
        area_min_m2=float(values.fraction("ex1.area_per_person_min_m2")),
        teams=tuple(sheet for sheet in drawn if sheet.sites),
    )  # fmt: skip


def _team(
    inspection: Inspection,
    code: str | None,
    stops: list[dict[str, Any]],
    to_metres: Transformer,
    streets: Any,
    base_url: str,
) -> TeamSheet:
    mine = sorted((s for s in stops if s["team"] == code), key=lambda s: (s["position"] or 999, s["code"]))
    team = next((t for t in inspection.teams if t["code"] == code), dict[str, Any](departments=[]))
    visits = {v["site"]: v for v in inspection.plan.get("routes", {}).get(code, [])}
    sites = tuple(_site(inspection, s, visits.get(str(s["id"])), to_metres, base_url) for s in mine)
    points = [site.point_m for site in sites if site.point_m]
    near: list[list[tuple[float, float]]] = []
    if points:
        frame = shapely.MultiPoint(points).buffer(220).envelope
        near = [
            list(line.coords)
            for found in streets
            if (cut := found.intersection(frame))
            for line in _lines(cut)
        ]
    return TeamSheet(code, tuple(team["departments"]), sites, tuple(tuple(line) for line in near))


def _lines(cut: Any) -> list[Any]:
    return [part for part in shapely.get_parts(cut) if part.geom_type == "LineString"]


def _site(
    inspection: Inspection,
    stop: dict[str, Any],
    visit: dict[str, Any] | None,
    to_metres: Transformer,
    base_url: str,
) -> SiteSheet:
    arrive = stop["arrive_at"].astimezone(SHANGHAI) if stop["arrive_at"] else None
    return SiteSheet(
        code=stop["code"], name=stop["name"], kind=stop["kind"] or "rented_building", address=stop["address"],
        position=stop["position"], arrives=arrive.strftime("%H:%M") if arrive else None, minutes=stop["minutes"],
        walk_m=visit["walk_m"] if visit else None, checklist=tuple(stop["checklist"]),
        point_m=to_metres.transform(*stop["point"]) if stop["point"] else None,
        link=f"{base_url}phone.html#/{inspection.id}/{stop['id']}",
    )  # fmt: skip
