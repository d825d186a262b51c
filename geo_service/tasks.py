"""Long work in the background: a row with progress that any worker can read and cancel, a thread that does it."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import select, update

from geo_service.database import Database, Scope
from geo_service.problems import Problem, problem_of
from geo_service.tables.trust import Task
from grids.errors import GridError

log = logging.getLogger("wangge")
#: A running task whose row has not moved for this long belongs to a process that died.
LOST_AFTER = dt.timedelta(minutes=2)


class Cancelled(Exception):
    """Somebody asked for the task to end."""


class Progress:
    """Tells the row how far the work is, at most twice a second; raises Cancelled when it should end."""

    def __init__(self, database: Database, scope: Scope, task_id: uuid.UUID) -> None:
        self._database, self._scope, self._id = database, scope, task_id
        self._told = 0.0

    def __call__(self, share: float, message: str | None = None) -> None:
        now = time.monotonic()
        if now - self._told < 0.5 and message is None:
            return
        self._told = now
        with self._database.transaction(self._scope, writes=False) as session:
            state = session.scalar(select(Task.state).where(self._mine))
            if state == "cancelled":
                raise Cancelled
            values: dict[str, Any] = {
                "progress": min(max(share, 0.0), 1.0),
                "updated_at": dt.datetime.now(dt.UTC),
            }
            session.execute(
                update(Task).where(self._mine).values(**values | ({"message": message} if message else {}))
            )

    @property
    def _mine(self) -> Any:
        return (Task.subdistrict_code == self._scope.subdistrict) & (Task.id == self._id)


Work = Callable[[Progress], dict[str, Any]]


class Tasks:
    """Starts work on this process's two background threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="wangge-task")

    def start(self, scope: Scope, kind: str, params: dict[str, Any], work: Work) -> uuid.UUID:
        """Queue ``work``; its result (JSON-ready) or its problem ends up in the task's row."""
        task_id = uuid.uuid4()
        with self._database.transaction(scope, writes=False) as session:
            session.add(
                Task(
                    subdistrict_code=scope.subdistrict,
                    id=task_id,
                    kind=kind,
                    params=params,
                    account=scope.account,
                )
            )
        self._threads.submit(self._run, scope, task_id, kind, work)
        return task_id

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, scope: Scope, task_id: uuid.UUID, kind: str, work: Work) -> None:
        progress = Progress(self._database, scope, task_id)
        try:
            self._end(scope, task_id, state="running", progress=0.0)
            result = work(progress)
            self._end(scope, task_id, state="done", progress=1.0, result=result)
        except Cancelled:
            log.info("task %s %s cancelled", kind, task_id)
        except (Problem, GridError) as error:
            problem = error if isinstance(error, Problem) else problem_of(error)
            refusal = {
                "problem": {"type": f"/problems/{problem.type}", "detail": problem.detail, **problem.extra}
            }
            self._end(scope, task_id, state="failed", message=problem.detail[:200], result=refusal)
        except Exception as error:
            log.error("task %s failed", kind, exc_info=error)
            self._end(
                scope,
                task_id,
                state="failed",
                message="内部错误，已记录。 / Something went wrong; it is logged.",
            )

    def _end(self, scope: Scope, task_id: uuid.UUID, **values: Any) -> None:
        with self._database.transaction(scope) as session:
            session.execute(
                update(Task)
                .where(
                    Task.subdistrict_code == scope.subdistrict, Task.id == task_id, Task.state != "cancelled"
                )
                .values(updated_at=dt.datetime.now(dt.UTC), **values)
            )
