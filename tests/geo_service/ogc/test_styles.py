"""Styles name only what the tiles hold and what the palette says; tiles take filters with their CRS."""

from __future__ import annotations

from typing import Any

import httpx
import mapbox_vector_tile
import pytest

from map_ui.palette import ROLES, SEQUENCES, STATES, fill_for

PLACES = ["subdistricts", "committees", "micro-grids", "buildings", "key-sites"]


def style(client: httpx.Client, name: str) -> dict[str, Any]:
    answer = client.get(f"/ogc/styles/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.mapbox.style+json")
    return answer.json()  # type: ignore[no-any-return]


def test_every_listed_style_answers_and_draws_only_layers_of_its_sources(ogc: httpx.Client) -> None:
    listed = ogc.get("/ogc/styles").json()["styles"]
    assert {"town", "town.dark", "buildings", "micro-grid-indicators.checked_share"} <= {
        s["id"] for s in listed
    }
    for entry in listed:
        made = style(ogc, entry["id"])
        assert made["version"] == 8
        ids = [layer["id"] for layer in made["layers"]]
        assert len(ids) == len(set(ids))
        for layer in made["layers"][1:]:
            assert layer["source"] == layer["source-layer"] in made["sources"]
        for source in made["sources"].values():
            tile = source["tiles"][0].format(z=12, y=1675, x=3430)
            assert tile.startswith(str(ogc.base_url)), "nothing from outside"
            assert ogc.get(tile).status_code in {200, 204}
        assert "glyphs" not in made
        assert "sprite" not in made


def test_the_town_draws_its_places_from_afar_and_near(ogc: httpx.Client) -> None:
    made = style(ogc, "town")
    assert list(made["sources"]) == PLACES
    assert made["layers"][0]["paint"]["background-color"] == ROLES["light"]["ground"]
    buildings = {layer["id"]: layer for layer in made["layers"] if layer.get("source") == "buildings"}
    assert buildings["buildings-counted-1"]["maxzoom"] == buildings["buildings-fill"]["minzoom"] == 14
    far = ogc.get(made["sources"]["buildings"]["tiles"][0].format(z=10, y=418, x=857)).content
    assert all("features" in f["properties"] for f in mapbox_vector_tile.decode(far)["buildings"]["features"])
    assert style(ogc, "town.dark")["layers"][0]["paint"]["background-color"] == ROLES["dark"]["ground"]


def holds(test: Any, properties: dict[str, Any]) -> bool:
    """The few filters that styles use, as the style specification defines them."""
    match test:
        case ["all", *parts]:
            return all(holds(part, properties) for part in parts)
        case ["!", part]:
            return not holds(part, properties)
        case ["has", name]:
            return name in properties
        case [">=", ["get", name], number]:
            return bool(properties[name] >= number)
        case ["<", ["get", name], number]:
            return bool(properties[name] < number)
    raise AssertionError(test)


@pytest.mark.parametrize("measure", ["checked_share", "record_share", "check_density"])
def test_a_value_has_the_colour_of_the_console(ogc: httpx.Client, measure: str) -> None:
    fills = [x for x in style(ogc, f"micro-grid-indicators.{measure}")["layers"] if x["type"] == "fill"]

    def colours(properties: dict[str, Any]) -> list[str]:
        return [x["paint"]["fill-color"] for x in fills if holds(x["filter"], properties)]

    for value in (0.0, *SEQUENCES[measure].breaks, 0.5, 3.0, 30.0):
        assert colours({measure: value}) == [fill_for(measure, value).colour]
    dots = STATES["light"]["withheld"].pattern
    assert dots is not None
    assert colours({f"{measure}_withheld": "small_count"}) == [dots.colour]
    assert dots.colour not in {ROLES["light"]["ground"], *SEQUENCES[measure].light}
    assert colours({}) == [STATES["light"]["no_data"].colour]


def test_every_count_of_buildings_is_drawn_once(ogc: httpx.Client) -> None:
    points = [x for x in style(ogc, "buildings")["layers"] if x["type"] == "circle"]
    for n in (1, 3, 4, 15, 16, 64, 5_000):
        assert sum(holds(x["filter"], {"features": n}) for x in points) == 1


def test_what_is_not_there_is_not_found(ogc: httpx.Client) -> None:
    assert ogc.get("/ogc/styles/nothing").status_code == 404
    assert ogc.get("/ogc/styles/town?x=1").status_code == 400
    assert ogc.get("/ogc/styles/town?f=csv").status_code == 400
    assert ogc.get("/ogc/styles?f=html").headers["content-type"] == "text/html; charset=utf-8"


def test_a_tile_takes_a_filter_with_its_language_and_its_crs(ogc: httpx.Client) -> None:
    address = "/ogc/collections/buildings/tiles/WebMercatorQuad/14/6696/13717"

    def codes(**parameters: str) -> set[str]:
        answer = ogc.get(address, params=parameters)
        assert answer.status_code in {200, 204}, answer.text
        layer = mapbox_vector_tile.decode(answer.content).get("buildings", {"features": []})
        return {f["properties"]["code"] for f in layer["features"]}

    whole = codes()
    assert "B00001" in whole
    assert codes(filter="floors = 2") == {c for c in whole if 1 + int(c[1:]) % 30 == 2}
    tree = '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[31.2003,121.4112]}]}'
    north = "http://www.opengis.net/def/crs/EPSG/0/4326"
    assert codes(**{"filter": tree, "filter-lang": "cql2-json", "filter-crs": north}) == {"B00001"}
    for wrong in ({"filter": "nothing = 1"}, {"filter-lang": "x"}, {"filter-crs": "EPSG:1"}):
        assert ogc.get(address, params=wrong).status_code == 400
