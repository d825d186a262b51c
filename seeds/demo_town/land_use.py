"""Which block becomes what: shares of a real inner-suburban subdistrict, placed where a town puts them."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from seeds.demo_town.ground import Ground

SHARES = {
    "lanes": 0.13,
    "towers": 0.19,
    "mixed": 0.13,
    "school": 0.07,
    "park": 0.055,
    "mall": 0.018,
    "offices": 0.024,
    "hospital": 0.012,
    "works": 0.04,
    "site": 0.008,
}
"""Share of the blocks' area; the rest is slabs."""

SMALLEST_M2 = {
    "school": 15_000,
    "park": 16_000,
    "mall": 18_000,
    "hospital": 14_000,
    "works": 12_000,
    "lanes": 9_000,
}


def assign(ground: Ground, rng: np.random.Generator) -> list[str]:
    """The use of each block, in the order of ``ground.blocks``."""
    blocks = np.array(ground.blocks, dtype=object)
    centres = shapely.get_coordinates(shapely.centroid(blocks))
    area = shapely.area(blocks)
    uses = np.full(len(blocks), "slabs", dtype=object)
    wishes = _wishes(ground, centres, rng)
    for kind, wish in wishes:
        _fill(uses, kind, wish, area, centres)
    return uses.tolist()


def _wishes(
    ground: Ground, centres: NDArray[np.float64], rng: np.random.Generator
) -> list[tuple[str, NDArray[np.float64]]]:
    """For each use, in order of choice, how little each block suits it."""
    size = float(np.ptp(centres, axis=0).max())
    river = shapely.distance(ground.river_line, shapely.points(centres))
    noise = rng.uniform(0, 1, (4, len(centres)))
    west, south = centres[:, 0] + 0.62 * size / 2, centres[:, 1] - 0.1 * size
    heart = np.hypot(centres[:, 0] + 0.05 * size, centres[:, 1] - 0.02 * size)
    old_town = np.hypot(centres[:, 0] - 0.05 * size, centres[:, 1] - 0.22 * size)
    corner = np.hypot(centres[:, 0] - 0.38 * size, centres[:, 1] + 0.33 * size)
    return [
        ("mall", heart + noise[0] * 0.04 * size),
        ("site", corner),
        ("works", corner + noise[0] * 0.05 * size),
        ("hospital", np.hypot(west, south)),
        ("offices", heart),
        ("park", noise[1] * size),
        ("school", noise[2] * size),
        ("lanes", old_town + noise[1] * 0.06 * size),
        ("towers", river + noise[3] * 0.28 * size),
        ("mixed", noise[0] * size),
    ]


def _fill(
    uses: NDArray[np.object_],
    kind: str,
    wish: NDArray[np.float64],
    area: NDArray[np.float64],
    centres: NDArray[np.float64],
) -> None:
    """Give ``kind`` its share of the ground, best-suited blocks first; schools and parks keep apart."""
    budget = SHARES[kind] * area.sum()
    spread = {"school": 330.0, "park": 520.0}.get(kind, 0.0)
    chosen: list[int] = []
    for i in wish.argsort(kind="stable"):
        if budget <= area[i] * 0.4:
            continue
        if uses[i] != "slabs" or area[i] < SMALLEST_M2.get(kind, 0):
            continue
        if spread and any(np.hypot(*(centres[i] - centres[j])) < spread for j in chosen):
            continue
        uses[i] = kind
        chosen.append(int(i))
        budget -= area[i]
