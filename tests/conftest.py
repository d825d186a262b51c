"""PostGIS for tests: one private server for a whole run, a migrated template, a database of its own for each worker.

The process that was started by hand (the controller under xdist) names the folder and removes it at the end; whichever
worker needs the server first starts it. Leftovers of a run that was killed are removed by the next one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from geo_service import database
from geo_service.local_postgis import LocalPostgis, Place
from geo_service.local_postgis.place import owner_of

TEMPLATE = "wangge_template"
PREFIX = f"wangge-test-{os.geteuid()}-"
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                      "--disable-component-update", "--disable-sync"]  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Name the run's folder; workers are told by the controller."""
    if not hasattr(config, "workerinput"):
        config.stash[_HOME] = Path(tempfile.gettempdir()) / f"{PREFIX}{os.getpid()}"
    else:
        config.stash[_HOME] = Path(config.workerinput["wangge_home"])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker where the run's server is."""
    node.workerinput["wangge_home"] = str(node.config.stash[_HOME])


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that named the folder removes it, server and all."""
    home = config.stash.get(_HOME, None)
    if home and home.exists() and not hasattr(config, "workerinput"):
        _server_in(home).remove()


_HOME = pytest.StashKey[Path]()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The run's browser, one for each worker: Playwright's loop occupies its thread, so there cannot be two."""
    program = shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(program).exists():
        pytest.skip("chromium is not installed; make test installs it")
    expect.set_options(timeout=15_000)  # a machine that does other things as well
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def local_postgis(pytestconfig: pytest.Config) -> LocalPostgis:
    """The run's server, started; fast rather than durable, since its data are worth nothing."""
    home = pytestconfig.stash[_HOME]
    if not home.exists():
        _remove_leftovers()
    server = _server_in(home)
    server.start()
    return server


@pytest.fixture(scope="session")
def new_database(local_postgis: LocalPostgis) -> Callable[[str], str]:
    """A function that makes (anew) a migrated database of a given name and returns the administrator's URL of it."""

    def make(name: str) -> str:
        with _alone(local_postgis.place.home):
            _make_template(local_postgis)
            with _administer(local_postgis) as server:
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                server.execute(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}')
        return local_postgis.url(database=name)

    return make


@pytest.fixture(scope="session")
def postgis_admin_url(new_database: Callable[[str], str]) -> str:
    """The worker's database as the superuser sees it; for roles, extensions and plans, not for what the service does."""
    return new_database(f"wangge_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")


@pytest.fixture(scope="session")
def owner_url(postgis_admin_url: str) -> str:
    """The same database as the tables' owner sees it, who has no login of their own: for test data."""
    become = {"options": f"-crole={database.OWNER}"}
    return make_url(postgis_admin_url).update_query_dict(become).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def database_url(postgis_admin_url: str) -> str:
    """The same database as the service itself sees it: row-level security applies."""
    return make_url(postgis_admin_url).set(username=database.SERVICE).render_as_string(hide_password=False)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session of the service whose commits are savepoints; all is rolled back after the test.

    It sees nothing until the test says whose eyes it has: ``apply_scope(session.connection(), Scope(...))``.
    """
    engine = database.make_engine(database_url)
    with engine.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        transaction.rollback()
    engine.dispose()


def _server_in(home: Path) -> LocalPostgis:
    place = Place(home, owner_of(home / "pg"))
    if not home.exists():
        home.mkdir(mode=0o711, exist_ok=True)
        (home / "checkout").mkdir(exist_ok=True)
    return LocalPostgis(home / "checkout", place=place, durable=False)


def _make_template(server: LocalPostgis) -> None:
    """Migrate a database once; every worker's is a copy of it (about a tenth of a second)."""
    ready = server.place.home / "template.ready"
    if ready.exists():
        return
    with _administer(server) as administrator:
        administrator.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
        administrator.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE wangge")
        database.upgrade(server.url(database=TEMPLATE))
    ready.touch()


@contextmanager
def _administer(server: LocalPostgis) -> Iterator[psycopg.Connection[Any]]:
    url = make_url(server.url(database="postgres")).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with open(home / "tests.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove_leftovers() -> None:
    for home in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = home.name.removeprefix(PREFIX)
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            _server_in(home).remove()
            shutil.rmtree(home, ignore_errors=True)
