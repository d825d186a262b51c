"""How far the register holds together: links, duplicates, omissions, places without a footprint."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

#: Each measure as (numerator, denominator) of the sums below; the meaning is in RULES FS-1, FS-2, SG-6.
MEASURES = {
    "link_rate": ("linked", "records"),
    "dwellings_with_record": ("occupied_with", "occupied"),
    "duplicates": ("duplicates", "records"),
    "to_register": ("to_register", "checked"),
    "to_deregister": ("to_deregister", "checked"),
    "buildings_without_footprint": ("without_footprint", "buildings"),
}


def by_committee(session: Session, subdistrict: str, since: dt.date) -> list[dict[str, Any]]:
    """Sums per committee (code ``''``: not located): the newest stocks, and the checks from month ``since`` on."""
    rows = session.execute(
        text("""
        WITH stock AS (
            SELECT DISTINCT ON (building_code) * FROM building_stock WHERE subdistrict_code = :sub
            ORDER BY building_code, from_month DESC
        ), flow AS (
            SELECT building_code, sum(checked + ground_checked) AS checked,
                sum(to_register + ground_to_register) AS to_register,
                sum(to_deregister + ground_to_deregister) AS to_deregister
            FROM building_month WHERE subdistrict_code = :sub AND month >= :since GROUP BY 1
        ), twice AS (
            SELECT building_code, sum(duplicate_records) AS n FROM dwelling
            WHERE subdistrict_code = :sub AND duplicate_records > 0 GROUP BY 1
        )
        SELECT coalesce(b.committee_code, '') AS code, max(a.name) AS name, max(a.name_en) AS name_en,
            coalesce(sum(s.residents), 0)::bigint AS linked,
            coalesce(sum(s.residents + s.records_unlinked), 0)::bigint AS records,
            coalesce(sum(s.records_unlinked), 0)::bigint AS unlinked,
            coalesce(sum(s.dwellings_occupied), 0)::bigint AS occupied,
            coalesce(sum(s.dwellings_occupied - s.occupied_without_records), 0)::bigint AS occupied_with,
            coalesce(sum(t.n), 0)::bigint AS duplicates,
            coalesce(sum(f.checked), 0)::bigint AS checked,
            coalesce(sum(f.to_register), 0)::bigint AS to_register,
            coalesce(sum(f.to_deregister), 0)::bigint AS to_deregister,
            count(*) FILTER (WHERE b.kind <> 'unlocated') AS buildings,
            count(*) FILTER (WHERE b.kind = 'site') AS without_footprint
        FROM building b
        LEFT JOIN area a ON a.subdistrict_code = :sub AND a.kind = 'committee' AND a.code = b.committee_code
            AND a.valid_to IS NULL
        LEFT JOIN stock s ON s.building_code = b.code
        LEFT JOIN flow f ON f.building_code = b.code
        LEFT JOIN twice t ON t.building_code = b.code
        WHERE b.subdistrict_code = :sub AND b.demolished_on IS NULL
        GROUP BY 1 ORDER BY 1"""),
        {"sub": subdistrict, "since": since},
    )
    return [dict(r) for r in rows.mappings()]


def issues(session: Session, subdistrict: str, stale_before: dt.date) -> list[dict[str, Any]]:
    """What somebody should look at: how many of each kind. Places and records, never people."""
    row = (
        session.execute(
            text("""
        SELECT
            (SELECT count(*) FROM registration WHERE subdistrict_code = :sub AND until IS NULL
                AND dwelling_code IS NULL) AS unlinked,
            (SELECT count(*) FROM registration r JOIN dwelling d ON d.subdistrict_code = :sub AND d.code = r.dwelling_code
                WHERE r.subdistrict_code = :sub AND r.until IS NULL AND d.status = 'retired') AS retired_dwelling,
            (SELECT count(*) FROM dwelling d WHERE d.subdistrict_code = :sub AND d.status = 'occupied' AND NOT EXISTS (
                SELECT FROM check_visit v WHERE v.subdistrict_code = :sub AND v.dwelling_code = d.code
                  AND v.visited_at >= :stale)) AS stale,
            (SELECT count(*) FROM building WHERE subdistrict_code = :sub AND kind <> 'unlocated'
                AND committee_code IS NULL) AS no_committee"""),
            {"sub": subdistrict, "stale": stale_before},
        )
        .mappings()
        .one()
    )
    details = {
        "unlinked": "登记的房屋编码不存在 / the dwelling code of the record does not exist",
        "retired_dwelling": "登记仍在已注销的房屋 / records at a retired dwelling code",
        "stale": f"{stale_before} 以来未核查的在用房屋 / occupied dwellings not visited since then",
        "no_committee": "楼栋不在任何居委会 / buildings in no committee",
    }
    return [{"kind": kind, "n": row[kind], "detail": detail} for kind, detail in details.items() if row[kind]]


def last_load(session: Session, subdistrict: str) -> dt.datetime | None:
    """When the register was last brought up to date."""
    return session.execute(
        text("SELECT max(started_at) FROM load_batch WHERE subdistrict_code = :sub AND undone_at IS NULL "
             "AND kind IN ('registrations', 'dwellings')"), {"sub": subdistrict}
    ).scalar()  # fmt: skip
