"""The sender: a thread in every worker, of which one at a time does the work.

Whoever holds an advisory lock on a connection of its own leads; a leader that dies loses the connection, and with it the
lock, at that moment. Should two ever lead at once (a connection cut unnoticed), a batch arrives twice and never out of
order, because a webhook only moves on from where the sender found it.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

import psycopg

from geo_service.database import NOBODY, Database, libpq_url
from geo_service.freshness import Freshness
from geo_service.handover.delivery import Rules, deliver
from geo_service.queries import webhooks as queries

log = logging.getLogger("wangge.webhooks")
LOCK = "SELECT pg_try_advisory_lock(718, 0)"
#: The feed is looked at when something was committed, and otherwise this often (retries, foreign writers).
EVERY_S = 5.0
LOOK_S = 0.2
AT_ONCE = 4


class Sender:
    """Delivers the webhooks of every town until :meth:`close`; one that is slow keeps no other waiting."""

    def __init__(
        self, database: Database, freshness: Freshness, rules: Rules, *, every_s: float = EVERY_S
    ) -> None:
        self._database, self._freshness, self._rules, self._every_s = database, freshness, rules, every_s
        self._stop = threading.Event()
        self._busy: set[tuple[str, int]] = set()
        self._room = threading.Semaphore(AT_ONCE)
        self._thread: threading.Thread | None = None
        self.leads = False

    def start(self) -> None:
        """Begin, in a thread of its own; again after a :meth:`close`, too."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="wangge-webhooks", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Begin nothing new; what is under way ends by itself or is sent again by the next leader."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        url = libpq_url(self._database.url)
        while not self._stop.is_set():
            try:
                with psycopg.connect(
                    url, autocommit=True, application_name="wangge-webhooks", connect_timeout=5,
                    keepalives_idle=10, keepalives_interval=5, keepalives_count=3,
                ) as connection:  # fmt: skip
                    self._serve(connection)
            except psycopg.Error as error:
                log.warning("webhooks interrupted: %s", type(error).__name__)
            except Exception as error:
                log.error("webhooks failed", exc_info=error)
            finally:
                self.leads = False
            self._stop.wait(self._every_s)

    def _serve(self, connection: psycopg.Connection[Any]) -> None:
        while not self._stop.is_set() and not self._first(connection):
            self._stop.wait(self._every_s)
        while not self._stop.is_set():
            self.leads = True
            moment = self._freshness.moment()
            connection.execute("SELECT 1")  # raises when the lock went with its connection
            self._begin_due()
            self._wait_for(moment)

    def _first(self, connection: psycopg.Connection[Any]) -> bool:
        row = connection.execute(LOCK).fetchone()
        return bool(row and row[0])

    def _wait_for(self, moment: tuple[int, int]) -> None:
        """Until something was committed since ``moment`` or it is time; never at once, however busy the town is."""
        waited = 0.0
        while not self._stop.wait(LOOK_S):
            waited += LOOK_S
            if waited >= self._every_s or self._freshness.moment() != moment:
                return

    def _begin_due(self) -> None:
        with self._database.transaction(NOBODY, writes=False) as session:
            waiting = queries.due(session)
        for hook in waiting:
            if hook in self._busy:
                continue
            if not self._room.acquire(blocking=False):
                return  # the others begin when there is room: at the latest with the next look
            self._busy.add(hook)
            threading.Thread(target=self._drain, args=hook, name="wangge-webhook", daemon=True).start()

    def _drain(self, subdistrict: str, number: int) -> None:
        try:
            while (
                not self._stop.is_set()
                and self.leads
                and deliver(self._database, subdistrict, number, self._rules)
            ):
                pass
        except Exception as error:
            if not self._stop.is_set():  # cut off by a stop: whoever leads next sends it again
                log.error("webhook %s of %s", number, subdistrict, exc_info=error)
        finally:
            self._busy.discard((subdistrict, number))
            self._room.release()
