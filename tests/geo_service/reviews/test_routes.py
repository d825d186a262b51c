"""The review over HTTP: who may do what, states, inputs, forms, rule sets with their preview, holidays."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from geo_service.database import Database, Scope

SignIn = Callable[[str], TestClient]
MONTH = "2026-02"
TABLES = ("ladder_event", "score_month", "review_month", "duty_done", "holiday", "rule_set")


@pytest.fixture(autouse=True)
def _clean(small_town: dict[str, Any]) -> Iterator[None]:
    """Leave the shared town as it was."""
    yield
    database = Database(small_town["url"])
    with database.transaction(Scope(small_town["subdistrict"])) as session:
        for table in TABLES:
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(text("DELETE FROM assessment_input WHERE item LIKE 'sg6_%' OR account = 'office'"))
    database.close()


@pytest.fixture
def office(sign_in: SignIn) -> TestClient:
    return sign_in("office")


def step(client: TestClient, action: str, month: str = MONTH, **body: Any) -> Any:
    return client.post(f"/api/reviews/{month}/{action}", json=body)


def publish(client: TestClient, month: str = MONTH) -> dict[str, Any]:
    for action in ("freeze", "score", "publish"):
        answer = step(client, action, month)
        assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_an_open_month_has_no_ranking_but_says_what_comes_next(office: TestClient) -> None:
    found = office.get(f"/api/reviews/{MONTH}").json()
    assert found["state"] == "open"
    assert found["ranking"] == []
    assert found["may"] == {"freeze": True}
    assert found["todo"][0]["what"] == "冻结本月数据"
    assert found["rule_set"]["id"] == "shanggang-2020"
    assert [p["month"] for p in found["trends"]][-1] == MONTH


def test_a_month_goes_from_open_to_published_and_stays(office: TestClient) -> None:
    found = publish(office)
    assert found["state"] == "published"
    assert len(found["ranking"]) >= 2
    line = found["ranking"][0]
    assert line["rank"] == 1
    assert line["rank_low"] <= line["rank_high"]
    assert line["accuracy"]["low"] <= line["accuracy"]["value"] <= line["accuracy"]["high"]
    assert line["items"]["SG-6"]["steps"]
    again = step(office, "freeze")
    assert again.status_code == 409
    assert again.json()["type"] == "/problems/month-state"


def test_a_correction_is_a_new_revision_with_a_reason(office: TestClient) -> None:
    publish(office)
    assert step(office, "correct").status_code == 409
    assert step(office, "correct", reason="I felt like it").status_code == 422
    found = step(office, "correct", reason="late_checks").json()
    assert (found["state"], found["revision"]) == ("corrected", 1)
    assert [r["revision"] for r in found["revisions"]] == [0, 1]


def test_an_unpublished_month_can_be_taken_back(office: TestClient) -> None:
    step(office, "freeze")
    assert step(office, "reopen").json()["state"] == "open"
    assert step(office, "score").status_code == 409
    assert step(office, "dance").status_code == 404


@pytest.mark.parametrize("role", ["registrar", "auxiliary", "volunteer", "partner", "grid_staff"])
def test_roles_without_the_permission_see_nothing(sign_in: SignIn, role: str) -> None:
    assert sign_in(role).get(f"/api/reviews/{MONTH}").status_code == 403


@pytest.mark.parametrize("role", ["police_station", "committee_head", "officer"])
def test_only_the_office_decides(sign_in: SignIn, role: str) -> None:
    assert step(sign_in(role), "freeze").status_code == 403


def test_a_committee_head_sees_only_their_own_line(office: TestClient, sign_in: SignIn) -> None:
    publish(office)
    head = sign_in("committee_head")
    found = head.get(f"/api/reviews/{MONTH}").json()
    assert len(found["ranking"]) == 1
    assert found["may"] == {"correct": False}
    assert head.get(f"/api/reviews/{MONTH}/pack").status_code == 403


def test_inputs_are_stored_whole_or_not_at_all(office: TestClient) -> None:
    code = office.get("/api/town").json()["committees"][0]["code"]
    good = {"committee_code": code, "item": "sl1_cancelled_accounts", "value": 3}
    wrong: list[dict[str, Any]] = [
        {"item": "sl9_made_up", "value": 1}, {"item": "sl1_cancelled_accounts", "value": -1},
        {"item": "sl1_cancelled_accounts", "value": 1.5}, {"committee_code": "nowhere", "item": "population", "value": 1},
    ]  # fmt: skip
    before = office.get(f"/api/reviews/{MONTH}/inputs").json()["values"]
    for bad in wrong:
        answer = office.post(
            f"/api/reviews/{MONTH}/inputs",
            json={
                "values": [
                    {**good, "value": 7},
                    {"committee_code": code, **bad} if "committee_code" not in bad else bad,
                ]
            },
        )
        assert answer.status_code == 422, answer.text
    assert office.get(f"/api/reviews/{MONTH}/inputs").json()["values"] == before
    assert office.post(f"/api/reviews/{MONTH}/inputs", json={"values": [good]}).json() == {"stored": 1}
    step(office, "freeze")
    assert office.post(f"/api/reviews/{MONTH}/inputs", json={"values": [good]}).status_code == 409


def test_a_filled_check_form_replaces_the_counts_and_a_wrong_one_comes_back_marked(
    office: TestClient,
) -> None:
    step(office, "freeze")
    names = [r["name"] for r in step(office, "score").json()["ranking"]]
    step(office, "freeze")
    step(office, "reopen")
    good, bad = _filled(names), _filled(names, wrong=True)
    refused = office.post(f"/api/reviews/{MONTH}/forms", files={"file": ("f2.xlsx", bad)})
    assert refused.status_code == 422
    assert any(e["pointer"].endswith("/C5") for e in refused.json()["errors"])
    marked = office.post(f"/api/reviews/{MONTH}/forms?sheet=true", files={"file": ("f2.xlsx", bad)})
    assert openpyxl.load_workbook(io.BytesIO(marked.content)).worksheets[0]["C5"].comment is not None
    taken = office.post(f"/api/reviews/{MONTH}/forms", files={"file": ("f2.xlsx", good)}).json()
    assert taken["read"] == len(names)
    found = publish(office)
    assert {line["checked"] for line in found["ranking"]} == {100}
    other = office.post("/api/reviews/2026-03/forms", files={"file": ("f2.xlsx", good)})
    assert "2026-02" in other.text
    assert other.status_code == 422


def _filled(names: list[str], *, wrong: bool = False) -> bytes:
    """F-2 as a clerk fills it in, 97 of 100 right everywhere."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["2026年2月居民区实有人口核查月报表"])
    sheet.append([])
    sheet.append(["序号", "居委", "总核查人数(每个居委不低于80人)", None, None, None, "正确率", "备注"])
    sheet.append([None, None, "小计", "其中:应登未登人数", "其中:应消未消人数", "其中:正确人数"])
    for n, name in enumerate(names, start=1):
        sheet.append([n, name, 101 if wrong and n == 1 else 100, 1, 2, 97])
    sheet.append(["合计", None, 100 * len(names) + wrong, len(names), 2 * len(names), 97 * len(names)])
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def test_an_amended_rule_set_serves_later_months_and_old_ones_keep_theirs(office: TestClient) -> None:
    change = {
        "changes": {"sg3.monthly_min": 100},
        "valid_from": "2026-02-01",
        "version": "2020a",
        "reason": "办公会决定",
    }
    preview = office.post(
        "/api/rule-sets/preview?month=2026-01", json={**change, "changes": {"sg7.criterion": "completion"}}
    )
    assert preview.status_code == 200, preview.text
    assert preview.json()["rows"]
    found = office.put("/api/rule-sets", json=change)
    assert found.status_code == 200, found.text
    assert [r["id"] for r in found.json()] == ["shanggang-2020", "shanggang-2020a"]
    assert publish(office, "2026-01")["rule_set"]["id"] == "shanggang-2020"
    assert publish(office, "2026-02")["rule_set"]["id"] == "shanggang-2020a"
    assert office.put("/api/rule-sets", json=change).status_code == 409


def test_a_town_picks_another_documents_rules_once(office: TestClient) -> None:
    assert office.post("/api/rule-sets", json={"town": "松江某镇"}).status_code == 404
    assert office.post("/api/rule-sets", json={"town": "三林镇"}).status_code == 201
    found = publish(office)
    assert found["rule_set"]["id"] == "sanlin-2022"
    assert found["ranking"][0]["items"]["SL-0"]["shown"] == found["ranking"][0]["score_text"]
    assert office.post("/api/rule-sets", json={"town": "方松"}).status_code == 409


@pytest.mark.parametrize(
    ("changes", "kind"), [({"sg9.invented": 1}, "unknown-key"), ({"sg3.monthly_min": -5}, "input-error")]
)
def test_an_impossible_amendment_names_its_key(
    office: TestClient, changes: dict[str, Any], kind: str
) -> None:
    body = {"changes": changes, "valid_from": "2026-02-01", "version": "x", "reason": "r"}
    answer = office.put("/api/rule-sets", json=body)
    assert answer.status_code == 422, answer.text
    assert next(iter(changes)) in answer.json()["detail"]
    assert office.get("/api/rule-sets").json()[-1]["id"] == "shanggang-2020"


def test_the_calendar_says_what_is_done_late_or_not_recorded_and_can_be_marked(office: TestClient) -> None:
    lines = office.get(f"/api/reviews/{MONTH}").json()["calendar"]
    sweeps = [d for d in lines if d["rule"] == "SG-4"]
    assert len(sweeps) == 16  # eight Wednesdays and Fridays, day and night
    assert {d["state"] for d in lines} <= {"done", "done_late", "late", "unrecorded", "due"}
    open_one = next(d for d in lines if d["state"] in ("unrecorded", "late"))
    assert office.post(f"/api/reviews/{MONTH}/duties", json={"duty": open_one["key"]}).status_code == 200
    now = {d["key"]: d["state"] for d in office.get(f"/api/reviews/{MONTH}").json()["calendar"]}
    assert now[open_one["key"]] == "done_late"
    assert office.post(f"/api/reviews/{MONTH}/duties", json={"duty": "XX-1/never"}).status_code == 404


def test_a_town_edits_its_holidays(office: TestClient) -> None:
    assert office.put("/api/holidays", json={"days": {"2026-02-27": False}}).json()["2026-02-27"] is False
    assert "2026-02-27" not in office.put("/api/holidays", json={"days": {"2026-02-27": None}}).json()


def test_a_month_that_is_none_is_refused(office: TestClient) -> None:
    assert office.get("/api/reviews/2026-13").status_code == 400
    assert office.get("/api/reviews/2031-01").status_code == 200
    assert step(office, "freeze", "2031-01").status_code == 409
