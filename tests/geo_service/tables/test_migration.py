"""The migration builds what the models say, comments everything in both languages, and goes back down."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from geo_service import database
from geo_service.tables import Base

PAIR = re.compile(r"[\u4e00-\u9fff].* / .*[A-Za-z]")
#: What PostGIS and Alembic bring, not we.
FOREIGN = {"spatial_ref_sys", "alembic_version"}


@pytest.fixture
def fresh(new_database: Callable[[str], str]) -> Iterator[tuple[str, Connection]]:
    """A migrated database of its own: the administrator's URL and a connection."""
    url = new_database(f"migration_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    engine = create_engine(database.psycopg_url(url))
    with engine.connect() as connection:
        yield url, connection
    engine.dispose()


def column(connection: Connection, query: str) -> list[Any]:
    return list(connection.execute(text(query)).scalars())


TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys' ORDER BY 1"


def test_models_and_database_agree(fresh: tuple[str, Connection]) -> None:
    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return not (kind == "table" and name in FOREIGN)

    context = MigrationContext.configure(fresh[1], opts={"compare_type": True, "include_name": ours})
    with warnings.catch_warnings():
        # Alembic cannot reflect expressions in indexes and exclusion constraints, and says so.
        warnings.simplefilter("ignore")
        assert compare_metadata(context, Base.metadata) == []


def test_down_leaves_nothing_of_ours_and_up_again_builds_the_same(fresh: tuple[str, Connection]) -> None:
    url, connection = fresh
    functions = "SELECT proname FROM pg_proc WHERE proname LIKE 'wangge\\_%' ORDER BY 1"
    before = column(connection, TABLES), column(connection, functions)
    connection.rollback()
    database.downgrade(url)
    assert column(connection, TABLES) == ["alembic_version"]
    assert column(connection, functions) == []
    connection.rollback()
    database.upgrade(url)
    assert (column(connection, TABLES), column(connection, functions)) == before
    assert database.pending(url) == []


def test_visits_that_gave_counts_only_are_found_when_a_used_database_is_upgraded(
    fresh: tuple[str, Connection],
) -> None:
    url, connection = fresh
    kept = "SELECT visits || ' ' || visits_count_only FROM building_month ORDER BY month"
    visit = (
        "INSERT INTO check_visit (subdistrict_code, id, building_code, visited_at, outcome, checked, correct, frame) "
        "SELECT 'S', gen_random_uuid(), 'B', '{day} 12:00+08', {what}"
    )
    connection.execute(text("INSERT INTO subdistrict (code, name) VALUES ('S', 'S')"))
    connection.execute(text("INSERT INTO building (subdistrict_code, code, kind) VALUES ('S', 'B', 'site')"))
    for what in (
        "'done', 2, 2, 'register'",
        "'done', 0, 0, 'register'",
        "'done', 1, 1, 'ground'",
        "'no_access', 0, 0, 'register'",
    ):
        connection.execute(text(visit.format(day="2026-01-05", what=what)))
    connection.execute(
        text("INSERT INTO check_result (subdistrict_code, visit_id, record_hash, outcome) "
             "SELECT 'S', id, 'r', 'correct' FROM check_visit WHERE checked = 2")
    )  # fmt: skip
    connection.execute(text(visit.format(day="2026-02-05", what="'done', 2, 2, 'register'")))
    connection.commit()
    assert column(connection, kept) == ["4 0", "1 1"]
    connection.rollback()
    database.downgrade(url, "0004")
    connection.execute(text(visit.format(day="2026-03-05", what="'done', 3, 3, 'register'")))
    connection.commit()
    database.upgrade(url)
    assert column(connection, kept) == ["4 0", "1 1", "1 1"]


def test_every_table_and_column_is_commented_in_both_languages(fresh: tuple[str, Connection]) -> None:
    rows = (
        fresh[1]
        .execute(
            text("""
        SELECT c.relname || coalesce('.' || a.attname, ''), d.description FROM pg_class c
        CROSS JOIN LATERAL (SELECT NULL::name AS attname, 0 AS attnum UNION ALL SELECT attname, attnum
            FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) a
        LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
          AND c.relname NOT IN ('spatial_ref_sys', 'alembic_version')""")
        )
        .all()
    )
    assert len(rows) > 200
    assert [name for name, comment in rows if not PAIR.search(comment or "")] == []


def test_every_tenant_table_has_the_subdistrict_in_its_key_and_a_policy(
    fresh: tuple[str, Connection],
) -> None:
    without_key = column(fresh[1], """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'subdistrict_code'
        JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        WHERE c.relnamespace = 'public'::regnamespace AND NOT a.attnum = ANY (i.indkey)""")  # fmt: skip
    without_wall = column(fresh[1], """
        SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
          AND c.relname NOT IN ('spatial_ref_sys', 'alembic_version')
          AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))""")  # fmt: skip
    assert (without_key, without_wall) == ([], [])


def test_the_service_cannot_bypass_row_level_security(fresh: tuple[str, Connection]) -> None:
    roles = fresh[1].execute(
        text(
            "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = :role"
        ),
        {"role": database.SERVICE},
    )
    assert roles.scalar_one() is False
    owned = column(fresh[1], "SELECT tablename FROM pg_tables WHERE tableowner = 'wangge_service'")
    assert owned == []
