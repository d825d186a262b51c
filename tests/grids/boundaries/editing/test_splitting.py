"""Splitting a grid by a line: which part keeps the code, what new ones are called, which lines are refused."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import LineString, box

from grids.boundaries.editing import (
    Drawing,
    merge,
    split_by_line,
)
from grids.boundaries.editing.errors import (
    LineCrossesNothing,
    LineEndsInside,
    LineMovesNothing,
)
from grids.boundaries.polygons import dissolve

K1 = "310117101001"
A, B, C, D = (f"{K1}{n:03d}" for n in (1, 2, 3, 4))


def test_a_line_splits_a_grid_and_the_heavier_part_keeps_the_code(drawing):
    operation = split_by_line(drawing, A, LineString([(-5, 10), (25, 10)]))
    assert operation.created == (f"{K1}005",)
    assert set(operation.moved) == {0, 1}
    later = drawing.after(operation)
    assert later.assignment[[0, 1, 100, 301]].tolist() == [f"{K1}005", f"{K1}005", A, A]


def test_a_split_bends_round_plots_that_lie_mostly_on_one_side(drawing):
    later = drawing.after(split_by_line(drawing, A, LineString([(-5, 18), (25, 23)])))
    assert dissolve(later.plots, later.assignment).geometry[A].area == pytest.approx(400)


def test_the_building_decides_on_which_side_a_plot_lies(drawing):
    houses = gpd.GeoSeries({"B100": box(1, 11, 9, 13), "B101": box(11, 11, 19, 13)}, crs=4549)
    line = LineString([(-5, 14), (25, 14)])
    by_ground = Drawing(drawing.plots, drawing.assignment).after(split_by_line(drawing, A, line))
    built = Drawing(drawing.plots, drawing.assignment, buildings=houses)
    by_house = built.after(split_by_line(built, A, line))
    assert by_ground.assignment[100] == by_ground.assignment[200]
    assert by_house.assignment[100] == by_house.assignment[0]


def test_a_line_that_crosses_three_times_makes_as_many_connected_grids(drawing):
    zigzag = LineString([(-5, 10), (25, 10), (25, 20), (-5, 20), (-5, 30), (25, 30)])
    operation = split_by_line(drawing, A, zigzag)
    assert len(operation.created) == 3
    assert [problem.kind for problem in operation.problems] == ["many_parts"]
    later = drawing.after(operation)
    assert (later.assignment[[0, 100, 200, 300]].nunique()) == 4


def test_new_codes_of_a_split_run_in_reading_order(drawing):
    zigzag = LineString([(-5, 10), (25, 10), (25, 20), (-5, 20), (-5, 30), (25, 30)])
    later = drawing.after(split_by_line(drawing, A, zigzag))
    assert later.assignment[[300, 200, 100, 0]].tolist() == [A, f"{K1}005", f"{K1}006", f"{K1}007"]


def test_a_line_that_ends_inside_is_refused_and_the_end_is_named(drawing):
    with pytest.raises(LineEndsInside) as refused:
        split_by_line(drawing, A, LineString([(-5, 12), (12, 12)]))
    assert refused.value.at == (12, 12)


def test_a_line_that_divides_and_then_ends_inside_is_used_with_a_word(drawing):
    line = LineString([(-5, 10), (25, 10), (25, 25), (12, 25)])
    operation = split_by_line(drawing, A, line)
    assert len(operation.created) == 1
    assert [problem.kind for problem in operation.problems] == ["loose_end"]


@pytest.mark.parametrize("line", [LineString([(500, 0), (500, 90)]), LineString([(0, -5), (0, 60)])])
def test_a_line_that_crosses_nothing_is_refused(drawing, line):
    with pytest.raises(LineCrossesNothing, match=A):
        split_by_line(drawing, A, line)


def test_a_line_that_only_shaves_plots_is_refused(drawing):
    with pytest.raises(LineMovesNothing):
        split_by_line(drawing, A, LineString([(-5, 2), (25, 2)]))


def test_a_closed_line_inside_cuts_out_an_enclave(drawing):
    whole = drawing.after(merge(drawing, [A, B, C, D]))
    later = whole.after(split_by_line(whole, A, box(20, 10, 50, 30).exterior))
    assert (later.assignment != A).sum() == 6 + 8
