"""The history of loads, and taking the last one back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo_service.loading.kinds import KINDS, Kind
from geo_service.loading.load import apply_switches, recount, release_switches, staging_tables, touch
from geo_service.problems import conflict, not_found
from geo_service.tables.register import LoadBatch


def open_batch(
    session: Session, subdistrict: str, kind: str, mode: str, file_name: str, sha256: str, account: str | None
) -> LoadBatch:
    """A new batch row; its number marks every row the load adds or changes."""
    batch = LoadBatch(
        subdistrict_code=subdistrict, kind=kind, mode=mode, file_name=file_name[:200], file_sha256=sha256,
        account=account,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    return batch


def close_batch(session: Session, batch: LoadBatch, counts: dict[str, Any]) -> None:
    batch.counts = counts
    batch.finished_at = dt.datetime.now(dt.UTC)
    session.flush()


def undo(session: Session, subdistrict: str, batch_id: int, *, as_of: dt.date) -> dict[str, int]:
    """Put back every row that a batch changed and remove those it added; only the last batch of its kind."""
    batch = session.get(LoadBatch, (subdistrict, batch_id), with_for_update=True)
    if batch is None:
        raise not_found("导入批次", str(batch_id))
    kind = KINDS[batch.kind]
    _refuse(session, subdistrict, batch, kind)
    bound = {"sub": subdistrict, "batch": batch_id, "as_of": as_of}
    done = {"restored": 0, "removed": 0}
    apply_switches(session, as_of)
    try:
        for name in [*reversed(kind.companions), kind.name]:
            for what, n in _take_back(session, KINDS[name], bound).items():
                done[what] += n
    except IntegrityError as error:
        raise conflict(
            "still-needed",
            "其后导入的数据依赖本批次，请先撤销那些批次。 / Data loaded later depend on this load; undo those first.",
        ) from error
    release_switches(session)
    batch.undone_at = dt.datetime.now(dt.UTC)
    session.flush()
    return done


def _refuse(session: Session, subdistrict: str, batch: LoadBatch, kind: Kind) -> None:
    if batch.undone_at is not None:
        raise conflict("already-undone", "此批次已撤销。 / This load was undone already.")
    if not kind.batched:
        raise conflict(
            "cannot-undo",
            f"{kind.name} 不能撤销，请重新导入原文件。 / {kind.name} cannot be undone; load the former file.",
        )
    later = session.scalar(
        select(func.min(LoadBatch.id)).where(
            LoadBatch.subdistrict_code == subdistrict,
            LoadBatch.kind == batch.kind,
            LoadBatch.id > batch.id,
            LoadBatch.undone_at.is_(None),
        )
    )
    if later is not None:
        raise conflict(
            "later-load", f"请先撤销其后的批次 {later}。 / Undo the later load {later} first.", later=later
        )
    used = (
        session.execute(text(kind.in_use), {"sub": subdistrict, "batch": batch.id}).scalar()
        if kind.in_use
        else 0
    )
    if used:
        raise conflict(
            "still-needed",
            f"其后的数据（{used} 条）依赖本批次，请先撤销那些批次。 / {used} rows loaded later depend on this load; undo those first.",
        )


def _take_back(session: Session, kind: Kind, bound: dict[str, Any]) -> dict[str, int]:
    """One table as it was before the batch; its buildings are counted again."""
    columns = [*kind.key, *kind.values, "batch_id"]
    listed = ", ".join(columns)
    images = (f"SELECT b.* FROM load_row r CROSS JOIN LATERAL jsonb_populate_record(NULL::{kind.table}, r.before) b "
              f"WHERE r.subdistrict_code = :sub AND r.batch_id = :batch AND r.table_name = '{kind.table}'")  # fmt: skip
    present = f"SELECT * FROM {kind.table} WHERE subdistrict_code = :sub AND batch_id = :batch"
    staging_tables(session)
    session.execute(text(f"CREATE TEMP TABLE replaced ON COMMIT DROP AS {images}"), bound)
    session.execute(
        text(f"CREATE TEMP TABLE merged ON COMMIT DROP AS {present} UNION ALL SELECT * FROM replaced"), bound
    )
    if kind.recount:  # what hangs on rows that are about to go has to be asked for now
        touch(session, kind.recount, bound)
    updates = ", ".join(f"{c} = excluded.{c}" for c in [*kind.values, "batch_id"])
    restored = session.execute(
        text(f"INSERT INTO {kind.table} (subdistrict_code, {listed}) SELECT :sub, {listed} FROM replaced "
             f"ON CONFLICT (subdistrict_code, {', '.join(kind.key)}) DO UPDATE SET {updates}"), bound)  # fmt: skip
    for statement in kind.undo:
        session.execute(text(statement), bound)
    removed = session.execute(
        text(f"DELETE FROM {kind.table} WHERE subdistrict_code = :sub AND batch_id = :batch"), bound
    )
    if kind.recount:
        recount(session, str(bound["sub"]), kind.recount, bound)
    return {"restored": restored.rowcount, "removed": removed.rowcount}  # type: ignore[attr-defined]
