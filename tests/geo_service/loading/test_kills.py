"""kill -9 of the loader, of the server and of PostgreSQL in the middle of a load: all or nothing, and the next start works.

The middle is made certain: the test holds the lock that counting takes, so a load stops after it has written all its
rows and before it commits.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import make_url, text

from geo_service import database
from geo_service.database import Database, Scope
from geo_service.loading.load import load_frames
from geo_service.loading.recounting import recounted
from geo_service.local_postgis import LocalPostgis
from geo_service.sign_in import hash_password
from geo_service.tables.trust import Account
from seeds.demo_town import towns

SUB = "310199001"
PASSWORD = "a long Password 1"
ROWS = 4_000


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPostgis]:
    """A PostGIS with durable settings of its own, a few hundred dwellings in it and an office account."""
    server = LocalPostgis(tmp_path_factory.mktemp("checkout"))
    database.upgrade(server.start())
    town = next(iter(towns(2_000, 1, 7)))
    store = Database(server.url(database.SERVICE))
    with store.transaction(Scope(SUB)) as session:
        session.execute(text("INSERT INTO subdistrict (code, name) VALUES (:s, '样镇')"), {"s": SUB})
        for kind, frame in (
            ("areas", town.areas),
            ("buildings", town.buildings),
            ("dwellings", town.dwellings),
        ):
            load_frames(session, SUB, kind, [frame], as_of=town.scale.until)
        session.add(
            Account(subdistrict_code=SUB, name="office", display_name="人口办", role="office",
                    password_hash=hash_password(PASSWORD), password_changed_at=dt.datetime.now(dt.UTC))
        )  # fmt: skip
    store.close()
    yield server
    server.remove()


@pytest.fixture
def records(durable: LocalPostgis, tmp_path: Path) -> Path:
    """A file of records at the dwellings that are there."""
    with psycopg.connect(_libpq(durable.url())) as connection:
        codes = [code for (code,) in connection.execute("SELECT code FROM dwelling ORDER BY 1").fetchall()]
    path = tmp_path / "records.csv"
    lines = (f"{tmp_path.name}-{n},{codes[n % len(codes)]},2026-01-05\n" for n in range(ROWS))
    path.write_text("登记编号,房屋编码,登记日期\n" + "".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def surroundings(durable: LocalPostgis, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a command that works on the durable server; one hashing key for the module."""
    folder = tmp_path_factory.getbasetemp() / "kills-data"
    folder.mkdir(exist_ok=True)
    return os.environ | {
        "WANGGE_DATABASE_URL": durable.url(database.SERVICE), "WANGGE_ADMIN_URL": durable.url(),
        "WANGGE_DATA_DIR": str(folder), "WANGGE_SESSION_IDLE_MINUTES": "30",
    }  # fmt: skip


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def count(server: LocalPostgis) -> int:
    with psycopg.connect(_libpq(server.url())) as connection:
        row = connection.execute("SELECT count(*) FROM registration").fetchone()
    assert row is not None
    return int(row[0])


@contextlib.contextmanager
def before_the_commit(server: LocalPostgis) -> Iterator[Any]:
    """Loads stop here; the yielded function waits until one has."""
    lock = "classid = 719 AND objsubid = 2"
    with psycopg.connect(_libpq(server.url()), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(719, hashtext(%s))", (SUB,))

        def wait() -> None:
            until = time.monotonic() + 60
            while time.monotonic() < until:
                waiting = connection.execute(
                    f"SELECT count(*) FROM pg_locks WHERE {lock} AND NOT granted"
                ).fetchone()
                if waiting and waiting[0]:
                    return
                time.sleep(0.05)
            raise AssertionError("no load came to its middle")

        try:
            yield wait
        finally:
            with contextlib.suppress(psycopg.OperationalError):  # the server may be dead by now
                connection.execute("SELECT pg_advisory_unlock_all()")


def start_loader(records: Path, surroundings: dict[str, str]) -> subprocess.Popen[bytes]:
    command = "from geo_service.cli import main; main()"
    words = ["load", "registrations", str(records), "--subdistrict", SUB, "--commit"]
    return subprocess.Popen(
        [sys.executable, "-c", command, *words],
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def loads_whole(server: LocalPostgis, records: Path, surroundings: dict[str, str]) -> None:
    """The next load of the same file works, all of it is there, and every count is right."""
    before = count(server)
    loader = start_loader(records, surroundings)
    said, _ = loader.communicate(timeout=120)
    assert loader.returncode == 0, said.decode()
    assert count(server) == before + ROWS
    store = Database(server.url(database.SERVICE))
    assert recounted(store, Scope(SUB), commit=False)["differences"] == 0
    store.close()


def test_a_killed_loader_leaves_nothing(
    durable: LocalPostgis, records: Path, surroundings: dict[str, str]
) -> None:
    before = count(durable)
    with before_the_commit(durable) as wait:
        loader = start_loader(records, surroundings)
        wait()
        loader.kill()
        loader.communicate()
    assert count(durable) == before
    loads_whole(durable, records, surroundings)


def test_a_killed_postgresql_leaves_nothing_and_starts_again(
    durable: LocalPostgis, records: Path, surroundings: dict[str, str]
) -> None:
    before = count(durable)
    with before_the_commit(durable) as wait:
        loader = start_loader(records, surroundings)
        wait()
        postmaster = durable.status().pid
        assert postmaster is not None
        os.kill(postmaster, signal.SIGKILL)
        said, _ = loader.communicate(timeout=60)
    assert loader.returncode != 0
    assert "登记" not in said.decode() or "tmp" not in said.decode()
    durable.start()
    assert count(durable) == before
    loads_whole(durable, records, surroundings)


@contextlib.contextmanager
def served(surroundings: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """``wangge up`` on a free port, and a client signed in to it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = "from geo_service.cli import main; main()"
    server = subprocess.Popen(
        [sys.executable, "-c", command, "up", "--port", str(port)], env=surroundings,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            _await(client)
            answer = client.post("/api/login", json={"name": "office", "password": PASSWORD})
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
            yield server, client
    finally:
        server.kill()
        server.wait()


def _await(client: httpx.Client) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(httpx.TransportError):
            if client.get("/readyz").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the service did not come up")


def upload(client: httpx.Client, records: Path) -> str:
    with records.open("rb") as file:
        answer = client.post(
            "/api/loads",
            data={"kind": "registrations", "commit": "true"},
            files={"file": ("r.csv", file, "text/csv")},
        )
    assert answer.status_code == 202, answer.text
    return str(json.loads(answer.text)["id"])


def test_a_killed_server_leaves_nothing_and_its_next_start_loads(
    durable: LocalPostgis, records: Path, surroundings: dict[str, str]
) -> None:
    before = count(durable)
    with served(surroundings) as (server, client), before_the_commit(durable) as wait:
        upload(client, records)
        wait()
        server.kill()
        server.wait()
    assert count(durable) == before
    with served(surroundings) as (_, client):
        task, until = upload(client, records), time.monotonic() + 60
        while (state := client.get(f"/api/tasks/{task}").json()["state"]) in {"queued", "running"}:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert state == "done"
    assert count(durable) == before + ROWS
