"""``wangge doctor``: what is wrong here, in plain words of both languages, and what to do about it."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from geo_service import database
from geo_service.cli.connection import migrations_pending, unreachable
from geo_service.cli.options import Json
from geo_service.cli.printing import print_json
from geo_service.cli.up import port_taken, running_already, runs_here
from geo_service.local_postgis import LocalPostgis
from geo_service.local_postgis.programs import OLDEST_POSTGIS, OLDEST_SERVER
from geo_service.settings import Settings
from geo_service.trouble import Trouble, TroubleError

ENOUGH_DISK_MB = 2_000
CLOCK_TOLERANCE_S = 120
SOFTWARE_YEAR = 2026  # no clock that is right shows an earlier year


def doctor(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="要用的端口 / port to be used")] = None,
    starting: Annotated[bool, typer.Option(help="启动前检查 / what would hinder a start now")] = False,
    as_json: Json = False,
) -> None:
    """自检：哪里有问题、怎么办 / Say what is wrong and what to do; exit code 1 when something is."""
    settings = Settings().model_copy(update={"port": port} if port else {})
    troubles = list(diagnose(settings, starting=starting))
    if as_json:
        print_json({"troubles": [trouble.as_dict() for trouble in troubles]})
    elif troubles:
        for trouble in troubles:
            print(f"✗ {trouble.zh}{trouble.remedy_zh}\n  {trouble.en} {trouble.remedy_en}", file=sys.stderr)
    elif not starting:
        typer.echo("一切正常 / all is well")
    raise typer.Exit(1 if troubles else 0)


def diagnose(settings: Settings, *, starting: bool = False) -> Iterator[Trouble]:
    """Everything that is wrong; ``starting`` leaves out what a start mends by itself (pending migrations)."""
    yield from disk(settings.data_dir)
    if not settings.database_url and (settings.data_dir / "pg").is_symlink():
        yield from disk((settings.data_dir / "pg").resolve())  # root's data lie on another disk, perhaps
    yield from clock(settings.data_dir)
    yield from listening(settings, starting=starting)
    try:
        url = settings.admin_url or settings.database_url or _private_url(settings)
        if url:
            yield from server(url, starting=starting)
    except TroubleError as error:
        yield error.trouble


def _private_url(settings: Settings) -> str | None:
    """The private server's address while it runs; raises what keeps it from running at all."""
    private = LocalPostgis.at(settings.data_dir)
    private.programs()
    return private.url() if private.status().running else None


def disk(folder: Path, enough_mb: int = ENOUGH_DISK_MB) -> Iterator[Trouble]:
    """A disk so full that the database would soon stop taking writes."""
    existing = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    free_mb = shutil.disk_usage(existing).free // 1_000_000
    if free_mb < enough_mb:
        yield disk_full(existing, free_mb)
    if not os.access(existing, os.W_OK):
        yield read_only(existing)


def clock(folder: Path, now: float | None = None) -> Iterator[Trouble]:
    """A clock that is plainly wrong: before this software was made, or before its own files were written."""
    now = time.time() if now is None else now
    beside = (folder / "pg").resolve().parent
    written = [
        path.stat().st_mtime for place in {folder, beside} for path in place.glob("*") if path.exists()
    ]
    if time.gmtime(now).tm_year < SOFTWARE_YEAR or max(written, default=0) > now + CLOCK_TOLERANCE_S:
        yield wrong_clock(time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now)))


def listening(settings: Settings, *, starting: bool) -> Iterator[Trouble]:
    """A port that another program holds; our own server there is fine unless we are about to start one."""
    if runs_here(settings.data_dir, settings.port):
        if starting:
            yield running_already(settings)
        return
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            yield port_taken(settings, error.strerror or str(error))


def server(url: str, *, starting: bool) -> Iterator[Trouble]:
    """A server that does not answer, is too old, has another clock, or lacks migrations."""
    try:
        with psycopg.connect(database.libpq_url(url), connect_timeout=5) as connection:
            yield from _versions(connection)
            row = connection.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()
            if row and abs(float(row[0]) - time.time()) > CLOCK_TOLERANCE_S:
                yield wrong_clock(time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()))
    except psycopg.OperationalError as error:
        yield unreachable(url, str(error))
        return
    if not starting:
        waiting = database.pending(url)
        if waiting:
            yield migrations_pending(waiting)


def _versions(connection: psycopg.Connection) -> Iterator[Trouble]:
    major = connection.info.server_version // 10_000
    row = connection.execute(
        "SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'"
    ).fetchone()
    postgis = str(row[0]) if row else "0.0"
    if major < OLDEST_SERVER or tuple(map(int, postgis.split(".")[:2])) < OLDEST_POSTGIS:
        yield Trouble(
            "wrong-version",
            f"数据库服务器是 PostgreSQL {major}、PostGIS {postgis}，需要 15 与 3.3 以上。",
            f"The server is PostgreSQL {major} with PostGIS {postgis}; 15 and 3.3 or later are needed.",
            "请升级该服务器，或取消 WANGGE_DATABASE_URL 改用本机自带的数据库。",
            "Upgrade it, or unset WANGGE_DATABASE_URL to use the private one.",
        )


def disk_full(folder: Path, free_mb: int) -> Trouble:
    """Too little room for the database to go on writing."""
    return Trouble(
        "disk-full",
        f"{folder} 所在磁盘只剩 {free_mb} MB。",
        f"Only {free_mb} MB are left on the disk of {folder}.",
        f"请清理到至少 {ENOUGH_DISK_MB} MB；磁盘写满后数据库会停止写入，已保存的数据不会丢失。",
        f"Free at least {ENOUGH_DISK_MB} MB; a full disk stops all writing, though nothing saved is lost.",
    )


def read_only(folder: Path) -> Trouble:
    """A folder where nothing can be written."""
    return Trouble(
        "read-only",
        f"不能写入 {folder}。",
        f"{folder} cannot be written to.",
        "请检查目录权限与磁盘状态，或用 WANGGE_DATA_DIR 指定别的目录。",
        "Check its permissions and the disk, or name another folder in WANGGE_DATA_DIR.",
    )


def wrong_clock(shown: str) -> Trouble:
    """The machine's clock and the evidence disagree."""
    return Trouble(
        "wrong-clock",
        f"系统时间 {shown} 不可信：早于本软件或其文件的时间，或与数据库服务器不一致。",
        f"The clock shows {shown}: before this software or its files were made, or unlike the server's.",
        "请校准系统时间（timedatectl set-ntp true，或手动设置）后再录入数据。",
        "Set the clock (timedatectl set-ntp true, or by hand) before entering data.",
    )
