"""H3 cells of buildings. A cell is H3, never administrative: cells do not nest in micro-grids."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
from shapely import Polygon

from grids.errors import CrsError, InputError

RESOLUTION = 10  # about 11,500 m² at Shanghai


def cells_of(buildings: gpd.GeoSeries, resolution: int = RESOLUTION) -> pd.Series:
    """Cell of each building's representative point; absent where there is no geometry.

    Polygon containment would give no cell to most buildings, which are smaller than a cell. EPSG:4326 only.

    >>> from shapely import Point
    >>> cells_of(gpd.GeoSeries({"b1": Point(121.4737, 31.2304)}, crs=4326)).item()
    '8a309959d727fff'
    """
    if buildings.crs is None or buildings.crs.to_epsg() != 4326:
        raise CrsError("Cells are found from longitude and latitude (EPSG:4326).")
    if not 0 <= resolution <= 15:
        raise InputError("An H3 resolution is a number from 0 to 15.")
    known = buildings[~(buildings.isna() | buildings.is_empty)]
    points = known.representative_point()
    pairs = zip(points.y.to_numpy(), points.x.to_numpy(), strict=True)
    found = pd.Series(
        [h3.latlng_to_cell(lat, lon, resolution) for lat, lon in pairs], index=known.index, dtype=object
    )
    return found.reindex(buildings.index).rename("cell")


def cell_polygons(cells: Iterable[str]) -> gpd.GeoSeries:
    """Outlines of cells, EPSG:4326, lon lat, indexed by cell."""
    codes = list(cells)
    rings = [Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(c)]) for c in codes]
    return gpd.GeoSeries(rings, index=pd.Index(codes, name="cell", dtype=object), crs=4326)


def cell_neighbours(cells: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of positions of cells that share a side, in both directions (the edge of a town has fewer)."""
    codes = list(cells)
    position = {c: i for i, c in enumerate(codes)}
    pairs = [
        (i, position[n]) for i, c in enumerate(codes) for n in h3.grid_disk(c, 1) if n != c and n in position
    ]
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
