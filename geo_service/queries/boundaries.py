"""Boundary versions: which is in force when, and its grids."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from geo_service.tables.boundaries import BoundaryVersion


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
