"""Editing a drawing: every edit is a reassignment of plots, tested, undoable, and refused with a reason.

operation = split_by_line(drawing, "310117101001003", line)   # raises a leaf of EditRefused
later = drawing.after(operation)
earlier = later.after(operation.inverse())
"""

from __future__ import annotations

from grids.boundaries.editing.balance import complete_to_balance, divide_committee, repair_committee
from grids.boundaries.editing.borders import merge, move_border_by_line, paint, split_by_line
from grids.boundaries.editing.drawing import Drawing, figures
from grids.boundaries.editing.errors import EditRefused
from grids.boundaries.editing.following import follow_line
from grids.boundaries.editing.ground import split_plot, transfer_plot
from grids.boundaries.editing.history import History, refuse_conflict
from grids.boundaries.editing.labels import lock, rename, renumber, unlock
from grids.boundaries.editing.operation import Operation, Problem

__all__ = [
    "Drawing",
    "EditRefused",
    "History",
    "Operation",
    "Problem",
    "complete_to_balance",
    "divide_committee",
    "figures",
    "follow_line",
    "lock",
    "merge",
    "move_border_by_line",
    "paint",
    "refuse_conflict",
    "rename",
    "renumber",
    "repair_committee",
    "split_by_line",
    "split_plot",
    "transfer_plot",
    "unlock",
]
