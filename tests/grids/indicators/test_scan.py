from __future__ import annotations

import numpy as np
import pytest

from grids.errors import InputError
from grids.indicators.scan import scan_clusters


def a_town(seed: int, planted: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 2000, (300, 2))
    trials = rng.integers(1, 8, 300)
    inside = np.hypot(*(points - [700, 1200]).T) < 200
    return points, rng.binomial(trials, np.where(inside & planted, 0.5, 0.05)), trials, inside


def test_a_planted_cluster_is_found_where_it_is() -> None:
    points, cases, trials, inside = a_town(1, planted=True)
    clusters = scan_clusters(points, cases, trials, seed=1, permutations=199)
    first = clusters.iloc[0]
    assert first["p"] <= 0.05
    members = set(first["members"])
    assert len(members & set(np.flatnonzero(inside))) >= 0.7 * inside.sum()
    assert first["cases"] == cases[list(members)].sum()
    assert first["relative_rate"] > 4


def test_the_score_is_the_likelihood_ratio_written_out() -> None:
    points = np.array([[0, 0], [10, 0], [1000, 0], [1010, 0], [2000, 0]])
    cases, trials = np.array([9, 9, 1, 0, 1]), np.array([10, 10, 20, 20, 20])
    first = scan_clusters(points, cases, trials, seed=1, permutations=199, largest_radius_m=50).iloc[0]
    assert sorted(first["members"]) == [0, 1]
    c, n, total_c, total_n = 18, 20, 20, 80
    plain = c * np.log(c / n) + (n - c) * np.log(1 - c / n) + 2 * np.log(2 / 60) + 58 * np.log(58 / 60)
    plain -= total_c * np.log(total_c / total_n) + 60 * np.log(60 / 80)
    assert np.isclose(first["score"], plain)
    assert np.isclose(first["radius_m"], 10)
    assert first["expected"] == 5


def test_the_poisson_model_finds_events_above_what_is_expected() -> None:
    rng = np.random.default_rng(2)
    points = rng.uniform(0, 2000, (200, 2))
    inside = np.hypot(*(points - [700, 1200]).T) < 250
    events = rng.poisson(np.where(inside, 12, 3))
    first = scan_clusters(points, events, np.ones(200), seed=1, model="poisson", permutations=199).iloc[0]
    assert set(first["members"]) & set(np.flatnonzero(inside))
    assert first["p"] == 1 / 200


def test_clusters_never_overlap_and_the_same_seed_gives_the_same_result() -> None:
    points, cases, trials, _ = a_town(3, planted=True)
    one, same = (scan_clusters(points, cases, trials, seed=4, permutations=99, alpha=1.0) for _ in range(2))
    assert one.drop(columns="members").equals(same.drop(columns="members"))
    members = np.concatenate(one["members"].to_list())
    assert len(members) == len(set(members))


def test_a_town_where_nothing_or_everything_was_found_has_no_cluster() -> None:
    points = np.array([[0, 0], [1, 0], [2, 0], [3, 0]])
    for cases, trials in (([0] * 4, [5] * 4), ([5] * 4, [5] * 4), ([0] * 4, [0] * 4)):
        assert scan_clusters(points, np.array(cases), np.array(trials), seed=1, permutations=9).empty


def test_impossible_counts_and_unknown_models_are_refused() -> None:
    with pytest.raises(InputError):
        scan_clusters(np.zeros((3, 2)), np.array([2, 0, 0]), np.array([1, 1, 1]), seed=1)
    with pytest.raises(InputError):
        scan_clusters(np.zeros((3, 2)), np.array([1, 0, 0]), np.array([1, 1, 1]), seed=1, model="other")


@pytest.mark.soak
def test_the_false_alarm_rate_of_the_scan_is_its_alpha() -> None:
    alarms = sum(
        not scan_clusters(*a_town(s, planted=False)[:3], seed=s, permutations=199).empty
        for s in range(100, 300)
    )
    assert alarms <= 19  # 10 expected, and three standard errors more
