"""The border lines (arcs) between grids: found once, so that neighbours simplify as one line and stay matched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]
NOBODY = -1


@dataclass(frozen=True)
class Arcs:
    """Lines between nodes. ``left`` and ``right`` are the two polygons' positions, -1 for none; unordered pairs."""

    lines: Geometries
    left: Ints
    right: Ints

    def around(self, polygons: int) -> Geometries:
        """The polygon that the arcs of each position enclose, holes left out."""
        owner = np.concatenate([self.left, self.right])
        line = np.concatenate([self.lines, self.lines])
        order = np.argsort(owner, kind="stable")
        order = order[owner[order] != NOBODY]
        bundles = np.full(polygons, shapely.MultiLineString(), dtype=object)
        shapely.multilinestrings(line[order], indices=owner[order], out=bundles)
        return shapely.build_area(bundles)


def arcs_of(polygons: Geometries, marked: Callable[[Floats], NDArray[np.bool_]] | None = None) -> Arcs:
    """Cut the outlines of an edge-matched coverage into arcs.

    An arc ends where three lines meet, where its pair of neighbours changes and, with ``marked`` (rows
    x1 y1 x2 y2 → bool), where marked ground begins. Direction and start depend only on the arc itself, so the
    same border gives the same arc whatever changed elsewhere.

    >>> arcs = arcs_of(np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]))
    >>> sorted(zip(arcs.left.tolist(), arcs.right.tolist()))
    [(-1, 0), (-1, 1), (0, 1)]
    """
    ends, left, right = _segments(polygons)
    flag = marked(ends).astype(np.int64) if marked is not None else np.zeros(len(ends), dtype=np.int64)
    points, vertex = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    vertex = vertex.reshape(-1, 2)
    kind = (left + 1) * (2 * len(polygons) + 2) + 2 * (right + 1) + flag
    chains = _chains(vertex, kind, len(points))
    lines = [_canonical(points, np.asarray(chain)) for chain, _ in chains]
    first = np.asarray([segment for _, segment in chains], dtype=np.int64)
    return Arcs(np.asarray(lines, dtype=object), left[first], right[first])


def _segments(polygons: Geometries) -> tuple[Floats, Ints, Ints]:
    """Each border segment once (x1 y1 x2 y2, smaller end first) with the one or two polygons beside it."""
    parts, part_of = shapely.get_parts(polygons, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    xy, point_of = shapely.get_coordinates(rings, return_index=True)
    along = point_of[:-1] == point_of[1:]
    owner = part_of[ring_of[point_of[:-1][along]]]
    one, other = xy[:-1][along], xy[1:][along]
    swap = (one[:, 0] > other[:, 0]) | ((one[:, 0] == other[:, 0]) & (one[:, 1] > other[:, 1]))
    ends = np.where(swap[:, None], np.hstack([other, one]), np.hstack([one, other]))
    keep = (ends[:, :2] != ends[:, 2:]).any(axis=1)
    ends, owner = ends[keep], owner[keep]
    order = np.lexsort((owner, *ends.T))
    ends, owner = ends[order], owner[order]
    start = np.r_[True, (ends[1:] != ends[:-1]).any(axis=1)] if len(ends) else np.zeros(0, dtype=bool)
    at = np.flatnonzero(start)
    twice = np.diff(np.r_[at, len(ends)]) > 1
    second = np.where(twice, owner[np.minimum(at + 1, max(len(owner) - 1, 0))], NOBODY)
    return ends[at], np.minimum(owner[at], second), np.maximum(owner[at], second)


def _chains(vertex: Ints, kind: Ints, vertices: int) -> list[tuple[list[int], int]]:
    """Walk the segments from node to node, then round the rings that have no node: (vertices, a segment)."""
    flat = vertex.ravel()
    order = np.argsort(flat, kind="stable")
    begin = np.searchsorted(flat[order], np.arange(vertices + 1))
    degree = np.diff(begin)
    at = order // 2
    pair = degree == 2
    plain = np.zeros(vertices, dtype=bool)
    plain[pair] = kind[at[begin[:-1][pair]]] == kind[at[begin[:-1][pair] + 1]]
    incident, starts = at.tolist(), begin.tolist()
    ends = vertex.tolist()
    is_plain = plain.tolist()
    done = [False] * len(ends)
    chains: list[tuple[list[int], int]] = []

    def walk(here: int, segment: int) -> None:
        chain, first = [here], segment
        while True:
            done[segment] = True
            a, b = ends[segment]
            here = b if here == a else a
            chain.append(here)
            if not is_plain[here]:
                break
            one, other = incident[starts[here]], incident[starts[here] + 1]
            segment = other if one == segment else one
            if done[segment]:
                break
        chains.append((chain, first))

    for node in np.flatnonzero(~plain).tolist():
        for segment in incident[starts[node] : starts[node + 1]]:
            if not done[segment]:
                walk(node, segment)
    for segment, (a, _) in enumerate(ends):
        if not done[segment]:
            walk(a, segment)
    return chains


def _canonical(points: Floats, chain: Ints) -> shapely.LineString:
    """The same line whichever way it was walked; ``points`` are sorted, so a vertex number is its order."""
    if chain[0] == chain[-1]:
        ring = chain[:-1]
        ring = np.roll(ring, -int(ring.argmin()))
        ring = ring if ring[1] <= ring[-1] else np.r_[ring[0], ring[:0:-1]]
        chain = np.r_[ring, ring[0]]
    elif (chain[-1], chain[-2]) < (chain[0], chain[1]):
        chain = chain[::-1]
    return shapely.LineString(points[chain])
