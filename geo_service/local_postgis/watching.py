"""Start the private server again when it died; a stop that somebody ordered is respected."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from geo_service.local_postgis.cluster import LocalPostgis
from geo_service.local_postgis.processes import read_pid_file
from geo_service.local_postgis.use import keep_file
from geo_service.trouble import TroubleError

LOOK_EVERY_S = 1.0
LONGEST_PAUSE_S = 30.0

log = logging.getLogger("wangge.database")


@contextmanager
def watched(server: LocalPostgis, look_every_s: float = LOOK_EVERY_S) -> Iterator[None]:
    """Within it a server that was killed, or fell over, is started again; each time a line goes to the log.

    A server started to stay (``wangge db start``) belongs to whoever started it and is left to them. One that cannot
    be started is tried again after ever longer pauses, half a minute at most.
    """
    leaving = threading.Event()
    watcher = threading.Thread(target=_watch, args=(server, leaving, look_every_s), name="watch-postgis")
    watcher.start()
    try:
        yield
    finally:
        leaving.set()
        watcher.join()


def died(server: LocalPostgis) -> bool:
    """Whether it ended without being told to: in order, it takes its pid file with it."""
    return read_pid_file(server.place.data) is not None and server.status().pid is None


def _watch(server: LocalPostgis, leaving: threading.Event, look_every_s: float) -> None:
    pause_s, failed = look_every_s, False  # a start that failed takes the pid file with it
    while not leaving.wait(pause_s):
        if keep_file(server).exists() or server.status().running or not (failed or died(server)):
            pause_s, failed = look_every_s, False
            continue
        try:
            server.start()
        except (TroubleError, OSError) as error:
            pause_s, failed = min(2 * pause_s, LONGEST_PAUSE_S), True
            log.error("the database died and cannot be started, next try in %.0f s: %s", pause_s, error)
        else:
            pause_s, failed = look_every_s, False
            log.warning("the database had died and was started again; its log: %s", server.place.log)
