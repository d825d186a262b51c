"""The documents around the features: landing page, conformance, collections, queryables, schema."""

from __future__ import annotations

from typing import Any

from geo_service.ogc.bulk.asking import FORMS
from geo_service.ogc.crs import CRS84, EPSG, OFFERED
from geo_service.ogc.declaration import Collection

_SPEC = "http://www.opengis.net/spec/"
_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
_CLASSES = {
    "ogcapi-common-1/1.0": ("core",),
    "ogcapi-common-2/1.0": ("collections",),
    "ogcapi-features-1/1.0": ("core", "oas30", "html", "geojson"),
    "ogcapi-features-2/1.0": ("crs",),
    "ogcapi-features-3/1.0": ("filter", "features-filter", "queryables", "queryables-query-parameters"),
    "ogcapi-features-5/1.0": ("schemas", "core-roles-features", "sortables"),
    "cql2/1.0": (
        "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
        "accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions",
        "temporal-functions", "array-functions", "property-property", "arithmetic", "functions",
    ),
    "ogcapi-tiles-1/1.0": ("core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "mvt"),
}  # fmt: skip
CONFORMANCE = tuple(f"{_SPEC}{part}/conf/{name}" for part, names in _CLASSES.items() for name in names)


def link(href: str, rel: str, media: str, title: str, **more: Any) -> dict[str, Any]:
    return {"href": href, "rel": rel, "type": media, "title": title, **more}


def landing(base: str) -> dict[str, Any]:
    """The way in: ``base`` is the address of ``/ogc``."""
    json = "application/json"
    return {
        "title": "网格数据接口 / Grid API",
        "description": "微网格、楼栋、重点部位与月度指标：要素、瓦片与变更流水。 / "
        "Micro-grids, buildings, key sites and monthly indicators: features, tiles and a feed of changes.",
        "links": [
            link(base, "self", json, "本页 / this document"),
            link(f"{base}?f=html", "alternate", "text/html", "网页 / as HTML"),
            link(
                f"{base}/api",
                "service-desc",
                "application/vnd.oai.openapi+json;version=3.0",
                "接口定义 / OpenAPI",
            ),
            link(f"{base}/api?f=html", "service-doc", "text/html", "接口说明 / documentation"),
            link(f"{base}/conformance", "conformance", json, "符合的标准 / conformance"),
            link(f"{base}/collections", "data", json, "图层 / collections"),
            link(f"{base}/tiles", f"{_REL}tilesets-vector", json, "矢量瓦片 / vector tiles"),
            link(f"{base}/tileMatrixSets", f"{_REL}tiling-schemes", json, "瓦片方案 / tile matrix sets"),
            link(f"{base}/styles", f"{_REL}styles", json, "样式 / styles"),
            link(f"{base}/changes", f"{_REL}changes", json, "变更流水 / feed of changes"),
            link(f"{base}/dictionary", "describedby", json, "数据字典 / data dictionary"),
            link(f"{base}/functions", f"{_REL}functions", json, "过滤函数 / filter functions"),
        ],
    }


def described(collection: Collection, base: str, extent: list[float] | None) -> dict[str, Any]:
    """One collection; its extent is that of the town, its time open."""
    here = f"{base}/collections/{collection.id}"
    stored = CRS84 if collection.srid == 4326 else f"{EPSG}{collection.srid}"
    schema_type = "application/schema+json"
    about: dict[str, Any] = {
        "id": collection.id,
        "title": f"{collection.zh} / {collection.en}",
        "description": f"{collection.about_zh} / {collection.about_en}",
        "itemType": "feature",
        "crs": [*OFFERED, *([] if stored in OFFERED else [stored])],
        "storageCrs": stored,
        "extent": {"spatial": {"bbox": [extent or [-180.0, -90.0, 180.0, 90.0]], "crs": CRS84}},
        "links": [
            link(here, "self", "application/json", "本图层 / this collection"),
            link(f"{here}/items", "items", "application/geo+json", "要素 / features"),
            link(f"{here}/items?f=html", "items", "text/html", "要素(网页) / features as HTML"),
            *(
                link(
                    f"{here}/items?f={form.name}",
                    "items",
                    form.media,
                    f"要素({form.zh}) / features as {form.en}",
                )
                for form in FORMS.values()
            ),
            link(f"{here}/queryables", f"{_REL}queryables", schema_type, "可过滤属性 / queryables"),
            link(f"{here}/sortables", f"{_REL}sortables", schema_type, "可排序属性 / sortables"),
            link(f"{here}/schema", f"{_REL}schema", schema_type, "数据字典 / schema"),
            link(f"{here}/tiles", f"{_REL}tilesets-vector", "application/json", "矢量瓦片 / vector tiles"),
        ],
    }
    if collection.temporal:
        trs = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
        about["extent"]["temporal"] = {"interval": [[None, None]], "trs": trs}
    return about


def schema(collection: Collection, href: str, *, what: str = "schema") -> dict[str, Any]:
    """JSON Schema: ``schema`` (everything), ``queryables``, or ``sortables`` (no geometry, no arrays)."""
    properties: dict[str, Any] = {}
    if what != "sortables":
        properties["geometry"] = {
            "title": "图形 / geometry", "x-ogc-role": "primary-geometry", "format": collection.schema_ref,
        }  # fmt: skip
    for number, property_ in enumerate(collection.properties, 1):
        if what == "sortables" and property_.kind == "array":
            continue
        properties[property_.name] = property_.schema()
        if what == "schema":
            properties[property_.name]["x-ogc-propertySeq"] = number
    if what == "schema" and collection.key == "t.code":
        properties["code"]["x-ogc-role"] = "id"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": href,
        "type": "object",
        "title": f"{collection.zh} / {collection.en}",
        "description": f"{collection.about_zh} / {collection.about_en}",
        "properties": properties,
        "additionalProperties": False,
    }
