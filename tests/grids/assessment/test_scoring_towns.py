"""The vectors of RULES.md sections 1.2 to 1.5 on scores, as they stand."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from grids.assessment.exact import rounded
from grids.assessment.scoring_fangsong import fs1, fs2, fs4_class
from grids.assessment.scoring_gumei import gm1, gm2, gm3, gm9_missed
from grids.assessment.scoring_shanggang import (
    FormIdentityBroken,
    FormRow,
    sg3,
    sg3_target,
    sg6,
    sg6_total,
    sg7_criterion,
    sg12_offered,
)
from grids.assessment.scoring_xujing import Post, xj2, xj3, xj4, xj7_overdue
from grids.errors import InputError


@pytest.mark.parametrize(
    ("population", "needed"), [(0, 0), (1, 1), (1500, 1), (1501, 2), (4499, 3), (4500, 3), (4501, 4)]
)
def test_one_registrar_for_1500_residents(values, population, needed):
    assert gm1(values("gumei"), population).value == needed


@pytest.mark.parametrize(
    ("population", "rounding", "needed"), [(4499, "floor", 2), (2250, "half_up", 2), (2249, "half_up", 1)]
)
def test_other_roundings_of_the_staffing_ratio(values, population, rounding, needed):
    assert gm1(values("gumei", gm1__rounding=rounding), population).value == needed


def test_the_staffing_gap_is_never_negative(values):
    assert gm1(values("gumei"), 4501, 3).inputs["gap"] == 1
    assert gm1(values("gumei"), 1500, 3).inputs["gap"] == 0


@pytest.mark.parametrize(
    ("added", "removed", "visits", "met", "flagged"),
    [(60, 40, 50, True, False), (60, 40, 49, False, False), (0, 0, 150, True, True)],
)
def test_weekly_workload(values, added, removed, visits, met, flagged):
    score = gm2(
        values("gumei"), {"addition": added, "deregistration": removed, "visit": visits, "change": 500}
    )
    assert score.met is met
    assert bool(score.notes) is flagged


@pytest.mark.parametrize(
    ("leave", "present", "target"), [("workdays", 3, 90), ("calendar_days", 2, 43), ("none", 2, 150)]
)
def test_weekly_target_of_a_short_week(values, leave, present, target):
    assert gm2(values("gumei", gm2__leave=leave), {"visit": 1}, present).inputs["target"] == target


def test_supervision_covers_what_was_open(values):
    assert gm3(values("gumei"), {"a": 1, "b": 0, "c": 3, "d": 1}).value == Fraction(3, 4)
    assert gm3(values("gumei"), {}).value is None


def test_without_a_pass_mark_nothing_follows(values):
    assert gm9_missed(values("gumei"), Fraction(10)) is None
    assert gm9_missed(values("gumei", gm9__pass_mark=60), Fraction(10)) is True


@pytest.mark.parametrize(
    ("population", "covered", "left", "target"),
    [(600, 0, 12, 80), (960, 0, 12, 80), (961, 0, 12, 81), (2400, 0, 12, 200), (2400, 1000, 7, 200),
     (2400, 2400, 3, 80), (60, 0, 12, 60), (0, 0, 12, 0)],
)  # fmt: skip
def test_monthly_target_reaches_full_coverage_in_the_year(values, population, covered, left, target):
    assert sg3_target(values("shanggang"), population, covered, left) == target


def test_a_target_of_a_small_committee_is_noted(values):
    assert sg3(values("shanggang", "2024-01"), 60, 60).met is True
    assert sg3(values("shanggang", "2024-01"), 60, 60).notes
    assert sg3(values("shanggang", "2024-01"), 0, 0).notes
    assert sg3(values("shanggang", "2024-12", sg3__small_committees="literal"), 60, 60).met is False


def test_the_monthly_form_must_add_up(values):
    v = values("shanggang")
    first, second = FormRow(80, 3, 2, 75), FormRow(100, 1, 1, 98)
    assert sg6(v, first).value == Fraction("0.9375")
    assert sg6(v, second).value == Fraction("0.98")
    together = sg6_total([first, second])
    assert together == FormRow(180, 4, 3, 173)
    assert str(rounded(100 * sg6(v, together).value)) == "96.11"
    with pytest.raises(FormIdentityBroken, match="小计 80"):
        sg6(v, FormRow(80, 3, 2, 74))
    assert sg6(v, FormRow(0, 0, 0, 0)).value is None


def test_wrong_particulars_are_not_correct_and_keep_the_identity(values):
    score = sg6(values("shanggang"), FormRow(80, 3, 2, 74, 1))
    assert score.value == Fraction(74, 80)
    assert score.notes


def test_ranking_by_completion_is_a_choice(values):
    rows, targets = {"a": FormRow(40, 0, 0, 40), "b": FormRow(90, 1, 0, 89)}, {"a": 80, "b": 80}
    assert sg7_criterion(values("shanggang"), rows, targets)["a"] == 1
    assert sg7_criterion(values("shanggang", sg7__criterion="completion"), rows, targets) == {
        "a": Fraction(1, 2),
        "b": Fraction(1),
    }


def test_no_access_is_offered_for_escalation_after_three_days_one_in_the_evening(values):
    v, noon = values("shanggang"), [dt.datetime(2024, 3, day, 12) for day in (1, 2, 3)]
    evening = dt.datetime(2024, 3, 3, 19)
    assert not sg12_offered(v, noon)
    assert sg12_offered(v, [*noon, evening])
    assert not sg12_offered(v, [noon[0], noon[0], evening])


def test_a_group_of_three_is_complete_only_with_each_role(values):
    v, day = values("xujing"), dt.date(2024, 5, 1)
    roles = [Post("leader", dt.date(2024, 1, 1)), Post("officer", dt.date(2024, 1, 1))]
    assert xj2(v, roles, day).value == 1
    whole = [*roles, Post("auxiliary", dt.date(2024, 1, 1), dt.date(2024, 5, 1))]
    assert xj2(v, whole, day).met is True
    assert xj2(v, whole, dt.date(2024, 5, 2)).met is False
    assert xj2(v, [*whole, Post("leader", dt.date(2024, 4, 1))], day).met is False


@pytest.mark.parametrize(
    ("own", "changes", "met"),
    [(10, 50, True), (9, 50, False), (10, 51, False), (11, 51, True), (3, 15, True)],
)
def test_grid_staff_do_a_fifth_of_the_changes(values, own, changes, met):
    assert xj3(values("xujing"), own, changes).met is met


def test_a_grid_without_changes_has_no_share(values):
    score = xj3(values("xujing"), 0, 0)
    assert score.value is None
    assert score.met is None


def test_a_sweep_counts_distinct_records(values):
    v = values("xujing")
    assert xj4(v, [1, 2, 3, 3, 4], range(1, 6)).value == Fraction(4, 5)
    assert xj4(v, [1, 2, 99], range(1, 6)).value == Fraction(2, 5)
    assert xj4(v, [], []).value is None


def test_a_site_is_overdue_the_day_after_its_interval(values):
    sites = {
        "s": ("site_shed", dt.date(2024, 5, 1), dt.date(2023, 1, 1)),
        "n": ("vacant", None, dt.date(2024, 4, 1)),
    }
    assert xj7_overdue(values("xujing"), sites, dt.date(2024, 5, 31))[0].site == "n"
    assert len(xj7_overdue(values("xujing"), sites, dt.date(2024, 5, 31))) == 1
    assert xj7_overdue(values("xujing"), sites, dt.date(2024, 6, 1))[1].days_over == 1


def test_link_rate_of_records_and_dwellings(values):
    assert str(rounded(100 * fs1(values("fangsong"), 962, 1000).value)) == "96.20"
    assert fs1(values("fangsong"), 0, 0).value is None
    with pytest.raises(InputError):
        fs1(values("fangsong"), 11, 10)


def test_three_dimensions_of_quality(values):
    scores = fs2(values("fangsong"), 1000, 3, 200, 4, 6)
    assert [scores[name].value for name in ("duplicates", "omissions", "errors")] == [
        Fraction(3, 1000),
        Fraction(1, 50),
        Fraction(3, 100),
    ]


def test_classes_stay_unset_until_the_town_gives_them(values):
    assert fs4_class(values("fangsong"), Fraction(99, 100)) is None
    v = values("fangsong", fs4__class_thresholds={"甲": 98, "乙": 95})
    assert [fs4_class(v, Fraction(n, 100)) for n in (99, 98, 96, 90)] == ["甲", "甲", "乙", None]
