from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiPolygon, box

from grids.boundaries.division import Division, adjacency, alternatives, divide
from grids.errors import CrsError, InputError


def chessboard(columns: int, rows: int, residents: object = 100.0, committee: str = "A") -> gpd.GeoDataFrame:
    """Square plots of 20 m, numbered row by row from 1."""
    squares = [box(20 * x, 20 * y, 20 * x + 20, 20 * y + 20) for y in range(rows) for x in range(columns)]
    frame = {"committee_code": committee, "residents": residents}
    return gpd.GeoDataFrame(
        frame, geometry=squares, crs=4549, index=pd.RangeIndex(1, columns * rows + 1, name="plot_id")
    )


def pieces(plots: gpd.GeoDataFrame, drawn: Division) -> dict[str, int]:
    """Connected pieces of each grid, worked out anew from the plots' shapes."""
    touching = nx.Graph()
    touching.add_nodes_from(plots.index)
    left, right = plots.sindex.query(plots.geometry, predicate="touches")
    shared = plots.geometry.iloc[left].intersection(plots.geometry.iloc[right], align=False).length.to_numpy()
    for one, two in zip(left[shared > 0.5], right[shared > 0.5], strict=True):
        touching.add_edge(plots.index[one], plots.index[two])
    return {
        code: nx.number_connected_components(touching.subgraph(members.index))
        for code, members in drawn.assignment.groupby(drawn.assignment)
    }


def test_a_chessboard_is_divided_evenly_into_connected_grids() -> None:
    plots = chessboard(12, 10)
    drawn = divide(plots, target=1500)
    assert drawn.grids["weight"].tolist() == [1500.0] * 8
    assert set(pieces(plots, drawn).values()) == {1}
    assert drawn.assignment.notna().all()
    assert drawn.committees.loc["A", "reason"] == ""


def test_the_same_seed_gives_the_same_drawing_and_threads_do_not_matter() -> None:
    rng = np.random.default_rng(3)
    plots = chessboard(15, 12, rng.integers(0, 90, 180).astype(float))
    plots["committee_code"] = np.where(plots.centroid.x < 150, "A", "B")
    one = divide(plots, target=900, seed=5, workers=1)
    two = divide(plots, target=900, seed=5, workers=2)
    pd.testing.assert_series_equal(one.assignment, two.assignment)
    assert not divide(plots, target=900, seed=6).assignment.equals(one.assignment)


def test_no_grid_crosses_a_committee_border() -> None:
    plots = chessboard(10, 10)
    plots["committee_code"] = np.where(plots.centroid.x < 90, "A", "B")
    drawn = divide(plots, target=700)
    assert (plots.groupby(drawn.assignment)["committee_code"].nunique() == 1).all()


def test_off_target_is_the_sum_of_unavoidable_and_added() -> None:
    rng = np.random.default_rng(0)
    plots = chessboard(12, 12, rng.integers(10, 60, 144).astype(float))
    grids = divide(plots, target=1500).grids
    np.testing.assert_allclose(grids["off_target"], grids["unavoidable"] + grids["added"])
    np.testing.assert_allclose(grids["off_target"], grids["weight"] / 1500 - 1)
    np.testing.assert_allclose(grids["added"].sum(), 0, atol=1e-12)


def test_the_border_takes_the_river_and_not_the_shorter_way() -> None:
    plots = chessboard(10, 10)
    river = gpd.GeoDataFrame(
        {"kind": ["river"]},
        geometry=[LineString([(100, 0), (100, 60), (120, 60), (120, 100), (80, 100), (80, 200)])],
        crs=4549,
    )
    drawn = divide(plots, k=2, barriers=river, objective="streets", tolerance=0.1)
    assert drawn.streets_share == pytest.approx(1.0)
    west = plots.centroid.x < 70
    assert drawn.assignment[west].nunique() == 1


def test_blocks_without_barriers_still_count_as_streets() -> None:
    plots = chessboard(10, 4)
    plots["block_id"] = np.where(plots.centroid.x < 120, 1, 2)
    graph = adjacency(plots)
    across = plots["block_id"].to_numpy()[graph.left] != plots["block_id"].to_numpy()[graph.right]
    assert set(graph.cost[across]) == {0.3}
    assert set(graph.cost[~across]) == {1.0}


def test_a_compound_is_dearer_to_cut_than_ground_between_compounds() -> None:
    plots = chessboard(4, 1)
    plots["compound_code"] = ["x", "x", "y", None]
    graph = adjacency(plots)
    assert graph.cost.tolist() == [1.0, 0.5, 1.0]


def test_locked_grids_stay_exactly_as_they_are() -> None:
    plots = chessboard(12, 10)
    before = divide(plots, target=1500).assignment
    kept = before.iloc[0]
    after = divide(plots, target=1500, start=before, locked=[kept]).assignment
    assert (after[before == kept] == kept).all()
    assert (before[after == kept] == kept).all()
    fixed = before[before == kept]
    fresh = divide(plots, target=1000, locked=fixed)
    assert fresh.assignment[fresh.assignment == kept].index.equals(fixed.index)
    assert fresh.grids.loc[kept, "locked"]


def test_plots_kept_together_and_apart_are() -> None:
    plots = chessboard(8, 8)
    drawn = divide(plots, k=4, together=[[1, 2, 9], [9, 64]], separate=[[28, 37]], tolerance=0.1)
    at = drawn.assignment
    assert at[1] == at[2] == at[9] == at[64]
    assert at[28] != at[37]


def test_wishes_that_contradict_are_refused_by_name() -> None:
    plots = chessboard(4, 4)
    with pytest.raises(InputError, match="apart must also stay together"):
        divide(plots, together=[[1, 2]], separate=[[1, 2]])
    with pytest.raises(InputError, match="no plot 99"):
        divide(plots, together=[[1, 99]])
    plots["committee_code"] = ["A"] * 8 + ["B"] * 8
    with pytest.raises(InputError, match="several committees"):
        divide(plots, together=[[1, 16]])
    with pytest.raises(InputError, match="Locked grids across committees"):
        divide(plots, locked=pd.Series({1: "g", 16: "g"}))


def test_a_plot_heavier_than_the_target_is_named_with_a_proven_bound() -> None:
    plots = chessboard(6, 6)
    plots.loc[15, "residents"] = 4000.0
    drawn = divide(plots, target=1500)
    verdict = drawn.committees.loc["A"]
    assert not verdict["within"]
    assert "plot 15 alone weighs 4000" in verdict["reason"]
    assert verdict["best_possible"] == pytest.approx(4000 / verdict["ideal"] - 1)
    assert verdict["reached"] >= verdict["best_possible"] - 1e-9


def test_weights_that_cannot_be_shared_out_are_proven_so() -> None:
    plots = chessboard(5, 1, [910.0, 700.0, 700.0, 690.0, 0.0])
    drawn = divide(plots, k=2)
    assert drawn.committees.loc["A", "proof"] == "packing"
    assert drawn.committees.loc["A", "best_possible"] > 0.05


def test_ground_that_forbids_balance_is_proven_by_search_on_request() -> None:
    plots = chessboard(4, 1, [300.0, 300.0, 100.0, 100.0])  # in a row: 300 + 500 is the evenest cut
    drawn = divide(plots, k=2, prove=True)
    verdict = drawn.committees.loc["A"]
    assert verdict["reached"] == pytest.approx(0.25)
    assert verdict["proof"] == "search"
    plain = divide(plots, k=2).committees.loc["A"]
    assert plain["proof"] == "none"
    assert plain["starts"] > 0


def test_a_committee_in_two_pieces_is_divided_and_named() -> None:
    near, far = chessboard(6, 5), chessboard(6, 5)
    far.geometry = far.translate(1000, 0)
    far.index = far.index + 100
    plots = gpd.GeoDataFrame(pd.concat([near, far]), crs=4549)
    drawn = divide(plots, target=1500)
    assert drawn.committees.loc["A", "ground_pieces"] == 2
    assert "2 pieces" in drawn.committees.loc["A", "reason"]
    assert (drawn.grids["pieces"] == 1).all()
    assert (drawn.grids["weight"] == 1500).all()


def test_an_islet_too_small_for_a_grid_joins_one_and_is_counted_as_a_piece() -> None:
    plots = chessboard(6, 5)
    plots.loc[30, "geometry"] = box(500, 80, 520, 100)
    drawn = divide(plots, target=1500)
    assert len(drawn.grids) == 2
    assert sorted(drawn.grids["pieces"]) == [1, 2]


def test_plots_that_only_meet_at_a_corner_do_not_hold_a_grid_together() -> None:
    plots = chessboard(2, 2)
    graph = adjacency(plots)
    assert len(graph.pieces([1, 4])) == 2
    assert len(graph.pieces([1, 2, 4])) == 1
    assert graph.neighbours(1).index.tolist() == [2, 3]


def test_plots_that_do_not_match_edge_to_edge_are_measured_all_the_same() -> None:
    plots = gpd.GeoDataFrame(
        {"committee_code": "A", "residents": 1.0},
        geometry=[box(0, 0, 10, 20), box(10, 0, 20, 10), box(10, 10, 20, 20)],
        crs=4549,
        index=[1, 2, 3],
    )
    graph = adjacency(plots)
    assert graph.length_m.tolist() == [10.0, 10.0, 10.0]


@pytest.mark.parametrize("weight", [0.0, 7.0])
def test_one_building_is_one_grid(weight: float) -> None:
    drawn = divide(chessboard(1, 1, weight))
    assert drawn.assignment.tolist() == ["A-01"]
    assert drawn.committees.loc["A", "within"]


def test_a_committee_without_residents_is_one_grid() -> None:
    drawn = divide(chessboard(4, 4, 0.0))
    assert len(drawn.grids) == 1
    assert drawn.grids["deviation"].tolist() == [0.0]


def test_unusable_plots_are_refused_with_their_ids() -> None:
    plots = chessboard(3, 3)
    with pytest.raises(InputError, match=r"have no residents: 5"):
        divide(plots.assign(residents=[1.0] * 4 + [np.nan] + [1.0] * 4))
    with pytest.raises(InputError, match=r"negative residents: 1"):
        divide(plots.assign(residents=[-1.0] + [1.0] * 8))
    with pytest.raises(InputError, match="no column tenants"):
        divide(plots, weight="tenants")
    with pytest.raises(InputError, match="lie in no committee: 3"):
        divide(plots.assign(committee_code=["A", "A", None] + ["A"] * 6))
    with pytest.raises(CrsError):
        divide(plots.to_crs(4326))
    with pytest.raises(InputError, match="positive"):
        divide(plots, target=0)
    with pytest.raises(InputError, match="each needs one"):
        divide(plots.assign(committee_code=list("ABCDEFGHI")), k=2)


def test_weights_may_be_a_mix_of_columns() -> None:
    plots = chessboard(6, 2).assign(dwellings=[10.0] * 6 + [50.0] * 6)
    drawn = divide(plots, weight={"residents": 0.5, "dwellings": 1}, k=2)
    assert drawn.grids["weight"].sum() == pytest.approx(600 + 360)


def test_k_is_a_total_or_a_number_per_committee() -> None:
    plots = chessboard(10, 10)
    plots["committee_code"] = np.where(plots.centroid.x < 140, "A", "B")
    assert divide(plots, k=10).committees["k"].tolist() == [7, 3]
    assert divide(plots, k={"A": 2, "B": 5}).committees["k"].tolist() == [2, 5]
    with pytest.raises(InputError, match="committees that do not exist: C"):
        divide(plots, k={"C": 2})


def test_repair_moves_little_and_comes_back_within_tolerance() -> None:
    rng = np.random.default_rng(1)
    plots = chessboard(20, 15, rng.integers(20, 60, 300).astype(float))
    present = divide(plots, target=1500)
    changed = plots.assign(residents=plots["residents"] + np.where(plots.centroid.x < 120, 8, 0))
    repaired = divide(changed, target=1500, start=present.assignment)
    redrawn = divide(changed, target=1500)
    moved = (repaired.assignment != present.assignment).mean()
    assert present.committees["within"].all()
    before = changed["residents"].groupby(present.assignment).sum()
    assert (before / before.mean() - 1).abs().max() > 0.08
    assert repaired.committees["within"].all()
    assert moved < 0.1
    assert set(repaired.assignment) == set(present.assignment)
    assert set(pieces(changed, repaired).values()) == {1}
    assert redrawn.committees["within"].all()


def test_repair_leaves_a_good_drawing_alone_and_takes_in_new_plots() -> None:
    plots = chessboard(12, 10)
    present = divide(plots, target=1500).assignment
    pd.testing.assert_series_equal(divide(plots, start=present).assignment, present)
    partly = present.drop(index=[17, 60])
    again = divide(plots, start=partly).assignment
    assert again.notna().all()
    assert (again[partly.index] == partly).all()
    with pytest.raises(InputError, match="keeps the number"):
        divide(plots, start=present, k=4)


def test_three_alternatives_differ_as_they_promise() -> None:
    rng = np.random.default_rng(4)
    plots = chessboard(24, 18, rng.integers(0, 80, 432).astype(float))
    plots["block_id"] = (plots.centroid.x // 130).astype(int) * 10 + (plots.centroid.y // 90).astype(int)
    drawn = alternatives(plots, target=1500)
    assert list(drawn) == ["best", "balance", "streets"]
    figures = {name: division.figures for name, division in drawn.items()}
    assert figures["balance"]["mean_deviation"] <= figures["best"]["mean_deviation"]
    assert figures["streets"]["streets_share"] >= figures["best"]["streets_share"]
    assert all(values["in_pieces"] == 0 for values in figures.values())
    assert all(values["max_deviation"] <= 0.05 for values in figures.values())


def test_plots_in_several_polygons_are_allowed() -> None:
    plots = chessboard(4, 3)
    plots.loc[1, "geometry"] = MultiPolygon([box(0, 0, 9, 20), box(11, 0, 20, 20)])
    assert divide(plots, k=2).assignment.notna().all()


def test_codes_run_from_west_to_east() -> None:
    plots = chessboard(16, 2)
    drawn = divide(plots, k=4, tolerance=0)
    middle = plots.centroid.x.groupby(drawn.assignment).mean()
    assert middle.is_monotonic_increasing
    assert list(middle.index) == ["A-01", "A-02", "A-03", "A-04"]
