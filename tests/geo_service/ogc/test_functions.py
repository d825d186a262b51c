"""Functions in filters: listed with their arguments, computed right, refused where they do not fit."""

from __future__ import annotations

import json
from typing import Any

import httpx
import jsonschema
import pyproj
import pytest
import shapely

N = 1_200
IDS = range(N)
TYPES = ["string", "number", "integer", "datetime", "geometry", "boolean"]
LIST = {
    "type": "object", "required": ["functions"],
    "properties": {"functions": {"type": "array", "minItems": 10, "items": {
        "type": "object", "required": ["name", "returns"],
        "properties": {
            "name": {"type": "string"}, "description": {"type": "string"},
            "args": {"type": "array", "items": {"type": "object", "required": ["type"], "properties": {
                "type": {"type": "array", "items": {"enum": TYPES}}}}},
            "returns": {"type": "array", "items": {"enum": TYPES}},
        }}}},
}  # fmt: skip


def matched(client: httpx.Client, text: str) -> int:
    answer = client.get(
        "/ogc/collections/buildings/items", params={"filter": text, "count": "exact", "limit": "1"}
    )
    assert answer.status_code == 200, answer.text
    return int(answer.json()["numberMatched"])


def box(i: int) -> Any:
    x, y = 121.4101 + (i % 40) * 0.00098, 31.2002 + (i // 40) * 0.00031
    return shapely.box(x, y, x + 0.0003, y + 0.0002)


GEOD = pyproj.Geod(ellps="WGS84")
AREAS = [abs(GEOD.geometry_area_perimeter(box(i))[0]) for i in IDS]
CASES = {
    "year(built_on) = 1990": 365,
    "month(built_on) = 2 AND day(built_on) = 29": 1,
    "char_length(use) = 5": sum(i % 3 != 0 for i in IDS),
    "upper(name) = 'CAFÉ 楼'": 1,
    "lower(trim(name)) LIKE 'café%'": 1,
    "round(floors / 2) = 8": sum(1 + i % 30 in {15, 16} for i in IDS),
    "floor(floors / 7) = 1": sum((1 + i % 30) // 7 == 1 for i in IDS),
    "ceiling(floors / 7) = 1": sum(-(-(1 + i % 30) // 7) == 1 for i in IDS),
    "abs(floors - 10) <= 1": sum(abs(1 + i % 30 - 10) <= 1 for i in IDS),
    f"area_m2(geometry) BETWEEN {min(AREAS) - 0.01} AND {max(AREAS) + 0.01}": N,
    f"area_m2(geometry) > {sorted(AREAS)[600] - 1e-7}": sum(a > sorted(AREAS)[600] - 1e-7 for a in AREAS),
    "perimeter_m(geometry) > 100 AND perimeter_m(geometry) < 103": N,
    "distance_m(geometry, POINT(121.41025 31.2003)) = 0": 1,
    "distance_m(geometry, POINT(121.41025 31.2003)) < 30": 2,
    "length_m(geometry) = 0": N,
}


@pytest.mark.parametrize("text", CASES)
def test_a_function_gives_what_it_says(ogc: httpx.Client, text: str) -> None:
    assert matched(ogc, text) == CASES[text]


def test_functions_are_listed_as_the_standard_asks_and_each_is_tested(ogc: httpx.Client) -> None:
    listed = ogc.get("/ogc/functions").json()
    jsonschema.validate(listed, LIST)
    assert all(any(f"{f['name']}(" in text for text in CASES) for f in listed["functions"])


@pytest.mark.parametrize("text", [
    "area_m2(name) > 1", "area_m2(geometry, geometry) > 1", "area_m2() > 1", "upper(floors) = 'X'", "year(name) = 1", "abs(name) = 1",
    "distance_m(geometry, 3) < 1", "round(geometry) = 1", "area_m2(geometry) = 'x'", "pg_sleep(1) = 1", "length_m(POINT(500 1)) = 1",
])  # fmt: skip
def test_a_function_that_does_not_fit_is_refused(ogc: httpx.Client, text: str) -> None:
    answer = ogc.get("/ogc/collections/buildings/items", params={"filter": text})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid-filter")


def test_functions_work_in_json_and_on_tiles(ogc: httpx.Client) -> None:
    tree = {"op": "<", "args": [{"op": "distance_m", "args": [
        {"property": "geometry"}, {"type": "Point", "coordinates": [121.41025, 31.2003]}]}, 30]}  # fmt: skip
    parameters = {"filter": json.dumps(tree), "filter-lang": "cql2-json"}
    answer = ogc.get("/ogc/collections/buildings/tiles/WebMercatorQuad/14/6696/13717", params=parameters)
    assert answer.headers["wangge-features"] == "buildings=2"
