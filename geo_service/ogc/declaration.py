"""What a collection is: its columns with titles in both languages, its SQL, its times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from geo_service.ogc.statement import Statement
from geo_service.ogc.times import When

Kind = Literal["string", "integer", "number", "boolean", "date", "timestamp", "array"]
Codes = dict[str, tuple[str, str]]

#: Kind → its JSON Schema.
SCHEMA_OF: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
    "array": {"type": "array", "items": {"type": "string"}},
}

#: Kind → the type that a bound value is cast to.
TYPE_OF = {
    "string": "text",
    "integer": "bigint",
    "number": "float8",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamptz",
    "array": "text[]",
}


@dataclass(frozen=True)
class Property:
    """A column that may leave: name outside, SQL inside, titles, and its code list where the values are closed."""

    name: str
    kind: Kind
    zh: str
    en: str
    sql: str = ""
    codes: Codes = field(default_factory=dict)
    in_tiles: bool = True

    @property
    def column(self) -> str:
        """SQL of the column; identifiers come from declarations only, never from a request."""
        return self.sql or f"t.{self.name}"

    def schema(self) -> dict[str, Any]:
        """JSON Schema with the code list, if any, as enum and as titles of each code."""
        made: dict[str, Any] = {"title": f"{self.zh} / {self.en}", **SCHEMA_OF[self.kind]}
        if self.codes:
            made["enum"] = list(self.codes)
            made["x-ogc-codelist"] = {code: f"{zh} / {en}" for code, (zh, en) in self.codes.items()}
        return made


@dataclass(frozen=True)
class Source:
    """Where rows come from: ``relation`` stands after FROM with the alias ``t``; ``where`` are its conditions."""

    relation: str
    where: tuple[str, ...]


#: Writes the rows of a subdistrict (its code) at a time.
Rows = Callable[[Statement, str, When], Source]


@dataclass(frozen=True)
class Collection:
    """A collection as everything else reads it.

    ``srid`` is that of ``geometry``; literals are transformed to
    it, never the column. ``layers`` are the data versions it depends on; an empty tuple means: never cached.
    """

    id: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    properties: tuple[Property, ...]
    source: Rows
    layers: tuple[str, ...]
    key: str = "t.code"
    geometry: str = "t.geom"
    geometry_3857: str = "ST_Transform(t.geom, 3857)"
    geometry_type: str = "MultiPolygon"
    srid: int = 4326
    fid: str | None = "t.fid"
    temporal: bool = False
    counted_below_zoom: int = 0
    partner: bool = True
    begins: dt.date | None = None

    def named(self, name: str) -> Property | None:
        return next((p for p in self.properties if p.name == name), None)

    @property
    def schema_ref(self) -> str:
        """The kind of geometry for queryables and schema (Part 3 and 5)."""
        known = {"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"}
        return f"geometry-{self.geometry_type.lower()}" if self.geometry_type in known else "geometry-any"
