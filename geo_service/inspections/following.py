"""After the visit: measures until they are closed with evidence, and tickets to the city-operation platform (SG-12)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.orm import Session

from geo_service.access import Principal
from geo_service.dependencies import SHANGHAI
from geo_service.inspections import lists
from geo_service.problems import Problem, conflict, not_found
from geo_service.queries import inspections as queries
from geo_service.tables.inspections import Finding, Inspection, InspectionStop, Measure, Ticket
from geo_service.tables.places import KeySite

#: SG-12 is offered after so many visits without access on different days, one of them in the evening.
TICKET_VISITS = 3
EVENING_HOUR = 18
TICKET_NEXT = {
    "draft": {"sent", "withdrawn"},
    "sent": {"answered", "withdrawn"},
    "answered": set(),
    "withdrawn": set(),
}


def add_measure(
    session: Session, who: Principal, inspection: Inspection, body: dict[str, Any], now: dt.datetime
) -> Measure:
    """A measure on a finding or on a whole stop; the same client-made id is the same measure."""
    sub = inspection.subdistrict_code
    key = uuid.UUID(body["id"])
    held = session.get(Measure, (sub, key))
    if held is not None:
        return held
    site, building = _where(session, inspection, body)
    measure = Measure(
        subdistrict_code=sub, id=key, inspection_id=inspection.id,
        finding_id=uuid.UUID(body["finding_id"]) if body.get("finding_id") else None, site_code=site, building_code=building,
        kind=lists.one_of(body["kind"], lists.MEASURE_KINDS, "kind"),
        department=lists.one_of(body["department"], lists.DEPARTMENTS, "department"), due_on=body["due_on"], state="open",
        revision=0, history=[_entry(who, now, {"state": "open", "due_on": body["due_on"].isoformat()})],
    )  # fmt: skip
    session.add(measure)
    if measure.kind == "put_up_listing":
        _list_site(session, sub, site, opened=now.astimezone(SHANGHAI).date())
    session.flush()
    return measure


def _where(session: Session, inspection: Inspection, body: dict[str, Any]) -> tuple[str | None, str | None]:
    """Site and building of the finding or stop that a measure is about."""
    sub = inspection.subdistrict_code
    stop_id = body.get("stop_id")
    building = None
    if body.get("finding_id"):
        finding = session.get(Finding, (sub, uuid.UUID(body["finding_id"])))
        if finding is None or finding.inspection_id != inspection.id or finding.withdrawn_by is not None:
            raise not_found("检查发现", body["finding_id"])
        stop_id, building = finding.stop_id, finding.building_code
    if not stop_id:
        raise Problem("nothing-named", 422, "请指明发现或检查点。 / Name the finding or the stop.")
    stop = session.get(InspectionStop, (sub, inspection.id, uuid.UUID(str(stop_id))))
    if stop is None:
        raise not_found("检查点", str(stop_id))
    return stop.site_code, building or stop.building_code


def change_measure(
    session: Session, who: Principal, key: uuid.UUID, body: dict[str, Any], now: dt.datetime
) -> Measure:
    """Postpone, report done, set a re-visit, close with evidence, or reopen; every change is kept with its account."""
    measure = session.get(Measure, (who.subdistrict, key), with_for_update=True)
    if measure is None:
        raise not_found("措施", str(key))
    if measure.revision != body["expected_revision"]:
        raise conflict(
            "stale-revision", "他人刚刚改动了这项措施，请刷新。 / Somebody changed this measure; reload.",
            revision=measure.revision,
        )  # fmt: skip
    today = now.astimezone(SHANGHAI).date()
    changed = {k: v for k, v in body.items() if k != "expected_revision" and v is not None}
    if "department" in changed:
        lists.one_of(changed["department"], lists.DEPARTMENTS, "department")
    if evidence := changed.get("evidence"):
        lists.one_of(evidence["kind"], lists.EVIDENCE_KINDS, "evidence/kind")
        changed["evidence"] = {**evidence, "note": lists.place_note(evidence.get("note"))}
    for name, value in changed.items():
        setattr(measure, name, value)
    if changed.get("state") == "closed":
        if measure.evidence is None:
            raise Problem("no-evidence", 422, "办结须有依据。 / A measure is closed with evidence.")
        measure.closed_on = today
        _list_closed(session, measure, today)
    elif "state" in changed:
        measure.closed_on = None
    measure.revision += 1
    plain = {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in changed.items()}
    measure.history = [*measure.history, _entry(who, now, plain)]
    return measure


def _entry(who: Principal, now: dt.datetime, what: dict[str, Any]) -> dict[str, Any]:
    return {"at": now.isoformat(timespec="seconds"), "account": who.name, **what}


def _list_site(session: Session, subdistrict: str, code: str | None, opened: dt.date) -> None:
    """A listed place (挂牌) opens with its measure."""
    site = session.get(KeySite, (subdistrict, code)) if code else None
    if site is None:
        raise Problem("no-site", 422, "只有重点部位可以挂牌。 / Only a key site can be listed.")
    if site.listed_from is None or (site.listed_to is not None and site.listed_to <= opened):
        site.listed_from, site.listed_to = opened, None


def _list_closed(session: Session, measure: Measure, day: dt.date) -> None:
    """The listing ends when the measure that opened it is closed."""
    if measure.kind != "put_up_listing" or measure.site_code is None:
        return
    site = session.get(KeySite, (measure.subdistrict_code, measure.site_code))
    if site is not None and site.listed_from is not None and site.listed_to is None:
        site.listed_to = day


def open_ticket(session: Session, who: Principal, key: uuid.UUID, dwelling: str, now: dt.datetime) -> Ticket:
    """A draft by a person's decision, once the dwelling was visited three times in vain, one of them in the evening."""
    held = session.get(Ticket, (who.subdistrict, key))
    if held is not None:
        return held
    times = [at.astimezone(SHANGHAI) for at in queries.shut_days(session, who.subdistrict, dwelling)]
    days = {at.date() for at in times}
    if len(days) < TICKET_VISITS or not any(at.hour >= EVENING_HOUR for at in times):
        raise conflict(
            "too-early",
            f"须在不同日期{TICKET_VISITS}次未能入户、其中一次在晚间，方可申请联动；现有{len(days)}天。 / A ticket needs "
            f"{TICKET_VISITS} visits without access on different days, one in the evening; there are {len(days)}.",
            days=len(days),
        )
    ticket = Ticket(
        subdistrict_code=who.subdistrict, id=key, dwelling_code=dwelling, kind="no_access", state="draft", revision=0,
        decided_by=who.name, created_at=now,
        history=[_entry(who, now, {"state": "draft", "visits": [at.isoformat(timespec="minutes") for at in times]})],
    )  # fmt: skip
    session.add(ticket)
    session.flush()
    return ticket


def move_ticket(
    session: Session,
    who: Principal,
    key: uuid.UUID,
    state: str,
    answer: str | None,
    reference: str | None,
    now: dt.datetime,
) -> Ticket:
    """Send a draft, take the platform's answer, or withdraw; said twice it is done once."""
    ticket = session.get(Ticket, (who.subdistrict, key), with_for_update=True)
    if ticket is None:
        raise not_found("工单", str(key))
    if ticket.state == state:
        return ticket
    if state not in TICKET_NEXT[ticket.state]:
        raise conflict(
            "not-now", f"{ticket.state} 之后不能是 {state}。 / {state!r} does not follow {ticket.state!r}."
        )
    said: dict[str, Any] = {"state": state}
    if state == "answered":
        said["answer"] = lists.one_of(answer or "", lists.TICKET_ANSWERS, "answer")
        said["reference"] = (
            lists.place_note(reference) if reference and not reference.isalnum() else (reference or None)
        )
    ticket.state, ticket.revision = state, ticket.revision + 1
    ticket.history = [*ticket.history, _entry(who, now, said)]
    return ticket
