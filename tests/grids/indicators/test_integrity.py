from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from grids.errors import InputError
from grids.indicators.integrity import (
    FLAG_SPEED_KMH,
    account_days,
    blind_rechecks,
    coarsened,
    combined,
    dwelling_signals,
    haversine_m,
    heaping_z,
    perfect_probability,
    rechecks,
    speed_kmh,
)


def test_the_speeds_of_m7() -> None:
    metres = haversine_m(121.4737, 31.2304, 121.4837, 31.2304)
    assert round(metres.item()) == 951
    fast, slow = speed_kmh(metres, np.array([120, 900]))
    assert (round(fast, 1), round(slow, 1)) == (28.5, 3.8)
    assert slow < FLAG_SPEED_KMH < fast


def test_the_heaping_and_the_perfect_months_of_m7() -> None:
    assert round(heaping_z(np.array([52]), np.array([100]))[0], 2) == 18.17
    assert round(perfect_probability(np.array([80, 80, 80])), 6) == 0.007839
    assert np.isnan(heaping_z(np.array([0]), np.array([0]))[0])


def work(seed: int, days: int = 200, cheats: int = 0) -> pd.DataFrame:
    """Honest account-days walk and err; the first ``cheats`` ones jump, type on the quarter hour and never err."""
    rng = np.random.default_rng(seed)
    rows = []
    for d in range(days):
        n, cheat = int(rng.integers(12, 30)), d < cheats
        gaps = rng.integers(3, 12, n).cumsum()
        minutes = (gaps // 15) * 15 if cheat else gaps
        step = 0.02 if cheat else 0.0004
        lon, lat = 121.45 + rng.normal(0, step, n), 31.2 + rng.normal(0, step, n)
        start = pd.Timestamp("2024-03-01 08:00", tz="Asia/Shanghai") + pd.Timedelta(days=d % 28)
        for i in range(n):
            seconds = 0 if cheat else int(rng.integers(0, 60))
            correct = 3 if cheat else int(rng.binomial(3, 0.98))
            when = start + pd.Timedelta(minutes=int(minutes[i]), seconds=seconds)
            rows.append((f"a{d}", f"d{d}-{i}", when, "done", 3, correct, lon[i], lat[i]))
    columns = ["account", "dwelling_code", "visited_at", "outcome", "checked", "correct", "lon", "lat"]
    return pd.DataFrame(rows, columns=columns)


def test_an_account_day_has_its_signals() -> None:
    moment = pd.Timestamp("2024-03-01 09:00:00", tz="Asia/Shanghai")
    seconds = [0, 120, 121, 60 * 60]
    checks = pd.DataFrame(
        {
            "account": "a1",
            "dwelling_code": list("abcd"),
            "visited_at": [moment + pd.Timedelta(seconds=s) for s in seconds],
            "outcome": ["done", "done", "no_access", "done"],
            "checked": [2, 1, 0, 1],
            "correct": [2, 1, 0, 1],
            "lon": [121.4737, 121.4837, 121.4837, None],
            "lat": [31.2304, 31.2304, 31.2304, None],
        }
    )
    day = account_days(checks).loc[("a1", pd.Timestamp("2024-03-01"))]
    assert (day["visits"], round(day["speed_kmh"], 1), day["burst"]) == (4, 28.5, 1)
    assert round(day["perfect_surprise"], 4) == round(-4 * np.log10(0.98), 4)
    without = account_days(checks.drop(columns=["lon", "lat"]))
    assert without["speed_kmh"].isna().all()
    assert combined(without).notna().all()


def test_invented_work_rises_to_the_top_and_honest_work_mostly_does_not() -> None:
    table = rechecks(account_days(work(1, cheats=8)), share=0.05, seed=3, shuffles=50)
    flagged = {account for account, _ in table.index[table["recheck"]]}
    assert len(flagged & {f"a{i}" for i in range(8)}) >= 7
    cheats = table.loc[[f"a{i}" for i in range(8)]]
    assert cheats["false_alarm_rate"].median() < 0.01


@pytest.mark.soak
def test_the_stated_false_alarm_rate_is_that_of_honest_work() -> None:
    rates = []
    for seed in range(30):
        table = rechecks(account_days(work(seed)), share=0.05, seed=seed, shuffles=50)
        rates.append((table["false_alarm_rate"] <= 0.01).mean())
    assert np.mean(rates) <= 0.02


def test_the_same_seed_gives_the_same_list_and_a_bad_share_is_refused() -> None:
    days = account_days(work(2, days=40))
    assert rechecks(days, seed=5, shuffles=9).equals(rechecks(days, seed=5, shuffles=9))
    with pytest.raises(InputError):
        rechecks(days, share=0, seed=1)
    assert rechecks(days.iloc[:0], seed=1).empty


def test_the_recheck_list_is_blind() -> None:
    checks = work(1, days=60, cheats=4)
    table = rechecks(account_days(checks), seed=3, shuffles=9)
    listed = blind_rechecks(checks, table, seed=1)
    assert list(listed.columns) == ["dwelling_code"]
    accounts = {account for account, _ in table.index[table["recheck"]]}
    led_to = listed["dwelling_code"].str.extract(r"d(\d+)-")[0].radd("a").isin(accounts)
    assert led_to.sum() == (~led_to).sum() == 3 * len(accounts)


def test_gm6_names_dwellings_beyond_capacity_and_with_high_churn() -> None:
    dwellings = pd.DataFrame({"code": ["d1", "d2", "d3"], "floor_area_m2": [20.0, 100.0, None]})
    records = pd.DataFrame(
        {
            "dwelling_code": ["d1"] * 6 + ["d2"] * 2,
            "since": ["2023-01-01"] * 6 + ["2023-01-01", "2024-03-01"],
            "until": [None] * 7 + ["2024-03-11"],
        }
    )
    table = dwelling_signals(dwellings, records, "2024-03-31")
    assert table["records"].tolist() == [6, 1, 0]
    assert table.loc["d1", "over_capacity"] == 1.5
    assert table.loc["d1", "churn"] == 0
    assert round(table.loc["d2", "churn"], 6) == round(2 / (1 + 10 / 90), 6)
    assert table.loc["d3", ["capacity", "over_capacity", "churn"]].isna().all()


def test_positions_are_coarse_after_the_window_and_exact_within_it() -> None:
    visits = pd.DataFrame(
        {
            "visited_at": pd.to_datetime(
                ["2024-03-01 10:00", "2024-04-20 10:00", "2024-03-01 10:00"]
            ).tz_localize("Asia/Shanghai"),
            "lon": [121.47371, 121.47371, None],
            "lat": [31.23041, 31.23041, None],
        }
    )
    once = coarsened(visits, "2024-05-01")
    moved = haversine_m(once["lon"], once["lat"], visits["lon"], visits["lat"])
    assert 1 < moved[0] <= 500 / np.sqrt(2) + 1
    assert moved[1] == 0
    assert np.isnan(moved[2])
    again = coarsened(once, "2024-05-02")
    assert np.allclose(again[["lon", "lat"]], once[["lon", "lat"]], equal_nan=True)
    near = coarsened(visits.assign(lon=visits["lon"] + 1e-5), "2024-05-01")
    assert np.isclose(near["lon"][0], once["lon"][0])
