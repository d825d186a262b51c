"""The drawn town: ground, blocks with their use, houses that keep clear of each other, of roads and of water."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from seeds.demo_town import land_use, public, residential
from seeds.demo_town.ground import ROAD_WIDTH_M, Ground, Street, lay_out
from seeds.demo_town.layout import House, Layout, biggest, facing, turn
from seeds.demo_town.scale import Scale

DRAW: dict[str, Callable[[BaseGeometry, np.random.Generator], Layout]] = {
    "slabs": residential.slabs,
    "towers": residential.towers,
    "lanes": residential.lanes,
    "mixed": residential.mixed,
    "school": public.school,
    "park": public.park,
    "mall": public.mall,
    "offices": public.office_park,
    "hospital": public.hospital,
    "works": public.works,
    "site": public.building_ground,
}
HOMES = frozenset({"slabs", "towers", "lanes", "mixed"})


@dataclass
class Plan:
    """Ground with everything drawn on it, in local metres; ``block_of`` is parallel to ``houses``."""

    ground: Ground
    uses: list[str]
    houses: list[House] = field(default_factory=list)
    block_of: list[int] = field(default_factory=list)
    backdrop: list[tuple[str, BaseGeometry]] = field(default_factory=list)


def draw(scale: Scale, rng: np.random.Generator) -> Plan:
    ground = lay_out(scale, rng)
    plan = Plan(ground, land_use.assign(ground, rng))
    surface = ground.surface()
    shapely.prepare(surface)
    avenues = shapely.union_all([s.line for s in ground.streets if s.kind in ("arterial", "local_road")])
    for number, (block, use) in enumerate(zip(ground.blocks, plan.uses, strict=True)):
        _draw_block(plan, number, block, use, surface, avenues, rng)
    _draw_banks(plan, surface)
    plan.backdrop.append(("water", ground.water))
    _fit_dwellings(plan, scale.dwellings)
    return plan


def _fit_dwellings(plan: Plan, target: int) -> None:
    """Give towers, then walk-ups, the floors that bring the number of dwellings to within 2 % of the target."""
    for lowest, highest, fewest, most in ((9, 60, 9, 33), (4, 8, 4, 7)):
        chosen = [i for i, h in enumerate(plan.houses) if h.stairs and lowest <= h.floors <= highest]
        surplus = sum(h.dwellings for h in plan.houses) - target
        held = sum(plan.houses[i].dwellings for i in chosen)
        if not held or abs(surplus) < 0.02 * target:
            continue
        factor, owed = max(0.3, 1 - surplus / held), 0.0
        for i in chosen:
            house = plan.houses[i]
            wish = house.floors * factor + owed
            floors = int(np.clip(round(wish), fewest, most))
            owed = float(np.clip(wish - floors, -1, 1))
            plan.houses[i] = replace(house, floors=floors)


def _draw_block(
    plan: Plan,
    number: int,
    block: Polygon,
    use: str,
    surface: BaseGeometry,
    avenues: BaseGeometry,
    rng: np.random.Generator,
) -> None:
    own = biggest(block.difference(surface))
    ground = biggest(own.buffer(-3.0, join_style="mitre"))
    if ground.area < 250:
        plan.backdrop.append(("green", own))
        return
    angle, about = facing(block), (block.centroid.x, block.centroid.y)
    layout, inner = Layout(), ground
    if use in HOMES and ground.area > 6_000:
        layout.extend(public.shops(ground, avenues, rng).turned(-angle, about))
        inner = biggest(ground.buffer(-13.0 if use != "lanes" else -11.5, join_style="mitre"))
    if inner.area > 400:
        layout.extend(DRAW[use](turn(inner, -angle, about), rng))
    if use in HOMES and ground.area > 4_000:
        level = turn(ground, -angle, about)
        if layout.houses:
            layout.houses += public.sheds(level, layout, rng)
        if use != "towers":
            layout.backdrop += public.gardens(level, layout)
    _keep(plan, number, layout.turned(angle, about), own)


def _keep(plan: Plan, number: int, layout: Layout, own: Polygon) -> None:
    """Keep the houses that lie on the block's own ground and overlap none kept before."""
    shapes = np.array([h.shape for h in layout.houses], dtype=object)
    shapely.prepare(own)
    keep = shapely.contains_properly(own, shapes) if len(shapes) else np.zeros(0, bool)
    if len(shapes):
        left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        pairs = (left < right) & (shapely.area(shapely.intersection(shapes[left], shapes[right])) > 1e-6)
        for a, b in zip(left[pairs], right[pairs], strict=True):
            keep[b] &= not keep[a]
    for house, kept in zip(layout.houses, keep, strict=True):
        if kept:
            plan.houses.append(house)
            plan.block_of.append(number)
    taken = shapely.union_all(shapes[keep]) if keep.any() else Polygon()
    plan.backdrop += _clear(layout, taken)
    width = ROAD_WIDTH_M["lane"]
    off = taken.buffer(width / 2 + 0.3, join_style="mitre")
    for lane in layout.lanes:
        for part in shapely.get_parts(lane.difference(off)).tolist():
            paved = part.buffer(width / 2, cap_style="flat")
            # a part that turns back on itself can, buffered flat, cover a house that its line keeps clear of
            if part.geom_type == "LineString" and part.length > 20 and not paved.intersects(taken):
                plan.ground.streets.append(Street("lane", part, width))


def _clear(layout: Layout, houses: BaseGeometry) -> list[tuple[str, BaseGeometry]]:
    """Lawns and courts without the houses that stand on them."""
    taken = houses.buffer(1.5, join_style="mitre")
    cleared = []
    for kind, shape in layout.backdrop:
        rest = shape if kind == "plaza" else shape.difference(taken)
        cleared += [(kind, part) for part in shapely.get_parts(rest).tolist() if part.area > 15]
    return cleared


def _draw_banks(plan: Plan, surface: BaseGeometry) -> None:
    for bank in plan.ground.banks:
        green = bank.difference(surface)
        plan.backdrop += [("green", part) for part in shapely.get_parts(green).tolist() if part.area > 15]
