"""Answers kept while nothing they rest on has changed: no database, no pandas, and 304 where the client has them."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import orjson
from fastapi import Request, Response

ROOM = 64_000_000  # bytes of answers kept in each worker


class Kept:
    """Bodies by their ETag, the least recently used going first; safe for threads."""

    def __init__(self, room: int = ROOM) -> None:
        self._room, self._used = room, 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}

    def made_once(self, etag: str, make: Callable[[], bytes]) -> bytes:
        """The body, made by one thread while the others who want the same wait for it.

        Without this a hundred people who open the map after a change would have the same figures made a hundred times.
        """
        with self._lock:
            turn = self._making.setdefault(etag, threading.Lock())
        try:
            with turn:
                body = self.get(etag)
                if body is None:
                    body = make()
                    self.put(etag, body)
                return body
        finally:
            with self._lock:
                self._making.pop(etag, None)

    def get(self, etag: str) -> bytes | None:
        with self._lock:
            if etag in self._bodies:
                self._bodies.move_to_end(etag)
            return self._bodies.get(etag)

    def put(self, etag: str, body: bytes) -> None:
        with self._lock:
            self._used += len(body) - len(self._bodies.pop(etag, b""))
            self._bodies[etag] = body
            while self._used > self._room:
                self._used -= len(self._bodies.popitem(last=False)[1])


_kept = Kept()


def remembered(
    request: Request, rests_on: tuple[str, ...], asked: tuple[Any, ...], make_body: Callable[[], Any]
) -> Response:
    """JSON of ``make_body()``, made once per version of the layers it rests on.

    ``asked`` begins with the subdistrict and names whatever the answer depends on, the caller's areas included.
    """
    state = request.app.state
    version = state.freshness.version(asked[0], *rests_on)
    identity = repr((str(state.database.url), version, request.url.path, asked)).encode()
    etag = f'"{hashlib.blake2b(identity, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    body = _kept.get(etag)
    if body is None:
        body = _kept.made_once(etag, lambda: orjson.dumps(make_body(), option=orjson.OPT_SERIALIZE_NUMPY))
    return Response(body, media_type="application/json", headers=headers)
