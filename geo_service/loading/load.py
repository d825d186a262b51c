"""Load one kind: stage, merge, close what a snapshot misses, count again. All in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
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
ANALYZE_BUILDINGS = 500
SLICE = 5_000  # buildings counted again at a time
#: Tables whose rows carry a shape, and in which column.
SHAPED = {"building": "geom", "key_site": "geom", "authority_grid": "geom", "check_visit": "position"}


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
    given: Collection[str] | None = None,
    count: bool = True,
) -> Counts:
    """Merge checked frames into the tables; loading the same again changes nothing.

    ``snapshot`` closes registrations that the file lacks, refused above 5 % unless ``force``. ``given`` names the
    columns that the file has: the others keep what is stored (None: the file has all). A trial run that will be
    rolled back need not ``count`` again.
    """
    kind = KINDS[kind_name]
    if mode == "snapshot" and kind.missing is None:
        raise Problem("no-snapshot", 422, f"{kind.name} 只能增量导入。 / {kind.name} loads as a delta only.")
    bound: dict[str, Any] = {"sub": subdistrict, "batch": batch_id, "as_of": as_of}
    apply_switches(session, as_of)
    counts = Counts(read=stage(session, kind.stage, chunks))
    for statement in kind.before:
        session.execute(text(statement), bound)
    _compare(session, kind, bound, counts, given)
    if batch_id is not None:
        _remember_all(session, kind, bound, counts)
    if mode == "snapshot" or kind.replaces:
        counts.closed = _close_missing(session, kind, bound, force)
    _write(session, kind, bound, only_new=not counts.changed)
    for statement in kind.after:
        session.execute(text(statement), bound)
    if kind.recount and count:
        if counts.added + counts.changed > ANALYZE_ABOVE:
            fresh_statistics(session, kind.table)
        recount(session, subdistrict, kind.recount, bound)
    release_switches(session)
    return counts


def apply_switches(session: Session, as_of: dt.date) -> None:
    """In this transaction counts are made once, at the end, and changes of dwellings are dated by the file's day."""
    _set(session, "wangge.defer_counts", "on")
    _set(session, "wangge.as_of", as_of.isoformat())


def release_switches(session: Session) -> None:
    """Whatever else this transaction writes is counted by the triggers and dated today."""
    _set(session, "wangge.defer_counts", "off")
    _set(session, "wangge.as_of", "")


def fresh_statistics(session: Session, table: str) -> None:
    """Fresh statistics of what was just written; only the owner may, so the database offers a function for it."""
    session.execute(text("SELECT wangge_analyze(:table)"), {"table": table})


def _compare(
    session: Session, kind: Kind, bound: dict[str, Any], counts: Counts, given: Collection[str] | None
) -> None:
    """Make ``merged``, the rows that are new or differ, and ``replaced``, the former selves of those that differ."""
    on = " AND ".join(f"t.{k} = m.{k}" for k in kind.key)
    differs = f"({_row('t', kind.values)}) IS DISTINCT FROM ({_row('m', kind.values)})"
    staging_tables(session)
    session.execute(text(f"CREATE TEMP TABLE merged ON COMMIT DROP AS {kind.select}"), bound)
    selected = session.execute(text("SELECT count(*) FROM merged")).scalar_one()
    absent = _absent(session, kind, given)
    if absent:
        kept = ", ".join(f"{c} = t.{c}" for c in absent)
        session.execute(
            text(f"UPDATE merged m SET {kept} FROM {kind.table} t WHERE t.subdistrict_code = :sub AND {on}"),
            bound,
        )
    session.execute(
        text(f"CREATE TEMP TABLE replaced ON COMMIT DROP AS SELECT t.* FROM {kind.table} t JOIN merged m ON {on} "
             f"WHERE t.subdistrict_code = :sub AND {differs}"), bound)  # fmt: skip
    counts.same = session.execute(
        text(f"WITH gone AS (DELETE FROM merged m USING {kind.table} t WHERE t.subdistrict_code = :sub AND {on} "
             f"AND NOT {differs} RETURNING 1) SELECT count(*) FROM gone"), bound).scalar_one()  # fmt: skip
    counts.changed = session.execute(text("SELECT count(*) FROM replaced")).scalar_one()
    counts.added = selected - counts.same - counts.changed
    counts.rejected = counts.read - selected if kind.drops else 0


def _absent(session: Session, kind: Kind, given: Collection[str] | None) -> list[str]:
    """Values that the file says nothing about. A shape counts as said where any row has one, and with it the kind."""
    if given is None:
        return []
    said = set(given)
    if (
        "geom" in kind.stage
        and session.execute(text("SELECT EXISTS (SELECT FROM stage WHERE geom IS NOT NULL)")).scalar()
    ):
        said |= {"geom", "kind"}
    return [c for c in kind.values if c in kind.stage and c not in said]


def staging_tables(session: Session) -> None:
    """``touched``, and no ``merged`` or ``replaced`` of a load before this one in the same transaction."""
    for statement in (
        "CREATE TEMP TABLE IF NOT EXISTS touched (building_code text, day date) ON COMMIT DROP",
        "DROP TABLE IF EXISTS merged",
        "DROP TABLE IF EXISTS replaced",
    ):
        session.execute(text(statement))


def _write(session: Session, kind: Kind, bound: dict[str, Any], *, only_new: bool) -> None:
    """``merged`` into the table; where all of it is new, without the cost of looking for conflicts."""
    listed = ", ".join([*kind.key, *kind.values])
    batch = (", batch_id", ", :batch") if kind.batched else ("", "")
    values = [*kind.values, *(["batch_id"] if kind.batched else [])]
    updates = ", ".join(f"{c} = excluded.{c}" for c in values)
    conflict = f"ON CONFLICT (subdistrict_code, {', '.join(kind.key)}) DO UPDATE SET {updates}"
    session.execute(
        text(f"INSERT INTO {kind.table} (subdistrict_code, {listed}{batch[0]}) SELECT :sub, {listed}{batch[1]} "
             f"FROM merged {'' if only_new else conflict}"), bound)  # fmt: skip


def _remember_all(session: Session, kind: Kind, bound: dict[str, Any], counts: Counts) -> None:
    """Before-images of every row that this load will change, here and elsewhere."""
    if kind.batched and counts.changed:
        remember(session, kind.table, bound, "SELECT * FROM replaced")
    for table, rows in kind.kept.items():
        remember(session, table, bound, rows)


def remember(session: Session, table: str, bound: dict[str, Any], rows: str) -> None:
    """Keep the rows of a query (``r.*`` of the table) as before-images of the batch; geometry to the last bit."""
    exact = "to_jsonb(r)"
    if table in SHAPED:
        exact = f"to_jsonb(r) - 'geom_3857' || jsonb_build_object('{SHAPED[table]}', r.{SHAPED[table]}::text)"
    session.execute(
        text(f"INSERT INTO load_row (subdistrict_code, batch_id, table_name, row_key, before) "
             f"SELECT :sub, :batch, '{table}', md5(r::text), {exact} FROM ({rows}) r ON CONFLICT DO NOTHING"),
        bound,
    )  # fmt: skip


def _close_missing(session: Session, kind: Kind, bound: dict[str, Any], force: bool) -> int:
    """Close or remove what the file lacks; those rows join ``replaced``, so that their buildings are counted again."""
    rows = f"SELECT t.* FROM {kind.table} t WHERE t.subdistrict_code = :sub AND {kind.missing}"
    session.execute(text("DROP TABLE IF EXISTS missing"))
    session.execute(text(f"CREATE TEMP TABLE missing ON COMMIT DROP AS {rows}"), bound)
    closing = int(session.execute(text("SELECT count(*) FROM missing")).scalar_one())
    if not closing:
        return 0
    if kind.closing and not force:
        _refuse_too_many(session, kind, bound, closing)
    if bound["batch"] is not None and kind.batched:
        remember(session, kind.table, bound, "SELECT * FROM missing")
    on = " AND ".join(f"t.{k} = x.{k}" for k in kind.key)
    change = (
        f"UPDATE {kind.table} t SET {kind.closing}, batch_id = :batch FROM missing x"
        if kind.closing
        else f"DELETE FROM {kind.table} t USING missing x"
    )
    session.execute(text(f"{change} WHERE t.subdistrict_code = :sub AND {on}"), bound)
    session.execute(text("INSERT INTO replaced SELECT * FROM missing"))
    return closing


def _refuse_too_many(session: Session, kind: Kind, bound: dict[str, Any], closing: int) -> None:
    open_now = session.execute(
        text("SELECT count(*) FROM registration WHERE subdistrict_code = :sub AND until IS NULL"), bound
    ).scalar_one()
    if closing > MAX_CLOSED_SHARE * max(open_now, 1):
        raise Problem(
            "too-many-closures", 409,
            f"全量文件缺少 {closing} 条在册登记（共 {open_now} 条），超过 5%。请核对文件，确认后用强制导入。 / The snapshot lacks "
            f"{closing} of {open_now} open registrations, above 5 %. Check the file; force the load if it is right.",
            extra={"closing": closing, "open": open_now},
        )  # fmt: skip


def touch(session: Session, query: str, bound: dict[str, Any]) -> None:
    """Note the buildings of a query (building_code, day) as to be counted again."""
    session.execute(text(f"INSERT INTO touched SELECT DISTINCT building_code, day FROM ({query}) q"), bound)


def recount(session: Session, subdistrict: str, query: str, bound: dict[str, Any]) -> None:
    """Count the touched buildings again: stocks where no day is given, whole years of flows where one is.

    In slices, so that memory stays flat; with fresh statistics, since the planner knows nothing of rows that
    this transaction has just written.
    """
    touch(session, query, bound)
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
                text(f"SELECT {function}"),
                {"sub": subdistrict, "slice": list(codes[at : at + SLICE]), **extra},
            )
        if len(codes) > ANALYZE_BUILDINGS:
            fresh_statistics(session, "building_month" if years else "building_stock")
    session.execute(text("TRUNCATE touched"))


def _row(alias: str, columns: Iterable[str]) -> str:
    return ", ".join(f"{alias}.{c}" for c in columns)


def _set(session: Session, name: str, value: str) -> None:
    session.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
