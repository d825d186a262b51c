"""Edits that the computer proposes: complete one grid, divide or repair one committee."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from grids.boundaries.division.town import plot_weights
from grids.boundaries.editing.drawing import Drawing
from grids.boundaries.editing.errors import GridLocked, NothingChanges, UnknownCommittee
from grids.boundaries.editing.operation import Operation, Problem
from grids.boundaries.editing.proposing import propose
from grids.boundaries.lineage import mates


def complete_to_balance(
    drawing: Drawing,
    grid_code: str,
    *,
    target: float | None = None,
    weight: str = "residents",
    tolerance: float = 0.05,
) -> Operation:
    """Let a grid take plots from its neighbours, or give them up, until it is within ``tolerance`` of ``target``.

    Without a target the committee's even share counts. Compact moves and heavy donors come first; locked grids
    and the last plot of a grid are left alone, and nobody falls into pieces. When the target cannot be reached
    the operation says so among its problems. Raises GridLocked, NothingChanges.
    """
    drawing.require(grid_code)
    if grid_code in drawing.locked:
        raise GridLocked(grid_code)
    committee = drawing.committee_of[grid_code]
    inside = drawing.plots[drawing.plots["committee_code"] == committee]
    mass = plot_weights(inside, weight)
    wanted = float(mass.sum()) / drawing.assignment[inside.index].nunique() if target is None else target
    growth = _Growth(drawing, grid_code, inside.index, mass)
    while abs(growth.weight - wanted) > tolerance * wanted and growth.step(wanted):
        pass
    if not growth.moved:
        raise NothingChanges(f"no move brings {grid_code} nearer to {wanted:.0f}")
    told: tuple[Problem, ...] = ()
    if abs(growth.weight - wanted) > tolerance * wanted:
        told = (Problem("off_target", (grid_code,), f"reached {growth.weight:.0f} of {wanted:.0f}"),)
    params = {"grid": grid_code, "target": wanted, "weight": weight, "tolerance": tolerance}
    return propose(drawing, "complete", params, growth.moved, problems=told)


class _Growth:
    """One grid taking and giving border plots; ``moved`` is plot → grid code, only what differs from the start."""

    def __init__(self, drawing: Drawing, grid_code: str, plot_ids: pd.Index, mass: pd.Series) -> None:
        graph = drawing.graph
        self.drawing, self.grid = drawing, grid_code
        self.home: dict[int, str] = dict(
            zip(plot_ids.tolist(), drawing.assignment[plot_ids].tolist(), strict=True)
        )
        self.now = dict(self.home)
        self.mass = mass.to_dict()
        self.weight = sum(self.mass[p] for p, code in self.now.items() if code == grid_code)
        keep = graph.inner_edges() & np.isin(graph.plot_ids[graph.left], plot_ids)
        ends = (graph.plot_ids[graph.left[keep]].tolist(), graph.plot_ids[graph.right[keep]].tolist())
        self.edges = list(zip(*ends, graph.length_m[keep].tolist(), strict=True))

    @property
    def moved(self) -> dict[int, str]:
        return {plot: code for plot, code in self.now.items() if code != self.home[plot]}

    def step(self, wanted: float) -> bool:
        """Make the best move that brings the weight nearer, or say that there is none."""
        growing = self.weight < wanted
        border: dict[tuple[int, str], float] = {}
        for a, b, metres in self.edges:
            for plot, other in ((a, b), (b, a)):
                leaves = (self.now[plot] != self.grid) if growing else (self.now[plot] == self.grid)
                across = (self.now[other] == self.grid) == growing and self.now[plot] != self.now[other]
                if leaves and across and not {self.now[plot], self.now[other]} & self.drawing.locked:
                    key = (plot, self.now[other])
                    border[key] = border.get(key, 0.0) + metres
        for plot, code in sorted(border, key=lambda key: (-self._worth(key[0], border[key]), key)):
            after = self.weight + (self.mass[plot] if growing else -self.mass[plot])
            if abs(after - wanted) < abs(self.weight - wanted) and self._may_leave(plot):
                self.now[plot], self.weight = code, after
                return True
        return False

    def _worth(self, plot: int, shared_m: float) -> float:
        """Shared border over the plot's own outline: a plot deep in the receiving grid makes it compact."""
        at = int(self.drawing.positions([plot])[0])
        return shared_m / float(self.drawing.graph.perimeter_m[at])

    def _may_leave(self, plot: int) -> bool:
        rest = [p for p, code in self.now.items() if code == self.now[plot] and p != plot]
        if not rest:
            return False
        pieces = len(self.drawing.pieces(rest))
        return pieces <= max(1, self.drawing.pieces_of_ground(rest))


def divide_committee(
    drawing: Drawing,
    committee_code: str,
    *,
    target: float = 1500,
    k: int | None = None,
    weight: str = "residents",
    tolerance: float = 0.05,
    seed: int = 0,
    objective: Any = "balanced",
    barriers: Any = None,
) -> Operation:
    """Draw one committee anew around its locked grids; a new grid takes the code of the old one it holds most of."""
    params = {"committee": committee_code, "target": target, "k": k, "weight": weight, "tolerance": tolerance,
              "seed": seed, "objective": objective}  # fmt: skip
    wishes = {"target": target, "k": None if k is None else {committee_code: k}, "objective": objective}
    return _computed(drawing, "divide", committee_code, params, weight,
                     wishes | {"tolerance": tolerance, "seed": seed, "barriers": barriers})  # fmt: skip


def repair_committee(
    drawing: Drawing,
    committee_code: str,
    *,
    target: float = 1500,
    weight: str = "residents",
    tolerance: float = 0.05,
    seed: int = 0,
    barriers: Any = None,
) -> Operation:
    """Bring one committee back within the tolerance from the present drawing, moving little."""
    params = {
        "committee": committee_code,
        "target": target,
        "weight": weight,
        "tolerance": tolerance,
        "seed": seed,
    }
    wishes = {"target": target, "tolerance": tolerance, "seed": seed, "barriers": barriers}
    return _computed(drawing, "repair", committee_code, params, weight, wishes, repair=True)


def _computed(
    drawing: Drawing,
    kind: str,
    committee_code: str,
    params: dict[str, Any],
    weight: str,
    wishes: dict[str, Any],
    repair: bool = False,
) -> Operation:
    plots = drawing.plots[drawing.plots["committee_code"] == committee_code]
    now = drawing.assignment[plots.index]
    locked = now[now.isin(drawing.locked)]
    if len(locked) == len(now):
        raise UnknownCommittee(committee_code)
    from grids.boundaries.division import divide  # compiles kernels when imported

    drawn = divide(plots, weight=weight, locked=locked, start=now if repair else None, **wishes)
    free = now.index.difference(locked.index)
    target = _with_old_codes(
        drawing, committee_code, now[free], drawn.assignment[free], plot_weights(plots, weight)
    )
    told = tuple(
        Problem("not_within", (str(code),), str(row["reason"]))
        for code, row in drawn.committees.iterrows()
        if not row["within"]
    )
    return propose(drawing, kind, params, target, may_empty=True, problems=told)


def _with_old_codes(
    drawing: Drawing, committee_code: str, now: pd.Series, drawn: pd.Series, mass: pd.Series
) -> dict[int, str]:
    """Plot → code, where each drawn grid takes the code of the present one it shares most weight (or plots) with."""
    shared = pd.crosstab(drawn, now, values=mass[now.index] + 1e-6, aggfunc="sum").fillna(0.0)
    code_of = mates(shared)
    rest = [label for label in sorted(drawn.unique()) if label not in code_of]
    code_of |= dict(zip(rest, drawing.new_codes(committee_code, len(rest)), strict=True))
    return {int(plot): code_of[label] for plot, label in zip(drawn.index, drawn, strict=True)}
