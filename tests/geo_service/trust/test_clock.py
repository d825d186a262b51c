"""Clocks that jump: nobody is let in longer, and nobody is locked out for longer, than the rules say."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from geo_service import audit
from geo_service.database import Database, Scope
from geo_service.sign_in import LOCKED_FOR, MAX_FAILURES, SignIn
from geo_service.trust import one_time_codes

HERE, PASSWORD = "310199801", "correct horse 7"
YEAR = dt.timedelta(days=365)


class Clock:
    """A clock that we set."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(another_worker: Callable[..., Any], clock: Clock) -> Any:
    made = another_worker()
    made.state.sign_in = SignIn(
        made.state.database, idle=dt.timedelta(minutes=30), lifetime=dt.timedelta(hours=12), clock=clock
    )
    return made


@pytest.fixture
def name(client_of: Callable[..., TestClient], towns: Any) -> str:
    """A fresh account whose password is the usual one."""
    made = f"clock-{secrets.token_hex(3)}"
    answer = client_of("office").post(
        "/api/accounts", json={"name": made, "display_name": "x", "role": "volunteer"}
    )
    assert answer.status_code == 201, answer.text
    towns.admin(
        "UPDATE account SET password_hash = (SELECT password_hash FROM account WHERE name = :o) WHERE name = :n",
        o=f"office-{HERE}", n=made,
    )  # fmt: skip
    return made


def log_in(app: Any, name: str, password: str = PASSWORD, **more: Any) -> TestClient:
    client = TestClient(app, raise_server_exceptions=False)
    client.answer = client.post("/api/login", json={"name": name, "password": password, **more})  # type: ignore[attr-defined]
    return client


def seen(app: Any, client: TestClient) -> int:
    app.state.sign_in.forget()
    return client.get("/api/session").status_code


@pytest.mark.parametrize(
    ("jump", "status"),
    [
        (dt.timedelta(minutes=5), 200), (dt.timedelta(minutes=31), 401), (dt.timedelta(hours=13), 401), (YEAR, 401),
        (-dt.timedelta(minutes=5), 200), (-dt.timedelta(hours=1), 401), (-YEAR, 401),
    ],
    ids=["a little on", "past idle", "past its life", "a year on", "a little back", "an hour back", "a year back"],
)  # fmt: skip
def test_a_jump_of_the_clock_never_lengthens_a_session(
    app: Any, clock: Clock, name: str, jump: dt.timedelta, status: int
) -> None:
    client = log_in(app, name)
    assert seen(app, client) == 200
    clock.ahead = jump
    assert seen(app, client) == status


def test_one_can_sign_in_again_after_any_jump(app: Any, clock: Clock, name: str) -> None:
    for ahead in (dt.timedelta(), YEAR, dt.timedelta()):
        clock.ahead = ahead
        assert log_in(app, name).answer.status_code == 200  # type: ignore[attr-defined]


def test_a_lock_set_by_a_fast_clock_does_not_last_a_year(app: Any, clock: Clock, name: str) -> None:
    clock.ahead = YEAR
    for _ in range(MAX_FAILURES):
        log_in(app, name, "wrong")
    assert log_in(app, name).answer.status_code == 401  # type: ignore[attr-defined]
    clock.ahead = dt.timedelta()
    assert log_in(app, name).answer.status_code == 200  # type: ignore[attr-defined]


def test_a_lock_lasts_as_long_as_it_should(app: Any, clock: Clock, name: str) -> None:
    for _ in range(MAX_FAILURES):
        log_in(app, name, "wrong")
    clock.ahead = LOCKED_FOR - dt.timedelta(seconds=30)
    assert log_in(app, name).answer.status_code == 401  # type: ignore[attr-defined]
    clock.ahead = LOCKED_FOR + dt.timedelta(seconds=5)
    assert log_in(app, name).answer.status_code == 200  # type: ignore[attr-defined]


def test_one_time_codes_work_again_after_the_clock_was_put_back_and_still_only_once() -> None:
    secret, now = one_time_codes.new_secret(), dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    present = int(now.timestamp()) // one_time_codes.PERIOD_S
    code = one_time_codes.code_at(secret, present)
    used_in_the_future = present + 10_000
    assert one_time_codes.step_of(secret, code, now, after=used_in_the_future) == present
    assert one_time_codes.step_of(secret, code, now, after=present) is None
    assert one_time_codes.step_of(secret, code, now, after=present - 1) == present


def test_a_key_ends_by_the_clock_and_is_not_lost_by_a_wrong_one(
    app: Any, clock: Clock, machine: TestClient, towns: Any
) -> None:
    until = "UPDATE api_key SET expires_at = {} WHERE subdistrict_code = '310199801' AND revoked_at IS NULL"
    client = TestClient(
        app, headers={"Authorization": machine.headers["Authorization"]}, raise_server_exceptions=False
    )
    towns.admin(until.format("now() + interval '1 year'"))
    try:
        for ahead, status in ((dt.timedelta(), 200), (2 * YEAR, 401), (dt.timedelta(), 200)):
            clock.ahead = ahead
            assert seen(app, client) == status
    finally:
        towns.admin(until.format("NULL"))


def test_the_audit_stays_whole_when_the_clock_runs_backwards(
    towns: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, real = Database(towns.url), dt.datetime

    class Slow(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return real.now(tz) - YEAR

    try:
        with store.transaction(Scope(HERE, account="x")) as session:
            audit.record(session, Scope(HERE, account="x"), "clock.before", target="x")
        with monkeypatch.context() as patched:
            patched.setattr(audit.dt, "datetime", Slow)
            with store.transaction(Scope(HERE, account="x")) as session:
                audit.record(session, Scope(HERE, account="x"), "clock.after", target="x")
        with store.transaction(Scope(HERE), writes=False) as session:
            assert audit.verify(session, HERE) == []
    finally:
        store.close()
    order = towns.admin(
        "SELECT action FROM audit_event WHERE subdistrict_code = :s AND action LIKE 'clock.%' ORDER BY seq",
        s=HERE,
    )
    assert order[-2:] == [("clock.before",), ("clock.after",)]
