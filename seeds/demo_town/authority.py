"""Another office's drawing of the same grids: its line wobbles by metres, and twelve buildings lie elsewhere."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.errors import CrsError, InputError

STEP_M = 6.0


def grids_from_authority(
    grids: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    *,
    wobble_m: float = 4.0,
    moved: int = 12,
    seed: int = 7,
) -> gpd.GeoDataFrame:
    """A 城运-like drawing of ``grids``: inner borders off by up to ``wobble_m``, ``moved`` buildings in a neighbour.

    Both frames are in one metric CRS, the grids a valid coverage with ``grid_code`` or ``code``. The answer has
    the same columns and order, is a coverage of the same ground, and carries the moved buildings' labels in
    ``attrs["moved_buildings"]``. Raises CrsError for degrees, InputError when the grids are too few to move any.
    """
    if grids.crs is None or grids.crs.is_geographic or grids.crs != buildings.crs:
        raise CrsError("grids and buildings must share one metric CRS")
    rng = np.random.default_rng(seed)
    shapes = np.array(grids.geometry, dtype=object)
    pairs = _border_buildings(shapes, buildings, rng)
    if len(pairs) < moved:
        raise InputError(f"only {len(pairs)} buildings lie near a border between grids; {moved} were to move")
    labels = []
    for building, home, other in pairs[:moved]:
        plot = buildings.geometry.iloc[building].buffer(1.5, join_style="mitre")
        link = shapely.shortest_line(plot, shapes[other]).buffer(1.0, cap_style="square")
        part = _areal(shapely.intersection(shapely.union(plot, link), shapes[home]))
        shapes[home] = _areal(shapely.difference(shapes[home], part))
        shapes[other] = _areal(shapely.union(shapes[other], part))
        labels.append(buildings.index[building])
    cover = _clean(shapely.set_precision(shapes, 0.001))
    drawn = _wobble(cover, wobble_m, _hearts(buildings), rng)
    result = grids.copy()
    result["geometry"] = gpd.GeoSeries(drawn, index=grids.index, crs=grids.crs)
    result.attrs["moved_buildings"] = labels
    return result


def _areal(geometry: BaseGeometry) -> BaseGeometry:
    """Only what has an area: an overlay leaves lines and points where grids merely touch."""
    return shapely.union_all([p for p in shapely.get_parts(geometry).tolist() if p.geom_type == "Polygon"])


def _clean(cover: NDArray[np.object_], snapping_distance: float = -1.0) -> NDArray[np.object_]:
    clean: Any = vars(shapely)["coverage_clean"]  # newer than the type stubs
    return np.array(clean(cover, snapping_distance=snapping_distance), dtype=object)


def _border_buildings(
    shapes: NDArray[np.object_], buildings: gpd.GeoDataFrame, rng: np.random.Generator
) -> list[tuple[int, int, int]]:
    """(building, its grid, the grid next door) for houses close to a border, no two near each other."""
    footprints = np.array(buildings.geometry, dtype=object)
    usable = np.flatnonzero([g is not None and g.geom_type.endswith("Polygon") for g in footprints])
    tree = shapely.STRtree(shapes)
    found: list[tuple[int, int, int]] = []
    taken: list[BaseGeometry] = []
    for i in rng.permutation(usable):
        house = footprints[i]
        near = tree.query(house, predicate="dwithin", distance=14.0)
        inside = [g for g in near if shapely.contains(shapes[g], house)]
        others = [g for g in near if g not in inside]
        if len(inside) == 1 and others and all(house.distance(t) > 60 for t in taken):
            nearest = min(others, key=lambda g: house.distance(shapes[g]))
            found.append((int(i), int(inside[0]), int(nearest)))
            taken.append(house)
        if len(found) >= 60:
            break
    return found


def _hearts(buildings: gpd.GeoDataFrame) -> shapely.STRtree:
    return shapely.STRtree(buildings.geometry.representative_point().dropna().to_numpy())


def _wobble(
    cover: NDArray[np.object_], by_m: float, hearts: shapely.STRtree, rng: np.random.Generator
) -> NDArray[np.object_]:
    """Move every inner border by one smooth field, so that neighbours keep sharing it; the rim stays.

    A border never moves more than half-way to a building's representative point, so no building changes its grid.
    """
    rim = shapely.coverage_union_all(cover).boundary
    dense = shapely.transform(shapely.segmentize(cover, STEP_M), lambda p: p.round(3))
    # a shared side is cut at the same points from either grid only to within rounding: clean once more
    dense = _clean(dense, 0.01)
    waves = (
        2 * np.pi / rng.uniform(60, 140, (5, 1)) * rng.choice([-1, 1], (5, 2)) * rng.uniform(0.3, 1, (5, 2))
    )
    phase = rng.uniform(0, 2 * np.pi, (5, 2))

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        angle = points @ waves.T
        field = np.stack([np.sin(angle + phase[:, 0]).mean(1), np.sin(angle + phase[:, 1]).mean(1)], 1)
        here = shapely.points(points)
        inward = np.minimum(1.0, shapely.distance(rim, here) / 12.0)[:, None]
        step = 1.6 * by_m / 1.4142 * field * inward
        room = 0.5 * hearts.query_nearest(here, all_matches=False, return_distance=True)[1]
        length = np.hypot(*step.T)
        return (points + step * np.minimum(1.0, room / np.maximum(length, 1e-9))[:, None]).round(3)

    return np.asarray(shapely.transform(dense, move), dtype=object)
