"""Deadlines, duty days, cross-zone checks and the month's calendar (SG-1, SG-2, SG-4, SG-5, SL-6)."""

from __future__ import annotations

import datetime as dt
import itertools
from fractions import Fraction

import pytest

from grids.assessment.cadences import STATES, MonthStateError, advance, month_calendar, seen_at
from grids.assessment.clocks import (
    Change,
    WorkCalendar,
    cross_zone_assignment,
    due,
    duty_days,
    monthly_deadline,
    persons_per_session,
    sessions,
    summary,
    timeliness,
)
from grids.errors import InputError
from seeds.rule_sets import holidays

CALENDAR = WorkCalendar(holidays())
FRIDAY = dt.datetime(2024, 3, 1, 10)


@pytest.mark.parametrize(
    ("clock", "moment"),
    [("calendar", dt.datetime(2024, 3, 3, 23, 59, 59)), ("hours48", dt.datetime(2024, 3, 3, 10)),
     ("workday", dt.datetime(2024, 3, 5, 23, 59, 59))],
)  # fmt: skip
def test_two_days_after_a_friday(clock, moment):
    assert due(FRIDAY, 2, clock, CALENDAR) == moment


def test_a_moment_in_another_zone_counts_in_shanghai_time():
    late_evening = dt.datetime(2024, 3, 1, 16, 30, tzinfo=dt.UTC)  # half past midnight on the 2nd
    assert due(late_evening, 2, "calendar", CALENDAR).date() == dt.date(2024, 3, 4)


def test_make_up_days_work_and_holidays_do_not():
    assert CALENDAR.works(dt.date(2024, 2, 4))  # a Sunday before the Spring Festival
    assert not CALENDAR.works(dt.date(2024, 2, 12))
    assert CALENDAR.after(dt.date(2024, 2, 9), 1) == dt.date(2024, 2, 18)
    assert due(dt.datetime(2024, 9, 30, 9), 2, "workday", CALENDAR).date() == dt.date(2024, 10, 9)


def test_each_listed_holiday_differs_from_the_plain_week_or_is_a_festival():
    makeups = [day for day, works in CALENDAR.exceptions.items() if works]
    assert makeups
    assert all(day.isoweekday() > 5 for day in makeups)


def at(day, hour=12):
    return dt.datetime(2024, 3, day, hour)


def test_each_step_has_its_own_clock(values):
    v = values("shanggang")
    change = Change(at(1), at(1), at(3), at(4), at(6))
    result = timeliness(v, change, CALENDAR, at(30))
    assert (result.collected, result.entered, result.whole) == (True, True, False)
    assert result.discovery_same_day is True
    assert result.same_day is None
    assert result.hours == 120


def test_an_open_step_is_undecided_until_it_is_due(values):
    v = values("shanggang")
    assert timeliness(v, Change(at(1), at(1)), CALENDAR, at(2)).collected is None
    assert timeliness(v, Change(at(1), at(1)), CALENDAR, at(4)).collected is False


def test_a_same_day_place_wants_all_on_one_local_date(values):
    v = values("shanggang")
    kept = Change(at(1, 8), at(1, 9), at(1, 12), at(1, 13), at(1, 23), same_day=True)
    assert timeliness(v, kept, CALENDAR, at(5)).same_day is True
    missed = Change(at(1, 8), at(1, 9), at(1, 12), at(1, 13), at(2, 1), same_day=True)
    assert timeliness(v, missed, CALENDAR, at(5)).same_day is False
    assert (
        timeliness(values("shanggang", sg2__same_day_scope="off"), missed, CALENDAR, at(5)).same_day is None
    )


def test_summary_counts_only_settled_changes(values):
    v = values("shanggang")
    changes = [Change(at(1), at(1), at(2), at(2), at(2 + n)) for n in range(10)] + [Change(at(29), at(29))]
    told = summary(timeliness(v, change, CALENDAR, at(30)) for change in changes)
    assert told.settled == 10
    assert told.on_time_share == Fraction(4, 10)
    assert (told.median_hours, told.p90_hours) == (24 * 5.5, 24 * 9)


def test_march_2024_has_nine_duty_days_and_eighteen_sessions(values):
    v = values("shanggang")
    assert len(duty_days(v, "2024-03", CALENDAR)) == 9
    assert sessions(v, "2024-03", CALENDAR) == 18
    assert persons_per_session(23, 80, 18) == 103


def test_holidays_drop_out_of_duty_days_only_where_the_town_says_so(values):
    assert dt.date(2024, 10, 2) in duty_days(values("shanggang"), "2024-10", CALENDAR)
    skipped = duty_days(values("shanggang", sg4__holidays="skipped"), "2024-10", CALENDAR)
    assert dt.date(2024, 10, 2) not in skipped


def test_three_zones_have_exactly_two_crossings_and_they_alternate(values):
    v, zones = values("shanggang"), ("上钢", "济阳", "德州")
    possible = [
        dict(zip(zones, order, strict=True))
        for order in itertools.permutations(zones)
        if all(team != zone for team, zone in zip(zones, order, strict=True))
    ]
    march, september = (cross_zone_assignment(v, zones, f"2024-{m}") for m in ("03", "09"))
    assert len(possible) == 2
    assert march in possible
    assert september in possible
    assert march != september
    assert cross_zone_assignment(v, zones, "2025-03") == march


def test_cross_zone_checks_refuse_one_zone_or_another_month(values):
    with pytest.raises(InputError, match="2024-04"):
        cross_zone_assignment(values("shanggang"), ("a", "b"), "2024-04")
    with pytest.raises(InputError, match="two different zones"):
        cross_zone_assignment(values("shanggang"), ("a",), "2024-03")


def test_day_five_and_day_ten_move_off_holidays(values):
    v = values("sanlin")
    assert monthly_deadline(v, "2024-01", 5, CALENDAR) == dt.datetime(2024, 2, 5, 23, 59, 59)
    assert monthly_deadline(v, "2024-01", 10, CALENDAR).date() == dt.date(2024, 2, 18)
    assert monthly_deadline(v, "2024-09", 5, CALENDAR).date() == dt.date(2024, 10, 8)
    fixed = values("sanlin", cv__holiday_deadline_moves=False)
    assert monthly_deadline(fixed, "2024-09", 5, CALENDAR).date() == dt.date(2024, 10, 5)
    excluded = values("sanlin", sl6__day_included=False)
    assert monthly_deadline(excluded, "2024-01", 5, CALENDAR).date() == dt.date(
        2024, 2, 4
    )  # a make-up Sunday


def test_the_month_of_each_town_lists_its_own_duties(rules_of):
    rules = {town: {d.rule for d in month_calendar(rules_of(town), "2024-03", CALENDAR)} for town in
             ("sanlin", "shanggang", "xujing")}  # fmt: skip
    assert {"SL-6", "SL-13", "SL-19"} <= rules["sanlin"]
    assert {"SG-3", "SG-4", "SG-5", "SG-7"} <= rules["shanggang"]
    assert "SG-5" not in {d.rule for d in month_calendar(rules_of("shanggang"), "2024-04", CALENDAR)}
    assert {"XJ-3", "XJ-4", "XJ-5"} == rules["xujing"]
    assert "SL-8" in {d.rule for d in month_calendar(rules_of("sanlin"), "2024-12", CALENDAR)}


def test_a_duty_is_due_done_late_or_done_late(rules_of):
    duties = [d for d in month_calendar(rules_of("sanlin"), "2024-03", CALENDAR) if d.rule == "SL-6"]
    scores, meeting = duties
    assert scores.due == dt.datetime(
        2024, 4, 7, 23, 59, 59
    )  # the 5th is a holiday, Sunday the 7th a make-up day
    states = seen_at(duties, {}, dt.datetime(2024, 4, 8))
    assert [s.state for s in states] == ["late", "due"]
    done = {scores.key: dt.datetime(2024, 4, 8, 9), meeting.key: dt.datetime(2024, 4, 9)}
    assert [s.state for s in seen_at(duties, done, dt.datetime(2024, 5, 1))] == ["done_late", "done"]


def test_a_month_goes_forward_and_a_published_one_only_to_a_reasoned_correction():
    state = STATES[0]
    for following in STATES[1:4]:
        state = advance(state, following)
    with pytest.raises(MonthStateError, match="reason"):
        advance(state, "corrected")
    assert advance(state, "corrected", "a sheet was read twice") == "corrected"
    for wrong in ("open", "frozen", "scored"):
        with pytest.raises(MonthStateError, match="published"):
            advance("published", wrong)
