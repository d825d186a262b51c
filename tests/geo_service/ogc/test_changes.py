"""The feed of changes: everything once, in order, whoever writes and however often the reader comes back."""

from __future__ import annotations

import json
import random
import threading
import time
from typing import Any

import httpx
import psycopg

SUB = "310199001"


def reached(client: httpx.Client) -> int:
    since = 0
    while True:
        page = client.get("/ogc/changes", params={"since": since, "limit": 10_000}).json()
        since = page["next"]
        if not page["changes"]:
            return since


def test_nothing_is_lost_or_twice_with_sixteen_writers_and_a_reader_that_comes_and_goes(service: Any) -> None:
    """Every write of sixteen writers, whose transactions overlap and sometimes roll back, is read once, in order."""
    with service.client() as client:
        start = reached(client)
    done, committed, lock = threading.Event(), [], threading.Lock()

    def write(writer: int) -> None:
        chance = random.Random(writer)
        with psycopg.connect(service.admin) as connection:
            for number in range(12):
                mark = f"w{writer}-{number}"
                rows = [f"B{writer * 60 + k:05d}" for k in chance.sample(range(60), chance.randint(1, 4))]
                for code in rows:
                    connection.execute(
                        "UPDATE building SET house_number = %s WHERE subdistrict_code = %s AND code = %s",
                        (mark, SUB, code),
                    )
                    time.sleep(chance.random() * 0.004)
                if chance.random() < 0.2:
                    connection.rollback()
                    continue
                connection.commit()
                with lock:
                    committed.extend((code, mark) for code in rows)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(16)]
    seen: list[dict[str, Any]] = []

    def read() -> None:
        since, chance = start, random.Random(99)
        while True:
            over = done.is_set()
            with service.client() as client:
                for _ in range(chance.randint(1, 5)):
                    page = client.get(
                        "/ogc/changes",
                        params={"since": since, "limit": chance.randint(1, 40), "layer": "buildings"},
                    ).json()
                    seen.extend(page["changes"])
                    since = page["next"]
            if over and not page["changes"]:
                return

    reader = threading.Thread(target=read)
    reader.start()
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join(60)
    assert not reader.is_alive()
    numbers = [c["seq"] for c in seen]
    assert numbers == sorted(set(numbers))
    assert sorted((c["feature"], c["after"]["house_number"]) for c in seen) == sorted(committed)
    for writer in range(16):
        marks = [
            c["after"]["house_number"] for c in seen if c["after"]["house_number"].startswith(f"w{writer}-")
        ]
        assert marks == sorted(marks, key=lambda m: int(m.split("-")[1]))


def test_a_change_says_what_was_before_and_after_and_nothing_that_is_not_public(
    service: Any, ogc: httpx.Client
) -> None:
    since = reached(ogc)
    service.sql("UPDATE building SET floors = 99 WHERE subdistrict_code = %s AND code = 'B01100'", SUB)
    (change,) = ogc.get("/ogc/changes", params={"since": since, "wait": 2}).json()["changes"]
    service.sql("UPDATE building SET floors = 21 WHERE subdistrict_code = %s AND code = 'B01100'", SUB)
    assert (change["layer"], change["feature"], change["operation"]) == ("buildings", "B01100", "updated")
    assert (change["before"]["floors"], change["after"]["floors"]) == (21, 99)
    assert not {"batch_id", "geom", "fid", "subdistrict_code"} & set(change["after"])


def test_grids_enter_the_feed_when_they_are_published_and_never_as_drafts(
    service: Any, ogc: httpx.Client
) -> None:
    since = reached(ogc)
    ask = {"since": since, "layer": "micro-grids"}
    service.sql(
        "UPDATE micro_grid SET name = name || '*' WHERE subdistrict_code = %s AND version_id = 3", SUB
    )
    assert ogc.get("/ogc/changes", params=ask).json()["changes"] == []
    ends = "UPDATE boundary_version SET valid_to = %s WHERE subdistrict_code = %s AND id = 2"
    status = "UPDATE boundary_version SET status = %s, valid_from = %s WHERE subdistrict_code = %s AND id = 3"
    service.sql(ends, "2030-01-01", SUB)
    service.sql(status, "published", "2030-01-01", SUB)
    found = ogc.get("/ogc/changes", params={**ask, "wait": 2}).json()["changes"]
    service.sql(status, "withdrawn", "2030-01-01", SUB)
    service.sql(ends, None, SUB)
    created = [c["feature"] for c in found if c["operation"] == "created"]
    assert created == ["G31", "G32", "G33", "G34"]
    assert {c["feature"] for c in found if c["operation"] == "updated"} == {"G21", "G22", "G23", "G24"}
    later = ogc.get("/ogc/changes", params={**ask, "wait": 2}).json()["changes"]
    assert [c["feature"] for c in later if c["operation"] == "deleted"] == created


def test_waiting_ends_with_the_first_change(service: Any, ogc: httpx.Client) -> None:
    since = reached(ogc)
    edit = threading.Timer(
        0.4,
        service.sql,
        ("UPDATE key_site SET name = name || 'x' WHERE subdistrict_code = %s AND code = 'K2'", SUB),
    )
    edit.start()
    began = time.monotonic()
    found = ogc.get("/ogc/changes", params={"since": since, "wait": 10}).json()["changes"]
    assert len(found) == 1
    assert 0.3 < time.monotonic() - began < 5
    edit.join()


def test_events_stream_and_resume_where_the_reader_left(service: Any, ogc: httpx.Client) -> None:
    since = reached(ogc)
    service.sql(
        "UPDATE building SET house_number = 'events' WHERE subdistrict_code = %s AND code IN ('B00001', 'B00002')",
        SUB,
    )

    def first_event(number: int) -> dict[str, Any]:
        with ogc.stream("GET", "/ogc/changes/stream", headers={"Last-Event-ID": str(number)}) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    return json.loads(line[6:])  # type: ignore[no-any-return]
        raise AssertionError("no event")

    one = first_event(since)
    two = first_event(one["seq"])
    assert (one["feature"], two["feature"], two["seq"]) == ("B00001", "B00002", one["seq"] + 1)


def test_a_town_never_reads_the_changes_of_another(service: Any) -> None:
    with service.client("wg_other_key") as other:
        since = reached(other)
        service.sql(
            "UPDATE building SET house_number = 'own' WHERE subdistrict_code = %s AND code = 'B00003'", SUB
        )
        assert other.get("/ogc/changes", params={"since": since}).json()["changes"] == []
