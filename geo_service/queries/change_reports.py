"""Counts reported about places: kept by building and month, read as a signal of the places to inspect."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pandas as pd
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo_service.queries.inspections import PLACES
from geo_service.tables.change_reports import ChangeReport
from geo_service.tables.places import Building

#: How long a complaint speaks for looking at a place.
WINDOW_DAYS = 365
COLUMNS = ("id", "building_code", "kind", "topic", "source", "n", "received_at")


def described(row: ChangeReport) -> dict[str, Any]:
    """A report as it is shown."""
    return {"month": f"{row.month:%Y-%m}", **{name: getattr(row, name) for name in COLUMNS}}


def report(session: Session, subdistrict: str, key: uuid.UUID) -> ChangeReport | None:
    return session.get(ChangeReport, (subdistrict, key))


def committees_of(session: Session, subdistrict: str, buildings: set[str]) -> dict[str, str | None]:
    """Building → committee, of those there are."""
    query = select(Building.code, Building.committee_code).where(
        Building.subdistrict_code == subdistrict, Building.code.in_(buildings)
    )
    return {row.code: row.committee_code for row in session.execute(query)}


def reports(session: Session, subdistrict: str, month: dt.date) -> list[ChangeReport]:
    """Every report about a month, by building."""
    query = select(ChangeReport).where(
        ChangeReport.subdistrict_code == subdistrict, ChangeReport.month == month
    )
    return list(session.scalars(query.order_by(ChangeReport.building_code, ChangeReport.id)))


def complaints_of(
    session: Session, subdistrict: str, what: str, day: dt.date, window_days: int = WINDOW_DAYS
) -> pd.DataFrame:
    """Place → complaints of the window that ends with ``day``, and the last day that the newest may be of.

    ``what`` is sites or buildings (see ``PLACES``). A report knows its month only.
    """
    rows = session.execute(
        text(f"""
        SELECT p.code, sum(r.n)::bigint AS complaints,
            max(least((r.month + interval '1 month - 1 day')::date, CAST(:day AS date))) AS last_complaint_on
        FROM ({PLACES[what]}) p JOIN change_report r ON r.subdistrict_code = :sub AND r.building_code = p.building_code
        WHERE r.kind = 'complaint' AND r.month > :begin AND r.month <= :day GROUP BY 1"""),
        {"sub": subdistrict, "day": day, "begin": day - dt.timedelta(days=window_days)},
    )
    return pd.DataFrame(rows.fetchall(), columns=list(rows.keys())).set_index("code")
