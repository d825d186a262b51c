"""``bbox=``: one or two boxes with finite corners, in lon, lat or in the order of ``bbox-crs``."""

from __future__ import annotations

import math

from geo_service.ogc.crs import CRS84, north_first
from geo_service.ogc.declaration import Collection
from geo_service.ogc.statement import Statement
from geo_service.problems import Problem

Box = tuple[float, float, float, float]


def parse_bbox(value: str, uri: str = CRS84, srid: int = 4326) -> list[Box]:
    """Boxes (x0, y0, x1, y1) of a bbox of 4 or 6 numbers; two where it crosses the antimeridian.

    >>> parse_bbox("121.4,31.2,121.5,31.3")
    [(121.4, 31.2, 121.5, 31.3)]
    >>> parse_bbox("170,-10,-170,10")
    [(170.0, -10.0, 180.0, 10.0), (-180.0, -10.0, -170.0, 10.0)]
    """
    parts = value.split(",")
    try:
        numbers = [float(part) for part in parts] if len(parts) in {4, 6} else []
    except ValueError:
        numbers = []
    if not numbers or not all(math.isfinite(n) for n in numbers) or any("_" in p for p in parts):
        raise _bad("应为 4 或 6 个有限的数", "4 or 6 finite numbers are wanted")
    half = len(numbers) // 2
    x0, y0, x1, y1 = numbers[0], numbers[1], numbers[half], numbers[half + 1]
    if north_first(uri):
        x0, y0, x1, y1 = y0, x0, y1, x1
    if y0 > y1:
        raise _bad("下界大于上界", "the lower bound is above the upper")
    if len(numbers) == 6 and numbers[2] > numbers[5]:
        raise _bad("高程下界大于上界", "the lowest height is above the highest")
    if srid not in {4326, 4490}:
        if x0 > x1:
            raise _bad("左界大于右界", "the left bound is beyond the right")
        return [(x0, y0, x1, y1)]
    if max(abs(y0), abs(y1)) > 90 or max(abs(x0), abs(x1)) > 180:
        raise _bad("超出经纬度范围，顺序是否颠倒？", "outside longitude and latitude; is the order reversed?")
    return [(x0, y0, x1, y1)] if x0 <= x1 else [(x0, y0, 180.0, y1), (-180.0, y0, x1, y1)]


def within(statement: Statement, collection: Collection, boxes: list[Box], srid: int) -> str:
    """SQL: the geometry meets one of the boxes. The box is transformed, not the column, unless it is too wide for that."""
    tests = []
    for box in boxes:
        corners = ", ".join(statement.bind(c, "float8") for c in box)
        column, made = collection.geometry, f"ST_MakeEnvelope({corners}, {srid})"
        if srid != collection.srid and too_wide(box, srid, collection.srid):
            column = f"ST_Transform({column}, {srid})"
        elif srid != collection.srid:
            width = statement.bind(max(box[2] - box[0], box[3] - box[1]) / 16 or 1.0, "float8")
            made = f"ST_Transform(ST_Segmentize({made}, {width}), {collection.srid})"
        tests.append(f"({column} && {made} AND ST_Intersects({column}, {made}))")
    return "(" + " OR ".join(tests) + ")"


def too_wide(box: Box, srid: int, stored: int) -> bool:
    """Whether a box reaches so far that the stored CRS, a zone of a few degrees, cannot hold it.

    >>> too_wide((-180, -90, 180, 90), 4326, 4549), too_wide((-180, -90, 180, 90), 4326, 4490)
    (True, False)
    """
    if stored in {4326, 4490, 3857}:
        return False
    return max(box[2] - box[0], box[3] - box[1]) > (6.0 if srid in {4326, 4490} else 600_000.0)


def _bad(zh: str, en: str) -> Problem:
    return Problem("invalid-bbox", 400, f"bbox {zh}。 / bbox: {en}.")
