"""A small random town with jittered, edge-matched plots: fast enough for property tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

SIDE_M = 40.0


@dataclass(frozen=True)
class SmallTown:
    plots: gpd.GeoDataFrame
    assignment: pd.Series
    buildings: gpd.GeoSeries


def _small_town(seed: int, columns: int = 8, rows: int = 5, committees: int = 2) -> SmallTown:
    """``columns`` × ``rows`` plots of some 40 m; committees side by side; four grids in each committee."""
    rng = np.random.default_rng(seed)
    origin = np.array([640_000.0, 3_457_000.0])
    corner = {
        (i, j): origin + SIDE_M * np.array([i, j]) + rng.uniform(-6, 6, 2)
        for i in range(columns + 1)
        for j in range(rows + 1)
    }

    def edge(a: tuple[int, int], b: tuple[int, int]) -> np.ndarray:
        """The corners with three wobbling points between them, the same seen from both sides."""
        low, high = min(a, b), max(a, b)
        wobble = np.random.default_rng([seed, *low, *high]).uniform(-1.2, 1.2, (3, 2))
        share = np.array([[0.25], [0.5], [0.75]])
        middle = corner[low] * (1 - share) + corner[high] * share + wobble
        points = np.vstack([corner[low], middle])
        return points if a == low else np.vstack([corner[high], middle[::-1]])

    shapes, feet, rows_of = [], [], []
    per = columns // committees
    for i in range(columns):
        for j in range(rows):
            ring = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1), (i, j)]
            shape = shapely.Polygon(np.vstack([edge(a, b) for a, b in pairwise(ring)]))
            home = rng.random() < 0.8
            attached = rng.random() < 0.2
            feet.append((shape if attached else shape.buffer(-4.0)) if home else None)
            shapes.append(shape)
            group = min(i // per, committees - 1)
            rows_of.append((group, 2 * ((i - group * per) * 2 // per > 0) + (2 * j >= rows)))
    number = np.arange(len(shapes)) + 1
    home = np.array([f is not None for f in feet])
    code = np.where(home, [f"B{n:04d}" for n in number], None)
    plots = gpd.GeoDataFrame(
        {
            "building_code": pd.Series(code, index=number, dtype=object),
            "committee_code": [f"310117101{group + 1:03d}" for group, _ in rows_of],
            "block_id": 1,
            "compound_code": pd.Series([None] * len(shapes), index=number, dtype=object),
            "residents": np.where(home, rng.integers(20, 120, len(shapes)), 0).astype(float),
            "dwellings": np.where(home, rng.integers(8, 40, len(shapes)), 0),
        },
        geometry=shapes,
        crs=4549,
        index=pd.Index(number, name="plot_id"),
    )
    grids = [f"310117101{group + 1:03d}{part + 1:03d}" for group, part in rows_of]
    assignment = pd.Series(grids, index=plots.index, name="grid_code", dtype=object)
    buildings = gpd.GeoSeries([f for f in feet if f is not None], index=code[home], crs=4549)
    return SmallTown(plots, assignment, buildings)


@pytest.fixture(scope="session")
def small_town() -> Callable[..., SmallTown]:
    """A function (seed, columns, rows, committees) → SmallTown."""
    return _small_town
