"""Two workers: replaced one after the other without a failed request, and one that dies is there again."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

WANGGE = [sys.executable, "-c", "from geo_service.cli import main; main()"]
PATIENCE_S = 180.0


@dataclass
class Service:
    """``wangge up`` with two workers."""

    process: subprocess.Popen[bytes]
    port: int
    environment: dict[str, str]
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> set[int]:
        """Process numbers of those who serve: children of the one that was started, but for Python's resource tracker."""
        found = set()
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if parent == self.process.pid and b"spawn_main" in (entry / "cmdline").read_bytes():
                    found.add(int(entry.name))
        return found

    def answering(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        return False


@pytest.fixture(scope="module")
def service(towns: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("two-workers")
    environment = os.environ | {
        "WANGGE_DATABASE_URL": towns.url, "WANGGE_ADMIN_URL": towns.admin_url, "WANGGE_DATA_DIR": str(folder),
        "WANGGE_WORKERS": "2", "WANGGE_PORT": str(port),
    }  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*WANGGE, "up"], env=environment, stdout=log, stderr=log)
    made = Service(process, port, environment, folder)
    wait_for(lambda: made.answering() and len(made.workers()) == 2)
    yield made
    process.terminate()
    process.wait(60)


def wait_for(true: Any) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def status_of(url: str, path: str) -> int:
    """One request on a connection of its own, cheaper than a client that could do more."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


@dataclass
class Crowd:
    """Four who ask all the time, each request on a connection of its own, as behind a proxy."""

    url: str
    answered: int = 0
    failed: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Crowd:
        self._threads = [threading.Thread(target=self._ask, args=(path,)) for path in ("/readyz", "/healthz", "/api/sign-on", "/readyz")]  # fmt: skip
        for thread in self._threads:
            thread.start()
        return self

    def _ask(self, path: str) -> None:
        while not self.done.is_set():
            try:
                status = status_of(self.url, path)
                if status == 200:
                    self.answered += 1
                else:
                    self.failed.append(f"{path} {status}")
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(f"{path} {type(error).__name__} {error}")
            time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        self.done.set()
        for thread in self._threads:
            thread.join()


@pytest.mark.timeout(400)
def test_a_restart_one_by_one_loses_no_request(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    before, began = service.workers(), time.monotonic()
    with Crowd(service.url) as crowd:
        told = subprocess.run([*WANGGE, "restart"], env=service.environment, capture_output=True, text=True, timeout=120)  # fmt: skip
        assert told.returncode == 0, told.stderr
        wait_for(lambda: len(service.workers()) == 2 and not service.workers() & before)
        wait_for(lambda: crowd.answered > 100)
    with capsys.disabled():
        print(f"\n  both workers replaced in {time.monotonic() - began:.0f} s: {crowd.answered} answered, {len(crowd.failed)} failed")  # fmt: skip
    assert crowd.failed == []


@pytest.mark.timeout(400)
def test_a_worker_that_is_killed_comes_back_while_the_other_serves(service: Service) -> None:
    wait_for(lambda: len(service.workers()) == 2)
    victim = min(service.workers())
    os.kill(victim, signal.SIGKILL)
    began = time.monotonic()
    served = 0
    while time.monotonic() - began < 3:
        served += service.answering()
    assert served > 3  # at most what was in its hands is gone
    wait_for(lambda: len(service.workers()) == 2 and victim not in service.workers())
    assert service.answering()


def test_one_process_alone_is_not_restarted_behind_its_users_backs(service: Service, tmp_path: Path) -> None:
    told = subprocess.run([*WANGGE, "restart", "--port", "9"], env=service.environment, capture_output=True, text=True, timeout=120)  # fmt: skip
    assert told.returncode == 1
    assert "没有本检出的服务" in told.stderr


def test_those_who_send_or_read_nothing_take_no_place_from_others(service: Service) -> None:
    """A hundred bodies that never come and forty answers that nobody reads, against 24 connections to the database."""
    wait_for(service.answering)
    idle: list[socket.socket] = []
    try:
        for n in range(140):
            one = socket.create_connection(("127.0.0.1", service.port), timeout=10)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            if n < 100:
                one.sendall(
                    b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
                )
            else:
                one.sendall(b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 5)
            idle.append(one)
        time.sleep(1)
        for path in ("/readyz", "/api/sign-on", "/readyz"):
            assert status_of(service.url, path) == 200
        with http_client(service.port) as client:  # a sign-in needs a connection to the database and a thread
            answer = client.post("/api/login", json={"name": "nobody", "password": "x"})
            assert answer.status_code == 401, answer.text
    finally:
        for one in idle:
            one.close()
    assert status_of(service.url, "/readyz") == 200


def http_client(port: int) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
