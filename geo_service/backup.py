"""Back a database up to one file and restore it beside the present one, which is replaced only when all is there."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from geo_service import database
from geo_service.local_postgis import find_programs
from geo_service.trouble import Trouble, TroubleError


def back_up(url: str, file: Path) -> int:
    """Write a consistent dump of the database at ``url`` (libpq's form) to ``file``; its size in bytes.

    The file gets its name only after it was read back, so a backup that exists is a backup that can be read.
    """
    partial = file.with_name(file.name + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    os.close(descriptor)
    try:
        _run("pg_dump", "--format=custom", f"--file={partial}", f"--dbname={url}")
        _run("pg_restore", "--file=/dev/null", str(partial))
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)
    return file.stat().st_size


def restore(
    admin_url: str, file: Path, *, force: bool = False, check: Callable[[str], None] = lambda _: None
) -> str | None:
    """Restore ``file`` as the database that ``admin_url`` names; the name under which the present one is kept.

    ``check`` is given the URL of what was restored before it takes the place of the present database, and may raise.
    Refuses while others are connected, unless ``force`` ends their sessions. An interrupted or failed restore
    leaves the present database as it was.
    """
    name = make_url(admin_url).database or "wangge"
    fresh, kept = f"{name}_restoring", f"{name}_before_{time.strftime('%Y%m%d_%H%M%S', time.gmtime())}"
    with _server(admin_url) as server:
        _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", fresh)
        _execute(server, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", fresh)
        fresh_url = make_url(admin_url).set(database=fresh)
        try:
            database.prepare(fresh_url.render_as_string(hide_password=False))  # the roles that the dump names
            target = database.libpq_url(fresh_url.render_as_string(hide_password=False))
            _run("pg_restore", "--clean", "--if-exists", "--exit-on-error", f"--dbname={target}", str(file))
            database.prepare(fresh_url.render_as_string(hide_password=False))  # LEAKPROOF is in no dump
            check(fresh_url.render_as_string(hide_password=False))
        except BaseException:
            _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", fresh)
            raise
        return _swap(server, name, fresh, kept, force)


def _swap(server: psycopg.Connection[Any], name: str, fresh: str, kept: str, force: bool) -> str | None:
    if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        _execute(server, "ALTER DATABASE {} RENAME TO {}", fresh, name)
        return None
    if force:
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        time.sleep(0.2)
    try:
        _execute(server, "ALTER DATABASE {} RENAME TO {}", name, kept)
    except psycopg.errors.ObjectInUse as error:
        _execute(server, "DROP DATABASE {} WITH (FORCE)", fresh)
        raise TroubleError(in_use(name)) from error
    _execute(server, "ALTER DATABASE {} RENAME TO {}", fresh, name)
    return kept


def in_use(name: str) -> Trouble:
    """Others are connected to the database that a restore would replace."""
    return Trouble(
        "database-in-use",
        f"数据库 {name} 正被使用，未恢复。",
        f"The database {name} is in use; nothing was restored.",
        "请先停止服务，或加 --force 断开其他连接。",
        "Stop the service first, or end the other sessions with --force.",
    )


def _execute(server: psycopg.Connection[Any], statement: str, *names: str) -> None:
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


@contextmanager
def _server(admin_url: str) -> Iterator[psycopg.Connection[Any]]:
    url = make_url(admin_url).set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(database.libpq_url(url), autocommit=True) as connection:
        yield connection


def _run(program: str, *arguments: str) -> None:
    """Run a client program of the newest server here; its own words are the error."""
    try:
        command = find_programs().path(program)
    except TroubleError:
        command = program  # a machine with the client programs alone, such as the container
    try:
        answer = subprocess.run([command, *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise TroubleError(_failed(program, str(error))) from error
    if answer.returncode:
        raise TroubleError(_failed(program, answer.stderr.strip()))


def _failed(program: str, detail: str) -> Trouble:
    return Trouble(
        "backup-failed",
        f"{program} 失败：{detail}",
        f"{program} failed: {detail}",
        "未留下不完整的结果。",
        "Nothing half-done was left behind.",
    )
