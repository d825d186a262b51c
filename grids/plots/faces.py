"""Cuts a block into faces: its buildings, and the open ground nearest to each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Delaunay, QhullError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

_VERTEX_M = (3.0, 12.0)  # spacing of the points that stand for an outline: closer where a neighbour is near
_VERTEX_SHARE = 0.4  # of the distance to the nearest other building; attached houses stay whole all the same


@dataclass(frozen=True)
class Faces:
    """Polygons of one block; the building each belongs to (position, -1 for none), and whether it is built on."""

    shapes: Shapes
    owner: Ints
    built: npt.NDArray[np.bool_]


def block_faces(block: shapely.Polygon, own: Ints, guests: Ints, shapes: Shapes, rank: Ints) -> Faces:
    """The faces of a block with its ``own`` buildings and ``guests`` that reach in from other blocks.

    A face inside a building belongs to it (to the lowest ``rank`` where buildings overlap); any other to
    the nearest of the block's own buildings, split where two are equally near.
    """
    if len(guests) == 0 and len(own) <= 1:
        one = int(own[0]) if len(own) else -1
        return Faces(np.array([block]), np.array([one]), np.array([one >= 0]))
    here = np.r_[own, guests]
    lines = np.concatenate(
        [[shapely.boundary(block)], shapely.boundary(shapes[here]), halfway_lines(shapes[own], block.bounds)]
    )
    noded = shapely.union_all(lines)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    middle = shapely.point_on_surface(faces)
    shapely.prepare(block)
    inside = shapely.intersects(block, middle)
    faces, middle = faces[inside], middle[inside]
    owner = np.full(len(faces), -1, dtype=np.int64)
    tree = shapely.STRtree(shapes[here])
    face, at = tree.query(middle, predicate="intersects")
    order = np.argsort(-rank[here[at]], kind="stable")
    owner[face[order]] = here[at[order]]
    built = owner >= 0
    open_ = np.flatnonzero(~built)
    if len(own) and len(open_):
        near = shapely.STRtree(shapes[own]).query_nearest(middle[open_], all_matches=False)
        owner[open_[near[0]]] = own[near[1]]
    return Faces(faces, owner, built)


def halfway_lines(shapes: Shapes, bounds: tuple[float, float, float, float]) -> Shapes:
    """Lines of points equally near to two different shapes: Voronoi edges of points along the outlines.

    From Delaunay triangles: the edge between two points of different shapes is crossed by the segment that
    joins the centres of its two triangles. Far points all round keep every edge finite.
    """
    nothing = np.zeros(0, dtype=object)
    if len(shapes) < 2:
        return nothing
    points, owner = shapely.get_coordinates(
        shapely.segmentize(shapely.boundary(shapes), _spacing(shapes)), return_index=True
    )
    x0, y0, x1, y1 = bounds
    centre = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    points, first = np.unique(np.round(points - centre, 3), axis=0, return_index=True)
    owner = owner[first]
    reach = 20 * max(x1 - x0, y1 - y0, float(np.abs(points).max(initial=1.0)))
    angle = np.arange(16) * (2 * np.pi / 16) + 0.1
    far = reach * np.column_stack([np.cos(angle), np.sin(angle)])
    try:
        net = Delaunay(np.vstack([points, far]))
    except QhullError:
        return nothing
    owner = np.r_[owner, np.full(len(far), -1)]
    ends = _crossing_segments(net, owner) + np.tile(centre, 2)
    return _within(ends, (x0 - 1, y0 - 1, x1 + 1, y1 + 1))


def _spacing(shapes: Shapes) -> Floats:
    near = shapely.STRtree(shapes).query_nearest(
        shapes, exclusive=True, return_distance=True, all_matches=False
    )
    gap = np.zeros(len(shapes))
    gap[near[0][0]] = near[1]
    return np.clip(_VERTEX_SHARE * gap, *_VERTEX_M)


def _within(ends: Floats, window: tuple[float, float, float, float]) -> Shapes:
    """The segments as lines, those that leave the window cut off at it."""
    x, y = ends[:, ::2], ends[:, 1::2]
    beyond = [(x < window[0]), (y < window[1]), (x > window[2]), (y > window[3])]
    apart = np.any([side.all(axis=1) for side in beyond], axis=0)
    crossing = np.any([side.any(axis=1) for side in beyond], axis=0) & ~apart
    lines = shapely.linestrings(ends[~apart].reshape(-1, 2, 2))
    at = np.flatnonzero(crossing[~apart])
    lines[at] = shapely.clip_by_rect(lines[at], *window)
    return lines[~shapely.is_empty(lines)]


def _crossing_segments(net: Delaunay, owner: Ints) -> Floats:
    """x1 y1 x2 y2 between the centres of neighbouring triangles whose common edge joins two owners."""
    corner = net.simplices
    centre = _centres(net.points[corner])
    found = []
    for opposite in range(3):
        one, two = corner[:, (opposite + 1) % 3], corner[:, (opposite + 2) % 3]
        other = net.neighbors[:, opposite]
        wanted = (owner[one] != owner[two]) & (owner[one] >= 0) & (owner[two] >= 0)
        wanted &= other > np.arange(len(corner))
        found.append(np.hstack([centre[wanted], centre[other[wanted]]]))
    ends = np.vstack(found)
    return ends[np.hypot(ends[:, 0] - ends[:, 2], ends[:, 1] - ends[:, 3]) > 1e-6]


def _centres(triangle: Floats) -> Floats:
    """Centres of the circles through three points; flat triangles get a far but finite one."""
    a = triangle[:, 0]
    b, c = triangle[:, 1] - a, triangle[:, 2] - a
    cross = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    cross = np.where(np.abs(cross) < 1e-9, np.copysign(1e-9, cross), cross)
    bb, cc = (b**2).sum(axis=1), (c**2).sum(axis=1)
    x = (c[:, 1] * bb - b[:, 1] * cc) / cross
    y = (b[:, 0] * cc - c[:, 0] * bb) / cross
    return np.column_stack([x, y]) + a
