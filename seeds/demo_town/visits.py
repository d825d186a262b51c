"""Twelve months of checks by teams with habits, walked through the register and its hidden truth.

Every month each committee's team picks some of its blocks, walks them building by building on Wednesdays and
Fridays (SG-4), finds most of what is wrong, and what is found is corrected within days. The habits are planted so that
the integrity signals (M-7) have something true to find; ``rounds.Habit`` lists them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seeds.demo_town.register import CORRECT, GONE, WRONG, Register, age
from seeds.demo_town.rounds import Habit, Homes, Index, campaigns, choose, clock, months_of
from seeds.demo_town.scale import Scale

ZONE = "Asia/Shanghai"
OUTCOMES = np.array(["correct", "to_deregister", "wrong_particulars"])
FIXED_SHARE = 0.9
INSPECTED_SHARE = 0.4
GROUND_SHARE = 0.2


def walk(
    records: Register,
    homes: Homes,
    teams: list[Habit],
    accuracy: NDArray[np.float64],
    zone_of: NDArray[np.int64],
    scale: Scale,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Visits, results per record, and the true accuracy per committee and month (before that month's checks)."""
    visits: list[pd.DataFrame] = []
    results: list[pd.DataFrame] = []
    truths: list[pd.DataFrame] = []
    weight = np.where(homes.let, 4.0, 1.0)
    for month in months_of(scale):
        first = np.datetime64(month, "D")
        age(records, first, accuracy, homes.committee, weight, rng)
        truths.append(_truth(records, homes, first, len(teams)))
        index = Index(records, len(homes.code))
        for committee, habit in enumerate(teams):
            for campaign, team in campaigns(committee, month, teams, zone_of):
                visit, result = _month(
                    records, homes, index, committee, team, habit, campaign, month, scale, rng
                )
                result["visit"] += sum(len(v) for v in visits)
                visits.append(visit)
                results.append(result)
    seen = pd.concat(visits, ignore_index=True)
    found = pd.concat(results, ignore_index=True)
    seen["visit_id"] = _uuids(len(seen), rng)
    found["visit_id"] = seen["visit_id"].to_numpy()[found["visit"].to_numpy()]
    return seen, found, pd.concat(truths, ignore_index=True)


def _truth(records: Register, homes: Homes, day: np.datetime64, committees: int) -> pd.DataFrame:
    live = records.in_force(day) & records.linked
    part = homes.committee[records.home[live]]
    total = np.bincount(part, minlength=committees)
    right = np.bincount(part, records.state[live] == CORRECT, minlength=committees)
    return pd.DataFrame({
        "month": day.astype(dt.date), "committee": range(committees), "records": total, "correct": right.astype(int),
    })  # fmt: skip


def _month(
    records: Register,
    homes: Homes,
    index: Index,
    committee: int,
    team: str,
    habit: Habit,
    campaign: str | None,
    month: dt.date,
    scale: Scale,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    crossing = campaign is not None
    chosen = choose(homes, index, committee, habit, crossing, rng)
    days, minutes = clock(homes, chosen, habit, crossing, month, scale, rng)
    keep = days <= np.datetime64(scale.until, "D")
    chosen, days, minutes = chosen[keep], days[keep], minutes[keep]
    evening = minutes >= 18 * 60
    done = rng.random(len(chosen)) >= np.where(evening, 0.09, 0.24)
    ground = (rng.random(len(chosen)) < GROUND_SHARE) & (not crossing)
    lazy = habit.lazy and not crossing
    rows, owner = index.rows(chosen)
    looked = done[owner] & (records.since[rows] <= days[owner]) & (records.until[rows] > days[owner])
    rows, owner = rows[looked], owner[looked]
    verdict = np.zeros(len(rows), dtype=np.int8) if lazy else _verdicts(records.state[rows], rng)
    new = np.where(done & ground & (not lazy), rng.binomial(records.hidden[chosen], 0.8), 0)
    visit = _visit_frame(homes, chosen, days, minutes, done, ground, owner, verdict, new, rng)
    visit["campaign"], visit["team"] = campaign, team
    _inspect(visit, homes, chosen, done, lazy, rng)
    _positions(visit, homes, chosen, habit, crossing, rng)
    _correct(records, rows, owner, verdict, chosen, new, days, rng)
    result = pd.DataFrame({"visit": owner, "record": rows, "outcome": OUTCOMES[verdict]})
    return visit, result.iloc[:0] if habit.count_only and not crossing else result


def _verdicts(state: NDArray[np.int8], rng: np.random.Generator) -> NDArray[np.int8]:
    """What is written down: right records as right; nearly every wrong one is noticed."""
    noticed = rng.random(len(state)) < 0.985
    return np.where(noticed, state, CORRECT).astype(np.int8)


def _visit_frame(
    homes: Homes,
    chosen: NDArray[np.int64],
    days: NDArray[np.datetime64],
    minutes: NDArray[np.int64],
    done: NDArray[np.bool_],
    ground: NDArray[np.bool_],
    owner: NDArray[np.int64],
    verdict: NDArray[np.int8],
    new: NDArray[np.int64],
    rng: np.random.Generator,
) -> pd.DataFrame:
    n = len(chosen)
    by_kind = [np.bincount(owner[verdict == kind], minlength=n) for kind in (CORRECT, GONE, WRONG)]
    at = days.astype("datetime64[s]") + minutes.astype("timedelta64[m]")
    seconds = rng.integers(0, 60, n).astype("timedelta64[s]")
    return pd.DataFrame({
        "dwelling_code": homes.code[chosen], "house": homes.house[chosen],
        "visited_at": pd.DatetimeIndex(at + seconds).tz_localize(ZONE),
        "frame": np.where(ground, "ground", "register"), "outcome": np.where(done, "done", "no_access"),
        "checked": sum(by_kind) + new, "correct": by_kind[0], "to_register": new, "to_deregister": by_kind[1],
        "wrong_particulars": by_kind[2],
    })  # fmt: skip


def _inspect(
    visit: pd.DataFrame,
    homes: Homes,
    chosen: NDArray[np.int64],
    done: NDArray[np.bool_],
    lazy: bool,
    rng: np.random.Generator,
) -> None:
    inspected = done & homes.let[chosen] & (rng.random(len(chosen)) < INSPECTED_SHARE)
    visit["rental_inspected"] = inspected
    visit["group_renting_found"] = (
        inspected & homes.group[chosen] & (rng.random(len(chosen)) < 0.88) & (not lazy)
    )


def _positions(
    visit: pd.DataFrame,
    homes: Homes,
    chosen: NDArray[np.int64],
    habit: Habit,
    crossing: bool,
    rng: np.random.Generator,
) -> None:
    """Where the device was, some ten metres off; a hasty team is now and then a kilometre away minutes later."""
    metre_lat, metre_lon = 1 / 110_850, 1 / 95_300
    away = rng.normal(0, 9.0, (len(chosen), 2))
    if habit.hasty and not crossing:
        away += np.where(rng.random((len(chosen), 1)) < 0.06, rng.normal(0, 900, (len(chosen), 2)), 0.0)
    known = rng.random(len(chosen)) < habit.records_position
    visit["lon"] = np.where(known, homes.lon[chosen] + away[:, 0] * metre_lon, np.nan).round(7)
    visit["lat"] = np.where(known, homes.lat[chosen] + away[:, 1] * metre_lat, np.nan).round(7)


def _correct(
    records: Register,
    rows: NDArray[np.int64],
    owner: NDArray[np.int64],
    verdict: NDArray[np.int8],
    chosen: NDArray[np.int64],
    new: NDArray[np.int64],
    days: NDArray[np.datetime64],
    rng: np.random.Generator,
) -> None:
    """Enter what was found: within four days for nine records in ten (SG-1)."""
    fixed = (verdict != CORRECT) & (rng.random(len(rows)) < FIXED_SHARE)
    gone, wrong = fixed & (verdict == GONE), fixed & (verdict == WRONG)
    later = rng.integers(1, 5, len(rows)).astype("timedelta64[D]")
    records.until[rows[gone]] = np.minimum(records.until[rows[gone]], days[owner[gone]] + later[gone])
    records.state[rows[wrong]] = CORRECT
    found = np.flatnonzero(new)
    if len(found):
        home = np.repeat(chosen[found], new[found])
        since = np.repeat(days[found], new[found]) + rng.integers(1, 5, len(home)).astype("timedelta64[D]")
        records.add(home, since)
        np.subtract.at(records.hidden, chosen[found], new[found])


def _uuids(count: int, rng: np.random.Generator) -> list[str]:
    """Version-4 identifiers drawn from the town's own generator."""
    raw = rng.integers(0, 256, (count, 16), dtype=np.uint8)
    raw[:, 6] = raw[:, 6] & 0x0F | 0x40
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    text = raw.tobytes().hex()
    rows = (text[i : i + 32] for i in range(0, len(text), 32))
    return [f"{r[:8]}-{r[8:12]}-{r[12:16]}-{r[16:20]}-{r[20:]}" for r in rows]


def chunks(frame: pd.DataFrame, size: int) -> Iterator[pd.DataFrame]:
    """Consecutive slices of at most ``size`` rows."""
    for start in range(0, len(frame), size):
        yield frame.iloc[start : start + size].reset_index(drop=True)
