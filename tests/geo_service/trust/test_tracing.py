"""Traces, at a real collector: they tie a request to its statements, and carry nothing that was asked or answered."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from geo_service.app import create_app
from geo_service.settings import Settings

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector:
    """Takes what the exporter posts, as it stands on the wire."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                bodies.append(
                    gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
                )
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/traces"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def spans(self) -> list[Any]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            s
            for r in requests
            for some in r.resource_spans
            for scope in some.scope_spans
            for s in scope.spans
        ]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(scope="module")
def seen(small_town: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    """A collector that got everything of a sign-in, a search and a question that was refused."""
    collector = Collector()
    app = create_app(
        Settings(
            database_url=small_town["url"],
            data_dir=tmp_path_factory.mktemp("traced"),
            traces_url=collector.url,
        )
    )
    account = {k: small_town["accounts"]["office"][k] for k in ("name", "password")}
    with TestClient(app) as client:
        client.post("/api/login", json=account)
        client.get("/api/search?q=桂花", headers={"traceparent": f"00-{TRACE}-{CALLER}-01"})
        client.get("/api/layers/micro-grids?month=1899-01")
    yield collector
    collector.close()


def values(span: Any) -> dict[str, Any]:
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}


def test_a_request_continues_the_callers_trace_and_holds_its_statements(seen: Collector) -> None:
    ours = [span for span in seen.spans() if span.trace_id.hex() == TRACE]
    request = next(span for span in ours if span.parent_span_id.hex() == CALLER)
    assert request.name == "GET /api/search"
    assert values(request)["http.response.status_code"] == 200
    assert len(values(request)["wangge.request_id"]) == 16
    statements = [span for span in ours if span.parent_span_id == request.span_id]
    assert "SELECT" in {span.name for span in statements}
    assert any(values(s)["code.function.name"].startswith("geo_service.queries.") for s in statements)
    assert all(s.start_time_unix_nano >= request.start_time_unix_nano for s in statements)
    assert all(s.end_time_unix_nano <= request.end_time_unix_nano for s in statements)


def test_nothing_that_was_asked_answered_or_typed_leaves_with_them(
    seen: Collector, small_town: dict[str, Any]
) -> None:
    account = small_town["accounts"]["office"]
    whole = b"".join(seen.bodies)
    assert b"/api/login" in whole
    for secret in (
        "桂花",
        "1899",
        account["password"],
        account["name"],
        small_town["subdistrict"],
        "set_config",
    ):
        assert secret.encode() not in whole, secret
    allowed = {"http.request.method", "http.route", "http.response.status_code", "wangge.request_id",
               "db.system.name", "code.function.name"}  # fmt: skip
    assert {key for span in seen.spans() for key in values(span)} == allowed


def test_a_collector_that_is_away_costs_neither_answers_nor_the_stop(
    small_town: dict[str, Any], tmp_path: Path
) -> None:
    nowhere = "http://127.0.0.1:9/v1/traces"
    app = create_app(Settings(database_url=small_town["url"], data_dir=tmp_path, traces_url=nowhere))
    with TestClient(app) as client:
        assert client.get("/readyz").status_code == 200
        began = time.monotonic()
    assert time.monotonic() - began < 15


def test_without_a_collector_nothing_of_it_is_there(small_town_app: Any) -> None:
    assert small_town_app.state.traces is None
    assert "Traced" not in {m.cls.__name__ for m in small_town_app.user_middleware}
