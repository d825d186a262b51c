"""The lie of the land: outline, river, creeks, streets and the blocks between them (local metres)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from seeds.demo_town.scale import Scale

Points = NDArray[np.float64]

ROAD_WIDTH_M = {
    "expressway": 34.0,
    "arterial": 30.0,
    "railway": 16.0,
    "local_road": 15.0,
    "lane": 5.0,
    "wall": 0.0,
}
RIVER = "样江"
WATER_NAMES = [RIVER, "西柳浜", "东荷浜"]
COMPOUND_AREA_M2 = 38_000.0
"""Blocks above this are split again: first by local roads, in the end by a compound's wall."""
STREET_BLOCK_AREA_M2 = 78_000.0
SHORTEST_SIDE_M = 95.0
SNAP_M = 0.01


@dataclass
class Street:
    """One line on the ground: a road, a wall or the middle of a river."""

    kind: str
    line: BaseGeometry
    width_m: float
    name: str | None = None


@dataclass
class Ground:
    """Outline, lines and blocks. ``banks`` are the strips between water and its embankment."""

    outline: Polygon
    streets: list[Street] = field(default_factory=list)
    blocks: list[Polygon] = field(default_factory=list)
    banks: list[Polygon] = field(default_factory=list)
    water: BaseGeometry = field(default_factory=Polygon)
    river_line: BaseGeometry = field(default_factory=LineString)

    def surface(self) -> BaseGeometry:
        """Everything that no building may touch: carriageways, tracks and water."""
        paved = [
            s.line.buffer(s.width_m / 2, cap_style="flat")
            for s in self.streets
            if s.width_m > 0 and s.kind != "river"
        ]
        return shapely.union_all([*paved, self.water])


class Warp:
    """A smooth bend of the plane, so that no street is ruler-straight and no two blocks are equal."""

    def __init__(self, rng: np.random.Generator, size_m: float) -> None:
        waves = 6
        self.amplitude = rng.uniform(0.4, 1.0, (waves, 2)) * min(34.0, size_m * 0.022)
        length = rng.uniform(0.7, 1.9, waves) * size_m
        angle = rng.uniform(0, 2 * np.pi, waves)
        self.k = np.stack([np.cos(angle), np.sin(angle)], 1) * (2 * np.pi / length)[:, None]
        self.phase = rng.uniform(0, 2 * np.pi, (waves, 2))

    def __call__(self, points: Points) -> Points:
        wave = points @ self.k.T
        dx = (self.amplitude[:, 0] * np.sin(wave + self.phase[:, 0])).sum(1)
        dy = (self.amplitude[:, 1] * np.sin(wave + self.phase[:, 1])).sum(1)
        return points + np.stack([dx, dy], 1)

    def line(self, *corners: tuple[float, float]) -> LineString:
        bent = self(shapely.get_coordinates(shapely.segmentize(LineString(corners), 25.0)))
        return LineString(LineString(bent).simplify(0.4).coords)


def lay_out(scale: Scale, rng: np.random.Generator) -> Ground:
    """The ground plan of a town: same scale and generator state, same plan."""
    w, h = scale.half_width_m, scale.half_height_m
    warp = Warp(rng, 2 * min(w, h))
    sides = _outline_sides(w, h, warp)
    ring = [point for _, side in sides for point in list(side.coords)[:-1]]
    ground = Ground(outline=shapely.set_precision(Polygon(ring), SNAP_M))
    ground.streets += [Street(kind, side, ROAD_WIDTH_M[kind]) for kind, side in sides]
    waters = _waters(scale, rng)
    _add_waters(ground, waters)
    _add_arterials(ground, w, h, scale.length, warp, rng)
    strips = _bank_strips(ground, waters)
    faces = _faces([s.line for s in ground.streets])
    dry = [f for f in faces if not strips.contains(f.representative_point())]
    for face in dry:
        _split(face, ground, rng)
    _close_blocks(ground, strips)
    return ground


def _outline_sides(w: float, h: float, warp: Warp) -> list[tuple[str, LineString]]:
    corners = [
        (-w, 0.72 * h),
        (-w, -h),
        (0.58 * w, -h),
        (w, -0.5 * h),
        (w, h),
        (-0.62 * w, h),
        (-w, 0.72 * h),
    ]
    kinds = ["expressway", "arterial", "railway", "arterial", "arterial", "arterial"]
    sides = [warp.line(a, b) for a, b in itertools.pairwise(corners)]
    return list(zip(kinds, sides, strict=True))


def _waters(scale: Scale, rng: np.random.Generator) -> list[tuple[LineString, float, float]]:
    """River and creeks: middle line, width, distance from the middle to the embankment."""
    w, h, size = scale.half_width_m, scale.half_height_m, scale.length
    t = np.linspace(-1.15, 1.15, 90)
    bend = rng.uniform(0, 2 * np.pi)
    x = w * (0.36 + 0.15 * np.sin(2.3 * t + bend) + 0.05 * np.sin(5.1 * t + 2 * bend) + 0.12 * t)
    river = LineString(np.stack([x, t * h], 1))
    # below some 6,000 residents a river would cut off a handful of blocks: a creek, which committees may cross
    width = float(np.clip(74 * size**0.6, 33, 110)) if size >= 0.25 else 12.0
    waters = [(river, width, width / 2 + 30.0 * min(1.0, size + 0.35))]
    if size >= 0.45:
        waters.append((_creek(river, -1, 0.22 * h, w, h, rng), 15.0, 16.0))
    if size >= 0.8:
        waters.append((_creek(river, 1, -0.12 * h, w, h, rng), 12.0, 14.0))
    return waters


def _creek(
    river: LineString, side: int, y: float, w: float, h: float, rng: np.random.Generator
) -> LineString:
    mouth = river.intersection(LineString([(-3 * w, y), (3 * w, y)])).centroid
    t = np.linspace(0, 1, 60)
    x = mouth.x + (side * 1.15 * w - mouth.x) * t
    swing = 0.05 * h * np.sin(2 * np.pi * t * 1.5 + rng.uniform(0, 6)) * np.minimum(1, 6 * t)
    return LineString(np.stack([x, y + 0.10 * h * t + swing - swing[0]], 1))


def _add_waters(ground: Ground, waters: list[tuple[LineString, float, float]]) -> None:
    inside = ground.outline
    names = WATER_NAMES if waters[0][1] > 30 else WATER_NAMES[1:]
    for (line, width, bank), name in zip(waters, names, strict=False):
        middle = line.intersection(inside)
        ground.streets.append(Street("river", middle, width, name))
        ground.water = ground.water.union(line.buffer(width / 2).intersection(inside))
        kind = "local_road" if width > 30 else "lane"
        road = ROAD_WIDTH_M[kind] if width > 30 else 4.0
        for side in (-1, 1):
            quay = shapely.offset_curve(line, side * (bank - road / 2)).simplify(0.3).intersection(inside)
            ground.streets.append(
                Street(kind, quay, road, f"{name}{'东西'[side < 0] if name == RIVER else '南北'[side < 0]}路")
            )
    ground.river_line = waters[0][0].intersection(inside)
    ground.water = shapely.set_precision(ground.water, SNAP_M)
    _trim_quays(ground, waters)


def _trim_quays(ground: Ground, waters: list[tuple[LineString, float, float]]) -> None:
    """A creek's towpath ends at the river's embankment, and an embankment bridges the creek."""
    river, _, bank = waters[0]
    basin = river.buffer(bank - ROAD_WIDTH_M["local_road"] / 2)
    for street in ground.streets:
        if street.kind == "lane":
            street.line = street.line.difference(basin)


def _add_arterials(
    ground: Ground, w: float, h: float, size: float, warp: Warp, rng: np.random.Generator
) -> None:
    columns, rows = max(1, round(4.2 * size)), max(1, round(3.6 * size))
    for i, kind in _lattice(columns):
        x = w * (-1 + 2 * (i + rng.uniform(-0.13, 0.13)) / columns)
        tilt = rng.uniform(-0.05, 0.05) * w
        line = warp.line((x - tilt, -1.3 * h), (x + tilt, 1.3 * h))
        crossing = ground.river_line.buffer(150 * min(1, size))
        for part in _parts(line.intersection(ground.outline).difference(crossing)):
            if part.length > 300 * size:
                ground.streets.append(Street(kind, _reach(part, ground), ROAD_WIDTH_M[kind]))
    for j, kind in _lattice(rows):
        y = h * (-1 + 2 * (j + rng.uniform(-0.13, 0.13)) / rows)
        tilt = rng.uniform(-0.06, 0.06) * h
        line = warp.line((-1.3 * w, y - tilt), (1.3 * w, y + tilt))
        ground.streets.append(Street(kind, line.intersection(ground.outline), ROAD_WIDTH_M[kind]))


def _lattice(count: int) -> list[tuple[float, str]]:
    return [(float(i), "arterial") for i in range(1, count)]


def _parts(geometry: BaseGeometry) -> list[LineString]:
    return [part for part in shapely.get_parts(geometry).tolist() if part.geom_type == "LineString"]


def _reach(part: LineString, ground: Ground) -> LineString:
    """Lead the loose end of an avenue to the nearest embankment, so that it ends in a junction."""
    quays = shapely.union_all([s.line for s in ground.streets if s.kind == "local_road"])
    ends = [shapely.Point(part.coords[0]), shapely.Point(part.coords[-1])]
    coords = list(part.coords)
    rim = ground.outline.exterior
    for at, end in ((0, ends[0]), (len(coords), ends[1])):
        if end.distance(rim) > 1.0:
            foot = shapely.shortest_line(end, quays).coords[-1]
            coords.insert(at if at == 0 else len(coords), foot)
    return LineString(coords)


def _bank_strips(ground: Ground, waters: list[tuple[LineString, float, float]]) -> BaseGeometry:
    """The water with its green banks, up to the middle of each embankment."""
    strips = []
    for line, width, bank in waters:
        road = ROAD_WIDTH_M["local_road"] if width > 30 else 4.0
        strips.append(line.buffer(bank - road / 2).intersection(ground.outline))
    return shapely.union_all(strips)


def _faces(lines: list[BaseGeometry]) -> list[Polygon]:
    """Polygons between the lines; ends are drawn 0.6 m too long, so that a rounded junction cannot leak."""
    long = [_overshoot(part, 0.6) for line in lines for part in _parts(line)]
    noded = shapely.union_all(long, grid_size=SNAP_M)
    return list(shapely.get_parts(shapely.polygonize(_parts(noded))).tolist())


def _overshoot(line: LineString, by_m: float) -> LineString:
    coords = np.asarray(line.coords)
    head, tail = coords[0] - coords[1], coords[-1] - coords[-2]
    first = coords[0] + head / np.hypot(*head) * by_m
    last = coords[-1] + tail / np.hypot(*tail) * by_m
    return LineString([first, *coords, last])


def _split(face: Polygon, ground: Ground, rng: np.random.Generator) -> None:
    """Halve a block across its long axis until it is the size of a compound."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(face))[:4]
    edges = np.diff(np.vstack([corners, corners[:1]]), axis=0)
    lengths = np.hypot(edges[:, 0], edges[:, 1])
    long_side = int(lengths.argmax())
    limit = COMPOUND_AREA_M2 * rng.uniform(0.75, 1.35)
    if face.area < limit or lengths.max() < 2 * SHORTEST_SIDE_M:
        return
    along = edges[long_side] / lengths[long_side]
    turn = rng.uniform(-0.05, 0.05)
    across = np.array([-along[1] + turn * along[0], along[0] + turn * along[1]])
    middle = np.asarray(face.centroid.coords[0]) + along * lengths.max() * rng.uniform(-0.06, 0.06)
    reach = lengths.max() * 2
    bow = along * rng.uniform(-0.012, 0.012) * lengths.min()
    cut = LineString([middle - across * reach, middle + bow, middle + across * reach])
    pieces = [p for p in shapely.ops.split(face, cut).geoms if isinstance(p, Polygon) and p.area > 1]
    if len(pieces) < 2 or min(p.area for p in pieces) < 4_000:
        return
    kind = "local_road" if face.area > STREET_BLOCK_AREA_M2 else "wall"
    for part in _parts(cut.intersection(face)):
        ground.streets.append(Street(kind, part, ROAD_WIDTH_M[kind]))
    for piece in pieces:
        _split(piece, ground, rng)


def _without_slivers(faces: list[Polygon], river: BaseGeometry) -> list[Polygon]:
    """Faces under 40 m², left where lines nearly meet, joined to the neighbour on their own side of the river."""
    whole = [f for f in faces if f.area >= 40.0]
    for sliver in (f for f in faces if f.area < 40.0):
        near = shapely.STRtree(whole).query(sliver, predicate="intersects").tolist()
        edges = [sliver.boundary.intersection(whole[i].boundary) for i in near]
        wet = river.buffer(0.05)
        dry_m = [edge.difference(wet).length for edge in edges]
        best = near[int(np.argmax(dry_m))]
        joined = whole[best].union(sliver)
        if isinstance(joined, Polygon):
            whole[best] = joined
    return whole


def _close_blocks(ground: Ground, strips: BaseGeometry) -> None:
    """Node all lines into blocks; banks are cut where a street meets the embankment."""
    lines: list[BaseGeometry] = [s.line for s in ground.streets]
    middles = shapely.union_all([s.line for s in ground.streets if s.kind == "river"])
    shore = strips.boundary.buffer(1.0)
    for street in ground.streets:
        if street.kind in ("local_road", "wall", "arterial"):
            for part in _parts(street.line):
                for end in (part.coords[0], part.coords[-1]):
                    point = shapely.Point(end)
                    if shore.contains(point):
                        lines.append(shapely.shortest_line(point, middles))
    for face in _without_slivers(_faces(lines), ground.river_line):
        bank = strips.contains(face.representative_point())
        (ground.banks if bank else ground.blocks).append(face)
