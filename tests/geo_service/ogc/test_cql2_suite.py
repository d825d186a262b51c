"""OGC's abstract test suite for CQL2 (21-065, Annex A), over HTTP, on its three layers as a town's own layers."""

from __future__ import annotations

import csv
import gzip
import random
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import combining, normalize

import cql2
import httpx
import orjson
import psycopg
import pytest

from geo_service.ogc import registering
from geo_service.ogc.cql2 import folding

HERE = Path(__file__).parent / "natural_earth"
SUB = "310199001"
COLUMNS = {
    "countries": {"POP_EST": "bigint"},
    "places": {"pop_max": "int", "pop_min": "int", "pop_other": "int", "date": "date", "start": "timestamptz",
               "end": "timestamptz", "boolean": "boolean"},
    "rivers": {},
}  # fmt: skip
SHAPES = {"countries": "MultiPolygon", "places": "Point", "rivers": "LineString"}
VALUES = {
    "string": "'foo'", "boolean": "true", "number": "3.14", "integer": "1", "date": "DATE('2022-04-14')",
    "timestamp": "TIMESTAMP('2022-04-14T14:48:46Z')",
}  # fmt: skip
#: Counts that the suite's own data contradict, with what the data hold.
CONTRADICTED = {
    "ACCENTI(name) LIKE accenti('Ch%')": 3,
    "ACCENTI(CASEI(name)) LIKE accenti(casei('Chiș%'))": 1,
    "ACCENTI(CASEI(name)) LIKE accenti(casei('cHis%'))": 1,
}
with (HERE / "predicates.tsv").open(encoding="utf-8") as file:
    SUITE = [tuple(line.rstrip("\n").split("\t")) for line in file][1:]


@pytest.fixture(scope="module", autouse=True)
def natural_earth(service: Any) -> Iterator[None]:
    """The three layers in tables of the town's own, registered as ``wangge layer add`` does."""
    with psycopg.connect(service.admin) as connection:
        connection.execute("CREATE SCHEMA natural_earth")
        for layer in SHAPES:
            _load(connection, layer)
            registering.register(
                connection, SUB, layer, f"natural_earth.{layer}", title_zh=layer, title_en=layer, key=None, times=None,
                columns=[], titles={}, audience="partner",
            )  # fmt: skip
    yield
    with psycopg.connect(service.admin) as connection:
        for layer in SHAPES:
            registering.remove(connection, SUB, layer)
        connection.execute("DROP SCHEMA natural_earth CASCADE")


def _load(connection: psycopg.Connection[Any], layer: str) -> None:
    with gzip.open(HERE / f"{layer}.csv.gz", "rt", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        names = next(rows)[1:-1]
        columns = ", ".join(f'"{name}" {COLUMNS[layer].get(name, "text")}' for name in names)
        connection.execute(
            f"CREATE TABLE natural_earth.{layer} (id int PRIMARY KEY, {columns}, geom geometry({SHAPES[layer]}, 4326))"
        )
        with connection.cursor().copy(f"COPY natural_earth.{layer} FROM STDIN") as copy:
            for row in rows:
                copy.write_row([value if value != "" else None for value in row])


def found(client: httpx.Client, layer: str, text: str, language: str = "cql2-text") -> set[int]:
    """The ids that a filter finds."""
    given = text if language == "cql2-text" else orjson.dumps(cql2.parse_text(text).to_json()).decode()
    parameters = {
        "filter": given,
        "filter-lang": language,
        "limit": "1000",
        "properties": "id",
        "skipGeometry": "true",
    }
    answer = client.get(f"/ogc/collections/{layer}/items", params=parameters)
    assert answer.status_code == 200, answer.text
    return {feature["properties"]["id"] for feature in answer.json()["features"]}


def test_the_suite_is_whole() -> None:
    assert len(SUITE) == 274


@pytest.mark.parametrize("language", ["cql2-text", "cql2-json"])
@pytest.mark.parametrize(
    ("kind", "layer", "count", "predicate"), SUITE, ids=[f"{s[0]}: {s[3][:60]}" for s in SUITE]
)
def test_a_predicate_finds_what_the_standard_says(
    ogc: httpx.Client, kind: str, layer: str, count: str, predicate: str, language: str
) -> None:
    assert len(found(ogc, layer, predicate, language)) == CONTRADICTED.get(predicate, int(count))


def test_where_the_standard_contradicts_its_own_data_the_data_are_right() -> None:
    """Three counts of the suite cannot come out of its data (opengeospatial/ogcapi-features#1011)."""
    with gzip.open(HERE / "places.csv.gz", "rt", encoding="utf-8") as lines:
        names = [row["name"] for row in csv.DictReader(lines)]
    plain = ["".join(c for c in normalize("NFD", name) if not combining(c)) for name in names]
    assert sorted(n for n in names if n.startswith("Ch")) == ["Chengdu", "Chicago", "Chișinău"]
    counts = [
        sum(n.startswith("Ch") for n in plain),
        *[sum(n.casefold().startswith("chis") for n in plain)] * 2,
    ]
    assert list(CONTRADICTED.values()) == counts
    assert {s[3] for s in SUITE if s[3] in CONTRADICTED and int(s[2]) == 2} == set(CONTRADICTED)


def queryables(client: httpx.Client, layer: str) -> dict[str, str]:
    """Name → kind of every property that is no geometry."""
    described = client.get(f"/ogc/collections/{layer}/queryables").json()["properties"]
    formats = {"date": "date", "date-time": "timestamp"}
    return {n: formats.get(p.get("format", ""), p["type"]) for n, p in described.items() if "type" in p}


@pytest.mark.parametrize("layer", [*SHAPES, "buildings", "micro-grids", "key-sites"])
def test_every_queryable_compares_with_a_value_and_with_itself(ogc: httpx.Client, layer: str) -> None:
    """Tests comparison, is-null, comparison-value-property and comparison-property-property of the suite."""
    kinds = {n: k for n, k in queryables(ogc, layer).items() if k in VALUES}
    assert kinds
    for name, kind in kinds.items():
        value, q = VALUES[kind], f'"{name}"'
        known = codes(ogc, layer, f"{q} IS NOT NULL")
        assert not known & codes(ogc, layer, f"{q} is null")
        for a, b in ((q, value), (value, q)):
            for one, other in (("=", "<>"), (">", "<="), ("<", ">=")):
                parts = codes(ogc, layer, f"{a} {one} {b}"), codes(ogc, layer, f"{a} {other} {b}")
                assert not parts[0] & parts[1], (name, one)
                assert parts[0] | parts[1] == known, (name, one)
        assert all(codes(ogc, layer, f"{q} {op} {q}") == known for op in ("=", ">=", "<="))
        assert not any(codes(ogc, layer, f"{q} {op} {q}") for op in ("<>", ">", "<"))


@pytest.mark.parametrize("value", VALUES.values())
def test_two_values_compare(ogc: httpx.Client, value: str) -> None:
    whole = codes(ogc, "rivers", "true")
    assert len(whole) == 13
    assert all(codes(ogc, "rivers", f"{value} {op} {value}") == whole for op in ("=", ">=", "<="))
    assert not any(codes(ogc, "rivers", f"{value} {op} {value}") for op in ("<>", ">", "<"))


def test_patterns_and_folds_of_every_text_agree(ogc: httpx.Client) -> None:
    for layer in SHAPES:
        for q in [n for n, k in queryables(ogc, layer).items() if k == "string"]:
            anything, nothing = codes(ogc, layer, f"{q} LIKE '%'"), codes(ogc, layer, f"{q} LIKE ''")
            assert not nothing & codes(ogc, layer, f"{q} LIKE '_%'")
            assert anything == codes(ogc, layer, f"{q} like '%%'")
            assert codes(ogc, layer, rf"{q} like '\%\_'") == set()
            for fold in ("CASEI", "ACCENTI"):
                assert not codes(ogc, layer, f"{fold}({q}) = {fold}('foo')") & codes(
                    ogc,
                    layer,
                    f"{fold}({q}) <> {fold}('FOO')" if fold == "CASEI" else f"{fold}({q}) <> {fold}('fòo')",
                )
            assert codes(ogc, layer, f"CASEI({q}) LIKE casei('foo%')") == codes(
                ogc, layer, f"CASEI({q}) LIKE casei('FOO%')"
            )


@pytest.mark.parametrize("layer", SHAPES)
def test_shapes_keep_the_rules_of_geometry(ogc: httpx.Client, layer: str) -> None:
    world, line, point = (
        "POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))",
        "LINESTRING(7 50,10 51)",
        "POINT(7.02 49.92)",
    )
    assert codes(ogc, layer, "S_INTERSECTS(geom,BBOX(-180,-90,180,90))") == codes(
        ogc, layer, f"S_INTERSECTS(geom,{world})"
    )
    assert not codes(ogc, layer, f"S_DISJOINT(geom,{world})")
    for shape in (line, point):
        assert not codes(ogc, layer, f"S_DISJOINT(geom,{shape})") & codes(
            ogc, layer, f"S_INTERSECTS(geom,{shape})"
        )
    for op in ("S_INTERSECTS", "S_DISJOINT", "S_EQUALS", "S_WITHIN", "S_CONTAINS", "S_TOUCHES"):
        wrong = {"filter": f"{op}(geom,POINT(90 180))"}
        assert ogc.get(f"/ogc/collections/{layer}/items", params=wrong).status_code == 400


@pytest.mark.parametrize("layer", SHAPES)
def test_and_or_and_not_combine_as_sets_do(ogc: httpx.Client, layer: str) -> None:
    """Test logical of the suite, with ten random combinations; unknown (null) is neither in a set nor in its complement."""
    own, chance = sorted({s[3] for s in SUITE if s[1] == layer}), random.Random(layer)

    @cache
    def sets(predicate: str) -> tuple[set[int], set[int]]:
        return found(ogc, layer, predicate), found(ogc, layer, f"NOT ({predicate})")

    for _ in range(10):
        four = [chance.choice(own) for _ in range(4)]
        p1, p2, p3, p4 = (f"({p})" for p in four)
        whole = f"((NOT {p1} AND {p2}) OR ({p3} and NOT {p4}) or not ({p1} AND {p4}))"
        (_, f1), (t2, _), (t3, _), (_, f4) = (sets(p) for p in four)
        assert found(ogc, layer, whole) == (f1 & t2) | (t3 & f4) | (f1 | f4), four


def codes(client: httpx.Client, layer: str, text: str) -> set[str]:
    """The ids (of the features, not of a column) that a filter finds."""
    parameters = {"filter": text, "limit": "2000", "skipGeometry": "true"}
    answer = client.get(f"/ogc/collections/{layer}/items", params=parameters)
    assert answer.status_code == 200, (text, answer.text)
    return {str(feature["id"]) for feature in answer.json()["features"]}


def test_folding_in_the_database_is_that_of_unicode(service: Any) -> None:
    """Every character that Python folds, the database folds alike: CASEI of a literal and of a column are one."""
    folds = [chr(c) for c in range(1, 0x110000) if not 0xD800 <= c < 0xE000 and chr(c).casefold() != chr(c)]
    with psycopg.connect(service.admin) as connection:
        query = "SELECT c, " + folding.folded("c") + " FROM unnest(%s::text[]) AS u(c)"
        made = dict(connection.execute(query, (folds,)).fetchall())
        assert {c: made[c] for c in folds if made[c] != c.casefold()} == {}
        query = "SELECT " + folding.unaccented("%s::text")
        assert connection.execute(query, ("Cafe\u0301 Øresund Ōsaka がぎ 浦东",)).fetchone() == (
            "Cafe Oresund Osaka がぎ 浦东",
        )


def test_escapes_in_a_literal_are_those_of_the_standard(service: Any, ogc: httpx.Client) -> None:
    service.sql(
        "UPDATE natural_earth.rivers SET name_el = E'a\\'b\\a\\tc\\n' WHERE id = 1".replace("\\a", "\\x07")
    )
    try:
        until = time.monotonic() + 5
        while found(ogc, "rivers", r"name_el = 'a\'b\a\tc\n'") != {1} and time.monotonic() < until:
            time.sleep(0.05)
        assert found(ogc, "rivers", r"name_el = 'a''b\a\tc\n'") == {1}
        assert found(ogc, "rivers", r"name_el LIKE 'a\'%\n'") == {1}
        assert found(ogc, "rivers", r"name_el = 'a\'b'") == set()
    finally:
        service.sql("UPDATE natural_earth.rivers SET name_el = 'Βραχμαπούτρας' WHERE id = 1")


def test_nested_folds_do_not_grow(ogc: httpx.Client) -> None:
    tree: Any = {"property": "name"}
    for i in range(50):
        tree = {"op": ("casei", "accenti")[i % 2], "args": [tree]}
    given = orjson.dumps({"op": "=", "args": [tree, "ob"]}).decode()
    begun = time.monotonic()
    answer = ogc.get("/ogc/collections/rivers/items", params={"filter": given, "filter-lang": "cql2-json"})
    assert [f["properties"]["name"] for f in answer.json()["features"]] == ["Ob"]
    assert time.monotonic() - begun < 5


def test_the_classes_that_the_suite_proves_are_declared(ogc: httpx.Client) -> None:
    declared = {
        c.rsplit("/", 1)[1] for c in ogc.get("/ogc/conformance").json()["conformsTo"] if "/cql2/" in c
    }
    assert {s[0] for s in SUITE} | {"cql2-text", "cql2-json", "array-functions", "functions"} <= declared
