"""On the demo town, whose truth is known, the ranking finds more group renting than chance, and the control share says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from geo_service.database import Database, Scope
from geo_service.inspections.signals import Candidates, candidates
from grids.inspections.candidates import choose, yield_ratio
from seeds.demo_town import towns

DAY = dt.date(2026, 3, 31)


@pytest.fixture(scope="module")
def found(small_town: dict[str, Any]) -> Candidates:
    store = Database(small_town["url"])
    try:
        with store.transaction(Scope(small_town["subdistrict"]), writes=False) as session:
            return candidates(session, small_town["subdistrict"], DAY, "buildings")
    finally:
        store.close()


@pytest.fixture(scope="module")
def hidden(small_town: dict[str, Any]) -> set[str]:
    """Buildings where group renting was planted: what no signal may look at."""
    town = next(iter(towns(6_000, len(small_town["months"]), 7)))
    return set(town.truth_dwellings.loc[town.truth_dwellings["hidden_group"], "building_code"])


def test_the_first_places_hold_more_than_their_share(found: Candidates, hidden: set[str]) -> None:
    order = list(found.ranking.sites.index)
    first = order[: len(order) // 5]
    everywhere = sum(code in hidden for code in order) / len(order)
    assert sum(code in hidden for code in first) / len(first) > 2 * everywhere


def test_the_control_share_proves_it(found: Candidates, hidden: set[str]) -> None:
    """Many inspections of a fifth of the places, each with its own control; their visits pooled, as months would be."""
    counts = [0, 0, 0, 0]
    for seed in range(12):
        chosen = choose(found.ranking, len(found.ranking.sites) // 5, found.values, seed)
        for control in (False, True):
            part = chosen.index[chosen["control"] == control]
            counts[2 * control] += sum(code in hidden for code in part)
            counts[2 * control + 1] += len(part)
    told = yield_ratio(*counts)
    assert told.ratio is not None
    assert told.low is not None
    assert told.ratio > 1.5
    assert told.low > 1
