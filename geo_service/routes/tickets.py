"""The exchange with the city-operation platform: tickets out and their answers back, and counts reported about places."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter

from geo_service.access import Principal, require
from geo_service.api_document import tells
from geo_service.audit import record
from geo_service.dependencies import Db, Month
from geo_service.inspections import following, reporting
from geo_service.problems import not_found
from geo_service.queries import change_reports as reports
from geo_service.queries import tickets as queries
from geo_service.schemas.answers import tickets as shapes
from geo_service.schemas.change_reports import NewReports, TicketAnswer

router = APIRouter(prefix="/api", tags=["tickets"])

Platform = Annotated[Principal, require("tickets.exchange")]
Reporter = Annotated[Principal, require("changes.report")]
Planner = Annotated[Principal, require("inspections.plan")]


@router.get("/tickets")
@tells(list[shapes.SentTicket])
def tickets(
    session: Db, who: Platform, state: Literal["sent", "answered"] | None = None
) -> list[dict[str, Any]]:
    """Tickets that were sent for a joint visit (SG-12), the oldest first; ``sent`` are those without an answer yet."""
    found = queries.sent(session, who.subdistrict, state)
    record(session, who.scope, "tickets.read", detail={"n": len(found)})
    return found


@router.post("/tickets/{ticket_id}/answer")
@tells(shapes.TicketMoved)
def answer(session: Db, who: Platform, ticket_id: uuid.UUID, body: TicketAnswer) -> dict[str, Any]:
    """The platform's answer; said twice it is done once."""
    if all(ticket["id"] != ticket_id for ticket in queries.sent(session, who.subdistrict, None)):
        raise not_found("工单", str(ticket_id))
    moved = following.move_ticket(
        session, who, ticket_id, "answered", body.answer, body.reference, dt.datetime.now(dt.UTC)
    )
    record(
        session,
        who.scope,
        "inspections.ticket-answered",
        target=str(ticket_id),
        detail={"answer": body.answer},
    )
    return {"id": moved.id, "state": moved.state, "revision": moved.revision}


@router.post("/change-reports", status_code=201)
@tells(shapes.ReportsTaken)
def report(session: Db, who: Reporter, body: NewReports) -> dict[str, int]:
    """Counts of changes and complaints about buildings; all are taken or none, and sending them again changes nothing."""
    return reporting.take(session, who, body.reports)


@router.get("/change-reports")
@tells(list[shapes.ChangeReportRow])
def reported(session: Db, who: Planner, month: Month) -> list[dict[str, Any]]:
    """What was reported about a month, by building."""
    return [reports.described(row) for row in reports.reports(session, who.subdistrict, month)]
