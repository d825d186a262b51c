"""Sums of building counts over areas. SQL selects and adds; ``grids.indicators`` makes rates of them."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pandas as pd
from sqlalchemy import text
from sqlalchemy.orm import Session

from grids.indicators.counts import FLOWS
from grids.indicators.figures import UNASSIGNED
from grids.indicators.stocks import STOCKS

#: Summed over the year so far as well. Distinct records are what is known: ``counts.known`` tells where that is not all.
FIRSTS = ("first_dwellings_checked", "first_records_checked", "visits_count_only")
AT_START = ("residents", "records_unlinked", "dwellings")
COUNTS = (*FLOWS, *STOCKS, *(f"{s}_at_start" for s in AT_START), *(f"year_{f}" for f in FIRSTS))

#: The area of a building under a version: SQL over ``b`` (version_building) and ``c`` (its committee).
#: The last two are of the building itself, whoever drew it where.
AREA_OF = {
    "micro-grid": "b.grid_code",
    "committee": "b.committee_code",
    "zone": "c.zone_code",
    "block": "c.block_code",
    "station": "c.station_code",
    "subdistrict": "b.subdistrict_code",
    "building": "b.building_code",
}
_OF_ITSELF = ("subdistrict", "building")

_OWN = """AND b.building_code IN (
        SELECT o.code FROM building o WHERE o.subdistrict_code = %(sub)s AND o.committee_code = ANY (%(committees)s))"""
_COMMITTEE = """LEFT JOIN area c ON c.subdistrict_code = %(sub)s AND c.kind = 'committee' AND c.code = b.committee_code
        AND c.valid_from <= %(last)s AND (c.valid_to IS NULL OR c.valid_to > %(last)s)"""

# A row per building, with its month and the stock in force at the month's end, met in the order of codes and added up
# once. What few buildings have besides is added: a stock that began or ended in the month makes the difference to the
# month's start, and what was first in earlier months that of the year.
_SUMS = [f"sum(m.{c}) AS {c}" for c in FLOWS] + [f"sum(s.{c}) AS {c}" for c in STOCKS]
_FIGURES = f"""
SELECT area_code, n.buildings,
    {", ".join(f"coalesce(n.{c}, 0) AS {c}" for c in (*FLOWS, *STOCKS))},
    {", ".join(f"coalesce(n.{c}, 0) + coalesce(e.{c}, 0) AS {c}_at_start" for c in AT_START)},
    {", ".join(f"coalesce(n.{c}, 0) + coalesce(e.{c}, 0) AS year_{c}" for c in FIRSTS)}
FROM (
    SELECT {{area}} AS area_code, count(*) AS buildings, {", ".join(_SUMS)}
    FROM version_building b {{committee}}
    LEFT JOIN building_month m ON m.subdistrict_code = %(sub)s AND m.month = %(month)s AND m.building_code = b.building_code
    LEFT JOIN building_stock s ON s.subdistrict_code = %(sub)s AND s.from_month <= %(month)s
        AND (s.to_month IS NULL OR s.to_month > %(month)s) AND s.building_code = b.building_code
    WHERE b.subdistrict_code = %(sub)s AND b.version_id = %(version)s {{within}} GROUP BY 1
) n LEFT JOIN (
    SELECT {{area}} AS area_code, {", ".join(f"sum(f.{c}) AS {c}" for c in (*AT_START, *FIRSTS))}
    FROM (
        SELECT building_code, {", ".join(f"{c} * (CASE WHEN to_month = %(month)s THEN 1 ELSE -1 END) AS {c}" for c in AT_START)},
            {", ".join(f"0 AS {c}" for c in FIRSTS)}
        FROM building_stock WHERE subdistrict_code = %(sub)s AND (to_month = %(month)s OR from_month = %(month)s)
        UNION ALL
        SELECT building_code, {", ".join("0" for _ in AT_START)}, {", ".join(FIRSTS)}
        FROM building_month WHERE subdistrict_code = %(sub)s AND month >= %(january)s AND month < %(month)s
            AND ({" OR ".join(f"{c} > 0" for c in FIRSTS)})
    ) f JOIN version_building b USING (building_code) {{committee}}
    WHERE b.subdistrict_code = %(sub)s AND b.version_id = %(version)s {{within}} GROUP BY 1
) e USING (area_code)
ORDER BY area_code
"""


def figures(
    session: Session,
    subdistrict: str,
    month: dt.date,
    version_id: int,
    by: str,
    *,
    buildings: list[str] | None = None,
    committees: tuple[str, ...] | None = None,
) -> pd.DataFrame:
    """All counts of a month per area of a version, indexed by area_code (``UNASSIGNED`` for the rest).

    ``by`` is a key of :data:`AREA_OF`; ``buildings`` limits it to a set of buildings, whatever their area.
    ``committees`` limits it to the buildings that are theirs today, which are those whose counts row-level security
    shows to a person limited so; where one of them was drawn in another committee then, it is of no area.
    """
    area, within = AREA_OF[by], "" if buildings is None else "AND b.building_code = ANY (%(buildings)s)"
    if committees is not None:
        within += _OWN
        if by not in _OF_ITSELF:
            area = f"CASE WHEN b.committee_code = ANY (%(committees)s) THEN {area} END"
    query = _FIGURES.format(
        area=f"coalesce({area}, %(none)s)",
        within=within,
        committee=_COMMITTEE if AREA_OF[by].startswith("c.") else "",
    )
    bound = {
        "sub": subdistrict, "month": month, "january": month.replace(month=1), "last": _last(month), "version": version_id, "none": UNASSIGNED,
        **({} if buildings is None else {"buildings": buildings}),
        **({} if committees is None else {"committees": list(committees)}),
    }  # fmt: skip
    # Every join here is of a whole town: met in the order of codes, it costs the same whatever the statistics say. The
    # memory is an upper bound that only a city comes near.
    session.execute(
        text("SELECT set_config('enable_nestloop', 'off', true), set_config('enable_hashjoin', 'off', true),"
             " set_config('work_mem', '256MB', true)")
    )  # fmt: skip
    frame = _table(session, query, bound)
    session.execute(
        text("SELECT set_config('enable_nestloop', 'on', true), set_config('enable_hashjoin', 'on', true)")
    )
    return frame


def _table(session: Session, query: str, bound: dict[str, Any]) -> pd.DataFrame:
    """Counts of a query (the driver's own ``%(name)s`` for values) by its first column, read as the lines of a COPY.

    Of 60,000 areas that is a quarter of the time that rows of Python numbers take.
    """
    lines = io.BytesIO()
    cursor = session.connection().connection.cursor()
    with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", bound) as rows:
        for row in rows:
            lines.write(row)
    cursor.close()
    lines.seek(0)
    kinds = {"area_code": "str"} | dict.fromkeys(("buildings", *COUNTS), "int64")
    return pd.read_csv(lines, dtype=kinds, keep_default_na=False, index_col="area_code")


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


def area_sizes(
    session: Session,
    subdistrict: str,
    version_id: int,
    by: str,
    day: dt.date,
    committees: tuple[str, ...] | None = None,
) -> pd.Series:
    """Area in m² of each micro-grid, committee, zone, block or station (ellipsoidal), indexed by its code.

    For any other kind that of the whole. ``committees`` leaves the micro-grids of all others out.
    """
    code = {"micro-grid": "g.code", "committee": "g.committee_code"}.get(by, ":sub")
    committee = ""
    if by in {"zone", "block", "station"}:
        code = f"c.{by}_code"
        committee = ("JOIN area c ON c.subdistrict_code = :sub AND c.kind = 'committee' AND c.code = g.committee_code "
                     "AND c.valid_from <= :day AND (c.valid_to IS NULL OR c.valid_to > :day)")  # fmt: skip
    own = "" if committees is None else "AND g.committee_code = ANY (:committees)"
    query = (f"SELECT {code} AS code, sum(g.area_m2) FROM micro_grid g {committee} "
             f"WHERE g.subdistrict_code = :sub AND g.version_id = :version {own} GROUP BY 1")  # fmt: skip
    bound = {"sub": subdistrict, "version": version_id, "day": day, "committees": list(committees or ())}
    rows = session.execute(text(query), bound).all()
    return pd.Series({r[0]: r[1] for r in rows}, dtype="float64")


def _last(month: dt.date) -> dt.date:
    return (pd.Timestamp(month) + pd.offsets.MonthEnd(0)).date()
