"""Why a committee is not within tolerance: what its plots make impossible, shown by a bound or by a search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import coo_array

from grids.boundaries.division.ground import Ground
from grids.boundaries.division.packing import packing_floor

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bound:
    """No drawing has a smaller largest deviation than ``deviation``; ``method`` says how that is known."""

    deviation: float
    method: str


def heaviest_bound(ground: Ground, k: int) -> Bound:
    """What the heaviest node alone forces on the grid that holds it.

    With ideal w and heaviest node h > w, its grid is at least h/w - 1 too heavy.
    """
    ideal = ground.total / k
    if ideal <= 0.0 or k <= 1:
        return Bound(0.0, "")
    return Bound(max(0.0, float(ground.weight.max()) / ideal - 1.0), "heaviest")


def packing_bound(ground: Ground, k: int, reached: float) -> Bound:
    """The least largest deviation over every way to share the plots out, connected or not.

    A relaxation: borders are ignored, so no real drawing can do better. ``reached`` was drawn.
    """
    plain = heaviest_bound(ground, k)
    if k <= 1 or ground.total <= 0.0:
        return plain
    lower = packing_floor(ground.weight, k, plain.deviation, reached)
    return Bound(lower, "packing") if lower > plain.deviation + 1e-4 else plain


def impossible(ground: Ground, k: int, tolerance: float, nodes: int) -> bool:
    """Whether an exhaustive search shows that no connected drawing is within ``tolerance``.

    Assignment with a single-commodity flow per grid that makes it connected. False when a drawing exists,
    and also when the search ends at ``nodes`` without an answer.
    """
    model = _Model(ground, k)
    model.pack(tolerance)
    model.connect()
    return bool(model.solve(nodes).status == 2)


class _Model:
    """A mixed-integer programme: columns are x[node, grid], then roots and flows."""

    def __init__(self, ground: Ground, k: int) -> None:
        self.ground, self.k, self.size = ground, k, ground.size
        self.rows: list[npt.NDArray[np.int64]] = []
        self.cols: list[npt.NDArray[np.int64]] = []
        self.values: list[Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.columns = self.whole = self.size * k

    def add(self, cols: npt.ArrayLike, values: npt.ArrayLike, low: float, high: float) -> None:
        at = np.atleast_1d(np.asarray(cols, dtype=np.int64))
        self.rows.append(np.full(len(at), len(self.low)))
        self.cols.append(at)
        self.values.append(np.broadcast_to(np.asarray(values, dtype=float), at.shape))
        self.low.append(low)
        self.high.append(high)

    def pack(self, tolerance: float) -> None:
        """Each node in one grid; each grid within the tolerance."""
        nodes, share = np.arange(self.size), self.ground.weight / (self.ground.total / self.k)
        for node in nodes:
            self.add(node * self.k + np.arange(self.k), 1.0, 1.0, 1.0)
        for grid in range(self.k):
            self.add(nodes * self.k + grid, share, 1.0 - tolerance, 1.0 + tolerance)

    def connect(self) -> None:
        """Flow of one unit out of each node of a grid, along its own nodes only, to the grid's one root."""
        g, k, size = self.ground, self.k, self.size
        start = np.repeat(np.arange(size), np.diff(g.ptr))
        root, flow = self.columns, self.columns + size * k
        self.columns = flow + len(start) * k
        for grid in range(k):
            self.add(root + np.arange(size) * k + grid, 1.0, 1.0, 1.0)
            for node in range(size):
                x, r = node * k + grid, root + node * k + grid
                inward = flow + np.flatnonzero(g.nbr == node) * k + grid
                outward = flow + np.flatnonzero(start == node) * k + grid
                self.add([r, x], [1.0, -1.0], -np.inf, 0.0)
                values = np.r_[np.full(len(outward), 1.0), np.full(len(inward), -1.0), -1.0, float(size)]
                self.add(np.r_[outward, inward, x, r], values, 0.0, np.inf)
                self.add(np.r_[inward, x], np.r_[np.ones(len(inward)), -float(size)], -np.inf, 0.0)
                self.add(np.r_[outward, x], np.r_[np.ones(len(outward)), -float(size)], -np.inf, 0.0)

    def solve(self, nodes: int) -> OptimizeResult:
        """Any solution (status 0), none (2), or no answer within ``nodes`` branchings (1)."""
        upper = np.full(self.columns, float(self.size))
        upper[: 2 * self.whole] = 1.0  # x and the roots are 0 or 1; flows are not
        for rank, node in enumerate(np.argsort(-self.ground.weight, kind="stable")[: self.k]):
            upper[node * self.k + rank + 1 : (node + 1) * self.k] = 0.0  # grids are alike: fix their order
        integer = np.zeros(self.columns)
        integer[: 2 * self.whole] = 1
        entries = (np.concatenate(self.values), (np.concatenate(self.rows), np.concatenate(self.cols)))
        matrix = coo_array(entries, shape=(len(self.low), self.columns)).tocsr()
        return milp(
            np.zeros(self.columns),
            integrality=integer,
            bounds=Bounds(np.zeros(self.columns), upper),
            constraints=LinearConstraint(matrix, np.array(self.low), np.array(self.high)),
            options={"node_limit": nodes},
        )
