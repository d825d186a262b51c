"""Blocks that are not homes: schools, malls, parks, hospital, workshops, and shops along the avenues.

As in ``residential``, the ground is turned so that rows run along x and south is -y.
"""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from seeds.demo_town.layout import (
    House,
    Layout,
    biggest,
    box,
    corners_of,
    merged,
    moved,
    place,
    row_intervals,
    rows,
    share_out,
)
from seeds.demo_town.residential import blob, slab_shape, tower_spots


def school(area: BaseGeometry, rng: np.random.Generator) -> Layout:
    """A running track around a field, a comb of classrooms, a hall, courts and lawns."""
    layout = Layout()
    x0, y0, x1, y1 = area.bounds
    free: BaseGeometry = area.buffer(-3)
    for long, wide in ((150.0, 80.0), (118.0, 62.0), (84.0, 46.0), (60.0, 34.0)):
        if long * wide > 0.36 * area.area:
            continue
        track = place(_track(long, wide), free, 6.0, (x0, y0)) or place(
            _track(wide, long), free, 6.0, (x0, y0)
        )
        if track is not None:
            field = track.buffer(-wide * 0.12)
            layout.backdrop += [("sports", track.difference(field)), ("green", field)]
            free = free.difference(track.buffer(7))
            break
    for wings in (3, 2, 1):
        comb = place(_comb(wings), free, 4.0, (x1, y1))
        if comb is not None:
            layout.houses.append(House(comb, "school", 5))
            free = free.difference(comb.buffer(9))
            break
    for width, depth, floors in ((44, 26, 2), (52, 13, 4), (30, 18, 2), (40, 12, 4), (26, 12, 3)):
        hall = place(box(0, 0, width, depth), free, 4.0, (x1, y0))
        if hall is not None:
            layout.houses.append(House(hall, "school", floors))
            free = free.difference(hall.buffer(8))
    for _ in range(2):
        court = place(box(0, 0, 30, 17), free, 4.0, (x0, y1))
        if court is not None:
            layout.backdrop.append(("sports", court))
            free = free.difference(court.buffer(3))
    layout.backdrop += _lawns(free)
    return layout


def _track(long: float, wide: float) -> Polygon:
    radius = min(long, wide) / 2
    middle = LineString([(-long / 2 + radius, 0), (long / 2 - radius, 0)])
    if wide > long:
        middle = LineString([(0, -wide / 2 + radius), (0, wide / 2 - radius)])
    return middle.buffer(radius, quad_segs=10)


def _comb(wings: int) -> Polygon:
    rows = [box(10, i * 27.0, 62, i * 27.0 + 11) for i in range(wings)]
    return merged(box(0, 0, 10, (wings - 1) * 27.0 + 11), *rows)


def _lawns(free: BaseGeometry) -> list[tuple[str, BaseGeometry]]:
    soft = free.buffer(-4).buffer(3)
    return [("green", part) for part in shapely.get_parts(soft).tolist() if part.area > 80]


def mall(area: BaseGeometry, rng: np.random.Generator) -> Layout:
    """A shopping centre with a courtyard, offices beside it, a plaza around."""
    layout = Layout([], [("plaza", area.buffer(-1))])
    ground = biggest(area.buffer(-10))
    x0, y0, x1, y1 = ground.bounds
    cut = y0 + (y1 - y0) * 0.64
    hall = biggest(ground.intersection(box(x0, y0, x1, cut)).buffer(-6).buffer(6))
    if hall.area > 900:
        court = biggest(hall.buffer(-26))
        if court.area > 300:
            hall = biggest(hall.difference(court.buffer(-4).buffer(8, quad_segs=4).intersection(court)))
        layout.houses.append(House(hall, "commercial", 5))
    upper = ground.intersection(box(x0, cut + 12, x1, y1))
    layout.extend(offices(upper, rng))
    return layout


def offices(area: BaseGeometry, rng: np.random.Generator) -> Layout:
    """Office towers at even distances; one podium joins none of them, each stands alone."""
    layout = Layout()
    size = rng.uniform(26, 34)
    plan = box(-size / 2, -size * 0.4, size / 2, size * 0.4)
    for x, y in tower_spots(area.buffer(-2), plan, size + 18, size * 0.8 + 20):
        house = moved(plan, np.array((x, y)))
        layout.houses.append(House(house, "office", int(rng.integers(9, 26))))
    return layout


def office_park(area: BaseGeometry, rng: np.random.Generator) -> Layout:
    layout = Layout()
    layout.extend(offices(area, rng))
    taken = shapely.union_all([h.shape for h in layout.houses]).buffer(9)
    layout.backdrop += _lawns(area.difference(taken))
    return layout


def park(area: BaseGeometry, rng: np.random.Generator) -> Layout:
    """Green with a lake, an island, curved paths and a few pavilions."""
    layout = Layout()
    circle = shapely.maximum_inscribed_circle(biggest(area))
    lake = blob(shapely.get_point(circle, 0), circle.length * 0.62, rng)
    isle = blob(Point(lake.centroid.x + circle.length * 0.16, lake.centroid.y), circle.length * 0.13, rng)
    layout.backdrop += [("green", area), ("water", lake.difference(isle))]
    path = lake.buffer(circle.length * 0.14).exterior
    layout.lanes.append(LineString(path.simplify(1.0).coords))
    layout.lanes += _park_paths(area, path)
    free = area.buffer(-6).difference(lake.buffer(circle.length * 0.14 + 5))
    for size in (13.0, 10.0, 9.0, 16.0):
        angle = rng.uniform(0, 2 * np.pi)
        towards = (lake.centroid.x + 90 * np.cos(angle), lake.centroid.y + 90 * np.sin(angle))
        hut = place(box(0, 0, size, size * 0.8), free, 6.0, towards)
        if hut is not None:
            layout.houses.append(House(hut, "public", 1))
            free = free.difference(hut.buffer(12))
    return layout


def _park_paths(area: BaseGeometry, ring: BaseGeometry) -> list[LineString]:
    """From each corner of the park to the path around the lake."""
    gates = [shapely.shortest_line(area.boundary, Point(c)).coords[0] for c in corners_of(area)]
    return [LineString(shapely.shortest_line(Point(g), ring).coords) for g in gates]


def hospital(area: BaseGeometry, rng: np.random.Generator) -> Layout:
    """Wards as an H, an outpatient hall and a laboratory."""
    layout = Layout()
    free: BaseGeometry = area.buffer(-4)
    x0, _y0, x1, y1 = area.bounds
    h = merged(box(0, 0, 72, 15), box(0, 42, 72, 57), box(28, 0, 44, 57))
    plans = [(h, 11), (box(0, 0, 66, 32), 4), (box(0, 0, 48, 16), 6), (box(0, 0, 26, 16), 3)]
    for shape, floors in plans:
        spot = place(shape, free, 5.0, ((x0 + x1) / 2, y1))
        if spot is not None:
            layout.houses.append(House(spot, "hospital", floors))
            free = free.difference(spot.buffer(13))
    layout.backdrop += _lawns(free)
    return layout


def works(area: BaseGeometry, rng: np.random.Generator) -> Layout:
    """Workshop sheds in rows with one staff dormitory."""
    layout = Layout()
    depth, pitch = rng.uniform(22, 27), rng.uniform(36, 41)
    for row, (y, stretches) in enumerate(rows(area, depth, pitch, (1.0, 1.0), 34.0)):
        for stretch in stretches:
            for a, b in share_out((stretch[0] + 3, stretch[1] - 3), 66.0, 12.0):
                if row == 0 and not any(h.use == "dormitory" for h in layout.houses) and b - a > 30:
                    shape = slab_shape(a, min(b, a + 62), y + 4, 14.0, 2)
                    layout.houses.append(House(shape, "dormitory", 5, 2, 6))
                else:
                    layout.houses.append(
                        House(box(a, y, b, y + depth), "industrial", int(rng.integers(1, 4)))
                    )
    return layout


def building_ground(area: BaseGeometry, rng: np.random.Generator) -> Layout:
    """A site under construction: bare plaza, sheds for the workers along its north."""
    layout = Layout([], [("plaza", area.buffer(-2))])
    _, _, _, y1 = area.bounds
    for y in (y1 - 16, y1 - 32, y1 - 48):
        for stretch in row_intervals(area, y - 1, y + 8, 24.0):
            for a, b in share_out((stretch[0] + 3, min(stretch[1] - 3, stretch[0] + 120)), 36.0, 6.0)[:3]:
                layout.houses.append(House(box(a, y, b, y + 7), "dormitory", 2, 1, 6))
    return layout


def shops(ground: Polygon, frontage: BaseGeometry, rng: np.random.Generator) -> Layout:
    """Low shops along the sides of a block that face an avenue or a local road."""
    layout = Layout()
    ring = np.asarray(shapely.force_2d(ground.exterior.simplify(2.5)).coords)
    if not ground.exterior.is_ccw:
        ring = ring[::-1]
    depth = rng.uniform(7.5, 9.5)
    for start, end in itertools.pairwise(ring):
        side = end - start
        length = float(np.hypot(*side))
        middle = Point((start + end) / 2)
        if length < 46 or middle.distance(frontage) > 26 or rng.random() < 0.4:
            continue
        along, inward = side / length, np.array([-side[1], side[0]]) / length
        for a, b in share_out((12, length - 12), rng.uniform(10, 22), 1.4):
            if rng.random() < 0.16:
                continue
            corner = start + along * a + inward * 0.9
            other = start + along * b + inward * 0.9
            shape = Polygon([corner, other, other + inward * depth, corner + inward * depth])
            layout.houses.append(House(shape, "commercial", int(rng.choice([1, 2, 2, 3]))))
    return layout


def sheds(ground: Polygon, layout: Layout, rng: np.random.Generator) -> list[House]:
    """Gatehouse, bicycle sheds, substation and waste room of a compound, where the plan leaves room."""
    keep_off = [line.buffer(4.5) for line in layout.lanes] + [
        g for kind, g in layout.backdrop if kind == "water"
    ]
    free = ground.buffer(-1.2).difference(shapely.union_all(keep_off))
    if free.is_empty:
        return []
    wanted = int(np.clip(ground.area / 3_600, 1, 9))
    x0, y0, x1, y1 = free.bounds
    spots = rng.uniform((x0, y0), (x1, y1), (wanted * 14, 2))
    width, depth = rng.uniform(5, 15, len(spots)), rng.uniform(3.6, 5.5, len(spots))
    shapes = shapely.box(spots[:, 0], spots[:, 1], spots[:, 0] + width, spots[:, 1] + depth)
    shapely.prepare(free)
    shapes = shapes[shapely.contains(free, shapes)]
    near = shapely.STRtree([h.shape for h in layout.houses]).query(shapes, predicate="dwithin", distance=2.2)[
        0
    ]
    chosen: list[Polygon] = []
    for i in sorted(set(range(len(shapes))) - set(near.tolist())):
        if len(chosen) < wanted and all(shapes[i].distance(other) > 12 for other in chosen):
            chosen.append(shapes[i])
    return [House(shape, "utility", 1) for shape in chosen]


def gardens(ground: Polygon, layout: Layout) -> list[tuple[str, BaseGeometry]]:
    """Planted ground where houses, lanes and shops leave a wide gap."""
    taken: list[BaseGeometry] = [h.shape.buffer(4.5, quad_segs=2) for h in layout.houses]
    taken += [line.buffer(4.0, quad_segs=2) for line in layout.lanes]
    taken += [g for kind, g in layout.backdrop if kind == "green"]
    free = ground.difference(shapely.union_all(taken)).buffer(-4.5, quad_segs=2).buffer(4.0, quad_segs=3)
    return [("green", part) for part in shapely.get_parts(free).tolist() if part.area > 140]
