"""Operations stored, undone and done again; two planners in one drawing."""

from __future__ import annotations

import json

import pytest
from shapely import LineString

from grids.boundaries.editing import (
    History,
    Operation,
    merge,
    paint,
    refuse_conflict,
    rename,
    renumber,
    split_by_line,
    split_plot,
    transfer_plot,
)
from grids.boundaries.editing.errors import (
    EditConflict,
    NothingChanges,
)

K1 = "310117101001"
A, B, C, D = (f"{K1}{n:03d}" for n in (1, 2, 3, 4))
E = "310117101002001"


def test_the_second_to_change_a_grid_gets_a_conflict_with_what_changed(drawing):
    mine, theirs = paint(drawing, [1], B), paint(drawing, [1, 101], B)
    now = drawing.after(theirs)
    with pytest.raises(EditConflict) as conflict:
        now.after(mine)
    assert conflict.value.plot_ids == (1,)
    assert conflict.value.grid_codes == (B,)


def test_edits_of_different_grids_do_not_conflict(drawing):
    mine, theirs = paint(drawing, [1], B), paint(drawing, [5, 105, 205, 305], D)
    assert drawing.after(theirs).after(mine).assignment[[1, 5]].tolist() == [B, D]


def test_two_planners_in_one_grid_conflict_even_when_their_plots_differ(drawing):
    theirs, mine, elsewhere = paint(drawing, [301], B), paint(drawing, [1], B), paint(drawing, [6], C)
    with pytest.raises(EditConflict) as conflict:
        refuse_conflict(mine, [elsewhere, theirs])
    assert conflict.value.grid_codes == (A, B)
    assert conflict.value.plot_ids == (301,)
    refuse_conflict(elsewhere, [theirs])


def test_a_stored_operation_does_and_undoes_the_same(drawing, same):
    history = History(drawing)
    for make in (
        lambda d: split_by_line(d, A, LineString([(-5, 10), (25, 10)])),
        lambda d: rename(d, A, "东里"),
        lambda d: split_plot(d, 307, LineString([(70, 34), (90, 36)])),
        lambda d: transfer_plot(d, 107, E),
        lambda d: merge(d, [D, C]),
        lambda d: renumber(d, K1),
    ):
        history = history.do(make(history.drawing))
    stored = json.loads(json.dumps([operation.to_dict() for operation in history.done]))
    replayed = drawing
    for one in stored:
        replayed = replayed.after(Operation.from_dict(one, drawing.plots.crs))
    assert same(replayed, history.drawing)
    for one in reversed(stored):
        replayed = replayed.after(Operation.from_dict(one, drawing.plots.crs).inverse())
    assert same(replayed, drawing)


def test_an_operation_is_its_inverse_inverted(drawing):
    operation = split_by_line(drawing, A, LineString([(-5, 10), (25, 10)]))
    assert operation.inverse().inverse().to_dict() == operation.to_dict()


def test_a_new_edit_ends_what_could_be_redone(drawing):
    history = History(drawing).do(paint(drawing, [1], B)).undo().do(paint(drawing, [2], A))
    with pytest.raises(NothingChanges):
        history.redo()
    with pytest.raises(NothingChanges):
        history.undo().undo()
