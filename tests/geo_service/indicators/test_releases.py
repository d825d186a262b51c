"""What partners get: stored once, frozen, revised with a reason, and nothing in it subtracts back to a few people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.database import OWNER, Scope
from geo_service.problems import Problem
from geo_service.queries import indicators
from geo_service.queries import releases as queries
from geo_service.releases import drawn_area, make_release
from grids.indicators.blocks import blocks_in
from grids.indicators.release import figures_of
from grids.indicators.suppression import K

SignIn = Callable[[str], TestClient]
COUNTS = (
    "residents",
    "dwellings",
    "dwellings_rented",
    "dwellings_vacant",
    "occupied_without_records",
    "group_renting_found",
)


def month(small_town: dict[str, Any], position: int) -> dt.date:
    return dt.date.fromisoformat(small_town["months"][position] + "-01")


def scope(small_town: dict[str, Any]) -> Scope:
    return Scope(small_town["subdistrict"], None, "test")


@pytest.fixture
def released(undone: Any, small_town: dict[str, Any]) -> Iterator[tuple[Session, Any]]:
    with undone() as session:
        yield session, make_release(session, scope(small_town), month(small_town, 0))


def test_a_stored_release_reads_back_as_it_was_made(released: tuple[Session, Any]) -> None:
    session, row = released
    made = queries.stored(session, row)
    values = pd.DataFrame(
        session.execute(text("SELECT layer, area_code, measure, value, withheld FROM release_value WHERE release_id = :i"),
                        {"i": row.id}).mappings().all()
    )  # fmt: skip
    assert set(values["layer"]) == {"micro-grid", "committee", "cell", "subdistrict", "atom"}
    assert values[values["withheld"]]["value"].isna().all()
    assert len(row.checksum) == 64
    assert {"residents", "visits", "register"} <= set(made.atoms)
    assert all(a.index.equals(made.members.index) for a in made.atoms.values())
    counted = values[(values["layer"] == "subdistrict") & (values["measure"] == "checked")]["value"].item()
    assert counted == made.figures.query("layer == 'subdistrict' and measure == 'checked'")["value"].item()


def test_no_count_about_people_or_homes_of_one_to_four_is_published_anywhere(
    released: tuple[Session, Any],
) -> None:
    session, row = released
    small = session.execute(
        text("SELECT layer, area_code, measure, value FROM release_value WHERE release_id = :i AND measure = ANY (:m) "
             "AND value > 0 AND value < :k"), {"i": row.id, "m": list(COUNTS), "k": K},
    ).all()  # fmt: skip
    assert small == []


def test_subtraction_over_all_stored_tables_and_moved_polygons_isolates_nobody(
    released: tuple[Session, Any], small_town: dict[str, Any]
) -> None:
    """Rows of every table and of polygons moved by one building; whatever combines linearly to few is a leak.

    Everything published of a measure is a 0/1 row over buildings with its sum. A block of buildings, or the difference
    of two rows, that the rows determine must hold nothing or at least K; so must every smallest piece they can cut.
    """
    session, row = released
    made = queries.stored(session, row)
    block_of, shapes = queries.blocks_of(session, row), queries.block_shapes(session, row)
    truth = indicators.figures(session, small_town["subdistrict"], row.month, row.version_id, "building")
    order = made.members.index
    values = truth.groupby(block_of.reindex(truth.index)).sum().reindex(order)
    points = shapes.representative_point()
    rng = np.random.default_rng(3)
    for measure in COUNTS:
        family = next(f for f, table in made.published.items() if measure in table.columns)
        rows: list[np.ndarray] = []
        shown = made.figures[(made.figures["measure"] == measure) & ~made.figures["withheld"]]
        layers = made.members.assign(subdistrict="subdistrict")
        rows += [(layers[f.layer] == f.area_code).to_numpy() for f in shown.itertuples()]
        for _ in range(40):
            here = points.iloc[rng.integers(len(points))]
            for moved in (0.0, 0.0003):
                drawn = blocks_in(
                    shapes,
                    shapely.box(here.x, here.y, here.x + rng.uniform(0.001, 0.01) + moved, here.y + 0.004),
                )
                answer = figures_of(made, drawn).set_index("measure").loc[measure]
                if answer["blocks_counted"]:
                    atom, inside = made.atoms[family], order.isin(drawn)
                    whole = [a for a in made.published[family].index if inside[(atom == a).to_numpy()].all()]
                    rows.append(atom.isin(whole).to_numpy())
                    assert answer["value"] == values.loc[rows[-1], measure].sum() or family == "residents"
        assert rows
        pieces = _pieces(np.array(rows))
        for piece in pieces:
            total = int(values.loc[piece, measure].sum())
            assert total == 0 or total >= K, (measure, total)


def _pieces(rows: np.ndarray) -> list[np.ndarray]:
    """Sets of blocks that the published rows can single out: those whose own row lies in the span of all rows.

    Blocks that no row tells apart form one class; a class is isolated when its row is a combination of the rows.
    """
    _, kinds = np.unique(rows, axis=1, return_inverse=True)
    kinds = np.ravel(kinds)
    basis, rank = rows.astype(float), np.linalg.matrix_rank(rows.astype(float))
    found = []
    for kind in np.unique(kinds):
        alone = (kinds == kind).astype(float)
        if rows[:, kinds == kind].any() and np.linalg.matrix_rank(np.vstack([basis, alone])) == rank:
            found.append(alone.astype(bool))
    return found


def test_a_release_is_made_once_and_revised_only_with_a_reason(
    undone: Any, small_town: dict[str, Any]
) -> None:
    first, who = month(small_town, 0), scope(small_town)
    with undone() as session:
        row = make_release(session, who, first)
        with pytest.raises(Problem, match="already-released"):
            make_release(session, who, first)
        with pytest.raises(Problem, match="already-released"):
            make_release(session, who, first, reason="because")
        again = make_release(session, who, first, reason="late_checks")
        assert (again.revision, again.reason, again.id) == (1, "late_checks", row.id + 1)
        newest = queries.newest(session, small_town["subdistrict"], first)
        assert newest is not None
        assert newest.id == again.id
        events = session.execute(
            text("SELECT detail->>'reason' FROM audit_event WHERE action = 'release.made' ORDER BY seq")
        )
        assert [e[0] for e in events][-2:] == [None, "late_checks"]


def test_a_revision_shows_no_change_smaller_than_k(undone: Any, small_town: dict[str, Any]) -> None:
    first, who, sub = month(small_town, 0), scope(small_town), small_town["subdistrict"]
    with undone() as session:
        row = make_release(session, who, first)
        session.execute(
            text("UPDATE building_month SET visits = visits + 1 WHERE subdistrict_code = :s AND month = :m AND building_code = "
                 "(SELECT min(building_code) FROM building_month WHERE subdistrict_code = :s AND month = :m)"), {"s": sub, "m": first},
        )  # fmt: skip
        again = make_release(session, who, first, reason="late_checks")
        one, two = (
            queries.stored(session, r)
            .figures.query("measure == 'visits' and layer == 'subdistrict'")["value"]
            .item()
            for r in (row, again)
        )
    assert one == two


def test_months_are_released_in_order_and_only_once_they_are_over(
    undone: Any, small_town: dict[str, Any]
) -> None:
    who = scope(small_town)
    with undone() as session:
        make_release(session, who, month(small_town, 1))
        with pytest.raises(Problem, match="out-of-order"):
            make_release(session, who, month(small_town, 0))
        with pytest.raises(Problem, match="month-not-over"):
            make_release(session, who, dt.date(2999, 1, 1))


def test_the_next_month_never_splits_what_the_last_one_joined(
    undone: Any, small_town: dict[str, Any]
) -> None:
    who = scope(small_town)
    with undone() as session:
        before = queries.stored(session, make_release(session, who, month(small_town, 0)))
        after = queries.stored(session, make_release(session, who, month(small_town, 1)))
    for family, atom in before.atoms.items():
        later = after.atoms[family].reindex(atom.index)
        assert later.groupby(atom).nunique().max() == 1, family


def test_a_drawn_area_is_answered_from_the_stored_release_even_when_the_data_move_on(
    released: tuple[Session, Any], small_town: dict[str, Any]
) -> None:
    session, row = released
    everywhere = shapely.box(*queries.block_shapes(session, row).total_bounds).buffer(0.001)
    sub = small_town["subdistrict"]
    before = drawn_area(session, sub, row.month, everywhere)
    session.execute(
        text("UPDATE building_stock SET residents = residents + 50 WHERE subdistrict_code = :s"), {"s": sub}
    )
    assert drawn_area(session, sub, row.month, everywhere) == before
    assert before["counts"]["residents"] > 0
    assert 0 < before["measures"]["checked_share"]["value"] <= 1


def test_a_drawn_area_smaller_than_a_block_is_refused(
    released: tuple[Session, Any], small_town: dict[str, Any]
) -> None:
    session, row = released
    here = queries.block_shapes(session, row).representative_point().iloc[0]
    tiny = here.buffer(1e-6).difference(here.buffer(5e-7))
    with pytest.raises(Problem, match="empty-area"):
        drawn_area(session, small_town["subdistrict"], row.month, tiny)
    with pytest.raises(Problem, match="not-released"):
        drawn_area(session, small_town["subdistrict"], dt.date(2020, 1, 1), tiny)


def test_the_office_releases_over_http_and_others_may_only_read(
    sign_in: SignIn, small_town: dict[str, Any]
) -> None:
    office, first = sign_in("office"), small_town["months"][0]
    try:
        assert sign_in("committee_head").post("/api/releases", json={"month": first}).status_code == 403
        made = office.post("/api/releases", json={"month": first})
        assert made.status_code == 201, made.text
        assert office.post("/api/releases", json={"month": first}).status_code == 409
        assert [r["month"] for r in office.get("/api/releases").json()] == [first]
        west, south, east, north = office.get("/api/town").json()["subdistrict"]["bbox"]
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        asked = {"month": first, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        partner = sign_in("partner").post("/api/releases/area", json=asked)
        operator = sign_in("operator").post("/api/indicators/area", json=asked)
        assert partner.status_code == operator.status_code == 200, partner.text
        assert partner.json() == operator.json()
        assert partner.json()["release"] == made.json()["id"]
        assert "residents" in office.post("/api/indicators/area", json=asked).json()["counts"]
        assert sign_in("partner").post("/api/indicators/area", json=asked).status_code == 403
    finally:
        _remove(small_town)


def _remove(small_town: dict[str, Any]) -> None:
    from sqlalchemy import create_engine

    engine = create_engine(small_town["admin_url"])
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
        connection.execute(text("RESET ROLE"))
        connection.execute(text("DELETE FROM release"))
    engine.dispose()
