"""Makes neighbours share corners: where one polygon's corner lies on another's side, the side gets it too."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from grids.plots.edges import matched, segments

Shapes = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]

_ON_LINE_M = 2e-4  # a corner this near to a side lies on it
_SNAP_M = 0.002


def match_corners(shapes: Shapes) -> Shapes:
    """Polygons without gaps and overlaps, edge-matched into a valid coverage; no ground changes hands.

    Falls back to ``coverage_clean`` where inserting corners is not enough.

    >>> sides = np.array([shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2)])
    >>> bool(shapely.coverage_is_valid(sides)), bool(shapely.coverage_is_valid(match_corners(sides)))
    (False, True)
    """
    owner, ends = segments(shapes)
    first, second = matched(owner, ends)
    alone = np.ones(len(ends), dtype=bool)
    alone[first] = alone[second] = False
    line, point = _corners_on_sides(ends[alone])
    if len(line):
        side = np.flatnonzero(alone)[line]
        touched = np.zeros(len(shapes), dtype=bool)
        touched[owner[side]] = True
        renumbered = np.cumsum(touched[owner]) - 1  # number of a side among those of touched polygons
        along = np.hypot(*(point - ends[side, :2]).T)
        order = np.lexsort((along, side))
        shapes = shapes.copy()
        shapes[touched] = _with_corners(shapes[touched], renumbered[side[order]], point[order])
    if shapely.coverage_is_valid(shapes):
        return shapes
    return _cleaned(shapes)


def _cleaned(shapes: Shapes) -> Shapes:
    """Clean only the polygons with faulty sides, and the whole coverage if that does not do."""
    faulty = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    result = shapes.copy()
    result[faulty] = shapely.coverage_clean(shapes[faulty], snapping_distance=_SNAP_M)  # type: ignore[attr-defined]
    if shapely.coverage_is_valid(result):
        return result
    return shapely.coverage_clean(shapes, snapping_distance=_SNAP_M)  # type: ignore[attr-defined]


def _corners_on_sides(
    sides: npt.NDArray[np.float64],
) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Pairs of a side (position) and a corner of another side that lies on it, away from its ends."""
    corners = np.unique(sides.reshape(-1, 2), axis=0)
    lines = shapely.linestrings(sides.reshape(-1, 2, 2))
    points = np.asarray(shapely.points(corners), dtype=object)
    line, corner = shapely.STRtree(points).query(lines, predicate="dwithin", distance=_ON_LINE_M)
    point = corners[corner]
    away = np.ones(len(line), dtype=bool)
    for end in (sides[line, :2], sides[line, 2:]):
        away &= np.hypot(*(point - end).T) > _ON_LINE_M
    return line[away], point[away]


def _with_corners(shapes: Shapes, sides: Ints, points: npt.NDArray[np.float64]) -> Shapes:
    """The polygons with points put into their sides; both in the order of ``segments`` and along each side."""
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    coords, ring_of = shapely.get_coordinates(rings, return_index=True)
    start = np.flatnonzero(ring_of[:-1] == ring_of[1:])[sides]
    coords = np.insert(coords, start + 1, points, axis=0)
    ring_of = np.insert(ring_of, start + 1, ring_of[start])
    rings = np.asarray(shapely.linearrings(coords, indices=ring_of), dtype=object)
    solid = np.asarray(shapely.polygons(rings, indices=ring_part), dtype=object)
    result = shapes.copy()
    single = np.bincount(part_of, minlength=len(shapes)) == 1
    result[single] = solid[single[part_of]]
    for many in np.flatnonzero(~single):
        result[many] = shapely.multipolygons(solid[part_of == many])
    return result
