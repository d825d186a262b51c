from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from grids.errors import InputError
from grids.indicators.sampling import (
    acceptance_plan,
    draw_sample,
    errorless_checks,
    luck_at_least,
    luck_of_run,
    pass_probability,
    sample_size,
)


@pytest.mark.parametrize(
    ("truth", "p"), [(0.99, 0.8092), (0.98, 0.5230), (0.97, 0.3038), (0.96, 0.1654), (0.95, 0.0861)]
)
def test_what_80_checks_can_tell_m2(truth: float, p: float) -> None:
    assert round(pass_probability(80, 1, truth), 4) == p


@pytest.mark.parametrize(
    ("share", "margin", "population", "n"),
    [
        (0.98, 0.02, None, 189),
        (0.98, 0.02, 1000, 159),
        (0.98, 0.02, 3000, 178),
        (0.98, 0.01, None, 753),
        (0.95, 0.02, None, 457),
        (0.95, 0.02, 1000, 314),
    ],
)
def test_sample_sizes_of_m3(share: float, margin: float, population: int | None, n: int) -> None:
    assert sample_size(share, margin, population) == n


def test_149_errorless_checks_show_98_percent() -> None:
    assert errorless_checks(0.98) == 149
    assert 0.98**149 <= 0.05 < 0.98**148


def test_the_acceptance_plan_of_m3_is_the_smallest() -> None:
    assert acceptance_plan(0.01, 0.04) == (198, 4)
    smaller = [
        (n, c)
        for n in range(1, 198)
        for c in range(8)
        if binom.cdf(c, n, 0.01) >= 0.95 and binom.cdf(c, n, 0.04) <= 0.1
    ]
    assert smaller == []


def test_a_plan_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError):
        acceptance_plan(0.04, 0.01)
    with pytest.raises(InputError):
        acceptance_plan(0.010, 0.0101, largest=500)


def test_ladders_by_pure_luck_m4() -> None:
    assert [round(luck_at_least(1 / 23, k), 4) for k in (1, 2, 3)] == [0.4134, 0.0934, 0.0135]
    assert round(luck_at_least(10 / 60, 5), 4) == 0.0364
    assert [round(luck_of_run(1 / 6, r), 4) for r in (2, 3)] == [0.2396, 0.0390]


def a_town() -> pd.DataFrame:
    sizes = {"b1": 60, "b2": 7, "b3": 2, "b4": 25, "b5": 40, "b6": 13}
    rows = [
        (f"{b}-{i}", b, "old" if b in ("b1", "b2", "b3") else "new")
        for b, n in sizes.items()
        for i in range(n)
    ]
    return pd.DataFrame(rows, columns=["code", "building_code", "stratum"])


def test_the_same_seed_draws_the_same_dwellings_whatever_the_row_order() -> None:
    town = a_town()
    one = draw_sample(town, {"old": 15, "new": 20}, seed=4)
    assert one.equals(draw_sample(town.sample(frac=1, random_state=1), {"new": 20, "old": 15}, seed=4))
    assert not one.equals(draw_sample(town, {"old": 15, "new": 20}, seed=5))
    assert (
        one[one["stratum"] == "old"]["code"].tolist()
        == draw_sample(town, {"old": 15}, seed=4)["code"].tolist()
    )


def test_nobody_is_drawn_twice_and_everybody_can_be() -> None:
    drawn = [draw_sample(a_town(), {"old": 20, "new": 20}, seed=s) for s in range(80)]
    assert not any(d["code"].duplicated().any() for d in drawn)
    assert set(pd.concat(drawn)["code"]) == set(a_town()["code"])


def test_the_stated_probability_is_the_share_of_draws() -> None:
    draws, town = 600, a_town()
    drawn = pd.concat(
        [draw_sample(town, {"old": 20, "new": 10}, seed=s, per_building=4) for s in range(draws)]
    )
    seen = drawn.groupby("building_code").agg(times=("code", "size"), p=("probability", "first"))
    homes = town.groupby("building_code").size()
    error = 5 * np.sqrt(0.25 / (draws * homes))  # draws inside a building are not independent: a wide bound
    assert ((seen["times"] / draws / homes - seen["p"]).abs() < error * 2).all()


def test_weighted_counts_estimate_the_total() -> None:
    town = a_town()
    totals = [draw_sample(town, {"old": 20, "new": 10}, seed=s)["weight"].sum() for s in range(200)]
    assert abs(np.mean(totals) / len(town) - 1) < 0.01


def test_asking_for_more_than_there_are_takes_all_with_weight_one() -> None:
    sample = draw_sample(a_town(), {"old": 500}, seed=1)
    assert len(sample) == 69
    assert set(sample["weight"]) == {1.0}


def test_an_unknown_stratum_or_a_dwelling_listed_twice_is_refused() -> None:
    with pytest.raises(InputError, match="elsewhere"):
        draw_sample(a_town(), {"elsewhere": 3}, seed=1)
    with pytest.raises(InputError, match="twice"):
        draw_sample(pd.concat([a_town(), a_town()]), {"old": 3}, seed=1)
