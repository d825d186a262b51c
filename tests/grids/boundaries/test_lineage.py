from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from grids.boundaries.lineage import carried_over, effect, fragments, lineage, mates
from grids.errors import CrsError, InputError


def plots_of(boxes, residents, houses=None, first=1):
    names = houses or [f"B{n}" for n in range(first, first + len(boxes))]
    columns = {"building_code": pd.Series(names, dtype=object).to_numpy(), "residents": residents}
    index = pd.RangeIndex(first, first + len(boxes), name="plot_id")
    return gpd.GeoDataFrame(columns, geometry=[box(*b) for b in boxes], index=index, crs=4549)


ROW = [(0, 0, 10, 10), (10, 0, 20, 10), (20, 0, 30, 10)]


def test_parents_and_children_of_a_split_and_a_merge():
    plots = plots_of(ROW, [10.0, 20.0, 70.0])
    before, after = pd.Series(["A", "A", "B"], plots.index), pd.Series(["A", "C", "C"], plots.index)
    rows = lineage(fragments(plots, plots), before, after).set_index(["parent", "child"])
    assert rows.loc[("A", "A"), "of_parent"] == pytest.approx(1 / 3)
    assert rows.loc[("A", "C"), "of_child"] == pytest.approx(20 / 90)
    assert rows.loc[("B", "C"), "of_parent"] == 1
    assert rows.loc[("B", "C"), "area_of_child"] == 0.5


def test_effect_names_the_buildings_that_move_and_the_codes_that_come_and_go():
    plots = plots_of(ROW, [10.0, 20.0, 70.0])
    before, after = pd.Series(["A", "A", "B"], plots.index), pd.Series(["A", "C", "C"], plots.index)
    seen = effect(plots, before, plots, after)
    assert seen.moved.to_dict("index") == {
        "B2": {"parent": "A", "child": "C", "residents": 20.0},
        "B3": {"parent": "B", "child": "C", "residents": 70.0},
    }
    assert (seen.created, seen.retired, seen.kept, seen.reshaped) == (("C",), ("B",), ("A",), ("A",))
    assert seen.moved_share == pytest.approx(0.9)


def test_nothing_changes_when_nothing_changes():
    plots = plots_of(ROW, [10.0, 20.0, 70.0])
    same = pd.Series(["A", "A", "B"], plots.index)
    seen = effect(plots, same, plots.copy(), same)
    assert seen.moved.empty
    assert seen.moved_weight == 0
    assert seen.reshaped == ()


def test_a_later_plot_set_inherits_by_buildings_before_area():
    before = plots_of(ROW, [10.0, 20.0, 70.0])
    moved = [(0, 0, 14, 10), (14, 0, 20, 10), (20, 0, 30, 10)]
    after = plots_of(moved, [10.0, 20.0, 70.0], houses=["B1", "B2", "B3"], first=101)
    pieces = fragments(before, after)
    assert pieces.groupby("before").residents.sum().to_dict() == {1: 10, 2: 20, 3: 70}
    old = pd.Series(["A", "B", "B"], before.index)
    assert carried_over(pieces, old).to_dict() == {101: "A", 102: "B", 103: "B"}


def test_ground_without_a_known_building_follows_the_area():
    before = plots_of(ROW[:2], [10.0, 20.0])
    after = plots_of([(0, 0, 15, 10), (15, 0, 20, 10)], [30.0, 0.0], houses=[None, None], first=101)
    pieces = fragments(before, after).set_index(["before", "after"])
    assert pieces.residents[(1, 101)] == pytest.approx(20)
    assert pieces.residents[(2, 101)] == pytest.approx(10)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), cut=st.integers(1, 39))
def test_shares_of_every_parent_and_child_sum_to_one(small_town, seed, cut):
    town = small_town(seed % 20, 8, 5)
    after = town.assignment.copy()
    after.iloc[:cut] = "NEW"
    rows = lineage(fragments(town.plots, town.plots), town.assignment, after)
    for side in ("parent", "child"):
        assert rows.groupby(side)[f"area_of_{side}"].sum().round(9).eq(1).all()
        sums = rows.groupby(side)[f"of_{side}"].sum()
        assert sums[rows.groupby(side).residents.sum() > 0].round(9).eq(1).all()
    assert rows.residents.sum() == pytest.approx(town.plots.residents.sum())


def test_mates_are_one_to_one_and_share_something():
    table = pd.DataFrame([[5, 0], [4, 0]], index=["a", "b"], columns=["x", "y"])
    assert mates(table) == {"a": "x"}
    assert mates(table.iloc[:0]) == {}


def test_plot_sets_in_different_reference_systems_are_refused():
    plots = plots_of(ROW, [1.0, 1.0, 1.0])
    with pytest.raises(CrsError):
        fragments(plots, plots.to_crs(4326))
    with pytest.raises(InputError, match="people"):
        fragments(plots, plots, "people")
