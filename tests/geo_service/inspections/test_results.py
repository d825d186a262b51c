"""Results from the field: twice, late, corrected, for a stop that was removed, from a phone whose clock is wrong."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

Make = Callable[..., dict[str, Any]]
URL = "/api/inspections"


def test_a_result_that_arrives_twice_is_stored_once(office: Any, result: Make, room: Make) -> None:
    made = office.routed()
    stop, body = office.visited(made)[0], result(rooms=[room(8, 1, purpose="kitchen")])
    assert office.record(made, stop, body)["state"] == "stored"
    again = office.record(made, stop, {**body, "sent_at": dt.datetime.now(dt.UTC).isoformat()})
    assert again["state"] == "duplicate"
    assert [f["kind"] for f in again["findings"]] == ["non_residential_space"]
    assert len(office.http.get(f"{URL}/{made['id']}").json()["findings"]) == 1
    other = office.http.post(
        f"{URL}/{made['id']}/stops/{stop['id']}/results", json={**body, "outcome": "no_access"}
    )
    assert other.json()["type"] == "/problems/id-used"


def test_results_out_of_order_leave_the_latest_visit(office: Any, result: Make) -> None:
    made = office.routed()
    stop, now = office.visited(made)[0], dt.datetime.now(dt.UTC)
    late = result(outcome="done", visited_at=now.isoformat())
    early = result(outcome="no_access", visited_at=(now - dt.timedelta(hours=2)).isoformat())
    office.record(made, stop, late)
    office.record(made, stop, early)
    held = {s["id"]: s for s in office.http.get(f"{URL}/{made['id']}").json()["stop_list"]}[stop["id"]]
    assert held["outcome"] == "done"


def test_a_correction_withdraws_what_it_corrects_and_leaves_a_trace(
    office: Any, result: Make, room: Make
) -> None:
    made = office.routed()
    stop = office.visited(made)[0]
    seen = room(18, 3)
    wrong = result(rooms=[seen])
    assert [f["kind"] for f in office.record(made, stop, wrong)["findings"]] == ["over_2_per_room"]
    right = office.record(made, stop, result(rooms=[{**seen, "kin": True}], corrects=wrong["id"]))
    assert right["findings"] == []
    now = office.http.get(f"{URL}/{made['id']}").json()
    assert now["findings"] == []
    assert [r["corrects"] for r in now["results"]] == [None, wrong["id"]]
    assert '"kin"' not in office.http.get(f"{URL}/{made['id']}").text


def test_a_result_for_a_removed_stop_is_kept(office: Any, result: Make, room: Make) -> None:
    made = office.routed()
    stop = office.visited(made)[0]
    assert office.patched(made, stops=[{"id": stop["id"], "removed": True}]).status_code == 200
    assert office.record(made, stop, result(rooms=[room(9.9, 2)]))["state"] == "removed_stop"
    assert [f["kind"] for f in office.http.get(f"{URL}/{made['id']}").json()["findings"]] == ["under_5m2"]


def test_a_phone_a_day_ahead_is_set_right(office: Any, result: Make) -> None:
    made = office.routed()
    ahead = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    body = result(visited_at=(ahead - dt.timedelta(hours=1)).isoformat(), sent_at=ahead.isoformat())
    receipt = office.record(made, office.visited(made)[0], body)
    told = dt.datetime.fromisoformat(receipt["visited_at"])
    assert abs(told - (dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))) < dt.timedelta(minutes=1)
    assert abs(receipt["clock_off_s"] - 86_400) < 60


def test_notes_about_people_are_refused(office: Any, result: Make) -> None:
    made = office.routed()
    stop = office.visited(made)[0]
    body = result(findings=[{"id": str(uuid.uuid4()), "kind": "fire_risk", "note": "请联系 138 0013 8000"}])
    answer = office.http.post(f"{URL}/{made['id']}/stops/{stop['id']}/results", json=body)
    assert answer.json()["type"] == "/problems/note-with-number"
    assert office.http.get(f"{URL}/{made['id']}").json()["results"] == []
