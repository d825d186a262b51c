"""From wished-for moves to an operation: every rule is tested here, once, for every kind of edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grids.boundaries.editing.drawing import Drawing
from grids.boundaries.editing.errors import (
    AcrossCommittee,
    GridEmptied,
    GridInPieces,
    GridLocked,
    NothingChanges,
)
from grids.boundaries.editing.operation import Operation, Problem


def propose(
    drawing: Drawing,
    kind: str,
    params: Mapping[str, Any],
    target_of: Mapping[int, str],
    *,
    may_empty: bool = False,
    problems: tuple[Problem, ...] = (),
    **more: Any,
) -> Operation:
    """The operation that gives each plot of ``target_of`` to its grid; ``more`` are further fields of Operation.

    Raises NothingChanges, GridLocked, AcrossCommittee, GridEmptied, GridInPieces.
    """
    now = drawing.assignment
    moved = {plot: (str(now[plot]), code) for plot, code in target_of.items() if now[plot] != code}
    if not moved and not more:
        raise NothingChanges("every plot is already where it should go")
    touched = {code for pair in moved.values() for code in pair}
    for code in sorted(touched & drawing.locked):
        raise GridLocked(code)
    _refuse_crossings(drawing, moved, set(more.get("committees", {})))
    counts = now.value_counts()
    left = counts.to_dict()
    for before, after in moved.values():
        left[before] -= 1
        left[after] = left.get(after, 0) + 1
    emptied = sorted(code for code in touched if left[code] == 0)
    if emptied and not may_empty:
        raise GridEmptied(emptied[0])
    operation = Operation(
        kind,
        params,
        moved=moved,
        created=tuple(sorted(touched - set(counts.index))),
        retired=tuple(emptied),
        changed=tuple(sorted(touched | set(more.pop("changed", ())))),
        names={code: (drawing.names[code], None) for code in emptied if code in drawing.names},
        **more,
    )
    return proven(drawing, replace(operation, problems=problems))


def _refuse_crossings(drawing: Drawing, moved: Mapping[int, tuple[str, str]], transferred: set[int]) -> None:
    home = dict(drawing.committee_of)
    committee = drawing.plots["committee_code"]
    for plot, (_, code) in moved.items():
        if plot not in transferred and home.setdefault(code, committee[plot]) != committee[plot]:
            raise AcrossCommittee(plot, committee[plot], code, home[code])


def proven(drawing: Drawing, operation: Operation) -> Operation:
    """The operation, told of grids that cannot be in one piece as their ground is not.

    Raises GridInPieces where a grid would fall apart.
    """
    later = drawing.after(operation)
    told = []
    for code in operation.changed:
        plots = later.assignment.index[later.assignment == code]
        pieces = later.pieces(plots)
        if len(pieces) <= 1:
            continue
        before = drawing.pieces(drawing.assignment.index[drawing.assignment == code])
        # A transfer changes the committees' own ground, so that only the drawing before can excuse it.
        ground = 1 if operation.committees else later.pieces_of_ground(plots)
        if len(pieces) > max(ground, len(before)):
            raise GridInPieces(code, len(pieces), pieces[-1])
        told.append(
            Problem("in_pieces", (code,), f"{len(pieces)} pieces, as its ground or the drawing before")
        )
    return replace(operation, problems=(*operation.problems, *told))
