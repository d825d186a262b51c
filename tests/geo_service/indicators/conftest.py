"""Sessions on the small town whose work is undone, and the plain truth of its counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.orm import Session

from geo_service.database import Scope, apply_scope, make_engine

Undone = Callable[..., Any]


@pytest.fixture
def undone(small_town: dict[str, Any]) -> Iterator[Undone]:
    """A function: a session of the service over the whole small town; nothing of it is kept."""
    engine = make_engine(small_town["url"], statement_timeout_ms=120_000)

    @contextmanager
    def opened(committees: tuple[str, ...] | None = None) -> Iterator[Session]:
        with engine.connect() as connection:
            transaction = connection.begin()
            apply_scope(connection, Scope(small_town["subdistrict"], committees, "test"))
            with Session(
                connection, join_transaction_mode="create_savepoint", expire_on_commit=False
            ) as session:
                yield session
            transaction.rollback()

    yield opened
    engine.dispose()
