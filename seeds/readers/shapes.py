"""Geometry of any reference system to checked WGS 84 geometry: placed, of the right type, valid, and near the town."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from grids.geodesy import WGS84, Crs, haversine_m, looks_shifted_like_gcj02, named_crs, transform
from seeds.frames import FrameSpec
from seeds.readers.context import Context
from seeds.readers.errors import ReaderError
from seeds.readers.report import Report, Severity
from seeds.readers.rows import Mask, Rows

Shapes = npt.NDArray[Any]
FAR_FROM_TOWN_M = 50_000.0
ENOUGH_TO_COMPARE = 20
_MOST = 0.5  # a defect of more than half of the first rows is one of the file
_TYPES = {"polygon": (3, 6), "line": (1, 2, 5), "point": (0,)}
_COLLECTION = 7


class ShapeReader:
    """Reads the geometry of one file batch by batch; the reference system is decided on the first.

    ``lenient`` is for positions that only accompany a row (where a check was made): a bad one is left out and
    remarked on instead of rejecting the row.
    """

    def __init__(
        self,
        spec: FrameSpec,
        stated: Crs | None,
        in_file: pyproj.CRS | None,
        context: Context,
        report: Report,
    ) -> None:
        self._spec = spec
        self.lenient = not spec.shapes
        self._allowed = [t for shape in spec.shapes or ("point",) for t in _TYPES[shape]]
        self._severity: Severity = "warning" if self.lenient else "error"
        self._source: pyproj.CRS | str | None = named_crs(stated) if stated is not None else in_file
        self._stated = stated is not None
        self._context = context
        self._report = report
        self._decided = False
        self._swapped = False

    def read(self, shapes: Shapes, unreadable: Mask | None, rows: Rows) -> Shapes:
        """The batch's shapes in EPSG:4326, None where there is none or none that is any good."""
        if unreadable is not None:
            rows.mark(unreadable, "bad_geometry", "geometry", self._severity)
        shapes = _without(shapely.force_2d(shapes), shapely.is_empty(shapes))
        present = ~shapely.is_missing(shapes)
        if present.any():
            if not self._decided:
                self._decide(shapes[present])
            shapes = self._of_right_type(shapes, rows)
            shapes = self._placed(shapes, rows)
            shapes = self._repaired(shapes, rows)
        if self._spec.shape_required:
            rows.mark(shapely.is_missing(shapes) & ~rows.rejected, "no_geometry", "geometry", "error")
        return shapes

    # --- where

    def _decide(self, shapes: Shapes) -> None:
        """Reference system and axis order from the first shapes, before anything is transformed."""
        self._decided = True
        x, y = _centres(shapes)
        finite = np.isfinite(x) & np.isfinite(y)
        x, y = x[finite], y[finite]
        in_degrees = (np.abs(x) <= 180) & (np.abs(y) <= 180)
        if self._source is None:
            if len(x) and in_degrees.mean() < 1 - _MOST:
                raise ReaderError(
                    "文件未注明坐标系且坐标不是经纬度, 请用 --crs 指定 (如 EPSG:4549)。",
                    "No reference system is stated and these are not degrees: name it with --crs (EPSG:4549).",
                )
            self._source = WGS84
            self._report.add_to_file("crs_assumed", "warning")
        self._report.crs = self._source if isinstance(self._source, str) else _crs_name(self._source)
        if _is_degrees(self._source) and len(x) and in_degrees.mean() < 1 - _MOST:
            raise ReaderError(
                "坐标不是经纬度, 与注明的坐标系不符, 请用 --crs 指定 (如 EPSG:4549)。",
                "These are not degrees, whatever the file says: name the system with --crs (EPSG:4549).",
            )
        if len(x) and self._fits(x, y).mean() < 1 - _MOST and self._fits(y, x).mean() > 0.9:
            self._swapped = True
            self._report.add_to_file("swapped", "warning")

    def _fits(self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Mask:
        """Whether points lie where this system is used, and near the town if that is known."""
        assert self._source is not None
        points = gpd.GeoSeries(gpd.points_from_xy(x, y))
        with np.errstate(invalid="ignore"):
            there = transform(points, self._source, WGS84)
        lon, lat = np.asarray(there.x), np.asarray(there.y)
        fits = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
        used = None if isinstance(self._source, str) else self._source.area_of_use
        if used is not None:
            fits &= (
                (lon > used.west - 3)
                & (lon < used.east + 3)
                & (lat > used.south - 3)
                & (lat < used.north + 3)
            )
        return fits & (self._from_town_m(lon, lat) <= FAR_FROM_TOWN_M)

    def _from_town_m(
        self, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        if self._context.extent is None:
            return np.zeros(len(lon))
        west, south, east, north = self._context.extent
        with np.errstate(invalid="ignore"):
            distance_m = haversine_m(lon, lat, np.clip(lon, west, east), np.clip(lat, south, north))
        return np.where(np.isfinite(distance_m), distance_m, np.inf)

    def _placed(self, shapes: Shapes, rows: Rows) -> Shapes:
        assert self._source is not None
        if self._swapped:
            shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
        if _is_degrees(self._source):
            x, y = _centres(shapes)
            turned = (np.abs(y) > 90) & (np.abs(y) <= 180) & (np.abs(x) <= 90)
            rows.mark(turned, "swapped_row", "geometry", self._severity)
            shapes = _without(shapes, turned)
        if self._source != WGS84:
            shapes = np.asarray(transform(gpd.GeoSeries(shapes), self._source, WGS84).values, dtype=object)
        lon, lat = _centres(shapes)
        present = ~shapely.is_missing(shapes)
        bounds = shapely.bounds(shapes)
        lost = present & ~(np.isfinite(bounds).all(axis=1) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90))
        rows.mark(lost, "bad_coordinates", "geometry", self._severity)
        far = present & ~lost & (self._from_town_m(lon, lat) > FAR_FROM_TOWN_M)
        rows.mark(far, "outside_town", "geometry", self._severity)
        if present.any() and far.sum() / present.sum() > _MOST:
            self._report.add_to_file("crs_wrong", self._severity)
        return _without(shapes, lost | far)

    # --- what

    def _of_right_type(self, shapes: Shapes, rows: Rows) -> Shapes:
        kinds = shapely.get_type_id(shapes)
        single = (kinds == 4) & (shapely.get_num_geometries(shapes) == 1) & (0 in self._allowed)
        collections = kinds == _COLLECTION
        if single.any() or collections.any():
            shapes = shapes.copy()
            shapes[single] = shapely.get_geometry(shapes[single], 0)
            for i in np.flatnonzero(collections):
                shapes[i] = self._fitting_parts(shapes[i])
            kept = collections & ~shapely.is_missing(shapes)
            rows.mark(kept, "parts_dropped", "geometry", "warning")
            kinds = np.where(
                collections, np.where(kept, self._allowed[0], _COLLECTION), shapely.get_type_id(shapes)
            )
        wrong = (kinds >= 0) & ~np.isin(kinds, self._allowed)
        rows.mark(wrong, "wrong_shape", "geometry", self._severity)
        return _without(shapes, wrong)

    def _fitting_parts(self, shape: shapely.Geometry) -> shapely.Geometry | None:
        """The parts of a collection that may stay, as one shape; None if there are none."""
        parts = [shape]
        while any(shapely.get_type_id(p) in {4, 5, 6, _COLLECTION} for p in parts):
            parts = [part for p in parts for part in shapely.get_parts(p)]
        fitting = [p for p in parts if shapely.get_type_id(p) in self._allowed and not shapely.is_empty(p)]
        if not fitting:
            return None
        return fitting[0] if len(fitting) == 1 else shapely.union_all(fitting)

    def _repaired(self, shapes: Shapes, rows: Rows) -> Shapes:
        """Valid shapes; a self-intersecting outline is rebuilt, and one that encloses nothing is refused."""
        broken = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
        if broken.any():
            shapes = shapes.copy()
            for i in np.flatnonzero(broken):
                made = shapely.make_valid(shapes[i], method="structure", keep_collapsed=False)
                shapes[i] = self._fitting_parts(made)
            lost = broken & shapely.is_missing(shapes)
            rows.mark(lost, "bad_geometry", "geometry", self._severity)
            rows.mark(broken & ~lost, "repaired", "geometry", "warning")
        if self._spec.shapes == ("polygon",):
            single = shapely.get_type_id(shapes) == 3
            shapes = shapes.copy()
            shapes[single] = [shapely.MultiPolygon([p]) for p in shapes[single]]
        return shapes

    # --- the datum

    def compare_with_known(self, codes: Any, shapes: Shapes) -> None:
        """Says so if these buildings lie where GCJ-02 would put the known ones.

        An error for the whole file, unless the caller stated the reference system: then a warning.
        """
        known = self._context.building_points
        if known is None or self._source in {"gcj02", "bd09"}:
            return
        ours = np.column_stack(_centres(shapes))
        same = known.reindex(codes)[["lon", "lat"]].to_numpy(dtype=np.float64)
        shared = np.isfinite(ours).all(axis=1) & np.isfinite(same).all(axis=1)
        if shared.sum() >= ENOUGH_TO_COMPARE:
            shifted = looks_shifted_like_gcj02(ours[shared], same[shared], paired=True)
        else:
            shifted = looks_shifted_like_gcj02(ours, known[["lon", "lat"]].to_numpy())
        if shifted:
            self._report.add_to_file("looks_like_gcj02", "warning" if self._stated else "error")


def _without(shapes: Shapes, mask: Mask) -> Shapes:
    kept = shapes.copy()
    kept[mask] = None
    return kept


def _centres(shapes: Shapes) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        return (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2


def _is_degrees(source: pyproj.CRS | str) -> bool:
    return isinstance(source, str) or bool(source.is_geographic)


def _crs_name(source: pyproj.CRS) -> str:
    epsg = source.to_epsg()
    return f"EPSG:{epsg}" if epsg else str(source.name)
