"""Share the private server between commands: it runs while any of them needs it, and not a moment longer.

``wangge db start`` marks it to be kept; then only ``wangge db stop`` ends it.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo_service.local_postgis.cluster import LocalPostgis


@contextmanager
def in_use(server: LocalPostgis) -> Iterator[str]:
    """The administrator's URL of the started server; who leaves last stops it, unless it is to be kept."""
    server.place.home.mkdir(parents=True, exist_ok=True)
    with open(server.place.home / "users.lock", "w", encoding="ascii") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while the last user is stopping it
        try:
            yield server.start()
        finally:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still needs it
            else:
                if not keep_file(server).exists():
                    server.stop()


def keep(server: LocalPostgis, wanted: bool) -> None:
    """Say whether the server outlives the commands that use it."""
    if wanted:
        server.place.home.mkdir(parents=True, exist_ok=True)
        keep_file(server).touch()
    else:
        keep_file(server).unlink(missing_ok=True)


def keep_file(server: LocalPostgis) -> Path:
    """The mark of a server that was started to stay."""
    return server.place.home / "keep"
