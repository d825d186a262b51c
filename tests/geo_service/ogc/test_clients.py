"""Outside clients: GDAL's OAPIF driver, OWSLib, and the shapes that OGC's schemas ask for."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

import httpx
import jsonschema
import pyogrio
import pytest
from owslib.ogcapi.features import Features

KEY = "wg_test_key"
LINK = {
    "type": "object", "required": ["href", "rel"],
    "properties": {"href": {"type": "string"}, "rel": {"type": "string"}, "type": {"type": "string"},
                   "title": {"type": "string"}},
}  # fmt: skip
LINKS = {"type": "array", "items": LINK}
GEOMETRY = {
    "oneOf": [
        {"type": "null"},
        {"type": "object", "required": ["type", "coordinates"],
         "properties": {"type": {"enum": ["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"]},
                        "coordinates": {"type": "array"}}},
    ]
}  # fmt: skip
FEATURE = {
    "type": "object", "required": ["type", "geometry", "properties"],
    "properties": {"type": {"const": "Feature"}, "geometry": GEOMETRY, "properties": {"type": ["object", "null"]},
                   "id": {"type": ["string", "integer"]}, "links": LINKS},
}  # fmt: skip
PAGE = {
    "type": "object", "required": ["type", "features"],
    "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": FEATURE},
                   "links": LINKS, "numberMatched": {"type": "integer", "minimum": 0},
                   "numberReturned": {"type": "integer", "minimum": 0}},
}  # fmt: skip
BOX = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
COLLECTION = {
    "type": "object", "required": ["id", "links"],
    "properties": {
        "id": {"type": "string"}, "links": LINKS, "itemType": {"const": "feature"}, "crs": {"type": "array", "minItems": 1},
        "extent": {"type": "object", "properties": {
            "spatial": {"type": "object", "properties": {"bbox": {"type": "array", "minItems": 1, "items": BOX}}},
            "temporal": {"type": "object", "properties": {"interval": {"type": "array", "minItems": 1,
                         "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": ["string", "null"]}}}}},
        }},
    },
}  # fmt: skip
SHAPES = {
    "": {"type": "object", "required": ["links"], "properties": {"links": LINKS}},
    "/conformance": {"type": "object", "required": ["conformsTo"],
                     "properties": {"conformsTo": {"type": "array", "items": {"type": "string", "format": "uri"}}}},
    "/collections": {"type": "object", "required": ["links", "collections"],
                     "properties": {"links": LINKS, "collections": {"type": "array", "items": COLLECTION}}},
    "/collections/buildings": COLLECTION,
    "/collections/buildings/items?limit=200": PAGE,
    "/collections/key-sites/items": PAGE,
    "/collections/micro-grid-indicators/items": PAGE,
    "/collections/buildings/items/B00000": FEATURE,
}  # fmt: skip


@pytest.mark.parametrize("path", SHAPES)
def test_responses_have_the_shape_of_ogc_schemas(ogc: httpx.Client, path: str) -> None:
    jsonschema.validate(ogc.get(f"/ogc{path}").json(), SHAPES[path])


def test_the_definition_is_openapi_and_every_link_of_the_landing_page_answers(ogc: httpx.Client) -> None:
    landing = ogc.get("/ogc").json()
    assert {"self", "service-desc", "conformance", "data"} <= {x["rel"] for x in landing["links"]}
    for link in landing["links"]:
        assert ogc.get(link["href"]).status_code == 200, link
    assert ogc.get("/ogc/api").json()["openapi"].startswith("3.0")


@pytest.fixture
def gdal(service: Any) -> Iterator[Any]:
    """The service's address as GDAL names it, with the key in every request."""
    before = {"GDAL_HTTP_AUTH": None, "GDAL_HTTP_BEARER": None}
    pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": KEY})
    yield service
    pyogrio.set_gdal_config_options(before)


def asked_since(service: Any, mark: int) -> str:
    time.sleep(0.3)
    return unquote_plus(service.log.read_bytes()[mark:].decode())


def test_gdal_lists_and_reads_every_collection(gdal: Any) -> None:
    listed = {name for name, _ in pyogrio.list_layers(f"OAPIF:{gdal.url}/ogc")}
    assert {"buildings", "micro-grids", "key-sites", "committee-indicators"} <= listed
    frame = pyogrio.read_dataframe(f"OAPIF:{gdal.url}/ogc", layer="buildings")
    assert len(frame) == 1_201
    assert frame.crs.to_authority() == ("OGC", "CRS84")
    assert frame.total_bounds == pytest.approx([121.4101, 31.2002, 121.44862, 31.20939], abs=1e-4)


def test_gdal_pushes_attribute_filters_down(gdal: Any) -> None:
    mark = len(gdal.log.read_bytes())
    frame = pyogrio.read_dataframe(
        f"OAPIF:{gdal.url}/ogc", layer="buildings", where="floors > 28 AND use = 'residential'"
    )
    assert len(frame) == len([i for i in range(1_200) if 1 + i % 30 > 28 and i % 3 == 0])
    asked = asked_since(gdal, mark)
    assert re.search(r"filter=.*floors.*>.*28", asked), asked[-2_000:]


def test_gdal_pushes_boxes_down(gdal: Any) -> None:
    mark = len(gdal.log.read_bytes())
    frame = pyogrio.read_dataframe(
        f"OAPIF:{gdal.url}/ogc", layer="buildings", bbox=(121.4101, 31.2002, 121.4115, 31.2003)
    )
    assert set(frame["code"]) == {"B00000", "B00001"}
    assert "bbox=121.4101" in asked_since(gdal, mark)


def test_owslib_reads_collections_items_and_queryables(service: Any) -> None:
    client = Features(f"{service.url}/ogc/", headers={"Authorization": f"Bearer {KEY}"})
    assert "buildings" in client.feature_collections()
    assert client.collection("buildings")["id"] == "buildings"
    assert "floors" in client.collection_queryables("buildings")["properties"]
    page = client.collection_items("buildings", limit=7, filter="floors = 3")
    assert page["numberReturned"] == 7
    assert client.collection_item("buildings", "B00001")["id"] == "B00001"
