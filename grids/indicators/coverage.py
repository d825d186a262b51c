"""覆盖率 in its five senses, the address links, and the year's progress. Every function says *of what*.

The senses: dwellings, records, months, recency, evenness. Inputs are the summed counts of
``figures.month_figures`` unless said otherwise.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from grids.indicators.figures import UNASSIGNED
from grids.indicators.rates import rate
from grids.indicators.stocks import month_start


def dwellings_covered(figures: pd.DataFrame) -> pd.DataFrame:
    """Distinct dwellings checked in the month ÷ dwellings at its end."""
    return _at_most_one(rate(figures["dwellings_checked"], figures["dwellings"]))


def records_covered(figures: pd.DataFrame) -> pd.DataFrame:
    """Distinct records checked in the month ÷ records in force at its start (XJ-4).

    Absent where a visit did not say which records it looked at. Records that arrive in the month can be checked
    too: the share is cut at 1, the numerator stays as counted.
    """
    at_start = figures["residents_at_start"] + figures["records_unlinked_at_start"]
    return _at_most_one(rate(figures["records_checked"], at_start))


def months_covered(months: pd.DataFrame, month: object, area_of: pd.Series) -> pd.DataFrame:
    """Months of the year so far in which something was checked ÷ months so far, per area.

    ``months`` is the building_month frame.
    """
    end = month_start(month)
    inside = months[(months["month"] >= end.replace(month=1)) & (months["month"] <= end)]
    checked = inside[inside["dwellings_checked"] > 0]
    area = checked["building_code"].map(area_of).fillna(UNASSIGNED)
    seen = checked["month"].groupby(area.to_numpy()).nunique()
    index = pd.Index(area_of.dropna().unique(), dtype=object).union(seen.index).rename("area_code")
    return rate(seen.reindex(index, fill_value=0), pd.Series(end.month, index=index))


def recency_days(
    checks: pd.DataFrame, dwellings: pd.DataFrame, as_of: object, area_of: pd.Series
) -> pd.DataFrame:
    """Median days since each dwelling's last done check, per area, and the share never checked.

    ``checks``: dwelling_code, visited_at, outcome. A dwelling never checked counts as infinitely long ago, so the
    median is absent where at most half were ever checked. Columns: median_days, never_checked_share, dwellings.
    """
    day = pd.Timestamp(as_of)  # type: ignore[arg-type]
    moment = (
        pd.to_datetime(checks["visited_at"], utc=True).dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    )
    done = checks["outcome"].eq("done") & (moment.dt.normalize() <= day)
    last = moment[done].dt.normalize().groupby(checks.loc[done, "dwelling_code"]).max()
    ages = (day - dwellings["code"].map(last)).dt.days.astype("float64").fillna(np.inf)
    area = dwellings["building_code"].map(area_of).fillna(UNASSIGNED).to_numpy()
    groups = ages.groupby(area)
    never = pd.Series(np.isinf(ages), index=ages.index).groupby(area).mean()
    median = groups.median().replace(np.inf, np.nan)
    table = pd.DataFrame({"median_days": median, "never_checked_share": never, "dwellings": groups.size()})
    return table.rename_axis("area_code")


def evenness(figures: pd.DataFrame, area_of: pd.Series) -> pd.Series:
    """How evenly an area's checks lie over its parts: 1 when each part has its share of the dwellings' checks.

    ``figures`` are the parts (buildings or micro-grids) with visits and dwellings; ``area_of`` maps them to the
    area. 1 - ½ Σ|share of visits - share of dwellings|, so 1 minus the share of visits that would have to be made
    elsewhere (index of dissimilarity, Duncan & Duncan 1955). Absent without visits or without dwellings.
    """
    parts = figures[["visits", "dwellings"]].astype("float64")
    group = area_of.reindex(parts.index).fillna(UNASSIGNED).to_numpy()
    totals = parts.groupby(group).transform("sum")
    shares = parts / totals.where(totals > 0)
    moved = (shares["visits"] - shares["dwellings"]).abs().groupby(group).sum(min_count=1) / 2
    return (1 - moved).rename("evenness").rename_axis("area_code")


def link_shares(
    dwellings: pd.DataFrame, buildings: pd.DataFrame, area_of: pd.Series
) -> dict[str, pd.DataFrame]:
    """The chain address → point → building → dwelling as shares of dwellings (XJ-10).

    ``dwellings``: code, building_code, address; ``buildings``: indexed by code with ``kind`` and ``geometry``.
    ``addressed``: has an address; ``located``: its building has a point or polygon; ``footprint``: a polygon.
    """
    kind = dwellings["building_code"].map(buildings["kind"])
    placed = dwellings["building_code"].map(buildings.geometry.notna()).fillna(False).astype(bool)
    address = dwellings["address"].fillna("").astype(str).str.strip()
    facts = {
        "addressed": address.ne(""),
        "located": placed & kind.ne("unlocated"),
        "footprint": placed & kind.eq("building"),
    }
    group = dwellings["building_code"].map(area_of).fillna(UNASSIGNED).to_numpy()
    total = pd.Series(1, index=dwellings.index).groupby(group).sum().rename_axis("area_code")
    return {
        name: rate(has.astype("int64").groupby(group).sum().rename_axis("area_code"), total)
        for name, has in facts.items()
    }


def organisations_listed(figures: pd.DataFrame, known: pd.Series) -> pd.DataFrame:
    """Organisations (实有单位) listed ÷ those known from another list, per area (XJ-10)."""
    return _at_most_one(rate(figures["organisations"], known.reindex(figures.index)))


def record_links(figures: pd.DataFrame) -> pd.DataFrame:
    """Records whose dwelling stands ÷ all records (FS-1)."""
    return rate(figures["residents"], figures["residents"] + figures["records_unlinked"])


def occupied_with_records(figures: pd.DataFrame) -> pd.DataFrame:
    """Occupied dwellings with at least one record ÷ occupied dwellings (FS-1, the other way round)."""
    occupied = figures["dwellings_occupied"]
    return rate(occupied - figures["occupied_without_records"], occupied)


def omissions(figures: pd.DataFrame) -> pd.DataFrame:
    """People found who are not registered ÷ people found on the ground (FS-2: 不遗漏)."""
    found = figures["ground_checked"]
    return rate(figures["ground_to_register"], found)


def month_target(residents: int, covered_so_far: int, months_left: int, minimum: int = 80) -> int:
    """Distinct people to check this month so that the year ends in full coverage (SG-3).

    ``months_left`` counts this month. 80 a month reach only 960 a year: larger committees must do more.

    >>> [month_target(p, 0, 12) for p in (600, 960, 961, 2400, 60, 0)]
    [80, 80, 81, 200, 60, 0]
    """
    left = max(residents - covered_so_far, 0)
    spread = math.ceil(left / months_left) if months_left > 0 else left
    return max(min(minimum, residents), spread)


def year_progress(figures: pd.DataFrame, month: object, minimum: int = 80) -> pd.DataFrame:
    """Records first checked this year ÷ records in force, and the month's target and whether it was met (SG-3).

    Adds to the rate: ``target`` (people to check this month), ``checked`` (distinct records of the month) and
    ``met``; absent where visits did not say which records they looked at.
    """
    in_force = (figures["residents"] + figures["records_unlinked"]).astype("Int64")
    covered = figures["year_first_records_checked"].astype("Int64")
    of_month = figures["records_checked"].astype("Int64")
    before = covered - figures["first_records_checked"].astype("Int64")
    left = 13 - month_start(month).month
    known = in_force.notna() & before.notna()
    pairs = zip(in_force[known].astype(int), before[known].astype(int), strict=True)
    targets = [month_target(people, done, left, minimum) for people, done in pairs]
    target = pd.Series(targets, index=figures.index[known], dtype="Int64").reindex(figures.index)
    progress = _at_most_one(rate(covered, in_force))
    return progress.assign(target=target, checked=of_month, met=of_month >= target)


def _at_most_one(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{c: table[c].clip(upper=1.0) for c in ("value", "low", "high")})
