"""Repair: from the present drawing, as few plots moved as bring a committee back within tolerance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grids.boundaries.division.ground import Ground
from grids.boundaries.division.kernel import DEV, SHAPE, STAY, STREETS
from grids.boundaries.division.solving import Drawn, Search
from grids.boundaries.division.starts import heal

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_STILL = 1e-9  # a temperature at which only improving moves are made


def repair(
    ground: Ground, present: Ints, k: int, tolerance: float, factors: Floats, seed: int, rounds: int = 12
) -> Drawn:
    """Improve ``present`` (grid per node, -1 for new ground) and change little.

    New plots join the neighbour with the longest border and stray pieces are handed on. A committee within
    tolerance then stays as it is. Otherwise only improving moves are made; if those do not suffice, warmer
    rounds follow, each from the best so far, and leaving home costs in all of them.
    """
    part = _spread(ground, present, k)
    whole = bool(heal(part, k, ground.weight, ground.ptr, ground.nbr, ground.length))
    if k <= 1 or ground.size <= 1:
        return Drawn(part, 0.0, 0.0, 0, 0)
    careful = factors.copy()
    careful[[DEV, SHAPE, STREETS, STAY]] = 2.0, 0.2 * factors[SHAPE], 0.2 * factors[STREETS], 1.0
    run = Search(ground, k, tolerance, careful, home=present)
    run.keep(run.improve(part, _STILL, _STILL, 0, seed))
    if not whole or run.best.excess <= 0.0:
        return run.best
    steps = 200 * ground.size
    run.keep(run.improve(part, _STILL, _STILL, steps, seed))
    for number in range(rounds):
        if run.best.excess <= 0.0:
            break
        warm = 0.01 * 2.0 ** (number % 6)
        run.keep(run.improve(run.best.part, warm, 1e-4, 2 * steps, seed + number))
    run.keep(run.improve(run.best.part, _STILL, _STILL, steps, seed))
    return run.best


def _spread(ground: Ground, present: Ints, k: int) -> Ints:
    """A grid for every node: the unassigned join, from the edges inwards, along their longest border."""
    part = present.copy()
    for _ in range(ground.size):
        missing = np.flatnonzero(part < 0)
        if len(missing) == 0:
            break
        grown = part.copy()
        for node in missing:
            edges = slice(ground.ptr[node], ground.ptr[node + 1])
            near, length = part[ground.nbr[edges]], ground.length[edges]
            if (near >= 0).any():
                shared = np.bincount(near[near >= 0], length[near >= 0] + 1e-9, k)
                grown[node] = shared.argmax()
        if (grown == part).all():
            break
        part = grown
    return np.maximum(part, 0)
