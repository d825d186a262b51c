"""``wangge up`` is told to stop: it goes in silence. A database that goes away by itself is told of."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from geo_service.local_postgis import LocalPostgis

WANGGE = [sys.executable, "-c", "from geo_service.cli import main; main()"]


@dataclass
class Up:
    """A ``wangge up`` of its own, private database included, and what it has said so far."""

    process: subprocess.Popen[bytes]
    log: Path
    data: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def stopped_by(self, number: signal.Signals) -> str:
        """Everything it said until it had ended in order. Ctrl-C reaches every process of a terminal, SIGTERM the first."""
        if number == signal.SIGINT:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        assert self.process.wait(60) == 0, self.said
        assert not LocalPostgis.at(self.data).status().running
        return self.said


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where one installation lives for all these tests: only the first start makes the database."""
    made = tmp_path_factory.mktemp("installation")
    yield made
    LocalPostgis.at(made / "data").remove()


@contextmanager
def up(folder: Path, workers: int) -> Iterator[Up]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    environment |= {"WANGGE_DATA_DIR": str(folder / "data"), "WANGGE_WORKERS": str(workers)}
    log = folder / "up.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*WANGGE, "up", "--port", str(port)], env=environment, stdout=out, stderr=out, start_new_session=True
        )  # fmt: skip
    try:
        _await_ready(port, process, log)
        yield Up(process, log, folder / "data")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _await_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    patience = time.monotonic() + 120
    while time.monotonic() < patience:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("workers", "number"), [(1, signal.SIGINT), (2, signal.SIGTERM)])
def test_a_stop_says_that_it_stopped_and_nothing_else(
    folder: Path, workers: int, number: signal.Signals
) -> None:
    with up(folder, workers) as service:
        time.sleep(1)  # every thread is where it waits
        said = service.stopped_by(number).splitlines()
    assert [line for line in said if "http://" not in line] == ["已停止 / stopped"]


def test_a_database_that_was_killed_is_told_of(folder: Path) -> None:
    with up(folder, workers=1) as service:
        postmaster = LocalPostgis.at(service.data).status().pid
        assert postmaster is not None
        os.kill(postmaster, signal.SIGKILL)
        patience = time.monotonic() + 30
        while "listening interrupted" not in service.said:
            assert time.monotonic() < patience, service.said
            time.sleep(0.1)
        assert service.process.poll() is None
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(60) == 0, service.said
