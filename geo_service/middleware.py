"""What every answer carries: a request id, the security headers, a count and a duration."""

from __future__ import annotations

import logging
import secrets
import time

from prometheus_client import Counter, Histogram
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("wangge.access")

REQUESTS = Counter("wangge_requests_total", "Requests answered", ["method", "family", "status"])
SECONDS = Histogram(
    "wangge_request_seconds", "Seconds until the answer began", ["family"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10),
)  # fmt: skip

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
_SECURITY = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


class Envelope:
    """Plain ASGI, so that the hot paths (tiles, items) pay microseconds, not a task per request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", ()))
                given = {name for name, _ in headers}
                headers += [pair for pair in _SECURITY if pair[0] not in given]
                headers.append((b"x-request-id", request_id.encode()))
                if b"cache-control" not in given and scope["path"].startswith("/api"):
                    headers.append((b"cache-control", b"no-store"))
                message["headers"] = headers
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            family = "/" + scope["path"].lstrip("/").split("/", 2)[0][:16]
            family = family if family in {"/api", "/ogc", "/healthz", "/readyz", "/metrics"} else "/"
            spent = time.perf_counter() - began
            REQUESTS.labels(scope["method"], family, str(status)).inc()
            SECONDS.labels(family).observe(spent)
            log.info("%s %s %s %.1f ms %s", scope["method"], scope["path"], status, spent * 1e3, request_id)


_PACKED_ONCE = ("/ogc/collections", "/ogc/tiles")


class Compressed(GZipMiddleware):
    """gzip for everything but features and tiles, which are compressed once and kept compressed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_PACKED_ONCE):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
