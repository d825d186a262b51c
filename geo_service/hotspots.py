"""Group-renting hotspots of a month from the database: Gi* on cells and scan clusters of buildings.

They say where to inspect next, and nothing about anybody who lives there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from grids.indicators.cells import RESOLUTION, cell_neighbours, cells_of
from grids.indicators.figures import UNASSIGNED, sum_by_area
from grids.indicators.hotspots import PERMUTATIONS, rate_hotspots

SCAN_PERMUTATIONS = 999


@dataclass(frozen=True)
class Hotspots:
    """``cells``: indexed by H3 cell, the columns of ``rate_hotspots``; ``clusters``: lon, lat, radius_m, cases, trials, p."""

    cells: pd.DataFrame
    clusters: pd.DataFrame


def seed_of(month: dt.date) -> int:
    """The same month always draws the same permutations.

    >>> seed_of(dt.date(2026, 3, 1))
    202603
    """
    return month.year * 100 + month.month


def find(
    per_building: pd.DataFrame,
    points: gpd.GeoSeries,
    month: dt.date,
    metric_srid: int,
    resolution: int = RESOLUTION,
) -> Hotspots:
    """Hotspots from the month's counts per building and the buildings' points (EPSG:4326)."""
    cells = cell_figures(per_building, points, resolution)
    tested = rate_hotspots(
        cells["group_renting_found"], cells["rental_inspected"], cell_neighbours(cells.index),
        seed=seed_of(month), permutations=PERMUTATIONS,
    )  # fmt: skip
    return Hotspots(tested, _clusters(per_building, points, month, metric_srid))


def cell_figures(
    per_building: pd.DataFrame, points: gpd.GeoSeries, resolution: int = RESOLUTION
) -> pd.DataFrame:
    """Counts per H3 cell of the buildings that have a place; the rest is left out."""
    area_of = cells_of(points, resolution).reindex(per_building.index)
    return sum_by_area(per_building, area_of).drop(index=UNASSIGNED, errors="ignore")


def _clusters(
    per_building: pd.DataFrame, points: gpd.GeoSeries, month: dt.date, metric_srid: int
) -> pd.DataFrame:
    from grids.indicators.scan import scan_clusters  # compiles its kernels when imported

    inspected = per_building[per_building["rental_inspected"] > 0]
    here = points[points.index.isin(inspected.index)]
    counts = inspected.loc[here.index]
    metres = here.to_crs(metric_srid)
    found = scan_clusters(
        np.column_stack([metres.x, metres.y]), counts["group_renting_found"].to_numpy(),
        counts["rental_inspected"].to_numpy(), seed=seed_of(month), permutations=SCAN_PERMUTATIONS,
    ).drop(columns="members")  # fmt: skip
    centres = gpd.GeoSeries(
        gpd.points_from_xy(found["x"].astype(float), found["y"].astype(float)),
        index=found.index,
        crs=metric_srid,
    ).to_crs(4326)
    return found.drop(columns=["x", "y"]).assign(lon=centres.x, lat=centres.y)
