"""On a demo town, whose truth is known, the ranking finds more group renting than chance, and the control share says so.

A town of 6,000 residents has too few let buildings for an interval to tell; 40,000 are enough.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import make_url

from geo_service import database
from geo_service.demo import load_town
from geo_service.inspections.signals import Candidates, candidates
from grids.inspections.candidates import choose, yield_ratio
from seeds.demo_town import towns
from seeds.readers.context import HashKey

DAY = dt.date(2026, 3, 31)


@dataclass(frozen=True)
class Town:
    """The ranking of its let buildings, and those where group renting was planted: what no signal may look at."""

    found: Candidates
    hidden: frozenset[str]

    def found_in(self, codes: list[str]) -> int:
        return sum(code in self.hidden for code in codes)


@pytest.fixture(scope="module")
def town(new_database: Callable[[str], str]) -> Town:
    admin = new_database(f"ranked_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    url = make_url(admin).set(username=database.SERVICE).render_as_string(hide_password=False)
    made = next(iter(towns(40_000, 6, 7)))
    truth = made.truth_dwellings
    store = database.Database(url, statement_timeout_ms=300_000)
    try:
        with store.transaction(database.Scope(made.subdistrict_code)) as session:
            load_town(session, made, HashKey("test", b"a secret for tests"), lambda _: None)
            found = candidates(session, made.subdistrict_code, DAY, "buildings")
    finally:
        store.close()
    return Town(found, frozenset(truth.loc[truth["hidden_group"], "building_code"]))


def test_the_first_fifth_of_places_holds_more_than_twice_its_share(town: Town) -> None:
    order = [str(code) for code in town.found.ranking.sites.index]
    first = order[: len(order) // 5]
    assert town.found_in(first) / len(first) > 2 * town.found_in(order) / len(order)


def test_the_control_share_proves_it(town: Town) -> None:
    """One draw of two fifths of the town, half of it control: no place counts twice, so the interval is fair."""
    found = town.found
    values = dataclasses.replace(found.values, held={**found.values.held, "in1.control_share": 0.5})
    chosen = choose(found.ranking, 2 * len(found.ranking.sites) // 5, values, seed=3)
    counts = []
    for control in (False, True):
        part = [str(code) for code in chosen.index[chosen["control"] == control]]
        counts += [town.found_in(part), len(part)]
    told = yield_ratio(*counts)
    assert told.low is not None
    assert told.low > 1, (counts, told)
