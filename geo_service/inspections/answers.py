"""Inspections as the console and the phone read them. ``kin`` never leaves; counts of the register only for those who may."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo_service.access import Principal
from geo_service.inspections import lists, stages
from geo_service.inspections.choosing import reasons_of
from geo_service.inspections.signals import Candidates
from geo_service.queries import inspections as queries
from geo_service.tables.inspections import (
    Finding,
    Inspection,
    InspectionPhoto,
    InspectionResult,
    InspectionStop,
    Measure,
    Ticket,
)
from grids.assessment.rule_set import Values


def ranked(found: Candidates, what: str, limit: int) -> dict[str, Any]:
    """The ranking with the reasons in words, best first."""
    reasons = reasons_of(found)
    table = found.ranking.sites.head(limit).join(
        found.facts[
            ["name", "committee_code", "address", "lon", "lat", "last_visit_on", "listed_from", "listed_to"]
        ]
    )
    return {
        "day": found.day,
        "what": what,
        "count": len(found.ranking.sites),
        "control_share": float(found.values["in1.control_share"]),
        "rules": found.values.label,
        "sites": [
            {
                "code": str(code), "name": row["name"], "kind": row["kind"], "committee_code": row["committee_code"],
                "address": row["address"], "point": _point(row["lon"], row["lat"]), "score": round(float(row["score"]), 3),
                "rank": int(row["rank"]), "last_visit_on": _day(row["last_visit_on"]), "reasons": reasons.get(str(code), []),
            }
            for code, row in table.to_dict("index").items()
        ],
    }  # fmt: skip


def _point(lon: Any, lat: Any) -> list[float] | None:
    return None if lon is None or lon != lon else [float(lon), float(lat)]


def _day(value: Any) -> Any:
    return None if value is None or value != value else value


def brief(inspection: Inspection, stops: list[InspectionStop]) -> dict[str, Any]:
    """One line of the list."""
    held = [stop for stop in stops if not stop.removed]
    return {
        **{
            k: getattr(inspection, k)
            for k in ("id", "title", "day", "state", "revision", "leader", "created_by")
        },
        "stops": len(held),
        "visited": sum(stop.outcome is not None for stop in held),
        "teams": len(inspection.teams),
    }


def whole(session: Session, who: Principal, inspection: Inspection, values: Values) -> dict[str, Any]:
    """An inspection with its stops, findings, measures and receipts; of one's own committees where one is limited."""
    sub = inspection.subdistrict_code
    stops = queries.stops(session, sub, inspection.id)
    places = queries.site_names(session, sub, [str(s.site_code or s.building_code) for s in stops])
    stops = [
        s
        for s in stops
        if who.may_see(places.get(str(s.site_code or s.building_code), {}).get("committee_code"))
    ]
    mine = {s.id for s in stops}
    results = [r for r in queries.results(session, sub, inspection.id) if r.stop_id in mine]
    findings = [f for f in queries.findings(session, sub, inspection.id) if f.stop_id in mine]
    keys = (
        "leader",
        "parties",
        "teams",
        "plan",
        "out_of_hours_reason",
        "second_approver",
        "hours_from",
        "hours_to",
    )
    begins, ends = stages.hours(inspection, values)
    return {
        **brief(inspection, stops),
        **{k: getattr(inspection, k) for k in keys},
        "hours": [begins, ends],
        "needs_approval": stages.outside_hours(inspection, values) and inspection.second_approver is None,
        "stop_list": [_stop(s, places, who) for s in stops],
        "findings": [finding(f) for f in findings],
        "measures": [measure(m) for m in queries.measures(session, sub, inspection.id)],
        "results": [_result(r) for r in results],
        "photos": _photos(session, sub, inspection, mine),
    }


def _stop(stop: InspectionStop, places: dict[str, dict[str, Any]], who: Principal) -> dict[str, Any]:
    code = str(stop.site_code or stop.building_code)
    place = places.get(code, {})
    keys = (
        "id", "site_code", "building_code", "team", "position", "arrive_at", "minutes", "opens", "closes", "locked",
        "outcome", "visited_at", "removed", "control",
    )  # fmt: skip
    return {
        **{k: getattr(stop, k) for k in keys},
        "code": code,
        "name": place.get("name", code),
        "kind": place.get("kind"),
        "address": place.get("address"),
        "committee_code": place.get("committee_code"),
        "point": _point(place.get("lon"), place.get("lat")),
        "checklist": lists.checklist(str(place.get("kind"))),
        "score": stop.score,
        "reasons": stop.reasons if who.may("records.read") else [],
    }


def finding(f: Finding) -> dict[str, Any]:
    keys = (
        "id", "stop_id", "result_id", "building_code", "dwelling_code", "room_code", "kind", "found_on", "people",
        "area_m2", "note",
    )  # fmt: skip
    return {k: getattr(f, k) for k in keys}


def measure(m: Measure, today: dt.date | None = None) -> dict[str, Any]:
    keys = (
        "id", "inspection_id", "finding_id", "site_code", "building_code", "kind", "department", "due_on", "state",
        "revisit_on", "closed_on", "evidence", "revision", "history",
    )  # fmt: skip
    late = (
        {} if today is None else {"days_late": max(0, (today - m.due_on).days) if m.state != "closed" else 0}
    )
    return {k: getattr(m, k) for k in keys} | late


def ticket(t: Ticket) -> dict[str, Any]:
    return {
        k: getattr(t, k)
        for k in ("id", "dwelling_code", "kind", "state", "revision", "history", "created_at")
    }


def _result(r: InspectionResult) -> dict[str, Any]:
    keys = (
        "id",
        "stop_id",
        "corrects",
        "outcome",
        "state",
        "visited_at",
        "clock_off_s",
        "account",
        "received_at",
    )
    return {k: getattr(r, k) for k in keys}


def _photos(session: Session, sub: str, inspection: Inspection, stops: set[Any]) -> list[dict[str, Any]]:
    photo = InspectionPhoto
    query = select(photo.id, photo.stop_id, photo.width, photo.height, photo.received_at).where(
        photo.subdistrict_code == sub, photo.inspection_id == inspection.id
    )
    return [
        dict(r)
        for r in session.execute(query.order_by(photo.received_at)).mappings()
        if r["stop_id"] in stops
    ]


def pack(
    session: Session, who: Principal, inspection: Inspection, team: str | None, values: Values
) -> dict[str, Any]:
    """What a team carries along: its stops with dwellings, rooms as designed, checklists and the letting limits."""
    told = whole(session, who, inspection, values)
    stops = [s for s in told["stop_list"] if not s["removed"] and (team is None or s["team"] == team)]
    buildings = _buildings(session, inspection, stops)
    homes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for home in queries.homes_in(
        session, inspection.subdistrict_code, sorted({b for held in buildings.values() for b in held})
    ):
        homes[home["building_code"]].append(home)
    for stop in stops:
        found = [home for building in buildings[stop["code"]] for home in homes[building]]
        stop["dwellings"] = [h for h in found if h["let"]] or found
        for blind in (
            "reasons",
            "score",
            "control",
        ):  # who walks along does not know which places were drawn by lot
            stop.pop(blind)
    ids = {s["id"] for s in stops}
    limits = ("people_per_room_max", "area_per_person_min_m2", "kin_exempts_count", "partition_allowed",
              "bed_letting_allowed", "living_purposes", "legal_basis")  # fmt: skip
    return {
        **{k: told[k] for k in ("id", "title", "day", "state", "revision", "hours", "leader", "parties")},
        "team": team,
        "teams": [t["code"] for t in inspection.teams],
        "stops": stops,
        "results": [r for r in told["results"] if r["stop_id"] in ids],
        "limits": {name: values[f"ex1.{name}"] for name in limits},
        "finding_of": lists.FINDING_OF,
    }


def _buildings(session: Session, inspection: Inspection, stops: list[dict[str, Any]]) -> dict[str, list[str]]:
    pairs = queries.buildings_of(session, inspection.subdistrict_code, "sites", inspection.day)
    by_site = pairs.groupby("code")["building_code"].apply(list).to_dict() if len(pairs) else {}
    return {
        s["code"]: by_site.get(s["site_code"], []) if s["site_code"] else [s["building_code"]] for s in stops
    }
