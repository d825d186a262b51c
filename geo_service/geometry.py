"""GeoJSON at the edge ⇄ shapely inside ⇄ PostGIS. Always lon, lat in EPSG:4326."""

from __future__ import annotations

from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geo_service.problems import Problem

MAX_POSITIONS = 200_000
_LON, _LAT = (-180.0, 180.0), (-90.0, 90.0)


def from_geojson(value: Any, *kinds: str) -> BaseGeometry:
    """A geometry of one of ``kinds`` from GeoJSON; a 422 problem says what is wrong with it."""
    try:
        shape = shapely.from_geojson(orjson.dumps(value))
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        raise _bad("不是有效的 GeoJSON 几何。", "This is no GeoJSON geometry.") from error
    if shape is None or shape.is_empty:
        raise _bad("几何为空。", "The geometry is empty.")
    if shape.geom_type not in kinds:
        raise _bad(f"需要 {'、'.join(kinds)}，收到 {shape.geom_type}。", f"A {' or '.join(kinds)} is wanted.")
    coordinates = shapely.get_coordinates(shape)
    if len(coordinates) > MAX_POSITIONS:
        raise _bad("顶点过多。", f"More than {MAX_POSITIONS} vertices.")
    west, south, east, north = shape.bounds
    if not (_LON[0] <= west <= east <= _LON[1] and _LAT[0] <= south <= north <= _LAT[1]):
        raise _bad(
            "坐标超出经纬度范围，应为 WGS84 经度、纬度。", "Coordinates are not WGS84 longitude, latitude."
        )
    return shape


def polygon_from_geojson(value: Any) -> BaseGeometry:
    """A valid Polygon or MultiPolygon; one that crosses itself is refused with the place."""
    shape = from_geojson(value, "Polygon", "MultiPolygon")
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        raise _bad(
            f"多边形自相交：{reason}。请重画。", f"The polygon crosses itself: {reason}. Draw it again."
        )
    return shape


def line_from_geojson(value: Any) -> BaseGeometry:
    return from_geojson(value, "LineString")


def _bad(zh: str, en: str) -> Problem:
    return Problem("bad-geometry", 422, f"{zh} / {en}", errors=[{"pointer": "#/geometry", "detail": en}])
