"""What a planner asks for besides balance: locked grids, plots kept together or apart, and how many grids."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from grids.boundaries.division.graph import PlotGraph
from grids.errors import InputError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def grid_number(weight: float, target: float) -> int:
    """How many grids a committee gets: the number whose even share is nearest to the target, at least one.

    >>> [grid_number(w, 1500) for w in (0, 1999, 2001, 5200)]
    [1, 1, 2, 4]
    """
    few = max(1, int(weight // target))
    return few if abs(weight / few - target) <= abs(weight / (few + 1) - target) else few + 1


def locked_plots(
    plots: pd.DataFrame, locked: pd.Series | Collection[str] | None, start: pd.Series | None
) -> pd.Series:
    """plot_id → grid code of the plots that may not change; ``locked`` is that Series, or codes of ``start``."""
    if locked is None:
        return pd.Series(dtype=object)
    if not isinstance(locked, pd.Series):
        codes = {locked} if isinstance(locked, str) else {str(code) for code in locked}
        if codes and start is None:
            raise InputError("Locked grids are named, so the present drawing must be given as start.")
        present = pd.Series(dtype=object) if start is None else start.dropna().astype(str)
        strange = sorted(codes - set(present))
        if strange:
            raise InputError(f"Locked grids that the drawing does not have: {', '.join(strange)}.")
        locked = present[present.isin(codes)]
    locked = locked.dropna().astype(str)
    unknown = locked.index.difference(plots.index)
    if len(unknown):
        raise InputError(f"Locked plots that do not exist: {', '.join(map(str, unknown[:5]))}.")
    spread = plots.loc[locked.index, "committee_code"].groupby(locked.to_numpy()).nunique()
    if (spread > 1).any():
        raise InputError(f"Locked grids across committees: {', '.join(spread.index[spread > 1])}.")
    return locked


def groups(graph: PlotGraph, together: Iterable[Iterable[int]] | None, free: npt.NDArray[np.bool_]) -> Ints:
    """A number per plot, equal for plots that must stay together (groups that share a plot are one)."""
    boss = np.arange(len(graph.plot_ids))
    for members in together or ():
        at = positions(graph, members)
        if len(np.unique(graph.committee[at])) > 1:
            raise InputError(f"Plots to keep together lie in several committees: {graph.plot_ids[at][:5]}.")
        if len(np.unique(free[at])) > 1:
            raise InputError(f"Plots to keep together are partly locked: {graph.plot_ids[at][:5]}.")
        boss[np.isin(boss, boss[at])] = boss[at].min()
    return boss


def foes(graph: PlotGraph, separate: Iterable[Iterable[int]] | None, group: Ints) -> Ints:
    """All pairs of positions that may not share a grid, from sets of plots that must all be apart."""
    pairs: list[tuple[int, int]] = []
    for members in separate or ():
        at = positions(graph, members)
        if len(np.unique(group[at])) < len(at):
            raise InputError(f"Plots to keep apart must also stay together: {graph.plot_ids[at][:5]}.")
        pairs += [(int(a), int(b)) for i, a in enumerate(at) for b in at[i + 1 :]]
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def positions(graph: PlotGraph, plot_ids: Iterable[int]) -> Ints:
    """Where plots stand in the graph; InputError for an id that is none."""
    wanted = np.fromiter(plot_ids, dtype=np.int64)
    at = pd.Index(graph.plot_ids).get_indexer(pd.Index(wanted))
    if (at < 0).any():
        raise InputError(f"There is no plot {wanted[at < 0][0]}.")
    return np.asarray(at, dtype=np.int64)


def grids_per_committee(
    graph: PlotGraph,
    weight: Floats,
    free: npt.NDArray[np.bool_],
    target: float,
    k: int | Mapping[str, int] | None,
) -> dict[int, int]:
    """Number of grids to draw on the free ground of each committee that has some.

    ``k`` names it for some committees, or is the town's total, shared out by the rule that gives the next
    grid to the committee with the most weight per grid (every committee has at least one).
    """
    count = len(graph.committees)
    mass = np.bincount(graph.committee, np.where(free, weight, 0.0), count).astype(np.float64)
    open_ = np.flatnonzero(np.bincount(graph.committee[free], minlength=count))
    if isinstance(k, int):
        return _shared_out(mass, [int(number) for number in open_], k)
    wanted = dict(k or {})
    strange = sorted(set(wanted) - set(graph.committees))
    if strange:
        raise InputError(f"k names committees that do not exist: {', '.join(strange)}.")
    if any(value < 1 for value in wanted.values()):
        raise InputError("Every committee needs at least one grid.")
    return {
        int(number): wanted.get(graph.committees[number], grid_number(float(mass[number]), target))
        for number in open_
    }


def _shared_out(mass: Floats, committees: list[int], k: int) -> dict[int, int]:
    if k < len(committees):
        raise InputError(f"{k} grids cannot serve {len(committees)} committees: each needs one.")
    given = dict.fromkeys(committees, 1)
    for _ in range(k - len(committees)):
        neediest = max(committees, key=lambda number: (mass[number] / given[number], -number))
        given[neediest] += 1
    return given
