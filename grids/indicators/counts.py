"""Counts per building and month, recounted from their sources.

``building_month`` holds flows (what happened in the month), ``building_stock`` holds stocks as change points
(the value of a month is the latest at or before its end). Both are recounted here from the sources, so the
copies kept by the database can be compared with them (``differences``). All frames are flat: one row per
``building_code`` and ``month`` (a timestamp of the first day).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from grids.errors import InputError
from grids.indicators.stocks import month_starts

ZONE = "Asia/Shanghai"

OUTCOMES = ("checked", "correct", "to_register", "to_deregister", "wrong_particulars")
GROUND = ("ground_checked", "ground_correct", "ground_to_register", "ground_to_deregister", "ground_wrong")
OPERATIONS = {
    "addition": "additions",
    "change": "changes",
    "deregistration": "deregistrations",
    "visit": "visit_ops",
    "query": "queries",
}
FLOWS = (
    "visits",
    "visits_no_access",
    "visits_count_only",
    "dwellings_checked",
    "records_checked",
    *OUTCOMES,
    *GROUND,
    "rental_inspected",
    "group_renting_found",
    "first_dwellings_checked",
    "first_records_checked",
    *OPERATIONS.values(),
)
DISTINCT_RECORDS = ("records_checked", "first_records_checked")  # absent where a visit gave counts only
YEAR_FIRSTS = ("first_dwellings_checked", "first_records_checked")
#: Distinct records → the visits that gave counts only in the same time, where these are kept beside what is known.
COUNT_ONLY = {
    "records_checked": "visits_count_only",
    "first_records_checked": "visits_count_only",
    "year_first_records_checked": "year_visits_count_only",
}


def building_month(
    checks: pd.DataFrame,
    dwellings: pd.DataFrame,
    *,
    results: pd.DataFrame | None = None,
    activity: pd.DataFrame | None = None,
    unlocated: str | None = None,
) -> pd.DataFrame:
    """Recount the flows of every building and month from their sources.

    ``checks``: one row per visit; a ``visit_id`` that comes again replaces the earlier row (a correction), so a
    late or corrected check changes the month it was made in. A ``building_code`` column gives the building at
    that time, else the dwelling's building on that day. ``results``: visit_id, record_hash per record looked at.
    Distinct dwellings and records are credited to the building of their first check of the month (and year), so
    that sums over buildings are distinct counts. Rental inspections and findings count dwellings, once a month.
    Returns building_code, month and ``FLOWS``; the two distinct-record columns are ``Int64``, absent where a
    visit of that building and month gave counts without saying which records (``visits_count_only``).
    """
    visits = _visits(checks, dwellings, unlocated)
    parts = [
        _visit_counts(visits),
        _outcome_counts(visits, "register", dict(zip(OUTCOMES, OUTCOMES, strict=True))),
        _outcome_counts(visits, "ground", dict(zip(OUTCOMES, GROUND, strict=True))),
        _dwelling_counts(visits),
        _rental_counts(visits),
    ]
    looked_at = _records(visits, results)
    parts += [_record_counts(looked_at), _count_only(visits, looked_at)]
    if activity is not None and len(activity):
        parts.append(_operation_counts(activity, unlocated))
    table = pd.concat([p for p in parts if len(p)], axis=1) if any(len(p) for p in parts) else _no_rows()
    table = table.reindex(columns=list(FLOWS)).fillna(0).astype("int64")
    table = table.astype(dict.fromkeys(DISTINCT_RECORDS, "Int64"))
    table.loc[table["visits_count_only"] > 0, list(DISTINCT_RECORDS)] = pd.NA
    return table.rename_axis(["building_code", "month"]).sort_index().reset_index()


def results_of(checks: pd.DataFrame, column: str = "results") -> pd.DataFrame:
    """One row per record looked at (visit_id, record_hash, outcome) from a column of lists of (hash, outcome).

    A visit without a list gave counts only and has no row.
    """
    lists = checks.loc[checks[column].notna(), ["visit_id", column]].explode(column).dropna(subset=column)
    pairs = lists[column].to_list()
    return pd.DataFrame(
        {
            "visit_id": lists["visit_id"].to_numpy(),
            "record_hash": pd.Series([p[0] for p in pairs], dtype=object),
            "outcome": pd.Series([p[1] for p in pairs], dtype=object),
        }
    )


def building_on(dwelling_codes: pd.Series, days: pd.Series, dwellings: pd.DataFrame) -> pd.Series:
    """Building of each dwelling on a day: its spell begun last, else its first; absent for an unknown dwelling.

    ``dwellings`` may hold several rows of one code, one per building it was part of (``created_on`` begins it).
    """
    spells = dwellings[["code", "building_code"]].assign(
        begun=pd.to_datetime(dwellings["created_on"]).astype("datetime64[ns]")
        if "created_on" in dwellings
        else pd.Series(pd.NaT, index=dwellings.index, dtype="datetime64[ns]")
    )
    spells = spells.sort_values("begun", na_position="first", kind="stable")
    first = spells.drop_duplicates("code").set_index("code")["building_code"]
    found = dwelling_codes.map(first)
    if not dwellings["code"].duplicated().any():
        return found
    asked = pd.DataFrame(
        {
            "code": dwelling_codes.to_numpy(),
            "day": days.to_numpy("datetime64[ns]"),
            "at": np.arange(len(days)),
        }
    )
    later = pd.merge_asof(
        asked.sort_values("day"),
        spells.dropna(subset="begun").sort_values("begun"),
        left_on="day",
        right_on="begun",
        by="code",
    ).sort_values("at")["building_code"]
    return pd.Series(later.to_numpy(), index=found.index).fillna(found)


def known(figures: pd.DataFrame) -> pd.DataFrame:
    """Sums of kept counts with distinct records absent wherever a visit gave counts without saying which records.

    What is kept beside such a visit is what the others are known to have looked at: at least so many.

    >>> kept = pd.DataFrame({"records_checked": [7, 7], "visits_count_only": [0, 1]})
    >>> known(kept)["records_checked"].tolist()
    [7, <NA>]
    """
    pairs = {c: by for c, by in COUNT_ONLY.items() if c in figures and by in figures}
    return figures.assign(**{c: figures[c].astype("Int64").mask(figures[by] > 0) for c, by in pairs.items()})


def differences(stored: pd.DataFrame, recounted: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Where two tables of counts differ: one row per key and column with both values (a missing row counts 0).

    ``keys`` is ("building_code", "month") for flows and ("building_code", "from_month") for stocks.
    """
    columns = [c for c in recounted.columns if c not in keys]
    left, right = (t.set_index(list(keys))[columns].astype("Int64") for t in (stored, recounted))
    for name, table in (("stored", left), ("recounted", right)):
        if table.index.has_duplicates:
            raise InputError(f"The {name} counts hold a building and month twice.")
    index = left.index.union(right.index)
    left, right = left.reindex(index, fill_value=0), right.reindex(index, fill_value=0)
    same = ((left == right) | (left.isna() & right.isna())).fillna(False)
    both = pd.DataFrame({"stored": left.stack(), "recounted": right.stack()})
    return both[~same.stack().astype(bool)].rename_axis([*keys, "column"]).reset_index()


def _visits(checks: pd.DataFrame, dwellings: pd.DataFrame, unlocated: str | None) -> pd.DataFrame:
    visits = checks.drop_duplicates("visit_id", keep="last").reset_index(drop=True)
    moment = pd.to_datetime(visits["visited_at"], utc=True).dt.tz_convert(ZONE)
    day = moment.dt.tz_localize(None).astype("datetime64[ns]")
    placed = building_on(visits["dwelling_code"], day, dwellings)
    if "building_code" in visits:
        placed = visits["building_code"].fillna(placed)
    counts = visits[list(OUTCOMES)].fillna(0).astype("int64")
    return visits.assign(
        **{c: counts[c] for c in OUTCOMES},
        building_code=_placed(placed, unlocated, "checks"),
        month=month_starts(day),
        day=day,
        year=day.dt.year,
        done=visits["outcome"].eq("done"),
    ).sort_values(["day", "visit_id"], kind="stable")


def _placed(buildings: pd.Series, unlocated: str | None, what: str) -> pd.Series:
    missing = int(buildings.isna().sum())
    if missing and unlocated is None:
        raise InputError(
            f"{missing} {what} name no known building; give the unlocated building that holds them."
        )
    return buildings.fillna(unlocated) if missing else buildings


def _visit_counts(visits: pd.DataFrame) -> pd.DataFrame:
    keys = visits.assign(visits=1, visits_no_access=visits["outcome"].eq("no_access").astype("int64"))
    return keys.groupby(["building_code", "month"])[["visits", "visits_no_access"]].sum()


def _outcome_counts(visits: pd.DataFrame, frame: str, names: dict[str, str]) -> pd.DataFrame:
    rows = visits[visits["done"] & visits["frame"].eq(frame)]
    return rows.groupby(["building_code", "month"])[list(names)].sum().rename(columns=names)


def _counted_once(rows: pd.DataFrame, thing: str, period: str, name: str) -> pd.Series:
    """Distinct things of each period, credited to the building and month of their first row (rows are sorted)."""
    first = rows.drop_duplicates([thing, period])
    return first.groupby(["building_code", "month"]).size().rename(name)


def _dwelling_counts(visits: pd.DataFrame) -> pd.DataFrame:
    done = visits[visits["done"]]
    once = _counted_once(done, "dwelling_code", "month", "dwellings_checked")
    return pd.concat([once, _counted_once(done, "dwelling_code", "year", "first_dwellings_checked")], axis=1)


def _rental_counts(visits: pd.DataFrame) -> pd.DataFrame:
    found = visits["done"] & visits["group_renting_found"].fillna(False).astype(bool)
    inspected = (visits["done"] & visits["rental_inspected"].fillna(False).astype(bool)) | found
    # Findings are credited where the dwelling's first inspection of the month was: never more found than inspected.
    first = visits[inspected].drop_duplicates(["dwelling_code", "month"])
    pairs = visits.loc[found, ["dwelling_code", "month"]].drop_duplicates().assign(group_renting_found=1)
    first = first.drop(columns="group_renting_found").merge(pairs, how="left", on=["dwelling_code", "month"])
    first = first.assign(rental_inspected=1, group_renting_found=first["group_renting_found"].fillna(0))
    return first.groupby(["building_code", "month"])[["rental_inspected", "group_renting_found"]].sum()


def _records(visits: pd.DataFrame, results: pd.DataFrame | None) -> pd.DataFrame:
    done = visits.loc[visits["done"], ["visit_id", "building_code", "month", "year"]]
    if results is None:
        return done.iloc[:0].assign(record_hash=pd.Series(dtype=object))
    return done.merge(results[["visit_id", "record_hash"]], on="visit_id")


def _record_counts(looked_at: pd.DataFrame) -> pd.DataFrame:
    once = _counted_once(looked_at, "record_hash", "month", "records_checked")
    return pd.concat([once, _counted_once(looked_at, "record_hash", "year", "first_records_checked")], axis=1)


def _count_only(visits: pd.DataFrame, looked_at: pd.DataFrame) -> pd.DataFrame:
    counted = visits[visits["done"] & visits["frame"].eq("register") & visits["checked"].gt(0)]
    blind = counted[~counted["visit_id"].isin(looked_at["visit_id"])]
    return blind.groupby(["building_code", "month"]).size().to_frame("visits_count_only")


def _operation_counts(activity: pd.DataFrame, unlocated: str | None) -> pd.DataFrame:
    unknown = set(activity["kind"]) - set(OPERATIONS)
    if unknown:
        raise InputError(f"Unknown kinds of register activity: {', '.join(sorted(map(str, unknown)))}.")
    rows = activity.assign(
        building_code=_placed(activity["building_code"], unlocated, "register activities"),
        month=month_starts(pd.to_datetime(activity["day"])),
        column=activity["kind"].map(OPERATIONS),
    )
    return rows.groupby(["building_code", "month", "column"])["n"].sum().unstack("column").fillna(0)


def _no_rows() -> pd.DataFrame:
    months = pd.DatetimeIndex([], dtype="datetime64[ns]")
    return pd.DataFrame(index=pd.MultiIndex.from_arrays([pd.Index([], dtype=object), months]))
