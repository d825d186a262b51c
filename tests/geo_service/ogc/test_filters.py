"""CQL2 in both languages against answers worked out by hand."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

N = 1_200
IDS = range(N)


def matched(client: httpx.Client, tree: Any, **more: str) -> int:
    text = tree if isinstance(tree, str) else json.dumps(tree)
    language = "cql2-text" if isinstance(tree, str) else "cql2-json"
    parameters = {"filter": text, "filter-lang": language, "count": "exact", "limit": "1", **more}
    answer = client.get("/ogc/collections/buildings/items", params=parameters)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["numberMatched"])


def floors(i: int) -> int:
    return 1 + i % 30


CASES = {
    "floors = 3": sum(floors(i) == 3 for i in IDS),
    "floors <> 3": sum(floors(i) != 3 for i in IDS),
    "floors >= 10 AND (use = 'residential' OR floors < 12)": sum(
        floors(i) >= 10 and (i % 3 == 0 or floors(i) < 12) for i in IDS
    ),
    "NOT floors > 3": sum(floors(i) <= 3 for i in IDS),
    "floors IN (1, 2, 30)": sum(floors(i) in {1, 2, 30} for i in IDS),
    "floors NOT IN (1, 2, 30)": sum(floors(i) not in {1, 2, 30} for i in IDS),
    "floors BETWEEN 5 AND 7": sum(5 <= floors(i) <= 7 for i in IDS),
    "floors NOT BETWEEN 5 AND 7": sum(not 5 <= floors(i) <= 7 for i in IDS),
    "name LIKE '楼11%'": sum(str(i).startswith("11") for i in IDS),
    "name IS NULL": 2,
    "name IS NOT NULL": N - 1,
    "CASEI(name) = CASEI('CAFÉ 楼')": 1,
    "ACCENTI(name) = 'Cafe 楼'": 1,
    "CASEI(ACCENTI(name)) LIKE 'cafe%'": 1,
    "floors * 2 + 1 = 7": sum(floors(i) == 3 for i in IDS),
    "floors % 7 = 0": sum(floors(i) % 7 == 0 for i in IDS),
    "floors div 10 = 2": sum(floors(i) // 10 == 2 for i in IDS),
    "floors ^ 2 > 800": sum(floors(i) ** 2 > 800 for i in IDS),
    "floors / 0 = 1": 0,
    "height_m = floors * 3": N,
    "floors > -1": N,
    "built_on < DATE('1990-01-11')": 10,
    "built_on = '1990-01-11'": 1,
    "T_AFTER(built_on, DATE('1990-01-11'))": N - 11,
    "T_DURING(built_on, INTERVAL('1990-01-01', '1990-01-11'))": 9,
    "T_INTERSECTS(built_on, INTERVAL('1990-01-01', '1990-01-11'))": 11,
    "T_BEFORE(built_on, INTERVAL('1990-01-11', '..'))": 10,
    "T_BEFORE(INTERVAL(built_on, demolished_on), INTERVAL('2020-01-01', '2020-01-02'))": 0,
    "T_INTERSECTS(INTERVAL(built_on, demolished_on), INTERVAL('2020-01-01', '2020-01-02'))": N,
    "T_EQUALS(built_on, DATE('1990-01-01'))": 1,
    "S_INTERSECTS(geometry, BBOX(121.41, 31.2, 121.45, 31.21))": N,
    "S_WITHIN(geometry, POLYGON((121.41 31.2, 121.4105 31.2, 121.4105 31.2005, 121.41 31.2005, 121.41 31.2)))": 1,
    "S_DISJOINT(geometry, BBOX(121.41, 31.2, 121.45, 31.21))": 0,
    "S_CONTAINS(geometry, POINT(121.4102 31.2003))": 1,
    "S_TOUCHES(geometry, POINT(121.4101 31.2002))": 1,
    "S_CROSSES(geometry, LINESTRING(121.40 31.2003, 121.4112 31.2003))": 2,
    "S_OVERLAPS(geometry, BBOX(121.4102, 31.2001, 121.42, 31.2003))": 11,
    "S_EQUALS(geometry, POLYGON((121.4101 31.2002, 121.4101 31.2004, 121.4104 31.2004, 121.4104 31.2002, 121.4101 31.2002)))": 1,
    "code = 'x'' OR 1=1 --'": 0,
    "true": N + 1,
    "(floors = 3) = TRUE": sum(floors(i) == 3 for i in IDS),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_a_filter_in_text_finds_what_it_says(ogc: httpx.Client, text: str) -> None:
    assert matched(ogc, text) == CASES[text]


def test_a_filter_in_json_finds_the_same(ogc: httpx.Client) -> None:
    tree = {"op": "and", "args": [
        {"op": ">=", "args": [{"property": "floors"}, 10]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [121.41, 31.2, 121.45, 31.21]}]},
        {"op": "t_after", "args": [{"property": "built_on"}, {"date": "1990-01-11"}]},
    ]}  # fmt: skip
    assert matched(ogc, tree) == sum(floors(i) >= 10 and i > 10 for i in IDS)


def test_a_literal_in_another_crs_is_understood(ogc: httpx.Client) -> None:
    tree = {
        "op": "s_intersects",
        "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [31.2003, 121.4102]}],
    }
    assert matched(ogc, tree, **{"filter-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"}) == 1


def test_a_filter_and_a_property_and_a_box_are_all_kept(ogc: httpx.Client) -> None:
    found = matched(ogc, "floors < 5", use="mixed", bbox="121.41,31.2,121.45,31.21")
    assert found == sum(floors(i) < 5 and i % 3 != 0 for i in IDS)


BAD = [
    "floors = 'x'", "name > 3", "nothing = 1", "f(x) = 1", "floors LIKE 'x'", "name = 'x", "((((", ")", "", " ", "floors =",
    "floors IN ()", "floors + name = 3", "S_INTERSECTS(name, POINT(0 0))", "S_INTERSECTS(geometry, POINT(0 NaN))",
    "S_INTERSECTS(geometry, POLYGON((0 0, 1 1)))", "T_AFTER(name, DATE('2020-01-01'))", "built_on > DATE('2020-02-30')",
    "floors", "name", "1", "'a'", "NULL", "floors = 1e999", "code = '\x00'", "(" * 10_000 + "floors = 1" + ")" * 10_000,
    "NOT " * 10_000 + "floors = 1", "(" * 30 + "floors =" + ")" * 30, "floors = 1" + " = 1" * 4_000, "a" * 30_000,
    "floors = 1; DROP TABLE building", "pg_sleep(10) = 1", "code = (SELECT 1)", "floors = 1 UNION SELECT 1",
    "A_CONTAINS(name, ('a'))", "floors = " + "-" * 5_000 + "1",
    "S_INTERSECTS(geometry, POINT(1e300 1))", "floors ^ 99999 > 1",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD, ids=[b[:30].encode("unicode_escape").decode() for b in BAD])
def test_a_bad_filter_is_refused_with_a_reason(ogc: httpx.Client, text: str) -> None:
    answer = ogc.get(f"/ogc/collections/buildings/items?{httpx.QueryParams({'filter': text})}"[:60_000])
    assert answer.status_code == 400, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"


BAD_TREES: list[Any] = [
    [], {}, None, 3, "x", {"op": None}, {"op": "=", "args": 3}, {"op": "=", "args": []}, {"op": "and", "args": []},
    {"op": "=", "args": [{"property": 3}, 1]}, {"op": "=", "args": [{"property": "floors"}, None]},
    {"op": "=", "args": [{"property": "floors"}, {"a": 1}]}, {"op": "=", "args": [{"property": "floors"}, [1]]},
    {"op": "like", "args": [{"property": "name"}, 3]}, {"op": "in", "args": [{"property": "name"}, "x"]},
    {"op": "s_within", "args": [{"property": "geometry"}, {"type": "Polygon", "coordinates": "x"}]},
    {"op": "s_within", "args": [{"property": "geometry"}, {"bbox": [1, 2]}]},
    {"op": "s_within", "args": [{"property": "geometry"}, {"bbox": ["a", 2, 3, 4]}]},
    {"op": "t_after", "args": [{"property": "built_on"}, {"interval": ["x", ".."]}]},
    {"op": "t_after", "args": [{"property": "built_on"}, {"interval": [1]}]},
    {"op": "t_after", "args": [{"property": "built_on"}, {"date": 5}]},
    {"op": "casei", "args": [{"property": "floors"}]}, {"op": {"op": "="}, "args": [1, 1]},
]  # fmt: skip


@pytest.mark.parametrize("tree", BAD_TREES, ids=[json.dumps(t)[:40] for t in BAD_TREES])
def test_a_bad_tree_is_refused_with_a_reason(ogc: httpx.Client, tree: Any) -> None:
    parameters = {"filter": json.dumps(tree), "filter-lang": "cql2-json"}
    answer = ogc.get("/ogc/collections/buildings/items", params=parameters)
    assert answer.status_code == 400, answer.text[:300]


def test_a_tree_nested_ten_thousand_deep_is_refused_at_once(ogc: httpx.Client) -> None:
    for depth in (130, 1_500, 10_000):
        tree = '{"op":"not","args":[' * depth + "true" + "]}" * depth
        address = (
            f"/ogc/collections/buildings/items?filter-lang=cql2-json&filter={quote(tree, safe='')[:60_000]}"
        )
        assert ogc.get(address).status_code == 400
