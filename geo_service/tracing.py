"""Traces of requests and of their statements, for a collector of the operator's own (OpenTelemetry, OTLP over HTTP).

Off unless ``WANGGE_TRACES_URL`` names one. A span carries the route's pattern, the method, the status and the request id;
a statement's span the function that asked. No address, no parameter, no statement and no account leaves with them.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

EXPORT_TIMEOUT_S = 3


def provider_of(url: str) -> TracerProvider:
    """Spans in batches to the collector at ``url``; one that is away costs nothing but its spans."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(
        resource=Resource.create({"service.name": "wangge", "service.version": version("wangge")})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=EXPORT_TIMEOUT_S)))
    return provider


class Traced:
    """One span for each request, a child of the caller's where it sent a ``traceparent``."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self.app, self._tracer, self._propagator = app, tracer, TraceContextTextMapPropagator()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        from opentelemetry.trace import SpanKind, StatusCode

        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        kind, attributes = SpanKind.SERVER, {"http.request.method": scope["method"]}
        caller = self._propagator.extract(given)
        with self._tracer.start_as_current_span(
            scope["method"], caller, kind, attributes, record_exception=False
        ) as span:

            async def send_and_note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            try:
                await self.app(scope, receive, send_and_note)
            finally:
                pattern = getattr(scope.get("route"), "path", None) or family_of(scope["path"])
                span.update_name(f"{scope['method']} {pattern}")
                span.set_attribute("http.route", pattern)
                span.set_attribute("wangge.request_id", scope.get("state", {}).get("request_id", ""))


def family_of(path: str) -> str:
    """What may be said of a path that no route describes.

    >>> family_of("/ogc/collections/buildings/items"), family_of("/some/file.js")
    ('/ogc', '/')
    """
    first = "/" + path.lstrip("/").split("/", 1)[0]
    return first if first in {"/api", "/ogc", "/healthz", "/readyz", "/metrics"} else "/"


def trace_statements(engine: Engine, tracer: Tracer) -> None:
    """A span for each statement that is part of a traced request, named by its verb and by who asked."""
    from opentelemetry.trace import SpanKind, StatusCode, get_current_span

    def begin(_conn: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        if context is not None and get_current_span().is_recording():
            span = tracer.start_span(statement.split(None, 1)[0].upper()[:12], kind=SpanKind.CLIENT)
            span.set_attribute("db.system.name", "postgresql")
            span.set_attribute("code.function.name", asking())
            context.wangge_span = span

    def end(_conn: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        if span := getattr(context, "wangge_span", None):
            span.end()

    def failed(context: Any) -> None:
        if span := getattr(context.execution_context, "wangge_span", None):
            span.set_status(StatusCode.ERROR)
            span.end()

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", failed)


def asking() -> str:
    """The nearest function of ours that is on the stack, as ``module.function``."""
    frame = sys._getframe(1)
    while frame := frame.f_back:  # type: ignore[assignment]
        module = frame.f_globals.get("__name__", "")
        if module.startswith("geo_service.") and module not in {__name__, "geo_service.database"}:
            return f"{module}.{frame.f_code.co_name}"
    return ""
