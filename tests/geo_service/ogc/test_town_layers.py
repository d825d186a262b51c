"""A town's own table and view become collections with filters, tiles and fresh answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import mapbox_vector_tile
import psycopg
import pytest

from geo_service.ogc import registering
from geo_service.problems import Problem

SUB = "310199001"


@pytest.fixture(scope="module")
def schools(service: Any) -> Iterator[Any]:
    """A table in EPSG:4549 and a view of it, both registered."""
    service.sql(
        "CREATE SCHEMA IF NOT EXISTS gis; CREATE TABLE gis.school (id int PRIMARY KEY, name text, opened date, pupils int, tags text[], "
        "secret text, g geometry(Point, 4549)); INSERT INTO gis.school SELECT i, '学校' || i, date '2020-01-01' + i, i * 100, "
        "ARRAY['a', 't' || i], 'x', ST_Transform(ST_SetSRID(ST_MakePoint(121.41 + i * 0.001, 31.205), 4326), 4549) "
        "FROM generate_series(1, 9) i; CREATE VIEW gis.big_school AS SELECT * FROM gis.school WHERE pupils > 500"
    )
    with psycopg.connect(service.admin) as connection:
        for layer, relation, key in (
            ("schools", "gis.school", None),
            ("big-schools", "gis.big_school", "id"),
        ):
            registering.register(
                connection, SUB, layer, relation, title_zh="学校", title_en="Schools", key=key, times="opened",
                columns=["id", "name", "opened", "pupils", "tags"], titles={"pupils": "学生数/pupils"},
                audience="partner" if layer == "schools" else "internal",
            )  # fmt: skip
    yield service
    with psycopg.connect(service.admin) as connection:
        registering.remove(connection, SUB, "schools")
        registering.remove(connection, SUB, "big-schools")


def page(client: httpx.Client, **parameters: str) -> dict[str, Any]:
    answer = client.get("/ogc/collections/schools/items", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def test_a_registered_table_is_listed_with_its_titles(schools: Any, ogc: httpx.Client) -> None:
    listed = {c["id"]: c["title"] for c in ogc.get("/ogc/collections").json()["collections"]}
    assert listed["schools"] == "学校 / Schools"
    assert "big-schools" not in listed
    described = ogc.get("/ogc/collections/schools/schema").json()["properties"]
    assert described["pupils"]["title"] == "学生数 / pupils"
    assert "secret" not in described


def test_its_features_come_in_any_crs_with_filters_and_pages(schools: Any, ogc: httpx.Client) -> None:
    first = page(ogc)["features"][0]
    assert first["geometry"]["coordinates"] == pytest.approx([121.411, 31.205], abs=1e-6)
    assert len(page(ogc, filter="pupils > 300 AND A_CONTAINS(tags, ('t5'))")["features"]) == 1
    assert len(page(ogc, bbox="121.4105,31.2,121.4125,31.21")["features"]) == 2
    assert len(page(ogc, bbox="-180,-90,180,90")["features"]) == 9
    assert len(page(ogc, datetime="2020-01-04/..")["features"]) == 7
    assert "secret" not in first["properties"]


def test_its_tiles_and_its_changes_are_fresh(schools: Any, ogc: httpx.Client) -> None:
    tile = ogc.get("/ogc/collections/schools/tiles/WebMercatorQuad/0/0/0")
    assert len(mapbox_vector_tile.decode(tile.content)["schools"]["features"]) == 9
    etag = ogc.get("/ogc/collections/schools/items").headers["etag"]
    schools.sql("UPDATE gis.school SET name = '新' WHERE id = 1")
    time.sleep(0.3)
    again = ogc.get("/ogc/collections/schools/items", headers={"If-None-Match": etag})
    assert again.json()["features"][0]["properties"]["name"] == "新"


@pytest.mark.parametrize(
    ("layer", "relation"),
    [
        ("buildings", "gis.school"),
        ("Bad Id", "gis.school"),
        ("x1", "gis.none"),
        ("x1", "public.account"),
        ("x1", "a;b.c"),
    ],
)
def test_what_cannot_be_served_is_refused(schools: Any, layer: str, relation: str) -> None:
    with psycopg.connect(schools.admin) as connection, pytest.raises(Problem):
        registering.register(
            connection, SUB, layer, relation, title_zh="x", title_en="x", key=None, times=None, columns=[], titles={},
            audience="partner",
        )  # fmt: skip


def triggers_on(service: Any, relation: str) -> int:
    query = "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
    with psycopg.connect(service.admin) as connection:
        return int(connection.execute(query, (relation,)).fetchone()[0])  # type: ignore[index]


def registered(service: Any, layer: str, relation: str) -> dict[str, Any]:
    with psycopg.connect(service.admin) as connection:
        return registering.register(
            connection, SUB, layer, relation, title_zh="井", title_en="Wells", key=None, times=None, columns=[], titles={},
            audience="partner",
        )  # fmt: skip


def test_a_layer_that_moves_to_another_table_leaves_no_trigger_behind(service: Any) -> None:
    for name in ("gis.well", "gis.new_well"):
        service.sql(
            f"CREATE SCHEMA IF NOT EXISTS gis; CREATE TABLE {name} (id int PRIMARY KEY, g geometry(Point, 4326))"
        )
    registered(service, "wells", "gis.well")
    assert triggers_on(service, "gis.well") == 2
    registered(service, "wells", "gis.new_well")
    assert (triggers_on(service, "gis.well"), triggers_on(service, "gis.new_well")) == (0, 2)
    with psycopg.connect(service.admin) as connection:
        (held,) = (row for row in registering.listed(connection, SUB) if row["id"] == "wells")
        assert (held["relation"], held["key"]) == ("gis.new_well", "id")
        registering.remove(connection, SUB, "wells")
        assert "wells" not in {row["id"] for row in registering.listed(connection, SUB)}
    assert triggers_on(service, "gis.new_well") == 0
    with psycopg.connect(service.admin) as connection, pytest.raises(Problem, match="there is no layer"):
        registering.remove(connection, SUB, "wells")


def test_a_name_in_capitals_is_taken_as_it_is_written(service: Any, ogc: httpx.Client) -> None:
    service.sql(
        'CREATE SCHEMA IF NOT EXISTS gis; CREATE TABLE gis."Pumps" (id int PRIMARY KEY, g geometry(Point, 4326)); '
        'INSERT INTO gis."Pumps" VALUES (7, ST_SetSRID(ST_MakePoint(121.41, 31.2), 4326))'
    )
    with pytest.raises(Problem, match=r"there is no gis\.pumps"):
        registered(service, "pumps", "gis.pumps")
    assert registered(service, "pumps", "gis.Pumps")["watched"]
    try:
        time.sleep(0.3)
        found = ogc.get("/ogc/collections/pumps/items").json()["features"]
        assert [feature["id"] for feature in found] == ["7"]
    finally:
        with psycopg.connect(service.admin) as connection:
            registering.remove(connection, SUB, "pumps")
