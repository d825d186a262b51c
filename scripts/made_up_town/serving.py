"""The made-up town behind HTTP, with the console's files beside it."""

from __future__ import annotations

import gzip
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from made_up_town.town import Town

MIME = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


class Handler(BaseHTTPRequestHandler):
    """The console's files, the town's answers, and a stream of events in which nothing happens."""

    protocol_version = "HTTP/1.1"
    town: ClassVar[Town]
    static: ClassVar[Path]

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(at.query).items()}
        if at.path.endswith("/events"):
            return self._send(b"retry: 600000\n\n", "text/event-stream")
        if "/tiles/" in at.path:
            z, row, column = map(int, at.path.split("/")[-3:])
            return self._send(
                gzip.compress(self.town.tile(z, row, column), 1),
                "application/vnd.mapbox-vector-tile",
                packed=True,
            )
        if at.path.startswith(("/api/", "/ogc/")):
            body = self.town.get(at.path, query)
            if body is None:
                return self._send(b"{}", "application/problem+json", 404)
            return self._send(body, "application/json", packed=True)
        file = self.static / (at.path.lstrip("/") or "index.html")
        if not file.is_file() or self.static not in file.resolve().parents:
            return self._send(b"", "text/plain", 404)
        return self._send(
            gzip.compress(file.read_bytes(), 6),
            MIME.get(file.suffix, "application/octet-stream"),
            packed=True,
        )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._send(self.town.operate(self.path.rsplit("/", 1)[-1]), "application/json")

    def _send(self, body: bytes, kind: str, status: int = 200, packed: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        """A tab that is closed in the middle of an answer is no news."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Silence."""


def serve(static: Path, town: Town) -> ThreadingHTTPServer:
    """A server on a free port of this machine; call ``serve_forever`` in a thread."""
    made = type("TownHandler", (Handler,), {"town": town, "static": static.resolve()})
    return ThreadingHTTPServer(("127.0.0.1", 0), made)
