"""What an account limited to some committees is told: their buildings and no others, whichever areas it asks for."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import h3
import pytest
import shapely
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.access import PERMISSIONS_OF, Principal
from geo_service.database import Scope, apply_scope
from geo_service.queries.boundaries import last_day, version_on
from geo_service.routes.hotspots import _found
from geo_service.routes.indicators import Drawn, area, points_of, table_of

SignIn = Callable[[str], TestClient]
KINDS = ("micro-grid", "committee", "zone", "block", "station", "subdistrict", "cell", "building")
FLOWS = ("visits", "checked", "correct", "rental_inspected", "group_renting_found", "dwellings_checked")
STOCKS = ("residents", "dwellings", "records_unlinked")
NOWHERE = "-"


@dataclass
class Seen:
    """A registrar's session over the small town, and what is to be found in it, counted here by hand."""

    session: Session
    who: Principal
    month: dt.date
    buildings: dict[str, Counter[str]]  # building → its counts; those of the caller's committees only
    areas: dict[str, dict[str, str]]  # kind of area → building → code
    own_m2: float

    def expected(self, by: str) -> dict[str, Counter[str]]:
        sums: dict[str, Counter[str]] = {}
        for code, counts in self.buildings.items():
            sums.setdefault(self.areas[by].get(code, NOWHERE), Counter()).update(counts)
        return sums

    @property
    def whole(self) -> Counter[str]:
        return sum(self.buildings.values(), Counter())


def column(session: Session, query: str, **bound: Any) -> list[Any]:
    return list(session.execute(text(query), bound).mappings())


@pytest.fixture
def seen(undone: Any, small_town: dict[str, Any]) -> Iterator[Seen]:
    """A committee of a town in which a home lost its place, one came from elsewhere and one went."""
    sub, month = small_town["subdistrict"], dt.date.fromisoformat(f"{small_town['months'][-1]}-01")
    with undone() as session:
        version = version_on(session, sub, last_day(month))
        assert version is not None
        bound = {"s": sub, "v": version.id}
        committees = [r["code"] for r in column(session, "SELECT code FROM area WHERE subdistrict_code = :s AND kind = "
                                                "'committee' AND valid_to IS NULL ORDER BY code", s=sub)]  # fmt: skip
        own = (committees[0],)
        unplaced, gone, *_ = busiest(session, sub, committees[0])
        come = busiest(session, sub, committees[1])[0]
        for change in (
            "UPDATE building SET kind = 'unlocated', geom = NULL WHERE subdistrict_code = :s AND code = :unplaced",
            "UPDATE version_building SET grid_code = NULL WHERE subdistrict_code = :s AND building_code = :unplaced",
            "UPDATE building SET committee_code = :other WHERE subdistrict_code = :s AND code = :gone",
            "UPDATE building SET committee_code = :first WHERE subdistrict_code = :s AND code = :come",
        ):
            given = {
                "s": sub,
                "unplaced": unplaced,
                "gone": gone,
                "come": come,
                "first": own[0],
                "other": committees[1],
            }
            session.execute(text(change), {k: v for k, v in given.items() if f":{k}" in change})
        drawn = {r["building_code"]: r for r in column(session, "SELECT * FROM version_building WHERE subdistrict_code = :s "
                                                       "AND version_id = :v", **bound)}  # fmt: skip
        homes = column(session, "SELECT code, committee_code, ST_AsBinary(ST_PointOnSurface(geom)) AS point FROM building "
                       "WHERE subdistrict_code = :s", s=sub)  # fmt: skip
        parents = {r["code"]: r for r in column(session, "SELECT * FROM area WHERE subdistrict_code = :s AND kind = "
                                                "'committee' AND valid_to IS NULL", s=sub)}  # fmt: skip
        mine = {h["code"]: h for h in homes if h["committee_code"] in own and h["code"] in drawn}
        assert {unplaced, come} <= set(mine)
        assert gone not in mine
        size = sum(r["area_m2"] for r in column(session, "SELECT * FROM micro_grid WHERE subdistrict_code = :s AND "
                                                "version_id = :v", **bound) if r["committee_code"] in own)  # fmt: skip
        counted = counts_of(session, sub, month, list(mine))
        who = Principal("r", "r", "registrar", sub, own, PERMISSIONS_OF["registrar"])
        apply_scope(session.connection(), Scope(sub, own, "r"))
        yield Seen(session, who, month, counted, areas_of(mine, drawn, parents, own, sub), size)


def busiest(session: Session, sub: str, committee: str) -> list[str]:
    query = (
        "SELECT b.code FROM building b JOIN building_stock s ON s.subdistrict_code = b.subdistrict_code "
        "AND s.building_code = b.code WHERE b.subdistrict_code = :s AND b.committee_code = :c AND b.kind = 'building' "
        "GROUP BY b.code ORDER BY max(s.residents) DESC, b.code LIMIT 5"
    )
    return [r["code"] for r in column(session, query, s=sub, c=committee)]


def counts_of(session: Session, sub: str, month: dt.date, codes: list[str]) -> dict[str, Counter[str]]:
    counted: dict[str, Counter[str]] = {code: Counter(buildings=1) for code in codes}
    for row in column(session, "SELECT * FROM building_month WHERE subdistrict_code = :s", s=sub):
        counts = counted.get(row["building_code"])
        if counts is None:
            continue
        if row["month"] == month:
            counts.update({name: row[name] for name in FLOWS})
        if row["month"].year == month.year and row["month"] <= month:
            counts["year_first_dwellings_checked"] += row["first_dwellings_checked"]
    for row in column(session, "SELECT * FROM building_stock WHERE subdistrict_code = :s", s=sub):
        counts, until = counted.get(row["building_code"]), row["to_month"] or dt.date.max
        if counts is not None and row["from_month"] <= month < until:
            counts.update({name: row[name] for name in STOCKS})
        if counts is not None and row["from_month"] < month <= until:
            counts["residents_at_start"] += row["residents"]
    return counted


def areas_of(
    mine: dict[str, Any], drawn: dict[str, Any], parents: dict[str, Any], own: tuple[str, ...], sub: str
) -> dict[str, dict[str, str]]:
    """A building that was drawn in a committee of others is in none of the caller's areas."""
    areas: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    for code, home in mine.items():
        areas["building"][code], areas["subdistrict"][code] = code, sub
        if home["point"] is not None:
            lon, lat = shapely.get_coordinates(shapely.from_wkb(bytes(home["point"])))[0]
            areas["cell"][code] = h3.latlng_to_cell(lat, lon, 10)
        committee = drawn[code]["committee_code"]
        if committee in own:
            of = parents[committee]
            found = {"micro-grid": drawn[code]["grid_code"], "committee": committee, "zone": of["zone_code"],
                     "block": of["block_code"], "station": of["station_code"]}  # fmt: skip
            for kind, area_code in found.items():
                if area_code is not None:
                    areas[kind][code] = area_code
    return areas


def same(counts: dict[str, Any], expected: Counter[str]) -> bool:
    names = ("buildings", *FLOWS, *STOCKS, "year_first_dwellings_checked", "residents_at_start")
    assert {n: counts[n] for n in names} == {n: expected[n] for n in names}
    return True


@pytest.mark.parametrize("by", KINDS)
def test_every_kind_of_area_counts_the_callers_own_buildings_and_no_others(seen: Seen, by: str) -> None:
    answer = table_of(seen.session, seen.who, seen.month, by, None, 10)
    expected = seen.expected(by)
    outside = expected.pop(NOWHERE, None)
    assert {r["code"] for r in answer["rows"]} == set(expected)
    assert all(same(r["counts"], expected[r["code"]]) for r in answer["rows"])
    assert (answer["unassigned"] is None) == (outside is None)
    assert outside is None or same(answer["unassigned"]["counts"], outside)
    assert same(answer["total"]["counts"], seen.whole)
    assert (outside is None) == (by in {"subdistrict", "building"})
    density = answer["total"]["measures"]["check_density_km2"]
    assert density["value"] == pytest.approx(seen.whole["visits"] / (seen.own_m2 / 1e6))


def test_the_caller_has_something_to_be_told(seen: Seen) -> None:
    assert seen.whole["visits"] > 0
    assert seen.whole["residents"] > 100
    assert len(seen.buildings) < 0.9 * len(column(seen.session, "SELECT code FROM building"))


def test_history_and_a_drawn_polygon_count_the_same_buildings(seen: Seen) -> None:
    told = points_of(seen.session, seen.who, "town", 1, f"{seen.month:%Y-%m}")["points"][-1]
    assert same(told["counts"], seen.whole)
    ring = [[121.0, 30.7], [122.0, 30.7], [122.0, 31.7], [121.0, 31.7], [121.0, 30.7]]
    body = Drawn(geometry={"type": "Polygon", "coordinates": [ring]}, month=f"{seen.month:%Y-%m}")
    placed = sum((seen.buildings[c] for c in seen.areas["cell"]), Counter())
    assert same(area(seen.session, seen.who, body)["counts"], placed)


def test_hotspots_are_found_among_the_callers_own_buildings(seen: Seen) -> None:
    cells = {f["id"]: f["properties"] for f in _found(seen.session, seen.who, seen.month)["features"]}
    expected = {c: n for c, n in seen.expected("cell").items() if n["rental_inspected"] and c != NOWHERE}
    assert {c: (p["inspections"], p["findings"]) for c, p in cells.items()} == {
        c: (n["rental_inspected"], n["group_renting_found"]) for c, n in expected.items()
    }


@pytest.mark.parametrize("role", ["registrar", "auxiliary", "committee_head"])
def test_an_account_is_told_one_total_over_http_however_it_asks(
    sign_in: SignIn, small_town: dict[str, Any], role: str
) -> None:
    client, month = sign_in(role), str(small_town["months"][-1])
    asked = {by: client.get("/api/indicators", params={"month": month, "by": by}).json() for by in KINDS}
    totals = [answer["total"]["counts"] for answer in asked.values()]
    assert all(total == totals[0] for total in totals)
    own = {row["code"] for row in asked["committee"]["rows"]}
    every = (
        sign_in("office").get("/api/indicators", params={"month": month, "by": "committee"}).json()["rows"]
    )
    assert len(own) == (2 if role == "auxiliary" else 1)
    assert totals[0]["residents"] == sum(r["counts"]["residents"] for r in every if r["code"] in own) > 0
    assert totals[0]["buildings"] == sum(r["counts"]["buildings"] for r in every if r["code"] in own)


def test_an_account_of_no_committee_is_told_nothing(undone: Any, small_town: dict[str, Any]) -> None:
    sub, month = small_town["subdistrict"], dt.date.fromisoformat(f"{small_town['months'][-1]}-01")
    who = Principal("r", "r", "registrar", sub, (), PERMISSIONS_OF["registrar"])
    with undone(()) as session:
        for by in KINDS:
            answer = table_of(session, who, month, by, None, 10)
            assert (answer["rows"], answer["unassigned"]) == ([], None)
            assert answer["total"]["counts"]["buildings"] == 0
