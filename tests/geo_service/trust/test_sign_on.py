"""Single sign-on against a provider that runs beside: whom it lets in, and everything that must not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from geo_service.trust.open_id import REMEMBERED_S, login_hash

OURS = "http://testserver"
RETURN = f"{OURS}/api/sign-on/return"
WRONG = [
    "nonce", "audience", "expired", "issuer", "party", "unsigned", "public key as secret", "signature", "no subject",
]  # fmt: skip


@dataclass
class Beside:
    """The provider and our service that trusts it."""

    issuer: str
    app: Any

    def next_one(self, **said: Any) -> None:
        httpx.post(f"{self.issuer}/next", json=said).raise_for_status()

    def browser(self) -> TestClient:
        return TestClient(self.app, base_url=OURS, raise_server_exceptions=False, follow_redirects=False)

    def through(self, browser: TestClient, onward: str = "/") -> Any:
        """Start here, go to the provider, come back: our last answer."""
        started = browser.get("/api/sign-on/start", params={"onward": onward})
        assert started.status_code == 302, started.text
        answered = httpx.get(started.headers["location"], follow_redirects=False)
        assert answered.headers["location"].startswith(RETURN)
        return browser.get(answered.headers["location"])


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    command = [
        sys.executable,
        str(Path(__file__).with_name("open_id_provider.py")),
        "wangge",
        "a secret of ours",
        RETURN,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def beside(issuer: str, another_worker: Callable[..., Any]) -> Beside:
    app = another_worker(
        sign_on_issuer=issuer, sign_on_client="wangge", sign_on_secret=SecretStr("a secret of ours"), sign_on_return=RETURN
    )  # fmt: skip
    made = Beside(issuer, app)
    made.next_one(sub="nobody")
    return made


@pytest.fixture
def bound(beside: Beside, client_of: Callable[..., TestClient], towns: Any) -> Iterator[str]:
    """An identity that an administrator bound to the registrar's account of this town."""
    office = signed_in_here(beside, towns, "office")
    name = towns.admin(
        "SELECT name FROM account WHERE role = 'registrar' AND subdistrict_code = '310199801' AND active LIMIT 1"
    )[0][0]
    assert office.put(f"/api/accounts/{name}/sign-on", json={"login": "duty-7"}).status_code == 204
    yield name
    assert office.delete(f"/api/accounts/{name}/sign-on").status_code == 204


def signed_in_here(beside: Beside, towns: Any, role: str) -> TestClient:
    name = towns.admin("SELECT name FROM account WHERE role = :r AND subdistrict_code = '310199801' AND active AND name LIKE :l ORDER BY 1 LIMIT 1", r=role, l=f"{role}%")[0][0]  # fmt: skip
    client = TestClient(beside.app, raise_server_exceptions=False)
    answer = client.post("/api/login", json={"name": name, "password": "correct horse 7"})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client


def test_a_bound_identity_signs_in_as_its_account_with_that_accounts_rights(
    beside: Beside, bound: str, towns: Any
) -> None:
    beside.next_one(sub="duty-7")
    browser = beside.browser()
    answer = beside.through(browser, onward="/#review")
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/#review"
    assert "httponly" in answer.headers["set-cookie"].lower()
    who = browser.get("/api/session").json()
    assert (who["account"]["name"], who["account"]["role"]) == (bound, "registrar")
    assert browser.post("/api/logout", headers={"X-CSRF-Token": who["csrf"]}).status_code == 204
    last = towns.admin(
        "SELECT action, detail FROM audit_event WHERE target = :n AND action = 'sign-in' ORDER BY seq DESC LIMIT 1",
        n=bound,
    )
    assert last == [("sign-in", {"by": "single sign-on"})]


def test_an_unbound_identity_gets_a_number_for_the_administrator_and_no_account(
    beside: Beside, towns: Any
) -> None:
    beside.next_one(sub="stranger")
    browser = beside.browser()
    before = towns.admin("SELECT count(*) FROM account")
    answer = beside.through(browser)
    assert answer.status_code == 403
    assert login_hash(beside.issuer, "stranger").hex()[:16] in answer.text
    assert "stranger" not in answer.text
    assert browser.get("/api/session").status_code == 401
    assert towns.admin("SELECT count(*) FROM account") == before


def test_what_the_provider_calls_a_person_is_stored_nowhere(beside: Beside, bound: str, towns: Any) -> None:
    stored = towns.admin("SELECT to_jsonb(s)::text FROM sign_on s WHERE account = :n", n=bound)
    told = towns.admin(
        "SELECT detail::text FROM audit_event WHERE action = 'account.sign-on' AND target = :n", n=bound
    )
    assert stored
    assert told
    assert not [text for (text,) in stored + told if "duty-7" in text]


def test_an_administrator_sees_which_accounts_are_bound_and_never_to_whom(
    beside: Beside, bound: str, towns: Any
) -> None:
    answer = signed_in_here(beside, towns, "office").get("/api/sign-on/accounts")
    assert answer.status_code == 200
    assert "duty-7" not in answer.text
    assert answer.json()["issuer"] == beside.issuer
    line = next(row for row in answer.json()["bound"] if row["account"] == bound)
    assert line["mark"] == login_hash(beside.issuer, "duty-7").hex()[:16]
    assert line["bound_by"].startswith("office")


@pytest.mark.parametrize("wrong", WRONG)
def test_a_token_with_anything_wrong_signs_nobody_in(beside: Beside, bound: str, wrong: str) -> None:
    beside.next_one(sub="duty-7", wrong=wrong)
    browser = beside.browser()
    answer = beside.through(browser)
    assert answer.status_code == 401, answer.text
    assert browser.get("/api/session").status_code == 401


def test_a_refusal_at_the_provider_is_said_plainly(beside: Beside) -> None:
    beside.next_one(sub="duty-7", wrong="denied")
    answer = beside.through(beside.browser())
    assert answer.status_code == 401
    assert "认证方没有放行" in answer.text


def test_an_answer_that_began_in_another_browser_is_refused(beside: Beside, bound: str) -> None:
    """Else an attacker could sign a victim in as themselves, or replay a code that they saw."""
    beside.next_one(sub="duty-7")
    theirs, mine = beside.browser(), beside.browser()
    location = httpx.get(
        theirs.get("/api/sign-on/start").headers["location"], follow_redirects=False
    ).headers["location"]
    assert mine.get(location).status_code == 401
    mine.get("/api/sign-on/start")
    assert mine.get(location).status_code == 401
    assert theirs.get(location).status_code == 303


def test_a_code_works_once(beside: Beside, bound: str) -> None:
    beside.next_one(sub="duty-7")
    browser = beside.browser()
    started = browser.get("/api/sign-on/start")
    cookie = browser.cookies.get("wangge_sign_on", path="/api/sign-on")
    location = httpx.get(started.headers["location"], follow_redirects=False).headers["location"]
    assert browser.get(location).status_code == 303
    again = beside.browser()
    again.cookies.set("wangge_sign_on", str(cookie), path="/api/sign-on", domain="testserver.local")
    assert again.get(location).status_code == 401


def test_new_signing_keys_of_the_provider_are_fetched(beside: Beside, bound: str) -> None:
    beside.next_one(sub="duty-7")
    assert beside.through(beside.browser()).status_code == 303
    beside.next_one(sub="duty-7", new_key="second")
    assert beside.through(beside.browser()).status_code == 401  # asked half a minute ago: not again at once
    beside.app.state.open_id._keys_at -= 31
    assert beside.through(beside.browser()).status_code == 303


def test_another_issuer_at_the_address_is_not_believed(beside: Beside) -> None:
    beside.next_one(sub="duty-7", wrong="description")
    answer = beside.browser().get("/api/sign-on/start")
    assert answer.status_code == 503
    assert "another issuer" in answer.text


def test_a_provider_without_signing_keys_is_unavailable_and_not_our_fault(beside: Beside, bound: str) -> None:
    beside.next_one(sub="duty-7", wrong="keys")
    answer = beside.through(beside.browser())
    assert answer.status_code == 503
    assert "no signing keys" in answer.text


def test_an_unreachable_provider_leaves_the_password(another_worker: Callable[..., Any]) -> None:
    app = another_worker(sign_on_issuer="http://127.0.0.1:9", sign_on_client="wangge", sign_on_return=RETURN)
    answer = TestClient(app, raise_server_exceptions=False).get("/api/sign-on/start", follow_redirects=False)
    assert answer.status_code == 503
    assert "账号口令" in answer.text


def test_a_provider_without_tls_beyond_this_machine_is_refused(another_worker: Callable[..., Any]) -> None:
    app = another_worker(sign_on_issuer="http://idp.example", sign_on_client="wangge", sign_on_return=RETURN)
    answer = TestClient(app, raise_server_exceptions=False).get("/api/sign-on/start", follow_redirects=False)
    assert answer.status_code == 503
    assert "TLS" in answer.text


def test_the_description_is_asked_for_once_an_hour(beside: Beside) -> None:
    for _ in range(3):
        assert beside.browser().get("/api/sign-on/start").status_code == 302
    first = httpx.post(f"{beside.issuer}/next", json={"sub": "x"}).json()["described"]
    beside.browser().get("/api/sign-on/start")
    assert httpx.post(f"{beside.issuer}/next", json={"sub": "x"}).json()["described"] == first
    beside.app.state.open_id._asked_at -= REMEMBERED_S
    beside.browser().get("/api/sign-on/start")
    assert httpx.post(f"{beside.issuer}/next", json={"sub": "x"}).json()["described"] == first + 1


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "/\\evil.example", "/\r\nx"])
def test_the_way_back_stays_here(beside: Beside, bound: str, onward: str) -> None:
    beside.next_one(sub="duty-7")
    assert beside.through(beside.browser(), onward=onward).headers["location"] == "/"


def test_a_closed_account_stays_closed(beside: Beside, bound: str, towns: Any) -> None:
    beside.next_one(sub="duty-7")
    towns.admin("UPDATE account SET active = false WHERE name = :n", n=bound)
    try:
        assert beside.through(beside.browser()).status_code == 403
    finally:
        towns.admin("UPDATE account SET active = true WHERE name = :n", n=bound)


def test_one_identity_is_one_account(beside: Beside, bound: str, towns: Any) -> None:
    office = signed_in_here(beside, towns, "office")
    answer = office.put("/api/accounts/" + office.get("/api/session").json()["account"]["name"] + "/sign-on", json={"login": "duty-7"})  # fmt: skip
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/login-bound")


def test_without_a_provider_there_is_no_single_sign_on(towns: Any) -> None:
    client = TestClient(towns.app, raise_server_exceptions=False)
    assert client.get("/api/sign-on").json() == {"offered": False, "start": None}
    assert client.get("/api/sign-on/start").status_code == 404
