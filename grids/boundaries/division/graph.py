"""Which plots touch, along how many metres, and what it costs to draw a border there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from grids.boundaries.division.streets import BORDER_COSTS, segment_classes
from grids.boundaries.division.town import metric_plots
from grids.plots.edges import matched, segments

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NECK_M = 0.5
"""Plots that share less border than this do not hold a grid together: nobody can walk through the neck."""


@dataclass(frozen=True)
class PlotGraph:
    """Plots as nodes and shared borders as edges; every edge once, ``left < right`` as positions in ``plot_ids``.

    ``length_m`` is the shared border, ``cost`` the mean price of a metre of grid border there (1 inside a
    compound, less along streets and water) and ``barrier`` the class that covers most of it ("" for none).
    ``perimeter_m`` and ``area_m2`` belong to the plots. ``committee`` is a number per plot, in the order of
    ``committees``. Lengths are in the unit of the plots' CRS.
    """

    plot_ids: Ints
    committees: tuple[str, ...]
    committee: Ints
    left: Ints
    right: Ints
    length_m: Floats
    cost: Floats
    barrier: npt.NDArray[np.object_]
    perimeter_m: Floats
    area_m2: Floats

    def inner_edges(self) -> npt.NDArray[np.bool_]:
        """Edges that can hold a grid together: both plots in one committee, and more than a neck shared."""
        return (self.committee[self.left] == self.committee[self.right]) & (self.length_m >= NECK_M)

    def matrix(self) -> csr_array:
        """The symmetric 0/1 matrix of the inner edges."""
        keep = self.inner_edges()
        ends = (np.r_[self.left[keep], self.right[keep]], np.r_[self.right[keep], self.left[keep]])
        size = len(self.plot_ids)
        return csr_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(size, size))

    def pieces(self, plot_ids: Iterable[int]) -> list[Ints]:
        """The connected pieces of a set of plots, as plot ids, most plots first."""
        inside = np.flatnonzero(np.isin(self.plot_ids, np.fromiter(plot_ids, dtype=np.int64)))
        if len(inside) == 0:
            return []
        _, label = connected_components(self.matrix()[inside][:, inside], directed=False)
        parts = [self.plot_ids[inside[label == number]] for number in np.unique(label)]
        return sorted(parts, key=lambda part: (-len(part), int(part[0])))

    def neighbours(self, plot_id: int) -> pd.DataFrame:
        """The plots that touch one plot (any committee): index ``plot_id``, ``length_m, cost, barrier``."""
        at = int(np.flatnonzero(self.plot_ids == plot_id)[0])
        here = (self.left == at) | (self.right == at)
        other = np.where(self.left[here] == at, self.right[here], self.left[here])
        columns = {"length_m": self.length_m[here], "cost": self.cost[here], "barrier": self.barrier[here]}
        return pd.DataFrame(columns, index=pd.Index(self.plot_ids[other], name="plot_id"))


def adjacency(
    plots: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame | None = None,
    *,
    costs: Mapping[str, float] = BORDER_COSTS,
) -> PlotGraph:
    """Find the shared borders of plots that tile their committees edge to edge.

    ``plots`` is a PLOTS frame in a projected CRS. A border between two plots of one block costs
    ``costs["compound"]`` (or ``costs["between_compounds"]``); between two blocks it costs what the class of
    the barrier there says, or a local street where no barrier was given. Where the plots do not match edge
    to edge, a cleaned copy is measured instead. Raises CrsError and InputError as ``divide`` does.

    >>> from shapely import box
    >>> plots = gpd.GeoDataFrame(
    ...     {"committee_code": ["A", "A", "A"]}, crs=4549,
    ...     geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10), box(20, 0, 30, 10)], index=[7, 8, 9])
    >>> graph = adjacency(plots)
    >>> [(int(a), int(b), float(m)) for a, b, m in zip(graph.left, graph.right, graph.length_m)]
    [(0, 1, 10.0), (1, 2, 10.0)]
    >>> [piece.tolist() for piece in graph.pieces([7, 9])]
    [[7], [9]]
    """
    return checked_adjacency(metric_plots(plots), barriers, costs)


def checked_adjacency(
    plots: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame | None, costs: Mapping[str, float] = BORDER_COSTS
) -> PlotGraph:
    """``adjacency`` of plots that went through ``metric_plots`` already."""
    shapes, owner, ends, first, second = _matched_sides(plots.geometry.to_numpy())
    codes, committees = pd.factorize(plots["committee_code"].astype(str), sort=True)
    length = np.hypot(*(ends[first, 2:] - ends[first, :2]).T)
    cost, kind = segment_classes(plots, owner[first], owner[second], ends[first], barriers, costs)
    pair = np.minimum(owner[first], owner[second]) * len(plots) + np.maximum(owner[first], owner[second])
    edge, number = np.unique(pair, return_inverse=True)
    total = np.bincount(number, length, len(edge))
    weighted = np.bincount(number, length * cost, len(edge))
    return PlotGraph(
        plot_ids=plots.index.to_numpy(dtype=np.int64),
        committees=tuple(str(code) for code in committees),
        committee=codes.astype(np.int64),
        left=edge // len(plots),
        right=edge % len(plots),
        length_m=total.astype(np.float64),
        cost=weighted / np.maximum(total, 1e-12),
        barrier=_longest_kind(number, kind, length, len(edge)),
        perimeter_m=shapely.length(shapes),
        area_m2=shapely.area(shapes),
    )


def _matched_sides(
    shapes: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], Ints, Floats, Ints, Ints]:
    """The shapes (cleaned if need be), their sides with owners, and the pairs of sides that are shared."""
    with ThreadPoolExecutor(1) as pool:  # the check takes as long as the matching and holds no lock
        valid = pool.submit(shapely.coverage_is_valid, shapes)
        owner, ends = segments(shapes)
        first, second = matched(owner, ends)
    if valid.result():
        return shapes, owner, ends, first, second
    shapes = shapely.coverage_clean(shapes)  # type: ignore[attr-defined]
    owner, ends = segments(shapes)
    return (shapes, owner, ends, *matched(owner, ends))


def _longest_kind(
    edge: Ints, kind: npt.NDArray[np.object_], length: Floats, edges: int
) -> npt.NDArray[np.object_]:
    """The barrier class that covers most of each edge, "" where that is none."""
    names, number = np.unique(kind.astype(str), return_inverse=True)
    if len(names) == 0:
        return np.full(edges, "", dtype=object)
    share = np.zeros((edges, len(names)))
    np.add.at(share, (edge, number), length)
    return names[share.argmax(axis=1)].astype(object)
