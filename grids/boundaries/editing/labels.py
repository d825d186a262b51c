"""Edits that leave the ground alone: lock, unlock, rename, renumber."""

from __future__ import annotations

from collections.abc import Iterable

from grids.boundaries.editing.drawing import Drawing
from grids.boundaries.editing.errors import AlreadyIssued, NothingChanges, UnknownCommittee
from grids.boundaries.editing.operation import Operation
from grids.boundaries.polygons import dissolve
from grids.codes import issue


def lock(drawing: Drawing, grid_codes: Iterable[str]) -> Operation:
    """Nothing may change these grids until they are unlocked."""
    return _set_locks(drawing, "lock", list(grid_codes), True)


def unlock(drawing: Drawing, grid_codes: Iterable[str]) -> Operation:
    """Take locks off."""
    return _set_locks(drawing, "unlock", list(grid_codes), False)


def _set_locks(drawing: Drawing, kind: str, codes: list[str], on: bool) -> Operation:
    drawing.require(*codes)
    turned = {code: (not on, on) for code in codes if (code in drawing.locked) != on}
    if not turned:
        raise NothingChanges(f"{', '.join(codes)} already {'locked' if on else 'unlocked'}")
    return Operation(kind, {"grids": codes}, locks=turned, changed=tuple(sorted(turned)))


def rename(drawing: Drawing, grid_code: str, name: str | None) -> Operation:
    """Give a grid a name, or none."""
    drawing.require(grid_code)
    wanted = (name or "").strip() or None
    before = drawing.names.get(grid_code)
    if wanted == before:
        raise NothingChanges(f"{grid_code} already has this name")
    params = {"grid": grid_code, "name": wanted}
    return Operation("rename", params, names={grid_code: (before, wanted)}, changed=(grid_code,))


def renumber(drawing: Drawing, committee_code: str | None = None) -> Operation:
    """Number grids afresh in reading order, in one committee or in all; only codes never published.

    Names and locks move with their grids. Raises AlreadyIssued when one of the codes was published,
    UnknownCommittee, CodeError.
    """
    home = drawing.committee_of
    codes = [code for code in drawing.codes if committee_code in (None, home[code])]
    if not codes:
        raise UnknownCommittee(str(committee_code))
    for code in codes:
        if code in drawing.issued:
            raise AlreadyIssued(code)
    inside = drawing.assignment[drawing.assignment.isin(codes)]
    shapes = dissolve(drawing.plots.loc[inside.index], inside)
    fresh = issue(shapes, drawing.issued, drawing.scheme, object_code=drawing.object_code)
    turned = {str(old): str(new) for old, new in fresh.items() if old != new}
    if not turned:
        raise NothingChanges("the numbers already run in reading order")
    names = {new: drawing.names.get(old) for old, new in turned.items()}
    locks = {new: old in drawing.locked for old, new in turned.items()}
    both = sorted(set(turned) | set(turned.values()))
    was_named = {code: (drawing.names.get(code), names.get(code)) for code in both}
    was_locked = {code: (code in drawing.locked, locks.get(code, False)) for code in both}
    return Operation(
        "renumber",
        {"committee": committee_code},
        moved={int(p): (c, turned[c]) for p, c in zip(inside.index, inside, strict=True) if c in turned},
        created=tuple(sorted(set(turned.values()) - set(codes))),
        retired=tuple(sorted(set(turned) - set(fresh))),
        changed=tuple(both),
        names={code: pair for code, pair in was_named.items() if pair[0] != pair[1]},
        locks={code: pair for code, pair in was_locked.items() if pair[0] != pair[1]},
    )
