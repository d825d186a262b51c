"""What one block holds, and the small geometry that every kind of compound is drawn with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

Interval = tuple[float, float]
G = TypeVar("G", bound=BaseGeometry)


@dataclass(frozen=True)
class House:
    """One building on the plan: its use, floors, stairs (门洞) and dwellings per stair and floor."""

    shape: Polygon
    use: str
    floors: int
    stairs: int = 0
    per_floor: int = 0

    @property
    def dwellings(self) -> int:
        return self.floors * self.stairs * self.per_floor


@dataclass
class Layout:
    """The drawn content of one block: houses, pieces of backdrop by kind, and lanes."""

    houses: list[House] = field(default_factory=list)
    backdrop: list[tuple[str, BaseGeometry]] = field(default_factory=list)
    lanes: list[LineString] = field(default_factory=list)

    def extend(self, other: Layout) -> None:
        self.houses += other.houses
        self.backdrop += other.backdrop
        self.lanes += other.lanes

    def turned(self, angle: float, about: tuple[float, float]) -> Layout:
        """The same layout turned by ``angle`` radians counter-clockwise."""
        return Layout(
            [House(turn(h.shape, angle, about), h.use, h.floors, h.stairs, h.per_floor) for h in self.houses],
            [(kind, turn(g, angle, about)) for kind, g in self.backdrop],
            [turn(line, angle, about) for line in self.lanes],
        )


def turn(geometry: G, angle: float, about: tuple[float, float]) -> G:
    cos, sin = np.cos(angle), np.sin(angle)
    matrix, centre = np.array([[cos, sin], [-sin, cos]]), np.asarray(about)
    return shapely.transform(geometry, lambda points: (points - centre) @ matrix + centre)


def facing(block: Polygon) -> float:
    """Angle of the rows in a block: along its most eastward side, at most 22° off, so that houses face south."""
    corners = corners_of(block)[:2]
    dx, dy = corners[1] - corners[0]
    angle = (np.arctan2(dy, dx) + np.pi / 4) % (np.pi / 2) - np.pi / 4
    return float(angle) if abs(angle) < np.radians(22) else 0.0


def corners_of(shape: BaseGeometry) -> NDArray[np.float64]:
    """The four corners of the smallest rectangle around a shape, in any direction."""
    return shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))[:4]


def moved(shape: Polygon, by: NDArray[np.float64]) -> Polygon:
    return shapely.transform(shape, lambda points: points + by)


def merged(*shapes: BaseGeometry) -> Polygon:
    """The union of touching shapes as one polygon."""
    return biggest(shapely.union_all(shapes))


def row_intervals(area: BaseGeometry, y0: float, y1: float, shortest: float) -> list[Interval]:
    """Stretches of x in which the whole band between ``y0`` and ``y1`` lies in ``area``."""
    x0, _, x1, _ = area.bounds
    lines = [LineString([(x0 - 1, y), (x1 + 1, y)]) for y in np.linspace(y0, y1, 4)]
    stretches = [_stretches(area.intersection(line)) for line in lines]
    common = stretches[0]
    for other in stretches[1:]:
        common = [(max(a, c), min(b, d)) for a, b in common for c, d in other if min(b, d) > max(a, c)]
    return [(a, b) for a, b in common if b - a >= shortest]


def _stretches(crossing: BaseGeometry) -> list[Interval]:
    return [(p.bounds[0], p.bounds[2]) for p in shapely.get_parts(crossing).tolist() if p.length > 0]


def rows(
    area: BaseGeometry, depth: float, pitch: float, clear: tuple[float, float], shortest: float
) -> Iterator[tuple[float, list[Interval]]]:
    """Southern edge and stretches of each row, from south to north; a slanted corner shifts the next row, not drops it.

    ``clear`` is the room kept south and north of a row, in metres.
    """
    if area.is_empty:
        return
    _, y, _, y1 = area.bounds
    y += clear[0]
    while y + depth + clear[1] <= y1:
        stretches = row_intervals(area, y - clear[0], y + depth + clear[1], shortest)
        if stretches:
            yield y, stretches
        y += pitch if stretches else 2.0


def spread_rows(
    area: BaseGeometry, depth: float, pitch: float, clear: tuple[float, float], shortest: float
) -> list[tuple[float, list[Interval]]]:
    """Like ``rows``, the ground left over in the north shared among the gaps (up to a third more each)."""
    tight = list(rows(area, depth, pitch, clear, shortest))
    if len(tight) < 2:
        return tight
    left_over = area.bounds[3] - clear[1] - depth - tight[-1][0]
    wider = pitch + min(left_over / (len(tight) - 1), pitch / 3)
    spread = list(rows(area, depth, wider, clear, shortest))
    return spread if len(spread) == len(tight) else tight


def break_at(interval: Interval, cuts: Iterable[float], gap: float, shortest: float) -> list[Interval]:
    """The interval without a gap around each cut."""
    pieces, start = [], interval[0]
    for cut in sorted(cuts):
        if start < cut < interval[1]:
            pieces.append((start, cut - gap / 2))
            start = cut + gap / 2
    pieces.append((start, interval[1]))
    return [(a, b) for a, b in pieces if b - a >= shortest]


def share_out(interval: Interval, target: float, gap: float) -> list[Interval]:
    """Cut an interval into equal lengths near ``target`` with ``gap`` between them."""
    a, b = interval
    count = max(1, round((b - a + gap) / (target + gap)))
    length = (b - a - (count - 1) * gap) / count
    return [(a + i * (length + gap), a + i * (length + gap) + length) for i in range(count)]


def box(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    return shapely.box(x0, y0, x1, y1)


def spines(area: BaseGeometry, every: float, rng: np.random.Generator) -> list[float]:
    """East positions of the lanes that run north through a compound."""
    x0, _, x1, _ = area.bounds
    if x1 - x0 < 0.85 * every:
        return []
    count = max(1, round((x1 - x0) / every))
    step = (x1 - x0) / count
    if count == 1:
        return [x0 + step * rng.uniform(0.4, 0.6)]
    return [x0 + step * (i + rng.uniform(-0.06, 0.06)) for i in range(1, count)]


def biggest(geometry: BaseGeometry) -> Polygon:
    """The largest polygon of a geometry, or an empty one."""
    parts = [p for p in shapely.get_parts(geometry).tolist() if p.geom_type == "Polygon"]
    return max(parts, key=lambda p: p.area) if parts else Polygon()


def place(shape: Polygon, area: BaseGeometry, step: float, towards: tuple[float, float]) -> Polygon | None:
    """The shape moved to where it fits into ``area``, nearest to ``towards``; None where it fits nowhere."""
    if area.is_empty:
        return None
    x0, y0, x1, y1 = area.bounds
    xs, ys = np.meshgrid(np.arange(x0, x1, step), np.arange(y0, y1, step))
    spots = np.stack([xs.ravel(), ys.ravel()], 1)
    spots = spots[np.hypot(*(spots - np.asarray(towards)).T).argsort(kind="stable")]
    centre = np.asarray(shape.centroid.coords[0])
    shapely.prepare(area)
    for spot in spots:
        there = moved(shape, spot - centre)
        if area.contains(there):
            return there
    return None
