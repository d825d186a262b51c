"""Candidates: reasons in words, ties by lot, and a control share that proves whether the ranking helps."""

from __future__ import annotations

import datetime as dt
import time

import numpy as np
import pandas as pd
import pytest

from grids.assessment.rule_set import amend, from_dict
from grids.errors import InputError
from grids.inspections.candidates import NoCandidates, choose, rank, yield_ratio
from seeds.rule_sets import load

VALUES = from_dict(load("sanlin")).at("2024-12")
DAY = dt.date(2024, 12, 15)


def sites(**rows):
    return pd.DataFrame.from_dict(rows, orient="index")


def points(found, site):
    held = found.signals[found.signals["site"] == site]
    return dict(zip(held["signal"], held["points"].round(6), strict=True))


def test_each_signal_gives_weight_value_age_and_a_sentence():
    found = rank(
        sites(
            a={"kind": "site_shed", "last_visit_on": dt.date(2024, 10, 31), "listed_from": dt.date(2024, 12, 1),
               "registrations": 30, "capacity": 20, "churn": 40, "mean_registered": 25, "crowded_dwellings": 3,
               "source_mismatches": 5, "source_as_of": dt.date(2024, 12, 5), "open_findings": 3, "no_access_visits": 2,
               "last_no_access_on": dt.date(2024, 12, 10), "complaints": 1, "hotspot": True},
        ), VALUES, DAY)  # fmt: skip
    held = found.signals.set_index("signal")
    assert points(found, "a") == {
        "overdue": 1.5, "listed": 3, "over_capacity": 1.5, "churn": 1.5, "crowded_dwelling": 1.5, "source_mismatch": 2,
        "open_finding": 2, "no_access": 2, "complaint": pytest.approx(1 / 3, abs=1e-6), "hotspot": 1,
    }  # fmt: skip
    assert held.loc["overdue", "zh"] == "走访超期15天"
    assert held.loc["source_mismatch", "en"] == "5 mismatches with the partners’ lists (10 days ago)"
    assert held.loc["over_capacity", "zh"] == "登记人数比可住人数多10人"
    assert held.loc["no_access", "age_days"] == 5
    assert found.sites.loc["a", "score"] == pytest.approx(sum(points(found, "a").values()), abs=1e-5)


def test_a_site_in_order_raises_nothing():
    found = rank(
        sites(a={"kind": "vacant", "last_visit_on": DAY, "registrations": 5, "capacity": 20}), VALUES, DAY
    )
    assert found.signals.empty
    assert found.sites.loc["a", "score"] == 0


def test_a_site_never_visited_counts_from_its_opening_and_else_as_one_interval_over():
    found = rank(
        sites(new={"kind": "vacant", "opened_on": dt.date(2024, 12, 1)}, old={"kind": "vacant"}), VALUES, DAY
    )
    assert points(found, "new") == {}
    assert points(found, "old") == {"overdue": 3}


def test_closed_sites_and_ended_listings_do_not_count():
    rows = sites(
        gone={"kind": "vacant", "closed_on": dt.date(2024, 12, 1), "last_visit_on": DAY},
        unlisted={"kind": "vacant", "listed_from": dt.date(2024, 1, 1), "listed_to": dt.date(2024, 6, 1), "last_visit_on": DAY},
        listed={"kind": "vacant", "listed_from": dt.date(2024, 1, 1), "listed_to": dt.date(2025, 6, 1), "last_visit_on": DAY},
    )  # fmt: skip
    found = rank(rows, VALUES, DAY)
    assert list(found.sites.index) == ["listed", "unlisted"]
    assert points(found, "unlisted") == {}


def test_no_open_site_and_a_doubled_site_are_named():
    with pytest.raises(NoCandidates, match="2024-12-15"):
        rank(sites(a={"kind": "vacant", "closed_on": dt.date(2024, 1, 1)}), VALUES, DAY)
    with pytest.raises(InputError, match="'a'"):
        rank(pd.DataFrame({"kind": ["vacant", "vacant"]}, index=["a", "a"]), VALUES, DAY)


def test_a_weight_for_an_unknown_signal_is_refused():
    rules = amend(
        from_dict(load("sanlin")), {"in1.weights": {"weather": 3}}, dt.date(2024, 2, 1), "x", "a test"
    )[1]
    with pytest.raises(InputError, match="weather"):
        rank(sites(a={"kind": "vacant"}), rules.at("2024-12"), DAY)


def town(count, seed=5):
    """Sites whose chance of a real finding grows with their open findings; the rest is noise."""
    generator = np.random.default_rng(seed)
    return pd.DataFrame({
        "kind": generator.choice(["long_term_rental", "site_shed", "vacant"], count),
        "last_visit_on": pd.Timestamp(DAY) - pd.to_timedelta(generator.integers(0, 60, count), unit="D"),
        "registrations": generator.integers(0, 60, count), "capacity": generator.integers(1, 60, count),
        "churn": generator.integers(0, 40, count), "mean_registered": generator.integers(0, 60, count),
        "open_findings": generator.poisson(0.5, count), "complaints": generator.poisson(0.2, count),
        "source_mismatches": generator.poisson(0.5, count), "no_access_visits": generator.poisson(0.5, count),
        "hotspot": generator.random(count) < 0.1, "crowded_dwellings": generator.poisson(0.5, count),
        "listed_from": [dt.date(2024, 6, 1) if draw < 0.05 else None for draw in generator.random(count)],
    }, index=[f"s{n:05}" for n in range(count)])  # fmt: skip


def test_control_is_drawn_from_all_sites_whatever_their_rank():
    found = rank(town(400), VALUES, DAY)
    ranks = [r for seed in range(200) for r in choose(found, 20, VALUES, seed).query("control")["rank"]]
    assert len(ranks) == 200 * 4
    assert np.mean(ranks) == pytest.approx(200, abs=16)
    assert choose(found, 20, VALUES, 7).equals(choose(found, 20, VALUES, 7))
    chosen = choose(found, 20, VALUES, 7)
    assert not chosen.index.has_duplicates
    assert len(chosen) == 20
    assert len(choose(found, 1000, VALUES, 7)) == 400


def test_a_tie_at_the_end_of_the_list_is_settled_by_lot_and_not_by_order():
    rows = pd.DataFrame({"kind": "vacant", "last_visit_on": DAY}, index=[f"s{n}" for n in range(50)])
    picked = {tuple(sorted(choose(rank(rows, VALUES, DAY), 5, VALUES, seed).index)) for seed in range(20)}
    assert len(picked) > 15
    turned = choose(rank(rows.iloc[::-1], VALUES, DAY), 5, VALUES, 3)
    assert set(turned.index) == set(choose(rank(rows, VALUES, DAY), 5, VALUES, 3).index)


def test_ranked_sites_yield_more_than_control_where_signals_mean_something():
    frame = town(2000)
    true = np.random.default_rng(1).random(2000) < 0.05 + 0.2 * (
        frame["registrations"] > 1.5 * frame["capacity"]
    )
    chosen = choose(rank(frame, VALUES, DAY), 300, VALUES, 11)
    hits = pd.Series(true, index=frame.index).reindex(chosen.index)
    ranked, control = hits[~chosen["control"]], hits[chosen["control"]]
    told = yield_ratio(int(ranked.sum()), len(ranked), int(control.sum()), len(control))
    assert told.ratio > 1
    assert told.low < told.ratio < told.high


def test_the_yield_ratio_is_absent_without_control_and_unsure_with_few():
    assert yield_ratio(5, 10, 0, 0).ratio is None
    few = yield_ratio(2, 4, 0, 3)
    assert few.low < 1 < few.high
    with pytest.raises(InputError):
        yield_ratio(5, 4, 0, 0)


def test_no_signal_is_about_persons():
    columns = set(rank(town(10), VALUES, DAY).signals.columns)
    assert columns == {"site", "signal", "weight", "strength", "points", "value", "age_days", "zh", "en"}


def test_five_thousand_sites_are_ranked_in_a_fifth_of_a_second():
    frame = town(5000)
    times = []
    for _ in range(5):
        begin = time.process_time()
        rank(frame, VALUES, DAY)
        times.append(time.process_time() - begin)
    assert min(times) < 0.2, times
