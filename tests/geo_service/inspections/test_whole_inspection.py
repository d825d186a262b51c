"""A whole inspection over HTTP: list, route, findings, measures, closure; all of it in the audit."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

Make = Callable[..., dict[str, Any]]
SignIn = Callable[[str], TestClient]
URL = "/api/inspections"


def test_a_whole_inspection_from_list_to_closure(office: Any, result: Make, room: Make) -> None:
    made = office.routed()
    assert sum(s["control"] for s in made["stop_list"]) == 2  # a fifth of ten, drawn by lot
    stops = office.visited(made)
    assert len(stops) + len(made["plan"]["left_out"]) == 10
    assert {s["team"] for s in stops} == {"A", "B"}
    assert office.patched(made, state="planned").status_code == 200
    first = office.record(
        made,
        stops[0],
        result(rooms=[room(14, 3), room(12, 2)], checks=[{"item": "wiring", "answer": "not_ok"}]),
    )
    assert sorted(f["kind"] for f in first["findings"]) == ["fire_risk", "over_2_per_room", "under_5m2"]
    for stop in made["stop_list"]:
        if stop["id"] != stops[0]["id"]:
            office.record(made, stop, result())
    now = office.http.get(f"{URL}/{made['id']}").json()
    assert now["state"] == "recorded"
    finding = now["findings"][0]
    wish = {
        "id": str(uuid.uuid4()),
        "finding_id": finding["id"],
        "kind": "repair_wiring",
        "department": "fire_safety",
        "due_on": "2026-04-10",
    }
    measure = office.http.post(f"{URL}/{made['id']}/measures", json=wish).json()
    assert office.patched(made, state="closed").json()["type"] == "/problems/open-measures"
    assert [m["id"] for m in office.http.get(f"{URL}/measures", params={"overdue": True}).json()] == [
        measure["id"]
    ]
    change = {"expected_revision": 0, "state": "closed"}
    assert (
        office.http.patch(f"{URL}/measures/{measure['id']}", json=change).json()["type"]
        == "/problems/no-evidence"
    )
    closed = office.http.patch(
        f"{URL}/measures/{measure['id']}",
        json={**change, "revisit_on": "2026-04-08", "evidence": {"kind": "revisit"}},
    )
    assert closed.status_code == 200, closed.text
    assert [h.get("state") for h in closed.json()["history"]] == ["open", "closed"]
    assert office.patched(made, state="closed").json()["state"] == "closed"
    learnt = office.http.get(f"{URL}/learning").json()["all"]
    assert learnt["ranked_visited"] + learnt["control_visited"] == 10


def test_everything_is_in_the_audit(
    office: Any, sign_in: SignIn, small_town: dict[str, Any], result: Make
) -> None:
    made = office.routed()
    office.record(made, office.visited(made)[0], result())
    owner = create_engine(small_town["admin_url"])
    with owner.connect() as connection:
        done = set(
            connection.execute(
                text("SELECT DISTINCT action FROM audit_event WHERE action LIKE 'inspections.%'")
            ).scalars()
        )
    owner.dispose()
    assert {"inspections.start", "inspections.route", "inspections.record"} <= done
