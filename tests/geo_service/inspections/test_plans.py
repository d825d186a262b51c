"""Planning: candidates with reasons, two planners, legal hours, teams that drop out, windows that cannot be met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient

SignIn = Callable[[str], TestClient]
URL = "/api/inspections"
DAY = "2026-03-31"


def test_candidates_come_ranked_with_reasons_in_both_languages(office: Any) -> None:
    for what in ("sites", "buildings"):
        found = office.http.get(f"{URL}/candidates", params={"month": "2026-03", "what": what}).json()
        scores = [site["score"] for site in found["sites"]]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > 0
        first = found["sites"][0]["reasons"][0]
        assert first["zh"]
        assert first["en"]
        assert first["weight"] > 0


def test_two_planners_on_one_plan_do_not_overwrite_each_other(office: Any, sign_in: SignIn) -> None:
    made = office.started()
    station = sign_in("police_station")
    change = {"expected_revision": made["revision"], "leader": "police_station"}
    assert station.patch(f"{URL}/{made['id']}", json=change).status_code == 200
    second = office.http.patch(f"{URL}/{made['id']}", json={**change, "leader": "population_office"})
    assert second.status_code == 409
    assert second.json()["type"] == "/problems/stale-revision"


def test_hours_outside_the_legal_ones_need_a_reason_and_a_second_person(office: Any, sign_in: SignIn) -> None:
    refused = office.http.post(
        URL, json={"title": "夜查", "day": DAY, "what": "buildings", "count": 4, "hours_to": 1380}
    )
    assert refused.json()["type"] == "/problems/out-of-hours"
    made = office.started(hours_to=1380, out_of_hours_reason="night_shift_dormitory")
    assert made["needs_approval"]
    wish = {"expected_revision": made["revision"], "seconds": 0.3}
    assert office.http.post(f"{URL}/{made['id']}/route", json=wish).json()["type"] == "/problems/not-approved"
    approval = {"expected_revision": made["revision"]}
    assert office.http.post(f"{URL}/{made['id']}/approve", json=approval).status_code == 403
    approved = sign_in("police_station").post(f"{URL}/{made['id']}/approve", json=approval).json()
    wish["expected_revision"] = approved["revision"]
    assert office.http.post(f"{URL}/{made['id']}/route", json=wish).status_code == 200


def test_when_a_team_drops_out_the_others_take_its_stops(office: Any) -> None:
    made = office.routed()
    wish = {"expected_revision": made["revision"], "without_teams": ["B"], "keep_teams": True}
    again = office.http.post(f"{URL}/{made['id']}/route", json=wish).json()
    assert {s["team"] for s in office.visited(again)} == {"A"}
    kept = {s["id"] for s in office.visited(made) if s["team"] == "A"}
    assert kept <= {s["id"] for s in office.visited(again)}


def test_impossible_windows_are_left_out_with_a_reason(office: Any) -> None:
    made = office.started()
    stop = made["stop_list"][0]
    changed = office.patched(made, stops=[{"id": stop["id"], "opens": 600, "closes": 610}]).json()
    told = office.http.post(
        f"{URL}/{made['id']}/route", json={"expected_revision": changed["revision"], "seconds": 0.3}
    ).json()
    assert "10:00–10:10" in told["plan"]["left_out"][stop["id"]]["zh"]
