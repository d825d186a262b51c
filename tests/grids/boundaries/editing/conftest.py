"""A drawing small enough to follow by hand, for tests of every edit."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import box

from grids.boundaries.editing import Drawing

K1, K2 = "310117101001", "310117101002"
A, B, C, D = (f"{K1}{n:03d}" for n in (1, 2, 3, 4))
E = f"{K2}001"


@pytest.fixture
def drawing() -> Drawing:
    """Plots of 10 m, numbered row by row from the south: 8 × 4 in committee K1 (grids A, B, C, D from west to
    east, two columns each), then two columns of K2 (grid E). Plot 100 × row + column; plot 307 is open ground."""
    rows = []
    for row in range(4):
        for column in range(10):
            plot = 100 * row + column
            house = None if plot == 307 else f"B{plot}"
            grid = E if column > 7 else (A, B, C, D)[column // 2]
            rows.append((plot, house, K2 if column > 7 else K1, grid, 0.0 if house is None else 10.0 + row,
                         box(10 * column, 10 * row, 10 * column + 10, 10 * row + 10)))  # fmt: skip
    frame = pd.DataFrame(
        rows, columns=["plot_id", "building_code", "committee_code", "grid", "residents", "geometry"]
    )
    frame = frame.set_index("plot_id")
    plots = gpd.GeoDataFrame(frame.drop(columns="grid").assign(block_id=1, compound_code=None), crs=4549)
    return Drawing(plots, frame["grid"].rename("grid_code"))


@pytest.fixture
def same() -> Callable[[Drawing, Drawing], bool]:
    """A function: whether two drawings are equal in everything that is stored, geometry to the last bit."""
    return _same


def _same(one: Drawing, other: Drawing) -> bool:
    plain = [d.plots.drop(columns="geometry") for d in (one, other)]
    pd.testing.assert_frame_equal(*plain)
    pd.testing.assert_series_equal(one.assignment, other.assignment)
    assert shapely.equals_exact(
        one.plots.geometry.to_numpy(), other.plots.geometry.to_numpy(), tolerance=0
    ).all()
    assert np.array_equal(one.codes, other.codes)
    return (one.locked, dict(one.names), one.retired) == (other.locked, dict(other.names), other.retired)
