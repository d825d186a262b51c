"""Long work in the background."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from geo_service.schemas.answers.boundaries import Alternatives
from geo_service.schemas.answers.common import Share
from geo_service.schemas.answers.loads import LoadOutcome


class Adopted(TypedDict):
    """The revision at which an automatic division was taken as the draft."""

    revision: int


class TaskRefusal(TypedDict):
    """Why it failed: a problem with its type, and what the type adds."""

    problem: dict[str, Any]


class Task(TypedDict):
    """How far it is; ``result`` is there when it is done, and holds the problem when it failed."""

    id: str
    kind: NotRequired[str]
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    progress: Share
    message: str | None
    result: Alternatives | Adopted | LoadOutcome | TaskRefusal | None


class TaskStarted(TypedDict):
    task: str
    """任务编号，见 /api/tasks/{task_id} / ask for it at /api/tasks/{task_id}"""
