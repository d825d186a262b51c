"""Who may read the grid API: a person with the map, or a machine with a key."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from geo_service.access import Principal
from geo_service.freshness import Epoch
from geo_service.problems import forbidden, unauthorised
from geo_service.sign_in import revocations

PERMISSIONS = frozenset({"ogc.read", "map.read"})
MEMORY_S = 1.0
_MOST = 5_000


@dataclass
class Memory:
    """Keys and sessions that were checked within the last second, forgotten at any revocation."""

    revoked: Epoch
    seen: int = 0
    known: dict[str, tuple[float, Principal]] = field(default_factory=dict)

    def get(self, header: str, now: float) -> Principal | None:
        if self.revoked.value != self.seen:
            self.seen = self.revoked.value
            self.known.clear()
        kept = self.known.get(header)
        return kept[1] if kept is not None and kept[0] > now else None

    def put(self, header: str, who: Principal, now: float) -> None:
        if len(self.known) >= _MOST:
            self.known.clear()
        self.known[header] = (now + MEMORY_S, who)


async def reader(request: Request) -> Principal:
    """The caller, allowed to read; 401 without a sign-in or key, 403 without the right.

    Asynchronous, and with a memory of one second: a check costs a dictionary, not a thread. Reading is safe, so a
    session's cookie is enough here.
    """
    header = request.headers.get("authorization") or request.headers.get("cookie", "")
    memory, now = memory_of(request.app), time.monotonic()
    kept = memory.get(header, now) if header else None
    if kept is not None:
        return kept
    found: Principal | None = await run_in_threadpool(request.app.state.sign_in.principal_of, request)
    if found is None:
        raise unauthorised()
    if not found.permissions & PERMISSIONS:
        raise forbidden()
    if header:
        memory.put(header, found, now)
    return found


def as_partner(who: Principal) -> bool:
    """Whether the caller sees what partners see: machines do, too; layers that a town keeps inside are not for them."""
    return who.machine or who.role == "partner"


def memory_of(app: Any) -> Memory:
    """The worker's memory of readers; none is shared between applications."""
    if not hasattr(app.state, "ogc_readers"):
        app.state.ogc_readers = Memory(revocations(app.state.settings.data_dir))
    kept: Memory = app.state.ogc_readers
    return kept


# What ``access.require`` notes on its dependencies, for the test that walks every route.
reader.permission = "ogc.read"  # type: ignore[attr-defined]
reader.permissions = PERMISSIONS  # type: ignore[attr-defined]

Reader = Annotated[Principal, Depends(reader)]
