"""Pages in formats of lines, for bulk reading: CSV with well-known text, and newline-delimited GeoJSON."""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson
import shapely

from geo_service.ogc.query import ItemsQuery

FORMATS = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def written(form: str, query: ItemsQuery, features: list[dict[str, Any]]) -> bytes:
    """A page in ``form`` (a key of :data:`FORMATS`)."""
    if form == "ndjson":
        return b"".join(orjson.dumps(f) + b"\n" for f in features)
    return _csv(query, features)


def _csv(query: ItemsQuery, features: list[dict[str, Any]]) -> bytes:
    """UTF-8 with a mark, as office spreadsheets want it; texts that look like formulas are defused."""
    names = [p.name for p in query.properties]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", *names, *(["wkt"] if query.geometry else [])])
    for feature in features:
        row = [_cell(feature["id"]), *(_cell(feature["properties"].get(n)) for n in names)]
        if query.geometry:
            shape = feature["geometry"]
            row.append("" if shape is None else shapely.from_geojson(orjson.dumps(shape)).wkt)
        writer.writerow(row)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: Any) -> Any:
    """A value as a cell.

    >>> _cell("=1+1"), _cell(None), _cell(3)
    ("'=1+1", '', 3)
    """
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
