"""Buildings that no single grid holds as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from grids.boundaries.coverage.metres import Geometries, Metres, as_polygonal, sound_polygons
from grids.boundaries.coverage.report import Defect

CUT_M2 = 0.5
CUT_SHARE = 0.01

BuildingTest = Callable[[str, BaseGeometry, list[tuple[str, BaseGeometry, float]], float], Defect | None]


def not_whole(
    codes: Sequence[str],
    sound: Geometries,
    metres: Metres,
    buildings: gpd.GeoDataFrame | None,
    test: BuildingTest,
) -> list[Defect]:
    """Ask ``test`` about each building that does not lie inside one grid as a whole."""
    if buildings is None or buildings.empty:
        return []
    frame = metres.same_crs(buildings)
    feet = sound_polygons(frame.geometry)
    shapely.prepare(sound)
    tree = shapely.STRtree(sound)
    inside = np.zeros(len(feet), dtype=bool)
    inside[tree.query(feet, predicate="covered_by")[0]] = True
    defects = []
    for k in np.flatnonzero(~inside & ~shapely.is_empty(feet)):
        near = tree.query(feet[k], predicate="intersects")
        parts = [as_polygonal(g) for g in shapely.intersection(sound[near], feet[k])]
        areas = metres.area(parts)
        held = [(codes[i], p, float(a)) for i, p, a in zip(near, parts, areas, strict=True) if a > 0]
        defect = test(str(frame.index[k]), feet[k], held, float(metres.area([feet[k]])[0]))
        if defect is not None:
            defects.append(defect)
    return defects


def cut(
    building: str, foot: BaseGeometry, held: list[tuple[str, BaseGeometry, float]], area_m2: float
) -> Defect | None:
    """The size is what lies outside the grid that holds most of the building."""
    real = [h for h in held if h[2] >= min(CUT_M2, CUT_SHARE * area_m2)]
    if len(real) < 2:
        return None
    real.sort(key=lambda h: -h[2])
    return Defect((building, *(code for code, _, _ in real)), sum(h[2] for h in real[1:]), foot)


def outside(
    building: str, foot: BaseGeometry, held: list[tuple[str, BaseGeometry, float]], area_m2: float
) -> Defect | None:
    """A building that lies in no grid for more than 0.5 m² or 1 %; the size is what no grid holds."""
    covered = shapely.union_all([part for _, part, _ in held]).area / foot.area if foot.area else 1.0
    missing_m2 = area_m2 * (1 - covered)
    if missing_m2 < max(1e-6, min(CUT_M2, CUT_SHARE * area_m2)):
        return None
    return Defect((building, *(code for code, _, _ in held)), missing_m2, foot)
