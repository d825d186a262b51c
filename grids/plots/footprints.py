"""Footprints as they come: repaired, and copies, nested parts and overlaps found."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from grids.errors import InputError
from grids.plots.result import Place, PlotReport

_COPY = 0.9  # a footprint with this share of itself inside another is a copy or a part of it
_LISTED_M2 = 0.05  # overlaps below this come from digitising and are not worth a person's time


@dataclass(frozen=True)
class Footprints:
    """``codes``, ``shapes`` and ``areas`` of the buildings that get plots; ``copies`` maps copy → kept code.

    ``rank`` orders them for ground that two claim: the smaller building keeps it.
    """

    codes: npt.NDArray[np.object_]
    shapes: npt.NDArray[np.object_]
    rank: npt.NDArray[np.int64]
    copies: dict[str, str]


def read_footprints(buildings: gpd.GeoDataFrame, report: PlotReport) -> Footprints:
    """Clean footprints in the frame's own projected CRS; what was done is added to ``report``."""
    codes = buildings.index.astype(str).to_numpy(dtype=object)
    if len(set(codes)) < len(codes):
        twice = buildings.index[buildings.index.duplicated()].astype(str)[:5]
        raise InputError(f"Building codes repeat: {', '.join(twice)}.")
    shapes = buildings.geometry.to_numpy()
    ground = _polygons(codes, shapes, report)
    usable = ~shapely.is_empty(ground) & (shapely.area(ground) > 0)
    for code, shape in zip(codes[~usable], shapes[~usable], strict=True):
        report.without_footprint.append(Place((code,), 0.0, shape if shape is not None else shapely.Point()))
    codes, ground = codes[usable], ground[usable]
    boss = _copies(codes, ground, report)
    kept = boss == np.arange(len(boss))
    rank = np.empty(int(kept.sum()), dtype=np.int64)
    rank[np.argsort(shapely.area(ground[kept]), kind="stable")] = np.arange(len(rank))
    copies = {str(codes[i]): str(codes[boss[i]]) for i in np.flatnonzero(~kept)}
    return Footprints(codes[kept], ground[kept], rank, copies)


def _polygons(
    codes: npt.NDArray[np.object_], shapes: npt.NDArray[np.object_], report: PlotReport
) -> npt.NDArray[np.object_]:
    """Valid (multi)polygons on a millimetre raster; an empty one for whatever has no ground."""
    ground = shapes.copy()
    ground[shapely.is_missing(shapes)] = shapely.Polygon()
    bad = ~shapely.is_valid(ground)
    for at in np.flatnonzero(bad):
        report.invalid.append(
            Place((codes[at],), float(shapely.area(shapely.make_valid(ground[at]))), ground[at])
        )
    ground[bad] = shapely.make_valid(ground[bad])
    mixed = shapely.get_type_id(ground) == 7
    for at in np.flatnonzero(mixed):
        parts = shapely.get_parts(ground[at])
        ground[at] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    flat = np.isin(shapely.get_type_id(ground), (3, 6))
    ground[~flat] = shapely.Polygon()
    return shapely.set_precision(shapely.force_2d(ground), 0.001)


def _copies(
    codes: npt.NDArray[np.object_], ground: npt.NDArray[np.object_], report: PlotReport
) -> npt.NDArray[np.int64]:
    """For each footprint the one whose plot it shares (itself, when it is no copy); overlaps are listed."""
    boss = np.arange(len(ground))
    one, two = shapely.STRtree(ground).query(ground, predicate="intersects")
    once = one < two
    one, two = one[once], two[once]
    shared = shapely.intersection(ground[one], ground[two])
    common = shapely.area(shared)
    areas = shapely.area(ground)
    big = np.where(areas[one] >= areas[two], one, two)
    small = np.where(areas[one] >= areas[two], two, one)
    copy = common >= _COPY * areas[small]
    for at in sorted(np.flatnonzero(copy), key=lambda at: (-areas[big[at]], big[at], small[at])):
        root = boss[big[at]]
        if boss[small[at]] != small[at] or root == small[at]:
            continue
        boss[boss == small[at]] = root
        report.duplicates.append(Place((codes[root], codes[small[at]]), float(common[at]), ground[small[at]]))
    for at in np.flatnonzero(~copy & (common > _LISTED_M2)):
        if boss[small[at]] == small[at] and boss[big[at]] == big[at]:
            pair = (codes[small[at]], codes[big[at]])
            report.overlaps.append(Place(pair, float(common[at]), shared[at]))
    return boss
