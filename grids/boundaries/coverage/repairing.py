"""Make a valid coverage of dirty grids, and say what moved and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from grids.boundaries.coverage.checking import check, cracks
from grids.boundaries.coverage.metres import (
    Geometries,
    Metres,
    as_array,
    as_polygonal,
    polygons_of,
    sound_polygons,
    thickness_m,
)
from grids.boundaries.coverage.report import CoverageReport

MAX_GAP_M = 6.0
LOOSE_SHARE = 0.01
NEAR_M = 0.01


@dataclass(frozen=True)
class Repair:
    """A repaired layer, what each changed grid gained and lost, and the reports before and after.

    ``moved``: index grid code; ``gained_m2``, ``lost_m2``, ``largest_shift_m`` (farthest new or vanished vertex
    from the other outline).
    """

    grids: gpd.GeoDataFrame
    moved: pd.DataFrame
    before: CoverageReport
    after: CoverageReport

    def to_dict(self) -> dict[str, Any]:
        """JSON: validity, what moved, defects by kind before and after, and what is left in full."""
        moved = [{"id": str(code), **row} for code, row in self.moved.to_dict("index").items()]
        return {
            "valid": self.after.valid,
            "edges_matched": self.after.edges_matched,
            "before": {kind: len(defects) for kind, defects in self.before.kinds()},
            "after": {kind: len(defects) for kind, defects in self.after.kinds()},
            "moved": moved,
            "left": {kind: [d.to_dict() for d in defects] for kind, defects in self.after.kinds() if defects},
        }


def repair(
    grids: gpd.GeoDataFrame, within: gpd.GeoDataFrame | None = None, *, max_gap_m: float = MAX_GAP_M
) -> Repair:
    """A coverage with matched edges: overlaps to the neighbour with the longest border, narrow gaps filled.

    Gaps wider than ``max_gap_m`` stay, since a lake or another town's ground is no mistake; they are listed
    in ``after``. With ``within`` the result is also clipped to that territory. Vertices that need not move keep
    their exact coordinates in the CRS of ``grids``. Raises CrsError when a layer names no CRS.

    >>> grids = gpd.GeoDataFrame(index=["a", "b"], geometry=[shapely.box(0, 0, 10, 9), shapely.box(9, 0, 20, 9)],
    ...                          crs=4549)
    >>> fixed = repair(grids)
    >>> fixed.after.overlaps, float(fixed.grids.area.sum())
    ((), 180.0)
    """
    metres = Metres(grids)
    before = check(grids, within)
    original_m = metres.forth(sound_polygons(grids.geometry))
    cleaned = _clean(original_m, max_gap_m)
    if within is None:
        for width_m in sorted({max_gap_m, min(max_gap_m, MAX_GAP_M)}):
            cleaned = _give(cleaned, cracks(cleaned, shapely.union_all(cleaned), width_m))
    else:
        territory = shapely.union_all(metres.forth(sound_polygons(metres.same_crs(within).geometry)))
        cleaned = _fit(cleaned, territory, max_gap_m)
    cleaned = _clean(_hand_over_slivers(cleaned), max_gap_m)
    moved = _moved([str(code) for code in grids.index], original_m, cleaned)
    repaired = grids.set_geometry(
        gpd.GeoSeries(_back_exactly(cleaned, grids, metres), index=grids.index, crs=grids.crs)
    )
    return Repair(repaired, moved, before, check(repaired, within))


def _clean(grids_m: Geometries, max_gap_m: float) -> Geometries:
    return shapely.coverage_clean(grids_m, gap_width=max_gap_m)  # type: ignore[attr-defined]


def _fit(cleaned: Geometries, territory: BaseGeometry, max_gap_m: float) -> Geometries:
    """Clip to the territory and give its narrow uncovered strips to the neighbour."""
    shapely.prepare(territory)
    inside = shapely.covers(territory, cleaned)
    clipped = np.where(inside, cleaned, shapely.intersection(cleaned, territory))
    clipped = as_array(as_polygonal(g) for g in clipped)
    missing = polygons_of(shapely.difference(territory, shapely.union_all(clipped)))
    return _give(clipped, as_array(p for p in missing if thickness_m(p) <= max_gap_m))


def _give(grids_m: Geometries, pieces: Geometries) -> Geometries:
    """Add each piece to the grid that shares the longest border with it."""
    given: dict[int, list[BaseGeometry]] = {}
    tree = shapely.STRtree(grids_m)
    for piece in pieces:
        near = tree.query(piece, predicate="dwithin", distance=NEAR_M)
        if len(near):
            borders = shapely.length(
                shapely.intersection(piece.buffer(NEAR_M), shapely.boundary(grids_m[near]))
            )
            given.setdefault(int(near[int(np.argmax(borders))]), []).append(piece)
    result = grids_m.copy()
    for i, parts in given.items():
        result[i] = as_polygonal(shapely.union_all([grids_m[i], *parts]))
    return result


def _hand_over_slivers(grids_m: Geometries) -> Geometries:
    """Thin loose bits of a grid, under 1 % of it, go to the neighbour they lie against."""
    kept, loose = grids_m.copy(), []
    for i, geometry in enumerate(grids_m):
        parts = sorted(polygons_of(geometry), key=lambda part: -part.area)
        bits = [p for p in parts[1:] if thickness_m(p) < MAX_GAP_M and p.area < LOOSE_SHARE * geometry.area]
        if bits:
            kept[i] = as_polygonal(shapely.MultiPolygon([p for p in parts if p not in bits]))
            loose += bits
    return _give(kept, as_array(loose))


def _moved(codes: list[str], before: Geometries, after: Geometries) -> pd.DataFrame:
    gained = shapely.area(shapely.difference(after, before))
    lost = shapely.area(shapely.difference(before, after))
    frame = pd.DataFrame({"gained_m2": gained, "lost_m2": lost}, index=pd.Index(codes, name="id"))
    changed = (gained > 0) | (lost > 0)
    frame = frame[changed].copy()
    pairs = zip(before[changed], after[changed], strict=True)
    frame["largest_shift_m"] = [_largest_shift_m(old, new) for old, new in pairs]
    return frame


def _largest_shift_m(old: BaseGeometry, new: BaseGeometry) -> float:
    """How far the farthest vertex of either outline lies from the other outline."""
    if old.is_empty or new.is_empty:
        return float("nan")
    farthest = 0.0
    for one, other in ((old, new), (new, old)):
        line = other.boundary
        shapely.prepare(line)
        corners = np.setdiff1d(_as_complex(one), _as_complex(other))
        if len(corners):
            points = shapely.points(np.column_stack([corners.real, corners.imag]))
            farthest = max(farthest, float(shapely.distance(points, line).max()))
    return farthest


def _as_complex(geometry: Any) -> np.ndarray:
    xy = shapely.get_coordinates(geometry)
    return xy[:, 0] + 1j * xy[:, 1]


def _back_exactly(cleaned: Geometries, grids: gpd.GeoDataFrame, metres: Metres) -> Geometries:
    """Back in the file's CRS; a vertex that did not move gets its own coordinates back to the last bit."""
    if metres.unit_m == 1.0:
        return cleaned
    own = np.asarray([g for g in grids.geometry if g is not None], dtype=object)
    there = _as_complex(metres.forth(own))
    known, at = np.unique(there, return_index=True)
    exact = shapely.get_coordinates(own)[at]

    def restore(xy: np.ndarray) -> np.ndarray:
        wanted = xy[:, 0] + 1j * xy[:, 1]
        where = np.clip(np.searchsorted(known, wanted), 0, len(known) - 1)
        back = shapely.get_coordinates(metres.back(np.asarray(shapely.points(xy), dtype=object)))
        hit = known[where] == wanted
        back[hit] = exact[where[hit]]
        return back

    return shapely.transform(cleaned, restore)
