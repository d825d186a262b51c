"""Borders that polygons of an edge-matched coverage share, found by equal segments."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_STEP = 1e-4  # vertices of an edge-matched coverage are equal; this only makes them hashable


def segments(shapes: npt.NDArray[np.object_]) -> tuple[Ints, Floats]:
    """Every border segment of every (multi)polygon: position of its polygon, and x1 y1 x2 y2."""
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    points, point_of = shapely.get_coordinates(rings, return_index=True)
    inner = point_of[:-1] == point_of[1:]
    owner = part_of[ring_of[point_of[:-1][inner]]]
    return owner.astype(np.int64), np.hstack([points[:-1][inner], points[1:][inner]])


def matched(owner: Ints, ends: Floats) -> tuple[Ints, Ints]:
    """Pairs of segments (positions) that two different polygons share."""
    if len(ends) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    points = ends.reshape(-1, 2)
    origin = points.min(axis=0)
    step = max(_STEP, float((points.max(axis=0) - origin).max()) / 2**31)  # two whole numbers in 64 bits
    whole = np.rint((points - origin) / step).astype(np.int64)
    _, vertex = np.unique(whole[:, 0] << 32 | whole[:, 1], return_inverse=True)
    low, high = np.sort(vertex.reshape(-1, 2), axis=1).T
    key = low.astype(np.int64) * (int(vertex.max()) + 1) + high
    order = np.argsort(key, kind="stable")
    same = key[order[:-1]] == key[order[1:]]
    first, second = order[:-1][same], order[1:][same]
    apart = (owner[first] != owner[second]) & (low[first] != high[first])
    return first[apart], second[apart]


def shared_borders(shapes: npt.NDArray[np.object_]) -> tuple[Ints, Ints, Floats]:
    """Pairs of polygons that share a border, ``left < right``, and the length they share.

    >>> left, right, length = shared_borders(np.array([shapely.box(0, 0, 1, 2), shapely.box(1, 0, 3, 2)]))
    >>> left.tolist(), right.tolist(), length.tolist()
    ([0], [1], [2.0])
    """
    owner, ends = segments(shapes)
    first, second = matched(owner, ends)
    size = np.hypot(*(ends[first, 2:] - ends[first, :2]).T)
    pair = np.minimum(owner[first], owner[second]) * len(shapes) + np.maximum(owner[first], owner[second])
    edge, number = np.unique(pair, return_inverse=True)
    length = np.bincount(number, size, len(edge)).astype(np.float64)
    return edge // max(len(shapes), 1), edge % max(len(shapes), 1), length
