"""Answers that are kept: made by one, waited for by the rest, and tried again where making failed."""

from __future__ import annotations

import threading
import time

import pytest

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
