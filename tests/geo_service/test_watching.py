"""A private server that dies beside a running service comes back by itself; one that was stopped stays stopped."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from geo_service.local_postgis import LocalPostgis
from geo_service.local_postgis.use import keep
from geo_service.local_postgis.watching import died, watched


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPostgis]:
    server = LocalPostgis(tmp_path_factory.mktemp("checkout"), durable=False)
    yield server
    server.remove()


def kill(server: LocalPostgis) -> int:
    pid = server.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: server.status().pid != pid)
    return pid


def until(happened: Callable[[], bool], patience_s: float = 60) -> None:
    end = time.monotonic() + patience_s
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_a_killed_server_is_started_again_and_the_log_says_so(
    server: LocalPostgis, caplog: pytest.LogCaptureFixture
) -> None:
    server.start()
    with caplog.at_level(logging.WARNING, "wangge.database"), watched(server, look_every_s=0.05):
        pid = kill(server)
        until(lambda: server.status().running and "started again" in caplog.text)
    assert server.status().pid != pid
    assert str(server.place.log) in caplog.text


def test_a_server_that_was_stopped_stays_stopped(server: LocalPostgis) -> None:
    server.start()
    with watched(server, look_every_s=0.05):
        server.stop()
        time.sleep(0.5)
        assert server.status().pid is None


def test_a_server_started_to_stay_is_left_to_its_operator(server: LocalPostgis) -> None:
    server.start()
    keep(server, True)
    try:
        with watched(server, look_every_s=0.05):
            kill(server)
            time.sleep(0.5)
            assert died(server)
    finally:
        keep(server, False)


def test_a_server_that_cannot_start_is_tried_until_it_can(
    server: LocalPostgis, caplog: pytest.LogCaptureFixture
) -> None:
    server.start()
    control, aside = server.place.data / "global" / "pg_control", server.place.data / "pg_control.aside"
    with caplog.at_level(logging.WARNING, "wangge.database"), watched(server, look_every_s=0.05):
        control.rename(aside)  # as a disk that is gone for a while
        kill(server)
        until(lambda: "cannot be started" in caplog.text)
        aside.rename(control)
        until(lambda: server.status().running)
    assert "started again" in caplog.text
