"""Reading the audit and proving it whole."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import select

from geo_service import audit
from geo_service.access import Principal, require
from geo_service.api_document import tells
from geo_service.dependencies import Db
from geo_service.schemas.answers import audit as shapes
from geo_service.tables.trust import AuditEvent

router = APIRouter(prefix="/api/audit", tags=["audit"])

Auditor = Annotated[Principal, require("audit.read")]


@router.get("")
@tells(shapes.AuditPage)
def entries(
    session: Db, who: Auditor,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    action: Annotated[str | None, Query(max_length=32)] = None,
    account: Annotated[str | None, Query(max_length=32)] = None,
) -> dict[str, Any]:  # fmt: skip
    """The latest entries first; ``before`` a sequence number for the next page."""
    query = select(AuditEvent).where(AuditEvent.subdistrict_code == who.subdistrict)
    if before is not None:
        query = query.where(AuditEvent.seq < before)
    if action is not None:
        query = query.where(AuditEvent.action == action)
    if account is not None:
        query = query.where(AuditEvent.account == account)
    rows = session.scalars(query.order_by(AuditEvent.seq.desc()).limit(limit))
    found = [
        {"seq": e.seq, "at": e.at, "account": e.account, "action": e.action, "target": e.target, "detail": e.detail,
         "hash": bytes(e.hash).hex()}
        for e in rows
    ]  # fmt: skip
    return {"entries": found, "next": found[-1]["seq"] if len(found) == limit else None}


@router.get("/verification")
@tells(shapes.AuditVerification)
def verification(session: Db, who: Auditor) -> dict[str, Any]:
    """Whether the chain holds; what a rewritten chain looks like only the anchors outside can tell."""
    faults = audit.verify(session, who.subdistrict)
    head = audit.head(session, who.subdistrict)
    return {
        "entries": audit.count(session, who.subdistrict),
        "head": {"seq": head[0], "hash": head[1].hex()} if head else None,
        "faults": [{"seq": f.seq, "kind": f.kind} for f in faults[:1_000]],
        "whole": not faults,
    }
