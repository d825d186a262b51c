"""What a division answers: which plot goes to which grid, figures per grid, and the guarantee per committee."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse.csgraph import connected_components

from grids.boundaries.division.graph import PlotGraph

_STREET_COST = 0.3 + 1e-9  # borders no dearer than a local street count as "on a street"


@dataclass(frozen=True)
class Division:
    """A drawing of micro-grids.

    ``assignment``: plot_id → grid_code. ``grids``, by grid code: ``committee_code, weight, ideal`` (the
    committee's weight ÷ its grids), ``off_target`` = ``unavoidable`` + ``added`` (signed shares of the
    target: all of it, what an even share of this committee is off, what the drawing adds), ``deviation``
    (share off the ideal, which the tolerance limits), ``plots, pieces, area_m2, perimeter_m,
    polsby_popper, locked``. ``committees``, by code: ``weight, k, ideal, best_possible`` (no drawing has a
    smaller largest deviation), ``reached, within, reason, proof, ground_pieces, starts, proposals``.
    """

    assignment: pd.Series
    grids: pd.DataFrame
    committees: pd.DataFrame
    target: float
    tolerance: float
    streets_share: float

    @property
    def figures(self) -> dict[str, float]:
        """The drawing in one line: deviations from the committees' own ideals, shape, pieces, streets."""
        off = self.grids["deviation"].abs()
        return {
            "grids": float(len(self.grids)),
            "mean_deviation": float(off.mean()),
            "max_deviation": float(off.max()),
            "within_share": float((off <= self.tolerance + 1e-9).mean()),
            "in_pieces": float((self.grids["pieces"] > 1).sum()),
            "polsby_popper": float(self.grids["polsby_popper"].mean()),
            "streets_share": self.streets_share,
        }


def grid_figures(
    graph: PlotGraph, assignment: pd.Series, weight: npt.NDArray[np.float64], target: float, locked: set[str]
) -> tuple[pd.DataFrame, float]:
    """The ``grids`` frame, and the share of inner grid border that lies on streets or water (NaN without any)."""
    number, codes = pd.factorize(assignment.to_numpy(), sort=True)
    k = len(codes)
    same = number[graph.left] == number[graph.right]
    drawn = ~same & (graph.committee[graph.left] == graph.committee[graph.right])
    first = np.zeros(k, dtype=np.int64)
    first[number[::-1]] = graph.committee[::-1]
    mass, area = np.bincount(number, weight, k), np.bincount(number, graph.area_m2, k)
    inner = np.bincount(number[graph.left[same]], graph.length_m[same], k)
    perimeter = np.bincount(number, graph.perimeter_m, k) - 2 * inner
    frame = pd.DataFrame(
        {
            "committee_code": np.array(graph.committees, dtype=object)[first],
            "weight": mass,
            "plots": np.bincount(number, minlength=k),
            "pieces": _pieces(graph, number, k),
            "area_m2": area,
            "perimeter_m": perimeter,
            "polsby_popper": 4 * np.pi * area / np.maximum(perimeter, 1e-9) ** 2,
            "locked": [code in locked for code in codes],
        },
        index=pd.Index(codes, name="grid_code"),
    )
    frame.insert(2, "ideal", frame.groupby("committee_code")["weight"].transform("mean"))
    safe = frame["ideal"].where(frame["ideal"] > 0)
    frame.insert(3, "off_target", frame["weight"] / target - 1)
    frame.insert(4, "unavoidable", frame["ideal"] / target - 1)
    frame.insert(5, "added", (frame["weight"] - frame["ideal"]) / target)
    frame.insert(6, "deviation", (frame["weight"] / safe - 1).fillna(0.0))
    border = graph.length_m[drawn]
    streets = border[graph.cost[drawn] <= _STREET_COST].sum() / border.sum() if border.sum() > 0 else np.nan
    return frame, float(streets)


def _pieces(graph: PlotGraph, number: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.int64]:
    """Number of connected pieces of each grid, necks not counted as connections."""
    matrix = graph.matrix().tocoo()
    inside = number[matrix.row] == number[matrix.col]
    matrix.data[~inside] = 0
    matrix.eliminate_zeros()
    _, label = connected_components(matrix, directed=False)
    return np.bincount(number[np.unique(label, return_index=True)[1]], minlength=k)
