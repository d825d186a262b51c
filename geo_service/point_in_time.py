"""Back to any minute: a copy of the private cluster's files, the log of every change since, and a restore that stops.

``begin`` has the server hand over each finished piece of its log (at the latest after a minute) to a folder that lies
best on another disk. ``copy`` puts a base beside it, as each night. ``restore`` makes a new cluster from the newest base
before the wanted moment, replays the log up to it, and leaves the present cluster alone until the new one has answered.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shlex
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from geo_service.database import libpq_url
from geo_service.local_postgis import LocalPostgis
from geo_service.local_postgis.place import Place
from geo_service.local_postgis.processes import run_as
from geo_service.trouble import Trouble, TroubleError

#: A minute's work at most is lost with the machine; less with the server alone, which loses nothing.
EVERY_S = 60
BASE = re.compile(r"base-(\d{8}T\d{6})Z")


@dataclass(frozen=True)
class Restored:
    """What a restore did: from which base, how far it got, how long it took, where the former data lie."""

    base: str
    until: str
    seconds: float
    kept: Path


def begin(server: LocalPostgis, archive: Path) -> None:
    """Archive the server's log into ``archive`` from now on; restarts a server that was started without that in mind.

    A piece gets its name only when it is whole and on the disk, and an existing one is never overwritten.
    """
    for folder in (archive, archive / "wal"):
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, server.place.owner.pw_uid, server.place.owner.pw_gid)
        folder.chmod(0o700)
    wal = shlex.quote(str(archive / "wal"))
    command = f"test ! -f {wal}/%f && cp %p {wal}/%f.part && sync {wal}/%f.part && mv {wal}/%f.part {wal}/%f"
    with _administer(server.start()) as connection:
        for name, value in {
            "archive_mode": "on",
            "archive_command": command,
            "archive_timeout": str(EVERY_S),
        }.items():
            connection.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            )
        connection.execute("SELECT pg_reload_conf()")
        (mode,) = connection.execute("SHOW archive_mode").fetchone() or ("off",)
    if mode == "off":
        server.stop()
        server.start()


def copy(server: LocalPostgis, archive: Path) -> Path:
    """A base: every file of the running cluster, checked against its manifest before it gets its name."""
    began = dt.datetime.now(dt.UTC)
    target = archive / f"base-{began:%Y%m%dT%H%M%S}Z"
    partial = archive / f".{target.name}.part"
    shutil.rmtree(partial, ignore_errors=True)
    sockets = server.status().socket_folder
    programs = server.programs()
    _run(server.place, programs.path("pg_basebackup"), "--pgdata", partial, "--wal-method=stream", "--checkpoint=fast",
         f"--host={sockets}", "--port=5432", "--username=postgres", "--no-password")  # fmt: skip
    _run(server.place, programs.path("pg_verifybackup"), "--quiet", partial)
    partial.rename(target)
    return target


def flush(server: LocalPostgis) -> None:
    """Hand over the piece of log that is being written, now, and wait until the archive has it."""
    with _administer(server.url()) as connection:
        (piece,) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or ("",)
        for _ in range(300):
            (last,) = connection.execute("SELECT last_archived_wal FROM pg_stat_archiver").fetchone() or ("",)
            if last is not None and last >= piece:
                return
            time.sleep(0.1)
    raise TroubleError(not_archived(piece))


def restore(
    server: LocalPostgis, archive: Path, until: dt.datetime, *, check: Callable[[str], None] = lambda _: None
) -> Restored:
    """Put the cluster back to what it was at ``until`` (with a time zone); the present data are kept beside it.

    ``check`` is given the URL of what was restored before it takes the place of the present data, and may raise.
    Raises TroubleError when no base is old enough or the log does not reach that moment; then nothing changed.
    """
    began = time.monotonic()
    base = newest_base(archive, until)
    fresh = Place(server.place.home / "pg.restoring", server.place.owner)
    shutil.rmtree(fresh.home, ignore_errors=True)
    fresh.own(fresh.home)
    trial = LocalPostgis(server.checkout, place=fresh, durable=server.durable)
    try:
        shutil.copytree(base, fresh.data, symlinks=True)
        _own_all(fresh)
        _tell_recovery(fresh, archive, until)
        trial.start()
        _await_promotion(trial)
        check(trial.url())
        trial.stop()
    except BaseException:
        with contextlib.suppress(TroubleError):
            trial.stop()
        shutil.rmtree(fresh.home, ignore_errors=True)
        raise
    kept = server.place.home / f"pg.before-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}Z"
    server.exchange(fresh.data, kept)
    shutil.rmtree(fresh.home, ignore_errors=True)
    return Restored(base.name, until.isoformat(), time.monotonic() - began, kept)


def newest_base(archive: Path, until: dt.datetime) -> Path:
    """The newest base that was begun before ``until``."""
    bases = {
        dt.datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC): path
        for path in archive.glob("base-*")
        if (found := BASE.fullmatch(path.name))
    }
    before = [moment for moment in bases if moment < until]
    if not before:
        raise TroubleError(no_base(archive, until))
    return bases[max(before)]


def prune(archive: Path, keep: int = 7) -> list[Path]:
    """Remove all bases but the newest ``keep``, and the log that only they needed; what was removed."""
    bases = sorted(path for path in archive.glob("base-*") if BASE.fullmatch(path.name))
    gone = bases[:-keep]
    for base in gone:
        shutil.rmtree(base)
    left = bases[-keep:]
    if gone and left:
        label = (left[0] / "backup_label").read_text(encoding="utf-8")
        first = re.search(r"file ([0-9A-F]{24})", label)
        pieces = [p for p in (archive / "wal").iterdir() if first and p.name[:24] < first[1]]
        for piece in pieces:
            piece.unlink()
        gone += pieces
    return gone


def _tell_recovery(place: Place, archive: Path, until: dt.datetime) -> None:
    """The new cluster replays up to the moment, opens for writing, and does not archive over the old log."""
    wal = shlex.quote(str(archive / "wal"))
    settings = {
        "restore_command": f"cp {wal}/%f %p",
        "recovery_target_time": until.astimezone(dt.UTC).isoformat(),
        "recovery_target_action": "promote",
        "recovery_target_timeline": "current",
    }
    with (place.data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        for name, value in settings.items():
            file.write(f"{name} = '" + value.replace("'", "''") + "'\n")
    (place.data / "recovery.signal").touch()
    _own_all(place)


def _await_promotion(server: LocalPostgis, patience_s: float = 600) -> None:
    end = time.monotonic() + patience_s
    with _administer(server.url()) as connection:
        while (connection.execute("SELECT pg_is_in_recovery()").fetchone() or (True,))[0]:
            if time.monotonic() > end:
                raise TroubleError(not_archived("recovery"))
            time.sleep(0.1)
        for name in (
            "restore_command",
            "recovery_target_time",
            "recovery_target_action",
            "recovery_target_timeline",
        ):
            connection.execute(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(name)))


def _own_all(place: Place) -> None:
    if os.geteuid() == 0:
        for folder, _, files in os.walk(place.data):
            for path in (folder, *(os.path.join(folder, name) for name in files)):
                os.chown(path, place.owner.pw_uid, place.owner.pw_gid, follow_symlinks=False)
    place.data.chmod(0o700)


@contextlib.contextmanager
def _administer(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        yield connection


def _run(place: Place, *command: object) -> None:
    answer = run_as(place.owner, [str(part) for part in command], timeout_s=3_600)
    if answer.returncode:
        raise TroubleError(copy_failed(answer.stderr.strip()))


def no_base(archive: Path, until: dt.datetime) -> Trouble:
    """Nothing to begin from."""
    return Trouble(
        "no-base",
        f"{archive} 中没有早于 {until.isoformat()} 的基础备份。",
        f"{archive} holds no base from before {until.isoformat()}.",
        "请选更晚的时刻，或换一个归档目录；“wangge db base”每晚做一份。",
        "Choose a later moment or another archive; 'wangge db base' makes one each night.",
    )


def not_archived(piece: str) -> Trouble:
    """The log stands still."""
    return Trouble(
        "not-archived",
        f"日志 {piece} 未能归档或重放。",
        f"The log {piece} was not archived or replayed.",
        "请检查归档目录的空间与权限。",
        "Check space and permissions of the archive.",
    )


def copy_failed(detail: str) -> Trouble:
    """No base was made."""
    return Trouble(
        "copy-failed",
        f"基础备份失败：{detail}",
        f"The base could not be made: {detail}",
        "未留下不完整的结果。",
        "Nothing half-done was left behind.",
    )
