"""Shapes as small as a page needs: whole numbers of 0.000001°, each the difference from the one before.

0.000001° is about 0.1 m. Neighbours that share a border keep sharing it, because equal corners are rounded equally.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from grids.errors import CrsError

SCALE = 1e6
Rings = list[list[int]]


def check_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries, what: str) -> None:
    """Raises CrsError unless the frame is in EPSG:4326."""
    if frame.crs is None or frame.crs.to_epsg() != 4326:
        raise CrsError(f"{what} must come in longitude and latitude (EPSG:4326).")


def packed(shape: BaseGeometry | None, origin: tuple[float, float]) -> list[Rings]:
    """Parts of a shape; a part is its rings (a line is one), a ring is [x0, y0, dx1, dy1, …] from ``origin``.

    A ring's closing point is left out. An absent or empty shape has no parts.

    >>> packed(shapely.box(121.0, 31.0, 121.00001, 31.00002), (121.0, 31.0))
    [[[10, 0, 0, 20, -10, 0, 0, -20]]]
    """
    if shape is None or shape.is_empty:
        return []
    return [[_ring(line, origin) for line in _lines(part)] for part in shapely.get_parts(shape)]


def packed_all(shapes: Iterable[BaseGeometry | None], origin: tuple[float, float]) -> list[list[Rings]]:
    return [packed(shape, origin) for shape in shapes]


def label_points(shapes: gpd.GeoSeries, origin: tuple[float, float]) -> list[list[int]]:
    """A point inside each shape, for its name: the middle of the largest circle that fits."""
    circles = shapely.maximum_inscribed_circle(shapes.to_numpy(), tolerance=5e-5)
    points = shapely.get_coordinates(shapely.get_point(circles, 0))
    return np.rint((points - origin) * SCALE).astype(int).tolist()


def bounds_of(shapes: gpd.GeoSeries) -> tuple[float, float, float, float]:
    west, south, east, north = (float(v) for v in shapes.total_bounds)
    return west, south, east, north


def _lines(part: Any) -> list[Any]:
    if part.geom_type == "Polygon":
        return [part.exterior, *part.interiors]
    return [part]


def _ring(line: Any, origin: tuple[float, float]) -> list[int]:
    points = shapely.get_coordinates(line)
    if line.geom_type == "LinearRing":
        points = points[:-1]
    whole = np.rint((points - origin) * SCALE).astype(np.int64)
    moved = np.append(True, (np.diff(whole, axis=0) != 0).any(axis=1)) if len(whole) > 1 else [True]
    whole = whole[moved]
    return np.concatenate([whole[:1], np.diff(whole, axis=0)]).ravel().tolist()
