"""Ladders: runs and counts of last places over the months, and 上钢新村 SG-8 (RULES.md section 1.3).

Units are committees. Nobody is named: an event says which level is reached and which roles meet whom.
A month in which a unit was not assessed (None) neither breaks nor extends a run, and counts nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from grids.assessment.exact import shown
from grids.assessment.ranking import LastPlaces, last_places
from grids.assessment.rule_set import Values
from grids.assessment.score import Said, plain


@dataclass(frozen=True)
class LadderEvent:
    """A step reached by a unit in a month. ``count`` is the run or the number in the year that led to it."""

    unit: str
    month: dt.date
    rule: str
    level: int
    count: int
    said: Said
    parameters: Mapping[str, Any] = field(default_factory=dict)
    rule_set: str = ""
    notes: tuple[Said, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON and storage."""
        return {
            "unit": self.unit, "month": f"{self.month:%Y-%m}", "rule": self.rule, "level": self.level,
            "count": self.count, "zh": self.said.zh, "en": self.said.en, "parameters": plain(self.parameters),
            "rule_set": self.rule_set, "notes": [note._asdict() for note in self.notes],
        }  # fmt: skip


def run_steps(
    flags: Mapping[dt.date, bool | None], level_1: int, level_2: int, repeat: bool, reset_at_year_end: bool
) -> list[tuple[dt.date, int, int]]:
    """(month, level, length of the run) wherever a run of flagged months reaches a level (SL-11, SL-12).

    >>> months = {dt.date(2024, m + 1, 1): bool(f) for m, f in enumerate([1, 1, 0, 1, 1, 1, 1])}
    >>> [(month.month, level) for month, level, _ in run_steps(months, 2, 3, True, False)]
    [(2, 1), (5, 1), (6, 2), (7, 2)]
    """
    run, year, found = 0, None, []
    for month in sorted(flags):
        if reset_at_year_end and month.year != year:
            run, year = 0, month.year
        flag = flags[month]
        if flag is None:
            continue
        run = run + 1 if flag else 0
        if run == level_1:
            found.append((month, 1, run))
        elif run == level_2 or (run > level_2 and repeat):
            found.append((month, 2, run))
    return found


def count_steps(
    flags: Mapping[dt.date, bool | None], counts: Sequence[int], reset_at_year_end: bool
) -> list[tuple[dt.date, int, int]]:
    """(month, level, number so far) at each flagged month of a year; beyond the last count its level repeats (SG-8).

    >>> months = {dt.date(2024, m + 1, 1): bool(f) for m, f in enumerate([0, 1, 0, 0, 1, 1, 0, 1])}
    >>> [(month.month, level) for month, level, _ in count_steps(months, (1, 2, 3), True)]
    [(2, 1), (5, 2), (6, 3), (8, 3)]
    """
    number, year, found = 0, None, []
    for month in sorted(flags):
        if reset_at_year_end and month.year != year:
            number, year = 0, month.year
        if not flags[month]:
            continue
        number += 1
        level = sum(number >= least for least in counts)
        if level and (number in counts or number > max(counts)):
            found.append((month, level, number))
    return found


def veto_months(
    flags: Mapping[dt.date, bool | None], needed: int, reset_at_year_end: bool = True
) -> list[tuple[dt.date, int]]:
    """The month in which the count of a year reaches ``needed``, with the count (SL-9)."""
    steps = count_steps(flags, (needed,), reset_at_year_end)
    return [(month, number) for month, _, number in steps if number == needed]


def latest(rules: Mapping[dt.date, Values]) -> Values:
    """The values of the newest month: ladders over several months follow the newest rules."""
    return rules[max(rules)]


def shanggang_ladder(
    rules: Mapping[dt.date, Values], months: Mapping[dt.date, Mapping[str, Fraction | None]]
) -> list[LadderEvent]:
    """All events of SG-8: last by the month's criterion for the 1st, 2nd, 3rd time in the year."""
    last = {month: _last_one(rules[month], figures) for month, figures in months.items()}
    events: list[LadderEvent] = []
    v = latest(rules).reading()
    counts, reset = [int(n) for n in v["sg8.counts"]], v["cv.reset_counts_at_year_end"]
    for unit in sorted({unit for figures in months.values() for unit in figures}):
        flags = {
            m: unit in last[m].units if figures.get(unit) is not None else None
            for m, figures in months.items()
        }
        for month, level, number in count_steps(flags, counts, reset):
            value = months[month][unit]
            note = Said(
                f"当月{shown(None if value is None else 100 * value)}%",
                f"{shown(None if value is None else 100 * value)} % in the month",
            )
            events.append(
                LadderEvent(
                    unit,
                    month,
                    "SG-8",
                    level,
                    number,
                    _meeting(level, number),
                    dict(v.read),
                    v.label,
                    (note,),
                )
            )
    return sorted(events, key=lambda event: (event.month, event.unit))


def _last_one(values: Values, figures: Mapping[str, Fraction | None]) -> LastPlaces:
    return last_places(figures, 1, values["cv.tie_policy"], values["cv.short_field"] == "guard")


MEETINGS = (
    Said(
        "平安办、派出所人口管理专职干部约谈居民区综合管理社工",
        "the population officers meet the committee's social worker",
    ),
    Said(
        "平安办主任、派出所分管副所长约谈居委会主任",
        "the office head and the station's deputy head meet the committee's director",
    ),
    Said(
        "街道分管领导、派出所所长约谈居民区党总支书记",
        "the subdistrict's leader and the station head meet the committee's party secretary",
    ),
)


def _meeting(level: int, number: int) -> Said:
    who = MEETINGS[min(level, len(MEETINGS)) - 1]
    return Said(
        f"年度内第{number}次月度排名末位：{who.zh}",
        f"last place for the {ordinal(number)} time this year: {who.en}",
    )


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th.

    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 21)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '21st']
    """
    ending = "th" if 10 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
