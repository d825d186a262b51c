"""Keep the graph of plots up to date after a change of ground without working all of it out again."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from grids.boundaries.division.graph import PlotGraph, adjacency
from grids.boundaries.editing.operation import Operation


def regraphed(graph: PlotGraph, plots: gpd.GeoDataFrame, operation: Operation) -> PlotGraph:
    """The graph of ``plots``, which the operation made of those of ``graph``; equal to a fresh ``adjacency``."""
    if operation.ground is not None:
        graph = _resplit(graph, plots, operation.ground.before.index, operation.ground.after.index)
    number, names = pd.factorize(plots["committee_code"].astype(str).to_numpy(), sort=True)
    return replace(graph, committee=number.astype(np.int64), committees=tuple(str(name) for name in names))


def _resplit(graph: PlotGraph, plots: gpd.GeoDataFrame, gone: pd.Index, come: pd.Index) -> PlotGraph:
    """Keep the edges away from the changed plots, and find those around them in their neighbourhood alone."""
    ids = plots.index.to_numpy(dtype=np.int64)
    changed = np.union1d(gone, come)
    ends = graph.plot_ids[graph.left], graph.plot_ids[graph.right]
    stays = ~(np.isin(ends[0], changed) | np.isin(ends[1], changed))
    around = shapely.STRtree(plots.geometry.to_numpy()).query(
        plots.loc[come].geometry.to_numpy(), predicate="intersects"
    )
    near = adjacency(plots.iloc[np.unique(around[1])])
    new_ends = near.plot_ids[near.left], near.plot_ids[near.right]
    new = np.isin(new_ends[0], changed) | np.isin(new_ends[1], changed)
    pairs = [np.r_[old[stays], fresh[new]] for old, fresh in zip(ends, new_ends, strict=True)]
    at = np.sort(np.searchsorted(ids, np.vstack(pairs)), axis=0)
    order = np.lexsort((at[1], at[0]))
    shapes = plots.geometry.to_numpy()
    return replace(
        graph,
        plot_ids=ids,
        left=at[0][order],
        right=at[1][order],
        length_m=np.r_[graph.length_m[stays], near.length_m[new]][order],
        cost=np.r_[graph.cost[stays], near.cost[new]][order],
        barrier=np.r_[graph.barrier[stays], near.barrier[new]][order],
        perimeter_m=shapely.length(shapes),
        area_m2=shapely.area(shapes),
    )
