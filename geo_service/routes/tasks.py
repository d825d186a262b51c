"""Progress of long work, and its end."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Response

from geo_service.access import Principal, require
from geo_service.api_document import tells
from geo_service.dependencies import Db
from geo_service.problems import not_found
from geo_service.schemas.answers import tasks as shapes
from geo_service.tables.trust import Task
from geo_service.tasks import LOST_AFTER

router = APIRouter(prefix="/api/tasks", tags=["tasks"])

Reader = Annotated[Principal, require("map.read")]


@router.get("/{task_id}")
@tells(shapes.Task)
def task(task_id: uuid.UUID, session: Db, who: Reader) -> dict[str, Any]:
    """State, progress 0–1, what is being done, and the result when it is done."""
    found = session.get(Task, (who.subdistrict, task_id))
    if found is None or found.account != who.name:
        raise not_found("任务", str(task_id))
    lost = found.state in {"queued", "running"} and found.updated_at < dt.datetime.now(dt.UTC) - LOST_AFTER
    return {
        "id": str(found.id),
        "kind": found.kind,
        "state": "failed" if lost else found.state,
        "progress": found.progress,
        "message": "服务重启，任务中断，请重试。 / Interrupted by a restart; try again."
        if lost
        else found.message,
        "result": found.result,
    }


@router.delete("/{task_id}", status_code=204)
@tells(None)
def cancel(task_id: uuid.UUID, session: Db, who: Reader) -> Response:
    """End the work at its next step; what it wrote so far is rolled back."""
    found = session.get(Task, (who.subdistrict, task_id))
    if found is None or found.account != who.name:
        raise not_found("任务", str(task_id))
    if found.state in {"queued", "running"}:
        found.state = "cancelled"
    return Response(status_code=204)
