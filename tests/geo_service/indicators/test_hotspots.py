from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient

SignIn = Callable[[str], TestClient]


def test_hotspots_are_cells_with_their_inspections_and_the_same_every_time(
    sign_in: SignIn, small_town: dict[str, Any]
) -> None:
    month = small_town["months"][-1]
    client = sign_in("office")
    answer = client.get("/api/hotspots", params={"month": month})
    assert answer.status_code == 200, answer.text
    cells = [f["properties"] for f in answer.json()["features"]]
    whole = client.get("/api/indicators", params={"month": month, "by": "cell"}).json()["rows"]
    assert sum(c["inspections"] for c in cells) == sum(r["counts"]["rental_inspected"] for r in whole) > 0
    assert all(c["findings"] <= c["inspections"] for c in cells)
    assert {c["significant"] for c in cells} <= {True, False}
    assert all(c["significant"] == (c["verdict"] == "hot") for c in cells)
    assert client.get("/api/hotspots", params={"month": month}).content == answer.content


def test_an_unchanged_month_costs_nothing_the_second_time(
    sign_in: SignIn, small_town: dict[str, Any]
) -> None:
    client = sign_in("office")
    first = client.get("/api/hotspots", params={"month": small_town["months"][0]})
    again = client.get(
        "/api/hotspots",
        params={"month": small_town["months"][0]},
        headers={"If-None-Match": first.headers["etag"]},
    )
    assert again.status_code == 304


def test_a_limited_account_sees_cells_of_its_own_committees_only(
    sign_in: SignIn, small_town: dict[str, Any]
) -> None:
    month = small_town["months"][-1]
    own = sign_in("committee_head").get("/api/hotspots", params={"month": month}).json()["features"]
    every = sign_in("office").get("/api/hotspots", params={"month": month}).json()["features"]
    codes = {f["properties"]["code"] for f in own}
    assert len(codes) < len(every)
    assert codes <= {f["properties"]["code"] for f in every}
