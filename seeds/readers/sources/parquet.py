"""Parquet and GeoParquet (WKB), streamed by Arrow; a plain Parquet file has attributes only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
from pyproj.exceptions import CRSError

from grids.geodesy import WGS84
from seeds.readers.errors import MOST_COLUMNS, ReaderError, too_many_columns
from seeds.readers.headers import GEOMETRY_HEADERS
from seeds.readers.sources import Batch
from seeds.readers.sources.vector import geometry_of


class ParquetSource:
    """Row numbers count rows from 1."""

    encoding: str | None = None
    encoding_guessed = False

    def __init__(self, path: Path) -> None:
        try:
            self._file = pq.ParquetFile(path, memory_map=True)
            if self._file.metadata.num_columns > MOST_COLUMNS:
                raise too_many_columns()
            schema = self._file.schema_arrow
        except (pa.ArrowInvalid, OSError) as error:
            raise _damaged() from error
        self.names = tuple(schema.names)
        self._geometry, self.crs = _geometry(schema)
        self.has_geometry = self._geometry is not None

    def batches(self, wanted: Mapping[str, int], chunk_rows: int) -> Iterator[Batch]:
        """See `Source.batches`."""
        columns = [self.names[at] for at in dict.fromkeys(wanted.values())]
        columns += [self._geometry] if self._geometry else []
        number = 0
        try:
            for block in self._file.iter_batches(chunk_rows, columns=columns):
                block.validate(full=True)
                shapes: Any = None
                unreadable = None
                if self._geometry:
                    shapes, unreadable = geometry_of(block.column(self._geometry))
                cells = {name: block.column(self.names[at]) for name, at in wanted.items()}
                yield Batch(np.arange(number + 1, number + 1 + len(block)), cells, shapes, unreadable)
                number += len(block)
        except (pa.ArrowInvalid, OSError) as error:
            raise _damaged() from error


def _geometry(schema: pa.Schema) -> tuple[str | None, pyproj.CRS | None]:
    """The geometry column and its reference system; GeoParquet's default is WGS 84 in lon, lat."""
    meta = (schema.metadata or {}).get(b"geo")
    if meta is None:
        named = [f.name for f in schema if f.name.lower() in GEOMETRY_HEADERS and _is_binary(f.type)]
        return (named[0], None) if named else (None, None)
    try:
        geo = json.loads(meta)
        name = str(geo["primary_column"])
        column = geo["columns"][name]
        if str(column["encoding"]).upper() != "WKB" or name not in schema.names:
            raise ReaderError("几何须为 WKB 编码的 GeoParquet。", "The geometry must be GeoParquet's WKB.")
        if "crs" not in column:
            return name, WGS84
        return name, None if column["crs"] is None else pyproj.CRS.from_user_input(column["crs"])
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged() from error
    except CRSError:
        return name, None


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _damaged() -> ReaderError:
    return ReaderError("Parquet 文件已损坏或不完整。", "The Parquet file is damaged or cut short.")
