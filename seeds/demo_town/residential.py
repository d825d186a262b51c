"""The four Shanghai kinds of compound: 行列式 slabs, 高层 towers, 里弄 lanes and mixed ones.

Each function gets the buildable ground of a block, turned so that rows run along x and south is -y.
"""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from seeds.demo_town.layout import (
    House,
    Interval,
    Layout,
    biggest,
    box,
    break_at,
    merged,
    moved,
    rows,
    share_out,
    spines,
    spread_rows,
)

STAIR_BAY_M = 17.0


def slabs(area: BaseGeometry, rng: np.random.Generator, floors: int | None = None) -> Layout:
    """Parallel walk-ups facing south, rows about as far apart as they are high."""
    layout = Layout()
    floors = floors or int(rng.choice([5, 6, 6, 6, 7]))
    depth = rng.uniform(10.8, 12.2)
    pitch = depth + floors * 2.85 * rng.uniform(0.98, 1.12)
    lanes = spines(area, rng.uniform(115, 150), rng)
    length = rng.uniform(40, 56)
    for y, stretches in spread_rows(area, depth, pitch, (0.8, 1.8), 17.0):
        for stretch in stretches:
            for a, b in break_at(stretch, lanes, 9.0, 17.0):
                _slab_row(layout, (a + 1, b - 1), y, depth, length, floors, rng)
    layout.lanes += [line for x in lanes for line in _north_lane(area, x)]
    return layout


def _slab_row(
    layout: Layout,
    stretch: Interval,
    y: float,
    depth: float,
    length: float,
    floors: int,
    rng: np.random.Generator,
) -> None:
    pieces = share_out(stretch, length * rng.uniform(0.88, 1.12), 7.0)
    for a, b in pieces:
        stairs = max(1, round((b - a) / STAIR_BAY_M))
        shape = slab_shape(a, b, y + rng.uniform(-0.6, 0.6), depth, stairs)
        layout.houses.append(House(shape, "residential", floors, stairs, 2))
    if stretch[1] - stretch[0] > 20:
        lawn = box(stretch[0] + 1, y - 8.5, stretch[1] - 1, y - 2.5)
        layout.backdrop.append(("green", lawn))


def slab_shape(a: float, b: float, y: float, depth: float, stairs: int) -> Polygon:
    """A slab whose stairwells stand out 1.4 m to the north."""
    top, coords = y + depth, [(a, y), (b, y), (b, y + depth)]
    bay = (b - a) / stairs
    for i in reversed(range(stairs)):
        middle = a + bay * (i + 0.5)
        coords += [
            (middle + 1.5, top),
            (middle + 1.5, top + 1.4),
            (middle - 1.5, top + 1.4),
            (middle - 1.5, top),
        ]
    return Polygon([*coords, (a, top)])


def _north_lane(area: BaseGeometry, x: float) -> list[LineString]:
    _, y0, _, y1 = area.bounds
    crossing = area.intersection(LineString([(x, y0 - 1), (x, y1 + 1)]))
    return [part for part in shapely.get_parts(crossing).tolist() if part.length > 20]


def lanes(area: BaseGeometry, rng: np.random.Generator) -> Layout:
    """Lane houses (里弄): attached rows of two and three floors, 3.4 m lanes, a main lane through."""
    layout = Layout()
    depth, alley = rng.uniform(9.6, 11.2), 3.4
    mains = spines(area, rng.uniform(52, 68), rng)
    for y, stretches in rows(area, depth, depth + alley, (0.3, 0.3), 9.0):
        for stretch in stretches:
            for a, b in break_at(stretch, mains, 5.0, 8.0):
                _lane_row(layout, a, b, y, depth, rng)
    layout.lanes += [line for x in mains for line in _north_lane(area, x)]
    return layout


def _lane_row(layout: Layout, a: float, b: float, y: float, depth: float, rng: np.random.Generator) -> None:
    """Attached houses: neighbours share their party wall to the last bit."""
    count = max(1, round((b - a) / 7.8))
    walls = np.linspace(a, b, count + 1)
    walls[1:-1] += rng.uniform(-0.9, 0.9, count - 1)
    back = y + depth - np.where(rng.random(count) < 0.25, rng.uniform(1.0, 2.2, count), 0.0)
    for i in range(count):
        if rng.random() < 0.03:
            continue
        floors = int(rng.choice([2, 2, 2, 3]))
        shape = box(walls[i], y, walls[i + 1], back[i])
        layout.houses.append(House(shape, "residential", floors, 1, 1))


def towers(area: BaseGeometry, rng: np.random.Generator) -> Layout:
    """Point towers staggered in green, with a ring path and a pond where there is room."""
    layout = Layout()
    shape, (width, depth) = _tower_shape(rng)
    sx, sy = width + rng.uniform(20, 26), depth + rng.uniform(26, 33)
    floors = int(rng.integers(16, 27))
    for x, y in tower_spots(area.buffer(-3), shape, sx, sy):
        house = moved(shape, np.array((x, y)))
        high = floors + int(rng.integers(-3, 4))
        layout.houses.append(House(house, "residential", high, 1, 4 if width < 34 else 6))
    _tower_garden(layout, area, rng)
    return layout


def _tower_shape(rng: np.random.Generator) -> tuple[Polygon, tuple[float, float]]:
    """One of three plans about the origin: butterfly, cross, or a board of two cores."""
    kind = int(rng.integers(3))
    if kind == 0:
        wings = [box(-15, -6, -4, 7), box(4, -6, 15, 7), box(-6, -9, 6, 9)]
        return merged(*wings), (30.0, 18.0)
    if kind == 1:
        return merged(box(-13, -5.5, 13, 5.5), box(-6, -12, 6, 12)), (26.0, 24.0)
    steps = [box(-20, -7, -1, 6), box(-1, -6, 20, 7)]
    return merged(*steps), (40.0, 14.0)


def tower_spots(area: BaseGeometry, shape: Polygon, sx: float, sy: float) -> list[tuple[float, float]]:
    """Places at least ``sx`` apart in a row and ``sy`` between rows, filled from the south-west."""
    if area.is_empty:
        return []
    x0, y0, x1, y1 = area.bounds
    ys, xs = np.meshgrid(np.arange(y0, y1, 4.0), np.arange(x0, x1, 4.0), indexing="ij")
    spots = np.stack([xs.ravel(), ys.ravel()], 1)
    outline = shapely.get_coordinates(shapely.convex_hull(shape))
    hulls = shapely.polygons(spots[:, None, :] + outline)
    shapely.prepare(area)
    taken: list[tuple[float, float]] = []
    for x, y in spots[shapely.contains(area, hulls)]:
        if all(abs(x - a) >= sx or abs(y - b) >= sy for a, b in taken):
            taken.append((float(x), float(y)))
    return taken


def _tower_garden(layout: Layout, area: BaseGeometry, rng: np.random.Generator) -> None:
    taken: BaseGeometry = shapely.union_all([h.shape for h in layout.houses]).buffer(6.5)
    ring = area.buffer(-13)
    if isinstance(ring, Polygon) and ring.area > 6_000:
        path = LineString(ring.exterior.simplify(3).coords)
        layout.lanes.append(path)
        taken = taken.union(path.buffer(3.2))
    free: BaseGeometry = area.difference(taken).buffer(-2.5).buffer(2.5)
    pond = _pond(free, rng)
    if pond is not None:
        layout.backdrop.append(("water", pond))
        free = free.difference(pond)
    layout.backdrop += [("green", part) for part in shapely.get_parts(free).tolist() if part.area > 60]


def _pond(free: BaseGeometry, rng: np.random.Generator) -> Polygon | None:
    if free.is_empty:
        return None
    spot = shapely.maximum_inscribed_circle(biggest(free))
    if spot.length < 16:
        return None
    radius = min(spot.length - 3, 26.0) * rng.uniform(0.8, 0.95)
    return blob(shapely.get_point(spot, 0), radius, rng)


def blob(centre: Point, radius: float, rng: np.random.Generator) -> Polygon:
    """A soft round shape inside the circle of ``radius``."""
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    r = 0.78 + 0.14 * np.sin(2 * t + rng.uniform(0, 6)) + 0.08 * np.sin(3 * t + rng.uniform(0, 6))
    points = np.stack([centre.x + radius * r * np.cos(t), centre.y + radius * r * np.sin(t)], 1)
    return Polygon(points)


def mixed(area: BaseGeometry, rng: np.random.Generator) -> Layout:
    """Terraces in the south, mid-rise slabs behind them, towers along the northern street."""
    layout = Layout()
    x0, y0, x1, y1 = area.bounds
    low = y0 + (y1 - y0) * rng.uniform(0.3, 0.42)
    high = y0 + (y1 - y0) * rng.uniform(0.72, 0.8)
    south, north = box(x0, y0, x1, low - 6), box(x0, high + 6, x1, y1)
    layout.extend(_terraces(area.intersection(south), rng))
    layout.extend(slabs(area.intersection(box(x0, low, x1, high)), rng, floors=int(rng.choice([6, 8, 11]))))
    layout.extend(towers(area.intersection(north), rng) if y1 - high > 34 else Layout())
    return layout


def _terraces(area: BaseGeometry, rng: np.random.Generator) -> Layout:
    layout = Layout()
    if area.is_empty:
        return layout
    depth, pitch = 11.5, rng.uniform(21, 24)
    cuts = spines(area, 90, rng)
    for y, stretches in spread_rows(area, depth, pitch, (1.0, 1.0), 14.0):
        for stretch in stretches:
            for piece in break_at(stretch, cuts, 7.0, 14.0):
                for a, b in share_out(piece, 34.0, 5.0):
                    walls = np.linspace(a, b, max(1, round((b - a) / 7.2)) + 1)
                    steps = np.arange(len(walls) - 1) % 2 * 1.2
                    layout.houses += [
                        House(box(walls[i], y + s, walls[i + 1], y + depth), "residential", 3, 1, 1)
                        for i, s in enumerate(steps)
                    ]
    return layout
