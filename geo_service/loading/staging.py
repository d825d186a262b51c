"""Frames into a temporary table by COPY, as fast as PostgreSQL takes them and in flat memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import shapely
from psycopg import Cursor
from sqlalchemy.orm import Session

STAGE = "stage"
#: Column type of the stage → PostgreSQL type. Geometry and bytes travel as hexadecimal text.
TYPES = {
    "text": "text", "int": "bigint", "float": "double precision", "bool": "boolean", "date": "date",
    "time": "timestamptz", "uuid": "uuid", "bytes": "bytea", "json": "jsonb", "shape": "geometry",
}  # fmt: skip

Columns = dict[str, str]
_DIGITS = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


def stage(session: Session, columns: Columns, chunks: Iterable[pd.DataFrame]) -> int:
    """Create the stage (dropped at commit) and COPY all ``chunks`` into it; returns the number of rows.

    Columns missing from a chunk are null, columns not in ``columns`` never leave the process.
    """
    cursor = raw_cursor(session)
    body = ", ".join(f'"{name}" {TYPES[kind]}' for name, kind in columns.items())
    cursor.execute(
        f"DROP TABLE IF EXISTS {STAGE}; CREATE TEMP TABLE {STAGE} (stage_row bigserial, {body}) ON COMMIT DROP"
    )
    names = ", ".join(f'"{name}"' for name in columns)
    total = 0
    with cursor.copy(f"COPY {STAGE} ({names}) FROM STDIN (FORMAT csv)") as copy:
        for chunk in chunks:
            if len(chunk):
                copy.write(to_csv(chunk, columns))
                total += len(chunk)
    cursor.execute(f"ANALYZE {STAGE}")
    return total


def raw_cursor(session: Session) -> Cursor[Any]:
    """The psycopg cursor under a session, inside its transaction."""
    return session.connection().connection.cursor()  # type: ignore[return-value]


def copy_into(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY rows into a table that row-level security guards: through a temporary one, since COPY itself may not."""
    cursor = raw_cursor(session)
    names = ", ".join(columns)
    cursor.execute(
        f"DROP TABLE IF EXISTS pg_temp.bulk; CREATE TEMP TABLE bulk ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0"
    )
    with cursor.copy(f"COPY pg_temp.bulk ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM pg_temp.bulk")
    return cursor.rowcount


def to_csv(chunk: pd.DataFrame, columns: Columns) -> bytes:
    """One chunk as CSV for COPY; an empty field is null, an empty string is quoted."""
    arrays = [_array(chunk, name, kind) for name, kind in columns.items()]
    table = pa.Table.from_arrays(arrays, names=list(columns))
    sink = io.BytesIO()
    pa_csv.write_csv(table, sink, pa_csv.WriteOptions(include_header=False, quoting_style="needed"))
    return sink.getvalue()


def _array(chunk: pd.DataFrame, name: str, kind: str) -> pa.Array:
    if name == "geom" and "geom" not in chunk and isinstance(chunk, gpd.GeoDataFrame):
        return _shapes(chunk.geometry.to_numpy())
    if name not in chunk:
        return pa.nulls(len(chunk), pa.string())
    values = chunk[name]
    if kind == "shape":
        return _shapes(np.asarray(values, dtype=object))
    return _CONVERTERS.get(kind, _text)(values)


def _shapes(values: np.ndarray) -> pa.Array:
    with_srid = shapely.set_srid(values, 4326)
    return pa.array(shapely.to_wkb(with_srid, hex=True, include_srid=True), pa.string())


def _text(values: pd.Series) -> pa.Array:
    if isinstance(values.dtype, pd.StringDtype):
        return pa.array(values, pa.string(), from_pandas=True)
    return pa.array(
        values.astype(object).where(values.notna(), None).map(_plain, na_action="ignore"), pa.string()
    )


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _int(values: pd.Series) -> pa.Array:
    return pa.array(pd.to_numeric(values).astype("Int64"), from_pandas=True)


def _float(values: pd.Series) -> pa.Array:
    return pa.array(pd.to_numeric(values).astype("float64"), from_pandas=True)


def _bool(values: pd.Series) -> pa.Array:
    return pa.array(values.astype("boolean"), from_pandas=True)


def _date(values: pd.Series) -> pa.Array:
    return pa.array(pd.to_datetime(values).to_numpy().astype("datetime64[D]"))


def _time(values: pd.Series) -> pa.Array:
    moments = pd.to_datetime(values, utc=True).dt.tz_localize(None)
    return pc.binary_join_element_wise(
        pc.cast(pa.array(moments.to_numpy().astype("datetime64[us]")), pa.string()), "Z", ""
    )


def _bytes(values: pd.Series) -> pa.Array:
    """As PostgreSQL writes bytes, ``\\x`` and two digits each; bytes of one length take the way without a loop."""
    there = values.notna().to_numpy()
    parts = list(values[there])
    if not parts or len({len(part) for part in parts}) > 1:
        return pa.array([None if v is None else "\\x" + v.hex() for v in values], pa.string())
    octets = np.frombuffer(b"".join(parts), dtype=np.uint8).reshape(len(parts), -1)
    written = np.empty((len(parts), 2 + 2 * octets.shape[1]), dtype=np.uint8)
    written[:, :2] = np.frombuffer(b"\\x", dtype=np.uint8)
    written[:, 2::2], written[:, 3::2] = _DIGITS[octets >> 4], _DIGITS[octets & 15]
    found = (
        pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(written.shape[1]), len(parts), [None, pa.py_buffer(written.tobytes())]
        )
        .cast(pa.binary())
        .cast(pa.string())
    )
    if there.all():
        return found
    return found.take(pa.array(np.where(there, np.cumsum(there) - 1, 0), mask=~there))


def _json(values: pd.Series) -> pa.Array:
    return pa.array([None if v is None else orjson.dumps(v).decode() for v in values], pa.string())


_CONVERTERS: dict[str, Callable[[pd.Series], pa.Array]] = {
    "int": _int, "float": _float, "bool": _bool, "date": _date, "time": _time, "bytes": _bytes, "json": _json,
}  # fmt: skip
