"""Spatial predicates: the literal is transformed, never the column, and a box test goes first for the index."""

from __future__ import annotations

from typing import Any

import orjson
import shapely

from geo_service.ogc.boxes import parse_bbox
from geo_service.ogc.cql2.parsing import bad
from geo_service.ogc.cql2.values import GEOMETRY_NAMES, Context, arguments
from geo_service.ogc.crs import north_first

MAX_POSITIONS = 50_000
PREDICATES = {
    "s_intersects": "ST_Intersects",
    "s_equals": "ST_Equals",
    "s_disjoint": "ST_Disjoint",
    "s_touches": "ST_Touches",
    "s_within": "ST_Within",
    "s_overlaps": "ST_Overlaps",
    "s_crosses": "ST_Crosses",
    "s_contains": "ST_Contains",
}


def spatial(op: str, node: dict[str, Any], context: Context) -> str:
    """SQL of a spatial predicate of two geometries, each the property or a literal."""
    a, b = (_geometry(argument, context) for argument in arguments(node, 2))
    test = f"{PREDICATES[op]}({a}, {b})"
    return test if op == "s_disjoint" else f"({a} && {b} AND {test})"


def is_geometry(node: Any) -> bool:
    return isinstance(node, dict) and (
        node.get("property") in GEOMETRY_NAMES or bool({"type", "bbox"} & set(node))
    )


def _geometry(node: Any, context: Context) -> str:
    if not isinstance(node, dict):
        raise bad("空间运算需要几何", "a spatial operator takes geometries")
    if node.get("property") in GEOMETRY_NAMES:
        return context.collection.geometry
    if "property" in node:
        raise bad("空间运算需要几何属性 geometry", "a spatial operator takes the property geometry")
    shape = _box(node["bbox"], context) if "bbox" in node else _literal(node, context)
    made = f"ST_GeomFromWKB({context.statement.bind(shapely.to_wkb(shape), 'bytea')}, {context.srid})"
    stored = context.collection.srid
    return made if context.srid == stored else f"ST_Transform({made}, {stored})"


def _literal(node: dict[str, Any], context: Context) -> shapely.Geometry:
    try:
        shape = shapely.from_geojson(orjson.dumps(node))
        positions = shapely.get_coordinates(shape)
    except (shapely.errors.GEOSException, TypeError, ValueError):
        raise bad("含有无效的几何", "a geometry is not valid GeoJSON") from None
    if shape is None or shape.is_empty or len(positions) > MAX_POSITIONS or abs(positions).max() > 1e9:
        raise bad("含有空的、过大的几何", "a geometry is empty or too large")
    if north_first(context.crs):
        shape = shapely.transform(shape, lambda xy: xy[:, ::-1])
    return shapely.force_2d(shape)


def _box(corners: Any, context: Context) -> shapely.Geometry:
    if not isinstance(corners, list) or not all(isinstance(c, int | float) for c in corners):
        raise bad("含有无效的 bbox", "a bbox is not valid")
    boxes = parse_bbox(",".join(repr(float(c)) for c in corners), context.crs, context.srid)
    return shapely.union_all([shapely.box(*box) for box in boxes])
