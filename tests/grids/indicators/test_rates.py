from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from grids.errors import InputError
from grids.indicators.rates import (
    accuracy,
    change,
    check_density,
    clopper_pearson,
    group_renting_rate,
    indistinguishable,
    rate,
    shrunken_accuracy,
    verdict,
    wilson,
)


def accuracies(pairs: list[tuple[int, int]]) -> pd.DataFrame:
    correct, checked = zip(*pairs, strict=True)
    return accuracy(pd.DataFrame({"correct": correct, "checked": checked}))


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [
        (75, 80, 0.861899, 0.973011),
        (80, 80, 0.954182, 1),
        (79, 80, 0.932537, 0.997790),
        (78, 80, 0.913356, 0.993117),
        (0, 5, 0, 0.434482),
        (1, 1, 0.206549, 1),
        (346, 360, 0.935790, 0.976696),
    ],
)
def test_wilson_intervals_of_m1(x: int, n: int, low: float, high: float) -> None:
    ends = wilson(np.array([x]), np.array([n]))
    assert [round(e.item(), 6) for e in ends] == [low, high]


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [(75, 80, 0.860143, 0.979397), (80, 80, 0.954936, 1), (0, 5, 0, 0.521824)],
)
def test_clopper_pearson_intervals_of_m1(x: int, n: int, low: float, high: float) -> None:
    ends = clopper_pearson(np.array([x]), np.array([n]))
    assert [round(e.item(), 6) for e in ends] == [low, high]


def test_no_checks_give_no_rate_and_no_interval() -> None:
    assert accuracies([(0, 0)])[["value", "low", "high"]].isna().all(axis=None)
    for interval in (wilson, clopper_pearson):
        assert np.isnan(interval(np.array([0]), np.array([0]))).all()


def test_an_absent_numerator_gives_an_absent_rate() -> None:
    table = rate(pd.Series([pd.NA, 3], dtype="Int64"), pd.Series([5, 5]))
    assert table["value"].isna().tolist() == [True, False]


def test_more_successes_than_trials_are_refused_for_an_estimate() -> None:
    with pytest.raises(InputError):
        accuracies([(6, 5)])


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_both_intervals_hold_the_rate_and_stay_inside_zero_and_one(pair: tuple[int, int]) -> None:
    x, n = (np.array([v]) for v in pair)
    for interval in (wilson, clopper_pearson):
        low, high = interval(x, n)
        assert 0 <= low[0] <= x[0] / n[0] <= high[0] <= 1


@pytest.mark.parametrize(
    ("pair", "expected"),
    [((80, 80), "cannot_tell_yet"), ((189, 189), "meets"), ((70, 80), "misses"), ((0, 0), "absent")],
)
def test_eighty_checks_cannot_show_98_percent(pair: tuple[int, int], expected: str) -> None:
    assert verdict(accuracies([pair]))["verdict"].item() == expected


def test_further_checks_are_just_enough_at_the_rate_seen() -> None:
    table = verdict(accuracies([(80, 80), (97, 100), (49, 50)]))
    assert table["further_checks"].tolist()[0] == 109  # 189 without an error
    assert pd.isna(table["further_checks"].tolist()[2])  # 49/50 is the target itself
    total = 100 + table["further_checks"].tolist()[1]
    just, one_fewer = (wilson(np.array([0.97 * n]), np.array([n]))[1][0] for n in (total, total - 1))
    assert just < 0.98 <= one_fewer


def test_shrinkage_of_m5() -> None:
    table = accuracies([(80, 80), (79, 80), (76, 80), (40, 40), (9, 10), (190, 200)])
    expected = [0.977797, 0.973797, 0.961795, 0.973567, 0.963605, 0.957970]
    assert shrunken_accuracy(table).round(6).tolist() == expected


def test_shrinkage_equals_esda_and_leaves_out_what_is_absent() -> None:
    from esda.smoothing import Empirical_Bayes

    pairs = [(80, 80), (60, 80), (76, 80), (40, 40), (9, 10), (150, 200)]
    errors, n = np.array([n - x for x, n in pairs]), np.array([n for _, n in pairs])
    ours = shrunken_accuracy(accuracies([*pairs, (0, 0)]))
    assert np.allclose(ours[:-1], 1 - Empirical_Bayes(errors, n).r.ravel())
    assert np.isnan(ours.iloc[-1])


def test_equal_areas_shrink_wholly_to_the_common_rate() -> None:
    assert shrunken_accuracy(accuracies([(9, 10)] * 3)).round(9).tolist() == [0.9] * 3
    assert shrunken_accuracy(accuracies([(10, 10)] * 3)).tolist() == [1.0] * 3


def test_areas_with_overlapping_intervals_cannot_be_told_apart() -> None:
    table = accuracies([(80, 80), (79, 80), (40, 80), (0, 0)])
    assert indistinguishable(table).tolist()[:3] == [1, 1, 0]
    assert pd.isna(indistinguishable(table).iloc[3])


def test_the_town_is_pooled_not_averaged() -> None:
    pooled = pd.DataFrame({"correct": [75, 98], "checked": [80, 100]}).sum().to_frame().T
    assert round(accuracy(pooled)["value"].item(), 4) == 0.9611


def test_ground_and_register_accuracy_stay_apart() -> None:
    figures = pd.DataFrame({"correct": [9], "checked": [10], "ground_correct": [1], "ground_checked": [2]})
    assert [accuracy(figures, f)["value"].item() for f in ("register", "ground")] == [0.9, 0.5]
    with pytest.raises(InputError):
        accuracy(figures, "elsewhere")


def test_density_is_per_hundred_dwellings_and_per_square_kilometre() -> None:
    figures = pd.DataFrame({"visits": [30, 1], "dwellings": [200, 0]}, index=["G1", "G2"])
    density = check_density(figures, pd.Series({"G1": 500_000.0, "G2": 1e6}))
    assert density["per_100_dwellings"]["value"].tolist()[0] == 15
    assert density["per_100_dwellings"]["value"].isna().tolist() == [False, True]
    assert density["per_km2"]["value"].tolist() == [60, 1]


def test_a_month_on_month_change_has_newcombes_interval() -> None:
    # Newcombe (1998), table II, method 10: 56/70 against 48/80 gives 0.0524 to 0.3339
    before, after = accuracies([(48, 80), (78, 80), (0, 0)]), accuracies([(56, 70), (79, 80), (5, 5)])
    table = change(before, after)
    assert [round(table[c][0], 4) for c in ("value", "low", "high")] == [0.2, 0.0524, 0.3339]
    assert table["verdict"].tolist() == ["up", "cannot_tell_yet", "absent"]


def test_findings_are_per_inspection_with_an_interval() -> None:
    row = group_renting_rate(pd.DataFrame({"group_renting_found": [0], "rental_inspected": [5]}))
    assert (row["value"].item(), round(row["high"].item(), 6)) == (0.0, 0.434482)


def exact_coverage(n: int, p: float) -> float:
    x = np.arange(n + 1)
    low, high = wilson(x, np.full(n + 1, n))
    return float(binom.pmf(x, n, p)[(low <= p) & (p <= high)].sum())


def test_exact_coverage_at_80_checks_is_97_8_percent_not_95() -> None:
    assert round(exact_coverage(80, 0.98), 3) == 0.978


def simulated_coverage(towns: int, seed: int, n: int, p: float) -> float:
    """Share of committees, over simulated towns of 80 committees, whose interval holds the truth."""
    rng = np.random.default_rng(seed)
    correct = rng.binomial(n, p, size=towns * 80)
    low, high = wilson(correct, np.full(correct.size, n))
    return float(((low <= p) & (p <= high)).mean())


@pytest.mark.parametrize(("towns", "n"), [(20, 80), (20, 500)])
def test_intervals_on_a_few_simulated_towns_match_their_exact_coverage(towns: int, n: int) -> None:
    exact = exact_coverage(n, 0.98)
    error = 4 * np.sqrt(exact * (1 - exact) / (towns * 80))
    assert abs(simulated_coverage(towns, 7, n, 0.98) - exact) < error


@pytest.mark.soak
def test_intervals_on_500_simulated_towns_match_and_pooled_ones_cover_93_to_97_percent() -> None:
    for n in (80, 200, 500, 2000):
        exact = exact_coverage(n, 0.97)
        error = 4 * np.sqrt(exact * (1 - exact) / 40_000)
        assert abs(simulated_coverage(500, n, n, 0.97) - exact) < error
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(500):  # a town of 40 committees of differing truth, checked in proportion to their size
        truth, sizes = rng.beta(60, 2, 40), rng.integers(20, 120, 40)
        correct = rng.binomial(sizes, truth)
        low, high = wilson(correct.sum(), sizes.sum())
        covered.append(low <= (truth * sizes).sum() / sizes.sum() <= high)
    assert np.mean(covered) >= 0.93
