"""What teams record at the sites: results with receipts, photos."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from geo_service.access import Principal, require
from geo_service.api_document import File, tells
from geo_service.audit import record as audit
from geo_service.dependencies import Db
from geo_service.inspections import photos, recording, stages
from geo_service.inspections.signals import values_of
from geo_service.problems import not_found
from geo_service.schemas.answers import follow_up as shapes
from geo_service.schemas.inspections import ResultIn
from geo_service.tables.inspections import InspectionStop

router = APIRouter(prefix="/api/inspections", tags=["inspections"])

Recorder = Annotated[Principal, require("inspections.record")]


@router.post("/{inspection_id}/stops/{stop_id}/results")
@tells(shapes.ResultReceipt)
def result(
    session: Db, who: Recorder, inspection_id: uuid.UUID, stop_id: uuid.UUID, body: ResultIn
) -> dict[str, Any]:
    """One result of a stop. Sent twice it is stored once; late, out of order or for a removed stop it is kept and says so."""
    found = stages.locked(session, who, inspection_id, None)
    now = dt.datetime.now(dt.UTC)
    values = values_of(session, who.subdistrict, found.day)
    receipt = recording.record(session, who, found, stop_id, body.plain(), values, now)
    if receipt["state"] != "duplicate":
        detail = {"state": receipt["state"], "outcome": body.outcome, "findings": len(receipt["findings"]),
                  "corrects": body.corrects, "result": body.id}  # fmt: skip
        audit(session, who.scope, "inspections.record", target=str(stop_id), detail=detail)
    return receipt


@router.put("/{inspection_id}/stops/{stop_id}/photos/{photo_id}", status_code=201)
@tells(shapes.PhotoReceipt, also={200: shapes.PhotoReceipt}, refuses=(413, 422))
async def photo(
    request: Request,
    response: Response,
    who: Recorder,
    inspection_id: uuid.UUID,
    stop_id: uuid.UUID,
    photo_id: uuid.UUID,
) -> dict[str, Any]:
    """A photo as the body of the request; kept small and without position. Sent again it is not doubled."""
    data = await _limited_body(request)
    kept, new = await run_in_threadpool(_keep, request, who, inspection_id, stop_id, photo_id, data)
    response.status_code = 201 if new else 200
    return kept


async def _limited_body(request: Request) -> bytes:
    """The body, refused before it is read where it says it is too large, and as soon as it is."""
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > photos.MAX_BYTES:
        raise photos.too_large(int(said))
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > photos.MAX_BYTES:
            raise photos.too_large(size)
        parts.append(part)
    return b"".join(parts)


def _keep(
    request: Request,
    who: Principal,
    inspection_id: uuid.UUID,
    stop_id: uuid.UUID,
    photo_id: uuid.UUID,
    data: bytes,
) -> tuple[dict[str, Any], bool]:
    with request.app.state.database.transaction(who.scope) as session:
        stop = session.get(InspectionStop, (who.subdistrict, inspection_id, stop_id))
        if stop is None or not recording.may_see(session, who, stop):
            raise not_found("检查点", str(stop_id))
        kept, new = photos.keep(session, stop, photo_id, data)
        if new:
            audit(session, who.scope, "inspections.photo", target=str(photo_id), detail={"stop": stop_id})
        told = {"id": kept.id, "width": kept.width, "height": kept.height, "bytes": len(kept.jpeg)}
        return {**told, "state": "stored" if new else "duplicate"}, new


@router.get("/{inspection_id}/photos/{photo_id}")
@tells(File(("image/jpeg",)))
def picture(session: Db, who: Recorder, inspection_id: uuid.UUID, photo_id: uuid.UUID) -> Response:
    """A photo as stored: JPEG without metadata."""
    found = photos.photo_of(session, who.subdistrict, photo_id)
    stop = session.get(InspectionStop, (who.subdistrict, found.inspection_id, found.stop_id))
    if found.inspection_id != inspection_id or stop is None or not recording.may_see(session, who, stop):
        raise not_found("照片", str(photo_id))
    audit(session, who.scope, "inspections.photo-read", target=str(photo_id))
    return Response(found.jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})
