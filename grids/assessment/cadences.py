"""The calendar of RULES.md section 4: what is due in a month, what is done, what is late; and the month's own state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grids.assessment.clocks import DAY_END, WorkCalendar, days_of, duty_days, local, monthly_deadline
from grids.assessment.parameters import month_end, month_of
from grids.assessment.rule_set import RuleSet, Values
from grids.assessment.score import Said
from grids.errors import InputError

STATES = ("open", "frozen", "scored", "published", "corrected")
NEXT_STATES: Mapping[str, tuple[str, ...]] = {
    "open": ("frozen",),
    "frozen": ("scored", "open"),
    "scored": ("published", "frozen"),
    "published": ("corrected",),
    "corrected": ("corrected",),
}


class MonthStateError(InputError):
    """A month cannot go from the state it is in to the one asked for."""


def advance(state: str, to: str, reason: str = "") -> str:
    """The next state of a month: open → frozen → scored → published → corrected.

    Before publication a step back is allowed; afterwards only a correction, and that needs a reason (CV-9).
    Raises MonthStateError.

    >>> advance("scored", "published")
    'published'
    """
    if state not in NEXT_STATES or to not in NEXT_STATES[state]:
        raise MonthStateError(f"a month that is {state} cannot become {to}")
    if to == "corrected" and not reason.strip():
        raise MonthStateError("a published month is corrected only with a reason")
    return to


@dataclass(frozen=True)
class Duty:
    """One thing due: rule, moment, and its name. ``key`` is stable: the rule with its date or week."""

    key: str
    rule: str
    cadence: str
    due: dt.datetime
    said: Said


@dataclass(frozen=True)
class DutyState:
    """A duty seen at a moment: ``due`` (still time), ``done``, ``done_late`` or ``late``."""

    duty: Duty
    state: str
    done_at: dt.datetime | None = None


# Deadline at the end of the month, unless the rule has another; the family says whose calendar it is on.
MONTHLY = {
    "SG-3": Said("核查量达标", "monthly volume of checks"),
    "XJ-4": Said("“兜底翻”全覆盖核查", "full sweep of the grids"),
    "XJ-3": Said("专职网格员维护量不低于两成", "a fifth of the changes by grid staff"),
    "SL-13": Said("每账号不少于规定操作数", "operations per account"),
    "SL-19": Said("信息质量测查与居（村）委例会", "quality test and committee meeting"),
    "GM-3": Said("居民区和重点场所督导", "supervision of committees and key sites"),
    "GM-4": Said("人口管理员工作量通报", "bulletin on workload"),
    "GM-10": Said("每月工作例会", "monthly committee meeting"),
    "SG-7": Said("上月排名通报和点评", "ranking of the month before"),
}
WEEKLY = {
    "GM-2": Said("每周维护数", "weekly operations per registrar"),
    "XJ-5": Said("周走访、周点评会", "weekly visits and review"),
}
YEARLY = {
    "SL-8": Said("年度考核平均分", "annual mean score"),
    "SL-9": Said("一票否决核定", "veto settled"),
    "SG-3": Said("年内全覆盖普查", "full coverage in the year"),
    "SG-13": Said("业务培训不少于规定次数", "trainings of the year"),
    "XJ-5": Said("年评估及公示", "yearly evaluation"),
}


def month_calendar(rules: RuleSet, month: str | dt.date, calendar: WorkCalendar) -> list[Duty]:
    """Everything that the town's documents make due because of ``month``, in order of time.

    Scores (day 5) and the meeting (day 10) of a month fall into the following one and are listed with the
    month they are about.
    """
    first = month_of(month)
    values = rules.at(first)
    found = [*_monthly(rules, first), *_weekly(rules, first), *_special(rules, values, first, calendar)]
    if first.month == 12:
        found += [
            _duty(rule, "year", month_end(first), said) for rule, said in YEARLY.items() if _owns(rules, rule)
        ]
    return sorted(found, key=lambda duty: (duty.due, duty.key))


def _owns(rules: RuleSet, rule: str) -> bool:
    return rule.split("-")[0] in rules.families


def _duty(rule: str, cadence: str, day: dt.date, said: Said, at: dt.time = DAY_END) -> Duty:
    return Duty(f"{rule}/{cadence}/{day}", rule, cadence, dt.datetime.combine(day, at), said)


def _monthly(rules: RuleSet, first: dt.date) -> list[Duty]:
    return [
        _duty(rule, "month", month_end(first), said) for rule, said in MONTHLY.items() if _owns(rules, rule)
    ]


def _weekly(rules: RuleSet, first: dt.date) -> list[Duty]:
    """A week belongs to the month of its Sunday."""
    sundays = [day for day in days_of(first) if day.isoweekday() == 7]
    return [
        _duty(rule, "week", day, said)
        for rule, said in WEEKLY.items()
        if _owns(rules, rule)
        for day in sundays
    ]


def _special(rules: RuleSet, values: Values, first: dt.date, calendar: WorkCalendar) -> list[Duty]:
    found: list[Duty] = []
    if "SL" in rules.families:
        for number, said in (("scores_by_day", SCORES), ("meeting_by_day", MEETING)):
            moment = monthly_deadline(values, first, int(values[f"sl6.{number}"]), calendar)
            found.append(Duty(f"SL-6/{number}/{first:%Y-%m}", "SL-6", "day of month", moment, said))
    if "SG" in rules.families:
        for day in duty_days(values, first, calendar):
            found.append(_duty("SG-4", "day session", day, Said("白天扫楼核查", "sweep by day"), dt.time(18)))
            found.append(_duty("SG-4", "night session", day, Said("晚上扫楼核查", "sweep by night")))
        if first.month in values["sg5.months"]:
            found.append(_duty("SG-5", "half-year", month_end(first), CROSS_ZONE))
        if first.month % 3 == 0:
            found.append(_duty("SG-7", "quarter", month_end(first), QUARTER))
        if first.month % 6 == 0:
            found.append(_duty("SG-18", "half-year", month_end(first), VOLUNTEERS))
    return found


SCORES = Said("考核评分汇总上报", "scores of the month handed in")
MEETING = Said("人口专职工作人员会议", "meeting of the population staff")
CROSS_ZONE = Said("片区交叉抽查", "cross-zone checks")
QUARTER = Said("季度最后一周总结分析", "analysis in the quarter’s last week")
VOLUNTEERS = Said("楼组长、志愿者慰问", "thanks to the volunteers")


def seen_at(duties: Iterable[Duty], done: Mapping[str, dt.datetime], now: dt.datetime) -> list[DutyState]:
    """Each duty's state at ``now``; ``done`` maps the keys of duties to the moment they were done."""
    found = []
    for duty in duties:
        moment = done.get(duty.key)
        if moment is not None:
            found.append(DutyState(duty, "done" if local(moment) <= duty.due else "done_late", moment))
        else:
            found.append(DutyState(duty, "due" if local(now) <= duty.due else "late"))
    return found
