"""Every vector of RULES.md section 1.1 on scores, as it stands."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grids.assessment.exact import rounded
from grids.assessment.scoring_sanlin import (
    annual_mean,
    below_town,
    effective_percent,
    sl1,
    sl2,
    sl3,
    sl13,
    total,
    town_accuracy,
)
from grids.assessment.scoring_sanlin_places import sl4, sl5
from grids.errors import InputError


@pytest.mark.parametrize(("cancelled", "points"), [(0, 14), (3, 11), (14, 0), (20, 0)])
def test_each_cancelled_account_costs_one_point(values, cancelled, points):
    assert sl1(values("sanlin"), cancelled).value == points


SL2 = [
    (79, 80, 0, "98.75", "50"), (98, 100, 0, "98", "50"), (78, 80, 0, "97.5", "47"), (76, 80, 0, "95", "32"),
    (79, 81, 0, "7900/81", "47.6"), (80, 80, 1, "90", "2"), (79, 80, 1, "88.75", "0"), (897, 1000, 0, "89.7", "0.2"),
    (896, 1000, 0, "89.6", "0"), (5, 80, 1, "0", "0"), (977, 1000, 0, "97.7", "48.2"),
]  # fmt: skip


@pytest.mark.parametrize(("correct", "checked", "fabricated", "percent", "points"), SL2)
def test_accuracy_item_of_the_catalogue(values, correct, checked, fabricated, percent, points):
    score = sl2(values("sanlin"), checked, correct, fabricated)
    assert score.value == Fraction(points)
    assert effective_percent(values("sanlin"), checked, correct, fabricated) == Fraction(percent)


@pytest.mark.parametrize(
    ("policy", "points"),
    [
        ("floor", Fraction("47.6")),
        ("ceil", Fraction(47)),
        ("proportional", 50 - Fraction("0.6") * (98 - Fraction(7900, 81)) * 10),
        ("round_first", Fraction(47)),
    ],
)
def test_part_steps_follow_the_policy(values, policy, points):
    score = sl2(values("sanlin", sl2__step_policy=policy), 81, 79)
    assert score.value == points
    assert policy != "proportional" or (score.text, str(rounded(score.value, 6))) == ("47.19", "47.185185")


def test_a_committee_without_a_check_has_no_accuracy_score_and_no_total(values):
    v = values("sanlin")
    empty = sl2(v, 0, 0)
    assert empty.value is None
    assert empty.text == "—"
    assert total(v, {"SL-1": sl1(v, 0), "SL-2": empty}).value is None


def test_of_the_eighty_accuracies_with_one_decimal_none_loses_a_step(values):
    v = values("sanlin")
    for tenths in range(900, 980):
        whole_steps = 980 - tenths
        assert sl2(v, 1000, tenths).value == max(Fraction(0), 50 - Fraction("0.6") * whole_steps)


@pytest.mark.parametrize(
    ("percent", "town_total", "points"),
    [(97, 499, "12"), (97, 500, "13.6"), (97, 2000, "13.6"), (97, 2001, "15.2"), (99, 10, "16"), (92, 100, "2"),
     (91, 100, "0"), (90, 100, "0")],
)  # fmt: skip
def test_typed_in_accuracy_by_town_total(values, percent, town_total, points):
    assert sl3(values("sanlin"), town_total, percent).value == Fraction(points)


@pytest.mark.parametrize(("policy", "points"), [("floor", 16), ("ceil", 14), ("proportional", 15)])
def test_half_a_step_of_the_typed_in_accuracy_follows_the_policy(values, policy, points):
    assert sl3(values("sanlin", sl3__step_policy=policy), 100, Fraction(197, 2)).value == points


def test_exactly_five_hundred_can_be_decided_the_other_way(values):
    assert sl3(values("sanlin", sl3__tier_edge="tier_low"), 500, 97).value == 12


def test_a_committee_with_nobody_of_the_class_gets_full_marks_with_a_note(values):
    score = sl3(values("sanlin"), 800, None)
    assert score.value == 16
    assert score.notes
    assert sl3(values("sanlin", sl3__empty_policy="absent"), 800, None).value is None


def points_of(scores):
    return [scores[unit].value for unit in scores]


def ratios(*texts):
    return {f"u{n}": Fraction(text) for n, text in enumerate(texts)}


SL4 = [
    (["0.12", "0.09", "0.08", "0.05", "0.03"], {}, [10, 10, 8, 6, 4]),
    (["0.12", "0.11", "0.105", "0.05", "0.03"], {}, [10, 10, 10, 6, 4]),
    (["0.12", "0.11", "0.10"], {}, [10, 10, 4]),
    (["0.12", "0.05", "0.05", "0.03"], {}, [10, 8, 8, 4]),
    (["0.12", "0.05", "0.05", "0.03"], {"cv__tie_policy": "harsh"}, [10, 6, 6, 4]),
    (["0.12", "0.05", "0.05", "0.03"], {"cv__tie_policy": "average"}, [10, 7, 7, 4]),
    (["0.05", "0.04", "0.03"], {}, [10, 6, 4]),
    (["0.05", "0.03"], {}, [10, 4]),
    (["0.05", "0.03"], {"cv__short_field": "literal"}, [6, 4]),
    (["0.05"], {}, [10]),
    (["0.05", "0.05", "0.05", "0.05"], {}, [10, 10, 10, 10]),
]


@pytest.mark.parametrize(("shares", "changes", "points"), SL4)
def test_last_three_of_a_station_lose_points(values, shares, changes, points):
    assert points_of(sl4(values("sanlin", **changes), ratios(*shares))) == points


def test_each_station_ranks_its_own_committees(values):
    shares = ratios("0.01", "0.02", "0.03", "0.04")
    stations = {"u0": "a", "u1": "a", "u2": "b", "u3": "b"}
    assert points_of(sl4(values("sanlin"), shares, stations)) == [4, 10, 4, 10]


def test_the_year_threshold_is_pro_rata_of_the_month_unless_full(values):
    shares = ratios("0.9", "0.8", "0.7", "0.06")
    assert points_of(sl4(values("sanlin", "2024-06"), shares))[-1] == 10
    assert points_of(sl4(values("sanlin", "2024-06", sl4__year_threshold="full"), shares))[-1] == 4


def test_only_more_than_the_quota_exempts(values):
    stations = dict.fromkeys("abcd", "杨思派出所")
    at = sl5(values("sanlin"), {"a": 1900, "b": 1850, "c": 1800, "d": 1750}, stations)
    assert at["d"].value == 4
    above = sl5(values("sanlin"), {"a": 1900, "b": 1850, "c": 1800, "d": 1751}, stations)
    assert above["d"].value == 10


def test_a_station_level_quota_exempts_all_or_none(values):
    stations = dict.fromkeys("abcd", "杨思派出所")
    v = values("sanlin", sl5__quota_level="station")
    assert points_of(sl5(v, {"a": 500, "b": 450, "c": 425, "d": 376}, stations)) == [10, 10, 10, 10]
    assert points_of(sl5(v, {"a": 500, "b": 450, "c": 425, "d": 375}, stations)) == [10, 8, 6, 4]


def test_quotas_sum_to_the_towns_target_and_a_bit(values):
    assert sum(values("sanlin")["sl5.quotas"].values()) == 5025


def test_worked_total_is_74_6(values):
    v = values("sanlin")
    shares = ratios("0.12", "0.09", "0.08", "0.05", "0.03")
    counts = dict(zip(shares, (1900, 1850, 1840, 1830, 1820), strict=True))
    stations = dict.fromkeys(shares, "杨思派出所")
    items = {
        "SL-1": sl1(v, 1), "SL-2": sl2(v, 80, 76), "SL-3": sl3(v, 1200, 97),
        "SL-4": sl4(v, shares, stations)["u3"], "SL-5": sl5(v, counts, stations)["u3"],
    }  # fmt: skip
    assert [items[rule].value for rule in items] == [13, 32, Fraction("13.6"), 6, 10]
    assert total(v, items).value == Fraction("74.6")


def test_full_marks_add_up_to_one_hundred(values):
    v = values("sanlin")
    assert sum(v.fraction(f"sl{n}.full_points") for n in range(1, 6)) == 100


def test_annual_score_is_the_mean_of_assessed_months(values):
    totals = {"2024-01": Fraction("74.6"), "2024-02": Fraction(95), "2024-03": Fraction("88.2")}
    assert annual_mean(values("sanlin"), totals).text == "85.93"
    assert annual_mean(values("sanlin"), {**totals, "2024-04": None}).text == "85.93"
    assert (
        annual_mean(values("sanlin", sl8__missing_months="absent"), {**totals, "2024-04": None}).value is None
    )


CHECKS = {"a": (79, 80), "b": (190, 200), "c": (77, 80)}


def test_town_accuracy_is_pooled_unless_the_mean_is_chosen(values):
    pooled, averaged = values("sanlin"), values("sanlin", sl14__town_accuracy="mean")
    assert town_accuracy(pooled, CHECKS) == Fraction(346, 360)
    assert str(rounded(100 * town_accuracy(pooled, CHECKS), 4)) == "96.1111"
    assert str(rounded(100 * town_accuracy(averaged, CHECKS), 4)) == "96.6667"
    assert below_town(pooled, CHECKS) == {"b"}
    assert below_town(averaged, CHECKS) == {"b", "c"}


def test_a_fabrication_cut_counts_for_the_unit_but_not_for_the_town(values):
    checks = {"a": (80, 80), "b": (78, 80)}
    assert below_town(values("sanlin"), checks, {"a": 1}) == {"a", "b"}
    assert below_town(values("sanlin", sl2__fabrication_in_comparisons=False), checks, {"a": 1}) == {"b"}


@pytest.mark.parametrize(("operations", "met"), [(0, False), (4, False), (5, True), (6, True)])
def test_an_account_needs_five_operations_a_month(values, operations, met):
    assert sl13(values("sanlin"), operations).met is met


def test_a_score_names_its_inputs_parameters_and_steps_in_two_languages(values):
    told = sl2(values("sanlin"), 80, 76).to_dict()
    assert told["inputs"] == {"checked": 80, "correct": 76, "fabricated": 0}
    assert told["parameters"]["sl2.points_per_step"] == "3/5"
    assert "30档" in told["steps"][1]["zh"]
    assert "30 steps" in told["steps"][1]["en"]
    assert told["rule_set"] == "sanlin-2022"


def test_impossible_counts_are_refused(values):
    for checked, correct, fabricated in ((80, 81, 0), (-1, -1, 0), (80, 79, -1)):
        with pytest.raises(InputError):
            sl2(values("sanlin"), checked, correct, fabricated)
