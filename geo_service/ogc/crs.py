"""Reference systems that features come and boxes go in, each with the axis order its definition has."""

from __future__ import annotations

import re
from functools import lru_cache

import pyproj

from geo_service.problems import Problem

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CRS84H = "http://www.opengis.net/def/crs/OGC/0/CRS84h"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"

#: WGS 84, web Mercator, CGCS2000, and its 3-degree zones at and beside Shanghai (117, 120 and 123° E).
SRIDS = (4326, 3857, 4490, 4549, 4548, 4550)
OFFERED = (CRS84, *(f"{EPSG}{srid}" for srid in SRIDS))


def parse_crs(value: str | None, parameter: str, stored: int = 4326) -> tuple[str, int]:
    """URI and SRID of a ``crs`` parameter (a URI, ``EPSG:n``, a URN or a safe CURIE); 400 when it is not offered.

    >>> parse_crs("[EPSG:4549]", "crs")
    ('http://www.opengis.net/def/crs/EPSG/0/4549', 4549)
    >>> parse_crs(None, "crs")[1]
    4326
    """
    if value is None:
        return CRS84, 4326
    plain = value.strip("[]")
    if plain in {CRS84, "OGC:CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "CRS84"}:
        return CRS84, 4326
    found = re.fullmatch(rf"(?:{re.escape(EPSG)}|EPSG:|urn:ogc:def:crs:EPSG:[\d.]*:)(\d{{4,6}})", plain)
    if found and (int(found[1]) in SRIDS or int(found[1]) == stored):
        return f"{EPSG}{int(found[1])}", int(found[1])
    raise Problem(
        "invalid-crs", 400,
        f"{parameter} 不在所提供的坐标系之列：{value[:80]!r}。 / {parameter} is not one of the offered reference systems.",
        extra={"offered": list(OFFERED)},
    )  # fmt: skip


@lru_cache(maxsize=64)
def north_first(uri: str) -> bool:
    """Whether the definition puts north (latitude) first, so that coordinates are exchanged at the edge.

    >>> north_first(EPSG + "4549"), north_first(CRS84), north_first(EPSG + "3857")
    (True, False, False)
    """
    if uri == CRS84:
        return False
    return bool(pyproj.CRS.from_epsg(int(uri.rsplit("/", 1)[1])).axis_info[0].direction == "north")


@lru_cache(maxsize=64)
def digits(srid: int) -> int:
    """Decimals that keep about a centimetre (degrees) or a millimetre (metres)."""
    return 7 if pyproj.CRS.from_epsg(srid).is_geographic else 3


@lru_cache(maxsize=64)
def transformer(srid: int, to_srid: int) -> pyproj.Transformer:
    """Between two reference systems, always x (lon, east) before y (lat, north)."""
    return pyproj.Transformer.from_crs(srid, to_srid, always_xy=True)
