"""Committees divide, the town merges (XJ-13): drafts of single committees into one town draft."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo_service.drawing import store
from geo_service.drawing.steps import Done, advance, locked_draft
from geo_service.problems import conflict
from geo_service.tables.boundaries import BoundaryOperation
from grids.boundaries.editing import Drawing, Operation


def merge_drafts(
    session: Session, subdistrict: str, version_id: int, drafts: list[int], account: str | None
) -> Done:
    """Take over each committee's ground from its own draft; one operation that can be undone.

    Conflict when a draft is not a committee's, stands on another plot set, or two are of the same committee.
    """
    town = locked_draft(session, subdistrict, version_id)
    loaded = store.load(session, town)
    moved: dict[int, tuple[str | None, str | None]] = {}
    names: dict[str, tuple[str | None, str | None]] = {}
    seen: set[str] = set()
    for number in drafts:
        draft = locked_draft(session, subdistrict, number)
        committee = draft.committee_code
        if committee is None or committee in seen or draft.plot_set_id != town.plot_set_id:
            raise conflict(
                "cannot-merge",
                f"草案 {number} 不能并入：须为不同居委会、同一地块集。 / Draft {number} cannot be merged.",
            )
        seen.add(committee)
        theirs = store.load(session, draft).drawing
        for plot, code in theirs.assignment[theirs.plots["committee_code"].eq(committee)].items():
            if loaded.drawing.assignment[plot] != code:
                moved[int(plot)] = (str(loaded.drawing.assignment[plot]), str(code))
            name = theirs.names.get(str(code))
            if loaded.drawing.names.get(str(code)) != name:
                names[str(code)] = (loaded.drawing.names.get(str(code)), name)
    operation = _operation(loaded.drawing, drafts, moved, names)
    done = advance(session, town, loaded, operation)
    last = session.scalar(
        select(func.max(BoundaryOperation.seq)).where(
            BoundaryOperation.subdistrict_code == subdistrict, BoundaryOperation.version_id == version_id
        )
    )
    session.add(
        BoundaryOperation(
            subdistrict_code=subdistrict, version_id=version_id, seq=(last or 0) + 1, kind="merge_drafts",
            params={"drafts": drafts}, effect=operation.to_dict(), revision=town.revision, account=account,
        )
    )  # fmt: skip
    session.flush()
    return done


def _operation(
    drawing: Drawing, drafts: list[int], moved: dict[int, tuple[str | None, str | None]],
    names: dict[str, tuple[str | None, str | None]],
) -> Operation:  # fmt: skip
    after = drawing.assignment.copy()
    for plot, (_, code) in moved.items():
        after[plot] = code
    old, new = set(drawing.codes), set(after)
    touched = {str(c) for pair in moved.values() for c in pair}
    return Operation(
        kind="merge_drafts", params={"drafts": drafts}, moved=moved, names=names,
        created=tuple(sorted(new - old)), retired=tuple(sorted(old - new)), changed=tuple(sorted(touched & new)),
    )  # fmt: skip
