"""Answers that are kept: made by one, waited for by the rest, and tried again where making failed."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import text

from geo_service.database import Database, Scope
from geo_service.remembered import Kept


def test_a_hundred_who_want_the_same_have_it_made_once() -> None:
    kept, made, got = Kept(), [], []

    def make() -> bytes:
        made.append(threading.get_ident())
        time.sleep(0.1)
        return b"figures"

    threads = [threading.Thread(target=lambda: got.append(kept.made_once("e", make))) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [b"figures"] * 100
    assert len(made) == 1


def test_two_different_answers_are_made_side_by_side() -> None:
    kept, both = Kept(), threading.Barrier(2, timeout=5)

    def make() -> bytes:
        both.wait()  # fails unless the other is being made at the same time
        return b"x"

    threads = [threading.Thread(target=kept.made_once, args=(etag, make)) for etag in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (kept.get("a"), kept.get("b")) == (b"x", b"x")


def test_a_failure_is_told_to_its_own_caller_and_the_next_one_tries_again() -> None:
    kept = Kept()

    def fail() -> bytes:
        raise ValueError("no figures")

    with pytest.raises(ValueError, match="no figures"):
        kept.made_once("e", fail)
    assert kept.made_once("e", lambda: b"figures") == b"figures"


def test_the_least_recently_used_goes_first() -> None:
    kept = Kept(room=10)
    for etag in "abc":
        kept.put(etag, b"1234")
    assert (kept.get("a"), kept.get("c")) == (None, b"1234")


def test_a_transaction_takes_a_connection_only_when_it_says_something(database_url: str) -> None:
    store = Database(database_url, pool_size=1)
    pool = store.engine.pool
    try:
        with store.transaction(Scope("310199001", ("a", "b"), "x")) as session:
            assert pool.checkedout() == 0  # type: ignore[attr-defined]
            settings = "SELECT current_setting('wangge.subdistrict'), current_setting('wangge.committees'), current_user"
            assert tuple(session.execute(text(settings)).one()) == ("310199001", "a,b", "wangge_service")
            with session.begin_nested():
                assert tuple(session.execute(text(settings)).one())[:2] == ("310199001", "a,b")
            assert pool.checkedout() == 1  # type: ignore[attr-defined]
        with store.transaction(Scope("310199002")) as session:
            assert (
                session.execute(text("SELECT current_setting('wangge.subdistrict')")).scalar() == "310199002"
            )
    finally:
        store.close()
