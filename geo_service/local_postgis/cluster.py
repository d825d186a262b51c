"""The private PostGIS of a checkout: create, start, join, stop, ask."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from geo_service.database import libpq_url
from geo_service.local_postgis import configuration
from geo_service.local_postgis.place import Place, place_of
from geo_service.local_postgis.processes import (
    end_orphans,
    is_server_of,
    processes_of,
    read_pid_file,
    run_as,
)
from geo_service.local_postgis.programs import Programs, find_programs
from geo_service.local_postgis.trouble import server_failed
from geo_service.trouble import TroubleError

ADMINISTRATOR = "postgres"
DATABASE = "wangge"


@dataclass(frozen=True)
class Status:
    """What is there; ``running`` means that it takes connections, no ``pid`` that there is no server."""

    created: bool
    running: bool
    pid: int | None
    socket_folder: Path | None
    data: Path
    major: int | None


class LocalPostgis:
    """A PostGIS server for one checkout, reached only through a unix socket open to its owner and root alone.

    ``place`` puts it elsewhere and ``durable=False`` trades safety for speed; both are for tests.
    Everything raises TroubleError with a Trouble that says what to do.
    """

    def __init__(self, checkout: Path, *, place: Place | None = None, durable: bool = True) -> None:
        self.checkout = checkout.resolve()
        self.place = place or place_of(self.checkout / ".wangge")
        self.durable = durable

    @classmethod
    def at(cls, data_dir: Path) -> LocalPostgis:
        """The server whose data folder is named itself: ``.wangge`` of a checkout, or what WANGGE_DATA_DIR says."""
        data_dir = data_dir.absolute()
        return cls(data_dir.parent, place=place_of(data_dir))

    def start(self) -> str:
        """Create the cluster if there is none, start or join it; returns the administrator's URL."""
        with self._alone():
            self._create_if_missing()
            patience = time.monotonic() + 30
            while True:
                if not self.status().running:
                    self._launch()
                try:
                    self._create_database()
                    return self.url()
                except (
                    psycopg.OperationalError
                ) as error:  # it was just dying: its process is still to be seen
                    if time.monotonic() > patience:
                        failure = server_failed("start", str(error), str(self.place.log))
                        raise TroubleError(failure) from error
                    time.sleep(0.1)

    def stop(self) -> bool:
        """End the server in order (open transactions roll back); whether there was one to end."""
        with self._alone():
            return self._end()

    def exchange(self, fresh: Path, kept: Path) -> None:
        """Put the data folder ``fresh`` in the place of the present one, which becomes ``kept``; the server is ended.

        Whoever starts it meanwhile, as a supervisor does, waits and then starts it on the new data.
        """
        with self._alone():
            self._end()
            self.place.data.rename(kept)
            fresh.rename(self.place.data)

    def remove(self) -> None:
        """Stop the server and delete its data for good."""
        self.stop()
        end_orphans(self.place.data)
        shutil.rmtree(self.place.socket_folder(), ignore_errors=True)
        shutil.rmtree(self.place.home, ignore_errors=True)

    def status(self) -> Status:
        """What is there now; starts and changes nothing."""
        data = self.place.data
        found = read_pid_file(data)
        alive = found is not None and is_server_of(found.pid, data)
        return Status(
            created=(data / "PG_VERSION").is_file(),
            running=alive and found is not None and found.ready,
            pid=found.pid if found and alive else None,
            socket_folder=found.socket_folder if found and alive else None,
            data=data,
            major=self._major(),
        )

    def url(self, role: str = ADMINISTRATOR, database: str = DATABASE) -> str:
        """SQLAlchemy's address for a role; the default is the superuser, who creates roles and extensions."""
        folder = self.status().socket_folder or self.place.socket_folder()
        host = quote(str(folder), safe="/")
        return f"postgresql+psycopg://{quote(role)}@/{quote(database)}?host={host}&port=5432"

    def programs(self) -> Programs:
        """The server programs that the data demand; for a new cluster the newest with PostGIS."""
        return find_programs(self._major())

    def _major(self) -> int | None:
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int((self.place.data / "PG_VERSION").read_text(encoding="ascii"))
        return None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops this cluster; the others wait and then find it done."""
        self.place.home.mkdir(parents=True, exist_ok=True)
        with open(self.place.home / "postgis.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _create_if_missing(self) -> None:
        """``initdb`` beside the final folder, moved there when whole: an interrupted one leaves no half."""
        if (self.place.data / "PG_VERSION").is_file():
            return
        programs = find_programs()
        fresh = self.place.home / "pg.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self.place.own(fresh)
        command = [programs.path("initdb"), "--pgdata", str(fresh), "--username", ADMINISTRATOR]
        # Bytes of UTF-8 in order are code points in order: C sorts as C.UTF-8 does, and faster.
        command += [
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--lc-collate=C",
            "--auth=trust",
            "--data-checksums",
        ]
        answer = run_as(self.place.owner, [*command, *([] if self.durable else ["--no-sync"])])
        if answer.returncode:
            raise TroubleError(server_failed("create", answer.stderr.strip(), str(self.place.log)))
        fresh.rename(self.place.data)

    def _end(self) -> bool:
        status = self.status()
        if status.pid is None:
            return False
        answer = self._control("stop", "--mode=fast", "--wait", "--timeout=60")
        if answer:
            raise TroubleError(server_failed("stop", answer, str(self.place.log)))
        if status.socket_folder:
            shutil.rmtree(status.socket_folder, ignore_errors=True)
        return True

    def _launch(self) -> None:
        place = self.place
        self._clear_after_crash()
        configuration.write(place, self.durable)
        sockets = place.socket_folder()
        place.own(sockets)
        place.log.touch(mode=0o600)
        if os.geteuid() == 0:
            os.chown(place.log, place.owner.pw_uid, place.owner.pw_gid)
        answer = self._control(
            "start", "--wait", "--timeout=300", f"--log={place.log}", f"--options=-k {sockets}"
        )
        if answer:
            raise TroubleError(server_failed("start", f"{answer}\n{_tail(place.log)}", str(place.log)))

    def _clear_after_crash(self) -> None:
        """Leave nothing to trip over: no process of a dead postmaster, no pid file whose number is reused.

        A pid file whose process is gone stays: the server checks that its shared memory is free.
        """
        data = self.place.data
        found = read_pid_file(data)
        if found and is_server_of(found.pid, data):  # still starting or recovering: wait for it
            self._await_ready()
            return
        end_orphans(data)
        if processes_of(data):
            return  # then the server must refuse to start, and says why
        shutil.rmtree(
            self.place.socket_folder(), ignore_errors=True
        )  # the socket has a lock with a number too
        if not found or Path(f"/proc/{found.pid}").exists():
            (data / "postmaster.pid").unlink(missing_ok=True)

    def _await_ready(self, patience_s: float = 300) -> None:
        start = time.monotonic()
        while not self.status().running and self.status().pid and time.monotonic() - start < patience_s:
            time.sleep(0.1)

    def _control(self, action: str, *options: str) -> str:
        """Run ``pg_ctl``; the empty string when all went well, else what it said."""
        if action == "start" and self.status().running:
            return ""
        command = [
            self.programs().path("pg_ctl"),
            action,
            f"--pgdata={self.place.data}",
            "--silent",
            *options,
        ]
        answer = run_as(self.place.owner, command, timeout_s=400)
        return (answer.stderr + answer.stdout).strip() or "pg_ctl" if answer.returncode else ""

    def _create_database(self) -> None:
        """The database with PostGIS in it, made under another name first: it is there whole or not at all."""
        with psycopg.connect(libpq_url(self.url(database="postgres")), autocommit=True) as server:
            if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                return
            server.execute("DROP DATABASE IF EXISTS wangge_new")
            server.execute(
                "CREATE DATABASE wangge_new TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
            )
            with psycopg.connect(libpq_url(self.url(database="wangge_new")), autocommit=True) as fresh:
                fresh.execute("CREATE EXTENSION postgis")
            server.execute(f'ALTER DATABASE wangge_new RENAME TO "{DATABASE}"')


def _tail(log: Path, lines: int = 5) -> str:
    with contextlib.suppress(OSError):
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    return ""
