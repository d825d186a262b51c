"""Validators, and edits seen at once by every worker."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from geo_service.database import Database, Scope
from geo_service.freshness import Epoch

SUB = "310199001"
ITEM = "/ogc/collections/key-sites/items/K1"


def test_an_unchanged_answer_is_304_and_an_edit_ends_it(service: Any, ogc: httpx.Client) -> None:
    for path in (
        ITEM,
        "/ogc/collections/key-sites/items",
        "/ogc/collections/key-sites/tiles/WebMercatorQuad/3/3/6",
    ):
        first = ogc.get(path)
        again = ogc.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    service.sql("UPDATE key_site SET name = name || '改' WHERE subdistrict_code = %s AND code = 'K1'", SUB)
    wait_for(lambda: ogc.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 200)


def test_a_validator_outlives_the_cache(serve: Callable[[int], Any], service: Any, ogc: httpx.Client) -> None:
    path = "/ogc/collections/committees/items"
    etag = ogc.get(path).headers["etag"]
    fresh = ogc.get(path + "?f=json", headers={"If-None-Match": etag})
    assert fresh.status_code == 200  # another address is another representation
    assert ogc.get(path, headers={"If-None-Match": f'W/"x", {etag}'}).status_code == 304


def test_an_edit_of_another_layer_keeps_the_validator(service: Any, ogc: httpx.Client) -> None:
    etag = ogc.get("/ogc/collections/committees/items").headers["etag"]
    service.sql("UPDATE key_site SET same_day = NOT same_day WHERE subdistrict_code = %s", SUB)
    again = ogc.get("/ogc/collections/committees/items", headers={"If-None-Match": etag})
    assert again.status_code == 304


def test_compressed_and_plain_are_the_same_answer_with_their_own_validators(ogc: httpx.Client) -> None:
    path = "/ogc/collections/buildings/items?limit=50"
    plain = ogc.get(path, headers={"Accept-Encoding": "identity"})
    packed = ogc.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]


def wait_for(holds: Callable[[], bool], seconds: float = 2.0) -> None:
    import time

    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "not in time"
        time.sleep(0.01)


@pytest.mark.parametrize("edits", [250])
def test_no_worker_ever_serves_what_an_acknowledged_edit_replaced(
    serve: Callable[[int], Any], edits: int
) -> None:
    """Four workers; each edit commits as the service commits, then every connection (so every worker) is read."""
    service = serve(4)
    database = Database(service.admin.replace("postgresql://", "postgresql+psycopg://", 1))
    epoch = Epoch(service.log.parent / "epoch")
    database.after_commit = epoch.bump
    clients = [service.client(limits=httpx.Limits(max_connections=1)) for _ in range(12)]
    chance = random.Random(5)
    stale = 0
    for number in range(edits):
        code = f"B{chance.randrange(1_200):05d}"
        with database.transaction(Scope(SUB, account="test")) as session:
            session.execute(
                text("UPDATE building SET name = :n WHERE subdistrict_code = :s AND code = :c"),
                {"n": f"edit {number}", "s": SUB, "c": code},
            )
        for client in clients if number % 10 == 0 else chance.sample(clients, 4):
            found = client.get(f"/ogc/collections/buildings/items/{code}").json()
            stale += found["properties"]["name"] != f"edit {number}"
    for client in clients:
        client.close()
    database.close()
    assert stale == 0


def test_a_foreign_writer_is_seen_within_a_tenth_of_a_second(service: Any, ogc: httpx.Client) -> None:
    import statistics
    import time

    spent = []
    for number in range(15):
        ogc.get(ITEM)
        service.sql(
            "UPDATE key_site SET name = %s WHERE subdistrict_code = %s AND code = 'K1'", f"外 {number}", SUB
        )
        began = time.monotonic()
        wait_for(lambda n=number: ogc.get(ITEM).json()["properties"]["name"] == f"外 {n}")  # type: ignore[misc]
        spent.append(time.monotonic() - began)
    assert statistics.median(spent) < 0.1
