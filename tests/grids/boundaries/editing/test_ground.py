"""Open ground split by a line, and plots handed to another committee."""

from __future__ import annotations

import pytest
import shapely
from shapely import LineString

from grids.boundaries.editing import (
    Drawing,
    figures,
    split_plot,
    transfer_plot,
)
from grids.boundaries.editing.errors import (
    BuildingOnPlot,
    GridInPieces,
    GroundTooThin,
    NothingChanges,
)

K1 = "310117101001"
K2 = "310117101002"
A, D = (f"{K1}{n:03d}" for n in (1, 4))
E = f"{K2}001"


def test_a_transfer_moves_a_plot_to_another_committee_openly(drawing, same):
    operation = transfer_plot(drawing, 7, E)
    assert dict(operation.committees) == {7: (K1, K2)}
    later = drawing.after(operation)
    assert later.plots.committee_code[7] == K2
    assert later.assignment[7] == E
    back = later.after(operation.inverse())
    assert same(back, drawing)
    with pytest.raises(GridInPieces):
        transfer_plot(drawing, 6, E)
    with pytest.raises(NothingChanges):
        transfer_plot(drawing, 6, A)


def test_open_ground_is_split_by_a_free_line_and_neighbours_stay_matched(drawing, same):
    operation = split_plot(drawing, 307, LineString([(70, 34), (90, 36)]))
    later = drawing.after(operation)
    assert len(later.plots) == len(drawing.plots) + 1
    assert 307 not in later.plots.index
    assert shapely.coverage_is_valid(later.plots.geometry.to_numpy())
    assert later.assignment[[310, 311]].tolist() == [D, D]
    assert later.plots.area[[310, 311]].sum() == pytest.approx(100)
    assert same(later.after(operation.inverse()), drawing)


def test_numbers_on_split_ground_are_shared_by_area(drawing):
    plots = drawing.plots.copy()
    plots.loc[307, "residents"] = 8.0
    shed = Drawing(plots, drawing.assignment)
    later = shed.after(split_plot(shed, 307, LineString([(72.5, 25), (72.5, 45)])))
    assert sorted(later.plots.residents[[310, 311]]) == [2.0, 6.0]
    assert figures(later).residents.sum() == pytest.approx(figures(shed).residents.sum())


def test_a_strip_of_ground_that_nobody_can_use_is_refused(drawing):
    with pytest.raises(GroundTooThin):
        split_plot(drawing, 307, LineString([(70.2, 25), (70.2, 45)]))


def test_no_crumb_of_ground_is_lost_where_a_line_grazes_the_edge(drawing):
    crumb = [(80.05, 35.05), (79.95, 35.1), (80.05, 35.2)]
    grazing = LineString([(69, 35), (79.95, 35), *crumb])
    with pytest.raises(GroundTooThin):
        split_plot(drawing, 307, grazing)


def test_a_plot_with_a_building_is_never_split(drawing):
    with pytest.raises(BuildingOnPlot, match="B306"):
        split_plot(drawing, 306, LineString([(65, 25), (65, 45)]))
