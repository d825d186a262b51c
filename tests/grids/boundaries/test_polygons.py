from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from grids.boundaries.arcs import arcs_of
from grids.boundaries.coverage import check
from grids.boundaries.polygons import derive, dissolve, rederive
from grids.errors import InputError


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), tolerance_m=st.sampled_from([0.5, 2.0, 4.0]))
def test_simplified_grids_tile_each_committee_and_cut_no_building(small_town, seed, tolerance_m):
    town = small_town(seed)
    grids = derive(town.plots, town.assignment, tolerance_m, buildings=town.buildings)
    for code, ground in town.plots.groupby("committee_code").geometry:
        territory = shapely.coverage_union_all(ground.to_numpy())
        mine = grids[grids.committee_code == code]
        assert shapely.coverage_is_valid(mine.geometry.to_numpy())
        assert shapely.union_all(mine.geometry.to_numpy()).symmetric_difference(territory).area < 1e-6
    assert check(grids, buildings=town.buildings.to_frame("geometry")).cut_buildings == ()


def test_simplified_borders_have_fewer_vertices_and_stay_within_the_tolerance(small_town):
    town = small_town(3)
    exact, simple = dissolve(town.plots, town.assignment), derive(town.plots, town.assignment, 2.0)
    assert (
        shapely.get_num_coordinates(simple.geometry).sum()
        < 0.75 * shapely.get_num_coordinates(exact.geometry).sum()
    )
    for before, after in zip(exact.geometry, simple.geometry, strict=True):
        corners = shapely.points(shapely.get_coordinates(before))
        assert shapely.distance(corners, after.boundary).max() <= 2.0


def test_committee_borders_are_never_simplified(small_town):
    town = small_town(5)
    simple = derive(town.plots, town.assignment, 50.0)
    for code, ground in town.plots.groupby("committee_code").geometry:
        outline = shapely.coverage_union_all(ground.to_numpy()).boundary
        corners = set(map(tuple, shapely.get_coordinates(outline)))
        kept = set(
            map(tuple, shapely.get_coordinates(simple[simple.committee_code == code].geometry.to_numpy()))
        )
        assert corners <= kept


def test_kept_lines_are_never_simplified(small_town):
    town = small_town(7)
    exact = dissolve(town.plots, town.assignment)
    pair = exact.geometry.iloc[:2].to_numpy()
    imported = shapely.line_merge(shapely.intersection(pair[0].boundary, pair[1].boundary))
    plain, held = (derive(town.plots, town.assignment, 3.0, kept=kept) for kept in (None, imported))
    corners = set(map(tuple, shapely.get_coordinates(imported)))
    assert corners <= set(map(tuple, shapely.get_coordinates(held.geometry.iloc[0])))
    assert not corners <= set(map(tuple, shapely.get_coordinates(plain.geometry.iloc[0])))
    assert shapely.coverage_is_valid(
        held[held.committee_code == held.committee_code.iloc[0]].geometry.to_numpy()
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), data=st.data())
def test_rederiving_only_what_changed_equals_deriving_all(small_town, seed, data):
    town = small_town(seed, 9, 4, 3)
    before = derive(town.plots, town.assignment, buildings=town.buildings)
    plot = data.draw(st.sampled_from(list(town.plots.index)))
    committee = town.plots.committee_code[plot]
    target = data.draw(st.sampled_from(sorted(set(town.assignment[town.plots.committee_code == committee]))))
    after = town.assignment.copy()
    after[plot] = target
    changed = {town.assignment[plot], target}
    layer, new = rederive(before, town.plots, after, changed, buildings=town.buildings)
    full = derive(town.plots, after, buildings=town.buildings)
    assert list(layer.index) == list(full.index)
    assert shapely.equals_exact(layer.geometry.to_numpy(), full.geometry.to_numpy(), tolerance=0).all()
    differs = full.index[
        ~shapely.equals_exact(
            before.geometry.reindex(full.index).to_numpy(), full.geometry.to_numpy(), tolerance=0
        )
    ]
    assert set(new) == set(differs)


def test_a_line_along_a_building_is_simplified_less():
    notch = [(10, 0), (10, 4), (11.5, 5), (10, 6), (10, 10)]
    left = shapely.Polygon([(0, 0), *notch, (0, 10)])
    right = shapely.Polygon([*notch, (20, 10), (20, 0)])
    import geopandas as gpd

    plots = gpd.GeoDataFrame({"committee_code": "A"}, geometry=[left, right], index=[1, 2], crs=4549)
    grid_of = pd.Series({1: "A01", 2: "A02"})
    house = gpd.GeoSeries(
        [shapely.Polygon([(8, 4.5), (11.2, 4.9), (11.2, 5.1), (8, 5.5)])], index=["B1"], crs=4549
    )
    straight, bent = derive(plots, grid_of), derive(plots, grid_of, buildings=house)
    assert straight.geometry["A01"].area == pytest.approx(100)
    assert bent.geometry["A01"].covers(house.iloc[0])


def test_an_enclave_keeps_its_hole():
    import geopandas as gpd

    inner = shapely.Polygon([(4, 4), (6, 4), (6.2, 5), (6, 6), (4, 6)])
    outer = shapely.box(0, 0, 10, 10).difference(inner)
    plots = gpd.GeoDataFrame({"committee_code": "A"}, geometry=[outer, inner], index=[1, 2], crs=4549)
    grids = derive(plots, pd.Series({1: "A01", 2: "A02"}), 1.0)
    assert grids.area.sum() == pytest.approx(100)
    assert len(grids.geometry["A01"].interiors) == 1


def test_a_plot_without_a_grid_is_named(small_town):
    town = small_town(1)
    with pytest.raises(InputError, match="Plot 7 "):
        derive(town.plots, town.assignment.drop(7))


def test_a_grid_in_two_committees_is_named(small_town):
    town = small_town(1)
    with pytest.raises(InputError, match="310117101001001"):
        derive(town.plots, pd.Series("310117101001001", index=town.plots.index))


def test_an_arc_is_the_same_whatever_changes_elsewhere():
    boxes = np.array([shapely.box(x, y, x + 1, y + 1) for x in range(3) for y in range(2)])
    few = arcs_of(boxes[:2])
    many = arcs_of(boxes)
    inner = few.lines[(few.left == 0) & (few.right == 1)][0]
    assert any(inner.equals_exact(line, 0) and line.coords[0] == inner.coords[0] for line in many.lines)
