"""Divides a town into micro-grids of about equal weight, inside its committees, along its streets."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from grids.boundaries.division.graph import PlotGraph, adjacency, checked_adjacency
from grids.boundaries.division.ground import Ground, committee_grounds
from grids.boundaries.division.kernel import APART, DEV, OVER, SHAPE, STREETS
from grids.boundaries.division.repairing import repair
from grids.boundaries.division.request import foes, grids_per_committee, groups, locked_plots
from grids.boundaries.division.result import Division, grid_figures
from grids.boundaries.division.solving import Drawn, Effort, solve
from grids.boundaries.division.town import metric_plots, plot_weights
from grids.boundaries.division.verdict import committee_verdicts
from grids.errors import InputError

Objective = Literal["balanced", "balance", "streets"]
Progress = Callable[[int, int], None]

_LARGE = (
    20_000  # plots from which each committee gets fewer starts, so that a whole city district takes seconds
)

FACTORS: Mapping[str, Mapping[int, float]] = MappingProxyType(
    {
        "balanced": {OVER: 400, DEV: 8, SHAPE: 1, STREETS: 3, APART: 50},
        "balance": {OVER: 400, DEV: 150, SHAPE: 0.5, STREETS: 1, APART: 50},
        "streets": {OVER: 6000, DEV: 1, SHAPE: 0.5, STREETS: 12, APART: 50},
    }
)
"""Weights of the energy's terms per objective; the tolerance comes first in all of them."""


def divide(
    plots: gpd.GeoDataFrame,
    *,
    weight: str | Mapping[str, float] = "residents",
    target: float = 1500,
    k: int | Mapping[str, int] | None = None,
    tolerance: float = 0.05,
    barriers: gpd.GeoDataFrame | None = None,
    locked: pd.Series | Collection[str] | None = None,
    together: Iterable[Iterable[int]] | None = None,
    separate: Iterable[Iterable[int]] | None = None,
    seed: int = 0,
    objective: Objective = "balanced",
    start: pd.Series | None = None,
    graph: PlotGraph | None = None,
    effort: Effort | None = None,
    prove: bool = False,
    workers: int = 2,
    progress: Progress | None = None,
) -> Division:
    """Draw micro-grids of about ``target`` weight; each in one piece, none across a committee border.

    ``plots`` is a PLOTS frame in a projected CRS. ``weight`` is a column or a mix ``{column: factor}``.
    ``k`` (a total, or a number per committee) replaces the target for the number of grids. ``locked`` are
    plots with their grid code, or codes of ``start``; ``together`` are groups of plots for one grid,
    ``separate`` groups whose plots all go to different ones. With ``start`` (plot_id → grid code) the
    present drawing is repaired, not redrawn. ``graph`` saves working out the adjacency again.

    Every committee that can be within ``tolerance`` of its even share is meant to be; one that is not is
    named in ``committees`` with the reason, a bound that no drawing can beat, and the effort spent.
    ``prove`` adds an exhaustive search (seconds each) where the bound does not settle it.
    The answer depends on the input and ``seed`` alone. Raises InputError and CrsError.

    >>> from shapely import box
    >>> plots = gpd.GeoDataFrame(
    ...     {"committee_code": "A", "residents": 500.0}, crs=4549, index=range(12),
    ...     geometry=[box(x * 10, y * 10, x * 10 + 10, y * 10 + 10) for y in range(2) for x in range(6)])
    >>> drawn = divide(plots, target=1500)
    >>> drawn.grids["weight"].tolist()
    [1500.0, 1500.0, 1500.0, 1500.0]
    >>> bool(drawn.committees.loc["A", "within"])
    True
    """
    plots = metric_plots(plots)
    _sane(target, tolerance, objective)
    mass = plot_weights(plots, weight).to_numpy(dtype=np.float64)
    graph = graph if graph is not None else checked_adjacency(plots, barriers)
    present = None if start is None else start.reindex(plots.index)
    fixed = locked_plots(plots, locked, present)
    free = ~plots.index.isin(fixed.index)
    group = groups(graph, together, free)
    pairs = foes(graph, separate, group)
    parts = _parts(graph, mass, free, target, k, present)
    grounds = committee_grounds(graph, plots, mass, free, group, pairs, parts)
    factors = np.zeros(6)
    for term, value in FACTORS[objective].items():
        factors[term] = value

    work = effort or (Effort() if len(plots) <= _LARGE else Effort(starts=4))

    def draw(number: int) -> tuple[Drawn, list[str]]:
        ground, code = grounds[number], graph.committees[number]
        chance = (zlib.crc32(code.encode()) ^ seed) & 0x3FFFFFFF
        codes = _present_codes(ground, present)
        if len(codes):
            home = _present_part(ground, present, codes)
            return repair(ground, home, len(codes), tolerance, factors, chance), codes
        return solve(ground, parts[number], tolerance, factors, chance, work), []

    answers = _in_parallel(draw, list(grounds), workers, progress)
    assignment = pd.Series(index=plots.index, dtype=object, name="grid_code")
    assignment.loc[fixed.index] = fixed.to_numpy()
    taken = set(fixed) | {code for _, codes in answers.values() for code in codes}
    for number, (drawn, codes) in answers.items():
        names = codes or _new_codes(grounds[number], drawn, plots, graph.committees[number], taken)
        part = drawn.part[grounds[number].node]
        assignment.iloc[grounds[number].plots] = np.array(names, dtype=object)[part]
    figures, streets = grid_figures(graph, assignment, mass, target, set(fixed))
    verdicts = committee_verdicts(
        graph, grounds, {number: drawn for number, (drawn, _) in answers.items()}, figures, tolerance, prove
    )
    return Division(assignment, figures, verdicts, float(target), float(tolerance), streets)


def alternatives(plots: gpd.GeoDataFrame, **wishes: object) -> dict[str, Division]:
    """Three drawings for a person to choose from: ``best``, ``balance`` first and ``streets`` first.

    Takes what ``divide`` takes except ``objective``; the adjacency is worked out once.
    """
    graph = wishes.pop("graph", None) or adjacency(plots, wishes.get("barriers"))  # type: ignore[arg-type]
    named: dict[str, Objective] = {"best": "balanced", "balance": "balance", "streets": "streets"}
    return {
        name: divide(plots, graph=graph, objective=objective, **wishes)  # type: ignore[arg-type]
        for name, objective in named.items()
    }


def _sane(target: float, tolerance: float, objective: str) -> None:
    if not (np.isfinite(target) and target > 0):
        raise InputError(f"The target must be a positive number, not {target}.")
    if not 0 <= tolerance < 1:
        raise InputError(f"The tolerance is a share from 0 to below 1, not {tolerance}.")
    if objective not in FACTORS:
        raise InputError(f"Unknown objective {objective}; there are {', '.join(FACTORS)}.")


def _parts(
    graph: PlotGraph,
    mass: npt.NDArray[np.float64],
    free: npt.NDArray[np.bool_],
    target: float,
    k: int | Mapping[str, int] | None,
    present: pd.Series | None,
) -> dict[int, int]:
    """Grids per committee: as asked, or as many as the present drawing has where it is repaired."""
    parts = grids_per_committee(graph, mass, free, target, k)
    if present is None:
        return parts
    if k is not None:
        raise InputError("A repair keeps the number of grids; leave out k, or draw anew without start.")
    known = free & present.notna().to_numpy()
    for number in parts:
        mine = present.to_numpy()[known & (graph.committee == number)]
        parts[number] = len(set(mine)) or parts[number]
    return parts


def _present_codes(ground: Ground, present: pd.Series | None) -> list[str]:
    if present is None:
        return []
    return sorted({str(code) for code in present.iloc[ground.plots].dropna()})


def _present_part(ground: Ground, present: pd.Series | None, codes: list[str]) -> npt.NDArray[np.int64]:
    """The grid of each node in the present drawing, -1 for new ground; a group goes where most of it is."""
    assert present is not None
    number = pd.Index(codes).get_indexer(pd.Index(present.iloc[ground.plots].astype(str)))
    votes = np.zeros((ground.size, len(codes)))
    known = number >= 0
    np.add.at(votes, (ground.node[known], number[known]), 1.0)
    return np.where(votes.any(axis=1), votes.argmax(axis=1), -1)


def _new_codes(
    ground: Ground, drawn: Drawn, plots: gpd.GeoDataFrame, committee: str, taken: set[str]
) -> list[str]:
    """Provisional codes ``committee-01`` …, numbered west to east and then north to south, none used twice."""
    bounds = shapely.bounds(plots.geometry.to_numpy()[ground.plots])
    part = drawn.part[ground.node]
    count = np.maximum(np.bincount(part), 1)
    x = np.bincount(part, bounds[:, 0] + bounds[:, 2]) / count
    y = np.bincount(part, bounds[:, 1] + bounds[:, 3]) / count
    order = np.lexsort((-y, np.round(x, 3)))
    names = [""] * len(count)
    serial = 0
    for grid in order:
        serial += 1
        while f"{committee}-{serial:02d}" in taken:
            serial += 1
        names[grid] = f"{committee}-{serial:02d}"
    return names


def _in_parallel(
    draw: Callable[[int], tuple[Drawn, list[str]]],
    numbers: list[int],
    workers: int,
    progress: Progress | None,
) -> dict[int, tuple[Drawn, list[str]]]:
    """Draw the committees on several threads (the compiled search holds no lock); progress in between."""
    answers = {}
    with ThreadPoolExecutor(max(1, workers)) as pool:
        for done, (number, answer) in enumerate(zip(numbers, pool.map(draw, numbers), strict=True), 1):
            answers[number] = answer
            if progress is not None:
                progress(done, len(numbers))
    return answers
