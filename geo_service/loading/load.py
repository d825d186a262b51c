"""Load one kind: stage, merge, close what a snapshot misses, count again. All in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.loading.kinds import KINDS, Kind
from geo_service.loading.staging import stage
from geo_service.problems import Problem

MAX_CLOSED_SHARE = 0.05
ANALYZE_ABOVE = 5_000
SLICE = 5_000  # buildings counted again at a time


@dataclass
class Counts:
    """What a load did; ``rejected`` rows named a place that does not exist, ``same`` were there already."""

    read: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    closed: int = 0
    rejected: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def load_frames(
    session: Session,
    subdistrict: str,
    kind_name: str,
    chunks: Iterable[pd.DataFrame],
    *,
    batch_id: int | None = None,
    mode: str = "delta",
    as_of: dt.date,
    force: bool = False,
) -> Counts:
    """Merge checked frames into the tables; loading the same again changes nothing.

    ``snapshot`` closes registrations that the file lacks, refused above 5 % unless ``force``.
    """
    kind = KINDS[kind_name]
    bound: dict[str, Any] = {"sub": subdistrict, "batch": batch_id, "as_of": as_of}
    _set(session, "wangge.defer_counts", "on")
    _set(session, "wangge.as_of", as_of.isoformat())
    counts = Counts(read=stage(session, kind.stage, chunks))
    for statement in kind.before:
        session.execute(text(statement), bound)
    _merge(session, kind, bound, counts)
    if mode == "snapshot":
        if kind.snapshot is None:
            raise Problem(
                "no-snapshot", 422, f"{kind.name} 只能增量导入。 / {kind.name} loads as a delta only."
            )
        counts.closed = _close_missing(session, kind, bound, force)
    for statement in kind.after:
        session.execute(text(statement), bound)
    if kind.recount:
        if counts.added + counts.changed > ANALYZE_ABOVE:
            analyze(session, kind)
        recount(session, subdistrict, kind.recount, bound)
    _set(session, "wangge.defer_counts", "off")
    return counts


def analyze(session: Session, kind: Kind) -> None:
    """Fresh statistics of what was just written; only the owner may, so the database offers a function for it."""
    session.execute(text("SELECT wangge_analyze(:table)"), {"table": kind.table})


def _merge(session: Session, kind: Kind, bound: dict[str, Any], counts: Counts) -> None:
    """Rows that differ go into the table, and their former selves into ``replaced`` and the batch's before-images."""
    columns = [*kind.key, *kind.values]
    listed = ", ".join(columns)
    on = " AND ".join(f"t.{k} = m.{k}" for k in kind.key)
    differs = f"({_row('t', kind.values)}) IS DISTINCT FROM ({_row('m', kind.values)})"
    for statement in (
        "CREATE TEMP TABLE IF NOT EXISTS touched (building_code text, day date) ON COMMIT DROP",
        "DROP TABLE IF EXISTS merged",
        "DROP TABLE IF EXISTS replaced",
    ):
        session.execute(text(statement))
    session.execute(text(f"CREATE TEMP TABLE merged ON COMMIT DROP AS {kind.select}"), bound)
    selected = session.execute(text("SELECT count(*) FROM merged")).scalar_one()
    distinct = session.execute(text("SELECT count(*) FROM stage")).scalar_one()
    session.execute(
        text(f"CREATE TEMP TABLE replaced ON COMMIT DROP AS SELECT t.* FROM {kind.table} t JOIN merged m ON {on} "
             f"WHERE t.subdistrict_code = :sub AND {differs}"), bound)  # fmt: skip
    counts.same = session.execute(
        text(f"WITH gone AS (DELETE FROM merged m USING {kind.table} t WHERE t.subdistrict_code = :sub AND {on} "
             f"AND NOT {differs} RETURNING 1) SELECT count(*) FROM gone"), bound).scalar_one()  # fmt: skip
    counts.changed = session.execute(text("SELECT count(*) FROM replaced")).scalar_one()
    counts.added = selected - counts.same - counts.changed
    counts.rejected = distinct - selected
    if bound["batch"] is not None and kind.batched and counts.changed:
        remember(session, kind, bound, "SELECT * FROM replaced")
    batch = (", batch_id", ", :batch") if kind.batched else ("", "")
    updates = ", ".join(
        f"{c} = excluded.{c}" for c in [*kind.values, *(["batch_id"] if kind.batched else [])]
    )
    session.execute(
        text(f"INSERT INTO {kind.table} (subdistrict_code, {listed}{batch[0]}) SELECT :sub, {listed}{batch[1]} FROM merged "
             f"ON CONFLICT (subdistrict_code, {', '.join(kind.key)}) DO UPDATE SET {updates}"), bound)  # fmt: skip


def remember(session: Session, kind: Kind, bound: dict[str, Any], rows: str) -> None:
    """Keep the rows of a query (columns of the table) as before-images of the batch."""
    row_key = " || '|' || ".join(f"r.{k}::text" for k in kind.key)
    session.execute(
        text(f"INSERT INTO load_row (subdistrict_code, batch_id, table_name, row_key, before) "
             f"SELECT :sub, :batch, '{kind.table}', {row_key}, to_jsonb(r) FROM ({rows}) r ON CONFLICT DO NOTHING"),
        bound,
    )  # fmt: skip


def _close_missing(session: Session, kind: Kind, bound: dict[str, Any], force: bool) -> int:
    missing = ("FROM registration r WHERE r.subdistrict_code = :sub AND r.until IS NULL "
               "AND NOT EXISTS (SELECT FROM stage s WHERE s.record_hash = r.record_hash)")  # fmt: skip
    closing = session.execute(text(f"SELECT count(*) {missing}"), bound).scalar_one()
    open_now = session.execute(
        text("SELECT count(*) FROM registration WHERE subdistrict_code = :sub AND until IS NULL"), bound
    ).scalar_one()
    if not force and closing > MAX_CLOSED_SHARE * max(open_now, 1):
        raise Problem(
            "too-many-closures", 409,
            f"全量文件缺少 {closing} 条在册登记（共 {open_now} 条），超过 5%。请核对文件，确认后用强制导入。 / The snapshot lacks "
            f"{closing} of {open_now} open registrations, above 5 %. Check the file; force the load if it is right.",
            extra={"closing": closing, "open": open_now},
        )  # fmt: skip
    if closing and bound["batch"] is not None:
        remember(session, kind, bound, f"SELECT r.* {missing}")
    session.execute(text(f"INSERT INTO touched SELECT DISTINCT r.building_code, NULL::date {missing}"), bound)
    session.execute(text(kind.snapshot or ""), bound)
    return int(closing)


def recount(session: Session, subdistrict: str, query: str, bound: dict[str, Any]) -> None:
    """Count the touched buildings again: stocks where no day is given, whole years of flows where one is.

    In slices, so that memory stays flat; with fresh statistics, since the planner knows nothing of rows that
    this transaction has just written.
    """
    session.execute(text(f"INSERT INTO touched SELECT DISTINCT building_code, day FROM ({query}) q"), bound)
    first, last = session.execute(text("SELECT min(day), max(day) FROM touched")).one()
    for years, function, extra in (
        (False, "wangge_recount_stock(:sub, CAST(:slice AS text[]))", {}),
        (True, "wangge_recount_months(:sub, CAST(:slice AS text[]), :first, :last)",
         {"first": first and first.replace(month=1, day=1), "last": last and dt.date(last.year + 1, 1, 1)}),
    ):  # fmt: skip
        codes = session.execute(
            text("SELECT DISTINCT building_code FROM touched WHERE (day IS NOT NULL) = :years "
                 "AND building_code IS NOT NULL ORDER BY 1"), {"years": years}).scalars().all()  # fmt: skip
        for at in range(0, len(codes), SLICE):
            session.execute(
                text(f"SELECT {function}"), {"sub": subdistrict, "slice": list(codes[at : at + SLICE]), **extra}
            )
    session.execute(text("TRUNCATE touched"))


def _row(alias: str, columns: Iterable[str]) -> str:
    return ", ".join(f"{alias}.{c}" for c in columns)


def _set(session: Session, name: str, value: str) -> None:
    session.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
