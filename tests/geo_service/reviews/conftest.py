"""A small demo town with a year of work, loaded once for all tests of the review."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, text

from geo_service.database import SERVICE, Database, Scope, libpq_url
from geo_service.demo import draw_town, load_town, open_accounts
from seeds.demo_town import DemoTown, build
from seeds.readers.context import HashKey

TOWN = "310199001"


@pytest.fixture(scope="session")
def demo_town() -> DemoTown:
    return build(residents=18_000, months=12, seed=7)


@pytest.fixture(scope="session")
def loaded_url(new_database: Callable[[str], str], demo_town: DemoTown) -> tuple[str, dict[str, Any]]:
    """The service's URL of a database that holds the demo town, and its accounts."""
    admin = new_database("wangge_reviews")
    url = make_url(admin).set(username=SERVICE).render_as_string(hide_password=False)
    database = Database(url, statement_timeout_ms=600_000)
    scope = Scope(TOWN, account="demo")
    with database.transaction(scope) as session:
        load_town(session, demo_town, HashKey("test", b"k" * 32), lambda _: None)
    with database.transaction(scope) as session:
        draw_town(session, demo_town)
    with database.transaction(scope) as session:
        made = open_accounts(session, demo_town)
    database.close()
    _analyse(admin)
    return url, made


def _analyse(admin_url: str) -> None:
    """Statistics at once instead of whenever autovacuum comes by: plans, and with them row order, stay the same."""
    url = libpq_url(admin_url)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("ANALYZE")


@pytest.fixture
def town(loaded_url: tuple[str, dict[str, Any]]) -> Iterator[Database]:
    """The town's database; what the test did to its reviews is undone afterwards."""
    database = Database(loaded_url[0], statement_timeout_ms=600_000)
    yield database
    with database.transaction(Scope(TOWN)) as session:
        for table in ("ladder_event", "score_month", "review_month", "duty_done", "holiday", "rule_set"):
            session.execute(text(f"DELETE FROM {table}"))
    database.close()
