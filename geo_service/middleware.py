"""What every answer carries: a request id, the security headers, a count and a duration."""

from __future__ import annotations

import logging
import secrets
import time

from prometheus_client import Counter, Histogram
from starlette.datastructures import MutableHeaders
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
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers["X-Request-Id"] = request_id
                if scope["path"].startswith("/api") and "cache-control" not in headers:
                    headers["Cache-Control"] = "no-store"
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
