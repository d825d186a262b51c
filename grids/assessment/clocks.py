"""Clocks of the rules: working days, deadlines, duty days and cross-zone checks.

RULES.md SG-1, SG-2, SG-4, SG-5, SL-6, CV-7 and CV-8.
Times are aware or naive in Asia/Shanghai wall time; whoever calls brings them, since the rules know no clock.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from zoneinfo import ZoneInfo

from grids.assessment.exact import rate
from grids.assessment.parameters import month_end, month_of
from grids.assessment.rule_set import Values
from grids.errors import InputError

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY_END = dt.time(23, 59, 59)
CLOCKS = ("calendar", "hours48", "workday")


@dataclass(frozen=True)
class WorkCalendar:
    """The plain week with its exceptions: True for a make-up working day (调休), False for a day off.

    >>> days = WorkCalendar({dt.date(2024, 2, 10): False, dt.date(2024, 2, 18): True})
    >>> days.works(dt.date(2024, 2, 18)), days.works(dt.date(2024, 2, 17))
    (True, False)
    """

    exceptions: Mapping[dt.date, bool]

    def works(self, day: dt.date) -> bool:
        """Is ``day`` a working day?"""
        return self.exceptions.get(day, day.isoweekday() <= 5)

    def next_working(self, day: dt.date) -> dt.date:
        """``day`` itself, or the first working day after it."""
        while not self.works(day):
            day += dt.timedelta(days=1)
        return day

    def after(self, day: dt.date, count: int) -> dt.date:
        """The ``count``-th working day after ``day``."""
        for _ in range(count):
            day = self.next_working(day + dt.timedelta(days=1))
        return day


def local(moment: dt.datetime) -> dt.datetime:
    """Wall time in Shanghai without its zone; naive moments are taken as such already (CV-7)."""
    return moment.astimezone(SHANGHAI).replace(tzinfo=None) if moment.tzinfo else moment


def due(received: dt.datetime, days: int, clock: str, calendar: WorkCalendar) -> dt.datetime:
    """Last moment of 「N天内」 after ``received`` (CV-8): end of the N-th calendar or working day, or 24·N hours.

    >>> due(dt.datetime(2024, 3, 1, 10), 2, "workday", WorkCalendar({}))
    datetime.datetime(2024, 3, 5, 23, 59, 59)
    """
    moment = local(received)
    if clock == "hours48":
        return moment + dt.timedelta(hours=24 * days)
    if clock == "calendar":
        return dt.datetime.combine(moment.date() + dt.timedelta(days=days), DAY_END)
    if clock == "workday":
        return dt.datetime.combine(calendar.after(moment.date(), days), DAY_END)
    raise InputError(f"clock {clock!r} is none of {', '.join(CLOCKS)}")


@dataclass(frozen=True)
class Change:
    """The four moments of a change at a place (SG-1); None is not yet."""

    discovered: dt.datetime
    reported_to_block: dt.datetime | None = None
    collected: dt.datetime | None = None
    reported_to_worker: dt.datetime | None = None
    entered: dt.datetime | None = None
    same_day: bool = False


@dataclass(frozen=True)
class Timeliness:
    """SG-1 and SG-2 for one change: whether each step was in time; None while it is open and not yet due."""

    collected: bool | None
    entered: bool | None
    whole: bool | None
    same_day: bool | None
    discovery_same_day: bool | None
    hours: float | None


def timeliness(values: Values, change: Change, calendar: WorkCalendar, now: dt.datetime) -> Timeliness:
    """How one change kept SG-1's two clocks, the whole of both, and SG-2 where the place asks for it.

    The steps run from different reports, so each has its own clock; the whole may take the days of both.
    """
    clock, collect, enter = (
        values["sg1.clock"],
        int(values["sg1.collect_days"]),
        int(values["sg1.enter_days"]),
    )
    begun = change.reported_to_block
    return Timeliness(
        _kept(begun, change.collected, collect, clock, calendar, now),
        _kept(change.reported_to_worker, change.entered, enter, clock, calendar, now),
        _kept(begun, change.entered, collect + enter, clock, calendar, now),
        _same_day(change, now) if change.same_day and values["sg2.same_day_scope"] == "place_flag" else None,
        None if begun is None else local(begun).date() == local(change.discovered).date(),
        None if change.entered is None else _hours(begun or change.discovered, change.entered),
    )


def _hours(begin: dt.datetime, end: dt.datetime) -> float:
    return (local(end) - local(begin)).total_seconds() / 3600


def _kept(
    begin: dt.datetime | None,
    end: dt.datetime | None,
    days: int,
    clock: str,
    calendar: WorkCalendar,
    now: dt.datetime,
) -> bool | None:
    if begin is None:
        return None
    limit = due(begin, days, clock, calendar)
    if end is not None:
        return local(end) <= limit
    return None if local(now) <= limit else False


def _same_day(change: Change, now: dt.datetime) -> bool | None:
    moments = (
        change.discovered,
        change.reported_to_block,
        change.collected,
        change.reported_to_worker,
        change.entered,
    )
    day = local(change.discovered).date()
    if any(moment is not None and local(moment).date() != day for moment in moments):
        return False
    if change.collected is None or change.entered is None:
        return None if local(now).date() == day else False
    return True


@dataclass(frozen=True)
class TimelinessSummary:
    """SG-1 of a grid: share in time of the settled changes, and hours from report to entry of the entered ones."""

    settled: int
    on_time_share: Fraction | None
    median_hours: float | None
    p90_hours: float | None


def summary(results: Iterable[Timeliness]) -> TimelinessSummary:
    """The KPI of a grid; the 90th percentile is the smallest value that 90 % do not exceed."""
    held = list(results)
    settled = [result.whole for result in held if result.whole is not None]
    hours = sorted(result.hours for result in held if result.hours is not None)
    p90 = hours[math.ceil(0.9 * len(hours)) - 1] if hours else None
    return TimelinessSummary(
        len(settled), rate(sum(settled), len(settled)), median(hours) if hours else None, p90
    )


def days_of(month: str | dt.date) -> list[dt.date]:
    """Every day of a month."""
    first = month_of(month)
    return [first + dt.timedelta(days=n) for n in range(month_end(first).day)]


def duty_days(values: Values, month: str | dt.date, calendar: WorkCalendar) -> list[dt.date]:
    """SG-4: the Wednesdays and Fridays of a month; holidays among them drop out only where the town says so."""
    weekdays = set(values["sg4.weekdays"])
    days = [day for day in days_of(month) if day.isoweekday() in weekdays]
    return [day for day in days if calendar.works(day)] if values["sg4.holidays"] == "skipped" else days


def sessions(values: Values, month: str | dt.date, calendar: WorkCalendar) -> int:
    """SG-4: sweep sessions of a month, by day and by night on each duty day."""
    return int(values["sg4.sessions_per_day"]) * len(duty_days(values, month, calendar))


def persons_per_session(committees: int, monthly_min: int, session_count: int) -> int | None:
    """Persons to check in each session so that every committee reaches its minimum; None without a session.

    >>> persons_per_session(23, 80, 18)
    103
    """
    return math.ceil(Fraction(committees * monthly_min, session_count)) if session_count else None


def cross_zone_assignment(values: Values, zones: Sequence[str], month: str | dt.date) -> dict[str, str]:
    """SG-5: which zone each zone's team checks in March or September, never its own.

    Shifts of the ring of zones take turns: with three zones there are exactly two, one for March, one for
    September. Raises InputError in another month, or with fewer than two zones.
    """
    first = month_of(month)
    turns = [int(number) for number in values["sg5.months"]]
    if first.month not in turns:
        raise InputError(f"{first:%Y-%m} is no month of cross-zone checks ({', '.join(map(str, turns))})")
    if len(set(zones)) < 2 or len(set(zones)) != len(zones):
        raise InputError(f"cross-zone checks need two different zones or more, got {list(zones)}")
    shift = (first.year * len(turns) + turns.index(first.month)) % (len(zones) - 1) + 1
    return {zone: zones[(place + shift) % len(zones)] for place, zone in enumerate(zones)}


def monthly_deadline(
    values: Values, month: str | dt.date, day_of_next: int, calendar: WorkCalendar
) -> dt.datetime:
    """SL-6: end of day ``day_of_next`` of the following month, moved off holidays where the rule set says so.

    Where the day itself is not included, the last day is the one before.
    """
    day = month_end(month_of(month)) + dt.timedelta(days=day_of_next)
    if not values["sl6.day_included"]:
        day -= dt.timedelta(days=1)
    return dt.datetime.combine(
        calendar.next_working(day) if values["cv.holiday_deadline_moves"] else day, DAY_END
    )
