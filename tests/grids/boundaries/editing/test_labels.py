"""Names and numbers of grids."""

from __future__ import annotations

import pytest

from grids.boundaries.editing import (
    Drawing,
    lock,
    merge,
    rename,
    renumber,
)
from grids.boundaries.editing.errors import (
    AlreadyIssued,
    NothingChanges,
)

K1 = "310117101001"
A, B, C = (f"{K1}{n:03d}" for n in (1, 2, 3))


def test_names_follow_and_go_with_their_grid(drawing):
    named = drawing.after(rename(drawing, A, " 东一里 "))
    assert named.names == {A: "东一里"}
    gone = named.after(merge(named, [B, A]))
    assert gone.names == {}
    with pytest.raises(NothingChanges):
        rename(named, A, "东一里")


def test_numbers_are_given_in_reading_order_and_take_names_and_locks_along(drawing):
    merged = drawing.after(merge(drawing, [B, A]))
    named = merged.after(rename(merged, B, "西里"))
    locked = named.after(lock(named, [B]))
    later = locked.after(renumber(locked, K1))
    assert later.assignment[[0, 4, 6]].tolist() == [A, B, C]
    assert later.names == {A: "西里"}
    assert later.locked == {A}


def test_published_codes_are_never_renumbered(drawing):
    issued = Drawing(drawing.plots, drawing.assignment, issued=frozenset({C}))
    with pytest.raises(AlreadyIssued, match=C):
        renumber(issued)
