"""From faces to plots: loose bits are handed to a neighbour, and the faces of one plot become one shape."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from grids.plots.edges import shared_borders

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

_CHIP_M2 = 0.05  # less of a building than this, cut off from the rest, is a flaw of the drawing
_MIN_EMPTY_M2 = 150.0  # loose open ground below this joins a neighbour instead of becoming a plot


def label_faces(
    shapes: Shapes, owner: Ints, built: npt.NDArray[np.bool_], block: Ints, committee: Ints, buildings: int
) -> Ints:
    """A plot number per face: equal for faces of one building, and for connected faces of empty ground.

    The number is the building's, or ``buildings`` and more for a plot without one.

    A face that is cut off from its building goes to the neighbour with the longest border in its
    committee; one that finds none stays as a plot without a building.
    """
    left, right, length = shared_borders(shapes)
    claim = np.where(owner >= 0, owner, -1 - block)  # empty ground is claimed by its block
    same = claim[left] == claim[right]
    size = len(shapes)
    matrix = csr_array((np.ones(int(same.sum()), np.int8), (left[same], right[same])), shape=(size, size))
    count, piece = connected_components(matrix, directed=False)
    ground = shapely.area(shapes)
    area = np.bincount(piece, ground, count).astype(np.float64)
    settled = np.bincount(piece, built * ground, count) > _CHIP_M2
    first = np.unique(piece, return_index=True)[1]
    settled |= (owner[first] < 0) & (area >= _MIN_EMPTY_M2)
    plot = _settle(piece, settled, left[~same], right[~same], length[~same], committee[first], area)
    building = np.full(count, -1, dtype=np.int64)
    whole = built & settled[piece]
    building[piece[whole]] = owner[whole]
    # a building in several pieces is still one plot
    key = np.where(building[plot] >= 0, building[plot], buildings + plot)
    return np.asarray(key[piece], dtype=np.int64)


def _settle(
    piece: Ints,
    settled: npt.NDArray[np.bool_],
    left: Ints,
    right: Ints,
    length: Floats,
    committee: Ints,
    area: Floats,
) -> Ints:
    """For every piece the settled piece it joins, itself if it is settled or finds no neighbour."""
    joins = np.arange(len(settled))
    settled = settled.copy()
    one, two = np.r_[piece[left], piece[right]], np.r_[piece[right], piece[left]]
    metres = np.r_[length, length]
    keep = committee[one] == committee[two]
    one, two, metres = one[keep], two[keep], metres[keep]
    while not settled.all():
        ready = ~settled[one] & settled[two]
        if not ready.any():
            # an island of loose bits: its largest becomes a plot of its own
            loose = np.flatnonzero(~settled)
            settled[loose[area[loose].argmax()]] = True
            continue
        pair = one[ready] * len(settled) + joins[two[ready]]
        pairs, number = np.unique(pair, return_inverse=True)
        total = np.bincount(number, metres[ready], len(pairs))
        giver, taker = pairs // len(settled), pairs % len(settled)
        order = np.lexsort((-taker, total, giver))
        joins[giver[order]] = taker[order]
        settled[giver] = True
    return joins


def dissolve(shapes: Shapes, label: Ints) -> tuple[Ints, Shapes]:
    """The labels in ascending order and the union of the faces of each (they match edge to edge)."""
    order = np.argsort(label, kind="stable")
    labels, start = np.unique(label[order], return_index=True)
    ends = np.r_[start[1:], len(label)]
    merged = np.empty(len(labels), dtype=object)
    merged[:] = shapes[order[start]]
    for at in np.flatnonzero(ends - start > 1):
        merged[at] = union(shapes[order[start[at] : ends[at]]])
    return labels, merged


def union(shapes: Shapes) -> shapely.geometry.base.BaseGeometry:
    """Union of polygons that match edge to edge; the fast way can fail on bad noding, the slow one does not."""
    try:
        return shapely.coverage_union_all(shapes)
    except shapely.GEOSException:
        return shapely.union_all(shapes, grid_size=0.0001)
