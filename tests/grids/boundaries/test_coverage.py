from __future__ import annotations

import json
import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from grids.boundaries.coverage import check, repair
from grids.boundaries.polygons import dissolve
from grids.errors import CrsError

EAST, NORTH = 640_000.0, 3_457_000.0


def layer(shapes, crs=4549, names="abcdefgh"):
    moved = [
        shapely.transform(s, lambda xy: xy + np.array([EAST, NORTH])) if s is not None else None
        for s in shapes
    ]
    return gpd.GeoDataFrame(index=list(names[: len(shapes)]), geometry=moved, crs=crs)


def found(report):
    return {kind for kind, defects in report.kinds() if defects}


FOUR = [box(0, 0, 100, 100), box(100, 0, 200, 100), box(0, 100, 100, 200), box(100, 100, 200, 200)]


def test_a_perfect_tiling_is_valid():
    report = check(layer(FOUR), within=layer([box(0, 0, 200, 200)]), committees=layer([box(0, 0, 200, 200)]))
    assert report.valid
    assert report.edges_matched
    assert found(report) == set()


def test_a_hole_that_the_coverage_test_passes_over_is_a_gap():
    grids = layer([FOUR[0].difference(box(40, 40, 60, 60)), *FOUR[1:]])
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    (gap,) = check(grids).gaps
    assert gap.area_m2 == pytest.approx(400)
    assert gap.ids == ("a",)


def test_an_enclave_with_its_own_grid_is_no_gap():
    inner = box(40, 40, 60, 60)
    assert check(layer([FOUR[0].difference(inner), inner])).valid


def test_a_gap_between_four_grids_names_all_of_them():
    grids = layer([s.difference(box(95, 95, 105, 105)) for s in FOUR])
    (gap,) = check(grids).gaps
    assert gap.ids == ("a", "b", "c", "d")
    assert gap.area_m2 == pytest.approx(100)


def test_a_crack_open_to_the_outside_is_a_gap_even_without_a_territory():
    grids = layer([box(0, 0, 99, 100), box(101, 0, 200, 100)])
    (gap,) = check(grids).gaps
    assert gap.area_m2 == pytest.approx(200)
    assert gap.ids == ("a", "b")
    assert "outside" in gap.note


def test_a_notch_in_the_towns_own_border_is_no_gap():
    wedge = Polygon([(90, 100), (110, 100), (100, 85)])
    assert check(layer([s.difference(wedge) for s in FOUR[:2]])).gaps == ()


def test_ground_of_the_territory_without_a_grid_and_grids_beyond_it_are_listed():
    report = check(layer(FOUR[:3]), within=layer([box(10, 0, 200, 200)]))
    assert [gap.area_m2 for gap in report.gaps] == pytest.approx([10_000])
    assert sum(d.area_m2 for d in report.outside) == pytest.approx(2_000)
    assert not report.valid


def test_overlaps_name_the_pair_and_the_shared_ground():
    grids = layer([box(0, 0, 101, 100), *FOUR[1:]])
    (overlap,) = check(grids).overlaps
    assert overlap.ids == ("a", "b")
    assert overlap.area_m2 == pytest.approx(100)
    assert overlap.geometry.bounds == pytest.approx((EAST + 100, NORTH, EAST + 101, NORTH + 100))


def test_bowties_missing_shapes_and_lines_are_invalid_and_the_rest_is_still_checked():
    bowtie = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    line = shapely.LineString([(0, 0), (5, 5)])
    report = check(layer([bowtie, None, line, box(300, 0, 400, 100), box(399, 0, 500, 100)]))
    assert [d.ids for d in report.invalid] == [("a",), ("b",), ("c",)]
    assert "Self-intersection" in report.invalid[0].note
    assert len(report.overlaps) == 1
    json.dumps(report.to_dict())


def test_pieces_and_slivers_are_listed():
    pieces = shapely.MultiPolygon([box(0, 0, 100, 100), box(300, 0, 303, 100)])
    report = check(layer([pieces]))
    assert report.multipart[0].area_m2 == pytest.approx(300)
    (sliver,) = report.slivers
    assert sliver.area_m2 == pytest.approx(300)


@pytest.mark.parametrize(("reach", "cut"), [(0.005, False), (0.5, True), (10, True)])
def test_a_building_is_cut_when_two_grids_hold_a_real_part_of_it(reach, cut):
    house = layer([box(80, 40, 100 + reach, 60)], names=["B1"])
    report = check(layer(FOUR), buildings=house)
    assert bool(report.cut_buildings) == cut
    if cut:
        assert report.cut_buildings[0].ids == ("B1", "a", "b")
        assert report.cut_buildings[0].area_m2 == pytest.approx(20 * reach)


def test_a_building_in_no_grid_is_listed():
    report = check(layer(FOUR), buildings=layer([box(500, 0, 510, 10)], names=["B1"]))
    assert report.buildings_outside[0].ids == ("B1",)
    assert report.buildings_outside[0].area_m2 == pytest.approx(100)


def test_a_grid_across_a_committee_border_is_listed_with_what_lies_away():
    committees = layer([box(0, 0, 90, 200), box(90, 0, 200, 200)], names=["K1", "K2"])
    report = check(layer(FOUR), committees=committees)
    assert [d.ids for d in report.crossing_committees] == [("a", "K1", "K2"), ("c", "K1", "K2")]
    assert [d.area_m2 for d in report.crossing_committees] == pytest.approx([1000, 1000])


def test_committees_as_received_may_differ_by_a_hair():
    committees = layer([box(0, 0, 100.004, 200), box(100.004, 0, 200, 200)], names=["K1", "K2"])
    assert check(layer(FOUR), committees=committees).crossing_committees == ()


@pytest.mark.parametrize("crs", [4326, 4490, 3857, 32651, 2232])
def test_areas_are_in_square_metres_whatever_the_reference_system(crs):
    grids = layer([box(0, 0, 103, 100), *FOUR[1:]])
    if crs == 2232:  # US feet in Colorado: the same shapes there
        feet = 0.3048006096012192
        shapes = shapely.transform(
            grids.geometry.to_numpy(), lambda xy: (xy - (EAST, NORTH)) / feet + 3_140_000
        )
        there = gpd.GeoDataFrame(index=grids.index, geometry=shapes, crs=crs)
    else:
        there = grids.to_crs(crs)
    overlaps = [d for d in check(there).overlaps if d.area_m2 > 1]
    assert [d.area_m2 for d in overlaps] == pytest.approx([300], rel=2e-3)


def test_layers_in_other_reference_systems_are_brought_together():
    committees = layer([box(0, 0, 100, 200), box(100, 0, 200, 200)], names=["K1", "K2"]).to_crs(4326)
    assert check(layer(FOUR), committees=committees).crossing_committees == ()


def test_a_layer_without_a_reference_system_is_refused():
    with pytest.raises(CrsError):
        check(layer(FOUR, crs=None))
    with pytest.raises(CrsError):
        check(layer(FOUR), within=layer(FOUR, crs=None))


def test_repair_fills_narrow_gaps_and_leaves_a_lake():
    lake, strip = box(20, 20, 60, 60), box(98, 0, 100, 100)
    grids = layer([FOUR[0].difference(lake).difference(strip), *FOUR[1:]])
    fixed = repair(grids, max_gap_m=6)
    assert [gap.area_m2 for gap in fixed.after.gaps] == pytest.approx([1600])
    assert fixed.after.edges_matched
    assert fixed.moved.gained_m2.sum() == pytest.approx(200)
    assert list(fixed.moved.index) in (["a"], ["b"])


def test_repair_fits_a_territory_exactly():
    grids = layer([box(-5, 0, 99, 100), *FOUR[1:3], box(100, 100, 198, 200)])
    territory = layer([box(0, 0, 200, 200)])
    fixed = repair(grids, territory)
    assert fixed.after.valid
    assert shapely.union_all(fixed.grids.geometry.to_numpy()).equals(territory.geometry.iloc[0])


def test_repair_says_how_far_a_line_moved():
    fixed = repair(layer([box(0, 0, 103, 100), *FOUR[1:]]))
    assert fixed.after.overlaps == ()
    loser = fixed.moved[fixed.moved.lost_m2 > 0]
    assert loser.lost_m2.sum() == pytest.approx(300)
    assert loser.largest_shift_m.max() == pytest.approx(3)


def test_what_needs_no_repair_keeps_every_bit_of_its_coordinates():
    grids = layer([*FOUR[:3], box(98, 100, 200, 200)]).to_crs(4326)
    fixed = repair(grids)
    assert fixed.grids.geometry["b"].normalize() == grids.geometry["b"].normalize()


def _shaken(shape, noise_m, phase):
    """Each grid drawn by another hand: vertices move as a function of place, so that rings stay closed."""
    return shapely.transform(shape, lambda xy: xy + noise_m * np.sin(xy[:, ::-1] * 7.3 + phase))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 5_000), noise_m=st.sampled_from([0.0, 0.01, 1.0]))
def test_a_shaken_drawing_becomes_a_coverage_again(small_town, seed, noise_m):
    town = small_town(seed, 6, 4)
    rng = np.random.default_rng(seed)
    exact = dissolve(town.plots, town.assignment)
    shaken = [_shaken(shape, noise_m, rng.uniform(0, 6, 2)) for shape in exact.geometry]
    territory = town.plots.dissolve()
    drawn = exact.set_geometry(gpd.GeoSeries(shaken, exact.index, crs=exact.crs))
    fixed = repair(drawn, territory, max_gap_m=12)
    assert fixed.after.overlaps == fixed.after.invalid == ()
    assert sum(gap.area_m2 for gap in fixed.after.gaps) < 1e-3
    assert fixed.after.edges_matched
    if noise_m == 0:
        assert fixed.moved.empty


def test_rounding_along_the_rim_is_no_gap_and_a_thin_hole_inside_is_one():
    within = layer([box(0, 0, 200, 100)])
    rounded = [Polygon([(0, 0.001), (100, 0), (100, 100), (0, 100)]), box(100, 0, 200.001, 100)]
    assert check(layer(rounded), within=within).valid
    wrong = [Polygon([(0, 0.01), (100, 0), (100, 100), (0, 100)]), box(100, 0, 200.01, 100)]
    assert found(check(layer(wrong), within=within)) == {"gaps", "outside"}
    split = [box(0, 0, 100, 100), box(100, 0, 200, 100).difference(box(100, 20, 100.001, 80))]
    assert found(check(layer(split), within=within)) == {"gaps"}


@pytest.fixture(scope="module")
def denver():
    folder = os.environ.get("WANGGE_SAMPLE_DATA")
    if not folder:
        pytest.skip("WANGGE_SAMPLE_DATA names no folder with the Denver precincts")
    files = [Path(folder) / f"denver_precincts_{kind}.zip" for kind in ("orig", "repaired")]
    return [gpd.read_file(f"zip://{file}").set_index("PRECID") for file in files]


def test_denvers_precincts_show_every_known_defect(denver):
    report = check(denver[0])
    assert len(report.overlaps) == 27
    assert sum(d.area_m2 for d in report.overlaps) == pytest.approx(12.98, abs=0.01)
    assert len([gap for gap in report.gaps if not gap.note]) == 33
    assert not report.valid


def test_denvers_precincts_are_repaired_by_moving_less_than_others_moved(denver):
    original, theirs = denver
    fixed = repair(original)
    assert fixed.after.overlaps == fixed.after.invalid == ()
    assert fixed.after.edges_matched
    assert all(gap.area_m2 > 1000 for gap in fixed.after.gaps)
    there = theirs.geometry.reindex(original.index).to_numpy()
    moved = [
        shapely.area(shapely.symmetric_difference(original.geometry.to_numpy(), other)).sum()
        for other in (fixed.grids.geometry.to_numpy(), there)
    ]
    assert moved[0] < moved[1] / 1000
    assert check(theirs).overlaps == ()
