"""Each table is held to its time, and no figure changes by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import make_url, text

from geo_service import database
from geo_service.database import Database, Scope
from geo_service.tables import Base
from geo_service.trust import retention

TOWN = "310199821"
NOW = dt.datetime(2031, 6, 15, tzinfo=dt.UTC)
SETUP = """
INSERT INTO subdistrict (code, name) VALUES (:s, 'x');
INSERT INTO area (subdistrict_code, kind, code, name) VALUES (:s, 'committee', 'C1', 'c');
INSERT INTO building (subdistrict_code, code, kind, committee_code) VALUES (:s, 'B1', 'unlocated', 'C1');
INSERT INTO dwelling (subdistrict_code, code, building_code, use, status, created_on) VALUES (:s, 'D1', 'B1', 'rented', 'occupied', '2020-01-01');
INSERT INTO registration (subdistrict_code, record_hash, key_id, source_dwelling_code, dwelling_code, building_code, since, until)
    VALUES (:s, '\\x01', 'k', 'D1', 'D1', 'B1', '2020-02-01', '2022-02-01'), (:s, '\\x02', 'k', 'D1', 'D1', 'B1', '2020-02-01', NULL);
INSERT INTO check_visit (subdistrict_code, id, dwelling_code, building_code, visited_at, outcome, checked, correct, position)
    VALUES (:s, '00000000-0000-4000-8000-000000000001', 'D1', 'B1', '2026-03-05 02:00+00', 'done', 2, 2, ST_SetSRID(ST_MakePoint(121.40012, 31.10019), 4326)),
           (:s, '00000000-0000-4000-8000-000000000002', 'D1', 'B1', '2026-05-05 02:00+00', 'done', 1, 1, NULL),
           (:s, '00000000-0000-4000-8000-000000000003', 'D1', 'B1', '2031-06-10 02:00+00', 'done', 1, 1, ST_SetSRID(ST_MakePoint(121.40012, 31.10019), 4326));
INSERT INTO check_result (subdistrict_code, visit_id, record_hash, outcome) VALUES
    (:s, '00000000-0000-4000-8000-000000000001', '\\x01', 'correct'), (:s, '00000000-0000-4000-8000-000000000001', '\\x02', 'correct'),
    (:s, '00000000-0000-4000-8000-000000000002', '\\x02', 'correct'), (:s, '00000000-0000-4000-8000-000000000003', '\\x02', 'correct');
INSERT INTO register_activity (subdistrict_code, account, day, kind, building_code, role, n)
    VALUES (:s, 'aux-1', '2026-03-05', 'addition', 'B1', 'auxiliary', 2), (:s, 'aux-1', '2031-06-05', 'addition', 'B1', 'auxiliary', 1);
INSERT INTO account (subdistrict_code, name, display_name, role) VALUES (:s, 'old', 'x', 'office');
INSERT INTO session (subdistrict_code, token_hash, account, csrf, expires_at, last_seen_at) VALUES (:s, '\\x01', 'old', 'x', '2031-01-01', '2031-01-01');
INSERT INTO task (subdistrict_code, id, kind, state, updated_at) VALUES (:s, gen_random_uuid(), 'x', 'done', '2030-01-01'),
    (:s, gen_random_uuid(), 'x', 'running', '2030-01-01')
"""  # fmt: skip
FIGURES = "SELECT row_to_json(m)::text FROM {table} m ORDER BY 1"


@pytest.fixture(scope="module")
def store(new_database: Callable[[str], str]) -> Iterator[Database]:
    admin_url = new_database("retained")
    opened = Database(
        make_url(admin_url).set(username=database.SERVICE).render_as_string(hide_password=False)
    )
    with opened.transaction(Scope(TOWN)) as session:
        session.connection().exec_driver_sql(SETUP.replace(":s", repr(TOWN)).replace("%", "%%"))
    yield opened
    opened.close()


def figures(store: Database) -> list[str]:
    with store.transaction(Scope(TOWN), writes=False) as session:
        return [
            row
            for table in ("building_month", "building_stock")
            for row in session.execute(text(FIGURES.format(table=table))).scalars()
        ]


def rows(store: Database, query: str) -> list[tuple[object, ...]]:
    with store.transaction(Scope(TOWN), writes=False) as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_a_run_reports_first_and_then_holds_every_table_to_its_time(store: Database) -> None:
    scope = Scope(TOWN, account="cli")
    before = figures(store)
    assert len(before) > 3
    with store.transaction(scope) as session:
        planned = {line.table: line.rows for line in retention.run(session, scope, NOW)}
    assert figures(store) == before
    assert planned == {"check_visit": 1, "load_row": 0, "session": 1, "task": 1, "source_list": 0, "register_activity": 1,
                       "check_result": 3, "registration": 1}  # fmt: skip
    with store.transaction(scope) as session:
        done = {line.table: line.rows for line in retention.run(session, scope, NOW, commit=True)}
    assert done == planned
    assert rows(store, "SELECT ST_X(position), ST_Y(position) FROM check_visit WHERE position_coarse") == [
        (121.4, 31.1)
    ]
    assert rows(store, "SELECT state FROM task") == [("running",)]
    assert rows(store, "SELECT count(*) FROM registration WHERE record_hash = '\\x01'") == [(0,)]
    assert rows(store, "SELECT count(*) FROM register_activity WHERE account = 'aux-1'") == [(1,)]
    assert rows(
        store, "SELECT detail -> 'rows' ->> 'check_result' FROM audit_event WHERE action = 'retention'"
    ) == [("3",)]
    with store.transaction(scope) as session:
        assert not any(line.rows for line in retention.run(session, scope, NOW)), "a second run finds nothing"


def test_counting_everything_again_afterwards_gives_the_same_figures(store: Database) -> None:
    """Runs after the one above: the wiped rows still count as what they were."""
    before = figures(store)
    with store.transaction(Scope(TOWN)) as session:
        session.execute(text("SELECT wangge_recount_stock(:s, ARRAY['B1']), "
                             "wangge_recount_months(:s, ARRAY['B1'], '2020-01-01', '2032-01-01')"), {"s": TOWN})  # fmt: skip
    assert figures(store) == before


def test_every_table_about_records_or_accounts_has_a_time_or_a_reason() -> None:
    held = {rule.table for rule in retention.RULES} | set(retention.KEPT)
    about = {
        name for name, table in Base.metadata.tables.items()
        if {"record_hash", "position", "account", "token_hash", "before"} & set(table.columns.keys())
    }  # fmt: skip
    assert not about - held - NOT_ABOUT_PEOPLE


#: Tables with an account column that say who decided something on duty: kept with what was decided.
NOT_ABOUT_PEOPLE = {
    "boundary_operation", "agreement_decision", "load_batch", "grid_team", "change", "pending_change", "assessment_input",
    "duty_done", "inspection_result", "inspection_stop", "provision", "release", "review_month",
}  # fmt: skip
