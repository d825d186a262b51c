"""Files and a day's checks over HTTP."""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from geo_service.app import create_app
from geo_service.database import Database, Scope
from geo_service.settings import Settings
from geo_service.sign_in import hash_password
from geo_service.tables.trust import Account

SUB = "310199009"
PASSWORD = "a long Password 1"
RECORDS = "登记编号,房屋编码,登记日期\nR1,D1,2026-01-05\nR9,D3,2026-05-05\nR8,D3,not a day\n"
Clients = Callable[[str], TestClient]


@pytest.fixture
def clients(small_town: Database, tmp_path: Path) -> Iterator[Clients]:
    """A function: role → a signed-in client; registrars and auxiliaries keep the first committee only."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "hash-key.json").write_text(
        json.dumps({"id": "test", "secret": b"a secret of thirty-two bytes, ok".hex()}), encoding="utf-8"
    )
    with small_town.transaction(Scope(SUB)) as session:
        for role in ("office", "registrar", "auxiliary", "volunteer"):
            limit = None if role == "office" else [SUB + "001"]
            session.add(
                Account(subdistrict_code=SUB, name=role, display_name=role, role=role, committees=limit,
                        password_hash=hash_password(PASSWORD), password_changed_at=dt.datetime.now(dt.UTC))
            )  # fmt: skip
    app = create_app(Settings(database_url=small_town.url, data_dir=tmp_path / "data", pool_size=4))
    made: list[TestClient] = []

    def client_of(role: str) -> TestClient:
        client = TestClient(app, raise_server_exceptions=False)
        answer = client.post("/api/login", json={"name": role, "password": PASSWORD})
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        made.append(client)
        return client

    yield client_of
    for client in made:
        client.close()
    app.state.tasks.close()
    app.state.database.close()


def send(client: TestClient, content: str, **form: Any) -> Any:
    fields = {"kind": "registrations", **form}
    return client.post("/api/loads", data=fields, files={"file": ("登记.csv", content.encode(), "text/csv")})


def finished(client: TestClient, answer: Any) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    until = time.monotonic() + 20
    while time.monotonic() < until:
        task = client.get(f"/api/tasks/{answer.json()['id']}").json()
        if task["state"] not in {"queued", "running"}:
            return task  # type: ignore[no-any-return]
        time.sleep(0.05)
    raise AssertionError("the task did not end")


def count(town: Database, query: str) -> Any:
    with town.transaction(Scope(SUB), writes=False) as session:
        return session.execute(text(query)).scalar_one()


def test_a_trial_run_reports_each_row_and_keeps_nothing(clients: Clients, small_town: Database) -> None:
    answer = send(clients("office"), RECORDS)
    assert answer.status_code == 200, answer.text
    report = answer.json()["report"]
    assert (report["rows"], report["ok"], report["errors"]) == (3, 2, 1)
    assert report["preview"] == {"added": 1, "changed": 0, "same": 1, "closed": 0, "rejected": 0}
    assert [(p["row"], p["column"], p["severity"]) for p in report["problems"]] == [(4, "since", "error")]
    assert answer.json()["load_id"] is None
    assert "R8" not in answer.text
    assert count(small_town, "SELECT count(*) FROM registration") == 3


def test_a_commit_is_a_task_and_can_be_undone(clients: Clients, small_town: Database) -> None:
    office = clients("office")
    task = finished(office, send(office, RECORDS, commit="true"))
    assert task["state"] == "done", task
    assert count(small_town, "SELECT count(*) FROM registration") == 4
    listed = office.get("/api/loads").json()
    assert (listed[0]["id"], listed[0]["file_name"], listed[0]["can_undo"]) == (
        task["result"]["load_id"],
        "登记.csv",
        True,
    )
    assert office.post(f"/api/loads/{listed[0]['id']}/undo").json() == {"restored": 0, "removed": 1}
    assert count(small_town, "SELECT count(*) FROM registration") == 3
    assert office.post(f"/api/loads/{listed[0]['id']}/undo").json()["type"] == "/problems/already-undone"
    assert office.get("/api/loads").json()[0]["state"] == "undone"


def test_columns_of_a_kind_and_a_mapping_by_hand(clients: Clients) -> None:
    office = clients("office")
    fields = office.get("/api/loads/columns", params={"kind": "registrations"}).json()["fields"]
    assert "登记号" in next(f for f in fields if f["field"] == "record_number")["aliases"]
    answer = send(office, "甲,房屋编码,登记日期\nR1,D1,2026-01-05\n", mapping='{"甲": "record_number"}')
    assert answer.json()["report"]["preview"]["same"] == 1
    assert office.get("/api/loads/columns", params={"kind": "people"}).status_code == 404


def test_a_file_that_is_not_what_its_name_says_is_refused_in_plain_words(clients: Clients) -> None:
    office = clients("office")
    answer = office.post(
        "/api/loads",
        data={"kind": "registrations"},
        files={"file": ("a.xlsx", b"\x00\x01 no sheet", "text/csv")},
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_who_may_not_load_is_turned_away_before_the_file_is_read(clients: Clients) -> None:
    volunteer = clients("volunteer")
    assert send(volunteer, RECORDS).status_code == 403
    volunteer.cookies.clear()
    assert send(volunteer, RECORDS).status_code == 401
    office = clients("office")
    huge = {"Content-Length": str(2 << 30), "Content-Type": "multipart/form-data; boundary=x"}
    assert office.post("/api/loads", headers=huge, content=b"--x").status_code == 413


def test_a_registrar_loads_for_the_own_committee_only(clients: Clients, small_town: Database) -> None:
    registrar = clients("registrar")
    assert send(registrar, "代码,名称\n1,2\n", kind="areas").status_code == 403
    inside = send(
        registrar, "房屋编码,楼栋编码,用途,状态\nD20,B2,自住,在用\n", kind="dwellings", commit="true"
    )
    assert finished(registrar, inside)["state"] == "done"
    outside = send(
        registrar, "房屋编码,楼栋编码,用途,状态\nD21,B4,自住,在用\n", kind="dwellings", commit="true"
    )
    refused = finished(registrar, outside)
    assert refused["state"] == "failed"
    assert refused["result"]["problem"]["type"] == "/problems/forbidden"
    assert count(small_town, "SELECT count(*) FROM dwelling WHERE code IN ('D20', 'D21')") == 1


def visit(**changes: Any) -> dict[str, Any]:
    return {
        "visit_id": str(uuid.uuid4()), "dwelling_code": "D3", "visited_at": "2026-06-01T10:00:00+08:00",
        "frame": "register", "outcome": "done", "checked": 2, "correct": 2, "to_register": 0, "to_deregister": 0,
        "wrong_particulars": 0, **changes,
    }  # fmt: skip


def test_a_visit_sent_twice_is_stored_once_and_can_be_corrected_by_its_sender(
    clients: Clients, small_town: Database
) -> None:
    auxiliary, first = clients("auxiliary"), visit()

    def states(*visits: dict[str, Any]) -> list[str]:
        answer = auxiliary.post("/api/checks", json={"visits": list(visits)})
        assert answer.status_code == 200, answer.text
        return [r["state"] for r in answer.json()["receipts"]]

    assert states(first) == ["stored"]
    assert states(first) == ["same"]
    assert states(first | {"correct": 1, "to_deregister": 1}, visit(dwelling_code="D1")) == [
        "corrected",
        "stored",
    ]
    june = "SELECT sum(checked) || '/' || sum(correct) FROM building_month WHERE building_code = 'B3'"
    assert count(small_town, june) == "2/1"
    assert count(small_town, "SELECT count(*) FROM check_visit WHERE account = 'auxiliary'") == 2


def test_a_refused_visit_does_not_hold_back_the_others(clients: Clients) -> None:
    elsewhere = visit(dwelling_code="D4")  # another committee's
    future = visit(visited_at="2999-01-01T00:00:00+08:00")
    answer = clients("auxiliary").post("/api/checks", json={"visits": [elsewhere, future, visit()]})
    assert [r["state"] for r in answer.json()["receipts"]] == ["refused", "refused", "stored"]


def test_another_accounts_visit_cannot_be_overwritten(clients: Clients) -> None:
    mine = visit()
    assert clients("auxiliary").post("/api/checks", json={"visits": [mine]}).status_code == 200
    answer = clients("office").post(
        "/api/checks", json={"visits": [mine | {"correct": 0, "to_deregister": 2}]}
    )
    assert answer.json()["receipts"][0]["state"] == "refused"


def test_counts_that_do_not_add_up_are_refused(clients: Clients) -> None:
    assert clients("auxiliary").post("/api/checks", json={"visits": [visit(correct=1)]}).status_code == 422


def test_quality_counts_links_and_omissions_of_what_one_may_see(clients: Clients) -> None:
    office = clients("office")
    loose = finished(
        office, send(office, "登记编号,房屋编码,登记日期\nR7,NOWHERE,2026-05-05\n", commit="true")
    )
    assert loose["state"] == "done", loose
    whole = office.get("/api/quality").json()
    measures = {m["key"]: (m["numerator"], m["denominator"]) for m in whole["measures"]}
    assert measures["link_rate"] == (3, 4)
    assert measures["dwellings_with_record"] == (2, 4)
    assert [i["kind"] for i in whole["issues"]] == ["unlinked", "stale"]
    own = clients("registrar").get("/api/quality").json()
    assert [row["code"] for row in own["by_committee"]] == [SUB + "001"]
    assert {m["key"]: m["denominator"] for m in own["measures"]}["dwellings_with_record"] == 3


def test_two_people_entering_visits_to_one_building_at_once_are_both_counted(
    clients: Clients, small_town: Database
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    office, auxiliary = clients("office"), clients("auxiliary")

    def enter(client: TestClient) -> list[int]:
        return [client.post("/api/checks", json={"visits": [visit()]}).status_code for _ in range(10)]

    with ThreadPoolExecutor(2) as pool:
        answers = [code for codes in pool.map(enter, (office, auxiliary)) for code in codes]
    assert answers == [200] * 20
    june = "SELECT sum(visits) FROM building_month WHERE building_code = 'B3' AND month = '2026-06-01'"
    assert count(small_town, june) == 20
