"""Managing webhooks over HTTP and from the command line; the service itself delivers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from geo_service.app import create_app
from geo_service.cli.webhook import app as commands
from geo_service.sign_in import hash_password
from geo_service.tables.trust import Account

TOWN, OTHER = "310199601", "310199602"
PASSWORD = "correct horse 7"


@pytest.fixture
def client(place: Any) -> Iterator[TestClient]:
    """The service with its sender running; signed in as the office."""
    place.sql("DELETE FROM webhook")
    for town in (TOWN, OTHER):
        if not place.sql("SELECT 1 FROM account WHERE name = %s", f"office-{town}"):
            with place.store.transaction(place.scope(town)) as session:
                session.add(
                    Account(subdistrict_code=town, name=f"office-{town}", display_name="人口办", role="office",
                            password_hash=hash_password(PASSWORD))
                )  # fmt: skip
    app = create_app(place.settings)
    with TestClient(app, raise_server_exceptions=False) as made:
        sign_in(made, TOWN)
        yield made
    place.sql("DELETE FROM webhook")


def sign_in(client: TestClient, town: str) -> None:
    answer = client.post("/api/login", json={"name": f"office-{town}", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]


def test_the_service_delivers_what_changes_to_an_address_that_was_registered(
    client: TestClient, place: Any, receiver: Any
) -> None:
    made = client.post("/api/webhooks", json={"url": receiver.url, "layers": ["buildings"]})
    assert made.status_code == 201, made.text
    receiver.secret = made.json()["secret"]
    number = made.json()["id"]
    place.edit("B005", "over http")
    receiver.wait(lambda: receiver.marks() == ["over http"])
    assert receiver.requests[0]["signed"]
    receiver.wait(lambda: client.get("/api/webhooks").json()[0]["state"] == "up-to-date")
    (listed,) = client.get("/api/webhooks").json()
    assert "secret" not in listed
    assert (listed["id"], listed["last_status"], listed["behind"]) == (number, "200", 0)

    again = client.post(f"/api/webhooks/{number}/replay", json={"since": listed["delivered_up_to"] - 1})
    assert again.status_code == 200, again.text
    receiver.wait(lambda: receiver.marks() == ["over http", "over http"])

    assert client.patch(f"/api/webhooks/{number}", json={"active": False}).json()["state"] == "paused"
    renewed = client.post(f"/api/webhooks/{number}/secret").json()["secret"]
    assert renewed != receiver.secret
    assert client.delete(f"/api/webhooks/{number}").status_code == 204
    assert client.get("/api/webhooks").json() == []
    actions = [
        r[0] for r in place.sql("SELECT action FROM audit_event WHERE action LIKE 'webhook.%%' ORDER BY seq")
    ]
    assert actions[-5:] == [f"webhook.{step}" for step in ("add", "replay", "pause", "secret", "remove")]
    details = json.dumps(place.sql("SELECT detail FROM audit_event WHERE action = 'webhook.add'"))
    assert "token=x" not in details


def test_bad_registrations_get_a_plain_refusal(client: TestClient) -> None:
    wrong = {
        "https://10.0.0.1/": "address-refused",
        "https://localhost/": "address-refused",
        "https://169.254.169.254/latest/meta-data": "address-refused",
        "http://example.org/": "https-only",
        "https://user:word@example.org/": "invalid-url",
    }
    for url, kind in wrong.items():
        answer = client.post("/api/webhooks", json={"url": url})
        assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{kind}"), url
    for body in ({}, {"url": "https://example.org", "layers": ["dwellings"]}, {"url": "https://example.org", "layers": []},
                 {"url": "https://example.org", "since": -1}, {"url": "https://example.org", "since": 10**30},
                 {"url": "x" * 600}, {"url": "https://example.org", "extra": 1}):  # fmt: skip
        assert client.post("/api/webhooks", json=body).status_code == 422, body
    for method, path, body in (("DELETE", "/api/webhooks/99", None), ("PATCH", "/api/webhooks/99", {"active": True}),
                               ("POST", "/api/webhooks/99/replay", {"since": 0}), ("POST", "/api/webhooks/99/secret", None)):  # fmt: skip
        assert client.request(method, path, json=body).status_code == 404
    assert client.get("/api/webhooks").json() == []


def test_a_town_neither_sees_nor_touches_the_webhooks_of_another(client: TestClient, receiver: Any) -> None:
    number = client.post("/api/webhooks", json={"url": receiver.url}).json()["id"]
    sign_in(client, OTHER)
    assert client.get("/api/webhooks").json() == []
    assert client.delete(f"/api/webhooks/{number}").status_code == 404
    sign_in(client, TOWN)
    assert len(client.get("/api/webhooks").json()) == 1


def test_there_is_a_limit_to_how_many_there_are(client: TestClient, receiver: Any) -> None:
    asked = {"url": receiver.url, "layers": ["areas"]}
    statuses = [client.post("/api/webhooks", json=asked).status_code for _ in range(21)]
    assert statuses == [201] * 20 + [409]


def test_the_same_from_the_command_line(place: Any, receiver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", place.url)
    monkeypatch.setenv("WANGGE_ADMIN_URL", place.admin)
    monkeypatch.setenv("WANGGE_DATA_DIR", str(place.settings.data_dir))
    monkeypatch.setenv("WANGGE_WEBHOOK_HOSTS", "http://127.0.0.1")
    town = ["--subdistrict", TOWN]

    def run(*words: str) -> str:
        done = CliRunner().invoke(commands, [*words, *town])
        assert done.exit_code == 0, (words, done.output, done.exception)
        return done.output

    (made,) = json.loads(run("add", receiver.url, "--layer", "buildings", "--since", "0", "--json"))
    assert made["secret"].startswith("whsec_")
    number = str(made["id"])
    run("pause", number)
    assert json.loads(run("list", "--json"))[0]["state"] == "paused"
    run("resume", number)
    assert "behind" in run("list")
    assert "3" in run("replay", number, "--since", "3")
    (renewed,) = json.loads(run("secret", number, "--json"))
    assert renewed["secret"] != made["secret"]
    run("remove", number)
    assert "无" in run("list")
