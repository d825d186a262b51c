"""Areas and widths in metres, whatever reference system the coordinates came in.

Topology (does A overlap B?) is asked in the file's own coordinates, because a transformed T-junction no longer
lies exactly on its line; only the answer is measured in metres.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer
from shapely.geometry.base import BaseGeometry

from grids.errors import CrsError
from grids.geodesy import metric_crs

Geometries = NDArray[np.object_]
MOST_AREA_DISTORTION = 0.02


class Metres:
    """Measures geometries of one frame's CRS in metres.

    Projected coordinates with little distortion are only scaled (US feet); degrees and Web Mercator, which
    overstates Shanghai's areas by 37 %, are transformed to ``metric_crs``.

    >>> feet = gpd.GeoSeries([shapely.box(3_130_000, 1_690_000, 3_131_000, 1_691_000)], crs=2232)
    >>> round(Metres(feet).area(feet.array)[0])
    92903
    """

    def __init__(self, frame: gpd.GeoDataFrame | gpd.GeoSeries) -> None:
        if frame.crs is None:
            raise CrsError("The layer names no coordinate reference system; say which one it is in.")
        self.crs = CRS.from_user_input(frame.crs)
        self._bounds = frame.total_bounds

    @cached_property
    def unit_m(self) -> float | None:
        """Metres per unit of a CRS whose areas are right within 2 % here, else None."""
        if not self.crs.is_projected:
            return None
        centre = self._lon_lat_centre
        if centre is None or abs(Proj(self.crs).get_factors(*centre).areal_scale - 1) > MOST_AREA_DISTORTION:
            return None
        return float(self.crs.axis_info[0].unit_conversion_factor)

    @cached_property
    def metric_crs(self) -> CRS:
        """The CRS to measure in where scaling is not enough."""
        return metric_crs(gpd.GeoSeries([shapely.box(*self._bounds)], crs=self.crs))

    @cached_property
    def _lon_lat_centre(self) -> tuple[float, float] | None:
        if not np.isfinite(self._bounds).all():
            return None
        x, y = (self._bounds[0] + self._bounds[2]) / 2, (self._bounds[1] + self._bounds[3]) / 2
        lon, lat = Transformer.from_crs(self.crs, 4326, always_xy=True).transform(x, y)
        if not (np.isfinite([lon, lat]).all() and abs(lon) <= 180 and abs(lat) <= 90):
            raise CrsError(f"The coordinates ({x:g}, {y:g}) lie outside what {self.crs.name} can hold.")
        return float(lon), float(lat)

    @cached_property
    def _forth_and_back(self) -> tuple[Transformer, Transformer]:
        return (
            Transformer.from_crs(self.crs, self.metric_crs, always_xy=True),
            Transformer.from_crs(self.metric_crs, self.crs, always_xy=True),
        )

    def forth(self, geometries: Iterable) -> Geometries:
        """The geometries in metres."""
        there = as_array(geometries)
        if self.unit_m == 1.0:
            return there
        if self.unit_m is not None:
            factor = self.unit_m
            return shapely.transform(there, lambda xy: xy * factor)
        return shapely.transform(there, lambda xy: np.column_stack(self._forth_and_back[0].transform(*xy.T)))

    def back(self, geometries: Iterable) -> Geometries:
        """Geometries in metres, in the frame's own CRS again."""
        there = as_array(geometries)
        if self.unit_m == 1.0:
            return there
        if self.unit_m is not None:
            factor = self.unit_m
            return shapely.transform(there, lambda xy: xy / factor)
        return shapely.transform(there, lambda xy: np.column_stack(self._forth_and_back[1].transform(*xy.T)))

    def area(self, geometries: Iterable) -> NDArray[np.float64]:
        """Areas in m² of geometries in the frame's CRS."""
        return np.asarray(shapely.area(self.forth(geometries)), dtype=float)

    def same_crs(self, frame: gpd.GeoDataFrame | gpd.GeoSeries) -> gpd.GeoDataFrame | gpd.GeoSeries:
        """Another layer in this frame's CRS; CrsError if it names none."""
        if frame.crs is None:
            raise CrsError("A layer beside the grids names no coordinate reference system.")
        return frame if CRS.from_user_input(frame.crs) == self.crs else frame.to_crs(self.crs)


def as_array(geometries: Iterable) -> Geometries:
    """An object array of geometries, also from a GeoSeries or a single list."""
    return np.asarray(list(geometries), dtype=object)


def polygons_of(geometry: BaseGeometry | None) -> list[shapely.Polygon]:
    """The non-empty polygons inside any geometry.

    >>> len(polygons_of(shapely.from_wkt("GEOMETRYCOLLECTION (POINT (0 0), POLYGON ((0 0, 1 0, 1 1, 0 0)))")))
    1
    """
    if geometry is None or geometry.is_empty:
        return []
    if isinstance(geometry, shapely.Polygon):
        return [geometry]
    return [p for part in getattr(geometry, "geoms", ()) for p in polygons_of(part)]


def thickness_m(polygon: BaseGeometry) -> float:
    """2A/P: the width of a long thin shape in its own units (half the width of a square).

    >>> round(thickness_m(shapely.box(0, 0, 1000, 3)), 2)
    2.99
    """
    return 2 * polygon.area / polygon.length if polygon.length else 0.0


def sound_polygons(geometries: gpd.GeoSeries) -> Geometries:
    """Each geometry as a valid polygon or multipolygon (perhaps empty), so that the rest of a check can go on."""
    filled = as_array(shapely.Polygon() if g is None else g for g in geometries)
    repaired = np.where(shapely.is_valid(filled), filled, shapely.make_valid(filled, method="structure"))
    return as_array(as_polygonal(g) for g in repaired)


def as_polygonal(geometry: BaseGeometry) -> BaseGeometry:
    """The polygons of a geometry as one Polygon or MultiPolygon (empty when it holds none)."""
    parts = polygons_of(geometry)
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
