"""One delivery: the next batch of a webhook, sent at least once, in the order of the feed.

Where a webhook stands is in the database: the number it has been given everything up to, and the last number of the
batch under way. Both are written before and after the request, so a process that dies at any point sends the same batch
again under the same id, and never skips one.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import Counter
from sqlalchemy import update
from sqlalchemy.orm import Session

from geo_service.audit import record
from geo_service.database import Database, Scope
from geo_service.handover import destinations, posting
from geo_service.handover.destinations import Admitted, Undeliverable
from geo_service.handover.events import BATCH_TYPE, change_of, cloud_event
from geo_service.handover.posting import Answer
from geo_service.handover.webhook_secrets import secret_of, signed_headers
from geo_service.problems import Problem
from geo_service.queries import webhooks as queries
from geo_service.tables.publication import Webhook

log = logging.getLogger("wangge.webhooks")
DELIVERIES = Counter("wangge_webhook_deliveries_total", "Batches sent to webhooks", ["outcome"])
MOST_EVENTS = 100
MOST_BYTES = 512_000
FIRST_WAIT_S = 5
LONGEST_WAIT_S = 3_600
GONE = 410
ACCOUNT = "webhooks"


@dataclass(frozen=True)
class Rules:
    """How deliveries are made; a test gives its own clock and waits."""

    admitted: Admitted
    dead_after: dt.timedelta
    key: Callable[[], Ed25519PrivateKey]
    first_wait_s: float = FIRST_WAIT_S
    total_s: float = posting.TOTAL_S
    lookup: destinations.Lookup | None = None
    now: Callable[[], dt.datetime] = field(default=lambda: dt.datetime.now(dt.UTC))


@dataclass(frozen=True)
class _Batch:
    number: int
    url: str
    secret: str
    since: int
    until: int
    events: list[bytes]

    @property
    def body(self) -> bytes:
        return b"[" + b",".join(self.events) + b"]"


def deliver(database: Database, subdistrict: str, number: int, rules: Rules) -> bool:
    """Send the next batch of a webhook; whether it arrived, so that another can follow at once."""
    scope = Scope(subdistrict, account=ACCOUNT)
    with database.transaction(scope, writes=False) as session:
        batch = _next(session, subdistrict, number, rules.now())
    if batch is None:
        return False
    if not batch.events:
        return _settle(database, scope, batch, rules, None)
    try:
        return _settle(database, scope, batch, rules, _sent(batch, subdistrict, rules))
    except Undeliverable as error:
        return _settle(database, scope, batch, rules, error)
    except Problem as error:
        return _settle(database, scope, batch, rules, Undeliverable(error.type))


def wait_s(failures: int, first_s: float = FIRST_WAIT_S) -> float:
    """Seconds until the try after so many failures in a row: doubled each time, an hour at most.

    >>> [wait_s(n) for n in (1, 2, 3, 10, 11, 500)]
    [5, 10, 20, 2560, 3600, 3600]
    """
    return min(first_s * 2 ** min(failures - 1, 30), LONGEST_WAIT_S)


def _next(session: Session, subdistrict: str, number: int, now: dt.datetime) -> _Batch | None:
    """The batch under way, or a new one, noted as under way before anything is sent."""
    hook = queries.webhook(session, subdistrict, number, lock=True)
    if hook is None or not hook.active or (hook.next_try_at is not None and hook.next_try_at > now):
        return None
    last = queries.reached(session, subdistrict)
    until = last if hook.sending_to is None else min(hook.sending_to, last)
    if until <= hook.last_seq:
        return None
    rows = queries.changes(session, subdistrict, hook.last_seq, until, list(hook.layers), MOST_EVENTS)
    events: list[bytes] = []
    size = 0
    for row in rows:
        event = orjson.dumps(cloud_event(subdistrict, change_of(*row)))
        size += len(event)
        if events and size > MOST_BYTES:
            break
        events.append(event)
    if events and (len(events) < len(rows) or len(rows) == MOST_EVENTS):
        until = rows[len(events) - 1].seq
    hook.sending_to = until
    return _Batch(number, hook.url, hook.secret, hook.last_seq, until, events)


def _sent(batch: _Batch, subdistrict: str, rules: Rules) -> Answer:
    where = destinations.destination(batch.url, rules.admitted)
    secret = secret_of(rules.key(), subdistrict, batch.secret)
    addresses = destinations.addresses_of(where, rules.admitted, rules.lookup)
    message_id = f"{subdistrict}.{batch.number}.{batch.since}-{batch.until}"
    headers = {
        "Content-Type": BATCH_TYPE,
        "User-Agent": "wangge-webhooks",
        **signed_headers(secret, message_id, rules.now(), batch.body),
    }
    return posting.post(where, addresses, headers, batch.body, total_s=rules.total_s)


def _settle(
    database: Database, scope: Scope, batch: _Batch, rules: Rules, outcome: Answer | Undeliverable | None
) -> bool:
    """Write down how it went, unless somebody has moved or removed the webhook meanwhile."""
    with database.transaction(scope, writes=False) as session:
        hook = queries.webhook(session, scope.subdistrict, batch.number, lock=True)
        if hook is None or (hook.last_seq, hook.sending_to) != (batch.since, batch.until):
            return hook is not None
        if outcome is None:
            _moved(session, hook, {"last_seq": batch.until, "sending_to": None})
            return True
        now = rules.now()
        status = outcome.status if isinstance(outcome, Answer) else 0
        arrived = 200 <= status < 300
        DELIVERIES.labels("arrived" if arrived else "failed").inc()
        if arrived:
            _moved(session, hook, {"last_seq": batch.until, "sending_to": None, "failures": 0, "failing_since": None,
                                   "next_try_at": None, "last_status": str(status), "last_sent_at": now})  # fmt: skip
            return True
        _failed(session, scope, hook, rules, outcome, now)
        return False


def _failed(
    session: Session, scope: Scope, hook: Webhook, rules: Rules, outcome: Answer | Undeliverable, now: dt.datetime
) -> None:  # fmt: skip
    status = str(outcome.status) if isinstance(outcome, Answer) else outcome.reason[:32]
    since, failures = hook.failing_since or now, hook.failures + 1
    pause = wait_s(failures, rules.first_wait_s) * random.uniform(0.8, 1.2)
    if isinstance(outcome, Answer):
        pause = max(pause, outcome.retry_after_s)
    values: dict[str, Any] = {
        "failures": failures, "failing_since": since, "last_status": status,
        "next_try_at": now + dt.timedelta(seconds=pause),
    }  # fmt: skip
    if status == str(GONE) or now - since >= rules.dead_after:
        values |= {"active": False, "dead_at": now, "next_try_at": None}
        detail = {"status": status, "failures": failures, "delivered_up_to": hook.last_seq}
        record(session, scope, "webhook.dead", target=str(hook.id), detail=detail)
        log.warning("webhook %s of %s given up: %s", hook.id, scope.subdistrict, status)
    _moved(session, hook, values)


def _moved(session: Session, hook: Webhook, values: dict[str, Any]) -> None:
    session.execute(
        update(Webhook)
        .where(Webhook.subdistrict_code == hook.subdistrict_code, Webhook.id == hook.id)
        .values(**values)
    )
