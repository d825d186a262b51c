"""Formats of columns: GeoParquet through Arrow, FlatGeobuf through GDAL. Coordinates are x before y in both, as they demand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely

from geo_service.ogc.bulk.reading import Batch, Reading
from geo_service.ogc.crs import CRS84
from geo_service.problems import Problem

_TYPE = {
    "string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="+08:00"), "array": pa.list_(pa.string()),
}  # fmt: skip
#: Batches to a row group: readers skip by row groups, and small ones compress badly.
_GROUP = 25
_FLAT = {0: "Point", 1: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon",
         7: "GeometryCollection"}  # fmt: skip


def parquet(reading: Reading, path: Path) -> None:
    """GeoParquet 1.1: well-known binary, the CRS as PROJJSON (absent for CRS84), kinds and bounds as found."""
    schema = _schema(reading, lists=True)
    found = _Found()
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        group: list[pa.RecordBatch] = []
        for batch in reading.batches():
            group.append(_record_batch(reading, batch, schema))
            found.take(batch.shapes)
            if len(group) == _GROUP:
                writer.write_table(pa.Table.from_batches(group))
                group = []
        if group:
            writer.write_table(pa.Table.from_batches(group))
        if reading.query.geometry:
            about = {"version": "1.1.0", "primary_column": reading.geometry_name,
                     "columns": {reading.geometry_name: found.described(reading)}}  # fmt: skip
            writer.add_key_value_metadata({"geo": orjson.dumps(about).decode()})


class _Found:
    """Kinds and bounds of the shapes that went by."""

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.low, self.high = np.full(2, np.inf), np.full(2, -np.inf)

    def take(self, shapes: np.ndarray) -> None:
        shapes = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
        if len(shapes):
            self.kinds |= {_FLAT[int(kind)] for kind in np.unique(shapely.get_type_id(shapes))}
            total = shapely.total_bounds(shapes)
            self.low, self.high = np.minimum(self.low, total[:2]), np.maximum(self.high, total[2:])

    def described(self, reading: Reading) -> dict[str, Any]:
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(self.kinds)}
        if self.kinds:
            column["bbox"] = [*self.low.tolist(), *self.high.tolist()]
        if reading.query.crs != CRS84:
            column["crs"] = pyproj.CRS.from_epsg(reading.query.srid).to_json_dict()
        return column


def flatgeobuf(reading: Reading, path: Path) -> None:
    """FlatGeobuf. Without a spatial index: one would leave out features without a shape, and nothing may be lost."""
    if not reading.query.geometry:
        raise Problem("invalid-f", 400, "flatgeobuf 必须带图形。 / FlatGeobuf takes geometry.")
    schema = _schema(reading, lists=False)
    refused: list[Exception] = []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for batch in reading.batches():
                yield _record_batch(reading, batch, schema)
        except Exception as error:  # GDAL would make its own of it
            refused.append(error)
            raise

    kind = reading.collection.geometry_type
    try:
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(schema, batches()), path, driver="FlatGeobuf", layer=reading.collection.id,
            geometry_name=reading.geometry_name, geometry_type="Unknown" if kind == "Geometry" else kind,
            crs=_name(reading), layer_options={"SPATIAL_INDEX": "NO"},
        )  # fmt: skip
    except Exception:
        if refused:
            raise refused[0] from None
        raise


def _schema(reading: Reading, *, lists: bool) -> pa.Schema:
    """Columns with their types; ``lists``: whether the format knows lists, else they are joined by semicolons."""
    types = [_TYPE[p.kind] if lists or p.kind != "array" else pa.string() for p in reading.query.properties]
    fields = [pa.field(reading.id_name, pa.string())]
    fields += [pa.field(p.name, kind) for p, kind in zip(reading.query.properties, types, strict=True)]
    if reading.query.geometry:
        fields.append(pa.field(reading.geometry_name, pa.binary()))
    return pa.schema(fields)


def _record_batch(reading: Reading, batch: Batch, schema: pa.Schema) -> pa.RecordBatch:
    columns = {p.name: column for p, column in zip(reading.query.properties, batch.columns, strict=True)}
    columns[reading.id_name] = batch.ids
    columns[reading.geometry_name] = list(shapely.to_wkb(batch.shapes))
    arrays = [pa.array(_plain(columns[field.name], field.type), field.type) for field in schema]
    return pa.record_batch(arrays, schema=schema)


def _plain(values: list[Any], kind: pa.DataType) -> list[Any]:
    if pa.types.is_string(kind):
        return [";".join(map(str, v)) if isinstance(v, list) else v for v in values]
    return values


def _name(reading: Reading) -> str:
    return "OGC:CRS84" if reading.query.crs == CRS84 else f"EPSG:{reading.query.srid}"
