"""The demo town's counts, made while it was loaded kind by kind, are those of a recount of everything."""

from __future__ import annotations

from typing import Any

from geo_service.database import Database, Scope
from geo_service.loading.recounting import recounted


def test_the_demo_towns_counts_are_those_of_a_recount(small_town: dict[str, Any]) -> None:
    store = Database(small_town["url"], statement_timeout_ms=200_000)
    try:
        report = recounted(store, Scope(small_town["subdistrict"]), commit=False)
    finally:
        store.close()
    assert report["buildings"] > 100
    assert report["differences"] == 0, report
