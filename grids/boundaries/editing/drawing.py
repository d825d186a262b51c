"""A drawing: plots, the grid of each, locks, names and codes. Edits make a new drawing and leave the old one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from math import ceil

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from grids.boundaries.division.graph import PlotGraph, adjacency
from grids.boundaries.editing.errors import EditConflict, UnknownGrid, UnknownPlot
from grids.boundaries.editing.operation import Operation
from grids.boundaries.editing.regraph import regraphed
from grids.codes import free_codes
from grids.errors import InputError

NOT_SUMMED = ("block_id",)
RESIDENTS_PER_ADMINISTRATOR = 1500


@dataclass(frozen=True)
class Drawing:
    """``plots`` is a PLOTS frame in metres, ``assignment`` plot_id → grid code.

    ``issued`` are all codes ever published in this town, ``retired`` those given up in this draft: neither is
    given again. ``buildings`` are footprints by building code; with them a line decides by the building and not
    by the ground around it.
    """

    plots: gpd.GeoDataFrame
    assignment: pd.Series
    locked: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    issued: frozenset[str] = frozenset()
    retired: frozenset[str] = frozenset()
    scheme: str = "15"
    object_code: str = ""
    buildings: gpd.GeoSeries | None = None

    def __post_init__(self) -> None:
        """Bring plots and assignment into one order; InputError when they do not name the same plots."""
        plots, assignment = self.plots, self.assignment
        if plots.index.has_duplicates or not plots.index.sort_values().equals(assignment.index.sort_values()):
            raise InputError("Plots and assignment must name the same plots, each once.")
        if not plots.index.is_monotonic_increasing:
            object.__setattr__(self, "plots", plots.sort_index())
        if not assignment.index.equals(self.plots.index) or assignment.dtype != object:
            object.__setattr__(self, "assignment", assignment.reindex(self.plots.index).astype(object))

    @cached_property
    def graph(self) -> PlotGraph:
        """Which plots touch; kept from drawing to drawing as long as the plots are the same."""
        return adjacency(self.plots)

    @cached_property
    def _matrix(self) -> csr_array:
        return self.graph.matrix()

    @cached_property
    def _ground(self) -> NDArray[np.int64]:
        """Number of the connected piece of committee ground that each plot lies on."""
        return connected_components(self._matrix, directed=False)[1].astype(np.int64)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """All grid codes, sorted."""
        return tuple(sorted(self.assignment.unique()))

    @cached_property
    def committee_of(self) -> dict[str, str]:
        """Grid code → committee code."""
        first = ~self.assignment.duplicated()
        return dict(zip(self.assignment[first], self.plots["committee_code"][first], strict=True))

    def require(self, *codes: str) -> None:
        """UnknownGrid for a code that the drawing does not have."""
        for code in codes:
            if code not in self.committee_of:
                raise UnknownGrid(code)

    def require_plots(self, plots: Iterable[int]) -> list[int]:
        """The plot ids as a list; UnknownPlot for one that the drawing does not have."""
        wanted = [int(plot) for plot in plots]
        for plot in wanted:
            if plot not in self.assignment.index:
                raise UnknownPlot(plot)
        return wanted

    def plots_of(self, *codes: str) -> gpd.GeoDataFrame:
        """The plots of some grids."""
        self.require(*codes)
        return self.plots[self.assignment.isin(codes).to_numpy()]

    def pieces(self, plot_ids: Collection[int]) -> list[list[int]]:
        """The connected pieces of some plots, largest first."""
        at = self.positions(plot_ids)
        _, label = connected_components(self._matrix[at][:, at], directed=False)
        parts = (
            [self.graph.plot_ids[at[label == n]].tolist() for n in range(label.max() + 1)] if len(at) else []
        )
        return sorted(parts, key=lambda part: (-len(part), part[0]))

    def pieces_of_ground(self, plot_ids: Collection[int]) -> int:
        """In how many pieces the committee's own ground under these plots lies: a grid cannot have fewer."""
        return len(np.unique(self._ground[self.positions(plot_ids)]))

    def positions(self, plot_ids: Collection[int]) -> NDArray[np.int64]:
        """Row numbers of plots."""
        return self.plots.index.get_indexer(pd.Index(list(plot_ids)))

    def new_codes(self, committee_code: str, count: int) -> list[str]:
        """The next free codes of a committee."""
        taken = self.issued | self.retired | set(self.codes)
        return list(
            islice(free_codes(committee_code, taken, self.scheme, object_code=self.object_code), count)
        )

    def after(self, operation: Operation) -> Drawing:
        """The drawing that the operation makes of this one. Raises EditConflict if it was made for another one."""
        _refuse_stale(self, operation)
        plots = self.plots
        if operation.ground is not None:
            stays = plots.drop(index=operation.ground.before.index)
            plots = pd.concat([stays, operation.ground.after.astype(_dtypes(stays))]).sort_index()
        if operation.committees:
            codes = plots["committee_code"].copy()
            for plot, (_, committee) in operation.committees.items():
                codes[plot] = committee
            plots = plots.assign(committee_code=codes)
        later = replace(
            self,
            plots=plots,
            assignment=_reassigned(self.assignment, operation),
            locked=_relocked(self.locked, operation),
            names=_renamed(self.names, operation),
            retired=self.retired - set(operation.created)
            if operation.undo
            else self.retired | set(operation.retired),
        )
        if plots is not self.plots and "graph" in self.__dict__:
            later.__dict__["graph"] = regraphed(self.graph, plots, operation)
        if plots is self.plots:
            for kept in ("graph", "_matrix", "_ground"):
                if kept in self.__dict__:
                    later.__dict__[kept] = self.__dict__[kept]
        return later


def figures(drawing: Drawing, codes: Collection[str] | None = None) -> pd.DataFrame:
    """Sums per grid: every numeric column of the plots, plus ``plots, buildings, area_m2`` and ``staff_needed``.

    Index grid code. ``staff_needed`` is one administrator per 1,500 residents, rounded up (RULES.md GM-1).
    """
    plots = drawing.plots if codes is None else drawing.plots_of(*codes)
    grid_of = drawing.assignment.loc[plots.index]
    numeric = plots.select_dtypes("number").drop(columns=[*NOT_SUMMED], errors="ignore")
    table = numeric.groupby(grid_of.to_numpy()).sum()
    by_grid = pd.DataFrame(
        {"plots": 1, "buildings": plots["building_code"].notna().astype(int), "area_m2": plots.area}
    ).groupby(grid_of.to_numpy())
    table = table.join(by_grid.sum())
    if "residents" in table:
        table["staff_needed"] = [ceil(n / RESIDENTS_PER_ADMINISTRATOR) for n in table["residents"]]
    table.index.name = "grid_code"
    return table


def _refuse_stale(drawing: Drawing, operation: Operation) -> None:
    now = drawing.assignment
    stale = [
        plot
        for plot, (before, _) in operation.moved.items()
        if (now[plot] if plot in now.index else None) != before
    ]
    stale += [
        p
        for p, (before, _) in operation.committees.items()
        if drawing.plots["committee_code"].get(p) != before
    ]
    grids = {str(now[plot]) for plot in stale if plot in now.index}
    grids |= {code for code, (before, _) in operation.locks.items() if (code in drawing.locked) != before}
    grids |= {code for code, (before, _) in operation.names.items() if drawing.names.get(code) != before}
    if stale or grids:
        raise EditConflict(stale, sorted(grids))


def _reassigned(assignment: pd.Series, operation: Operation) -> pd.Series:
    if not operation.moved:
        return assignment
    gone = [plot for plot, (_, after) in operation.moved.items() if after is None]
    kept = assignment.drop(index=gone) if gone else assignment.copy()
    now = pd.Series(
        {p: after for p, (_, after) in operation.moved.items() if after is not None}, dtype=object
    )
    known = now.index.isin(kept.index)
    kept.loc[now.index[known]] = now[known].to_numpy()
    if known.all():
        return kept
    return (
        pd.concat([kept, now[~known]]).sort_index().rename_axis(assignment.index.name).rename(assignment.name)
    )


def _relocked(locked: frozenset[str], operation: Operation) -> frozenset[str]:
    on = {code for code, (_, after) in operation.locks.items() if after}
    return (locked - set(operation.locks)) | on


def _renamed(names: Mapping[str, str], operation: Operation) -> Mapping[str, str]:
    if not operation.names:
        return names
    now = {code: name for code, name in names.items() if code not in operation.names}
    return now | {code: after for code, (_, after) in operation.names.items() if after is not None}


def _dtypes(plots: gpd.GeoDataFrame) -> dict[str, object]:
    return {str(name): kind for name, kind in plots.dtypes.items() if name != plots.geometry.name}
