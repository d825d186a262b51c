"""Webhooks: everything that changes, at least once and in order, signed, to nobody inside, until it is given up."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from geo_service.freshness import Epoch, Freshness
from geo_service.handover import webhooks
from geo_service.handover.delivery import Rules, deliver
from geo_service.handover.destinations import Admitted
from geo_service.handover.sender import Sender
from geo_service.handover.signing import signing_key
from geo_service.problems import Problem
from geo_service.queries import webhooks as queries

TOWN, OTHER = "310199601", "310199602"
LOCAL = Admitted.of("http://127.0.0.1")


def rules_of(place: Any, **changed: Any) -> Rules:
    made = Rules(
        admitted=LOCAL, dead_after=dt.timedelta(days=7), key=lambda: signing_key(place.settings), first_wait_s=0.05
    )  # fmt: skip
    return replace(made, **changed)


@pytest.fixture
def hook(place: Any, receiver: Any) -> Iterator[int]:
    """A webhook of the town to the receiver, from now on."""
    with place.store.transaction(place.scope()) as session:
        key = signing_key(place.settings, create=True)
        receiver.secret, made = webhooks.add(
            session, place.scope(), receiver.url, ["buildings"], "now", key, LOCAL
        )
        number = made.id
    yield number
    place.sql("DELETE FROM webhook")


@contextmanager
def sending(place: Any, rules: Rules) -> Iterator[Sender]:
    sender = Sender(
        place.store, Freshness(place.store, Epoch(place.settings.data_dir / "epoch")), rules, every_s=0.1
    )
    sender.start()
    yield sender
    sender.close()


def drained(place: Any, number: int, rules: Rules) -> None:
    while deliver(place.store, TOWN, number, rules):
        pass


def state(place: Any, number: int) -> dict[str, Any]:
    with place.store.transaction(place.scope(), writes=False) as session:
        found = queries.webhook(session, TOWN, number)
        assert found is not None
        return webhooks.described(found, queries.reached(session, TOWN))


def test_a_change_arrives_as_a_signed_cloud_event_with_nothing_that_is_not_public(
    place: Any, receiver: Any, hook: int
) -> None:
    place.edit("B001", "a")
    drained(place, hook, rules_of(place))
    (request,) = receiver.requests
    assert (request["signed"], request["path"]) == (True, "/feed?token=x")
    assert request["type"] == "application/cloudevents-batch+json"
    (event,) = request["events"]
    assert {k: event[k] for k in ("specversion", "type", "source", "subject", "datacontenttype")} == {
        "specversion": "1.0", "type": "wangge.feature.updated", "source": f"urn:wangge:{TOWN}:buildings",
        "subject": "B001", "datacontenttype": "application/json",
    }  # fmt: skip
    assert int(event["id"]) == int(event["sequence"]) == event["data"]["seq"]
    assert dt.datetime.fromisoformat(event["time"]).tzinfo is not None
    assert event["data"]["after"]["house_number"] == "a"
    assert not {"batch_id", "geom", "fid", "subdistrict_code", "operator_code"} & set(event["data"]["after"])


def test_layers_that_were_not_asked_for_and_other_towns_are_passed_over(
    place: Any, receiver: Any, hook: int
) -> None:
    place.sql("INSERT INTO key_site (subdistrict_code, code, name, kind, committee_code) VALUES (%s, 'K1', '工棚', "
              "'site_shed', %s) ON CONFLICT DO NOTHING", TOWN, TOWN + "001")  # fmt: skip
    place.edit("B001", "elsewhere", OTHER)
    drained(place, hook, rules_of(place))
    assert receiver.requests == []
    assert state(place, hook)["state"] == "up-to-date"


def test_a_receiver_that_fails_gets_the_same_batch_again_under_the_same_id_and_in_order(
    place: Any, receiver: Any, hook: int
) -> None:
    receiver.says = [(500, {}), (302, {"Location": "http://127.0.0.1:1/"}), (503, {})]
    with sending(place, rules_of(place)):
        place.edit("B001", "one")
        receiver.wait(lambda: len(receiver.requests) >= 1)
        place.edit("B002", "two")
        receiver.wait(lambda: receiver.marks() == ["one", "two"])
    ids = [r["id"] for r in receiver.requests]
    assert len(set(ids[:4])) == 1, "the retries of a batch carry one id"
    assert ids[4] not in ids[:4]
    assert all(r["signed"] for r in receiver.requests)
    assert state(place, hook)["failures"] == 0


def test_a_failing_webhook_shows_why_and_waits_longer_each_time(place: Any, receiver: Any, hook: int) -> None:
    receiver.says = [(500, {})] * 5
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    rules = rules_of(place, first_wait_s=10, now=lambda: now)
    place.edit("B001", "slow")
    waits = []
    for _ in range(4):
        assert deliver(place.store, TOWN, hook, rules) is False
        found = state(place, hook)
        waits.append((found["next_try_at"] - now).total_seconds())
        assert deliver(place.store, TOWN, hook, rules) is False, "not before its time"
        now = found["next_try_at"]
    assert len(receiver.requests) == 4
    for wait, expected in zip(waits, (10, 20, 40, 80), strict=True):
        assert 0.8 * expected <= wait <= 1.2 * expected
    found = state(place, hook)
    assert (found["state"], found["last_status"], found["failures"]) == ("failing", "500", 4)


def test_a_receiver_that_asks_to_wait_is_waited_for(place: Any, receiver: Any, hook: int) -> None:
    receiver.says = [(429, {"Retry-After": "600"})]
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    place.edit("B001", "later")
    deliver(place.store, TOWN, hook, rules_of(place, now=lambda: now))
    assert (state(place, hook)["next_try_at"] - now).total_seconds() >= 600


def test_after_days_of_failure_it_is_given_up_shown_as_dead_audited_and_revived_by_a_replay(
    place: Any, receiver: Any, hook: int
) -> None:
    receiver.says = [(500, {})] * 3
    now = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    rules = rules_of(place, now=lambda: now)
    before = state(place, hook)["delivered_up_to"]
    place.edit("B001", "kept")
    deliver(place.store, TOWN, hook, rules)
    now += dt.timedelta(days=6, hours=23)
    deliver(place.store, TOWN, hook, rules)
    assert state(place, hook)["state"] == "failing"
    now += dt.timedelta(hours=2)
    deliver(place.store, TOWN, hook, rules)
    found = state(place, hook)
    assert (found["state"], found["delivered_up_to"]) == ("dead", before)
    assert place.sql("SELECT detail ->> 'status' FROM audit_event WHERE action = 'webhook.dead'")[-1] == (
        "500",
    )
    now += dt.timedelta(days=1)
    assert deliver(place.store, TOWN, hook, rules) is False
    with place.store.transaction(place.scope()) as session:
        webhooks.replay(session, place.scope(), hook, before)
    drained(place, hook, rules)
    assert receiver.marks() == ["kept"]


def test_gone_ends_it_at_once(place: Any, receiver: Any, hook: int) -> None:
    receiver.says = [(410, {})]
    place.edit("B001", "gone")
    drained(place, hook, rules_of(place))
    assert state(place, hook)["state"] == "dead"


def test_a_replay_sends_everything_after_a_number_again(place: Any, receiver: Any, hook: int) -> None:
    start = state(place, hook)["delivered_up_to"]
    for n in range(250):
        place.edit(f"B{1 + n % 40:03d}", f"r{n}")
    drained(place, hook, rules_of(place))
    first = receiver.marks()
    assert first == [f"r{n}" for n in range(250)]
    assert max(len(r["events"]) for r in receiver.requests) == 100
    with place.store.transaction(place.scope()) as session:
        webhooks.replay(session, place.scope(), hook, start + 200)
    drained(place, hook, rules_of(place))
    assert receiver.marks()[250:] == [f"r{n}" for n in range(200, 250)]
    for wrong in (-1, 10**9):
        with (
            place.store.transaction(place.scope()) as session,
            pytest.raises(Problem, match="invalid-since"),
        ):
            webhooks.replay(session, place.scope(), hook, wrong)


def test_a_pause_loses_nothing(place: Any, receiver: Any, hook: int) -> None:
    with place.store.transaction(place.scope()) as session:
        webhooks.switch(session, place.scope(), hook, active=False)
    place.edit("B001", "while paused")
    drained(place, hook, rules_of(place))
    assert (receiver.requests, state(place, hook)["state"]) == ([], "paused")
    with place.store.transaction(place.scope()) as session:
        webhooks.switch(session, place.scope(), hook, active=True)
    drained(place, hook, rules_of(place))
    assert receiver.marks() == ["while paused"]


def test_of_many_workers_one_sends_and_another_takes_over(place: Any, receiver: Any, hook: int) -> None:
    with sending(place, rules_of(place)) as first:
        receiver.wait(lambda: first.leads)
        with sending(place, rules_of(place)) as second:
            for n in range(30):
                place.edit("B003", f"m{n}")
            receiver.wait(lambda: len(receiver.marks()) == 30)
            assert (first.leads, second.leads) == (True, False)
            # The leader's connection dies under it, as with a kill: the lock goes with it.
            place.sql("SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
                      "WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = 'wangge-webhooks'")  # fmt: skip
            receiver.wait(lambda: first.leads != second.leads)
            place.edit("B003", "after")
            receiver.wait(lambda: "after" in receiver.marks())
    assert receiver.marks() == [*[f"m{n}" for n in range(30)], "after"]


SENDING = """
import datetime as dt, sys, time
from pathlib import Path
from geo_service.database import Database
from geo_service.freshness import Epoch, Freshness
from geo_service.handover.delivery import Rules
from geo_service.handover.destinations import Admitted
from geo_service.handover.sender import Sender
from geo_service.handover.signing import signing_key
from geo_service.settings import Settings
settings = Settings(database_url=sys.argv[1], data_dir=Path(sys.argv[2]))
store = Database(settings.database_url)
Sender(store, Freshness(store, Epoch(settings.data_dir / "epoch")), Rules(
    admitted=Admitted.of("http://127.0.0.1"), dead_after=dt.timedelta(days=7), key=lambda: signing_key(settings),
    first_wait_s=0.05), every_s=0.1).start()
time.sleep(120)
"""


def test_kills_of_the_sender_lose_nothing_and_keep_the_order(place: Any, receiver: Any, hook: int) -> None:
    """A writer goes on while the sender's process is killed four times; then everything is there, once its repeats go."""
    done = threading.Event()
    written: list[str] = []

    def write() -> None:
        while not done.wait(0.01) or len(written) < 100:
            written.append(f"k{len(written)}")
            place.edit("B004", written[-1])

    writer = threading.Thread(target=write)
    writer.start()
    receiver.slow_s = 0.05
    try:
        for _ in range(4):
            had = len(receiver.requests)
            process = subprocess.Popen(
                [sys.executable, "-c", SENDING, place.url, str(place.settings.data_dir)]
            )
            try:
                receiver.wait(lambda had=had: len(receiver.requests) >= had + 3, 60)
            finally:
                os.kill(process.pid, signal.SIGKILL)
                process.wait(10)
    finally:
        done.set()
        writer.join(60)
    receiver.slow_s = 0.0
    drained(place, hook, rules_of(place))
    numbers = [e["data"]["seq"] for e in receiver.events]
    firsts = list(dict.fromkeys(numbers))
    assert firsts == sorted(firsts)
    by_number = {e["data"]["seq"]: e["data"]["after"]["house_number"] for e in receiver.events}
    assert [by_number[n] for n in firsts] == written
    assert all(r["signed"] for r in receiver.requests)


def test_the_database_alone_does_not_hold_the_secret(place: Any, receiver: Any, hook: int) -> None:
    ((stored,),) = place.sql("SELECT secret FROM webhook WHERE id = %s", hook)
    assert receiver.secret.removeprefix("whsec_") not in stored
    (place.settings.data_dir / "signing-key.pem").rename(place.settings.data_dir / "away.pem")
    try:
        place.edit("B001", "unsigned")
        drained(place, hook, rules_of(place))
        assert (state(place, hook)["last_status"], receiver.requests) == ("no-signing-key", [])
        signing_key(place.settings, create=True)
        place.sql("UPDATE webhook SET next_try_at = NULL")
        drained(place, hook, rules_of(place))
        assert (state(place, hook)["last_status"], receiver.requests) == ("signing-key-changed", [])
    finally:
        (place.settings.data_dir / "away.pem").rename(place.settings.data_dir / "signing-key.pem")


def test_a_new_secret_signs_from_the_next_delivery_on(place: Any, receiver: Any, hook: int) -> None:
    old = receiver.secret
    with place.store.transaction(place.scope()) as session:
        receiver.secret, _ = webhooks.renew_secret(session, place.scope(), hook, signing_key(place.settings))
    assert receiver.secret != old
    place.edit("B001", "renewed")
    drained(place, hook, rules_of(place))
    assert [r["signed"] for r in receiver.requests] == [True]


def test_the_service_shows_the_sender_which_webhooks_wait_and_nothing_else(place: Any, hook: int) -> None:
    place.edit("B001", "due")
    with psycopg.connect(place.url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT * FROM wangge_webhooks_due()").fetchall() == [(TOWN, hook)]
        assert connection.execute("SELECT count(*) FROM webhook").fetchone() == (0,)
