"""From the cells of a batch: rows that say nothing are set aside, geometry written in cells becomes shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from seeds.frames import Column, FrameSpec
from seeds.readers.columns import LAT, LON, SERIAL, SHAPE
from seeds.readers.sources import Batch
from seeds.readers.values import understood

Texts = dict[str, pa.Array]
_TOTAL = r"^\s*((合|总|小)\s*计|[Tt]otal|[Ss]ubtotal)\s*[:：]?\s*$"
_MAY_SAY_TOTAL = {"code", "text", "word", "record"}
_DEGREES = Column("degrees", "number", "", "", signed=True)


def without_idle_rows(spec: FrameSpec, batch: Batch, texts: Texts) -> tuple[Batch, Texts, int]:
    """The batch without blank rows and rows of totals, and how many those were."""
    idle = np.ones(len(batch.rows), dtype=bool)
    totals = np.zeros(len(batch.rows), dtype=bool)
    for name, text in texts.items():
        idle &= np.asarray(pc.is_null(text)) | (name == SERIAL)
        if name == SERIAL or (not name.startswith("#") and spec[name].type in _MAY_SAY_TOTAL):
            totals |= np.asarray(pc.match_substring_regex(text, _TOTAL).fill_null(False))
    if batch.geometry is not None:
        idle &= shapely.is_missing(batch.geometry)
    elif not texts:
        idle[:] = False  # every column is a constant: the rows count by being there
    keep = ~(idle | totals)
    if keep.all():
        return batch, texts, 0
    batch.rows = batch.rows[keep]
    batch.geometry = None if batch.geometry is None else batch.geometry[keep]
    unreadable = batch.unreadable_geometry
    batch.unreadable_geometry = None if unreadable is None else unreadable[keep]
    kept = pa.array(keep)
    return batch, {name: text.filter(kept) for name, text in texts.items()}, int((~keep).sum())


def shapes_in_cells(texts: Mapping[str, pa.Array], count: int) -> tuple[npt.NDArray[Any], Any]:
    """Shapes from a WKT or GeoJSON column, or points from lon and lat columns; and which cells made no sense."""
    if SHAPE in texts:
        cells = np.array(texts[SHAPE].to_pylist(), dtype=object)
        json = np.array([bool(c) and c.startswith("{") for c in cells], dtype=bool)
        shapes = np.full(count, None, dtype=object)
        shapes[json] = shapely.from_geojson(cells[json], on_invalid="ignore")
        shapes[~json] = shapely.from_wkt(cells[~json], on_invalid="ignore")
        return shapes, np.array([c is not None for c in cells], dtype=bool) & shapely.is_missing(shapes)
    if LON in texts and LAT in texts:
        lon, lat = understood(_DEGREES, texts[LON]), understood(_DEGREES, texts[LAT])
        return points(lon.values.to_numpy(), lat.values.to_numpy()), lon.bad | lat.bad
    return np.full(count, None, dtype=object), None


def points(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
    """A point where both coordinates are numbers, None elsewhere."""
    both = np.isfinite(lon) & np.isfinite(lat)
    shapes = np.full(len(lon), None, dtype=object)
    shapes[both] = shapely.points(lon[both], lat[both])
    return shapes
