"""Records, visits and counts stand at buildings that exist: triggers hold what a foreign key would, once per statement."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from geo_service.database import Database

SUB = "310199009"
VISIT = (
    "INSERT INTO check_visit (subdistrict_code, id, building_code, visited_at, outcome) "
    "SELECT %s, gen_random_uuid(), code, '2026-05-01', 'done' FROM unnest(%s::text[]) AS code"
)
COUNTED = "UPDATE building_stock SET building_code = %s WHERE subdistrict_code = %s AND building_code = 'B1'"


@pytest.fixture
def owner(small_town: Database) -> Callable[[], psycopg.Connection[Any]]:
    """Connections as the tables' owner, whom neither walls nor the service's habits keep from anything."""
    url = make_url(small_town.url).set(drivername="postgresql", username="postgres")

    def connect() -> psycopg.Connection[Any]:
        made = psycopg.connect(url.render_as_string(hide_password=False))
        made.execute("SET ROLE wangge_owner")
        made.execute("SELECT set_config('wangge.defer_counts', 'on', false)")
        made.commit()
        return made

    return connect


def test_rows_at_a_building_that_does_not_exist_are_refused(owner: Callable[..., Any]) -> None:
    with owner() as connection:
        for statement, bound in (
            (VISIT, (SUB, ["B1", "B2", "nowhere"])),
            ("UPDATE registration SET building_code = 'nowhere' WHERE subdistrict_code = %s", (SUB,)),
            (COUNTED, ("nowhere", SUB)),
        ):
            with pytest.raises(psycopg.errors.ForeignKeyViolation), connection.transaction():
                connection.execute(statement, bound)
        with pytest.raises(psycopg.errors.ForeignKeyViolation), connection.transaction():
            connection.execute(VISIT, ("310199008", ["B1"]))  # another town's


def test_a_building_that_rows_stand_at_can_neither_go_nor_change_its_code(owner: Callable[..., Any]) -> None:
    with owner() as connection:
        connection.execute("INSERT INTO building (subdistrict_code, code, kind) SELECT %s, x, 'unlocated' "
                           "FROM unnest(ARRAY['E1', 'E2', 'E3']) x", (SUB,))  # fmt: skip
        connection.execute(VISIT, (SUB, ["E1"]))
        connection.execute("INSERT INTO building_month (subdistrict_code, building_code, month) VALUES (%s, 'E2', '2026-05-01')", (SUB,))  # fmt: skip
        connection.commit()
        for code in ("E1", "E2"):
            for change in ("DELETE FROM building", "UPDATE building SET code = 'E9'"):
                with pytest.raises(psycopg.errors.ForeignKeyViolation), connection.transaction():
                    connection.execute(f"{change} WHERE subdistrict_code = %s AND code = %s", (SUB, code))
        assert connection.execute("UPDATE building SET name = '甲' WHERE code = 'E1'").rowcount == 1
        assert connection.execute("UPDATE building SET code = 'E9' WHERE code = 'E3'").rowcount == 1
        assert connection.execute("DELETE FROM building WHERE code = 'E9'").rowcount == 1


def test_a_building_waits_for_those_who_are_writing_at_it(owner: Callable[..., Any]) -> None:
    with owner() as writer, owner() as remover:
        writer.execute(
            "INSERT INTO building (subdistrict_code, code, kind) VALUES (%s, 'E1', 'unlocated')", (SUB,)
        )
        writer.commit()
        writer.execute(VISIT, (SUB, ["E1"]))
        with _beside(remover, "DELETE FROM building WHERE code = 'E1'") as outcome:
            writer.commit()
        assert isinstance(outcome[0], psycopg.errors.ForeignKeyViolation)


def test_who_writes_at_a_building_that_is_being_removed_waits_and_is_refused(
    owner: Callable[..., Any],
) -> None:
    with owner() as writer, owner() as remover:
        remover.execute(
            "INSERT INTO building (subdistrict_code, code, kind) VALUES (%s, 'E1', 'unlocated')", (SUB,)
        )
        remover.commit()
        remover.execute("DELETE FROM building WHERE code = 'E1'")
        with _beside(writer, VISIT, (SUB, ["B1", "E1"])) as outcome:
            remover.commit()
        assert isinstance(outcome[0], psycopg.errors.ForeignKeyViolation)


def test_buildings_go_only_where_what_others_commit_is_seen(owner: Callable[..., Any]) -> None:
    with owner() as connection:
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.commit()
        with pytest.raises(psycopg.errors.FeatureNotSupported), connection.transaction():
            connection.execute("DELETE FROM building WHERE code = 'U' || %s", (SUB,))


@contextmanager
def _beside(connection: psycopg.Connection[Any], statement: str, bound: Any = None) -> Iterator[list[Any]]:
    """Run a statement that must wait while the block has not ended; its error, or None, is in the list then."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            connection.execute(statement, bound)
            outcome.append(None)
        except psycopg.Error as error:
            outcome.append(error)

    other = threading.Thread(target=run)
    other.start()
    other.join(1.0)
    assert other.is_alive(), outcome
    yield outcome
    other.join(30)
