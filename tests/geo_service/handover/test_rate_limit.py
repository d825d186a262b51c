"""Buckets shared by processes, and the 429 that tells a client when to come back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from geo_service.app import create_app
from geo_service.rate_limit import PROBES, Buckets, Limit, digest_of
from geo_service.sign_in import hash_password, new_key
from geo_service.tables.trust import Account, ApiKey

TOWN = "310199601"
PASSWORD = "correct horse 7"

TAKING = """
import sys, time
from pathlib import Path
from geo_service.rate_limit import Buckets, Limit, digest_of
buckets, until, n = Buckets(Path(sys.argv[1])), time.monotonic() + 1.5, 0
while time.monotonic() < until:
    n += buckets.take(digest_of("one key"), Limit(6_000, 50)).allowed
print(n)
"""
HOLDING = """
import fcntl, os, sys, time
file = os.open(sys.argv[1], os.O_RDWR)
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def test_four_processes_together_get_what_one_key_may_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "buckets"
    began = time.monotonic()
    workers = [
        subprocess.Popen([sys.executable, "-c", TAKING, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    got = [int(w.communicate(timeout=60)[0]) for w in workers]
    spent = time.monotonic() - began
    assert sum(got) <= 50 + 100 * spent + 1
    assert sum(got) >= 50 + 100 * 1.5 - 5, "what is allowed is also given"
    assert min(got) > 0


def test_a_process_that_dies_with_the_lock_in_hand_stops_nobody(tmp_path: Path) -> None:
    path = tmp_path / "buckets"
    buckets = Buckets(path)
    holder = subprocess.Popen([sys.executable, "-c", HOLDING, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait(10)
    holder.stdout.close()
    assert buckets.take(digest_of("x"), Limit(60, 1)).allowed


def test_the_wait_that_is_told_is_the_wait_that_is_needed(tmp_path: Path) -> None:
    now = [50.0]
    buckets = Buckets(tmp_path / "b", clock=lambda: now[0])
    limit = Limit(30, 3)
    left = [buckets.take(b"a" * 8, limit).remaining for _ in range(3)]
    assert left == [2, 1, 0]
    refused = buckets.take(b"a" * 8, limit)
    assert (refused.allowed, refused.wait_s) == (False, pytest.approx(2.0))
    now[0] += 1.9
    assert not buckets.take(b"a" * 8, limit).allowed
    now[0] += 0.11
    assert buckets.take(b"a" * 8, limit).allowed
    now[0] += 600
    assert [buckets.take(b"a" * 8, limit).allowed for _ in range(4)] == [True, True, True, False]


def test_buckets_of_before_the_machine_started_anew_are_forgotten(tmp_path: Path) -> None:
    old, new = Buckets(tmp_path / "b", clock=lambda: 900_000.0), Buckets(tmp_path / "b", clock=lambda: 5.0)
    assert old.take(b"a" * 8, Limit(1, 1)).allowed
    assert new.take(b"a" * 8, Limit(1, 1)).allowed


def test_more_askers_than_slots_take_the_places_of_those_nearest_to_full(tmp_path: Path) -> None:
    buckets = Buckets(tmp_path / "b", slots=4, clock=lambda: 1.0)
    limit = Limit(60, 5)
    busy = (0).to_bytes(8, "little").replace(b"\x00", b"\x04", 1)
    for _ in range(5):
        buckets.take(busy, limit)
    assert not buckets.take(busy, limit).allowed
    for n in range(1, 200):
        buckets.take((4 * n + 4).to_bytes(8, "little"), limit)
    assert not buckets.take(busy, limit).allowed, "an emptied bucket is the last to lose its place"
    assert os.path.getsize(tmp_path / "b") == (4 + PROBES) * 16


def test_no_limit_counts_nothing(tmp_path: Path) -> None:
    buckets = Buckets(tmp_path / "b")
    assert all(buckets.take(b"a" * 8, Limit(0, 1)).allowed for _ in range(100))


@pytest.fixture
def worker(place: Any, tmp_path: Path) -> Iterator[Callable[[], TestClient]]:
    """A function: one more worker of an installation that allows 20 requests a minute, 5 at once."""
    settings = place.settings.model_copy(
        update={"data_dir": tmp_path, "rate_limit_per_minute": 20, "rate_limit_burst": 5}
    )
    made: list[Any] = []

    def one() -> TestClient:
        app = create_app(settings)
        made.append(app)
        return TestClient(app, raise_server_exceptions=False)

    yield one
    for app in made:
        app.state.tasks.close()
        app.state.database.close()


@pytest.fixture
def keys(place: Any) -> Iterator[list[tuple[str, str]]]:
    """(secret, id) of two keys, and an account of the office."""
    made = []
    with place.store.transaction(place.scope()) as session:
        for name in ("one", "two"):
            secret, row = new_key(name, TOWN, ["read"], None)
            session.add(row)
            made.append((secret, row.id))
        if session.get(Account, (TOWN, "limits")) is None:
            session.add(
                Account(subdistrict_code=TOWN, name="limits", display_name="人口办", role="office",
                        password_hash=hash_password(PASSWORD))
            )  # fmt: skip
    yield made
    with place.store.transaction(place.scope()) as session:
        for _, number in made:
            session.delete(session.get(ApiKey, (TOWN, number)))


def ask(client: TestClient, key: str, times: int, path: str = "/api/roles") -> list[int]:
    return [client.get(path, headers={"Authorization": f"Bearer {key}"}).status_code for _ in range(times)]


def test_the_sixth_request_at_once_is_refused_with_the_time_to_wait(
    worker: Callable[[], TestClient], keys: list[tuple[str, str]]
) -> None:
    client = worker()
    first = client.get("/api/roles", headers={"Authorization": f"Bearer {keys[0][0]}"})
    assert first.headers["ratelimit-policy"] == '"default";q=5;w=15'
    assert first.headers["ratelimit"].startswith('"default";r=4')
    statuses = ask(client, keys[0][0], 20)
    assert statuses[:4] == [200] * 4
    assert statuses[-1] == 429
    refused = client.get("/api/roles", headers={"Authorization": f"Bearer {keys[0][0]}"})
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 3
    assert refused.headers["x-request-id"]
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert ask(client, keys[1][0], 1) == [200], "another key has a bucket of its own"
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics") * 5] == [200] * 15
    time.sleep(int(refused.headers["retry-after"]))
    assert ask(client, keys[0][0], 1) == [200]


def test_workers_count_together(worker: Callable[[], TestClient], keys: list[tuple[str, str]]) -> None:
    one, two = worker(), worker()
    began = time.monotonic()
    statuses = [ask(c, keys[0][0], 1)[0] for c in (one, two) * 10]
    assert statuses.count(200) <= 5 + (time.monotonic() - began) / 3 + 1
    assert statuses[:4] == [200] * 4


def test_strangers_share_the_bucket_of_their_address(worker: Callable[[], TestClient]) -> None:
    statuses = [worker().get("/api/roles").status_code for _ in range(1)]
    client = worker()
    statuses += [client.get("/ogc/collections").status_code for _ in range(9)]
    assert set(statuses) == {401, 429}


def test_a_key_with_a_limit_of_its_own(
    worker: Callable[[], TestClient], keys: list[tuple[str, str]], place: Any
) -> None:
    secret, number = keys[0]
    office, client = worker(), worker()
    said = office.post("/api/login", json={"name": "limits", "password": PASSWORD})
    assert said.status_code == 200, said.text
    office.headers["X-CSRF-Token"] = said.json()["csrf"]
    assert office.put(f"/api/key-limits/{number}", json={"per_minute": 0, "burst": 1}).status_code == 200
    until = time.monotonic() + 20  # a request notices that keys have changed, a thread reads how
    while ask(client, secret, 12) != [200] * 12:
        assert time.monotonic() < until
    assert office.get("/api/key-limits").json() == {
        "usual": {"per_minute": 20, "burst": 5}, "keys": [{"key_id": number, "per_minute": 0, "burst": 1}]
    }  # fmt: skip
    assert office.put(f"/api/key-limits/{number}", json={"per_minute": 60, "burst": 0}).status_code == 422
    assert office.put("/api/key-limits/k-nothing", json={"per_minute": 60, "burst": 1}).status_code == 404
    assert office.delete(f"/api/key-limits/{number}").status_code == 204
    while 429 not in ask(client, secret, 12):
        assert time.monotonic() < until + 20
    events = place.sql(
        "SELECT detail ->> 'per_minute' FROM audit_event WHERE action = 'key.limit' ORDER BY seq"
    )
    assert events[-2:] == [("0",), (None,)]
