"""Committees, zones, blocks of committees and police-station areas: divisions whose borders follow streets and water."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pymetis
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csgraph
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from seeds.demo_town.ground import RIVER, Ground
from seeds.demo_town.plan import Plan
from seeds.demo_town.scale import Scale

CUT_COST = {
    "river": 0.0,
    "railway": 0.0,
    "expressway": 0.0,
    "arterial": 0.06,
    "local_road": 0.35,
    "wall": 1.0,
}
"""Cost per metre of a committee border along each line; none may leave its side of a line that costs nothing."""
INSIDE_COST = 4.0
"""Two pieces with no street between them (a bank and its quay's block) stay together."""

Pairs = NDArray[np.int64]


@dataclass
class Division:
    """``committee_of``: committee number per piece of ground (blocks, then banks); names and codes by number."""

    pieces: list[Polygon]
    committee_of: NDArray[np.int64]
    shapes: list[BaseGeometry]
    zone_of: NDArray[np.int64]
    block_of: NDArray[np.int64]
    station_of: NDArray[np.int64]


def divide(plan: Plan, scale: Scale) -> Division:
    pieces = plan.ground.blocks + plan.ground.banks
    weight = np.ones(len(pieces))
    for house, block in zip(plan.houses, plan.block_of, strict=True):
        weight[block] += house.dwellings
    pairs, cost = _neighbours(pieces, plan.ground)
    part = _partition(pairs, cost, weight, scale.committees, scale.seed)
    part = _in_reading_order(part, pieces)
    shapes = [_union([pieces[i] for i in np.flatnonzero(part == c)]) for c in range(part.max() + 1)]
    load = np.bincount(part, weight).astype(np.float64)
    links, border = _links(part, pairs, cost)
    count = len(shapes)
    zones = _partition(links, border, load, min(3, count), scale.seed)
    stations = _stations(load, min(3, count), shapes)
    blocks = _blocks(zones, links, border, load, scale.seed)
    return Division(pieces, part, shapes, zones, blocks, stations)


def _neighbours(pieces: list[Polygon], ground: Ground) -> tuple[Pairs, NDArray[np.float64]]:
    shapes = np.array(pieces, dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[left < right], right[left < right]
    edges = shapely.intersection(shapely.boundary(shapes[left]), shapely.boundary(shapes[right]))
    length = shapely.length(edges)
    keep = length > 0.05
    pairs = np.stack([left[keep], right[keep]], 1)
    edges, length = edges[keep], length[keep]
    middles = shapely.line_interpolate_point(_longest(edges), 0.5, normalized=True)
    price = np.full(len(pairs), INSIDE_COST)
    wet = len(ground.blocks)
    for kind, each in CUT_COST.items():
        lines = [
            s.line for s in ground.streets if s.kind == kind and not (kind == "river" and s.name != RIVER)
        ]
        if lines:
            near = shapely.distance(shapely.union_all(lines), middles) < 0.6
            price[near & (price == INSIDE_COST)] = each
    creeks = [s.line for s in ground.streets if s.kind == "river" and s.name != RIVER]
    if creeks:
        price[shapely.distance(shapely.union_all(creeks), middles) < 0.6] = 0.02
    bank = (pairs >= wet).sum(1) == 1
    price[bank] = INSIDE_COST
    return pairs[price > 0], (price * length)[price > 0]


def _longest(edges: NDArray[np.object_]) -> NDArray[np.object_]:
    merged = shapely.line_merge(edges)
    return np.array(
        [max(shapely.get_parts(e).tolist(), key=lambda p: p.length) for e in merged], dtype=object
    )


def _partition(
    pairs: Pairs, cost: NDArray[np.float64], weight: NDArray[np.float64], count: int, seed: int
) -> NDArray[np.int64]:
    """``count`` connected parts of about equal weight; more where the ground itself is in more pieces."""
    n = len(weight)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    pieces, label = csgraph.connected_components(links, directed=False)
    loads = np.bincount(label, weight, minlength=pieces)
    shares = np.maximum(1, np.round(loads / loads.sum() * count)).astype(int)
    while shares.sum() > max(count, pieces):
        shares[np.argmax(np.where(shares > 1, shares - loads / loads.sum() * count, -np.inf))] -= 1
    while shares.sum() < count:
        shares[np.argmax(loads / loads.sum() * count - shares)] += 1
    part, first = np.zeros(n, dtype=np.int64), 0
    for piece in range(pieces):
        members = np.flatnonzero(label == piece)
        part[members] = first + _cut(
            members, pairs, cost, weight, int(min(shares[piece], len(members))), seed
        )
        first = int(part.max()) + 1
    return part


def _cut(
    members: NDArray[np.int64],
    pairs: Pairs,
    cost: NDArray[np.float64],
    weight: NDArray[np.float64],
    count: int,
    seed: int,
) -> NDArray[np.int64]:
    if count <= 1:
        return np.zeros(len(members), dtype=np.int64)
    place = {int(m): i for i, m in enumerate(members)}
    near: list[list[tuple[int, int]]] = [[] for _ in members]
    for (a, b), price in zip(pairs.tolist(), cost, strict=True):
        if a in place:
            near[place[a]].append((place[b], max(1, round(price))))
            near[place[b]].append((place[a], max(1, round(price))))
    starts = np.cumsum([0] + [len(x) for x in near]).tolist()
    small = len(members) < 40  # where k-way leaves parts empty
    options = pymetis.Options(seed=seed, niter=40, ncuts=8, ufactor=60, contig=0 if small else 1)
    result = pymetis.part_graph(
        count,
        pymetis.CSRAdjacency(starts, [j for x in near for j, _ in x]),
        eweights=[c for x in near for _, c in x],
        vweights=np.maximum(1, weight[members]).round().astype(int).tolist(),
        recursive=small,
        options=options,
    )
    return _gather(np.asarray(result.vertex_part), near)


def _gather(part: NDArray[np.int64], near: list[list[tuple[int, int]]]) -> NDArray[np.int64]:
    """Hand each stray piece of a part to the neighbour that it shares the dearest border with."""
    for _ in range(20):
        a = np.repeat(np.arange(len(near)), [len(x) for x in near])
        b = np.array([j for x in near for j, _ in x])
        same = part[a] == part[b]
        links = coo_array((np.ones(int(same.sum())), (a[same], b[same])), shape=(len(near), len(near)))
        _, label = csgraph.connected_components(links, directed=False)
        size = np.bincount(label)
        stray = [
            i for i in range(len(near)) if size[label[i]] < max(size[label[np.flatnonzero(part == part[i])]])
        ]
        if not stray:
            break
        for i in stray:
            options = [(price, part[j]) for j, price in near[i] if part[j] != part[i]]
            if options:
                part[i] = max(options)[1]
    return np.unique(part, return_inverse=True)[1].astype(np.int64)


def _union(pieces: list[Polygon]) -> BaseGeometry:
    return shapely.coverage_union_all(pieces)


def _in_reading_order(part: NDArray[np.int64], pieces: list[Polygon]) -> NDArray[np.int64]:
    """Number the parts from the west to the east in bands from the north to the south."""
    area = shapely.area(pieces)
    centres = shapely.get_coordinates(shapely.centroid(pieces))
    count = int(part.max()) + 1
    total = np.bincount(part, area)
    x, y = (np.bincount(part, area * centres[:, i]) / total for i in (0, 1))
    bands = max(1, round(count**0.5 * 0.9))
    rank_y = np.argsort(np.argsort(-y))
    order = np.lexsort((x, rank_y * bands // count))
    return np.argsort(order)[part].astype(np.int64)


def _links(
    part: NDArray[np.int64], pairs: Pairs, cost: NDArray[np.float64]
) -> tuple[Pairs, NDArray[np.float64]]:
    """Neighbouring committees with the price of their common border."""
    ends = np.sort(part[pairs], axis=1)
    other = ends[:, 0] != ends[:, 1]
    links, place = np.unique(ends[other], axis=0, return_inverse=True)
    border = np.bincount(place.ravel(), cost[other], minlength=len(links))
    return links.reshape(-1, 2).astype(np.int64), border.astype(np.float64)


def _stations(load: NDArray[np.float64], count: int, shapes: list[BaseGeometry]) -> NDArray[np.int64]:
    """Police-station areas: slanting bands of equal load from north to south, independent of the zones."""
    y = np.array([shape.centroid.y + 0.35 * shape.centroid.x for shape in shapes])
    order = np.argsort(-y, kind="stable")
    before = np.cumsum(load[order]) - load[order] / 2
    part = np.zeros(len(load), dtype=np.int64)
    part[order] = np.minimum(count - 1, (before / load.sum() * count).astype(int))
    return part


def _blocks(
    zones: NDArray[np.int64], links: Pairs, border: NDArray[np.float64], load: NDArray[np.float64], seed: int
) -> NDArray[np.int64]:
    """区块: groups of two or three committees inside a zone."""
    inside = zones[links[:, 0]] == zones[links[:, 1]] if len(links) else np.zeros(0, bool)
    block, first = np.zeros(len(zones), dtype=np.int64), 0
    for zone in range(int(zones.max()) + 1):
        members = np.flatnonzero(zones == zone)
        place = np.full(len(zones), -1)
        place[members] = np.arange(len(members))
        own = inside & (zones[links[:, 0]] == zone) if len(links) else inside
        pairs = place[links[own]]
        block[members] = first + _partition(
            pairs, border[own], load[members], max(1, round(len(members) / 2.6)), seed
        )
        first = int(block.max()) + 1
    return block
