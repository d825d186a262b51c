"""A small town in a database of its own, and a receiver that keeps what it is sent and checks every signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from geo_service import database
from geo_service.database import Database, Scope
from geo_service.settings import Settings

TOWN, OTHER = "310199601", "310199602"


@dataclass
class Place:
    """The town's database: as the administrator, as the service, and its settings."""

    admin: str
    url: str
    store: Database
    settings: Settings

    def sql(self, statement: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def edit(self, code: str, mark: str, town: str = TOWN) -> None:
        """One change in the feed."""
        self.sql(
            "UPDATE building SET house_number = %s WHERE subdistrict_code = %s AND code = %s",
            mark,
            town,
            code,
        )

    def scope(self, town: str = TOWN) -> Scope:
        return Scope(town, account="test")


@pytest.fixture(scope="session")
def place(new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Two towns of 40 buildings."""
    name = f"handover_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    made_url = new_database(name)
    admin = make_url(made_url).set(drivername="postgresql")
    url = make_url(made_url).set(username=database.SERVICE).render_as_string(hide_password=False)
    store = Database(url)
    settings = Settings(
        database_url=url, data_dir=tmp_path_factory.mktemp("handover"), webhook_hosts="http://127.0.0.1"
    )
    made = Place(admin.render_as_string(hide_password=False), url, store, settings)
    for town in (TOWN, OTHER):
        made.sql("INSERT INTO subdistrict (code, name, metric_srid) VALUES (%s, '样例街道', 4549)", town)
        made.sql(
            "INSERT INTO building (subdistrict_code, code, kind, name, committee_code, geom) "
            "SELECT %s, 'B' || lpad(i::text, 3, '0'), 'building', '楼' || i, %s || '001', "
            "ST_MakeEnvelope(121.4 + i * 0.001, 31.2, 121.4005 + i * 0.001, 31.2005, 4326) FROM generate_series(1, 40) i",
            town,
            town,
        )
    yield made
    store.close()


@dataclass
class Receiver:
    """What came to it; ``says`` are the statuses it will answer with, then 200."""

    url: str = ""
    secret: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    says: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    slow_s: float = 0.0

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for request in self.requests if request["status"] == 200 for event in request["events"]]

    def marks(self) -> list[str]:
        return [event["data"]["after"]["house_number"] for event in self.events]

    def wait(self, ready: Callable[[], bool], seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < until, self.requests[-3:]
            time.sleep(0.02)


def right_signature(secret: str, headers: Any, body: bytes) -> bool:
    """Standard Webhooks, written here once more from its text."""
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    good = "v1," + base64.b64encode(hmac.new(raw, said, hashlib.sha256).digest()).decode()
    fresh = abs(int(headers["webhook-timestamp"]) - time.time()) < 300
    return fresh and hmac.compare_digest(good, headers["webhook-signature"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if kept.slow_s:
                time.sleep(kept.slow_s)
            status, headers = kept.says.pop(0) if kept.says else (200, {})
            kept.requests.append(
                {
                    "path": self.path,
                    "id": self.headers["webhook-id"],
                    "type": self.headers["Content-Type"],
                    "signed": bool(kept.secret) and right_signature(kept.secret, self.headers, body),
                    "events": json.loads(body),
                    "status": status,
                    "at": time.monotonic(),
                }
            )
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                pass

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_address[1]}/feed?token=x"
    yield kept
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def data_dir(place: Place) -> Path:
    return place.settings.data_dir
