"""The demo town's counts, made while it was loaded kind by kind, are those of a recount of everything."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from geo_service.database import Database, Scope
from geo_service.demo import load_town
from geo_service.loading.recounting import recounted
from geo_service.problems import Problem
from seeds.demo_town import DemoTown, towns
from seeds.readers.context import HashKey


def test_the_demo_towns_counts_are_those_of_a_recount(small_town: dict[str, Any]) -> None:
    store = Database(small_town["url"], statement_timeout_ms=200_000)
    try:
        report = recounted(store, Scope(small_town["subdistrict"]), commit=False)
    finally:
        store.close()
    assert report["buildings"] > 100
    assert report["differences"] == 0, report


def test_the_town_is_not_loaded_twice_under_another_key(small_town: dict[str, Any]) -> None:
    town = next(iter(towns(2_000, 1, 7)))
    assert town.subdistrict_code == small_town["subdistrict"]
    store = Database(small_town["url"])
    with closing(store), pytest.raises(Problem, match="nothing would match"):
        load_again(store, town)


def load_again(store: Database, town: DemoTown) -> None:
    with store.transaction(Scope(town.subdistrict_code)) as session:
        load_town(session, town, HashKey("another", b"another secret of thirty-two bytes"), lambda _: None)
