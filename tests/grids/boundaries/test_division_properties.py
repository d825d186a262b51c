"""Whatever the town and the wishes, a drawing keeps its promises."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import box

from grids.boundaries.division import Effort, PlotGraph, adjacency, divide

QUICK = Effort(starts=2, proposals=60, rounds=4)
calm = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@st.composite
def towns(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Uneven rectangles in rows, two committees, some plots empty and some very heavy."""
    columns, rows = draw(st.integers(2, 9)), draw(st.integers(1, 7))
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    xs = np.r_[0, np.cumsum(rng.integers(8, 60, columns))].astype(float)
    ys = np.r_[0, np.cumsum(rng.integers(8, 60, rows))].astype(float)
    plots = [box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for j in range(rows) for i in range(columns)]
    weight = rng.integers(0, 120, len(plots)) * (rng.random(len(plots)) < draw(st.floats(0.2, 1.0)))
    weight = np.where(rng.random(len(plots)) < 0.03, 2000, weight).astype(float)
    border = draw(st.integers(1, columns))
    committee = ["A" if i < border else "B" for _ in range(rows) for i in range(columns)]
    frame = {"committee_code": committee, "residents": weight}
    ids = pd.Index(rng.permutation(len(plots)) + 100, name="plot_id")
    return gpd.GeoDataFrame(frame, geometry=plots, crs=4549, index=ids)


def pieces(graph: PlotGraph, members: pd.Index) -> int:
    net = nx.Graph()
    net.add_nodes_from(members)
    inner = graph.inner_edges()
    ends = zip(graph.plot_ids[graph.left[inner]], graph.plot_ids[graph.right[inner]], strict=True)
    net.add_edges_from((a, b) for a, b in ends if a in net and b in net)
    return int(nx.number_connected_components(net))


@calm
@given(towns(), st.integers(100, 900), st.integers(0, 3))
def test_every_plot_is_assigned_and_every_grid_is_one_piece_of_one_committee(
    plots: gpd.GeoDataFrame, target: int, seed: int
) -> None:
    drawn = divide(plots, target=target, seed=seed, effort=QUICK)
    assert drawn.assignment.index.equals(plots.index)
    assert drawn.assignment.notna().all()
    graph = adjacency(plots)
    for code, members in drawn.assignment.groupby(drawn.assignment):
        assert plots.loc[members.index, "committee_code"].nunique() == 1
        assert pieces(graph, members.index) == drawn.grids.loc[code, "pieces"] == 1
    np.testing.assert_allclose(drawn.grids["weight"].sum(), plots["residents"].sum())
    assert (drawn.committees["reached"] >= drawn.committees["best_possible"] - 1e-9).all()
    assert (drawn.committees["within"] | (drawn.committees["reason"] != "")).all()


@calm
@given(towns(), st.integers(100, 900), st.data())
def test_locked_grids_never_change_and_repair_never_breaks_a_grid(
    plots: gpd.GeoDataFrame, target: int, data: st.DataObject
) -> None:
    present = divide(plots, target=target, effort=QUICK).assignment
    codes = sorted(set(present))
    locked = data.draw(st.lists(st.sampled_from(codes), unique=True, max_size=3))
    rng = np.random.default_rng(target)
    changed = plots.assign(residents=np.round(plots["residents"] * rng.uniform(0.6, 1.4, len(plots))))
    repaired = divide(changed, target=target, start=present, locked=locked)
    for code in locked:
        assert (repaired.assignment[present == code] == code).all()
        assert (present[repaired.assignment == code] == code).all()
    assert set(repaired.assignment) == set(codes)
    graph = adjacency(plots)
    for members in repaired.assignment.groupby(repaired.assignment).groups.values():
        assert pieces(graph, members) == 1


@calm
@given(towns(), st.data())
def test_groups_stay_together_whatever_else_happens(plots: gpd.GeoDataFrame, data: st.DataObject) -> None:
    mine = plots.index[plots["committee_code"] == "A"].tolist()
    group = data.draw(st.lists(st.sampled_from(mine), unique=True, max_size=4))
    drawn = divide(plots, target=400, together=[group] if group else None, effort=QUICK)
    assert drawn.assignment[group].nunique() <= 1
    assert drawn.assignment.notna().all()
