"""Ladder vectors of RULES.md (SL-9 to SL-12, SG-8)."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from grids.assessment.ladders import count_steps, run_steps, shanggang_ladder, veto_months
from grids.assessment.ladders_sanlin import SanlinMonth, sanlin_bottom, sanlin_ladder, sanlin_struck


def months(flags, year=2024):
    return {dt.date(year, n + 1, 1): None if flag is None else bool(flag) for n, flag in enumerate(flags)}


def field(scores, accuracy=None):
    totals = {f"u{n + 1}": Fraction(score) for n, score in enumerate(scores)}
    town = Fraction(346, 360)
    own = {unit: Fraction(9, 10) for unit in totals} | (accuracy or {})
    return SanlinMonth(totals, own, town)


def test_bottom_ten_of_fifteen_with_one_struck(values):
    month = field(range(100, 85, -1), {"u7": Fraction(97, 100), "u6": Fraction(346, 360)})
    v = values("sanlin")
    assert sanlin_bottom(v, month).units == {f"u{n}" for n in range(6, 16)}
    assert sanlin_struck(v, month).units == {f"u{n}" for n in range(6, 16)} - {"u7"}


def test_backfill_moves_the_next_one_up(values):
    month = field(range(100, 85, -1), {"u7": Fraction(97, 100)})
    assert sanlin_struck(values("sanlin", sl9__backfill=True), month).units == {
        f"u{n}" for n in range(5, 16)
    } - {"u7"}


@pytest.mark.parametrize(("policy", "count"), [("mild", 9), ("harsh", 11)])
def test_a_tie_over_the_boundary_follows_the_policy(values, policy, count):
    scores = [100, 99, 98, 97, 95, 95, 94, 93, 92, 91, 90, 89, 88, 87, 86]
    assert len(sanlin_bottom(values("sanlin", cv__tie_policy=policy), field(scores)).units) == count


def test_last_ten_rests_in_a_field_of_ten_and_warns_below_twenty(values):
    v = values("sanlin")
    assert sanlin_bottom(v, field(range(10))).active is False
    assert sanlin_bottom(v, field(range(10))).warnings
    eleven = sanlin_bottom(v, field(range(11)))
    assert len(eleven.units) == 10
    assert eleven.warnings
    assert not sanlin_bottom(v, field(range(20))).warnings
    assert len(sanlin_bottom(values("sanlin", cv__short_field="literal"), field(range(10))).units) == 10


def test_the_fifth_time_in_the_year_is_the_veto():
    flags = [1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0]
    assert [m.month for m, _ in veto_months(months(flags), 5)] == [7]
    assert [m.month for m, _ in veto_months(months([0, *flags[1:]]), 5)] == [10]


def test_counts_restart_on_the_first_of_january():
    flags = months([0] * 8 + [1] * 4, 2023) | months([1] + [0] * 11, 2024)
    assert veto_months(flags, 5) == []
    assert len(veto_months(flags, 5, reset_at_year_end=False)) == 1


def test_interviews_after_two_and_three_months_running():
    found = run_steps(months([1, 1, 0, 1, 1, 1, 1]), 2, 3, True, False)
    assert [(m.month, level) for m, level, _ in found] == [(2, 1), (5, 1), (6, 2), (7, 2)]
    silent = run_steps(months([1, 1, 0, 1, 1, 1, 1]), 2, 3, False, False)
    assert [(m.month, level) for m, level, _ in silent] == [(2, 1), (5, 1), (6, 2)]


def test_an_unassessed_month_neither_breaks_nor_extends_a_run():
    assert [
        (m.month, level) for m, level, _ in run_steps(months([1, None, 1, None, 1]), 2, 3, True, False)
    ] == [(3, 1), (5, 2)]


def test_runs_go_over_the_year_end_unless_the_town_resets_them():
    flags = months([0] * 11 + [1], 2023) | months([1], 2024)
    assert [level for _, level, _ in run_steps(flags, 2, 3, True, False)] == [1]
    assert run_steps(flags, 2, 3, True, True) == []


def test_last_place_ladder_of_the_committees():
    found = count_steps(months([0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0]), (1, 2, 3), True)
    assert [(m.month, level) for m, level, _ in found] == [(2, 1), (5, 2), (6, 3), (8, 3)]


def test_a_tie_for_last_names_nobody(values):
    v = values("shanggang")
    month = dt.date(2024, 3, 1)
    tied = {"a": Fraction(99, 100), "b": Fraction(95, 100), "c": Fraction(95, 100), "d": None}
    assert shanggang_ladder({month: v}, {month: tied}) == []
    events = shanggang_ladder({month: v}, {month: {**tied, "c": Fraction(94, 100)}})
    assert [(e.unit, e.level) for e in events] == [("c", 1)]
    assert "综合管理社工" in events[0].said.zh


def test_a_year_of_months_becomes_events_with_roles_and_no_names(values):
    v = values("sanlin")
    year = {dt.date(2024, m, 1): field(range(100, 75, -1)) for m in range(1, 6)}
    events = sanlin_ladder(dict.fromkeys(year, v), year)
    last = [(e.month.month, e.rule, e.level, e.count) for e in events if e.unit == "u25"]
    assert last == [(2, "SL-11", 1, 2), (3, "SL-12", 2, 3), (4, "SL-12", 2, 4), (5, "SL-12", 2, 5), (5, "SL-9", 1, 5)]  # fmt: skip
    assert {e.unit for e in events} == {f"u{n}" for n in range(16, 26)}
    assert events[0].to_dict()["rule_set"].startswith("sanlin")


def test_a_strike_out_at_year_end_is_settled_on_the_whole_year(values):
    v = values("sanlin", sl9__strike_period="year")

    def month(own):
        base = field(range(100, 75, -1))
        return SanlinMonth(
            base.totals,
            base.accuracy,
            Fraction(1, 2),
            {unit: (own if unit == "u25" else 70, 80) for unit in base.totals},
        )

    half = {dt.date(2024, m, 1): month(80) for m in range(1, 7)}
    pending = [e for e in sanlin_ladder(dict.fromkeys(half, v), half) if e.unit == "u25" and e.rule == "SL-9"]
    assert pending[0].notes
    whole = {dt.date(2024, m, 1): month(80) for m in range(1, 13)}
    assert not [
        e for e in sanlin_ladder(dict.fromkeys(whole, v), whole) if e.unit == "u25" and e.rule == "SL-9"
    ]
    low = {dt.date(2024, m, 1): month(60) for m in range(1, 13)}
    settled = [e for e in sanlin_ladder(dict.fromkeys(low, v), low) if e.unit == "u25" and e.rule == "SL-9"]
    assert settled
    assert not settled[0].notes
