"""The city-operation platform with its key: tickets and answers, counts about places, and nothing else."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.app import create_app
from geo_service.database import Scope, apply_scope, make_engine
from geo_service.dependencies import today
from geo_service.inspections.signals import candidates
from geo_service.sign_in import hash_password, new_key
from geo_service.tables.trust import Account

TOWN, OTHER = "310199601", "310199602"
PASSWORD = "correct horse 7"
SENT, DRAFT = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.fixture(scope="module")
def app(place: Any) -> Iterator[Any]:
    """The service; a dwelling with one ticket sent and one in draft; accounts."""
    place.sql("INSERT INTO dwelling (subdistrict_code, code, building_code, address, room_number, use, status) VALUES "
              "(%s, 'D1', 'B001', '样例路1号101室', '101', 'rented', 'occupied')", TOWN)  # fmt: skip
    for key, state in ((SENT, "sent"), (DRAFT, "draft")):
        history = ('[{"at": "2026-03-01T09:00:00+08:00", "account": "office-x", "state": "draft", "visits": ["2026-02-01T19:00"]},'
                   ' {"at": "2026-03-02T09:00:00+08:00", "account": "office-x", "state": "sent"}]')  # fmt: skip
        place.sql("INSERT INTO ticket (subdistrict_code, id, dwelling_code, state, history) VALUES (%s, %s, 'D1', %s, %s)",
                  TOWN, key, state, history)  # fmt: skip
    with place.store.transaction(place.scope()) as session:
        for name, role, committees in (("planner", "office", None), ("helper", "volunteer", [TOWN + "002"])):
            session.add(
                Account(subdistrict_code=TOWN, name=name, display_name="岗位", role=role, committees=committees,
                        password_hash=hash_password(PASSWORD))
            )  # fmt: skip
    made = create_app(place.settings)
    yield made
    made.state.tasks.close()
    made.state.database.close()


@pytest.fixture
def platform(app: Any, place: Any) -> Iterator[TestClient]:
    """A client whose key has the scope ``tickets`` and no other."""
    with place.store.transaction(place.scope()) as session:
        secret, row = new_key("城运", TOWN, ["tickets"], None)
        session.add(row)
    with TestClient(
        app, raise_server_exceptions=False, headers={"Authorization": f"Bearer {secret}"}
    ) as client:
        yield client
    place.sql("DELETE FROM change_report")


def signed_in(app: Any, name: str) -> TestClient:
    client = TestClient(app, raise_server_exceptions=False)
    answer = client.post("/api/login", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client


def report(**changed: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "building_code": "B001", "month": f"{today():%Y-%m}", "kind": "complaint",
            "topic": "group_renting", "source": "hotline", "n": 3, **changed}  # fmt: skip


def test_the_platform_reads_what_was_sent_answers_once_and_sees_no_draft_and_no_account(
    platform: TestClient, place: Any
) -> None:
    (ticket,) = platform.get("/api/tickets", params={"state": "sent"}).json()
    assert (ticket["id"], ticket["address"], ticket["building_code"]) == (str(SENT), "样例路1号101室", "B001")
    assert 121 < ticket["lon"] < 122
    assert "office-x" not in str(ticket)
    assert "visits" not in str(ticket)
    said = {"answer": "accepted", "reference": "CY2026030001"}
    for _ in range(2):
        answer = platform.post(f"/api/tickets/{SENT}/answer", json=said)
        assert (answer.status_code, answer.json()["state"]) == (200, "answered"), answer.text
    assert answer.json()["revision"] == 1
    assert platform.get("/api/tickets", params={"state": "sent"}).json() == []
    (ticket,) = platform.get("/api/tickets").json()
    assert ticket["steps"][-1]["answer"] == "accepted"
    assert platform.post(f"/api/tickets/{DRAFT}/answer", json=said).status_code == 404
    assert platform.post(f"/api/tickets/{uuid.uuid4()}/answer", json=said).status_code == 404
    assert platform.post(f"/api/tickets/{SENT}/answer", json={"answer": "whatever"}).status_code == 422
    assert (
        platform.post(f"/api/tickets/{SENT}/answer", json={"answer": "accepted", "name": "x"}).status_code
        == 422
    )
    read = place.sql("SELECT count(*) FROM audit_event WHERE action = 'tickets.read' AND account LIKE 'k%%'")
    assert read[0][0] >= 3


def test_its_key_opens_nothing_else(platform: TestClient, place: Any, app: Any) -> None:
    for path in ("/ogc/collections", "/api/town", "/api/inspections/tickets", "/api/inspections", "/api/handovers",
                 "/api/webhooks", f"/api/change-reports?month={today():%Y-%m}", "/api/buildings/B001", "/api/keys"):  # fmt: skip
        assert platform.get(path).status_code == 403, path
    with place.store.transaction(place.scope()) as session:
        secret, row = new_key("读者", TOWN, ["read", "feed"], None)
        session.add(row)
    reader = TestClient(app, headers={"Authorization": f"Bearer {secret}"})
    assert reader.get("/api/tickets").status_code == 403
    assert reader.post("/api/change-reports", json={"reports": [report()]}).status_code == 403


def test_counts_are_taken_whole_or_not_at_all_and_once(platform: TestClient, app: Any, place: Any) -> None:
    some = [report(), report(building_code="B002", kind="change", topic="vacated", n=1)]
    first = platform.post("/api/change-reports", json={"reports": some})
    assert (first.status_code, first.json()) == (201, {"taken": 2, "repeated": 0}), first.text
    again = platform.post("/api/change-reports", json={"reports": [*some, report(building_code="B003")]})
    assert again.json() == {"taken": 1, "repeated": 2}
    other = platform.post("/api/change-reports", json={"reports": [some[0] | {"n": 4}]})
    assert (other.status_code, other.json()["type"]) == (409, "/problems/id-taken")
    wrong = platform.post("/api/change-reports", json={"reports": [report(), report(building_code="NO")]})
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/unknown-building")
    assert wrong.json()["errors"] == [{"pointer": "#/reports/1/building_code", "detail": "NO"}]
    shown = signed_in(app, "planner").get("/api/change-reports", params={"month": f"{today():%Y-%m}"}).json()
    assert [(r["building_code"], r["n"]) for r in shown] == [("B001", 3), ("B002", 1), ("B003", 3)]
    assert place.sql("SELECT column_name FROM information_schema.columns WHERE table_name = 'change_report' "
                     "AND column_name IN ('account', 'note', 'text', 'name', 'reporter')") == []  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [{"n": 0}, {"n": 1_001}, {"n": -1}, {"kind": "person"}, {"topic": "suspicious"}, {"source": "x"}, {"month": "2026-13"},
     {"month": "1999-01"}, {"month": "2999-01"}, {"id": "x"}, {"building_code": ""}, {"text": "三楼的人"}, {"name": "x"}],
)  # fmt: skip
def test_what_is_no_count_about_a_place_is_refused(platform: TestClient, changed: dict[str, Any]) -> None:
    answer = platform.post("/api/change-reports", json={"reports": [report(**changed)]})
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_volunteer_reports_about_the_own_committee_only(platform: TestClient, app: Any, place: Any) -> None:
    helper = signed_in(app, "helper")
    answer = helper.post("/api/change-reports", json={"reports": [report(source="patrol")]})
    assert answer.json()["type"] == "/problems/unknown-building"
    place.sql(
        "UPDATE building SET committee_code = %s WHERE subdistrict_code = %s AND code = 'B040'",
        TOWN + "002",
        TOWN,
    )
    answer = helper.post(
        "/api/change-reports", json={"reports": [report(building_code="B040", source="patrol")]}
    )
    assert answer.status_code == 201, answer.text
    assert helper.get("/api/change-reports", params={"month": "2026-01"}).status_code == 403


def test_complaints_raise_a_place_in_the_ranking_and_changes_do_not(small_town: dict[str, Any]) -> None:
    sub, day = small_town["subdistrict"], dt.date.fromisoformat(max(small_town["months"]) + "-28")
    engine = make_engine(small_town["url"], statement_timeout_ms=120_000)
    with engine.connect() as connection:
        transaction = connection.begin()
        apply_scope(connection, Scope(sub, None, "test"))
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            before = candidates(session, sub, day).ranking
            assert "complaint" not in set(before.signals["signal"])
            last = before.sites.index[-1]
            building = session.scalar(
                text("SELECT min(building_code) FROM key_site_building WHERE site_code = :c"), {"c": last}
            )
            insert = text("INSERT INTO change_report (subdistrict_code, id, building_code, month, kind, topic, source, n) "
                          "VALUES (:s, gen_random_uuid(), :b, :m, :kind, 'fire', 'hotline', :n)")  # fmt: skip
            bound = {"s": sub, "b": building, "m": day.replace(day=1)}
            session.execute(insert, {**bound, "kind": "change", "n": 50})
            session.execute(
                insert, {**bound, "kind": "complaint", "n": 9, "m": day.replace(day=1, year=day.year - 2)}
            )
            assert "complaint" not in set(candidates(session, sub, day).ranking.signals["signal"])
            session.execute(insert, {**bound, "kind": "complaint", "n": 2})
            after = candidates(session, sub, day).ranking
            (raised,) = after.signals[after.signals["signal"] == "complaint"].to_dict("records")
            assert (raised["site"], raised["value"]) == (last, 2)
            assert 0 <= raised["age_days"] <= 3
            assert after.sites.loc[last, "score"] > before.sites.loc[last, "score"]
        transaction.rollback()
    engine.dispose()
