"""Connections end with their database: none is left for the garbage collector to find open."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.database import Database, Scope

SCOPE = Scope("310199001")


def driver_of(session: Session) -> Any:
    return session.connection().connection.dbapi_connection


def test_closing_closes_what_is_idle(database_url: str) -> None:
    store = Database(database_url)
    with store.transaction(SCOPE) as session:
        driver = driver_of(session)
    assert not driver.closed, "kept for the next transaction"
    store.close()
    assert driver.closed


def test_a_connection_in_use_works_on_and_is_closed_when_it_comes_back(database_url: str) -> None:
    store = Database(database_url)
    with store.transaction(SCOPE) as session:
        driver = driver_of(session)
        store.close()
        assert session.scalar(text("SELECT 1")) == 1
    assert driver.closed


def test_a_thread_that_comes_late_leaves_no_connection_behind(database_url: str) -> None:
    store = Database(database_url)
    store.close()
    store.close()
    with store.transaction(SCOPE) as session:
        driver = driver_of(session)
        assert session.scalar(text("SELECT 1")) == 1
    assert driver.closed
