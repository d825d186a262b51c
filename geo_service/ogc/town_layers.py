"""A town's own tables and views as collections: what ``wangge layer add`` registered, nothing more."""

from __future__ import annotations

from typing import Any

from geo_service.ogc.declaration import Collection, Kind, Property, Rows, Source
from geo_service.ogc.statement import Statement, identifier
from geo_service.ogc.times import When

#: PostgreSQL type → kind of property; columns of other types cannot be served.
KIND_OF: dict[str, Kind] = {
    "text": "string", "varchar": "string", "bpchar": "string", "uuid": "string", "name": "string",
    "int2": "integer", "int4": "integer", "int8": "integer",
    "float4": "number", "float8": "number", "numeric": "number",
    "bool": "boolean", "date": "date", "timestamp": "timestamp", "timestamptz": "timestamp",
    "_text": "array", "_varchar": "array",
}  # fmt: skip

LISTED = """
SELECT id, relation, title_zh, title_en, key_column, geometry_column, datetime_column, properties, audience
FROM town_layer WHERE subdistrict_code = %(sub)s ORDER BY id
"""


def collection_of(row: Any) -> Collection:
    """The collection that a row of ``town_layer`` describes.

    ``properties`` holds, per column: ``name``, ``kind``, ``zh``, ``en``; and one entry ``{"geometry": type, "srid": n,
    "watched": bool}``, all written by the command that registered it, after looking at the table itself.
    """
    layer, relation, zh, en, key, geometry, times, described, audience = row
    facts = next(d for d in described if "geometry" in d)
    column = f"t.{identifier(geometry)}"
    return Collection(
        layer, zh, en, f"街镇自有图层：{zh}。", f"A layer of the town's own: {en}.",
        tuple(_property(d) for d in described if "name" in d),
        _source(relation, f"t.{identifier(times)}" if times else None),
        (f"town:{layer}", "town-layers") if facts.get("watched") else (),
        key=f"t.{identifier(key)}::text", geometry=column, geometry_3857=f"ST_Transform({column}, 3857)",
        geometry_type=facts["geometry"], srid=int(facts["srid"]), fid=None, temporal=bool(times),
        partner=audience == "partner",
    )  # fmt: skip


def quoted(relation: str) -> str:
    """``schema.table`` with both names quoted.

    >>> quoted('gis.Schools"')
    '"gis"."Schools\"\""'
    """
    schema, _, table = relation.rpartition(".")
    return f"{identifier(schema or 'public')}.{identifier(table)}"


def _property(described: dict[str, Any]) -> Property:
    name = described["name"]
    return Property(
        name, described["kind"], described.get("zh") or name, described.get("en") or name,
        sql=f"t.{identifier(name)}",
    )  # fmt: skip


def _source(relation: str, times: str | None) -> Rows:
    table = quoted(relation)

    def source(statement: Statement, _subdistrict: str, when: When) -> Source:
        if times is None or not when.asked:
            return Source(f"{table} t", ())
        first, last = statement.bind(when.first, "date"), statement.bind(when.last, "date")
        return Source(f"{table} t", (f"({times})::date BETWEEN {first} AND {last}",))

    return source
