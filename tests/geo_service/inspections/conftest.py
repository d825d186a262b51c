"""A planner at work over HTTP, and what a team sends in from the field."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

URL = "/api/inspections"
DAY = "2026-03-31"
TEAMS = [
    {"code": "A", "departments": ["police_station", "population_office"]},
    {"code": "B", "departments": ["police_station", "urban_enforcement"]},
]


@dataclass
class Planner:
    """Who plans: ``http`` is the signed-in client; the rest are the steps that most tests begin with."""

    http: TestClient

    def started(self, **more: Any) -> dict[str, Any]:
        """A new inspection of ten buildings by two teams; ``more`` overrides, None leaves out."""
        wish = {"title": "三月联合检查", "day": DAY, "what": "buildings", "count": 10, "teams": TEAMS, **more}
        answer = self.http.post(URL, json={k: v for k, v in wish.items() if v is not None})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def routed(self, **more: Any) -> dict[str, Any]:
        """The same with its routes."""
        made = self.started(**more)
        wish = {"expected_revision": made["revision"], "seconds": 0.5}
        answer = self.http.post(f"{URL}/{made['id']}/route", json=wish)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def record(self, made: dict[str, Any], stop: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        """Send a result in; the receipt."""
        answer = self.http.post(f"{URL}/{made['id']}/stops/{stop['id']}/results", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def patched(self, made: dict[str, Any], **change: Any) -> Any:
        """Change the plan at its present revision; the response, whatever it is."""
        revision = self.http.get(f"{URL}/{made['id']}").json()["revision"]
        return self.http.patch(f"{URL}/{made['id']}", json={"expected_revision": revision, **change})

    @staticmethod
    def visited(made: dict[str, Any]) -> list[dict[str, Any]]:
        """The stops that a team goes to."""
        return [s for s in made["stop_list"] if s["team"]]


@pytest.fixture
def office(sign_in: Callable[[str], TestClient], small_town: dict[str, Any]) -> Iterator[Planner]:
    """The population office; what it planned is removed afterwards."""
    yield Planner(sign_in("office"))
    owner = create_engine(small_town["admin_url"])
    with owner.begin() as connection:
        for table in ("ticket", "measure", "finding", "inspection"):
            connection.execute(text(f"DELETE FROM {table}"))
    owner.dispose()


@pytest.fixture
def result() -> Callable[..., dict[str, Any]]:
    """A function: one result of a visit, made and sent now."""

    def made(**more: Any) -> dict[str, Any]:
        now = dt.datetime.now(dt.UTC).isoformat()
        return {"id": str(uuid.uuid4()), "outcome": "done", "visited_at": now, "sent_at": now, **more}

    return made


@pytest.fixture
def room() -> Callable[..., dict[str, Any]]:
    """A function: a room of so many square metres with so many people."""

    def made(area_m2: float, people: int, **more: Any) -> dict[str, Any]:
        return {"id": str(uuid.uuid4()), "area_m2": area_m2, "people": people, **more}

    return made
