"""Intervals, ties and luck: vectors M-1, M-2 and M-4 of RULES.md."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.assessment.ranking import (
    clopper_pearson,
    last_places,
    luck_of_count,
    luck_of_run,
    pass_probability,
    place_deductions,
    ranks,
    standings,
    wilson,
)


@pytest.mark.parametrize(
    ("correct", "checked", "low", "high"),
    [(75, 80, 0.861899, 0.973011), (80, 80, 0.954182, 1), (79, 80, 0.932537, 0.997790), (78, 80, 0.913356, 0.993117),
     (0, 5, 0, 0.434482), (1, 1, 0.206549, 1), (346, 360, 0.935790, 0.976696)],
)  # fmt: skip
def test_wilson_interval(correct, checked, low, high):
    assert wilson(correct, checked) == pytest.approx((low, high), abs=6e-7)


@pytest.mark.parametrize(
    ("correct", "checked", "low", "high"),
    [(75, 80, 0.860143, 0.979397), (80, 80, 0.954936, 1), (0, 5, 0, 0.521824)],
)
def test_clopper_pearson_interval(correct, checked, low, high):
    assert clopper_pearson(correct, checked) == pytest.approx((low, high), abs=6e-7)


@pytest.mark.parametrize(
    ("true_share", "passed"), [(0.99, 0.8092), (0.98, 0.5230), (0.97, 0.3038), (0.96, 0.1654), (0.95, 0.0861)]
)
def test_eighty_checks_say_little_about_98_percent(true_share, passed):
    assert pass_probability(true_share, 80, 1) == pytest.approx(passed, abs=6e-5)


def test_luck_alone_puts_equal_committees_last():
    assert [round(luck_of_count(1 / 23, 12, k), 4) for k in (1, 2, 3)] == [0.4134, 0.0934, 0.0135]
    assert round(luck_of_count(10 / 60, 12, 5), 4) == 0.0364
    assert [round(luck_of_run(10 / 60, 12, k), 4) for k in (2, 3)] == [0.2396, 0.0390]


def test_an_unchecked_committee_has_no_rank_and_no_interval():
    assert ranks({"a": Fraction(1), "b": None})["b"] is None
    assert standings({"a": (80, 80), "b": (0, 0)})["b"] is None


def test_groups_hold_exactly_those_whose_intervals_overlap():
    found = standings({"a": (1000, 1000), "b": (979, 1000), "c": (955, 1000), "d": (965, 1000)})
    assert found["a"].groups == "a"
    assert (found["a"].best_rank, found["a"].worst_rank) == (1, 1)
    assert set(found["b"].groups) & set(found["d"].groups)
    assert set(found["c"].groups) & set(found["d"].groups)
    assert not set(found["b"].groups) & set(found["c"].groups)
    assert (found["d"].best_rank, found["d"].worst_rank) == (2, 4)


@given(st.dictionaries(st.integers(), st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=14))
def test_a_common_letter_means_overlap_and_no_other(drawn):
    checks = {str(unit): (correct, correct + wrong) for unit, (correct, wrong) in drawn.items()}
    found = {unit: s for unit, s in standings(checks).items() if s is not None}
    for one in found.values():
        for other in found.values():
            overlap = one.low <= other.high and other.low <= one.high
            assert bool(set(one.groups) & set(other.groups)) is overlap


values_of = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 5).map(Fraction), max_size=20
)


@given(values_of, st.integers(1, 12))
def test_mild_takes_no_more_and_harsh_no_fewer_than_the_places(values, count):
    mild = last_places(values, count, "mild", guarded=False).units
    middle = last_places(values, count, "average", guarded=False).units
    harsh = last_places(values, count, "harsh", guarded=False).units
    assert mild <= middle <= harsh
    assert len(mild) <= count
    assert len(harsh) >= min(count, len(values))


@given(values_of)
def test_ties_never_depend_on_names_or_order(values):
    costs = [Fraction(2), Fraction(4), Fraction(6)]
    lost = place_deductions(values, costs, "mild", True)
    turned = place_deductions(dict(reversed(values.items())), costs, "mild", True)
    assert lost == turned
    average = place_deductions(values, costs, "average", True)
    assert sum(average.values()) == sum(costs[len(costs) - min(3, max(0, len(values) - 1)) :])
