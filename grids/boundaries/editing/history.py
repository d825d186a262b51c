"""Undo and redo without limit: a drawing and the operations that led to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grids.boundaries.editing.drawing import Drawing
from grids.boundaries.editing.errors import EditConflict, NothingChanges
from grids.boundaries.editing.operation import Operation


@dataclass(frozen=True)
class History:
    """The present drawing, what was done (oldest first) and what was undone (next to redo last)."""

    drawing: Drawing
    done: tuple[Operation, ...] = ()
    undone: tuple[Operation, ...] = ()

    def do(self, operation: Operation) -> History:
        """Apply a new operation; what was undone before can no longer be redone."""
        return History(self.drawing.after(operation), (*self.done, operation))

    def undo(self) -> History:
        """Take back the last operation. Raises NothingChanges when there is none."""
        if not self.done:
            raise NothingChanges("there is no operation to undo")
        last = self.done[-1]
        earlier = self.drawing.after(last.inverse())
        return replace(self, drawing=earlier, done=self.done[:-1], undone=(*self.undone, last))

    def redo(self) -> History:
        """Do again what was undone last. Raises NothingChanges when there is none."""
        if not self.undone:
            raise NothingChanges("there is no operation to redo")
        again = self.undone[-1]
        return History(self.drawing.after(again), (*self.done, again), self.undone[:-1])


def refuse_conflict(operation: Operation, since: Sequence[Operation]) -> None:
    """Two planners on one draft: EditConflict when ``since`` changed a grid that this operation changes too.

    ``since`` are the operations applied after the state that the planner saw, undone ones as their inverses.
    """
    mine = set(operation.changed)
    grids = sorted(mine & {code for other in since for code in other.changed})
    if grids:
        theirs = [other for other in since if set(other.changed) & mine]
        raise EditConflict(sorted({plot for other in theirs for plot in other.moved}), grids)
