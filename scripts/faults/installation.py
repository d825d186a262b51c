"""The installation under test: a durable cluster, one service process, one loader; all of them may be killed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
from sqlalchemy import make_url

from faults.measured import Start, Stretch, cpu_seconds
from geo_service import database
from geo_service.database import Database
from geo_service.demo import load_demo
from geo_service.local_postgis import LocalPostgis, Place
from geo_service.local_postgis.place import owner_of
from seeds.readers.context import HashKey

LOADER = Path(__file__).with_name("loader.py")


class Installation:
    """A durable cluster and one service process over it, with a small town, on this machine's loopback."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o711)
        home = folder / "home"
        home.mkdir(mode=0o711)
        self.folder = folder
        self.postgis = LocalPostgis(home, place=Place(home, owner_of(home / "pg")), durable=True)
        if os.geteuid() == 0:
            os.chown(home, self.postgis.place.owner.pw_uid, self.postgis.place.owner.pw_gid)
        database.upgrade(self.postgis.start())
        self.service_url = (
            make_url(self.postgis.url()).set(username=database.SERVICE).render_as_string(hide_password=False)
        )
        store = Database(self.service_url, statement_timeout_ms=300_000)
        self.town = load_demo(store, HashKey("soak", b"a secret for soaking"), residents=2_000, months=1, seed=7,
                              say=lambda _: None)  # fmt: skip
        store.close()
        self.sub = str(self.town["subdistrict"])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server: subprocess.Popen[bytes] | None = None
        self.loader: subprocess.Popen[str] | None = None

    def start(self, after: str = "nothing") -> Start:
        """Start what is not running, and wait until the service says that it is ready."""
        began, stretch = time.monotonic(), Stretch()
        used = cpu_seconds(self.server.pid) if self.server and self.server.poll() is None else 0.0
        self.postgis.start()
        if self.server is None or self.server.poll() is not None:
            environment = os.environ | {
                "WANGGE_DATABASE_URL": self.service_url,
                "WANGGE_DATA_DIR": str(self.folder / "data"),
            }
            command = [
                sys.executable,
                "-c",
                "from geo_service.cli import main; main()",
                "up",
                "--port",
                str(self.port),
            ]
            with (self.folder / "server.log").open("ab") as log:
                self.server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).status_code == 200:
                    spent = cpu_seconds(self.server.pid) - used
                    return Start(after, time.monotonic() - began, spent, stretch.factor)
            if time.monotonic() - began > 120:
                raise TimeoutError((self.folder / "server.log").read_text()[-2000:])
            stretch.sample()
            time.sleep(0.08)

    def start_loader(self) -> subprocess.Popen[str]:
        """A process of its own that loads batch after batch and prints the number of each one committed."""
        if self.loader is None or self.loader.poll() is not None:
            self.loader = subprocess.Popen([sys.executable, str(LOADER), self.service_url, self.sub],
                                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # fmt: skip
        return self.loader

    def kill(self, target: str) -> None:
        """SIGKILL: no goodbye, no flush."""
        pid = (
            self.postgis.status().pid if target == "postgres" else getattr(getattr(self, target), "pid", None)
        )
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        if target != "postgres" and pid is not None:
            getattr(self, target).wait()

    def close(self) -> None:
        for process in (self.server, self.loader):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        if self.loader is not None and self.loader.stdout is not None:
            self.loader.stdout.close()
        self.postgis.remove()
