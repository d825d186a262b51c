"""Merging grids, painting plots over, moving a border; and what is refused."""

from __future__ import annotations

import pytest
from shapely import LineString

from grids.boundaries.editing import (
    complete_to_balance,
    divide_committee,
    lock,
    merge,
    move_border_by_line,
    paint,
    split_by_line,
    unlock,
)
from grids.boundaries.editing.errors import (
    AcrossCommittee,
    GridEmptied,
    GridInPieces,
    GridLocked,
    LineCrossesNothing,
    LineEndsInside,
    LineMovesNothing,
    NothingChanges,
    NotNeighbours,
    UnknownCommittee,
    UnknownGrid,
    UnknownPlot,
)

K1 = "310117101001"
K2 = "310117101002"
A, B, C, D = (f"{K1}{n:03d}" for n in (1, 2, 3, 4))
E = f"{K2}001"


def test_merging_keeps_the_first_code_and_retires_the_others(drawing):
    operation = merge(drawing, [B, A])
    assert operation.retired == (A,)
    later = drawing.after(operation)
    assert set(later.assignment) == {B, C, D, E}
    assert later.new_codes(K1, 1) == [f"{K1}005"]


def test_a_retired_code_is_never_given_again(drawing):
    later = drawing.after(merge(drawing, [C, D]))
    operation = split_by_line(later, A, LineString([(-5, 10), (25, 10)]))
    assert operation.created == (f"{K1}005",)


def test_merging_grids_that_do_not_touch_is_refused(drawing):
    with pytest.raises(NotNeighbours):
        merge(drawing, [A, C])


def test_merging_across_committees_is_refused(drawing):
    with pytest.raises(AcrossCommittee, match=K2):
        merge(drawing, [D, E])


def test_a_merge_needs_two_grids(drawing):
    with pytest.raises(NothingChanges):
        merge(drawing, [A, A])


def test_painting_moves_plots_to_a_neighbour(drawing):
    operation = paint(drawing, [1, 101], B)
    assert dict(operation.moved) == {1: (A, B), 101: (A, B)}
    assert operation.changed == (A, B)


def test_painting_a_grid_in_two_is_refused_and_the_loose_plots_are_named(drawing):
    with pytest.raises(GridInPieces) as refused:
        paint(drawing, [102, 103], A)
    assert refused.value.grid_code == B
    assert refused.value.plot_ids == (2, 3)


def test_painting_a_plot_that_does_not_touch_the_grid_is_refused(drawing):
    with pytest.raises(GridInPieces):
        paint(drawing, [7], A)


def test_painting_a_grids_last_plot_is_refused(drawing):
    with pytest.raises(GridEmptied, match=A):
        paint(drawing, drawing.plots_of(A).index, B)


def test_painting_across_a_committee_is_refused(drawing):
    with pytest.raises(AcrossCommittee):
        paint(drawing, [8], D)


def test_unknown_plots_grids_and_committees_are_named(drawing):
    with pytest.raises(UnknownPlot, match="999"):
        paint(drawing, [999], A)
    with pytest.raises(UnknownGrid, match="nowhere"):
        paint(drawing, [1], "nowhere")
    with pytest.raises(UnknownCommittee):
        divide_committee(drawing, "nowhere")


def test_what_is_already_so_changes_nothing(drawing):
    with pytest.raises(NothingChanges):
        paint(drawing, [1], A)


def test_a_locked_grid_takes_part_in_nothing(drawing):
    locked = drawing.after(lock(drawing, [B]))
    for refused in (
        lambda: paint(locked, [1], B),
        lambda: paint(locked, [2], A),
        lambda: merge(locked, [A, B]),
        lambda: split_by_line(locked, B, LineString([(15, 10), (45, 10)])),
        lambda: move_border_by_line(locked, A, B, LineString([(10, -5), (10, 45)])),
        lambda: complete_to_balance(locked, B, target=120),
    ):
        with pytest.raises(GridLocked, match=B):
            refused()
    opened = locked.after(unlock(locked, [B]))
    assert opened.after(paint(opened, [1], B)).assignment[1] == B


def test_a_line_across_both_grids_becomes_their_border(drawing):
    later = drawing.after(move_border_by_line(drawing, A, B, LineString([(10, -5), (10, 45)])))
    assert later.assignment[[0, 1, 2, 3]].tolist() == [A, B, B, B]


def test_a_border_can_move_past_most_of_a_grid(drawing):
    later = drawing.after(move_border_by_line(drawing, A, B, LineString([(30, -5), (30, 45)])))
    assert later.assignment[[0, 1, 2, 3]].tolist() == [A, A, A, B]


def test_a_line_that_leaves_the_border_and_comes_back_hands_over_the_pocket(drawing):
    pocket = LineString([(22, 10), (9, 10), (9, 30), (22, 30)])
    operation = move_border_by_line(drawing, A, B, pocket)
    assert dict(operation.moved) == {101: (A, B), 201: (A, B)}


def test_a_border_line_that_ends_inside_or_elsewhere_is_refused(drawing):
    with pytest.raises(LineEndsInside):
        move_border_by_line(drawing, A, B, LineString([(10, -5), (10, 22)]))
    with pytest.raises(LineCrossesNothing):
        move_border_by_line(drawing, A, B, LineString([(70, -5), (70, 45)]))
    with pytest.raises(LineMovesNothing):
        move_border_by_line(drawing, A, B, LineString([(21, -5), (21, 45)]))
    with pytest.raises(NotNeighbours):
        move_border_by_line(drawing, A, C, LineString([(10, -5), (10, 45)]))
