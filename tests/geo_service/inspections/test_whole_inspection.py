"""A whole inspection over HTTP: list, route, sheets, findings, measures, closure; and what goes wrong on the way."""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import create_engine, text

SignIn = Callable[[str], TestClient]
URL = "/api/inspections"
DAY = "2026-03-31"
TEAMS = [
    {"code": "A", "departments": ["police_station", "population_office"]},
    {"code": "B", "departments": ["police_station", "urban_enforcement"]},
]


@pytest.fixture
def office(sign_in: SignIn, small_town: dict[str, Any]) -> Iterator[TestClient]:
    yield sign_in("office")
    owner = create_engine(small_town["admin_url"])
    with owner.begin() as connection:
        for table in ("ticket", "measure", "finding", "inspection"):
            connection.execute(text(f"DELETE FROM {table}"))
    owner.dispose()


def started(client: TestClient, **more: Any) -> dict[str, Any]:
    wish = {"title": "三月联合检查", "day": DAY, "what": "buildings", "count": 10, "teams": TEAMS, **more}
    answer = client.post(URL, json={k: v for k, v in wish.items() if v is not None})
    assert answer.status_code == 201, answer.text
    return answer.json()


def routed(client: TestClient, **more: Any) -> dict[str, Any]:
    made = started(client, **more)
    answer = client.post(
        f"{URL}/{made['id']}/route", json={"expected_revision": made["revision"], "seconds": 0.5}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def result(**more: Any) -> dict[str, Any]:
    now = dt.datetime.now(dt.UTC).isoformat()
    return {"id": str(uuid.uuid4()), "outcome": "done", "visited_at": now, "sent_at": now, **more}


def room(area: float, people: int, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "area_m2": area, "people": people, **more}


def record(
    client: TestClient, made: dict[str, Any], stop: dict[str, Any], body: dict[str, Any]
) -> dict[str, Any]:
    answer = client.post(f"{URL}/{made['id']}/stops/{stop['id']}/results", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def patched(client: TestClient, made: dict[str, Any], **change: Any) -> Any:
    revision = client.get(f"{URL}/{made['id']}").json()["revision"]
    return client.patch(f"{URL}/{made['id']}", json={"expected_revision": revision, **change})


def visited(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [s for s in made["stop_list"] if s["team"]]


def test_candidates_come_ranked_with_reasons_in_both_languages(office: TestClient) -> None:
    for what in ("sites", "buildings"):
        found = office.get(f"{URL}/candidates", params={"month": "2026-03", "what": what}).json()
        scores = [site["score"] for site in found["sites"]]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > 0
        first = found["sites"][0]["reasons"][0]
        assert first["zh"]
        assert first["en"]
        assert first["weight"] > 0


def test_a_whole_inspection_from_list_to_closure(office: TestClient) -> None:
    made = routed(office)
    assert sum(s["control"] for s in made["stop_list"]) == 2  # a fifth of ten, drawn by lot
    stops = visited(made)
    assert len(stops) + len(made["plan"]["left_out"]) == 10
    assert {s["team"] for s in stops} == {"A", "B"}
    assert patched(office, made, state="planned").status_code == 200
    first = record(
        office,
        made,
        stops[0],
        result(rooms=[room(14, 3), room(12, 2)], checks=[{"item": "wiring", "answer": "not_ok"}]),
    )
    assert sorted(f["kind"] for f in first["findings"]) == ["fire_risk", "over_2_per_room", "under_5m2"]
    for stop in made["stop_list"]:
        if stop["id"] != stops[0]["id"]:
            record(office, made, stop, result())
    now = office.get(f"{URL}/{made['id']}").json()
    assert now["state"] == "recorded"
    finding = now["findings"][0]
    wish = {
        "id": str(uuid.uuid4()),
        "finding_id": finding["id"],
        "kind": "repair_wiring",
        "department": "fire_safety",
        "due_on": "2026-04-10",
    }
    measure = office.post(f"{URL}/{made['id']}/measures", json=wish).json()
    assert patched(office, made, state="closed").json()["type"] == "/problems/open-measures"
    assert [m["id"] for m in office.get(f"{URL}/measures", params={"overdue": True}).json()] == [
        measure["id"]
    ]
    change = {"expected_revision": 0, "state": "closed"}
    assert (
        office.patch(f"{URL}/measures/{measure['id']}", json=change).json()["type"] == "/problems/no-evidence"
    )
    closed = office.patch(
        f"{URL}/measures/{measure['id']}",
        json={**change, "revisit_on": "2026-04-08", "evidence": {"kind": "revisit"}},
    )
    assert closed.status_code == 200, closed.text
    assert [h.get("state") for h in closed.json()["history"]] == ["open", "closed"]
    assert patched(office, made, state="closed").json()["state"] == "closed"
    learnt = office.get(f"{URL}/learning").json()["all"]
    assert learnt["ranked_visited"] + learnt["control_visited"] == 10


def test_a_result_that_arrives_twice_is_stored_once(office: TestClient) -> None:
    made = routed(office)
    stop, body = visited(made)[0], result(rooms=[room(8, 1, purpose="kitchen")])
    assert record(office, made, stop, body)["state"] == "stored"
    again = record(office, made, stop, {**body, "sent_at": dt.datetime.now(dt.UTC).isoformat()})
    assert again["state"] == "duplicate"
    assert [f["kind"] for f in again["findings"]] == ["non_residential_space"]
    assert len(office.get(f"{URL}/{made['id']}").json()["findings"]) == 1
    other = office.post(
        f"{URL}/{made['id']}/stops/{stop['id']}/results", json={**body, "outcome": "no_access"}
    )
    assert other.json()["type"] == "/problems/id-used"


def test_results_out_of_order_leave_the_latest_visit(office: TestClient) -> None:
    made = routed(office)
    stop, now = visited(made)[0], dt.datetime.now(dt.UTC)
    late = result(outcome="done", visited_at=now.isoformat())
    early = result(outcome="no_access", visited_at=(now - dt.timedelta(hours=2)).isoformat())
    record(office, made, stop, late)
    record(office, made, stop, early)
    held = {s["id"]: s for s in office.get(f"{URL}/{made['id']}").json()["stop_list"]}[stop["id"]]
    assert held["outcome"] == "done"


def test_a_correction_withdraws_what_it_corrects_and_leaves_a_trace(office: TestClient) -> None:
    made = routed(office)
    stop = visited(made)[0]
    seen = room(18, 3)
    wrong = result(rooms=[seen])
    assert [f["kind"] for f in record(office, made, stop, wrong)["findings"]] == ["over_2_per_room"]
    right = record(office, made, stop, result(rooms=[{**seen, "kin": True}], corrects=wrong["id"]))
    assert right["findings"] == []
    now = office.get(f"{URL}/{made['id']}").json()
    assert now["findings"] == []
    assert [r["corrects"] for r in now["results"]] == [None, wrong["id"]]
    assert '"kin"' not in office.get(f"{URL}/{made['id']}").text


def test_a_result_for_a_removed_stop_is_kept(office: TestClient) -> None:
    made = routed(office)
    stop = visited(made)[0]
    assert patched(office, made, stops=[{"id": stop["id"], "removed": True}]).status_code == 200
    assert record(office, made, stop, result(rooms=[room(9.9, 2)]))["state"] == "removed_stop"
    assert [f["kind"] for f in office.get(f"{URL}/{made['id']}").json()["findings"]] == ["under_5m2"]


def test_a_phone_a_day_ahead_is_set_right(office: TestClient) -> None:
    made = routed(office)
    ahead = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    body = result(visited_at=(ahead - dt.timedelta(hours=1)).isoformat(), sent_at=ahead.isoformat())
    receipt = record(office, made, visited(made)[0], body)
    told = dt.datetime.fromisoformat(receipt["visited_at"])
    assert abs(told - (dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))) < dt.timedelta(minutes=1)
    assert abs(receipt["clock_off_s"] - 86_400) < 60


def test_two_planners_on_one_plan_do_not_overwrite_each_other(office: TestClient, sign_in: SignIn) -> None:
    made = started(office)
    station = sign_in("police_station")
    change = {"expected_revision": made["revision"], "leader": "police_station"}
    assert station.patch(f"{URL}/{made['id']}", json=change).status_code == 200
    second = office.patch(f"{URL}/{made['id']}", json={**change, "leader": "population_office"})
    assert second.status_code == 409
    assert second.json()["type"] == "/problems/stale-revision"


def test_hours_outside_the_legal_ones_need_a_reason_and_a_second_person(
    office: TestClient, sign_in: SignIn
) -> None:
    refused = office.post(
        URL, json={"title": "夜查", "day": DAY, "what": "buildings", "count": 4, "hours_to": 1380}
    )
    assert refused.json()["type"] == "/problems/out-of-hours"
    made = started(office, hours_to=1380, out_of_hours_reason="night_shift_dormitory")
    assert made["needs_approval"]
    wish = {"expected_revision": made["revision"], "seconds": 0.3}
    assert office.post(f"{URL}/{made['id']}/route", json=wish).json()["type"] == "/problems/not-approved"
    approval = {"expected_revision": made["revision"]}
    assert office.post(f"{URL}/{made['id']}/approve", json=approval).status_code == 403
    approved = sign_in("police_station").post(f"{URL}/{made['id']}/approve", json=approval).json()
    wish["expected_revision"] = approved["revision"]
    assert office.post(f"{URL}/{made['id']}/route", json=wish).status_code == 200


def test_when_a_team_drops_out_the_others_take_its_stops(office: TestClient) -> None:
    made = routed(office)
    wish = {"expected_revision": made["revision"], "without_teams": ["B"], "keep_teams": True}
    again = office.post(f"{URL}/{made['id']}/route", json=wish).json()
    assert {s["team"] for s in visited(again)} == {"A"}
    kept = {s["id"] for s in visited(made) if s["team"] == "A"}
    assert kept <= {s["id"] for s in visited(again)}


def test_impossible_windows_are_left_out_with_a_reason(office: TestClient) -> None:
    made = started(office)
    stop = made["stop_list"][0]
    changed = patched(office, made, stops=[{"id": stop["id"], "opens": 600, "closes": 610}]).json()
    told = office.post(
        f"{URL}/{made['id']}/route", json={"expected_revision": changed["revision"], "seconds": 0.3}
    ).json()
    assert "10:00–10:10" in told["plan"]["left_out"][stop["id"]]["zh"]


def test_notes_about_people_are_refused(office: TestClient) -> None:
    made = routed(office)
    stop = visited(made)[0]
    body = result(findings=[{"id": str(uuid.uuid4()), "kind": "fire_risk", "note": "请联系 138 0013 8000"}])
    answer = office.post(f"{URL}/{made['id']}/stops/{stop['id']}/results", json=body)
    assert answer.json()["type"] == "/problems/note-with-number"
    assert office.get(f"{URL}/{made['id']}").json()["results"] == []


def photo_with_position() -> bytes:
    picture = Image.effect_noise((3000, 2000), 60).convert("RGB")
    exif = picture.getexif()
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 49.0)
    exif[0x010F] = "camera maker"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=60)
    return out.getvalue()


def test_photos_are_made_small_and_lose_their_position(office: TestClient) -> None:
    made = routed(office)
    url = f"{URL}/{made['id']}/stops/{visited(made)[0]['id']}/photos/{uuid.uuid4()}"
    data = photo_with_position()
    assert b"camera maker" in data
    stored = office.put(url, content=data)
    assert stored.status_code == 201, stored.text
    assert (stored.json()["width"], stored.json()["height"]) == (1600, 1067)
    assert office.put(url, content=data).json()["state"] == "duplicate"
    jpeg = office.get(f"{URL}/{made['id']}/photos/{stored.json()['id']}").content
    with Image.open(io.BytesIO(jpeg)) as small:
        assert dict(small.getexif()) == {}
    assert b"camera maker" not in jpeg


def test_a_photo_of_60_mb_is_refused_kindly(office: TestClient) -> None:
    made = routed(office)
    url = f"{URL}/{made['id']}/stops/{visited(made)[0]['id']}/photos/{uuid.uuid4()}"
    answer = office.put(url, content=bytes(60_000_000))
    assert answer.status_code == 413
    assert "60 MB" in answer.json()["detail"]
    assert office.put(url, content=b"no picture").status_code == 422


def test_sheets_name_every_stop_and_say_nothing_of_why(office: TestClient) -> None:
    made = routed(office)
    page = office.get(f"{URL}/{made['id']}/sheets.html")
    assert page.status_code == 200, page.text
    for stop in visited(made):
        assert stop["name"] in page.text
    assert made["stop_list"][0]["reasons"][0]["zh"] not in page.text
    assert "<script" not in page.text
    book = openpyxl.load_workbook(io.BytesIO(office.get(f"{URL}/{made['id']}/sheets.xlsx").content))
    assert book.sheetnames[0] == "检查路线"
    assert book.worksheets[0].max_row == 3 + 10


def test_partners_see_places_but_no_counts_of_the_register(office: TestClient, sign_in: SignIn) -> None:
    made = routed(office)
    partner = sign_in("partner")
    seen = partner.get(f"{URL}/{made['id']}").json()
    assert [s["reasons"] for s in seen["stop_list"]] == [[]] * 10
    assert partner.get(f"{URL}/candidates", params={"month": "2026-03"}).status_code == 403
    assert (
        partner.patch(f"{URL}/{made['id']}", json={"expected_revision": 1, "title": "x"}).status_code == 403
    )
    assert sign_in("registrar").get(f"{URL}/{made['id']}").status_code == 403


def limited_to(town: dict[str, Any], committees: set[str]) -> None:
    """The demo officer with fewer committees: the small town has only the two that they have."""
    owner = create_engine(town["admin_url"])
    with owner.begin() as connection:
        query = text("UPDATE account SET committees = CAST(:c AS jsonb) WHERE role = 'officer'")
        connection.execute(query, {"c": json.dumps(sorted(committees))})
    owner.dispose()


def test_an_officer_sees_the_stops_of_their_own_committees_only(
    office: TestClient, sign_in: SignIn, small_town: dict[str, Any]
) -> None:
    made = routed(office, count=60)
    mine = set(office.get("/api/town").json()["committees"][0]["code"].split())
    limited_to(small_town, mine)
    officer = sign_in("officer")
    shown = {s["id"] for s in officer.get(f"{URL}/{made['id']}").json()["stop_list"]}
    assert shown == {s["id"] for s in made["stop_list"] if s["committee_code"] in mine}
    hidden = next(s for s in made["stop_list"] if s["committee_code"] not in mine)
    assert officer.post(f"{URL}/{made['id']}/stops/{hidden['id']}/results", json=result()).status_code == 404


def test_the_pack_holds_rooms_and_limits_and_no_reasons(office: TestClient) -> None:
    made = routed(office)
    pack = office.get(f"{URL}/{made['id']}/pack", params={"team": "A"}).json()
    assert {s["team"] for s in pack["stops"]} == {"A"}
    assert pack["limits"]["people_per_room_max"] == 2
    assert any(home["rooms"] for stop in pack["stops"] for home in stop["dwellings"])
    assert not {"reasons", "control", "score"} & pack["stops"][0].keys()


def test_a_ticket_waits_for_three_visits_in_vain_and_comes_back_answered(
    office: TestClient, sign_in: SignIn
) -> None:
    made = routed(office)
    pack = office.get(f"{URL}/{made['id']}/pack").json()
    stop = next(s for s in pack["stops"] if s["dwellings"])
    home = stop["dwellings"][0]["code"]
    now = dt.datetime.now(dt.UTC).replace(hour=11, minute=0)  # 19:00 in Shanghai
    wish = {"id": str(uuid.uuid4()), "dwelling_code": home}
    for days in (3, 2, 1):
        assert office.post(f"{URL}/tickets", json=wish).json()["type"] == "/problems/too-early"
        at = (now - dt.timedelta(days=days)).isoformat()
        record(
            office,
            made,
            stop,
            result(
                visited_at=at,
                outcome="no_access",
                dwellings=[{"dwelling_code": home, "outcome": "no_access"}],
            ),
        )
    assert home in [h["dwelling_code"] for h in office.get(f"{URL}/no-access").json()]
    assert office.post(f"{URL}/tickets", json=wish).json()["state"] == "draft"
    partner = sign_in("partner")
    assert partner.get(f"{URL}/tickets").json() == []
    move = f"{URL}/tickets/{wish['id']}/state"
    assert partner.post(move, json={"state": "sent"}).status_code == 403
    assert office.post(move, json={"state": "sent"}).json()["state"] == "sent"
    answered = partner.post(
        move, json={"state": "answered", "answer": "visited_access", "reference": "CY0001"}
    )
    assert answered.json()["history"][-1]["answer"] == "visited_access"
    assert office.post(f"{URL}/tickets", json=wish).json()["state"] == "answered"


def test_everything_is_in_the_audit(office: TestClient, sign_in: SignIn, small_town: dict[str, Any]) -> None:
    made = routed(office)
    record(office, made, visited(made)[0], result())
    owner = create_engine(small_town["admin_url"])
    with owner.connect() as connection:
        done = set(
            connection.execute(
                text("SELECT DISTINCT action FROM audit_event WHERE action LIKE 'inspections.%'")
            ).scalars()
        )
    owner.dispose()
    assert {"inspections.start", "inspections.route", "inspections.record"} <= done
