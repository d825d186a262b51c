"""Following another drawing's line: open ground changes hands, buildings stay whole, nothing is torn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from grids.boundaries.editing import Drawing, follow_line, lock
from grids.boundaries.editing.errors import NothingChanges

A, B, D, E = "310117101001001", "310117101001002", "310117101001004", "310117101002001"
Same = Callable[[Drawing, Drawing], bool]


def strips(*rows: tuple[str, str, shapely.Geometry]) -> gpd.GeoDataFrame:
    gives, takes, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"gives": gives, "takes": takes}, geometry=list(shapes), crs=4549)


def test_a_strip_moves_the_border_and_only_that(drawing: Drawing, same: Same) -> None:
    operation = follow_line(drawing, strips((A, B, shapely.box(17, 0, 20, 40))))
    later = drawing.after(operation)
    assert shapely.coverage_is_valid(later.plots.geometry.to_numpy())
    assert later.plots_of(A).area.sum() == pytest.approx(17 * 40, abs=0.01)
    assert later.plots_of(B).area.sum() == pytest.approx(23 * 40, abs=0.01)
    assert later.assignment.equals(drawing.assignment), "no plot changes its grid"
    assert same(later.after(operation.inverse()), drawing)


def test_the_line_goes_round_a_building(drawing: Drawing) -> None:
    house = shapely.box(16, 12, 19, 18)
    built = replace(drawing, buildings=gpd.GeoSeries([house], index=["B101"], crs=4549))
    later = built.after(follow_line(built, strips((A, B, shapely.box(17, 0, 20, 40)))))
    assert later.plots.geometry[101].intersection(house).area == pytest.approx(house.area, abs=0.001)
    assert later.plots.geometry[101].bounds[2] == pytest.approx(19, abs=0.001)
    assert shapely.coverage_is_valid(later.plots.geometry.to_numpy())


def test_committee_borders_move_only_when_somebody_says_so(drawing: Drawing) -> None:
    across = strips((D, E, shapely.box(78, 0, 80, 40)))
    with pytest.raises(NothingChanges):
        follow_line(drawing, across)
    later = drawing.after(follow_line(drawing, across, across=True))
    assert later.plots_of(E).area.sum() == pytest.approx(22 * 40, abs=0.01)
    assert shapely.coverage_is_valid(later.plots.geometry.to_numpy())


def test_what_cannot_be_followed_is_counted_among_the_problems(drawing: Drawing) -> None:
    locked = drawing.after(lock(drawing, [A]))
    far, good = shapely.box(1, 1, 4, 4), shapely.box(38, 0, 40, 40)
    asked = strips((A, B, shapely.box(17, 0, 20, 40)), (B, "nobody", far), (B, "310117101001003", good))
    operation = follow_line(locked, asked)
    assert [p.note for p in operation.problems if p.kind == "left"] == ["2 strips keep our line"]
    with pytest.raises(NothingChanges):
        follow_line(drawing, strips((A, D, far)))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-4, 4), min_size=9, max_size=9), st.integers(0, 2))
def test_any_wobble_leaves_a_coverage_and_comes_near_the_line(offsets: list[float], border: int) -> None:
    drawing = fixed()
    west, east = drawing.codes[border], drawing.codes[border + 1]
    x, y = 20.0 * (border + 1) + np.array(offsets), np.linspace(0, 40, 9)
    line = list(zip(x, y, strict=True))
    left = shapely.Polygon([(20.0 * border, 0), *line, (20.0 * border, 40)])
    grounds = {code: shapely.union_all(drawing.plots_of(code).geometry.to_numpy()) for code in (west, east)}
    asked = strips((west, east, shapely.difference(grounds[west], left)),
                   (east, west, shapely.intersection(grounds[east], left)))  # fmt: skip
    asked = asked[asked.area > 1.0]
    if asked.empty:
        return
    later = drawing.after(follow_line(drawing, asked))
    assert shapely.coverage_is_valid(later.plots.geometry.to_numpy())
    assert later.plots.area.sum() == pytest.approx(drawing.plots.area.sum(), abs=0.01)
    got = shapely.union_all(later.plots_of(west).geometry.to_numpy())
    assert got.symmetric_difference(left).area < 3.0


def fixed() -> Drawing:
    """Four grids of two columns of 10 m plots; fixtures and generated examples do not go together."""
    rows = [(100 * row + column, shapely.box(10 * column, 10 * row, 10 * column + 10, 10 * row + 10), column // 2)
            for row in range(4) for column in range(8)]  # fmt: skip
    ids, shapes, grid = zip(*rows, strict=True)
    plots = gpd.GeoDataFrame(
        {"building_code": None, "committee_code": "310117101001", "block_id": 1, "compound_code": None, "residents": 1.0},
        geometry=list(shapes), index=list(ids), crs=4549,
    )  # fmt: skip
    codes = pd.Series([f"310117101001{n + 1:03d}" for n in grid], index=list(ids), dtype=object)
    return Drawing(plots, codes)
