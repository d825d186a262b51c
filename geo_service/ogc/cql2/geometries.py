"""Geometries in filters: the property, or a literal brought to the CRS in which the property is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import shapely

from geo_service.ogc.boxes import parse_bbox
from geo_service.ogc.cql2.parsing import bad
from geo_service.ogc.crs import north_first

if TYPE_CHECKING:
    from geo_service.ogc.cql2.values import Context

GEOMETRY_NAMES = {"geometry", "geom"}
GEOGRAPHIC = {4326, 4490}
MAX_POSITIONS = 50_000


def geometry(node: Any, context: Context) -> str:
    """SQL of the property or of a literal (GeoJSON or a bbox), in the stored CRS."""
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
    if context.srid in GEOGRAPHIC and (abs(shapely.get_coordinates(shape)) > (180, 90)).any():
        raise bad("几何超出经纬度范围", "a geometry is outside longitude and latitude")
    return shapely.force_2d(shape)


def _box(corners: Any, context: Context) -> shapely.Geometry:
    if not isinstance(corners, list) or not all(isinstance(c, int | float) for c in corners):
        raise bad("含有无效的 bbox", "a bbox is not valid")
    boxes = parse_bbox(",".join(repr(float(c)) for c in corners), context.crs, context.srid)
    return shapely.union_all([shapely.box(*box) for box in boxes])
