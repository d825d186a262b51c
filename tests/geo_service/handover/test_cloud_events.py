"""The feed as CloudEvents: the same changes, each by the rules of the specification."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from geo_service.app import create_app
from geo_service.sign_in import new_key

TOWN = "310199601"


@pytest.fixture
def reader(place: Any) -> Iterator[TestClient]:
    with place.store.transaction(place.scope()) as session:
        secret, row = new_key("城运", TOWN, ["feed"], None)
        session.add(row)
    with TestClient(create_app(place.settings), headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client


@pytest.mark.parametrize("asked", [{"params": {"f": "cloudevents"}}, {"headers": {"Accept": "application/cloudevents-batch+json"}}])  # fmt: skip
def test_the_feed_comes_as_a_batch_of_events_when_asked(
    reader: TestClient, place: Any, asked: dict[str, Any]
) -> None:
    since = reader.get("/ogc/changes", params={"limit": 10_000}).json()["next"]
    place.edit("B006", f"as an event {since}")
    place.edit("B007", f"as an event {since}")
    params = {"since": since, **asked.get("params", {})}
    answer = reader.get("/ogc/changes", params=params, headers=asked.get("headers"))
    assert answer.headers["content-type"] == "application/cloudevents-batch+json"
    events = answer.json()
    assert answer.headers["wangge-next"] == str(since + 2)
    plain = reader.get("/ogc/changes", params={"since": since}).json()["changes"]
    assert [e["data"] for e in events] == plain
    assert [e["sequence"] for e in events] == sorted(e["sequence"] for e in events)
    assert len({(e["source"], e["id"]) for e in events}) == 2
    for event in events:
        assert event["specversion"] == "1.0"
        assert all(re.fullmatch(r"[a-z0-9]{1,20}", name) for name in event), "names of attributes"
        assert all(
            isinstance(event[name], str) and event[name]
            for name in ("id", "source", "type", "subject", "time")
        )
        assert dt.datetime.fromisoformat(event["time"]).tzinfo is not None


def test_another_format_is_refused(reader: TestClient) -> None:
    answer = reader.get("/ogc/changes", params={"f": "xml"})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid-f")
