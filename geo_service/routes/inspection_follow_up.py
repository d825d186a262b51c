"""After the visits: measures, tickets to the city-operation platform, what was learnt."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter

from geo_service.access import Principal, require
from geo_service.api_document import tells
from geo_service.audit import record
from geo_service.dependencies import Db, Month, today
from geo_service.inspections import answers, following, learning, stages
from geo_service.problems import forbidden
from geo_service.queries import inspections as queries
from geo_service.schemas.answers import follow_up as shapes
from geo_service.schemas.answers.tickets import Ticket
from geo_service.schemas.inspections import MeasureChange, NewMeasure, NewTicket, TicketMove

router = APIRouter(prefix="/api/inspections", tags=["inspections"])

Planner = Annotated[Principal, require("inspections.plan")]
Recorder = Annotated[Principal, require("inspections.record")]


@router.get("/learning")
@tells(shapes.Learnt)
def learnt(session: Db, who: Planner) -> dict[str, Any]:
    """Yield of ranked against random control sites with its interval, together and per signal."""
    return learning.learnt(session, who.subdistrict)


@router.get("/coverage")
@tells(shapes.SiteCoverage)
def coverage(session: Db, who: Planner, month: Month) -> dict[str, Any]:
    """Key sites inspected in a month of those open in it (GM-3)."""
    return learning.site_coverage(session, who.subdistrict, month)


@router.get("/measures")
@tells(list[shapes.InspectionMeasure])
def measures(session: Db, who: Recorder, overdue: bool = False) -> list[dict[str, Any]]:
    """Measures of all inspections, the earliest due first; only the overdue ones on request."""
    day = today()
    rows = [answers.measure(m, day) for m in queries.measures(session, who.subdistrict)]
    return [row for row in rows if row["days_late"] > 0] if overdue else rows


@router.post("/{inspection_id}/measures", status_code=201)
@tells(shapes.InspectionMeasure)
def add_measure(session: Db, who: Planner, inspection_id: uuid.UUID, body: NewMeasure) -> dict[str, Any]:
    """A measure with responsible department and due date, on a finding or a stop."""
    found = stages.locked(session, who, inspection_id, None)
    plain = {**body.model_dump(mode="json"), "due_on": body.due_on}
    made = following.add_measure(session, who, found, plain, dt.datetime.now(dt.UTC))
    record(
        session, who.scope, "inspections.measure", target=str(made.id), detail=body.model_dump(mode="json")
    )
    return answers.measure(made, today())


@router.patch("/measures/{measure_id}")
@tells(shapes.InspectionMeasure)
def change_measure(session: Db, who: Recorder, measure_id: uuid.UUID, body: MeasureChange) -> dict[str, Any]:
    """Postpone, report done, set a re-visit, close with evidence."""
    plain = body.model_dump(exclude_unset=True)
    if plain.get("evidence"):
        plain["evidence"] = body.evidence.model_dump(mode="json") if body.evidence else None
    changed = following.change_measure(session, who, measure_id, plain, dt.datetime.now(dt.UTC))
    record(session, who.scope, "inspections.measure-change", target=str(measure_id),
           detail=body.model_dump(mode="json", exclude_unset=True))  # fmt: skip
    return answers.measure(changed, today())


@router.get("/no-access")
@tells(list[shapes.ShutHome])
def no_access(session: Db, who: Planner) -> list[dict[str, Any]]:
    """Dwellings for which a ticket may be decided on (SG-12)."""
    record(session, who.scope, "inspections.no-access")
    return queries.shut_homes(session, who.subdistrict, following.TICKET_VISITS)


@router.get("/tickets")
@tells(list[Ticket])
def tickets(
    session: Db, who: Recorder, state: Literal["draft", "sent", "answered", "withdrawn"] | None = None
) -> list[dict[str, Any]]:
    """Tickets for joint visits; partners see those that were sent to them."""
    found = queries.tickets(session, who.subdistrict, state)
    mine = found if who.may("inspections.plan") else [t for t in found if t.state in ("sent", "answered")]
    record(session, who.scope, "inspections.tickets", detail={"n": len(mine)})
    return [answers.ticket(t) for t in mine]


@router.post("/tickets", status_code=201)
@tells(Ticket)
def open_ticket(session: Db, who: Planner, body: NewTicket) -> dict[str, Any]:
    """Draft a ticket for a dwelling visited in vain on three days, by a person's decision."""
    made = following.open_ticket(session, who, body.id, body.dwelling_code, dt.datetime.now(dt.UTC))
    record(
        session, who.scope, "inspections.ticket", target=str(made.id), detail={"dwelling": body.dwelling_code}
    )
    return answers.ticket(made)


@router.post("/tickets/{ticket_id}/state")
@tells(Ticket)
def move_ticket(session: Db, who: Recorder, ticket_id: uuid.UUID, body: TicketMove) -> dict[str, Any]:
    """Send, answer or withdraw a ticket. Sending and withdrawing are the office's, answering the platform's."""
    if body.state != "answered" and not who.may("inspections.plan"):
        raise forbidden()
    moved = following.move_ticket(
        session, who, ticket_id, body.state, body.answer, body.reference, dt.datetime.now(dt.UTC)
    )
    record(
        session,
        who.scope,
        f"inspections.ticket-{body.state}",
        target=str(ticket_id),
        detail={"answer": body.answer},
    )
    return answers.ticket(moved)
