"""Who goes where and when: teams with habits, the doors of a month and the minutes of each visit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seeds.demo_town.register import Register
from seeds.demo_town.scale import Scale


@dataclass(frozen=True)
class Habit:
    """How one team works. ``lazy`` reports everything right; ``heaping`` writes quarter hours; ``hasty`` jumps."""

    team: str
    yearly_share: float
    evening_share: float
    heaping: float = 0.0
    lazy: bool = False
    hasty: bool = False
    count_only: bool = False
    records_position: float = 0.85


@dataclass
class Homes:
    """What a team can see of the dwellings, as arrays over their rows."""

    code: NDArray[np.object_]
    committee: NDArray[np.int64]
    block: NDArray[np.int64]
    house: NDArray[np.int64]
    floor: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    let: NDArray[np.bool_]
    group: NDArray[np.bool_]
    visitable: NDArray[np.bool_]


def habits(committees: int, rng: np.random.Generator) -> list[Habit]:
    """One team per committee; five of them with a habit worth a second look."""
    teams = []
    odd = dict(
        zip(
            rng.permutation(committees).tolist(),
            ("lazy", "heaping", "hasty", "count", "evening"),
            strict=False,
        )
    )
    for i in range(committees):
        kind = odd.get(i, "")
        teams.append(
            Habit(
                team=f"T{i + 1:02d}",
                yearly_share=0.24 if kind == "lazy" else float(np.clip(rng.normal(0.82, 0.26), 0.2, 1.3)),
                evening_share=0.95 if kind == "evening" else float(rng.uniform(0.25, 0.6)),
                heaping=0.7 if kind == "heaping" else 0.0,
                lazy=kind == "lazy",
                hasty=kind == "hasty",
                count_only=kind == "count",
            )
        )
    return teams


def months_of(scale: Scale) -> list[dt.date]:
    """First days of the months of checks."""
    start = scale.first_day.year * 12 + scale.first_day.month - 1
    return [dt.date(m // 12, m % 12 + 1, 1) for m in range(start, start + scale.months)]


class Index:
    """Records by dwelling, as they stand at the start of a month: rows ``order[start[d]:start[d + 1]]``."""

    def __init__(self, records: Register, dwellings: int) -> None:
        usable = np.flatnonzero(records.linked)
        self.order = usable[np.argsort(records.home[usable], kind="stable")]
        self.start = np.searchsorted(records.home[self.order], np.arange(dwellings + 1))

    def rows(self, dwellings: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Record rows of some dwellings, and for each the position of its dwelling."""
        counts = self.start[dwellings + 1] - self.start[dwellings]
        owner = np.repeat(np.arange(len(dwellings)), counts)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self.order[self.start[dwellings][owner] + within], owner


def campaigns(
    committee: int, month: dt.date, teams: list[Habit], zone_of: NDArray[np.int64]
) -> list[tuple[str | None, str]]:
    """The month's own checks; in March and September also the cross-zone check by another zone's team (SG-5)."""
    rounds: list[tuple[str | None, str]] = [(None, teams[committee].team)]
    others = np.flatnonzero(
        zone_of == (zone_of[committee] + (1 if month.month == 3 else 2)) % (zone_of.max() + 1)
    )
    if month.month in (3, 9) and zone_of.max() > 0:
        rounds.append(
            (f"{month.year}-{month.month:02d} 交叉抽查", teams[int(others[committee % len(others)])].team)
        )
    return rounds


def choose(
    homes: Homes, index: Index, committee: int, habit: Habit, crossing: bool, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Dwellings of the month: some blocks of the committee, a share of their homes, until the month's number."""
    own = np.flatnonzero((homes.committee == committee) & homes.visitable)
    residents = int((index.start[own + 1] - index.start[own]).sum())
    wish = residents * habit.yearly_share / 12 * rng.uniform(0.7, 1.35)
    wish = 84.0 if habit.lazy else max(wish, 92.0 if rng.random() < 0.93 else 40.0)
    wish = 130.0 if crossing else wish
    blocks = rng.permutation(np.unique(homes.block[own]))
    busy = blocks[: max(1, round(len(blocks) * rng.uniform(0.3, 0.7)))]
    pool = own if crossing else own[np.isin(homes.block[own], busy)]
    # every second building or so, then about two doors in three: a sweep is a walk, not a lottery over doors
    houses = np.unique(homes.house[pool])
    walked = houses[rng.random(len(houses)) < 0.55]
    pool = pool[np.isin(homes.house[pool], walked)] if len(walked) and not crossing else pool
    pool = rng.permutation(pool)
    people = np.cumsum(index.start[pool + 1] - index.start[pool]) * 0.83
    take = int(np.searchsorted(people, wish)) + 1
    return pool[:take]


def clock(
    homes: Homes,
    chosen: NDArray[np.int64],
    habit: Habit,
    crossing: bool,
    month: dt.date,
    scale: Scale,
    rng: np.random.Generator,
) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """Day and minute of the day of each visit; ``chosen`` is put in walking order in place."""
    order = np.lexsort((homes.floor[chosen], homes.house[chosen]))
    chosen[:] = chosen[order]
    duty = duty_days(month, scale)
    sessions = max(1, -(-len(chosen) // 22))
    session = np.minimum(np.arange(len(chosen)) // 22, sessions - 1)
    day = np.sort(rng.choice(len(duty), sessions, replace=sessions > len(duty)))
    late = rng.random(sessions) < habit.evening_share
    begin = np.where(late, 18 * 60 + 5, 9 * 60 + 10) + rng.integers(0, 50, sessions)
    gap = rng.gamma(4.0, 0.35 if habit.lazy and not crossing else 1.5, len(chosen)) + 0.4
    passed = np.cumsum(gap)
    first = np.flatnonzero(np.diff(session, prepend=-1))
    minute = begin[session] + passed - passed[first][session]
    if habit.heaping and not crossing:
        heaped = rng.random(len(chosen)) < habit.heaping
        minute = np.where(heaped, np.round(minute / 15) * 15, minute)
    return duty[day[session]], np.minimum(minute, 21 * 60 + 55).astype(int)


def duty_days(month: dt.date, scale: Scale) -> NDArray[np.datetime64]:
    """Wednesdays and Fridays of the month up to the last day (SG-4); the first day where there is none yet."""
    start = np.datetime64(month, "D")
    end = min(np.datetime64(start.astype("datetime64[M]") + 1, "D"), np.datetime64(scale.until, "D") + 1)
    days = np.arange(start, end)
    weekday = (days.astype(int) + 3) % 7
    duty = days[(weekday == 2) | (weekday == 4)]
    return duty if len(duty) else days[:1]
