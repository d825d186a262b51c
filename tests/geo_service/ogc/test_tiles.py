"""Tiles, read by an independent decoder: everything that stands there is there, once, with its number."""

from __future__ import annotations

import math
from typing import Any

import httpx
import mapbox_vector_tile
import pytest

BUILDINGS = 1_200


def column_row(lon: float, lat: float, z: int) -> tuple[int, int]:
    n = 2**z
    y = math.asinh(math.tan(math.radians(lat)))
    return int((lon + 180) / 360 * n), int((1 - y / math.pi) / 2 * n)


def layers(client: httpx.Client, path: str, **parameters: str) -> tuple[dict[str, Any], httpx.Headers]:
    answer = client.get(f"/ogc/{path}", params=parameters)
    assert answer.status_code in {200, 204}, answer.text
    decoded = mapbox_vector_tile.decode(answer.content) if answer.content else {}
    return decoded, answer.headers


def test_every_building_stands_in_the_tiles_of_its_zoom(ogc: httpx.Client) -> None:
    z = 15
    (x0, y1), (x1, y0) = column_row(121.4100, 31.1999, z), column_row(121.4510, 31.2105, z)
    seen: dict[int, str] = {}
    for x in range(x0, x1 + 1):
        for y in range(y0, y1 + 1):
            found, _ = layers(ogc, f"collections/buildings/tiles/WebMercatorQuad/{z}/{y}/{x}")
            for feature in found.get("buildings", {}).get("features", []):
                assert (
                    seen.setdefault(feature["id"], feature["properties"]["code"])
                    == feature["properties"]["code"]
                )
    assert len(seen) == BUILDINGS


def test_low_zooms_count_every_building_once_and_say_so(ogc: httpx.Client) -> None:
    for z in (0, 8, 13):
        (x0, y1), (x1, y0) = column_row(121.4100, 31.1999, z), column_row(121.4510, 31.2105, z)
        total = 0
        for x in range(x0, x1 + 1):
            for y in range(y0, y1 + 1):
                found, headers = layers(ogc, f"collections/buildings/tiles/WebMercatorQuad/{z}/{y}/{x}")
                assert headers["wangge-generalised"] == "buildings=counted"
                total += sum(
                    f["properties"]["features"] for f in found.get("buildings", {}).get("features", [])
                )
        assert total == BUILDINGS


def test_a_polygon_smaller_than_a_unit_is_a_point_not_a_hole(ogc: httpx.Client) -> None:
    found, _ = layers(ogc, "collections/committees/tiles/WebMercatorQuad/1/0/1")
    assert len(found["committees"]["features"]) == 4


def test_several_layers_share_a_tile(ogc: httpx.Client) -> None:
    x, y = column_row(121.415, 31.205, 14)
    found, headers = layers(
        ogc, f"tiles/WebMercatorQuad/14/{y}/{x}", collections="committees,micro-grids,key-sites"
    )
    assert set(found) == {"committees", "micro-grids", "key-sites"}
    assert "key-sites=1" in headers["wangge-features"]


def test_a_tile_is_of_a_day_and_of_a_filter(ogc: httpx.Client) -> None:
    x, y = column_row(121.425, 31.205, 12)
    path = f"collections/micro-grids/tiles/WebMercatorQuad/12/{y}/{x}"
    then, _ = layers(ogc, path, datetime="2026-02-01")
    assert {f["properties"]["code"][:2] for f in then["micro-grids"]["features"]} == {"G1"}
    one, _ = layers(ogc, path, filter="code = 'G22'")
    assert [f["properties"]["code"] for f in one["micro-grids"]["features"]] == ["G22"]


@pytest.mark.parametrize("scheme", ["WorldCRS84Quad", "CGCS2000Quad"])
def test_degree_tiles_hold_the_same_grids(ogc: httpx.Client, scheme: str) -> None:
    z, side = 10, 180 / 2**10
    row, column = int((90 - 31.205) / side), int((121.415 + 180) / side)
    found, _ = layers(ogc, f"collections/micro-grids/tiles/{scheme}/{z}/{row}/{column}")
    assert "G21" in {f["properties"]["code"] for f in found["micro-grids"]["features"]}


def test_an_empty_tile_is_nothing_with_a_validator(ogc: httpx.Client) -> None:
    answer = ogc.get("/ogc/collections/buildings/tiles/WebMercatorQuad/14/0/0")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["etag"]


def test_tilejson_leads_to_a_tile(ogc: httpx.Client) -> None:
    about = ogc.get("/ogc/collections/micro-grids/tiles/WebMercatorQuad", params={"f": "tilejson"}).json()
    x, y = column_row(121.415, 31.205, 12)
    address = about["tiles"][0].format(z=12, x=x, y=y)
    assert mapbox_vector_tile.decode(ogc.get(address).content)[about["vector_layers"][0]["id"]]["features"]


def test_the_scheme_of_the_web_has_the_known_scale(ogc: httpx.Client) -> None:
    matrix = ogc.get("/ogc/tileMatrixSets/WebMercatorQuad").json()["tileMatrices"][0]
    assert matrix["scaleDenominator"] == pytest.approx(559082264.0287178)


def test_cells_are_in_every_tile_that_holds_them_up_to_the_whole_world(ogc: httpx.Client) -> None:
    for z in (0, 1, 2, 10):
        x, y = column_row(116.8611, 31.8728, z)
        found = 0
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if not (0 <= x + dx < 2**z and 0 <= y + dy < 2**z):
                    continue
                layer, _ = layers(
                    ogc, f"collections/cell-indicators/tiles/WebMercatorQuad/{z}/{y + dy}/{x + dx}"
                )
                found += len(layer.get("cell-indicators", {}).get("features", []))
        assert found >= 1, z
