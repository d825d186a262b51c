"""The database of a command: the one that is configured, else the private PostGIS, started for as long as needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from geo_service import database
from geo_service.local_postgis import LocalPostgis
from geo_service.local_postgis.use import in_use
from geo_service.settings import Settings
from geo_service.trouble import Trouble, TroubleError

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Connection:
    """Addresses of one database: as the service (row-level security applies) and as the administrator."""

    service_url: str
    admin_url: str


@contextmanager
def connected(settings: Settings, *, migrate: bool = True) -> Iterator[Connection]:
    """A running database with up-to-date tables; a private one is stopped again if nobody else needs it.

    Raises TroubleError when there is no PostGIS, and when a configured server does not answer.
    """
    if settings.database_url:
        yield _configured(settings, migrate)
        return
    server = LocalPostgis.at(settings.data_dir)
    with in_use(server) as admin_url:
        if migrate:
            with _known_revision():
                database.upgrade(admin_url)
        yield Connection(server.url(database.SERVICE), admin_url)


def _configured(settings: Settings, migrate: bool) -> Connection:
    admin_url = settings.admin_url or settings.database_url
    try:
        with _known_revision():
            waiting = database.pending(admin_url)
    except OperationalError as error:
        raise TroubleError(unreachable(admin_url, str(error.orig))) from error
    if migrate and waiting:
        try:
            database.upgrade(admin_url)
        except ProgrammingError as error:  # the service's own role may not; whoever installs does
            raise TroubleError(migrations_pending(waiting)) from error
    return Connection(settings.database_url, admin_url)


@contextmanager
def _known_revision() -> Iterator[None]:
    """Tables of a later program are left alone, with a word about what to do."""
    try:
        yield
    except database.UnknownRevision as error:
        raise TroubleError(made_by_later(error.revision)) from error


def unreachable(url: str, detail: str) -> Trouble:
    """A configured server that does not answer; the password is not repeated."""
    shown = make_url(url).render_as_string(hide_password=True)
    return Trouble(
        "database-unreachable",
        f"连接不上数据库 {shown}：{detail.strip()}",
        f"The database {shown} does not answer: {detail.strip()}",
        "请检查 WANGGE_DATABASE_URL、网络与服务器；不设该变量则使用本机自带的数据库。",
        "Check WANGGE_DATABASE_URL, the network and the server; without that variable the private one is used.",
    )


def migrations_pending(waiting: list[str]) -> Trouble:
    """Tables older than the program."""
    listed = ", ".join(waiting)
    return Trouble(
        "migration-pending",
        f"数据表落后于程序：{listed}。",
        f"The tables are older than the program: {listed}.",
        "请先备份（wangge db backup 文件），再执行“wangge db upgrade”。",
        "Back up first (wangge db backup FILE), then run 'wangge db upgrade'.",
    )


def made_by_later(revision: str) -> Trouble:
    """Tables newer than the program, as after putting an old checkout back."""
    return Trouble(
        "made-by-later",
        f"数据表已由更新的程序改到 {revision}，本程序不认识该版本。",
        f"A later program brought the tables to revision {revision}, which this one does not know.",
        "请换回更新的程序，或恢复升级前的备份（wangge db restore 文件）。",
        "Use that program again, or restore the backup made before the upgrade (wangge db restore FILE).",
    )


def plainly(command: Callable[P, T]) -> Callable[P, T]:
    """Let a command end with the plain words of a Trouble and exit code 1 instead of a traceback."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except TroubleError as error:
            print(f"✗ {error.trouble}", file=sys.stderr)
            raise typer.Exit(1) from error

    return wrapped
