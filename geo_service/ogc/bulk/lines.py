"""Formats of lines: CSV with well-known text, GeoJSON line by line, JSON-FG."""

from __future__ import annotations

import csv as standard_csv
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from geo_service.ogc.bulk.reading import Batch, Reading, rounded
from geo_service.ogc.crs import CRS84, transformer
from geo_service.trust.csv_cells import safe

_JSON_FG = ["http://www.opengis.net/spec/json-fg-1/0.3/conf/core"]
#: Columns that say from when (inclusive) until when (exclusive) a feature holds.
_SPANS = (("valid_from", "valid_to"), ("built_on", "demolished_on"), ("opened_on", "closed_on"))


def csv(reading: Reading, path: Path) -> None:
    """UTF-8 with a mark, as office spreadsheets want it; texts that look like formulas are defused."""
    names = [p.name for p in reading.query.properties]
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = standard_csv.writer(out)
        writer.writerow([reading.id_name, *names, *(["wkt"] if reading.query.geometry else [])])
        for batch in reading.batches():
            columns = [[cell(value) for value in column] for column in (batch.ids, *batch.columns)]
            if reading.query.geometry:
                texts = shapely.to_wkt(reading.written(batch.shapes), rounding_precision=-1)
                columns.append(["" if text is None else text for text in texts])
            writer.writerows(zip(*columns, strict=True))


def cell(value: Any) -> Any:
    """A value as a cell.

    >>> cell("=1+1"), cell(None), cell(3), cell(["a", "b"]), cell(True)
    ("'=1+1", '', 3, 'a;b', 'true')
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return cell(";".join("" if v is None else str(v) for v in value))
        case str():
            return safe(value)
        case dt.datetime():
            return value.isoformat(timespec="seconds")
    return value


def ndjson(reading: Reading, path: Path) -> None:
    """A feature a line, as the database made it."""
    _lines(reading, path, "")


def sequence(reading: Reading, path: Path) -> None:
    """A GeoJSON text sequence (RFC 8142): a record separator before every feature."""
    _lines(reading, path, "\x1e")


def _lines(reading: Reading, path: Path, before: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        for texts in reading.texts():
            out.write("".join(f"{before}{text}\n" for text in texts))


def json_fg(reading: Reading, path: Path) -> None:
    """OGC Features and Geometries JSON: ``place`` in the CRS asked for, ``geometry`` in CRS84, ``time`` where known."""
    head = {
        "type": "FeatureCollection",
        "conformsTo": _JSON_FG,
        "featureType": reading.collection.id,
        "coordRefSys": reading.query.crs,
    }
    with path.open("wb") as out:
        out.write(orjson.dumps(head)[:-1] + b',"features":[')
        comma = b""
        for batch in reading.batches():
            out.write(comma + b",".join(orjson.dumps(feature) for feature in _features(reading, batch)))
            comma = b","
        tail = {"numberReturned": reading.returned, "links": reading.links(reading.place)}
        out.write(b"]," + orjson.dumps(tail)[1:])


def _features(reading: Reading, batch: Batch) -> list[dict[str, Any]]:
    names = [p.name for p in reading.query.properties]
    plain = reading.query.crs == CRS84
    places = [None] * len(batch) if plain else _geojson(reading.written(batch.shapes))
    shapes = _geojson(_in_crs84(batch.shapes, reading.query.srid))
    rows = list(zip(*batch.columns, strict=True)) if names else [()] * len(batch)
    made = []
    for code, row, shape, place in zip(batch.ids, rows, shapes, places, strict=True):
        properties = dict(zip(names, row, strict=True))
        made.append({"type": "Feature", "id": code, "time": time_of(properties), "geometry": shape,
                     "place": place, "properties": properties})  # fmt: skip
    return made


def time_of(properties: dict[str, Any]) -> dict[str, Any] | None:
    """The member ``time``: days, both ends included, open where no day is known.

    >>> time_of({"valid_from": dt.date(2026, 1, 1), "valid_to": dt.date(2026, 7, 1)})
    {'interval': ['2026-01-01', '2026-06-30']}
    """
    for first, last in _SPANS:
        begun, ended = properties.get(first), properties.get(last)
        if begun or ended:
            end = (ended - dt.timedelta(days=1)).isoformat() if ended else ".."
            return {"interval": [begun.isoformat() if begun else "..", end]}
    return None


def _in_crs84(shapes: np.ndarray, srid: int) -> np.ndarray:
    if srid != 4326:
        move = transformer(srid, 4326)
        shapes = shapely.transform(shapes, lambda xy: np.column_stack(move.transform(xy[:, 0], xy[:, 1])))
    return rounded(shapes, 7, [0, 1])


def _geojson(shapes: np.ndarray) -> list[Any]:
    return [None if text is None else orjson.Fragment(text) for text in shapely.to_geojson(shapes)]
