"""OpenAPI 3.0 of the grid API, made from the same declarations that answer."""

from __future__ import annotations

from typing import Any

from geo_service.handover.events import LAYERS
from geo_service.ogc.bulk.asking import FORMS
from geo_service.ogc.crs import OFFERED
from geo_service.ogc.declaration import SCHEMA_OF, Collection
from geo_service.ogc.query import DEFAULT_LIMIT, LANGUAGES, MAX_LIMIT
from geo_service.ogc.tile_matrix_sets import TILE_MATRIX_SETS

_PROBLEM = {
    "description": "问题说明(RFC 9457) / problem details",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}},
}
_ERRORS = {str(status): _PROBLEM for status in (400, 401, 403, 404, 429, 503)}


def openapi(base: str, collections: list[Collection]) -> dict[str, Any]:
    """The whole definition; ``base`` is the address of ``/ogc``."""
    paths: dict[str, Any] = {
        "/": _get("landing", "入口 / landing page", {"application/json": {}}, ["f"]),
        "/conformance": _get("conformance", "符合的标准 / conformance", {"application/json": {}}, ["f"]),
        "/functions": _get("functions", "过滤函数 / functions", {"application/json": {}}, ["f"]),
        "/collections": _get("collections", "图层 / collections", {"application/json": {}}, ["f"]),
        "/tileMatrixSets": _get("tileMatrixSets", "瓦片方案 / schemes", {"application/json": {}}, ["f"]),
        "/dictionary": _get(
            "dictionary",
            "数据字典 / data dictionary",
            {"application/json": {}, "text/csv": {}},
            ["fDictionary"],
        ),
        "/styles": _get("styles", "样式 / styles", {"application/json": {}}, ["f"]),
        "/styles/{style}": _get(
            "style", "样式 / style", {"application/vnd.mapbox.style+json": {}}, [], [_path("style")]
        ),
        "/changes": _changes(),
        "/tiles/{scheme}/{z}/{row}/{column}": _tile("tile", [_query("collections", {"type": "string"})]),
    }
    for collection in collections:
        paths |= _of(collection)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "网格数据接口 / Grid API", "version": "1",
            "description": "OGC API Features、Tiles 与变更流水 / OGC API Features, Tiles and a feed of changes",
        },
        "servers": [{"url": base}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "parameters": _parameters(),
            "schemas": {
                "problem": {
                    "type": "object",
                    "required": ["type", "status", "detail"],
                    "properties": {
                        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
                        "detail": {"type": "string"}, "instance": {"type": "string"},
                    },
                }
            },
        },
    }  # fmt: skip


def _of(collection: Collection) -> dict[str, Any]:
    here, name = f"/collections/{collection.id}", collection.id
    title = f"{collection.zh} / {collection.en}"
    geojson: dict[str, Any] = {"application/geo+json": {"schema": {"type": "object"}}}
    equal = [_query(p.name, SCHEMA_OF[p.kind]) for p in collection.properties if p.kind != "array"]
    shared = ["limit", "bbox", "bboxCrs", "crs", "datetime", "filter", "filterLang", "filterCrs", "properties",
              "skipGeometry", "sortby", "cursor", "count", "fItems"]  # fmt: skip
    return {
        here: _get(name, title, {"application/json": {}}, ["f"]),
        f"{here}/queryables": _get(f"{name}.queryables", title, {"application/schema+json": {}}, ["f"]),
        f"{here}/sortables": _get(f"{name}.sortables", title, {"application/schema+json": {}}, ["f"]),
        f"{here}/schema": _get(f"{name}.schema", title, {"application/schema+json": {}}, ["f"]),
        f"{here}/items": _get(f"{name}.items", title, geojson, shared, equal),
        f"{here}/items/{{featureId}}": _get(
            f"{name}.item",
            title,
            geojson,
            ["crs", "datetime", "properties", "skipGeometry", "f"],
            [_path("featureId")],
        ),
        f"{here}/tiles": _get(f"{name}.tiles", title, {"application/json": {}}, ["f"]),
        f"{here}/tiles/{{scheme}}/{{z}}/{{row}}/{{column}}": _tile(
            f"{name}.tile", [_ref("filter"), _ref("filterLang"), _ref("filterCrs")]
        ),
    }


def _get(
    operation: str,
    summary: str,
    content: dict[str, Any],
    shared: list[str],
    more: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    parameters = [_ref(name) for name in shared] + (more or [])
    content = {**content, "text/html": {}} | (
        {form.media: {} for form in FORMS.values()} if "fItems" in shared else {}
    )
    answers = {"200": {"description": "成功 / found", "content": content}, **_ERRORS}
    return {
        "get": {"operationId": operation, "summary": summary, "parameters": parameters, "responses": answers}
    }


def _tile(operation: str, more: list[dict[str, Any]]) -> dict[str, Any]:
    scheme = {"name": "scheme", "in": "path", "required": True,
              "schema": {"type": "string", "enum": list(TILE_MATRIX_SETS)}}  # fmt: skip
    numbers = [
        {"name": n, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
        for n in ("z", "row", "column")
    ]
    answers = {
        "200": {"description": "瓦片 / tile", "content": {"application/vnd.mapbox-vector-tile": {}}},
        "204": {"description": "空瓦片 / nothing there"},
        **_ERRORS,
    }
    found = [scheme, *numbers, _ref("datetime"), *more]
    return {"get": {"operationId": operation, "summary": "矢量瓦片 / vector tile", "parameters": found,
                    "responses": answers}}  # fmt: skip


def _changes() -> dict[str, Any]:
    whole = {"type": "integer", "minimum": 0, "maximum": 2**62}
    parameters = [
        _query("since", {"anyOf": [whole, {"type": "string", "enum": ["now"]}]}), _query("limit", whole), _query("wait", {"type": "integer", "minimum": 0, "maximum": 1}),
        _query("layer", {"type": "string", "enum": list(LAYERS)}),
        _query("f", {"type": "string", "enum": ["json", "cloudevents"]}),
    ]  # fmt: skip
    kinds: dict[str, Any] = {"application/json": {}, "application/cloudevents-batch+json": {}}
    answers = {"200": {"description": "变更 / changes", "content": kinds}, **_ERRORS}
    return {"get": {"operationId": "changes", "summary": "变更流水 / changes", "parameters": parameters,
                    "responses": answers}}  # fmt: skip


def _parameters() -> dict[str, Any]:
    text = {"type": "string"}
    crs = {"type": "string", "enum": list(OFFERED)}
    return {
        "f": _query("f", {"type": "string", "enum": ["json", "html"]}),
        "fDictionary": _query("f", {"type": "string", "enum": ["json", "html", "csv"]}),
        "fItems": _query("f", {"type": "string", "enum": ["json", "html", *FORMS]}),
        "limit": _query("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
        "bbox": {
            **_query("bbox", {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}),
            "style": "form", "explode": False,
        },
        "bboxCrs": _query("bbox-crs", crs), "crs": _query("crs", crs), "filterCrs": _query("filter-crs", crs),
        "datetime": _query("datetime", text), "filter": _query("filter", text),
        "filterLang": _query("filter-lang", {"type": "string", "enum": list(LANGUAGES)}),
        "properties": _query("properties", text), "sortby": _query("sortby", text), "cursor": _query("cursor", text),
        "skipGeometry": _query("skipGeometry", {"type": "boolean"}),
        "count": _query("count", {"type": "string", "enum": ["none", "estimate", "exact"]}),
    }  # fmt: skip


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/parameters/{name}"}
