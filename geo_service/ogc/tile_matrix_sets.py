"""Tiling schemes: the web's Mercator quad tree, and longitude-latitude in WGS 84 and in CGCS2000."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geo_service.ogc.crs import CRS84, EPSG
from geo_service.problems import Problem, not_found

MAX_ZOOM = 22
EXTENT = 4096
#: Of a tile's 4,096 units: searched and kept around it, so that borders and labels do not break.
BUFFER = 64
_HALF = 20037508.342789244
_PIXEL_M = 0.00028
_METRES_PER_DEGREE = 111319.49079327358


@dataclass(frozen=True)
class TileMatrixSet:
    """A quad tree of square tiles over ``bounds`` (x0, y0, x1, y1), ``wide`` × ``high`` tiles at level 0."""

    id: str
    title: str
    uri: str
    crs: str
    srid: int
    bounds: tuple[float, float, float, float]
    wide: int
    high: int
    metres_per_unit: float
    axes: tuple[str, str]
    north_first: bool = False

    def box(self, z: int, row: int, column: int) -> tuple[float, float, float, float]:
        """Corners of a tile; 404 outside the tree.

        >>> WEB_MERCATOR.box(0, 0, 0) == WEB_MERCATOR.bounds
        True
        """
        if not (0 <= z <= MAX_ZOOM and 0 <= row < self.high << z and 0 <= column < self.wide << z):
            raise not_found("瓦片", f"{z}/{row}/{column}")
        x0, _, x1, y1 = self.bounds
        side = (x1 - x0) / (self.wide << z)
        return (x0 + column * side, y1 - (row + 1) * side, x0 + (column + 1) * side, y1 - row * side)

    def described(self) -> dict[str, Any]:
        """The definition as OGC's tile matrix set standard (2.0) writes it."""
        corner = [self.bounds[0], self.bounds[3]]
        corner = corner[::-1] if self.north_first else corner
        return {
            "id": self.id, "title": self.title, "uri": self.uri, "crs": self.crs, "orderedAxes": list(self.axes),
            "tileMatrices": [self._matrix(z, corner) for z in range(MAX_ZOOM + 1)],
        }  # fmt: skip

    def _matrix(self, z: int, corner: list[float]) -> dict[str, Any]:
        size = (self.bounds[2] - self.bounds[0]) / ((self.wide << z) * 256)
        return {
            "id": str(z), "scaleDenominator": size * self.metres_per_unit / _PIXEL_M, "cellSize": size,
            "cornerOfOrigin": "topLeft", "pointOfOrigin": corner, "tileWidth": 256, "tileHeight": 256,
            "matrixWidth": self.wide << z, "matrixHeight": self.high << z,
        }  # fmt: skip


_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/"
_DEGREES = (-180.0, -90.0, 180.0, 90.0)
WEB_MERCATOR = TileMatrixSet(
    "WebMercatorQuad", "Web Mercator", f"{_URI}WebMercatorQuad", f"{EPSG}3857", 3857,
    (-_HALF, -_HALF, _HALF, _HALF), 1, 1, 1.0, ("X", "Y"),
)  # fmt: skip
WORLD_CRS84 = TileMatrixSet(
    "WorldCRS84Quad", "经纬度 / longitude and latitude", f"{_URI}WorldCRS84Quad",
    CRS84, 4326, _DEGREES, 2, 1, _METRES_PER_DEGREE, ("Lon", "Lat"),
)  # fmt: skip
#: The same tree in CGCS2000, as Chinese map services use it.
CGCS2000 = TileMatrixSet(
    "CGCS2000Quad", "CGCS2000 经纬度 / in CGCS2000", "urn:wangge:tilematrixset:CGCS2000Quad", f"{EPSG}4490", 4490,
    _DEGREES, 2, 1, _METRES_PER_DEGREE, ("Lat", "Lon"), north_first=True,
)  # fmt: skip
TILE_MATRIX_SETS = {t.id: t for t in (WEB_MERCATOR, WORLD_CRS84, CGCS2000)}


def tile_matrix_set(name: str) -> TileMatrixSet:
    """The scheme of that name; 404 when there is none."""
    if name not in TILE_MATRIX_SETS:
        raise not_found("瓦片方案", name[:40])
    return TILE_MATRIX_SETS[name]


def tile_number(text: str) -> int:
    """A level, row or column of a path; 400 when it is no whole number."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Problem("invalid-tile", 400, "瓦片号应为非负整数。 / Tile numbers are whole and not negative.")
    return int(text)
