"""Too many requests are answered 429 before anything is looked up: plain ASGI, a few microseconds a request.

Who asks is taken from the request alone: the key, else the session, else the address. The numbers of single keys are read
from the database in the background, at once after a change of keys and otherwise now and then.
"""

from __future__ import annotations

import logging
import math
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import text
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo_service.database import NOBODY, Database
from geo_service.rate_limit import Buckets, Decision, Limit, digest_of
from geo_service.settings import Settings
from geo_service.sign_in import COOKIE, revocations

log = logging.getLogger("wangge")
#: Alive, ready, metrics and the console's own files are never refused.
LIMITED = ("/api/", "/ogc")
_SESSION = re.compile(rf"(?:^|;\s*){COOKIE}=([^;]+)")
_AGAIN_S = 15.0
_OWN = text("""
    SELECT k.key_hash, l.per_minute, l.burst FROM key_limit l
    JOIN api_key k ON k.subdistrict_code = l.subdistrict_code AND k.id = l.key_id""")


class Limits:
    """The installation's limit, and the keys that have their own (by the hash of the key)."""

    def __init__(self, database: Database, usual: Limit, moment: Callable[[], int]) -> None:
        self.usual = usual
        self._database, self._moment = database, moment
        self._own: dict[bytes, Limit] = {}
        self._read_at: tuple[int, float] = (-1, -math.inf)
        self._reading = threading.Lock()

    def of(self, key: bytes) -> Limit:
        """The limit of a key; a change is known within seconds, or at once where this installation made it."""
        return self._own.get(key, self.usual)

    def refresh(self, now: float) -> None:
        """Read anew in a thread when it is time; the request that notices does not wait."""
        moment = self._moment()
        if moment == self._read_at[0] and now < self._read_at[1] + _AGAIN_S:
            return
        if self._reading.acquire(blocking=False):
            self._read_at = (moment, now)
            threading.Thread(target=self._read, name="wangge-limits", daemon=True).start()

    def _read(self) -> None:
        try:
            self._own = self.read()
        except Exception as error:
            log.warning("limits of keys were not read: %s", type(error).__name__)
        finally:
            self._reading.release()

    def read(self) -> dict[bytes, Limit]:
        """Every key's own limit as the database has it."""
        with self._database.transaction(NOBODY, writes=False) as session:
            return {bytes(r.key_hash): Limit(r.per_minute, r.burst) for r in session.execute(_OWN)}


def limits_of(settings: Settings, database: Database) -> Limits:
    """The limits that an installation's settings give, and its keys' own."""
    usual = Limit(settings.rate_limit_per_minute, settings.rate_limit_burst)
    changed = revocations(settings.data_dir)
    return Limits(database, usual, lambda: changed.value)


class RateLimit:
    """The middleware. ``allow`` is the whole decision, for whoever wants to ask it elsewhere."""

    def __init__(self, app: ASGIApp, *, buckets: Buckets, limits: Limits) -> None:
        self.app, self._buckets, self._limits = app, buckets, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(LIMITED):
            await self.app(scope, receive, send)
            return
        decision, limit = self.allow(scope)
        if not decision.allowed:
            await _refuse(send, scope, decision, limit)
            return
        if not limit.per_minute:
            await self.app(scope, receive, send)
            return
        told = _headers(decision, limit)

        async def send_with_limit(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *told]
            await send(message)

        await self.app(scope, receive, send_with_limit)

    def allow(self, scope: Scope) -> tuple[Decision, Limit]:
        """Take one from the bucket of whoever sent this request."""
        self._limits.refresh(time.monotonic())
        who, is_key = _who(scope)
        limit = self._limits.of(who) if is_key else self._limits.usual
        return self._buckets.take(who, limit), limit


def _who(scope: Scope) -> tuple[bytes, bool]:
    cookie = b""
    for name, value in scope["headers"]:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return digest_of(value[7:].strip().decode("latin-1")), True
        if name == b"cookie":
            cookie = value
    if cookie and (found := _SESSION.search(cookie.decode("latin-1"))):
        return digest_of(found[1]), False
    client = scope.get("client")
    return digest_of(f"address {client[0] if client else ''}"), False


def _headers(decision: Decision, limit: Limit) -> list[tuple[bytes, bytes]]:
    """``RateLimit-Policy`` and ``RateLimit`` as the IETF's draft has them: quota and window, what is left and for how long."""
    window = max(1, math.ceil(60 * limit.burst / limit.per_minute))
    return [
        (b"ratelimit-policy", b'"default";q=%d;w=%d' % (limit.burst, window)),
        (b"ratelimit", b'"default";r=%d;t=%d' % (decision.remaining, math.ceil(decision.wait_s))),
    ]


async def _refuse(send: Send, scope: Scope, decision: Decision, limit: Limit) -> None:
    wait = max(1, math.ceil(decision.wait_s))
    body: dict[str, Any] = {
        "type": "/problems/too-many-requests",
        "title": "Too Many Requests",
        "status": 429,
        "detail": f"请求过于频繁，请{wait}秒后再试。 / Too many requests; try again in {wait} s.",
        "instance": scope["path"],
        "retry_after_s": wait,
    }
    content = orjson.dumps(body)
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(content)).encode()),
        (b"retry-after", str(wait).encode()),
        (b"cache-control", b"no-store"),
        *_headers(decision, limit),
    ]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": content})
