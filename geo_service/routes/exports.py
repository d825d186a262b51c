"""Exports of records: request, second person's approval, marked file that expires."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from geo_service.access import Principal, require
from geo_service.api_document import File, tells
from geo_service.dependencies import Db, parse_month
from geo_service.schemas.answers import exports as shapes
from geo_service.trust import exports

router = APIRouter(prefix="/api/exports", tags=["exports"])

Requester = Annotated[Principal, require("exports.request")]
Approver = Annotated[Principal, require("exports.approve")]


class What(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["buildings", "dwellings", "checks"]
    month: str = Field(max_length=7)


class NewRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    what: What
    purpose: Literal["monthly_review", "joint_inspection", "data_quality", "audit", "statistics"]


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    approve: bool


@router.get("")
@tells(list[shapes.ExportRequest])
def listed(session: Db, who: Requester) -> list[dict[str, Any]]:
    """One's own requests; for those who approve, everybody's."""
    return [exports.described(row) for row in exports.requests(session, who)]


@router.post("", status_code=201)
@tells(shapes.ExportRequest)
def ask(session: Db, who: Requester, body: NewRequest) -> dict[str, Any]:
    """Ask for a file of records; nothing leaves before a second person approves."""
    parse_month(body.what.month)
    return exports.described(exports.ask(session, who, body.what.model_dump(), body.purpose))


@router.post("/{request_id}/decision")
@tells(shapes.ExportRequest)
def decide(request_id: uuid.UUID, session: Db, who: Approver, body: Decision) -> dict[str, Any]:
    """Approve or refuse somebody else's request."""
    return exports.described(exports.decide(session, who, request_id, body.approve))


# A download counts and leaves an audit entry, so it is no GET.
@router.post("/{request_id}/file")
@tells(File(("text/csv",)), refuses=(410,))
def file(request_id: uuid.UUID, session: Db, who: Requester) -> Response:
    """The file, made now under the caller's own rights, marked on every line; three times within a week."""
    name, body = exports.download(session, who, request_id)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)
