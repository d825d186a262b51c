"""The history of loads, and taking the last one back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo_service.loading.kinds import KINDS
from geo_service.loading.load import recount
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


def history(session: Session, subdistrict: str, limit: int = 200) -> list[LoadBatch]:
    query = select(LoadBatch).where(LoadBatch.subdistrict_code == subdistrict).order_by(LoadBatch.id.desc())
    return list(session.scalars(query.limit(limit)))


def undo(session: Session, subdistrict: str, batch_id: int) -> dict[str, int]:
    """Put back every row that a batch changed and remove those it added; only the last batch of its kind."""
    batch = session.get(LoadBatch, (subdistrict, batch_id))
    if batch is None:
        raise not_found("导入批次", str(batch_id))
    if batch.undone_at is not None:
        raise conflict("already-undone", "此批次已撤销。 / This load was undone already.")
    kind = KINDS[batch.kind]
    if not kind.batched:
        raise conflict(
            "cannot-undo",
            f"{kind.name} 不能撤销，请重新导入原文件。 / {kind.name} cannot be undone; load the former file.",
        )
    later = session.scalar(
        select(func.min(LoadBatch.id)).where(
            LoadBatch.subdistrict_code == subdistrict,
            LoadBatch.kind == batch.kind,
            LoadBatch.id > batch_id,
            LoadBatch.undone_at.is_(None),
        )
    )
    if later is not None:
        raise conflict(
            "later-load", f"请先撤销其后的批次 {later}。 / Undo the later load {later} first.", later=later
        )
    bound = {"sub": subdistrict, "batch": batch_id}
    columns = ", ".join([*kind.key, *kind.values, "batch_id"])
    updates = ", ".join(f"{c} = excluded.{c}" for c in [*kind.values, "batch_id"])
    session.execute(text("SELECT set_config('wangge.defer_counts', 'off', true)"))
    restored = session.execute(
        text(f"INSERT INTO {kind.table} (subdistrict_code, {columns}) "
             f"SELECT :sub, {', '.join('b.' + c for c in columns.split(', '))} FROM load_row r "
             f"CROSS JOIN LATERAL jsonb_populate_record(NULL::{kind.table}, r.before) b "
             f"WHERE r.subdistrict_code = :sub AND r.batch_id = :batch AND r.table_name = '{kind.table}' "
             f"ON CONFLICT (subdistrict_code, {', '.join(kind.key)}) DO UPDATE SET {updates}"), bound)  # fmt: skip
    removed = session.execute(
        text(f"DELETE FROM {kind.table} WHERE subdistrict_code = :sub AND batch_id = :batch"), bound
    )
    batch.undone_at = dt.datetime.now(dt.UTC)
    session.flush()
    return {"restored": restored.rowcount, "removed": removed.rowcount}  # type: ignore[attr-defined]


__all__ = ["close_batch", "history", "open_batch", "recount", "undo"]
