"""Passwords, sessions, keys: who comes in, how guessing is slowed, how a revocation takes effect."""

from __future__ import annotations

import datetime as dt
import logging
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from geo_service.sign_in import COOKIE, MAX_FAILURES
from geo_service.trust import one_time_codes
from geo_service.trust.throttle import Throttle

HERE = "310199801"
PASSWORD = "correct horse 7"
Clients = Callable[..., TestClient]


@pytest.fixture
def opened(client_of: Clients) -> Callable[[str], tuple[str, str]]:
    """A function: role → name and password of a fresh account of that role."""
    office = client_of("office")

    def open_one(role: str) -> tuple[str, str]:
        name = f"fresh-{time.monotonic_ns() % 10**7}"
        answer = office.post("/api/accounts", json={"name": name, "display_name": "x", "role": role})
        assert answer.status_code == 201, answer.text
        return name, answer.json()["password"]

    return open_one


def log_in(towns: Any, name: str, password: str, **more: Any) -> Any:
    client = TestClient(towns.app, raise_server_exceptions=False)
    return client, client.post("/api/login", json={"name": name, "password": password, **more})


def test_five_failures_lock_an_account_and_a_locked_one_looks_like_an_unknown_one(
    towns: Any, opened: Any
) -> None:
    name, password = opened("office")
    for _ in range(MAX_FAILURES):
        assert log_in(towns, name, "wrong")[1].status_code == 401
    locked = log_in(towns, name, password)[1]
    unknown = log_in(towns, "nobody-of-that-name", password)[1]
    assert (locked.status_code, locked.json()) == (unknown.status_code, unknown.json())
    assert towns.admin(
        "SELECT locked_until > now() + interval '14 minutes' FROM account WHERE name = :n", n=name
    ) == [(True,)]


def test_an_unknown_account_costs_as_much_time_as_a_known_one(
    towns: Any, another_worker: Any, opened: Any
) -> None:
    sign_in = another_worker().state.sign_in
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    known, _ = opened("office")
    for _ in range(8):
        for kind, name in (("known", known), ("unknown", "nobody-of-that-name")):
            began = time.process_time()
            with pytest.raises(Exception, match="sign-in-refused"):
                sign_in.login(name, "wrong", None)
            times[kind].append(time.process_time() - began)
    known_s, unknown_s = (statistics.median(times[kind]) for kind in ("known", "unknown"))
    # The hash is nearly all of it; without it an unknown name would answer in a tenth of the time.
    assert 0.5 < unknown_s / known_s < 2


def test_too_many_failures_from_one_address_close_the_door_to_it_alone() -> None:
    clock = [0.0]
    throttle = Throttle(allowed=3, window_s=60, clock=lambda: clock[0])
    for _ in range(3):
        assert throttle.wait_s("a") == 0
        throttle.failed("a")
    assert throttle.wait_s("a") == 60
    assert throttle.wait_s("b") == 0
    clock[0] = 60.5
    assert throttle.wait_s("a") == 0


def test_a_throttled_address_is_told_when_to_come_back(towns: Any, another_worker: Any) -> None:
    app = another_worker()
    client = TestClient(app, raise_server_exceptions=False)
    answers = [client.post("/api/login", json={"name": "nobody", "password": "x"}) for _ in range(21)]
    assert [a.status_code for a in answers] == [401] * 20 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 300


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    towns: Any, another_worker: Any, opened: Any
) -> None:
    _, answer = log_in(towns, *opened("office"))
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    behind_tls = another_worker(secure_cookies=True)
    name, password = opened("office")
    secure = TestClient(behind_tls).post("/api/login", json={"name": name, "password": password})
    assert "secure" in secure.headers["set-cookie"].lower()


@pytest.mark.parametrize("token", [None, "", "x" * 32])
def test_a_change_by_cookie_without_the_csrf_token_is_refused(
    towns: Any, opened: Any, token: str | None
) -> None:
    client, _ = log_in(towns, *opened("office"))
    headers = {} if token is None else {"X-CSRF-Token": token}
    answer = client.post(
        "/api/accounts", json={"name": "by-csrf", "display_name": "x", "role": "volunteer"}, headers=headers
    )
    assert answer.status_code == 403
    assert towns.admin("SELECT count(*) FROM account WHERE name = 'by-csrf'") == [(0,)]


def test_a_login_from_another_sites_page_is_refused(towns: Any, opened: Any) -> None:
    name, password = opened("office")
    client = TestClient(towns.app, headers={"Sec-Fetch-Site": "cross-site"})
    assert client.post("/api/login", json={"name": name, "password": password}).status_code == 403
    form = TestClient(towns.app).post("/api/login", content=f'{{"name":"{name}","password":"{password}"}}',
                                      headers={"Content-Type": "text/plain"})  # fmt: skip
    assert form.status_code in {400, 422}


def test_an_idle_session_ends_and_so_does_an_old_one(towns: Any, opened: Any) -> None:
    for column, past in (("last_seen_at", "31 minutes"), ("expires_at", "1 second")):
        name, password = opened("office")
        client, _ = log_in(towns, name, password)
        assert client.get("/api/session").status_code == 200
        towns.admin(f"UPDATE session SET {column} = now() - interval '{past}' WHERE account = :n", n=name)
        towns.app.state.sign_in.forget()
        assert client.get("/api/session").status_code == 401


def test_a_revocation_works_at_once_on_every_worker(
    towns: Any, another_worker: Any, opened: Any, client_of: Clients
) -> None:
    name, password = opened("office")
    client, _ = log_in(towns, name, password)
    other = TestClient(another_worker(), cookies=client.cookies)
    assert other.get("/api/session").status_code == 200  # and this worker remembers it for five seconds
    assert client_of("office").post(f"/api/accounts/{name}/sign-out").json() == {"sessions": 1}
    assert client.get("/api/session").status_code == 401
    assert other.get("/api/session").status_code == 401


def test_signing_out_ends_the_session_itself_not_only_the_cookie(towns: Any, opened: Any) -> None:
    client, answer = log_in(towns, *opened("office"))
    token = client.cookies[COOKIE]
    assert client.post("/api/logout", headers={"X-CSRF-Token": answer.json()["csrf"]}).status_code == 204
    assert TestClient(towns.app, cookies={COOKIE: token}).get("/api/session").status_code == 401


def test_sessions_are_listed_and_ended_one_by_one(towns: Any, opened: Any) -> None:
    name, password = opened("office")
    first, answer = log_in(towns, name, password)
    second, _ = log_in(towns, name, password)
    listed = first.get("/api/sessions").json()
    assert [s["here"] for s in listed].count(True) == 1
    assert len(listed) == 2
    elsewhere = next(s["id"] for s in listed if not s["here"])
    gone = first.delete(f"/api/sessions/{elsewhere}", headers={"X-CSRF-Token": answer.json()["csrf"]})
    assert gone.status_code == 204
    assert second.get("/api/session").status_code == 401
    assert first.get("/api/session").status_code == 200


def test_a_new_password_needs_the_old_one_and_ends_the_sessions(towns: Any, opened: Any) -> None:
    name, password = opened("office")
    client, answer = log_in(towns, name, password)
    csrf = {"X-CSRF-Token": answer.json()["csrf"]}
    wrong = client.post(
        "/api/password", json={"password": "no", "new_password": "quite another 9"}, headers=csrf
    )
    assert wrong.status_code == 422
    weak = client.post("/api/password", json={"password": password, "new_password": "short"}, headers=csrf)
    assert weak.json()["type"] == "/problems/weak-password"
    done = client.post(
        "/api/password", json={"password": password, "new_password": "quite another 9"}, headers=csrf
    )
    assert done.status_code == 204
    assert client.get("/api/session").status_code == 401
    assert log_in(towns, name, password)[1].status_code == 401
    assert log_in(towns, name, "quite another 9")[1].status_code == 200


def test_a_one_time_code_is_asked_for_and_works_once(towns: Any, opened: Any) -> None:
    name, password = opened("office")
    client, answer = log_in(towns, name, password)
    csrf = {"X-CSRF-Token": answer.json()["csrf"]}
    secret = client.post("/api/one-time-codes/new", headers=csrf).json()["secret"]
    step = int(dt.datetime.now(dt.UTC).timestamp()) // 30
    past = {"password": password, "secret": secret, "code": one_time_codes.code_at(secret, step - 9)}
    assert client.post("/api/one-time-codes", json=past, headers=csrf).status_code == 422
    now = {**past, "code": one_time_codes.code_at(secret, step - 1)}
    assert client.post("/api/one-time-codes", json=now, headers=csrf).status_code == 204
    assert log_in(towns, name, password)[1].status_code == 401
    code = one_time_codes.code_at(secret, int(dt.datetime.now(dt.UTC).timestamp()) // 30)
    assert log_in(towns, name, password, code=code)[1].status_code == 200
    assert log_in(towns, name, password, code=code)[1].status_code == 401, "a code works once"


def test_nobody_hands_out_more_than_they_hold(towns: Any, client_of: Clients, opened: Any) -> None:
    operator = client_of("operator")
    body = {"name": "too-much", "display_name": "x", "role": "office"}
    assert operator.post("/api/accounts", json=body).status_code == 403
    assert operator.post(f"/api/accounts/office-{HERE}/password").status_code == 403
    assert operator.patch(f"/api/accounts/registrar-{HERE}", json={"areas": None}).status_code == 403
    name, _ = opened("volunteer")
    assert client_of("office").patch(f"/api/accounts/{name}", json={"role": "operator"}).status_code == 403
    assert (
        client_of("office").patch(f"/api/accounts/office-{HERE}", json={"active": False}).status_code == 403
    )


def test_an_account_is_a_duty_and_not_a_persons_number(client_of: Clients) -> None:
    for name in ("13000000000", "999999190001010000", "a" * 33, "x y", "x"):
        answer = client_of("office").post(
            "/api/accounts", json={"name": name, "display_name": "x", "role": "volunteer"}
        )
        assert answer.status_code == 422, name


def test_a_key_rotates_with_grace_and_a_revoked_one_is_dead_at_once(towns: Any, client_of: Clients) -> None:
    office = client_of("office")
    made = office.post("/api/keys", json={"name": "platform", "scopes": ["read"], "days": 30}).json()

    def works(key: str) -> bool:
        client = TestClient(
            towns.app, headers={"Authorization": f"Bearer {key}"}, raise_server_exceptions=False
        )
        return client.get("/api/session").status_code == 200

    assert works(made["key"])
    successor = office.post(f"/api/keys/{made['id']}/rotate", json={"grace_days": 2}).json()
    assert works(made["key"])
    assert works(successor["key"])
    ends = towns.admin(
        "SELECT expires_at < now() + interval '49 hours' FROM api_key WHERE id = :i", i=made["id"]
    )
    assert ends == [(True,)]
    assert office.delete(f"/api/keys/{successor['id']}").json()["state"] == "revoked"
    assert not works(successor["key"])
    assert not works("wg_" + "x" * 40)
    stored = towns.admin("SELECT row_to_json(k)::text FROM api_key k WHERE id = :i", i=made["id"])[0][0]
    assert made["key"] not in stored


def test_passwords_tokens_and_keys_never_reach_the_log(
    towns: Any, opened: Any, client_of: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    name, password = opened("office")
    client, answer = log_in(towns, name, password)
    log_in(towns, name, "a wrong password 1")
    made = client_of("office").post("/api/keys", json={"name": "k", "scopes": ["read"]}).json()
    TestClient(towns.app, headers={"Authorization": f"Bearer {made['key']}"}).get("/api/session")
    secrets = (password, "a wrong password 1", client.cookies[COOKIE], answer.json()["csrf"], made["key"])
    ours = "\n".join(
        r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore", "asyncio"))
    )
    assert ours, "the access log must have spoken"
    assert not [s for s in secrets if s in ours]
