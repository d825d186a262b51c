"""Two towns by hand: every text of theirs says whose it is, so that a leak is a word in an answer."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from geo_service import database
from geo_service.access import PERMISSIONS_OF, TOWN_WIDE
from geo_service.app import create_app
from geo_service.database import Database, Scope
from geo_service.settings import Settings
from geo_service.sign_in import hash_password, new_key
from geo_service.tables.trust import Account

HERE, THERE = "310199801", "310199802"
OWN, NEXT, FAR = f"{HERE}001", f"{HERE}002", f"{THERE}001"
#: In every text of the committee next door, and of the other town.
NEXT_WORD, FAR_WORD = "NEXTDOOR", "FARAWAY"
PASSWORD = "correct horse 7"

TOWN = """
INSERT INTO subdistrict (code, name, metric_srid) VALUES (:s, :word || ' town', 4549) ON CONFLICT DO NOTHING;
"""

COMMITTEE = """
INSERT INTO area (subdistrict_code, kind, code, name, geom) VALUES
    (:s, 'committee', :c, :word || ' committee', ST_Multi(ST_MakeEnvelope(:x, 31.1, :x + 0.009, 31.11, 4326)));
INSERT INTO building (subdistrict_code, code, kind, name, address, committee_code, geom) VALUES
    (:s, 'B' || :c, 'building', :word || ' house', :word || ' road 1', :c,
     ST_MakeEnvelope(:x + 0.001, 31.101, :x + 0.0012, 31.1012, 4326)),
    (:s, 'U' || :c, 'unlocated', '未定位', NULL, :c, NULL);
INSERT INTO dwelling (subdistrict_code, code, building_code, address, room_number, use, status, created_on) VALUES
    (:s, :word || '-D1', 'B' || :c, :word || ' road 1-101', '101', 'rented', 'occupied', '2020-01-01');
INSERT INTO room (subdistrict_code, code, dwelling_code, area_m2) VALUES (:s, :word || '-R1', :word || '-D1', 12);
INSERT INTO dwelling_tag (subdistrict_code, dwelling_code, tag, valid_from) SELECT :s, :word || '-D1', :tag, '2026-01-01' WHERE :tag <> '';
INSERT INTO registration (subdistrict_code, record_hash, key_id, source_dwelling_code, dwelling_code, building_code, since)
    SELECT :s, sha256((:word || n)::bytea), 'k', :word || '-D1', :word || '-D1', 'B' || :c, '2025-01-01'
    FROM generate_series(1, :people) n;
INSERT INTO check_visit (subdistrict_code, id, dwelling_code, building_code, visited_at, account, outcome, checked, correct,
    position) VALUES (:s, gen_random_uuid(), :word || '-D1', 'B' || :c, '2026-03-05 02:00+00', :word || '-aux', 'done',
    3, 3, ST_SetSRID(ST_MakePoint(:x + 0.00111, 31.10111), 4326));
INSERT INTO check_result (subdistrict_code, visit_id, record_hash, outcome)
    SELECT :s, id, sha256((:word || '1')::bytea), 'correct' FROM check_visit WHERE building_code = 'B' || :c;
INSERT INTO register_activity (subdistrict_code, account, day, kind, building_code, role, n)
    VALUES (:s, :word || '-aux', '2026-03-05', 'addition', 'B' || :c, 'auxiliary', 2);
INSERT INTO finding (subdistrict_code, id, building_code, dwelling_code, kind, found_on, note)
    SELECT :s, gen_random_uuid(), 'B' || :c, :word || '-D1', :finding, '2026-03-05', :word || ' note' WHERE :finding <> '';
INSERT INTO check_task (subdistrict_code, id, kind, building_code, dwelling_code, reason)
    VALUES (:s, gen_random_uuid(), 'check', 'B' || :c, :word || '-D1', 'overdue');
INSERT INTO key_site (subdistrict_code, code, name, kind, committee_code, opened_on, geom) VALUES
    (:s, 'S' || :c, :word || ' dormitory', 'staff_dormitory', :c, '2024-01-01',
     ST_SetSRID(ST_MakePoint(:x + 0.0011, 31.1011), 4326));
INSERT INTO key_site_building (subdistrict_code, site_code, building_code) VALUES (:s, 'S' || :c, 'B' || :c);
"""

DRAWING = """
INSERT INTO plot_set (subdistrict_code, id, reason) VALUES (:s, 1, 'first') ON CONFLICT DO NOTHING;
INSERT INTO boundary_version (subdistrict_code, id, name, status, plot_set_id, valid_from)
    VALUES (:s, 1, :word || ' drawing', 'published', 1, '2025-01-01') ON CONFLICT DO NOTHING;
INSERT INTO plot (subdistrict_code, plot_set_id, plot_id, building_code, committee_code, block_id, area_m2, geom)
    SELECT :s, 1, :n, 'B' || :c, :c, 1, 900000, geom FROM area WHERE subdistrict_code = :s AND code = :c;
INSERT INTO micro_grid (subdistrict_code, version_id, code, name, committee_code, area_m2, geom)
    SELECT :s, 1, :c || '001', :word || ' grid', :c, 900000, geom FROM area WHERE subdistrict_code = :s AND code = :c;
INSERT INTO plot_assignment (subdistrict_code, version_id, plot_id, grid_code, committee_code)
    VALUES (:s, 1, :n, :c || '001', :c);
INSERT INTO version_building (subdistrict_code, version_id, building_code, grid_code, committee_code)
    VALUES (:s, 1, 'B' || :c, :c || '001', :c), (:s, 1, 'U' || :c, NULL, :c);
INSERT INTO grid_team (subdistrict_code, grid_code, role, account, valid_from)
    VALUES (:s, :c || '001', 'leader', :word || '-leader', '2025-01-01');
"""


@dataclass(frozen=True)
class Towns:
    """Two towns, and the service over them."""

    admin_url: str
    url: str
    app: FastAPI
    settings: Settings

    def admin(self, statement: str, **bound: Any) -> list[Any]:
        """Run something as the superuser; rows where it yields some."""
        # Without a pool the connection is closed also when the statement is refused, as some tests want it to be.
        with create_engine(self.admin_url, poolclass=NullPool).begin() as connection:
            result = connection.execute(text(statement), bound)
            return list(result) if result.returns_rows else []


@pytest.fixture(scope="session")
def towns(new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    """The two towns: committees 001 (own) and 002 (next door) here, 001 there; one account per role in each town."""
    admin_url = new_database(f"trust_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    url = make_url(admin_url).set(username=database.SERVICE).render_as_string(hide_password=False)
    settings = Settings(database_url=url, data_dir=tmp_path_factory.mktemp("trust"), pool_size=4)
    store = Database(url)
    tag, finding = _words(admin_url)
    for n, (town, code, word, people, x) in enumerate(
        [
            (HERE, OWN, "MINE", 30, 121.40),
            (HERE, NEXT, NEXT_WORD, 50, 121.41),
            (THERE, FAR, FAR_WORD, 70, 121.50),
        ]
    ):
        bound = {
            "s": town,
            "c": code,
            "word": word,
            "people": people,
            "x": x,
            "n": n,
            "tag": tag,
            "finding": finding,
        }
        with store.transaction(Scope(town, account="test")) as session:
            session.connection().exec_driver_sql(_filled(TOWN + COMMITTEE + DRAWING, bound))
    for town in (HERE, THERE):
        with store.transaction(Scope(town, account="test")) as session:
            for role in PERMISSIONS_OF:
                session.add(_account(town, role))
            secret, key = new_key("platform", town, ["read", "feed"], None)
            session.add(key)
            (settings.data_dir / f"key-{town}").write_text(secret)
    store.close()
    app = create_app(settings)
    yield Towns(admin_url, url, app, settings)
    app.state.database.close()


def _filled(statements: str, bound: dict[str, Any]) -> str:
    """Several statements at once take no bound values; these are ours, so they are written in."""
    return re.sub(r"(?<!:):([a-z]+)", lambda m: repr(bound[m[1]]), statements).replace("%", "%%")


def _words(admin_url: str) -> tuple[str, str]:
    """A word that the closed vocabulary of tags, and of findings, allows."""
    engine = create_engine(admin_url)
    with engine.connect() as connection:
        found = [
            connection.execute(
                text("SELECT (regexp_match(pg_get_constraintdef(oid), '''([a-z_]+)'''))[1] FROM pg_constraint "
                     "WHERE contype = 'c' AND conrelid = CAST(:t AS regclass) AND pg_get_constraintdef(oid) ~ :c LIMIT 1"),
                {"t": table, "c": column},
            ).scalar_one_or_none()
            for table, column in (("dwelling_tag", r"\(tag\)"), ("finding", r"\(kind\)"))
        ]  # fmt: skip
    engine.dispose()
    return found[0] or "", found[1] or ""


_HASH = hash_password(PASSWORD)


def _account(town: str, role: str) -> Account:
    limited = None if role in TOWN_WIDE else [f"{town}001"]
    return Account(
        subdistrict_code=town, name=f"{role}-{town}", display_name=role, role=role, committees=limited, password_hash=_HASH
    )  # fmt: skip


@pytest.fixture
def another_worker(towns: Towns) -> Iterator[Callable[..., FastAPI]]:
    """A function: one more process of the service over the same towns, with settings changed at will."""
    made: list[FastAPI] = []

    def worker(**changed: Any) -> FastAPI:
        made.append(create_app(towns.settings.model_copy(update=changed)))
        return made[-1]

    yield worker
    for app in made:
        app.state.database.close()


#: A program that a test starts; importing it, as the search for doctests does, would start it here.
collect_ignore = ["open_id_provider.py"]


@pytest.fixture(scope="session", autouse=True)
def one_event_loop() -> Iterator[None]:
    """Every client talks to the service on one event loop, as a server's are: a pool of connections belongs to a loop."""
    with start_blocking_portal() as portal:
        TestClient.portal = portal
        yield
        TestClient.portal = None


@pytest.fixture(scope="session")
def client_of(towns: Towns) -> Iterator[Callable[..., TestClient]]:
    """A function: role (and town) → a signed-in client with its CSRF token; one per role and town, kept."""
    kept: dict[tuple[str, str], TestClient] = {}

    def client(role: str, town: str = HERE, *, fresh: bool = False) -> TestClient:
        if fresh or (role, town) not in kept:
            made = TestClient(towns.app, raise_server_exceptions=False)
            answer = made.post("/api/login", json={"name": f"{role}-{town}", "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            made.headers["X-CSRF-Token"] = answer.json()["csrf"]
            if fresh:
                return made
            kept[role, town] = made
        return kept[role, town]

    yield client
    for made in kept.values():
        made.close()


@pytest.fixture(scope="session")
def machine(towns: Towns) -> Iterator[TestClient]:
    """A client with a machine key of this town."""
    client = TestClient(towns.app, raise_server_exceptions=False)
    client.headers["Authorization"] = f"Bearer {(towns.settings.data_dir / f'key-{HERE}').read_text()}"
    yield client
    client.close()


@pytest.fixture
def data_dir(towns: Towns) -> Path:
    """The data folder of the service under test."""
    return towns.settings.data_dir
