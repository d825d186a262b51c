"""The short way for what the grid API is asked most: pages, single features, tiles.

The routes of ``geo_service/routes/ogc_*.py`` answer; this only spares them the search through every route of the
service and the framework's resolution of dependencies (four fifths of a cached answer's time when it was measured).
A request whose very bytes were answered a moment ago, while nothing has changed since, gets the same bytes again.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from geo_service.dependencies import today
from geo_service.ogc.reader import MEMORY_S, memory_of, reader
from geo_service.ogc.service import grid_api

Endpoint = Callable[..., Awaitable[Response]]
_START, _BODY = "http.response.start", "http.response.body"
_ROOT = "/ogc/collections/"
_MOST, _ROOM = 2_000, 16_000_000
_PATIENCE_S = 0.2


@dataclass
class Ready:
    """An answer as it went out, with everything that must still hold for it to go out again."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    holds: tuple[Any, ...]
    until: float


class Lane(BaseRoute):
    """A route before all others; what it does not know it leaves to them."""

    def __init__(self, items: Endpoint, item: Endpoint, tile: Endpoint) -> None:
        self._items, self._item, self._tile = items, item, tile
        self._ready: OrderedDict[Hashable, Ready] = OrderedDict()
        self._bytes = 0

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            return Match.NONE, {}
        path: str = scope["path"]
        if not path.startswith(_ROOT):
            return Match.NONE, {}
        found = self._endpoint(path[len(_ROOT) :].split("/"))
        return (Match.FULL, {"endpoint": found[0], "path_params": found[1]}) if found else (Match.NONE, {})

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = (scope["path"], scope["query_string"], scope["scheme"], tuple(scope["headers"]))
        ready = self._again(key, scope)
        if ready is not None:
            # Its own list every time: those who pass it on write into it.
            await send({"type": _START, "status": ready.status, "headers": [*ready.headers]})
            await send({"type": _BODY, "body": ready.body})
            return
        request = Request(scope, receive)
        who = await reader(request)
        now = time.monotonic()
        holds = _holds(scope)
        response = await while_waited_for(receive, scope["endpoint"](request, who, **scope["path_params"]))
        if response is None:
            return
        answer = getattr(response, "answer", None)
        if answer is not None and answer.moment == holds[0]:
            kept = Ready(
                response.status_code, tuple(response.raw_headers), bytes(response.body), holds, now + MEMORY_S
            )
            self._keep(key, kept)
        await response(scope, receive, send)

    def _endpoint(self, parts: list[str]) -> tuple[Endpoint, dict[str, str]] | None:
        """``buildings/items/B1`` in parts → who answers, with what."""
        match parts:
            case [collection, "items"] if collection:
                return self._items, {"collection": collection}
            case [collection, "items", *code] if collection and code[0]:
                return self._item, {"collection": collection, "code": "/".join(code)}
            case [collection, "tiles", scheme, z, row, column] if (
                collection and scheme and z and row and column
            ):
                return self._tile, {
                    "collection": collection,
                    "scheme": scheme,
                    "z": z,
                    "row": row,
                    "column": column,
                }
        return None

    def _again(self, key: Hashable, scope: Scope) -> Ready | None:
        ready = self._ready.get(key)
        if ready is None:
            return None
        if ready.until < time.monotonic() or ready.holds != _holds(scope):
            self._drop(key)
            return None
        return ready

    def _keep(self, key: Hashable, ready: Ready) -> None:
        """Keep an answer for its second; the oldest go when there are too many or they take too much room."""
        self._drop(key)
        self._ready[key] = ready
        self._bytes += len(ready.body)
        while len(self._ready) > _MOST or self._bytes > _ROOM:
            self._drop(next(iter(self._ready)))

    def _drop(self, key: Hashable) -> None:
        gone = self._ready.pop(key, None)
        if gone is not None:
            self._bytes -= len(gone.body)


def _holds(scope: Scope) -> tuple[Any, ...]:
    """The moment of the data, of the revocations, and the day: while these stay, so does an answer."""
    app = scope["app"]
    return grid_api(app).freshness.moment(), memory_of(app).revoked.value, today()


async def while_waited_for(receive: Receive, work: Awaitable[Response]) -> Response | None:
    """The response, or None when the client went away meanwhile: then its query is cancelled in the database too.

    Nobody is watched for before the work takes long, so that the quick ones pay a timer and no more.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    left = asyncio.Event()

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        left.set()
        task.cancel()

    watching: list[asyncio.Task[None]] = []
    timer = loop.call_later(_PATIENCE_S, lambda: watching.append(loop.create_task(watch())))
    try:
        return await work
    except asyncio.CancelledError:
        if not left.is_set():
            raise
        task.uncancel()
        return None
    finally:
        timer.cancel()
        for each in watching:
            each.cancel()
