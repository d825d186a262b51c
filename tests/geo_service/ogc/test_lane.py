"""The short way of the grid API gives what the long way gives, and forgets as fast."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from geo_service.app import create_app
from geo_service.ogc.lane import Lane
from geo_service.settings import Settings
from geo_service.sign_in import digest, revocations

SUB = "310199001"
ASKED = [
    "/ogc/collections/buildings/items?limit=3",
    "/ogc/collections/buildings/items/B00007",
    "/ogc/collections/buildings/items/B99999",
    "/ogc/collections/buildings/items/",
    "/ogc/collections/buildings/items?limit=0",
    "/ogc/collections/none/items",
    "/ogc/collections/buildings/tiles/WebMercatorQuad/15/13403/27438",
    "/ogc/collections/buildings/tiles/WebMercatorQuad/15/9/x",
]


#: What differs from one request to the next by design.
OWN = {"x-request-id", "date", "ratelimit"}


def told(answer: httpx.Response) -> dict[str, str]:
    """The headers of an answer but those that belong to one request."""
    return {name: value for name, value in answer.headers.items() if name not in OWN}


@pytest.fixture
def settings(ogc_database: str, tmp_path: Path) -> Settings:
    url = make_url(ogc_database).set(drivername="postgresql+psycopg")
    return Settings(database_url=url.render_as_string(hide_password=False), data_dir=tmp_path)


@pytest.mark.parametrize("path", ASKED)
def test_the_short_way_answers_as_the_long_way_does(settings: Settings, path: str) -> None:
    headers = {"Authorization": "Bearer wg_test_key"}
    short, long = create_app(settings), create_app(settings)
    long.router.routes[:] = [r for r in long.router.routes if not isinstance(r, Lane)]
    with TestClient(short) as one, TestClient(long) as other:
        for _ in range(2):
            got, wanted = one.get(path, headers=headers), other.get(path, headers=headers)
            assert (got.status_code, got.content) == (wanted.status_code, wanted.content)
            assert told(got) == told(wanted)


def test_a_repeated_answer_does_not_grow(ogc: httpx.Client) -> None:
    path = "/ogc/collections/committees/items?limit=2"
    answers = [ogc.get(path) for _ in range(4)]
    assert all(told(a) == told(answers[0]) for a in answers)
    assert len({a.headers["x-request-id"] for a in answers}) == 4


def test_head_has_the_head_of_get_and_no_body(ogc: httpx.Client) -> None:
    path = "/ogc/collections/committees/items?limit=2"
    for _ in range(2):
        got, head = ogc.get(path), ogc.head(path)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", got.headers["etag"])


def test_a_revoked_key_gets_nothing_more_at_once(ogc_database: str, settings: Settings) -> None:
    path, headers = "/ogc/collections/committees/items", {"Authorization": "Bearer wg_soon_gone"}
    with psycopg.connect(ogc_database, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO api_key (subdistrict_code, id, key_hash, name, scopes) VALUES (%s, 'gone', %s, 'x', '[\"read\"]')",
            (SUB, digest("wg_soon_gone")),
        )
        with TestClient(create_app(settings)) as client:
            assert [client.get(path, headers=headers).status_code for _ in range(3)] == [200, 200, 200]
            connection.execute(
                "UPDATE api_key SET revoked_at = %s WHERE id = 'gone'", (dt.datetime.now(dt.UTC),)
            )
            revocations(settings.data_dir).bump()
            assert client.get(path, headers=headers).status_code == 401
        connection.execute("DELETE FROM api_key WHERE id = 'gone'")


def test_two_readers_never_share_an_answer_ready_to_go(ogc: httpx.Client, service: Any) -> None:
    path = "/ogc/collections/buildings/items?limit=2"
    with service.client("wg_other_key") as other, service.client("") as nobody:
        for _ in range(3):
            mine, theirs = ogc.get(path).json(), other.get(path).json()
            assert mine["numberReturned"] == theirs["numberReturned"] == 2
            assert mine["features"] != theirs["features"]
            assert nobody.get(path).status_code == 401


def test_a_client_that_leaves_takes_its_query_along(ogc_database: str, service: Any) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'wangge-ogc' AND wait_event_type = 'Lock'"
    with psycopg.connect(ogc_database) as blocking, psycopg.connect(ogc_database, autocommit=True) as looking:

        def queries() -> int:
            return looking.execute(waiting).fetchone()[0]  # type: ignore[index]

        blocking.execute("LOCK TABLE building IN ACCESS EXCLUSIVE MODE")
        for n in range(12):  # three times as many as the pool has connections
            with service.client() as client, pytest.raises(httpx.ReadTimeout):
                client.get(f"/ogc/collections/buildings/items?limit={n + 501}", timeout=0.5)
        until = time.monotonic() + 10
        while queries() and time.monotonic() < until:
            time.sleep(0.05)
        assert queries() == 0
        blocking.rollback()
        with service.client() as client:
            assert client.get("/ogc/collections/buildings/items?limit=1").status_code == 200
    assert "Exception in ASGI" not in service.log.read_text()
