"""Where things are on the Earth: reference systems, metres, distances and areas on the ellipsoid.

Order is always lon, lat (x, y). GCJ-02 and BD-09 (`grids.shifted_datums`) have no EPSG code, so a frame in
them carries no CRS and its holder says which it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import CRSError as ProjError

from grids.errors import CrsError
from grids.shifted_datums import (
    Array,
    bd09_from_gcj02,
    gcj02_from_bd09,
    gcj02_from_wgs84,
    looks_shifted_like_gcj02,
    wgs84_from_gcj02,
)

__all__ = [
    "EARTH_RADIUS_M",
    "SHANGHAI_METRIC_EPSG",
    "WGS84",
    "Array",
    "Crs",
    "Shifted",
    "bd09_from_gcj02",
    "gcj02_from_bd09",
    "gcj02_from_wgs84",
    "geodesic_area_m2",
    "geodesic_distance_m",
    "haversine_m",
    "looks_shifted_like_gcj02",
    "metric_crs",
    "named_crs",
    "require_metric",
    "to_metric",
    "transform",
    "wgs84_from_gcj02",
]

Shifted = Literal["gcj02", "bd09"]
Crs = str | int | pyproj.CRS
Frame = TypeVar("Frame", gpd.GeoDataFrame, gpd.GeoSeries)

WGS84 = pyproj.CRS.from_epsg(4326)
SHANGHAI_METRIC_EPSG = 4549  # CGCS2000 / 3-degree Gauss-Kruger, 120°E; used in Shanghai also past 121.5°E
EARTH_RADIUS_M = 6_371_000.0
GEOD = pyproj.Geod(
    ellps="GRS80"
)  # the ellipsoid of CGCS2000; WGS 84 differs by 0.1 mm in the semi-minor axis

_SHANGHAI_BOX = (120.8, 30.6, 122.3, 31.95)


def named_crs(value: Crs) -> pyproj.CRS | Shifted:
    """The reference system a person meant: EPSG code, PROJ name, or ``gcj02`` / ``bd09`` in any spelling.

    Raises CrsError for what nobody knows, and for Shanghai 2000, whose transformation is not public.

    >>> named_crs("GCJ-02"), named_crs("EPSG:4549") == named_crs(4549)
    ('gcj02', True)
    """
    if isinstance(value, str):
        plain = re.sub(r"[\s_\-]", "", value).lower()
        if plain in {"gcj02", "gcj", "火星坐标", "火星坐标系", "国测局02"}:
            return "gcj02"
        if plain in {"bd09", "bd09ll", "百度", "百度坐标", "百度坐标系"}:
            return "bd09"
        if plain in {"shanghai2000", "上海2000", "sh2000", "上海城建", "上海城市坐标系"}:
            raise CrsError(
                "The transformation of Shanghai 2000 is not public: "
                "convert the file to EPSG:4490 or EPSG:4549 with the office's own tool first."
            )
        value = {"wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490"}.get(plain, value)
        value = int(value) if value.strip().isdigit() else value
    try:
        return pyproj.CRS.from_user_input(value)
    except ProjError as error:
        raise CrsError(
            "This reference system is unknown: write EPSG:4549, EPSG:4326, gcj02 or bd09."
        ) from error


def transform(frame: Frame, from_crs: Crs | None, to_crs: Crs) -> Frame:
    """The frame's coordinates in another system; from and to may be any EPSG code, ``gcj02`` or ``bd09``.

    ``from_crs`` None means what the frame itself says. A result in GCJ-02 or BD-09 carries no CRS, since none
    exists for it. Raises CrsError where the source's system is unknown.

    >>> from shapely import Point
    >>> people_square = gpd.GeoSeries([Point(121.4737, 31.2304)], crs=4326)
    >>> moved = transform(people_square, None, "gcj02")
    >>> moved.crs is None, transform(moved, "gcj02", 4549).to_wkt(rounding_precision=2).item()
    (True, 'POINT (640412.32 3457455.49)')
    """
    if from_crs is None and frame.crs is None:
        raise CrsError(
            "The coordinates' reference system is not stated: name it (EPSG:4326, EPSG:4549, gcj02, bd09)."
        )
    source = named_crs(frame.crs if from_crs is None else from_crs)
    target = named_crs(to_crs)
    if source == target:
        return frame.copy() if isinstance(source, str) else frame.set_crs(source, allow_override=True)
    if isinstance(source, str):
        steps = [wgs84_from_gcj02] if source == "gcj02" else [gcj02_from_bd09, wgs84_from_gcj02]
        plain = _moved(frame, steps, WGS84)
    else:
        plain = frame.set_crs(source, allow_override=True)
    if isinstance(target, str):
        onward = [gcj02_from_wgs84] if target == "gcj02" else [gcj02_from_wgs84, bd09_from_gcj02]
        return _moved(plain.to_crs(WGS84), onward, None)
    return plain.to_crs(target)


Step = Callable[[npt.ArrayLike, npt.ArrayLike], tuple[Array, Array]]


def _moved(frame: Frame, steps: Sequence[Step], crs: pyproj.CRS | None) -> Frame:
    geometry = np.asarray(frame.geometry.values, dtype=object)
    has_z = bool(np.any(shapely.has_z(geometry)))

    def move(coordinates: Array) -> Array:
        x, y = coordinates[:, 0], coordinates[:, 1]
        for step in steps:
            x, y = step(x, y)
        return np.column_stack([x, y, *coordinates.T[2:]])

    moved = gpd.GeoSeries(shapely.transform(geometry, move, include_z=has_z), index=frame.index, crs=crs)
    if isinstance(frame, gpd.GeoSeries):
        return moved.rename(frame.name)
    name = frame.geometry.name
    return gpd.GeoDataFrame(frame.drop(columns=name).assign(**{name: moved}), geometry=name, crs=crs)[
        list(frame)
    ]


def metric_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> pyproj.CRS:
    """The system in which this frame's metres are true: one per town.

    Shanghai is EPSG:4549 throughout; the rest of China its CGCS2000 3-degree zone; elsewhere UTM.

    >>> from shapely import Point
    >>> metric_crs(gpd.GeoSeries([Point(121.9, 31.2)], crs=4326)).to_epsg()
    4549
    """
    if frame.crs is None:
        raise CrsError("The coordinates' reference system is not stated, so no metric one can be chosen.")
    west, south, east, north = frame.geometry.to_crs(WGS84).total_bounds
    lon, lat = float(west + east) / 2, float(south + north) / 2
    if not np.isfinite(lon):
        raise CrsError("A frame without any geometry has no place, so no metric system can be chosen.")
    if _inside(lon, lat, _SHANGHAI_BOX):
        return pyproj.CRS.from_epsg(SHANGHAI_METRIC_EPSG)
    if _inside(lon, lat, (73.5, 15.0, 136.5, 54.0)):
        return pyproj.CRS.from_epsg(4534 + round((lon - 75.0) / 3.0))
    return frame.geometry.estimate_utm_crs()


def to_metric(frame: Frame, crs: Crs | None = SHANGHAI_METRIC_EPSG) -> Frame:
    """The frame in a metric system: EPSG:4549 unless another is named; None chooses by `metric_crs`."""
    return transform(frame, None, metric_crs(frame) if crs is None else crs)


def require_metric(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> pyproj.CRS:
    """The frame's CRS if its unit is the metre and its areas are true.

    Raises CrsError for degrees (no area), feet, and Mercator (37 % too much area in Shanghai).
    """
    crs = frame.crs
    if crs is None or not crs.is_projected:
        raise CrsError(
            "These coordinates are degrees or unlabelled: project them first (EPSG:4549 in Shanghai)."
        )
    if crs.axis_info[0].unit_conversion_factor != 1.0:
        raise CrsError("These coordinates are not in metres: project them first (EPSG:4549 in Shanghai).")
    if "mercator" in crs.coordinate_operation.method_name.lower().replace("transverse mercator", ""):
        raise CrsError("Mercator overstates area by 37 % in Shanghai: project to EPSG:4549 first.")
    return crs


def _inside(lon: float, lat: float, box: tuple[float, float, float, float]) -> bool:
    return box[0] <= lon <= box[2] and box[1] <= lat <= box[3]


def haversine_m(
    lon_a: npt.ArrayLike, lat_a: npt.ArrayLike, lon_b: npt.ArrayLike, lat_b: npt.ArrayLike
) -> Array:
    """Great-circle metres on a sphere of 6,371,000 m; arrays broadcast.

    >>> round(float(haversine_m(121.4737, 31.2304, 121.4837, 31.2304)))
    951
    """
    xa, ya, xb, yb = (np.asarray(v, dtype=np.float64) for v in (lon_a, lat_a, lon_b, lat_b))
    phi_a, phi_b = np.radians(ya), np.radians(yb)
    half_chord = np.sin((phi_b - phi_a) / 2) ** 2
    half_chord = half_chord + np.cos(phi_a) * np.cos(phi_b) * np.sin(np.radians(xb - xa) / 2) ** 2
    return np.asarray(2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half_chord, 0.0, 1.0))))


def geodesic_distance_m(
    lon_a: npt.ArrayLike, lat_a: npt.ArrayLike, lon_b: npt.ArrayLike, lat_b: npt.ArrayLike
) -> Array:
    """Shortest metres on the ellipsoid; arrays broadcast."""
    xa, ya, xb, yb = np.broadcast_arrays(lon_a, lat_a, lon_b, lat_b)
    return np.asarray(GEOD.inv(xa, ya, xb, yb)[2], dtype=np.float64)


def geodesic_area_m2(geometry: gpd.GeoSeries) -> Array:
    """Square metres on the ellipsoid, in the order of ``geometry``; 0 for what is not a polygon.

    >>> from shapely import box
    >>> geodesic_area_m2(gpd.GeoSeries([box(121.47, 31.23, 121.48, 31.24)], crs=4326)).round(-2).item()
    1056300.0
    """
    degrees = geometry.to_crs(WGS84)
    return np.array(
        [0.0 if g is None or g.is_empty else abs(GEOD.geometry_area_perimeter(g)[0]) for g in degrees]
    )
