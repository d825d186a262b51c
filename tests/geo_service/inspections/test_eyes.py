"""Who sees which stops, and that nobody outside sees counts of the register."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

Make = Callable[..., dict[str, Any]]
SignIn = Callable[[str], TestClient]
URL = "/api/inspections"


def test_partners_see_places_but_no_counts_of_the_register(office: Any, sign_in: SignIn) -> None:
    made = office.routed()
    partner = sign_in("partner")
    seen = partner.get(f"{URL}/{made['id']}").json()
    assert [s["reasons"] for s in seen["stop_list"]] == [[]] * 10
    assert partner.get(f"{URL}/candidates", params={"month": "2026-03"}).status_code == 403
    assert (
        partner.patch(f"{URL}/{made['id']}", json={"expected_revision": 1, "title": "x"}).status_code == 403
    )
    assert sign_in("registrar").get(f"{URL}/{made['id']}").status_code == 403


@contextmanager
def limited_to(town: dict[str, Any], committees: set[str]) -> Iterator[None]:
    """The demo officer with fewer committees: the small town has only the two that they have."""
    owner = create_engine(town["admin_url"])
    before = "SELECT committees FROM account WHERE role = 'officer'"
    query = text("UPDATE account SET committees = CAST(:c AS jsonb) WHERE role = 'officer'")
    with owner.begin() as connection:
        had = connection.execute(text(before)).scalar_one()
        connection.execute(query, {"c": json.dumps(sorted(committees))})
    try:
        yield
    finally:
        with owner.begin() as connection:
            connection.execute(query, {"c": json.dumps(had)})
        owner.dispose()


def test_an_officer_sees_the_stops_of_their_own_committees_only(
    office: Any, sign_in: SignIn, small_town: dict[str, Any], result: Make
) -> None:
    made = office.routed(count=60)
    mine = set(office.http.get("/api/town").json()["committees"][0]["code"].split())
    hidden = next(s for s in made["stop_list"] if s["committee_code"] not in mine)
    with limited_to(small_town, mine):
        officer = sign_in("officer")
        shown = {s["id"] for s in officer.get(f"{URL}/{made['id']}").json()["stop_list"]}
        refused = officer.post(f"{URL}/{made['id']}/stops/{hidden['id']}/results", json=result())
    assert shown == {s["id"] for s in made["stop_list"] if s["committee_code"] in mine}
    assert refused.status_code == 404
