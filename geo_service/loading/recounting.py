"""Count everything again from the sources, and say where the kept counts differ."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service import audit
from geo_service.database import Database, Scope
from geo_service.loading.load import SLICE

#: Counted table → its month.
_TABLES = {"building_month": "month", "building_stock": "from_month"}


class _Looked(Exception):
    """Leaves the transaction of a mere check."""


def recounted(database: Database, scope: Scope, *, commit: bool) -> dict[str, Any]:
    """What a recount of a town finds, in a transaction of its own: kept only with ``commit``."""
    report: dict[str, Any] = {}
    with suppress(_Looked), database.transaction(scope, writes=commit) as session:
        report = differences(session, scope.subdistrict)
        if not commit:
            raise _Looked
        audit.record(session, scope, "recount", detail={"differences": report["differences"]})
    return report


def differences(session: Session, subdistrict: str, most: int = 100) -> dict[str, Any]:
    """Recount all buildings of a town in the caller's transaction: what differed before, at most ``most`` rows listed.

    Rolled back this is a check, committed it is the repair.
    """
    for table in _TABLES:
        session.execute(
            text(
                f"CREATE TEMP TABLE kept_{table} ON COMMIT DROP AS SELECT * FROM {table} WHERE subdistrict_code = :sub"
            ),
            {"sub": subdistrict},
        )
    buildings = _recount_all(session, subdistrict)
    found = {table: _different(session, subdistrict, table, most) for table in _TABLES}
    return {"buildings": buildings, "differences": sum(n for n, _ in found.values()),
            "listed": {table: rows for table, (_, rows) in found.items()}}  # fmt: skip


def _recount_all(session: Session, subdistrict: str) -> int:
    first, last = session.execute(
        text("""
        SELECT min(day), max(day) FROM (
            SELECT min(month) AS day FROM check_visit WHERE subdistrict_code = :sub
            UNION ALL SELECT max(month) FROM check_visit WHERE subdistrict_code = :sub
            UNION ALL SELECT min(month) FROM building_month WHERE subdistrict_code = :sub
            UNION ALL SELECT max(month) FROM building_month WHERE subdistrict_code = :sub
            UNION ALL SELECT min(day) FROM register_activity WHERE subdistrict_code = :sub
            UNION ALL SELECT max(day) FROM register_activity WHERE subdistrict_code = :sub) d"""),
        {"sub": subdistrict},
    ).one()  # fmt: skip
    codes = list(
        session.execute(
            text("SELECT code FROM building WHERE subdistrict_code = :sub ORDER BY code"),
            {"sub": subdistrict},
        ).scalars()
    )
    for at in range(0, len(codes), SLICE):
        bound = {"sub": subdistrict, "slice": codes[at : at + SLICE]}
        session.execute(text("SELECT wangge_recount_stock(:sub, CAST(:slice AS text[]))"), bound)
        if first is not None:
            years = {
                "first": first.replace(month=1, day=1),
                "last": last.replace(year=last.year + 1, month=1, day=1),
            }
            session.execute(
                text("SELECT wangge_recount_months(:sub, CAST(:slice AS text[]), :first, :last)"),
                bound | years,
            )
    return len(codes)


def _different(session: Session, subdistrict: str, table: str, most: int) -> tuple[int, list[dict[str, Any]]]:
    """Rows that are kept and not counted, or counted and not kept."""
    month = _TABLES[table]
    query = f"""
        SELECT building_code, to_char({month}, 'YYYY-MM') AS month, to_jsonb(k) AS kept, to_jsonb(n) AS counted
        FROM (SELECT * FROM kept_{table}) k
        FULL JOIN (SELECT * FROM {table} WHERE subdistrict_code = :sub) n USING (building_code, {month})
        WHERE k IS DISTINCT FROM n"""
    total = session.execute(text(f"SELECT count(*) FROM ({query}) d"), {"sub": subdistrict}).scalar_one()
    rows = session.execute(
        text(f"{query} ORDER BY 1, 2 LIMIT :most"), {"sub": subdistrict, "most": most}
    ).mappings()
    return int(total), [_told(dict(r)) for r in rows]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Only the counts that differ, as kept → counted."""
    kept, counted = row["kept"] or {}, row["counted"] or {}
    changed = {k: [kept.get(k), counted.get(k)] for k in {**kept, **counted} if kept.get(k) != counted.get(k)}
    return {"building_code": row["building_code"], "month": row["month"], "counts": changed}
