"""What the phones send: taken once, in any order, however late; findings by room with EX-1; corrections leave a trace."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from typing import Any

import orjson
from sqlalchemy import update
from sqlalchemy.orm import Session

from geo_service.access import Principal
from geo_service.dependencies import SHANGHAI
from geo_service.inspections import lists
from geo_service.problems import Problem, conflict, not_found
from geo_service.queries import inspections as queries
from geo_service.tables.inspections import (
    FINDING_KINDS,
    DwellingVisit,
    Finding,
    Inspection,
    InspectionResult,
    InspectionStop,
)
from grids.assessment.rule_set import Values
from grids.inspections.letting_limits import LettingLimits, Room, room_flags

#: A phone whose clock differs by more than this is corrected by what it differs.
CLOCK_TOLERANCE = dt.timedelta(minutes=5)


def record(
    session: Session, who: Principal, inspection: Inspection, stop_id: uuid.UUID, body: dict[str, Any], values: Values,
    now: dt.datetime,
) -> dict[str, Any]:  # fmt: skip
    """Take one result of a stop and return its receipt: stored, duplicate, late or removed_stop.

    The same id with the same contents is answered as before; with other contents it is refused. A result for a stop
    that was removed, or for an inspection that is over, is kept all the same: what was seen is not thrown away.
    """
    sub = inspection.subdistrict_code
    stop = session.get(InspectionStop, (sub, inspection.id, stop_id), with_for_update=True)
    if stop is None or not may_see(session, who, stop):
        raise not_found("检查点", str(stop_id))
    key = uuid.UUID(body["id"])
    digest = hashlib.sha256(orjson.dumps(_contents(body), option=orjson.OPT_SORT_KEYS)).hexdigest()
    held = session.get(InspectionResult, (sub, key))
    if held is not None:
        if held.sha256 != digest or held.stop_id != stop_id:
            raise conflict(
                "id-used",
                "此编号已用于另一份记录，请作为更正提交。 / This id holds another record; send it as a correction.",
            )
        return _receipt(session, held, "duplicate")
    visited_at, off = true_time(_time(body["visited_at"]), _time(body["sent_at"]), now)
    state = (
        "removed_stop"
        if stop.removed
        else "late"
        if inspection.state in ("closed", "cancelled")
        else "stored"
    )
    result = InspectionResult(
        subdistrict_code=sub, id=key, inspection_id=inspection.id, stop_id=stop_id,
        corrects=uuid.UUID(body["corrects"]) if body.get("corrects") else None, outcome=body["outcome"], state=state,
        visited_at=visited_at, clock_off_s=round(off.total_seconds()), account=who.name, body=_contents(body), sha256=digest,
        received_at=now,
    )  # fmt: skip
    session.add(result)
    session.flush()
    if result.corrects is not None:
        _withdraw(session, result)
    _write(session, result, stop, LettingLimits.of(values))
    _conclude(session, inspection, stop)
    return _receipt(session, result, state)


def true_time(visited: dt.datetime, sent: dt.datetime, now: dt.datetime) -> tuple[dt.datetime, dt.timedelta]:
    """When it was, by the server's clock: a phone that is off when it sends was off when it wrote.

    >>> at = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)
    >>> true_time(at + dt.timedelta(days=1), at + dt.timedelta(days=1, hours=1), at + dt.timedelta(hours=1))[0] == at
    True
    """
    off = sent - now
    if abs(off) <= CLOCK_TOLERANCE:
        return min(visited, now), dt.timedelta()
    return min(visited - off, now), off


def _time(value: Any) -> dt.datetime:
    found = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def _contents(body: dict[str, Any]) -> dict[str, Any]:
    """What makes a result the same: all but the moment of sending, which differs at each try."""
    kept: dict[str, Any] = orjson.loads(orjson.dumps({k: v for k, v in body.items() if k != "sent_at"}))
    return kept


def may_see(session: Session, who: Principal, stop: InspectionStop) -> bool:
    if who.committees is None:
        return True
    code = str(stop.site_code or stop.building_code)
    place = queries.site_names(session, who.subdistrict, [code]).get(code)
    return place is not None and who.may_see(place["committee_code"])


def _withdraw(session: Session, result: InspectionResult) -> None:
    earlier = session.get(InspectionResult, (result.subdistrict_code, result.corrects))
    if earlier is None or earlier.stop_id != result.stop_id:
        raise not_found("被更正的记录", str(result.corrects))
    mine = (Finding.subdistrict_code == result.subdistrict_code) & (Finding.result_id == earlier.id)
    session.execute(
        update(Finding).where(mine, Finding.withdrawn_by.is_(None)).values(withdrawn_by=result.id)
    )
    seen = (DwellingVisit.subdistrict_code == result.subdistrict_code) & (
        DwellingVisit.result_id == earlier.id
    )
    session.execute(update(DwellingVisit).where(seen).values(withdrawn=True))


def _write(session: Session, result: InspectionResult, stop: InspectionStop, limits: LettingLimits) -> None:
    """Findings and visited dwellings of a result."""
    sub, body = result.subdistrict_code, result.body
    rows = _observations(body, limits)
    codes = {r["dwelling_code"] for r in rows if r["dwelling_code"]} | {
        d["dwelling_code"] for d in body["dwellings"]
    }
    buildings = queries.dwelling_buildings(session, sub, sorted(codes))
    if unknown := sorted(codes - buildings.keys()):
        raise Problem(
            "no-such-dwelling",
            422,
            f"没有这个房屋：{'、'.join(unknown[:5])}。 / No such dwelling: {', '.join(unknown[:5])}.",
        )
    if stop.building_code is None and any(not r["dwelling_code"] for r in rows):
        raise Problem(
            "no-building", 422, "该部位没有楼栋，请指明房屋。 / The site has no building; name the dwelling."
        )
    found_on = result.visited_at.astimezone(SHANGHAI).date()
    for row in rows:
        session.add(
            Finding(
                subdistrict_code=sub, inspection_id=result.inspection_id, stop_id=stop.id, result_id=result.id,
                building_code=buildings.get(row["dwelling_code"] or "", stop.building_code), found_on=found_on, **row,
            )
        )  # fmt: skip
    for home in body["dwellings"]:
        code = home["dwelling_code"]
        session.add(
            DwellingVisit(
                subdistrict_code=sub, result_id=result.id, dwelling_code=code, building_code=buildings[code],
                outcome=home["outcome"], visited_at=result.visited_at,
            )
        )  # fmt: skip
    session.flush()


def _observations(body: dict[str, Any], limits: LettingLimits) -> list[dict[str, Any]]:
    """The findings of a result as columns: by room against EX-1, by item of the checklist, and as named."""
    rows, result = (
        [],
        uuid.UUID(body["id"]),
    )  # ids of findings hang on the result, so that a correction's are its own
    for room in body["rooms"]:
        seen = Room(
            str(room["area_m2"]),
            room["people"],
            room["purpose"],
            room["kin"],
            room["partitioned"],
            room["let_by_bed"],
        )
        common = {key: room.get(key) for key in ("dwelling_code", "room_code", "people", "area_m2", "kin")}
        note = lists.place_note(room.get("note"))
        rows += [
            {**common, "id": uuid.uuid5(result, f"{room['id']}/{flag}"), "kind": flag, "note": note}
            for flag in room_flags(limits, seen)
        ]
    for check in body["checks"]:
        lists.one_of(check["item"], tuple(lists.FINDING_OF), "checks/item")
        if check["answer"] == "not_ok":
            rows.append(_plain(uuid.uuid5(result, check["item"]), lists.FINDING_OF[check["item"]], check))
    for finding in body["findings"]:
        kind = lists.one_of(finding["kind"], FINDING_KINDS, "findings/kind")
        rows.append(_plain(uuid.uuid5(result, finding["id"]), kind, finding))
    return rows


def _plain(key: uuid.UUID, kind: str, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": key,
        "kind": kind,
        "dwelling_code": said.get("dwelling_code"),
        "note": lists.place_note(said.get("note")),
    }


def _conclude(session: Session, inspection: Inspection, stop: InspectionStop) -> None:
    """The stop tells the latest visit that no correction has replaced, whatever order the results came in."""
    mine = [
        r
        for r in queries.results(session, inspection.subdistrict_code, inspection.id)
        if r.stop_id == stop.id
    ]
    replaced = {r.corrects for r in mine}
    latest = max((r for r in mine if r.id not in replaced), key=lambda r: (r.visited_at, r.received_at))
    stop.outcome, stop.visited_at, stop.received_at = latest.outcome, latest.visited_at, latest.received_at
    if inspection.state == "planned":
        inspection.state = "under_way"
    stops = [s for s in queries.stops(session, inspection.subdistrict_code, inspection.id) if not s.removed]
    if inspection.state == "under_way" and all(s.outcome for s in stops):
        inspection.state = "recorded"


def _receipt(session: Session, result: InspectionResult, state: str) -> dict[str, Any]:
    found = [
        f
        for f in queries.findings(session, result.subdistrict_code, result.inspection_id)
        if f.result_id == result.id
    ]
    return {
        "id": str(result.id),
        "state": state,
        "received_at": result.received_at,
        "visited_at": result.visited_at,
        "clock_off_s": result.clock_off_s,
        "findings": [
            {"id": str(f.id), "kind": f.kind, "room_code": f.room_code, "dwelling_code": f.dwelling_code}
            for f in found
        ],
    }
