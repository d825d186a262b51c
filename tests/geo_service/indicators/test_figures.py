"""Figures over HTTP and below: every partition adds up to the whole, and a check counts in its own month."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.queries import indicators
from geo_service.queries.boundaries import last_day, version_on

SignIn = Callable[[str], TestClient]
ADDITIVE = ("residents", "dwellings", "visits", "checked", "correct", "rental_inspected", "group_renting_found",
            "dwellings_checked", "records_checked", "year_first_dwellings_checked")  # fmt: skip


def month_of(small_town: dict[str, Any]) -> str:
    return str(small_town["months"][-1])


@pytest.mark.parametrize(
    "by", ["micro-grid", "committee", "zone", "block", "station", "subdistrict", "cell", "building"]
)
def test_the_areas_of_any_kind_and_what_lies_in_none_add_up_to_the_whole(
    sign_in: SignIn, small_town: dict[str, Any], by: str
) -> None:
    client = sign_in("office")
    whole = client.get("/api/indicators", params={"month": month_of(small_town), "by": "subdistrict"}).json()[
        "total"
    ]["counts"]
    answer = client.get("/api/indicators", params={"month": month_of(small_town), "by": by}).json()
    outside = (answer["unassigned"] or {"counts": {}})["counts"]
    for name in ADDITIVE:
        assert sum(r["counts"][name] for r in answer["rows"]) + outside.get(name, 0) == whole[name], name
    assert whole["visits"] > 0
    assert whole["residents"] > 5_000


def test_pooled_rates_come_from_summed_counts_and_never_from_rates(
    sign_in: SignIn, small_town: dict[str, Any]
) -> None:
    answer = (
        sign_in("office")
        .get("/api/indicators", params={"month": month_of(small_town), "by": "committee"})
        .json()
    )
    rows = [r["measures"]["accuracy"] for r in answer["rows"]]
    total = answer["total"]["measures"]["accuracy"]
    assert total["numerator"] == sum(r["numerator"] for r in rows)
    assert total["value"] == pytest.approx(total["numerator"] / total["denominator"])
    assert total["low"] < total["value"] < total["high"] or total["value"] in (0, 1)


def test_a_month_without_checks_says_no_data_and_never_zero(undone: Any, small_town: dict[str, Any]) -> None:
    from geo_service.figures import total

    with undone() as session:
        session.execute(
            text("DELETE FROM check_visit WHERE subdistrict_code = :s"), {"s": small_town["subdistrict"]}
        )
        month = dt.date.fromisoformat(month_of(small_town) + "-01")
        counts = counts_of(session, small_town["subdistrict"], month, "committee")
        measured = total(counts, month)["measures"]
    assert measured["accuracy"]["state"] == "no_data"
    assert measured["accuracy"]["value"] is None
    assert measured["checked_share"]["state"] == "zero"


def counts_of(session: Session, subdistrict: str, month: dt.date, by: str) -> Any:
    version = version_on(session, subdistrict, last_day(month))
    assert version is not None
    return indicators.figures(session, subdistrict, month, version.id, by)


def add_visit(session: Session, subdistrict: str, day: str, **counts: int) -> tuple[str, str]:
    """One visit to the first dwelling; returns its id and building."""
    home = session.execute(
        text("SELECT d.code, d.building_code FROM dwelling d JOIN building b ON b.subdistrict_code = d.subdistrict_code "
             "AND b.code = d.building_code WHERE d.subdistrict_code = :s AND d.status = 'occupied' AND b.kind = 'building' "
             "ORDER BY d.code LIMIT 1"),
        {"s": subdistrict},
    ).one()  # fmt: skip
    visit = str(uuid.uuid4())
    given = {"checked": 1, "correct": 1, "to_deregister": 0} | counts
    session.execute(
        text("INSERT INTO check_visit (subdistrict_code, id, dwelling_code, building_code, visited_at, frame, outcome, "
             "checked, correct, to_deregister) VALUES (:s, :v, :d, :b, CAST(:at AS timestamptz), 'register', 'done', "
             ":checked, :correct, :to_deregister)"),
        {"s": subdistrict, "v": visit, "d": home.code, "b": home.building_code, "at": f"{day} 10:00+08", **given},
    )  # fmt: skip
    return visit, str(home.building_code)


def test_a_check_that_comes_late_counts_in_the_month_it_was_made_in(
    undone: Any, small_town: dict[str, Any]
) -> None:
    sub, (first, *_, last) = small_town["subdistrict"], small_town["months"]
    months = [dt.date.fromisoformat(f"{m}-01") for m in (first, last)]
    with undone() as session:
        before = [counts_of(session, sub, m, "subdistrict").sum() for m in months]
        add_visit(session, sub, f"{first}-15")
        after = [counts_of(session, sub, m, "subdistrict").sum() for m in months]
    assert after[0]["checked"] == before[0]["checked"] + 1
    assert after[1]["checked"] == before[1]["checked"]


def test_a_corrected_check_changes_its_own_figures_only(undone: Any, small_town: dict[str, Any]) -> None:
    sub = small_town["subdistrict"]
    month = dt.date.fromisoformat(f"{small_town['months'][-1]}-01")
    with undone() as session:
        visit, building = add_visit(session, sub, f"{month:%Y-%m}-10")
        before = counts_of(session, sub, month, "building")
        session.execute(
            text("UPDATE check_visit SET correct = 0, to_deregister = 1, corrected_at = now() "
                 "WHERE subdistrict_code = :s AND id = :v"), {"s": sub, "v": visit},
        )  # fmt: skip
        moved = counts_of(session, sub, month, "building") - before
    changed = moved.loc[building]
    assert (changed["correct"], changed["to_deregister"], changed["checked"]) == (-1, 1, 0)
    assert not moved.drop(index=building).any(axis=None)


def test_a_visit_that_gave_counts_only_leaves_distinct_records_absent_where_it_was(
    undone: Any, small_town: dict[str, Any]
) -> None:
    from geo_service.figures import rows, total

    sub, month = small_town["subdistrict"], dt.date.fromisoformat(f"{small_town['months'][-1]}-01")
    with undone() as session:
        before = counts_of(session, sub, month, "building")
        visit, building = add_visit(session, sub, f"{month:%Y-%m}-10")
        after = counts_of(session, sub, month, "building")
        told = {r["code"]: r for r in rows(after, month, {})}
        whole = total(after, month)
        session.execute(
            text(
                "INSERT INTO check_result (subdistrict_code, visit_id, record_hash, outcome) VALUES (:s, :v, :h, 'correct')"
            ),
            {"s": sub, "v": visit, "h": b"a record of its own"},
        )
        named = counts_of(session, sub, month, "building")
    assert total(before, month)["measures"]["record_share"]["state"] == "ok"
    for answer in (told[building], whole):
        assert answer["measures"]["record_share"] | {"denominator": 0, "n": 0} == {
            "numerator": None, "denominator": 0, "value": None, "low": None, "high": None, "n": 0, "state": "no_data"
        }  # fmt: skip
        assert [answer["counts"][c] for c in ("records_checked", "check_target", "checks_due")] == [None] * 3
    assert whole["counts"]["checked"] == before["checked"].sum() + 1
    assert whole["measures"]["accuracy"]["denominator"] == whole["counts"]["checked"]
    others = [r for code, r in told.items() if code != building]
    assert all(r["counts"]["records_checked"] == before.loc[r["code"], "records_checked"] for r in others)
    assert after["records_checked"].sum() == before["records_checked"].sum()  # what is known stays known
    assert named.loc[building, "records_checked"] == before.loc[building, "records_checked"] + 1
    assert total(named, month)["measures"]["record_share"]["state"] == "ok"


def test_counts_only_early_in_the_year_leave_the_years_progress_absent_and_not_later_months(
    undone: Any, small_town: dict[str, Any]
) -> None:
    from geo_service.figures import total

    sub, month = small_town["subdistrict"], dt.date.fromisoformat(f"{small_town['months'][-1]}-01")
    earlier = dt.date.fromisoformat(f"{small_town['months'][-2]}-01")
    assert earlier.year == month.year
    with undone() as session:
        add_visit(session, sub, f"{earlier:%Y-%m}-10")
        told = total(counts_of(session, sub, month, "committee"), month)
    assert told["measures"]["record_share"]["state"] == "ok"
    assert told["counts"]["year_first_records_checked"] is None
    assert told["counts"]["check_target"] is None


def test_an_evening_check_counts_in_the_shanghai_month(undone: Any, small_town: dict[str, Any]) -> None:
    sub, month = small_town["subdistrict"], dt.date.fromisoformat(f"{small_town['months'][-1]}-01")
    with undone() as session:
        before = counts_of(session, sub, month, "subdistrict").sum()["visits"]
        visit, _ = add_visit(session, sub, f"{month:%Y-%m}-01")
        session.execute(
            text(
                "UPDATE check_visit SET visited_at = CAST(:at AS timestamptz) WHERE subdistrict_code = :s AND id = :v"
            ),
            {"at": f"{month - dt.timedelta(days=1)} 16:30+00", "s": sub, "v": visit},
        )
        assert counts_of(session, sub, month, "subdistrict").sum()["visits"] == before + 1


def square(west: float, south: float, size: float) -> dict[str, Any]:
    ring = [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
        [west, south],
    ]
    return {"type": "Polygon", "coordinates": [ring]}


def middle(client: TestClient) -> tuple[float, float]:
    west, south, east, north = client.get("/api/town").json()["subdistrict"]["bbox"]
    return (west + east) / 2, (south + north) / 2


def test_a_drawn_polygon_over_the_whole_town_gives_all_that_has_a_place(
    sign_in: SignIn, small_town: dict[str, Any]
) -> None:
    client = sign_in("office")
    x, y = middle(client)
    drawn = client.post(
        "/api/indicators/area", json={"month": month_of(small_town), "geometry": square(x - 0.5, y - 0.5, 1)}
    )
    cells = client.get("/api/indicators", params={"month": month_of(small_town), "by": "cell"}).json()
    assert drawn.status_code == 200, drawn.text
    assert drawn.json()["counts"]["residents"] == sum(r["counts"]["residents"] for r in cells["rows"])


@pytest.mark.parametrize(
    ("geometry", "status", "kind"),
    [
        ({"type": "Polygon", "coordinates": [[[121.4, 31.2], [121.5, 31.3], [121.5, 31.2], [121.4, 31.3], [121.4, 31.2]]]}, 422, "bad-geometry"),
        ({"type": "Polygon", "coordinates": []}, 422, "bad-geometry"),
        ({"type": "Point", "coordinates": [121.4, 31.2]}, 422, "bad-geometry"),
        ({"type": "Polygon", "coordinates": [[[640000, 3457000], [640100, 3457000], [640100, 3457100], [640000, 3457000]]]}, 422, "bad-geometry"),
        ({"type": "Polygon", "coordinates": [[[116.3, 39.9], [116.4, 39.9], [116.4, 40.0], [116.3, 39.9]]]}, 422, "empty-area"),
    ],
    ids=["crosses itself", "empty", "a point", "metres", "another town"],
)  # fmt: skip
def test_a_polygon_that_asks_nothing_sensible_is_refused_with_the_reason(
    sign_in: SignIn, small_town: dict[str, Any], geometry: dict[str, Any], status: int, kind: str
) -> None:
    answer = sign_in("office").post(
        "/api/indicators/area", json={"month": month_of(small_town), "geometry": geometry}
    )
    assert answer.status_code == status
    assert answer.json()["type"] == f"/problems/{kind}"


def test_figures_of_a_version_asked_for_by_number_are_the_same_buildings_in_that_drawing(
    sign_in: SignIn, small_town: dict[str, Any]
) -> None:
    client = sign_in("office")
    asked = {"month": month_of(small_town), "by": "micro-grid"}
    in_force = client.get("/api/indicators", params=asked).json()
    by_number = client.get("/api/indicators", params={**asked, "version": in_force["version"]["id"]}).json()
    assert by_number["rows"] == in_force["rows"]
    assert client.get("/api/indicators", params={**asked, "version": 999}).status_code == 404


def test_a_committee_sees_its_own_areas_only(sign_in: SignIn, small_town: dict[str, Any]) -> None:
    own = (
        sign_in("committee_head")
        .get("/api/indicators", params={"month": month_of(small_town), "by": "committee"})
        .json()
    )
    whole = (
        sign_in("office")
        .get("/api/indicators", params={"month": month_of(small_town), "by": "committee"})
        .json()
    )
    assert len(own["rows"]) == 1
    assert own["rows"][0] == next(r for r in whole["rows"] if r["code"] == own["rows"][0]["code"])
