"""Boundary versions: which is in force when, and its grids."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import and_, or_, select, text
from sqlalchemy.orm import Session

from geo_service.tables.boundaries import BoundaryOperation, BoundaryVersion


def last_day(month: dt.date) -> dt.date:
    """The last day of the month that begins on ``month``.

    >>> last_day(dt.date(2024, 2, 1))
    datetime.date(2024, 2, 29)
    """
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def version_on(session: Session, subdistrict: str, day: dt.date) -> BoundaryVersion | None:
    """The published version in force on a day; figures of a month use that of its last day."""
    return session.scalar(
        select(BoundaryVersion).where(
            and_(
                BoundaryVersion.subdistrict_code == subdistrict,
                BoundaryVersion.status == "published",
                BoundaryVersion.valid_from <= day,
                or_(BoundaryVersion.valid_to.is_(None), BoundaryVersion.valid_to > day),
            )
        )
    )


def versions(session: Session, subdistrict: str) -> list[BoundaryVersion]:
    """Every version of a subdistrict, the newest first."""
    query = select(BoundaryVersion).where(BoundaryVersion.subdistrict_code == subdistrict)
    return list(session.scalars(query.order_by(BoundaryVersion.id.desc())))


def version_by_id(session: Session, subdistrict: str, version_id: int) -> BoundaryVersion | None:
    return session.get(BoundaryVersion, (subdistrict, version_id))


def news(session: Session, subdistrict: str, version_id: int, after: int) -> tuple[int, list[dict[str, Any]]]:
    """The present revision of a draft, and the operations that came after revision ``after``."""
    revision = session.scalar(
        select(BoundaryVersion.revision).where(
            BoundaryVersion.subdistrict_code == subdistrict, BoundaryVersion.id == version_id
        )
    )
    rows = session.scalars(
        select(BoundaryOperation)
        .where(
            BoundaryOperation.subdistrict_code == subdistrict,
            BoundaryOperation.version_id == version_id,
            BoundaryOperation.revision > after,
        )
        .order_by(BoundaryOperation.seq)
    )
    told = [
        {"revision": r.revision, "kind": r.kind, "account": r.account, "grids": r.effect.get("changed", [])}
        for r in rows
    ]
    return revision or 0, told


def grid_facts(session: Session, subdistrict: str, version_id: int, code: str) -> dict[str, Any] | None:
    """A micro-grid of a version: names, team of today, parents."""
    row = (
        session.execute(
            text("""
            SELECT g.code, g.name, g.committee_code, g.area_m2, g.version_id, a.name AS committee_name,
                (SELECT count(*) FROM version_building b WHERE b.subdistrict_code = :s AND b.version_id = :v
                    AND b.grid_code = :code) AS buildings,
                (SELECT jsonb_agg(jsonb_build_object('role', role, 'account', account, 'valid_from', valid_from) ORDER BY role)
                    FROM grid_team t WHERE t.subdistrict_code = :s AND t.grid_code = :code AND t.valid_to IS NULL) AS team,
                (SELECT jsonb_agg(jsonb_build_object('code', parent_grid_code, 'version', parent_version_id,
                    'residents_share', residents_share, 'area_share', area_share)) FROM grid_lineage l
                    WHERE l.subdistrict_code = :s AND l.version_id = :v AND l.grid_code = :code) AS parents
            FROM micro_grid g LEFT JOIN area a ON a.subdistrict_code = :s AND a.kind = 'committee'
                AND a.code = g.committee_code AND a.valid_to IS NULL
            WHERE g.subdistrict_code = :s AND g.version_id = :v AND g.code = :code"""),
            {"s": subdistrict, "v": version_id, "code": code},
        )
        .mappings()
        .first()
    )
    return dict(row) if row else None
