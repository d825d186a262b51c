"""Sums of building counts over areas. SQL selects and adds; ``grids.indicators`` makes rates of them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from sqlalchemy import text
from sqlalchemy.orm import Session

from grids.indicators.counts import FLOWS
from grids.indicators.figures import UNASSIGNED
from grids.indicators.stocks import STOCKS

FIRSTS = ("first_dwellings_checked", "first_records_checked")
AT_START = ("residents", "records_unlinked", "dwellings")
COUNTS = (*FLOWS, *STOCKS, *(f"{s}_at_start" for s in AT_START), *(f"year_{f}" for f in FIRSTS))

#: The area of a building under a version: SQL over ``b`` (version_building) and ``c`` (its committee).
AREA_OF = {
    "micro-grid": "b.grid_code",
    "committee": "b.committee_code",
    "zone": "c.zone_code",
    "block": "c.block_code",
    "station": "c.station_code",
    "subdistrict": "b.subdistrict_code",
    "building": "b.building_code",
}

# Each table is summed by area before anything is joined: what meets at the end is a row per area, not per building.
_FIGURES = """
WITH here AS MATERIALIZED (
    SELECT b.building_code, coalesce({area}, :none) AS area_code
    FROM version_building b
    LEFT JOIN area c ON c.subdistrict_code = :sub AND c.kind = 'committee' AND c.code = b.committee_code
        AND c.valid_from <= :last AND (c.valid_to IS NULL OR c.valid_to > :last)
    WHERE b.subdistrict_code = :sub AND b.version_id = :version {within}
),
flow AS (
    SELECT h.area_code, {flows} FROM building_month m JOIN here h USING (building_code)
    WHERE m.subdistrict_code = :sub AND m.month = :month GROUP BY h.area_code
),
now AS (
    SELECT h.area_code, {stocks} FROM building_stock s JOIN here h USING (building_code)
    WHERE s.subdistrict_code = :sub AND s.from_month <= :month AND (s.to_month IS NULL OR s.to_month > :month)
    GROUP BY h.area_code
),
before AS (
    SELECT h.area_code, {at_start} FROM building_stock s JOIN here h USING (building_code)
    WHERE s.subdistrict_code = :sub AND s.from_month < :month AND (s.to_month IS NULL OR s.to_month >= :month)
    GROUP BY h.area_code
),
year AS (
    SELECT h.area_code, {firsts} FROM building_month m JOIN here h USING (building_code)
    WHERE m.subdistrict_code = :sub AND m.month >= :january AND m.month <= :month GROUP BY h.area_code
)
SELECT a.area_code, a.buildings, {columns}
FROM (SELECT area_code, count(*)::int AS buildings FROM here GROUP BY area_code) a
LEFT JOIN flow USING (area_code) LEFT JOIN now USING (area_code) LEFT JOIN before USING (area_code)
LEFT JOIN year USING (area_code) ORDER BY a.area_code
"""


def figures(
    session: Session,
    subdistrict: str,
    month: dt.date,
    version_id: int,
    by: str,
    *,
    buildings: list[str] | None = None,
) -> pd.DataFrame:
    """All counts of a month per area of a version, indexed by area_code (``UNASSIGNED`` for the rest).

    ``by`` is a key of :data:`AREA_OF`; ``buildings`` limits it to a set of buildings, whatever their area.
    """
    query = _FIGURES.format(
        area=AREA_OF[by],
        flows=", ".join(f"sum(m.{c}) AS {c}" for c in FLOWS),
        stocks=", ".join(f"sum(s.{c}) AS {c}" for c in STOCKS),
        at_start=", ".join(f"sum(s.{c}) AS {c}_at_start" for c in AT_START),
        firsts=", ".join(f"sum(m.{c}) AS year_{c}" for c in FIRSTS),
        columns=", ".join(f"coalesce({c}, 0)::bigint AS {c}" for c in COUNTS),
        within="" if buildings is None else "AND b.building_code = ANY (:buildings)",
    )
    bound = {
        "sub": subdistrict, "month": month, "january": month.replace(month=1), "last": _last(month), "version": version_id, "none": UNASSIGNED,
        **({} if buildings is None else {"buildings": buildings}),
    }  # fmt: skip
    # Every join here is of a whole town: where statistics are behind, nested loops would take seconds.
    session.execute(text("SELECT set_config('enable_nestloop', 'off', true)"))
    result = session.execute(text(query), bound)
    frame = pd.DataFrame(result.fetchall(), columns=list(result.keys())).set_index("area_code")
    session.execute(text("SELECT set_config('enable_nestloop', 'on', true)"))
    return frame.astype(np.int64)


def months_with_data(session: Session, subdistrict: str) -> list[dt.date]:
    """Months from the first flow to the last, without gaps."""
    first, last = session.execute(
        text("SELECT min(month), max(month) FROM building_month WHERE subdistrict_code = :sub"),
        {"sub": subdistrict},
    ).one()
    if first is None:
        return []
    return [d.date() for d in pd.date_range(first, last, freq="MS")]


def history(
    session: Session, subdistrict: str, months: list[dt.date], buildings: list[str] | None = None
) -> pd.DataFrame:
    """Flows of every month summed over a set of buildings (all when None), indexed by month."""
    sums = ", ".join(f"sum({c})::bigint AS {c}" for c in FLOWS)
    within = "" if buildings is None else "AND building_code = ANY (:buildings)"
    result = session.execute(
        text(f"SELECT month, {sums} FROM building_month WHERE subdistrict_code = :sub "
             f"AND month = ANY (:months) {within} GROUP BY month ORDER BY month"),
        {"sub": subdistrict, "months": months, **({} if buildings is None else {"buildings": buildings})},
    )  # fmt: skip
    return pd.DataFrame(result.fetchall(), columns=list(result.keys())).set_index("month")


def area_sizes(session: Session, subdistrict: str, version_id: int, by: str, day: dt.date) -> pd.Series:
    """Area in m² of each micro-grid or committee (ellipsoidal), indexed by its code."""
    if by == "micro-grid":
        query = "SELECT code, area_m2 FROM micro_grid WHERE subdistrict_code = :sub AND version_id = :version"
    elif by == "committee":
        query = ("SELECT committee_code AS code, sum(area_m2) FROM micro_grid WHERE subdistrict_code = :sub "
                 "AND version_id = :version GROUP BY 1")  # fmt: skip
    elif by in {"zone", "block", "station"}:
        query = (f"SELECT c.{by}_code AS code, sum(g.area_m2) FROM micro_grid g JOIN area c ON c.subdistrict_code = :sub "
                 "AND c.kind = 'committee' AND c.code = g.committee_code AND c.valid_from <= :day "
                 "AND (c.valid_to IS NULL OR c.valid_to > :day) "
                 "WHERE g.subdistrict_code = :sub AND g.version_id = :version GROUP BY 1")  # fmt: skip
    else:
        query = "SELECT :sub AS code, sum(area_m2) FROM micro_grid WHERE subdistrict_code = :sub AND version_id = :version"
    rows = session.execute(text(query), {"sub": subdistrict, "version": version_id, "day": day}).all()
    return pd.Series({r[0]: r[1] for r in rows}, dtype="float64")


def _last(month: dt.date) -> dt.date:
    return (pd.Timestamp(month) + pd.offsets.MonthEnd(0)).date()
