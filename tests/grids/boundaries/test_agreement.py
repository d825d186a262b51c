from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box

from grids.boundaries.agreement import adopt, compare
from grids.boundaries.agreement.report import DIFFERS, HIGHLY_CONSISTENT, NO_COUNTERPART, SAME_BUILDINGS
from grids.boundaries.coverage import check
from grids.boundaries.polygons import dissolve
from grids.errors import CrsError, InputError
from grids.geodesy import transform

EAST, NORTH = 640_000.0, 3_457_000.0


def layer(boxes, prefix="A", **columns):
    shapes = [shapely.transform(box(*b), lambda xy: xy + np.array([EAST, NORTH])) for b in boxes]
    return gpd.GeoDataFrame(
        columns, index=[f"{prefix}{n + 1}" for n in range(len(boxes))], geometry=shapes, crs=4549
    )


@pytest.mark.parametrize(
    ("theirs", "iou"),
    [((1, 0, 3, 2), 1 / 3), ((0, 0, 2, 2), 1.0)],
)
def test_iou_of_small_squares_is_as_the_rule_says(theirs, iou):
    assert compare(layer([(0, 0, 2, 2)]), layer([theirs], "b")).grids.iou["A1"] == pytest.approx(iou)


@pytest.mark.parametrize(("shift", "iou"), [((5, 0), 0.9048), ((5, 5), 0.8223)])
def test_iou_of_a_shifted_square_is_as_the_rule_says(shift, iou):
    dx, dy = shift
    found = compare(layer([(0, 0, 100, 100)]), layer([(dx, dy, 100 + dx, 100 + dy)], "b"))
    assert found.grids.iou["A1"] == pytest.approx(iou, abs=5e-5)
    assert found.grids.grade["A1"] == SAME_BUILDINGS


def test_identical_drawings_are_highly_consistent_whatever_their_codes_and_order():
    ours = layer([(0, 0, 100, 100), (100, 0, 200, 100)])
    theirs = layer([(100, 0, 200, 100), (0, 0, 100, 100)], "城")
    found = compare(ours, theirs)
    assert found.grade == HIGHLY_CONSISTENT
    assert found.grids["mate"].tolist() == ["城2", "城1"]
    assert found.grids["relation"].tolist() == ["1:1", "1:1"]
    assert found.figures["within_2m"] == pytest.approx(1)
    assert found.differences.empty
    assert found.theirs_alone == ()


@pytest.fixture
def town(small_town):
    """Our grids of a small town, its buildings with residents, and a function that draws their grids."""
    small = small_town(11, 12, 8, 2)
    ours = dissolve(small.plots, small.assignment)
    residents = small.plots.dropna(subset=["building_code"]).set_index("building_code").residents
    buildings = gpd.GeoDataFrame(
        {"residents": residents.reindex(small.buildings.index)}, geometry=small.buildings
    )

    def theirs(assignment=None, wobble_m=0.0):
        names = {code: f"城运{n:02d}" for n, code in enumerate(ours.index)}
        drawn = dissolve(small.plots, small.assignment if assignment is None else assignment)
        shapes = shapely.transform(
            drawn.geometry.to_numpy(), lambda xy: xy + wobble_m * np.sin(xy[:, ::-1] / 31.0)
        )
        return gpd.GeoDataFrame(geometry=shapes, index=[names.get(c, c) for c in drawn.index], crs=4549)

    return small, ours, buildings, theirs


def test_a_wobbling_line_moves_nobody_though_its_iou_is_low(town):
    _, ours, buildings, theirs = town
    inside = buildings[
        [any(g.buffer(-4).contains(p) for g in ours.geometry) for p in buildings.representative_point()]
    ]
    found = compare(ours, theirs(wobble_m=3.0), buildings=inside, weight="residents")
    assert len(found.moved) == 0
    assert found.figures["same_share"] == pytest.approx(1)
    assert set(found.grids.grade) == {SAME_BUILDINGS}
    assert found.figures["mean_iou"] < 0.98
    assert 0.3 < found.figures["within_2m"] < 0.9 < found.figures["within_5m"]


def test_moved_buildings_are_counted_and_named(town):
    small, ours, buildings, theirs = town
    now = small.assignment.copy()
    codes = sorted(set(now))
    shared = small.plots[now == codes[0]]
    other = shapely.union_all(small.plots[now == codes[1]].geometry.to_numpy())
    moved = shared[shared.building_code.notna() & (shared.distance(other) < 1e-6)].index[:2]
    now[moved] = codes[1]
    found = compare(ours, theirs(now), buildings=buildings, weight="residents")
    assert sorted(found.moved.index) == sorted(small.plots.building_code[moved])
    assert found.grids.moved_buildings[codes[0]] == 2
    assert found.grids.grade[codes[0]] == DIFFERS
    assert found.grids.grade[codes[3]] == HIGHLY_CONSISTENT
    lost = small.plots.residents[moved].sum()
    whole = small.plots.residents.sum()
    assert found.figures["same_share"] == pytest.approx(1 - lost / whole)
    real = found.differences[found.differences.kind == "real"]
    assert real.buildings.sum() >= 2
    assert found.grade == DIFFERS


def test_a_grid_that_they_divide_and_one_that_they_join_show_their_relation():
    ours = layer([(0, 0, 100, 100), (100, 0, 150, 100), (150, 0, 200, 100), (200, 0, 300, 100)])
    theirs = layer([(0, 0, 50, 100), (50, 0, 100, 100), (100, 0, 200, 100), (200, 0, 300, 100)], "b")
    found = compare(ours, theirs)
    assert found.grids["relation"].tolist()[0] == "1:n"
    assert sorted(found.grids["relation"].tolist()[1:3]) == ["1:0", "n:1"]
    assert found.grids["relation"].tolist()[3] == "1:1"
    assert len(found.theirs_alone) == 1
    assert set(found.grids.grade) == {DIFFERS, NO_COUNTERPART, HIGHLY_CONSISTENT}


def test_many_to_many_is_called_so():
    ours = layer([(0, 0, 100, 100), (100, 0, 200, 100)])
    theirs = layer([(0, 0, 200, 50), (0, 50, 200, 100)], "b")
    assert compare(ours, theirs).grids["relation"].tolist() == ["m:n", "m:n"]


def test_mates_follow_the_residents_and_not_the_area():
    ours = layer([(0, 0, 100, 100), (100, 0, 200, 100)])
    theirs = layer([(0, 0, 40, 100), (40, 0, 200, 100)], "b")
    homes = layer([(10, 10, 12, 12), (60, 10, 62, 12), (150, 10, 152, 12)], "B", residents=[500, 3, 400])
    found = compare(ours, theirs, buildings=homes, weight="residents")
    assert found.grids["mate"].tolist() == ["b1", "b2"]
    assert found.moved.index.tolist() == ["B2"]
    assert found.moved.loc["B2", ["ours", "theirs", "mate"]].tolist() == ["A1", "b2", "b1"]


@pytest.mark.parametrize("kind", ["gcj02", "bd09"])
def test_a_drawing_in_another_datum_is_recognised_and_named(town, kind):
    _, ours, buildings, theirs = town
    shifted = transform(theirs(), None, kind).set_crs(4326)
    found = compare(ours, shifted, buildings=buildings, weight="residents")
    assert found.datum.kind == f"theirs_{kind}"
    assert found.datum.displacement_m > 300
    assert found.grade == HIGHLY_CONSISTENT
    assert compare(ours, theirs()).datum.kind == ""


def test_our_own_shifted_drawing_is_recognised_as_well(town):
    _, ours, _, theirs = town
    shifted = transform(ours[["geometry"]], None, "gcj02").set_crs(4326)
    found = compare(shifted, theirs())
    assert found.datum.kind == "ours_gcj02"
    assert found.grade == HIGHLY_CONSISTENT


def test_another_town_is_not_taken_for_a_shift():
    found = compare(layer([(0, 0, 100, 100)]), layer([(5000, 0, 5100, 100)], "b"))
    assert found.datum.kind == ""
    assert found.grids.grade.tolist() == [NO_COUNTERPART]
    assert found.theirs_alone == ("b1",)


def test_thin_strips_without_a_building_are_slivers_and_the_rest_is_for_a_person():
    ours = layer([(0, 0, 100, 100), (100, 0, 200, 100), (200, 0, 300, 100)])
    theirs = layer([(0, 0, 104, 100), (104, 0, 190, 100), (190, 0, 300, 100)], "b")
    found = compare(ours, theirs)
    assert found.differences[["ours", "theirs", "kind"]].values.tolist() == [
        ["A2", "b1", "sliver"],
        ["A2", "b3", "real"],
    ]
    shed_and_homes = [
        (101, 50, 103, 52),
        (50, 50, 60, 60),
        (150, 50, 160, 60),
        (150, 10, 160, 20),
        (250, 0, 260, 9),
    ]
    with_shed = compare(ours, theirs, buildings=layer(shed_and_homes, "B"))
    assert with_shed.differences.kind.tolist() == ["real", "real"]
    assert with_shed.differences.buildings.tolist() == [1, 0]


def test_adopting_slivers_takes_their_line_and_keeps_a_coverage():
    ours = layer([(0, 0, 100, 100), (100, 0, 200, 100), (200, 0, 300, 100)])
    theirs = layer([(0, 0, 104, 100), (104, 0, 190, 100), (190, 0, 300, 100)], "b")
    found = compare(ours, theirs)
    adopted, which = adopt(ours, found.differences, found.mates)
    assert which.tolist() == [0]
    assert adopted.area.tolist() == pytest.approx([10_400, 9_600, 10_000])
    assert check(adopted).valid
    everything, _ = adopt(ours, found.differences, found.mates, found.differences.index)
    assert compare(everything, theirs).grade == HIGHLY_CONSISTENT


def test_nothing_is_adopted_across_a_committee_border():
    ours = layer([(0, 0, 100, 100), (100, 0, 200, 100)], committee_code=["K1", "K2"])
    theirs = layer([(0, 0, 104, 100), (104, 0, 200, 100)], "b")
    found = compare(ours, theirs)
    adopted, which = adopt(ours, found.differences, found.mates)
    assert len(which) == 0
    assert adopted.area.tolist() == [10_000, 10_000]


def test_a_wobble_and_moved_buildings_end_highly_consistent_after_adoption_and_decisions(town):
    small, ours, buildings, theirs = town
    now = small.assignment.copy()
    codes = sorted(set(now))
    other = shapely.union_all(small.plots[now == codes[1]].geometry.to_numpy())
    edge = small.plots[(now == codes[0]) & (small.plots.distance(other) < 1e-6)].index[:1]
    now[edge] = codes[1]
    inside = buildings[buildings.geometry.area < 1200]
    their_grid = theirs(now, wobble_m=4.0)
    found = compare(ours, their_grid, buildings=inside, weight="residents")
    assert found.grade == DIFFERS
    mate = found.mates
    first, slivers = adopt(ours, found.differences, mate)
    assert 0 < len(slivers) < len(found.differences)
    left = compare(first, their_grid, buildings=inside, weight="residents")
    assert len(left.differences) < len(found.differences)
    decided, _ = adopt(first, left.differences, left.mates, left.differences.index)
    again = compare(decided, their_grid, buildings=inside, weight="residents")
    assert again.grade == HIGHLY_CONSISTENT
    assert len(again.moved) == 0


def test_committees_sum_their_grids():
    ours = layer(
        [(0, 0, 100, 100), (100, 0, 200, 100), (200, 0, 300, 100)], committee_code=["K1", "K1", "K2"]
    )
    theirs = layer([(0, 0, 130, 100), (130, 0, 200, 100), (200, 0, 300, 100)], "b")
    homes = layer([(10, 10, 12, 12), (110, 10, 112, 12), (150, 10, 152, 12), (250, 10, 252, 12)], "B")
    table = compare(ours, theirs, buildings=homes).committees
    assert table.loc["K1", ["grids", "moved_buildings", "grade"]].tolist() == [2, 1, DIFFERS]
    assert table.loc["K1", "same_share"] == pytest.approx(2 / 3)
    assert table.loc["K2", "grade"] == HIGHLY_CONSISTENT


def test_defects_of_either_drawing_are_counted():
    broken = layer([(0, 0, 110, 100), (100, 0, 200, 100)], "b")
    assert compare(layer([(0, 0, 100, 100), (100, 0, 200, 100)]), broken).defects == {
        "ours": {},
        "theirs": {"overlaps": 1},
    }


def test_the_report_is_plain_json(town):
    _, ours, buildings, theirs = town
    found = compare(ours, theirs(wobble_m=4), buildings=buildings, weight="residents")
    stored = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert stored["figures"]["grids"] == 8
    assert len(stored["differences"]) == len(found.differences)


def test_what_cannot_be_compared_is_refused():
    one = layer([(0, 0, 1, 1)])
    with pytest.raises(InputError):
        compare(one.iloc[:0], one)
    with pytest.raises(InputError):
        compare(one, layer([(0, 0, 1, 1), (1, 0, 2, 1)]).set_axis(["x", "x"]))
    with pytest.raises(InputError, match="people"):
        compare(one, one, buildings=one, weight="people")
    with pytest.raises(CrsError):
        compare(one.set_crs(None, allow_override=True), one)
