"""One operation on a draft: computed by the rules, checked against colleagues' edits, stored so that it can be undone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from geo_service.drawing import ground, store
from geo_service.drawing.asked import OPERATIONS
from geo_service.drawing.store import Loaded
from geo_service.problems import Problem, conflict, forbidden, not_found
from geo_service.tables.boundaries import BoundaryOperation, BoundaryVersion, PlotSet
from grids.boundaries.editing import Drawing, EditRefused, Operation
from grids.boundaries.editing.operation import Reground
from grids.boundaries.polygons import rederive


@dataclass(frozen=True)
class Done:
    """What an operation changed: the drawing after it, and the grids whose polygon or figures are new."""

    version: BoundaryVersion
    loaded: Loaded
    operation: Operation
    changed: list[str]
    removed: list[str]


def apply(
    session: Session, subdistrict: str, version_id: int, kind: str, params: dict[str, Any], expected_revision: int,
    *, account: str | None, committees: tuple[str, ...] | None,
) -> Done:  # fmt: skip
    """Carry out ``kind`` (a key of ``OPERATIONS``) on a draft; a conflict when a colleague changed the same grids."""
    version = locked_draft(session, subdistrict, version_id)
    loaded = store.load(session, version)
    if kind not in OPERATIONS:
        raise Problem("unknown-operation", 422, f"没有操作 {kind}。 / There is no operation {kind}.")
    try:
        operation = OPERATIONS[kind](loaded, params, float(version.target))
    except EditRefused as refused:
        _conflict_instead(session, version, expected_revision, _named(params, refused))
        raise
    operation = _on_grid(operation)
    _within(loaded.drawing, operation, committees, version.committee_code)
    touched = {*operation.changed, *operation.created, *operation.retired, *operation.names, *operation.locks}
    _conflict_instead(session, version, expected_revision, touched)
    session.execute(
        text("DELETE FROM boundary_operation WHERE subdistrict_code = :s AND version_id = :v AND undone"),
        {"s": subdistrict, "v": version_id},
    )
    done = advance(session, version, loaded, operation)
    last = session.scalar(
        select(func.max(BoundaryOperation.seq)).where(
            BoundaryOperation.subdistrict_code == subdistrict, BoundaryOperation.version_id == version_id
        )
    )
    session.add(
        BoundaryOperation(
            subdistrict_code=subdistrict, version_id=version_id, seq=(last or 0) + 1, kind=kind, params=params,
            effect=operation.to_dict(), revision=version.revision, account=account,
        )
    )  # fmt: skip
    session.flush()
    return done


def _on_grid(operation: Operation) -> Operation:
    """New ground in whole micrometres, as it will be read again."""
    if operation.ground is None:
        return operation
    after = operation.ground.after
    shapes = gpd.GeoSeries(ground.on_grid(after.geometry.to_numpy()), after.index, crs=after.crs)
    return replace(operation, ground=Reground(operation.ground.before, after.set_geometry(shapes)))


def undo(session: Session, subdistrict: str, version_id: int, expected_revision: int | None = None) -> Done:
    """Take back the last operation of the draft."""
    return _step(session, subdistrict, version_id, expected_revision, undone=False)


def redo(session: Session, subdistrict: str, version_id: int, expected_revision: int | None = None) -> Done:
    """Do again what was undone last."""
    return _step(session, subdistrict, version_id, expected_revision, undone=True)


def repeated(session: Session, subdistrict: str, version_id: int, key: str | None) -> Done | None:
    """The last step again, when a client that lost the answer repeats its request under the same key."""
    if key is None:
        return None
    version = locked_draft(session, subdistrict, version_id)
    if version.last_key != key:
        version.last_key = key
        return None
    row = session.scalar(
        select(BoundaryOperation)
        .where(BoundaryOperation.subdistrict_code == subdistrict, BoundaryOperation.version_id == version_id)
        .order_by(BoundaryOperation.undone, BoundaryOperation.seq.desc())
        .limit(1)
    )
    if row is None:
        return None
    loaded = store.load(session, version)
    operation = Operation.from_dict(row.effect, loaded.drawing.plots.crs)
    operation = operation.inverse() if row.undone else operation
    codes = session.execute(
        text(
            "SELECT code FROM micro_grid WHERE subdistrict_code = :s AND version_id = :v AND changed_in = :r"
        ),
        {"s": subdistrict, "v": version_id, "r": version.revision},
    ).scalars()
    return Done(
        version,
        loaded,
        operation,
        sorted(codes),
        [c for c in operation.retired if c not in loaded.drawing.codes],
    )


def can(session: Session, version: BoundaryVersion) -> dict[str, bool]:
    """Whether there is something to undo and to redo."""
    rows = session.execute(
        select(BoundaryOperation.undone, func.count())
        .where(BoundaryOperation.subdistrict_code == version.subdistrict_code, BoundaryOperation.version_id == version.id)
        .group_by(BoundaryOperation.undone)
    ).all()  # fmt: skip
    found = {row[0]: row[1] > 0 for row in rows}
    return {"can_undo": found.get(False, False), "can_redo": found.get(True, False)}


def history(session: Session, version: BoundaryVersion, limit: int = 200) -> list[dict[str, Any]]:
    """What was done on a draft, the newest first."""
    rows = session.scalars(
        select(BoundaryOperation)
        .where(BoundaryOperation.subdistrict_code == version.subdistrict_code, BoundaryOperation.version_id == version.id)
        .order_by(BoundaryOperation.seq.desc()).limit(limit)
    )  # fmt: skip
    return [
        {"seq": r.seq, "kind": r.kind, "account": r.account, "at": r.at.isoformat(), "undone": r.undone,
         "grids": r.effect.get("changed", [])[:20]}
        for r in rows
    ]  # fmt: skip


def locked_draft(session: Session, subdistrict: str, version_id: int) -> BoundaryVersion:
    """The draft, locked until the transaction ends; refused once it is published."""
    version = session.scalar(
        select(BoundaryVersion)
        .where(BoundaryVersion.subdistrict_code == subdistrict, BoundaryVersion.id == version_id)
        .with_for_update()
    )
    if version is None:
        raise not_found("划格版本", str(version_id))
    if version.status != "draft":
        raise conflict(
            "not-a-draft",
            "此版本已发布，请另起草案。 / This version is published; start a new draft from it.",
        )
    return version


def _step(session: Session, subdistrict: str, version_id: int, expected: int | None, *, undone: bool) -> Done:
    version = locked_draft(session, subdistrict, version_id)
    if expected is not None and expected != version.revision:
        raise conflict("draft-changed", "同事刚刚改动了草案，请先刷新。 / A colleague changed the draft; reload first.",
                       revision=version.revision, changed_grids=_changed_since(session, version, expected))  # fmt: skip
    order = BoundaryOperation.seq.asc() if undone else BoundaryOperation.seq.desc()
    row = session.scalar(
        select(BoundaryOperation)
        .where(BoundaryOperation.subdistrict_code == subdistrict, BoundaryOperation.version_id == version_id,
               BoundaryOperation.undone.is_(undone))
        .order_by(order).limit(1)
    )  # fmt: skip
    if row is None:
        raise conflict(
            "nothing-left",
            "没有可重做的操作。 / Nothing to redo." if undone else "没有可撤销的操作。 / Nothing to undo.",
        )
    loaded = store.load(session, version)
    operation = Operation.from_dict(row.effect, loaded.drawing.plots.crs)
    done = advance(session, version, loaded, operation if undone else operation.inverse())
    row.undone = not undone
    session.flush()
    return done


def advance(session: Session, version: BoundaryVersion, loaded: Loaded, operation: Operation) -> Done:
    """Store the drawing after ``operation`` as the next revision."""
    later = loaded.drawing.after(operation)
    version.revision += 1
    if operation.ground is not None:
        _new_plot_set(session, version, later, operation.kind)
    touched = {*operation.changed, *operation.created, *operation.retired}
    if operation.moved or operation.ground is not None or operation.committees:
        polygons, redrawn = rederive(
            loaded.polygons, later.plots, later.assignment, touched, buildings=later.buildings
        )
    else:
        polygons, redrawn = loaded.polygons, []
    removed = sorted(set(loaded.drawing.codes) - set(later.codes))
    changed = sorted({*redrawn, *touched, *operation.names, *operation.locks} & set(later.codes))
    store.write_grids(session, version, later, polygons, changed)
    _write_assignment(session, version, later, operation)
    if removed:
        session.execute(
            text(
                "DELETE FROM micro_grid WHERE subdistrict_code = :s AND version_id = :v AND code = ANY (:codes)"
            ),
            {"s": version.subdistrict_code, "v": version.id, "codes": removed},
        )
    session.flush()
    after = store.remember(session, version, Loaded(version.revision, later, polygons, loaded.barriers))
    return Done(version, after, operation, changed, removed)


def _write_assignment(
    session: Session, version: BoundaryVersion, later: Drawing, operation: Operation
) -> None:
    plots = {*operation.moved, *operation.committees}
    gone = [p for p in plots if p not in later.assignment.index]
    kept = [p for p in plots if p in later.assignment.index]
    bound = {"s": version.subdistrict_code, "v": version.id}
    if gone:
        session.execute(
            text(
                "DELETE FROM plot_assignment WHERE subdistrict_code = :s AND version_id = :v AND plot_id = ANY (:p)"
            ),
            {**bound, "p": gone},
        )
    if kept:
        session.execute(
            text("""
            INSERT INTO plot_assignment (subdistrict_code, version_id, plot_id, grid_code, committee_code)
            SELECT :s, :v, * FROM unnest(CAST(:p AS bigint[]), CAST(:g AS text[]), CAST(:c AS text[]))
            ON CONFLICT (subdistrict_code, version_id, plot_id)
            DO UPDATE SET grid_code = excluded.grid_code, committee_code = excluded.committee_code"""),
            {**bound, "p": kept, "g": list(later.assignment.loc[kept]), "c": list(later.plots.loc[kept, "committee_code"])},
        )  # fmt: skip


_REASONS = {
    "split_plot": "切分空地 / a split of open ground",
    "follow_line": "采用对方界线 / another department's line taken over",
}


def _new_plot_set(session: Session, version: BoundaryVersion, later: Drawing, kind: str) -> None:
    """Plot sets never change: an edit of the ground makes a new one for this draft."""
    sub = version.subdistrict_code
    last = session.scalar(select(func.max(PlotSet.id)).where(PlotSet.subdistrict_code == sub)) or 0
    parent = version.plot_set_id
    session.add(PlotSet(subdistrict_code=sub, id=last + 1, parent_id=parent, reason=_REASONS[kind]))
    session.flush()
    ground.store_plots(session, sub, last + 1, later.plots)
    ground.store_lineage(session, sub, last + 1, later.plots, parent, ground.metric_srid(session, sub))
    session.execute(
        update(BoundaryVersion)
        .where(BoundaryVersion.subdistrict_code == sub, BoundaryVersion.id == version.id)
        .values(plot_set_id=last + 1)
    )
    session.refresh(version, ["plot_set_id"])


def _within(
    drawing: Drawing, operation: Operation, committees: tuple[str, ...] | None, draft_committee: str | None
) -> None:
    """A person limited to some committees, and a draft of one, change no grid elsewhere."""
    homes = {drawing.committee_of.get(code) for code in (*operation.changed, *operation.retired)} - {None}
    homes |= {home for pair in operation.committees.values() for home in pair}
    allowed = homes if committees is None else set(committees)
    if draft_committee is not None:
        allowed = allowed & {draft_committee}
    if homes - allowed:
        raise forbidden("只能改动本居委会的微网格。 / Only grids of your own committee can be changed here.")


def _named(params: dict[str, Any], refused: EditRefused) -> set[str]:
    values = [params.get(k) for k in ("grid", "grid_code", "first", "second", "to")] + list(
        params.get("grids") or []
    )
    values += [getattr(refused, "grid_code", None)]
    return {str(v) for v in values if isinstance(v, str)}


def _conflict_instead(session: Session, version: BoundaryVersion, expected: int, touched: set[str]) -> None:
    """Raise a conflict when somebody changed one of ``touched`` after the revision that the planner saw."""
    if expected >= version.revision:
        return
    theirs = set(_changed_since(session, version, expected)) & touched
    if theirs:
        rows = session.execute(
            select(BoundaryOperation.account, BoundaryOperation.kind).where(
                BoundaryOperation.subdistrict_code == version.subdistrict_code,
                BoundaryOperation.version_id == version.id, BoundaryOperation.revision > expected,
            )
        ).all()  # fmt: skip
        who = sorted({r.account for r in rows if r.account})
        raise conflict(
            "edit-conflict",
            f"微网格 {'、'.join(sorted(theirs)[:3])} 刚被{'、'.join(who) or '同事'}改动，您的操作未执行，请查看后重做。 / "
            f"{', '.join(sorted(theirs)[:3])} were just changed by a colleague; nothing was done. Look and try again.",
            changed_by=who, changed_grids=sorted(theirs), revision=version.revision,
        )  # fmt: skip


def _changed_since(session: Session, version: BoundaryVersion, revision: int) -> list[str]:
    """Grids changed after a revision, those that no longer exist included."""
    rows = session.execute(
        text("""
        SELECT code FROM micro_grid WHERE subdistrict_code = :s AND version_id = :v AND changed_in > :r
        UNION SELECT jsonb_array_elements_text(effect -> 'retired') FROM boundary_operation
        WHERE subdistrict_code = :s AND version_id = :v AND revision > :r AND NOT undone"""),
        {"s": version.subdistrict_code, "v": version.id, "r": revision},
    )  # fmt: skip
    return sorted(r[0] for r in rows)
