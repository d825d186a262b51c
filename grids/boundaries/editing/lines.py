"""What a drawn line does to a piece of ground."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.boundaries.editing.errors import LineCrossesNothing, LineEndsInside

LEAST_M2 = 0.01


def cut(
    ground: BaseGeometry, line: BaseGeometry, name: str, least_m2: float = LEAST_M2
) -> list[shapely.Polygon]:
    """The pieces into which a line divides a polygon, largest first; ``name`` goes into the refusals.

    Faces up to ``least_m2`` are left out, so that only a split of ground, which needs every one, asks for 0.
    A line may cross several times, touch itself and leave loose ends: every closed piece counts. Raises
    LineCrossesNothing, or LineEndsInside when an end lies inside and nothing was divided.
    """
    pieces = pieces_between(ground, [line], least_m2)
    parts = shapely.get_num_geometries(ground)
    if len(pieces) <= parts:
        ends = [end for end in _ends(line) if ground.contains(end)]
        if ends:
            raise LineEndsInside(name, (ends[0].x, ends[0].y))
        raise LineCrossesNothing(name)
    return pieces


def pieces_between(
    ground: BaseGeometry, lines: list[BaseGeometry], least_m2: float = LEAST_M2
) -> list[shapely.Polygon]:
    """All pieces of the ground between its outline and the lines, largest first."""
    network = shapely.union_all([ground.boundary, *lines])
    shapely.prepare(ground)
    faces = shapely.get_parts(shapely.polygonize([*shapely.get_parts(network)]))
    inside = [f for f in faces if f.area > least_m2 and ground.contains(f.representative_point())]
    return sorted(inside, key=lambda face: (-face.area, face.bounds))


def loose_ends(ground: BaseGeometry, line: BaseGeometry) -> list[shapely.Point]:
    """Ends of the line that lie inside the ground."""
    return [end for end in _ends(line) if ground.contains(end)]


def _ends(line: BaseGeometry) -> list[shapely.Point]:
    parts = [part for part in shapely.get_parts(line) if not part.is_closed]
    return [shapely.Point(part.coords[at]) for part in parts for at in (0, -1)]


def side_of(
    shapes: NDArray[np.object_], pieces: list[shapely.Polygon], feet: NDArray[np.object_]
) -> NDArray[np.int64]:
    """For each plot the piece that holds most of it: most of its building where it has one."""
    deciding = np.where(shapely.is_missing(feet), shapes, feet)
    held = shapely.area(shapely.intersection(deciding[:, None], np.asarray(pieces, dtype=object)[None, :]))
    return held.argmax(axis=1)
