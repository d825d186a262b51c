"""The revision of this room goes down and up again by itself, and what it guards stays guarded."""

from __future__ import annotations

import os
from collections.abc import Callable

import psycopg

from geo_service import database

TABLES = ("key_limit", "handover_package", "change_report")


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {row[0] for row in rows}


def test_one_step_down_and_up_leaves_the_rest_alone(new_database: Callable[[str], str]) -> None:
    admin = new_database(f"revision_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    url = database.libpq_url(admin)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO subdistrict (code, name, metric_srid) VALUES ('310199601', 'x', 4549)"
        )
        connection.execute(
            "INSERT INTO webhook (subdistrict_code, id, url, secret) VALUES ('310199601', 1, 'u', 's')"
        )
    before = tables(url)
    database.downgrade(admin, "0002")
    assert not tables(url) & set(TABLES)
    database.upgrade(admin)
    assert tables(url) == before
    with psycopg.connect(url) as connection:
        kept = connection.execute("SELECT url, active, dead_at FROM webhook").fetchall()
        writes = connection.execute(
            "SELECT t, has_table_privilege('wangge_service', t, 'UPDATE') FROM unnest(ARRAY['provision', 'handover_package', "
            "'change_report', 'webhook', 'key_limit']) t"
        ).fetchall()
    assert kept == [("u", True, None)]
    assert dict(writes) == {"provision": False, "handover_package": False, "change_report": False, "webhook": True,
                            "key_limit": True}  # fmt: skip
