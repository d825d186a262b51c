"""Is the other drawing only in another datum? Asked first: a GCJ-02 file is 300 to 600 m off everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from grids.geodesy import (
    bd09_from_gcj02,
    gcj02_from_bd09,
    gcj02_from_wgs84,
    wgs84_from_gcj02,
)

NEAR_M = 10.0
CLEARLY_BETTER = 0.3
MOST_POINTS = 4_000
Floats = NDArray[np.float64]
Step = Callable[[Floats, Floats], tuple[Floats, Floats]]

STEPS: Mapping[str, tuple[Step, ...]] = MappingProxyType(
    {
        "theirs_gcj02": (wgs84_from_gcj02,),
        "theirs_bd09": (gcj02_from_bd09, wgs84_from_gcj02),
        "ours_gcj02": (gcj02_from_wgs84,),
        "ours_bd09": (gcj02_from_wgs84, bd09_from_gcj02),
    }
)


@dataclass(frozen=True)
class Datum:
    """``kind`` is "" when nothing is wrong, else which drawing is in which datum; shares are of their vertices.

    ``near_share`` lie within 10 m of our borders as the files say, ``near_share_shifted`` after the correction,
    which moves them by ``displacement_m`` in the middle.
    """

    kind: str
    near_share: float
    near_share_shifted: float
    displacement_m: float


def datum_test(ours: gpd.GeoSeries, theirs: gpd.GeoSeries) -> Datum:
    """Compare their vertices with our borders, as they are and after each known shift.

    Both in one metric CRS. A shift is only claimed when most vertices fit with it and did not fit without.
    """
    xy = shapely.get_coordinates(theirs.to_numpy())
    xy = xy[np.linspace(0, len(xy) - 1, min(len(xy), MOST_POINTS)).astype(int)] if len(xy) else xy
    if len(xy) == 0 or ours.empty:
        return Datum("", 0.0, 0.0, 0.0)
    borders = shapely.STRtree(shapely.get_parts(shapely.boundary(ours.to_numpy())))
    plain = _near(borders, xy)
    best, share, moved = "", plain, xy
    for kind in STEPS:
        shifted = _moved(xy, kind, theirs.crs)
        there = _near(borders, shifted)
        if there > share:
            best, share, moved = kind, there, shifted
    if plain > 0.5 or share - plain < CLEARLY_BETTER:
        return Datum("", plain, plain, 0.0)
    return Datum(best, plain, share, float(np.median(np.hypot(*(moved - xy).T))))


def corrected(theirs: gpd.GeoSeries, kind: str) -> gpd.GeoSeries:
    """Their geometry brought into our datum; the same when ``kind`` is ""."""
    if not kind:
        return theirs
    moved = shapely.transform(theirs.to_numpy(), lambda xy: _moved(xy, kind, theirs.crs))
    return gpd.GeoSeries(moved, index=theirs.index, crs=theirs.crs)


def _near(borders: shapely.STRtree, xy: Floats) -> float:
    hits = borders.query(shapely.points(xy), predicate="dwithin", distance=NEAR_M)[0]
    return len(np.unique(hits)) / len(xy)


def _moved(xy: Floats, kind: str, crs: object) -> Floats:
    points = gpd.GeoSeries(gpd.points_from_xy(*xy.T, crs=crs)).to_crs(4326)
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    for step in STEPS[kind]:
        lon, lat = step(lon, lat)
    back = gpd.GeoSeries(gpd.points_from_xy(lon, lat, crs=4326)).to_crs(crs)
    return np.column_stack([back.x, back.y])
