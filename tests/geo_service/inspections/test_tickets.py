"""Tickets to other departments about dwellings that nobody opens."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient

Make = Callable[..., dict[str, Any]]
SignIn = Callable[[str], TestClient]
URL = "/api/inspections"


def test_a_ticket_waits_for_three_visits_in_vain_and_comes_back_answered(
    office: Any, sign_in: SignIn, result: Make
) -> None:
    made = office.routed()
    pack = office.http.get(f"{URL}/{made['id']}/pack").json()
    stop = next(s for s in pack["stops"] if s["dwellings"])
    home = stop["dwellings"][0]["code"]
    now = dt.datetime.now(dt.UTC).replace(hour=11, minute=0)  # 19:00 in Shanghai
    wish = {"id": str(uuid.uuid4()), "dwelling_code": home}
    for days in (3, 2, 1):
        assert office.http.post(f"{URL}/tickets", json=wish).json()["type"] == "/problems/too-early"
        at = (now - dt.timedelta(days=days)).isoformat()
        office.record(
            made,
            stop,
            result(
                visited_at=at,
                outcome="no_access",
                dwellings=[{"dwelling_code": home, "outcome": "no_access"}],
            ),
        )
    assert home in [h["dwelling_code"] for h in office.http.get(f"{URL}/no-access").json()]
    assert office.http.post(f"{URL}/tickets", json=wish).json()["state"] == "draft"
    partner = sign_in("partner")
    assert partner.get(f"{URL}/tickets").json() == []
    move = f"{URL}/tickets/{wish['id']}/state"
    assert partner.post(move, json={"state": "sent"}).status_code == 403
    assert office.http.post(move, json={"state": "sent"}).json()["state"] == "sent"
    answered = partner.post(
        move, json={"state": "answered", "answer": "visited_access", "reference": "CY0001"}
    )
    assert answered.json()["history"][-1]["answer"] == "visited_access"
    assert office.http.post(f"{URL}/tickets", json=wish).json()["state"] == "answered"
