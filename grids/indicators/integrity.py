"""Integrity signals of the register's upkeep (M-7, GM-5, GM-6, SL-18): oddities that open a re-check, never a verdict.

One row per account and day, or per dwelling for GM-6. Signals are combined by ranks, because their units differ, and
are always shown with the rate at which honest work would be flagged. What comes out is a list of *dwellings to check
again*, drawn blind: the checker is not told which signal, and no score or list of people is made from it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from grids.errors import InputError

EARTH_RADIUS_M = 6_371_000.0
FLAG_SPEED_KMH = 15.0  # on foot; a town may set more for those who ride
SIGNALS = ("speed_kmh", "heaping_z", "burst", "perfect_surprise")
KEEP_EXACT_DAYS = 30
COARSE_M = 500.0
METRES_PER_DEGREE = float(np.pi * EARTH_RADIUS_M / 180)


def haversine_m(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> np.ndarray:
    """Great-circle distance in metres between points in degrees, lon lat, on a sphere of 6,371 km.

    >>> round(haversine_m(121.4737, 31.2304, 121.4837, 31.2304).item())
    951
    """
    a, b, c, d = (np.radians(np.asarray(v, dtype=float)) for v in (lon1, lat1, lon2, lat2))
    h = np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(h, 0, 1))))


def speed_kmh(distance_m: ArrayLike, seconds: ArrayLike) -> np.ndarray:
    """Speed between two visits; infinite for two places in the same second, 0 for the same place.

    >>> round(speed_kmh(np.array(951), np.array(120)).item(), 1)
    28.5
    """
    metres, time = np.broadcast_arrays(np.asarray(distance_m, float), np.asarray(seconds, float))
    still = metres < 1
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(still, 0.0, 3.6 * metres / np.maximum(time, 0))


def heaping_z(on_quarters: ArrayLike, records: ArrayLike) -> np.ndarray:
    """How far the share of times on :00, :15, :30 and :45 lies above 4 in 60, in standard errors.

    >>> round(heaping_z(np.array(52), np.array(100)).item(), 2)
    18.17
    """
    n, share = np.asarray(records, dtype=float), 4 / 60
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (np.asarray(on_quarters) - n * share) / np.sqrt(n * share * (1 - share))
    return np.where(n > 0, z, np.nan)


def perfect_probability(checked: ArrayLike, accuracy: float = 0.98) -> float:
    """Chance that samples of these sizes are all without an error when the register is ``accuracy`` right.

    >>> round(perfect_probability([80, 80, 80]), 6)
    0.007839
    """
    return float(accuracy ** np.sum(checked))


def account_days(checks: pd.DataFrame, *, accuracy: float = 0.98) -> pd.DataFrame:
    """Signals of each account and day from its visits, indexed by (account, day).

    ``checks``: account, dwelling_code, visited_at, outcome, checked, correct, optional lon and lat (EPSG:4326). Columns:
    ``visits``; ``speed_kmh``: fastest step between two visits that have positions; ``heaping_z``; ``burst``: most visits in
    one minute, beyond the first; ``perfect_surprise``: -log10 of the chance of no error in all records checked, 0 if
    there was an error. A signal that cannot be had that day (no positions) is absent.
    """
    moment = (
        pd.to_datetime(checks["visited_at"], utc=True).dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    )
    visits = checks.assign(moment=moment, day=moment.dt.normalize(), quarter=moment.dt.minute.mod(15).eq(0))
    visits = visits.sort_values(["account", "moment"], kind="stable")
    by_day = visits.groupby(["account", "day"])
    table = by_day.size().to_frame("visits")
    table["speed_kmh"] = _steps(visits).groupby([visits["account"], visits["day"]]).max()
    table["heaping_z"] = heaping_z(by_day["quarter"].sum().to_numpy(), table["visits"].to_numpy())
    minute = visits["moment"].dt.floor("min")
    table["burst"] = (visits.groupby(["account", "day", minute]).size() - 1).groupby(["account", "day"]).max()
    done = visits[visits["outcome"].eq("done")].groupby(["account", "day"])[["checked", "correct"]].sum()
    done = done.reindex(table.index, fill_value=0)
    perfect = (done["checked"] == done["correct"]) & (done["checked"] > 0)
    table["perfect_surprise"] = np.where(perfect, -done["checked"] * np.log10(accuracy), 0.0)
    return table


def combined(signals: pd.DataFrame, columns: tuple[str, ...] = SIGNALS) -> pd.Series:
    """Mean of each account-day's ranks over its signals, from 0 (least odd) to 1; ties share their mean rank.

    Ranks, since km/h and standard errors do not add. An absent signal is left out of the mean.
    """
    if signals.empty:
        return pd.Series(dtype=float, index=signals.index, name="oddity")
    ranks = signals[list(columns)].apply(_unit_ranks)
    return ranks.mean(axis=1).rename("oddity")


def rechecks(signals: pd.DataFrame, *, share: float = 0.05, seed: int, shuffles: int = 200) -> pd.DataFrame:
    """The oddest share of account-days, with the rate at which unrelated signals alone would be as odd.

    Columns: oddity, recheck, false_alarm_rate. The rate is measured: each signal is shuffled over all account-days,
    which breaks every tie between signals and keeps each one's own distribution; the rate is the share of shuffled
    days at least as odd. If it is near ``share``, the signals do not agree with each other and the list is luck.
    """
    if not 0 < share <= 1:
        raise InputError("The share to check again lies between 0 and 1.")
    oddity = combined(signals)
    rng = np.random.default_rng(seed)
    columns = [signals[c].to_numpy() for c in SIGNALS]
    pool = []
    for _ in range(shuffles if len(signals) else 0):
        mixed = pd.DataFrame({c: rng.permutation(v) for c, v in zip(SIGNALS, columns, strict=True)})
        pool.append(combined(mixed).to_numpy())
    chance = np.sort(np.concatenate(pool)) if pool else np.zeros(0)
    as_odd = len(chance) - np.searchsorted(chance, oddity.to_numpy() - 1e-12)
    count = int(np.ceil(share * len(oddity)))
    line = np.sort(oddity.to_numpy())[-count] if count else np.inf
    return pd.DataFrame(
        {
            "oddity": oddity,
            "recheck": oddity >= line,
            "false_alarm_rate": as_odd / max(len(chance), 1),
        }
    )


def blind_rechecks(
    checks: pd.DataFrame, flagged: pd.DataFrame, *, seed: int, each: int = 3, decoys: float = 1.0
) -> pd.DataFrame:
    """Dwellings to check again, without account, day or signal, mixed with as many drawn from unflagged days.

    ``checks``: account, dwelling_code, visited_at; ``flagged``: from ``rechecks``. With ``decoys`` a re-checker cannot tell
    which dwellings a signal led to, and the two groups can be compared afterwards from the seed.
    """
    moment = (
        pd.to_datetime(checks["visited_at"], utc=True).dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    )
    keys = pd.MultiIndex.from_arrays([checks["account"], moment.dt.normalize()])
    odd = flagged["recheck"].reindex(keys).fillna(False).to_numpy(dtype=bool)
    rng = np.random.default_rng(seed)
    ordered = checks.assign(odd=odd, group=keys).sort_values(["account", "visited_at", "dwelling_code"])
    chosen: set[str] = set()
    for _, rows in ordered[ordered["odd"]].groupby("group"):
        homes = rows["dwelling_code"].unique()
        chosen |= set(rng.choice(homes, min(each, len(homes)), replace=False).tolist())
    others = np.array(sorted(set(ordered.loc[~ordered["odd"], "dwelling_code"]) - chosen), dtype=object)
    extra = rng.choice(others, min(round(decoys * len(chosen)), len(others)), replace=False).tolist()
    return pd.DataFrame({"dwelling_code": sorted([*chosen, *extra])})


def dwelling_signals(
    dwellings: pd.DataFrame,
    registrations: pd.DataFrame,
    as_of: object,
    *,
    days: int = 90,
    m2_per_person: float = 5.0,
) -> pd.DataFrame:
    """GM-6: records beyond what the letting limit allows in the floor area, and churn; per dwelling code.

    Columns: records (in force on the day), capacity (floor area ÷ ``m2_per_person``, absent without an area), over_capacity
    (records ÷ capacity), churn: records begun or ended in the last ``days`` ÷ mean records in that time, absent
    when nobody was registered. Leads to a re-check of the dwelling, never to a list of people.
    """
    end = pd.Timestamp(as_of).normalize()  # type: ignore[arg-type]
    start = end - pd.Timedelta(days=days)
    since, until = pd.to_datetime(registrations["since"]), pd.to_datetime(registrations["until"])
    codes = registrations["dwelling_code"]
    force = ((since <= end) & ~(until <= end)).groupby(codes).sum()
    moves = since.between(start, end, inclusive="right").astype(int) + until.between(
        start, end, inclusive="right"
    )
    first, last = since.where(since >= start, start), until.where(until <= end, end)
    held = (last - first).dt.days.clip(lower=0).groupby(codes).sum() / days
    index = pd.Index(dwellings["code"], name="dwelling_code")
    records = force.reindex(index, fill_value=0).astype("int64")
    mean = held.reindex(index, fill_value=0)
    capacity = np.floor(dwellings["floor_area_m2"].to_numpy(dtype=float) / m2_per_person)
    capacity = np.where(capacity > 0, capacity, np.nan)
    churn = moves.groupby(codes).sum().reindex(index, fill_value=0) / mean.where(mean > 0)
    columns = {"records": records, "capacity": capacity, "over_capacity": records / capacity, "churn": churn}
    return pd.DataFrame(columns, index=index)


def coarsened(
    visits: pd.DataFrame, today: object, *, keep_exact_days: int = KEEP_EXACT_DAYS, step_m: float = COARSE_M
) -> pd.DataFrame:
    """Visits with positions (lon, lat, EPSG:4326) older than the window rounded to a grid of ``step_m`` (CV-12).

    Rounding again changes nothing, so it can run every day. Rows without a position stay without.
    """
    day = pd.to_datetime(visits["visited_at"], utc=True).dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    now = pd.Timestamp(today).normalize()  # type: ignore[arg-type]
    old = (now - day.dt.normalize()).dt.days > keep_exact_days
    lat_step = step_m / METRES_PER_DEGREE
    lat = (visits["lat"] / lat_step).round() * lat_step
    lon_step = lat_step / np.cos(np.radians(lat))
    lon = (visits["lon"] / lon_step).round() * lon_step
    return visits.assign(lon=visits["lon"].mask(old, lon), lat=visits["lat"].mask(old, lat))


def _steps(visits: pd.DataFrame) -> pd.Series:
    """Speed of each visit from the account's previous one of that day that has a position."""
    if not {"lon", "lat"} <= set(visits.columns):
        return pd.Series(np.nan, index=visits.index)
    placed = visits.dropna(subset=["lon", "lat"])
    before = placed.groupby(["account", "day"])[["lon", "lat", "moment"]].shift()
    metres = haversine_m(before["lon"], before["lat"], placed["lon"], placed["lat"])
    seconds = (placed["moment"] - before["moment"]).dt.total_seconds()
    speeds = pd.Series(speed_kmh(metres, seconds.to_numpy()), index=placed.index)
    # Two doors of one stairwell in the same second are a burst, not a speed.
    speeds = speeds.mask(np.isinf(speeds) & (metres < 100), 0.0).where(before["lon"].notna())
    return speeds.reindex(visits.index)


def _unit_ranks(column: pd.Series) -> pd.Series:
    known = column.notna()
    out = pd.Series(np.nan, index=column.index)
    if known.sum() > 1:
        out[known] = (column[known].rank() - 1) / (known.sum() - 1)
    elif known.any():
        out[known] = 0.5
    return out
