"""``datetime=``: an instant or an interval (RFC 3339), as days and months of Shanghai."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from geo_service.dependencies import SHANGHAI
from geo_service.problems import Problem

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
OPEN = {"", ".."}


@dataclass(frozen=True)
class When:
    """The time asked for. ``day``: the instant's day, the interval's end, or today when nothing was asked."""

    day: dt.date
    start: dt.date | None = None
    end: dt.date | None = None
    asked: bool = False

    @property
    def interval(self) -> bool:
        """Whether more than one day was asked for."""
        return self.asked and self.start != self.end

    @property
    def first(self) -> dt.date:
        """Beginning of the interval, or the earliest day there is."""
        return self.start or dt.date(1, 1, 1)

    @property
    def last(self) -> dt.date:
        """End of the interval, or the latest day there is."""
        return self.end or dt.date(9999, 12, 31)


def parse_datetime(value: str | None, today: dt.date) -> When:
    """The days that ``datetime=`` names; 400 when it is no RFC 3339 instant or interval.

    >>> parse_datetime("2026-03-01/..", dt.date(2026, 11, 1)).start
    datetime.date(2026, 3, 1)
    >>> parse_datetime("2026-03-31T20:00:00Z", dt.date(2026, 11, 1)).day
    datetime.date(2026, 4, 1)
    """
    if value is None:
        return When(today)
    ends = value.split("/")
    if len(ends) > 2:
        raise _bad(value)
    if all(end in OPEN for end in ends):
        if ends != ["..", ".."]:
            raise _bad(value)
        return When(today, None, None, asked=True)
    start, end = (_day(e, value) for e in (ends[0], ends[-1]))
    if start and end and start > end:
        raise _bad(value)
    return When(end or max(today, start or today), start, end, asked=True)


def instant(value: str) -> dt.datetime | dt.date | None:
    """A date or a time with its zone; None when it is neither.

    >>> instant("2026-02-30") is None
    True
    """
    try:
        if _DATE.fullmatch(value):
            return dt.date.fromisoformat(value)
        if _TIME.fullmatch(value):
            return dt.datetime.fromisoformat(value.upper())
    except ValueError:
        return None
    return None


def _day(text: str, whole: str) -> dt.date | None:
    if text in OPEN:
        return None
    found = instant(text)
    if found is None:
        raise _bad(whole)
    try:
        return found.astimezone(SHANGHAI).date() if isinstance(found, dt.datetime) else found
    except OverflowError:
        raise _bad(whole) from None


def _bad(value: str) -> Problem:
    return Problem(
        "invalid-datetime", 400,
        f"datetime 应为 RFC 3339 时刻或区间（如 2026-03-31 或 2026-01-01/..），收到 {value[:40]!r}。 / "
        "datetime must be an RFC 3339 instant or interval.",
    )  # fmt: skip
