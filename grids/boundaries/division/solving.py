"""Draws one committee: several starts, annealing, and further effort until it is within tolerance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grids.boundaries.division.ground import Ground
from grids.boundaries.division.kernel import STREETS, anneal
from grids.boundaries.division.starts import heal, metis_start, recombine, tree_start

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Effort:
    """How hard to look: starts per committee, proposals per plot and start, and rounds after a failure."""

    starts: int = 8
    proposals: int = 600
    rounds: int = 60


@dataclass(frozen=True)
class Drawn:
    """A drawing of one committee: grid number per node, share past the tolerance, energy, and effort spent."""

    part: Ints
    excess: float
    energy: float
    starts: int
    proposals: int


def solve(ground: Ground, k: int, tolerance: float, factors: Floats, seed: int, effort: Effort) -> Drawn:
    """The best drawing of ``k`` grids by (share past the tolerance, energy); the same for the same seed."""
    if k <= 1 or ground.size <= 1:
        return Drawn(np.zeros(ground.size, dtype=np.int64), 0.0, 0.0, 0, 0)
    run = Search(ground, k, tolerance, factors)
    steps = effort.proposals * ground.size
    for number in range(effort.starts):
        run.keep(run.improve(run.start(number, seed), run.hot, 0.005, steps, seed + 7 * number))
    for number in range(effort.rounds):
        if run.best.excess <= 0.0:
            break
        run.push(number, steps // 4, seed + 1_000 + number)
    return run.best


class Search:
    """The state of the search in one committee: the best so far and the effort spent.

    ``home`` is the present grid of each node (-1 for none); with a ``STAY`` factor, leaving it costs the
    node's share of the ideal weight and a little for the ground itself.
    """

    def __init__(
        self, ground: Ground, k: int, tolerance: float, factors: Floats, home: Ints | None = None
    ) -> None:
        self.ground, self.k, self.tolerance, self.factors = ground, k, tolerance, factors
        self.ideal = ground.total / k
        self.hot = max(1.0, float(factors[STREETS]) / 3.0)  # dear streets need a warmer start
        self.scale = float(np.sqrt(k / max(float(ground.area.sum()), 1e-9)))
        self.home = np.full(ground.size, -1, dtype=np.int64) if home is None else home
        self.stay = ground.weight / max(self.ideal, 1e-9) + 0.01
        self.best = Drawn(np.zeros(0, dtype=np.int64), np.inf, np.inf, 0, 0)
        self.starts = self.proposals = 0

    def start(self, number: int, seed: int) -> Ints:
        """METIS by turns k-way and recursive, loose and tight; trees where METIS leaves a grid empty."""
        g = self.ground
        if g.size >= 4 * self.k and number % 4 != 3:
            part = metis_start(
                g.ptr, g.nbr, g.cut, g.weight, self.k,
                loose=number % 4 == 0, recursive=number % 2 == 1, seed=seed + number,
            )  # fmt: skip
            if heal(part, self.k, g.weight, g.ptr, g.nbr, g.length):
                return part
        return np.asarray(tree_start(self.k, g.weight, g.ptr, g.nbr, g.cut, 8, seed + number))

    def improve(self, part: Ints, hot: float, cold: float, steps: int, seed: int) -> Drawn:
        """Anneal a drawing; with ``hot`` next to nothing, only moves that improve it are made."""
        g = self.ground
        self.starts += 1
        self.proposals += steps
        best, excess, energy = anneal(
            part, self.k, g.weight, g.area, g.perimeter, g.ptr, g.nbr, g.length, g.cut, g.foe_ptr, g.foe,
            self.home, self.stay, self.ideal, self.tolerance, self.scale, self.factors, hot, cold, steps, seed,
        )  # fmt: skip
        return Drawn(best, float(excess), float(energy), self.starts, self.proposals)

    def keep(self, drawn: Drawn) -> None:
        """Remember a drawing if it is better than the best so far."""
        better = (drawn.excess, drawn.energy) < (self.best.excess, self.best.energy)
        chosen = drawn if better else self.best
        self.best = Drawn(chosen.part, chosen.excess, chosen.energy, self.starts, self.proposals)

    def push(self, number: int, steps: int, seed: int) -> None:
        """One round after a failure: redraw the worst grid with a neighbour, or every third time start afresh."""
        g = self.ground
        if number % 3 == 2:
            fresh = np.asarray(tree_start(self.k, g.weight, g.ptr, g.nbr, g.cut, 20, seed))
            self.keep(self.improve(fresh, 0.5, 0.002, 2 * steps, seed))
            return
        part = self.best.part
        weight = np.bincount(part, g.weight, self.k)
        worst = int(np.abs(weight / max(self.ideal, 1e-9) - 1.0).argmax())
        ends = np.repeat(np.arange(g.size), np.diff(g.ptr))
        near = np.unique(part[g.nbr[(part[ends] == worst) & (part[g.nbr] != worst)]])
        if len(near) == 0:
            return
        other = int(near[number % len(near)])
        redrawn = np.asarray(recombine(part, worst, other, g.weight, g.ptr, g.nbr, g.cut, 20, seed))
        self.keep(self.improve(redrawn, 0.2, 0.002, steps, seed))
