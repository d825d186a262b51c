"""Registering a town's own table or view as a collection: look at it, grant reading, watch it for changes."""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from geo_service.database import SERVICE
from geo_service.ogc.collections import PLACES
from geo_service.ogc.indicators import INDICATORS
from geo_service.ogc.town_layers import KIND_OF
from geo_service.problems import Problem

# Data versions name a layer in 32 characters, of which "town:" takes five.
_ID = re.compile(r"[a-z][a-z0-9-]{1,25}")
_BUILT_IN = {c.id for c in (*PLACES, *INDICATORS)} | {"cell-indicators"}

_COLUMNS = """
SELECT a.attname, t.typname, i.indisunique IS NOT NULL AS key FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisunique AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


def look(connection: psycopg.Connection[Any], relation: str) -> dict[str, Any]:
    """Columns and geometry of a table or view: ``columns`` (name → kind), ``keys``, ``geometry`` (column, type, SRID).

    Raises Problem where there is no such relation, no geometry, or no SRID.
    """
    if not re.fullmatch(r"[A-Za-z_]\w*\.[A-Za-z_]\w*", relation):
        raise _bad("写作 模式.表", "write it as schema.table")
    name = _name(relation).as_string(
        connection
    )  # quoted, as it is served: a name in capitals is another name
    if not _exists(connection, relation):
        raise _bad(f"没有 {relation}", f"there is no {relation}")
    rows = connection.execute(_COLUMNS, (name,)).fetchall()
    shape = connection.execute(
        "SELECT f_geometry_column, type, srid FROM geometry_columns WHERE f_table_schema = %s AND f_table_name = %s",
        tuple(relation.split(".")),
    ).fetchone()
    if shape is None or shape[2] <= 0:
        raise _bad("没有带坐标系的图形列", "it has no geometry column with an SRID")
    columns = {name: KIND_OF[kind] for name, kind, _ in rows if kind in KIND_OF}
    kind = connection.execute("SELECT relkind FROM pg_class WHERE oid = %s::regclass", (name,)).fetchone()
    return {"columns": columns, "keys": [r[0] for r in rows if r[2]], "geometry": shape,
            "table": kind is not None and kind[0] in {"r", "p"}}  # fmt: skip


def register(
    connection: psycopg.Connection[Any], subdistrict: str, layer: str, relation: str, *,
    title_zh: str, title_en: str, key: str | None, times: str | None, columns: list[str], titles: dict[str, str],
    audience: str,
) -> dict[str, Any]:  # fmt: skip
    """Write the row of ``town_layer``, in the caller's transaction; returns what was found.

    A layer of that id is replaced. Raises Problem ``invalid-layer`` for what cannot be served.
    """
    if not _ID.fullmatch(layer) or layer in _BUILT_IN:
        raise _bad("图层编号应为小写字母、数字、连字符，且不与内置图层同名",
                   "an id is lower-case letters, digits and hyphens, and no built-in collection's")  # fmt: skip
    facts = look(connection, relation)
    named = key or (facts["keys"][0] if facts["keys"] else "")
    chosen = columns or list(facts["columns"])
    for name in [named, *chosen, *([times] if times else [])]:
        if name not in facts["columns"]:
            raise _bad(
                f"没有可用的列 {name!r}；主键列用 --key 指明",
                f"no usable column {name!r}; name the key with --key",
            )
    geometry, kind, srid = facts["geometry"]
    described: list[dict[str, Any]] = []
    for name in chosen:
        zh, _, en = titles.get(name, name).partition("/")
        described.append(
            {"name": name, "kind": facts["columns"][name], "zh": zh.strip(), "en": (en or zh).strip()}
        )
    described.append({"geometry": _geometry_type(kind), "srid": srid, "watched": facts["table"]})
    _unwatch(connection, subdistrict, layer)
    _grant(connection, relation)
    if facts["table"]:
        _watch(connection, subdistrict, layer, relation)
    connection.execute(
        "INSERT INTO town_layer (subdistrict_code, id, relation, title_zh, title_en, key_column, geometry_column,"
        " datetime_column, properties, audience) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (subdistrict_code, id) DO UPDATE SET relation = excluded.relation, title_zh = excluded.title_zh,"
        " title_en = excluded.title_en, key_column = excluded.key_column, geometry_column = excluded.geometry_column,"
        " datetime_column = excluded.datetime_column, properties = excluded.properties, audience = excluded.audience",
        (subdistrict, layer, relation, title_zh, title_en, named, geometry, times,
         Jsonb(described), audience),
    )  # fmt: skip
    announce(connection, subdistrict)
    return {"id": layer, "key": named, "columns": chosen, "srid": srid, "watched": facts["table"]}


def listed(connection: psycopg.Connection[Any], subdistrict: str) -> list[dict[str, Any]]:
    """The layers that a subdistrict has registered, by their ids, with what each column is."""
    rows = connection.execute(
        "SELECT id, relation, title_zh, title_en, audience, key_column, datetime_column, properties FROM town_layer"
        " WHERE subdistrict_code = %s ORDER BY id",
        (subdistrict,),
    )
    names = ("id", "relation", "title_zh", "title_en", "audience", "key", "datetime", "properties")
    return [dict(zip(names, row, strict=True)) for row in rows]


def remove(connection: psycopg.Connection[Any], subdistrict: str, layer: str) -> None:
    """Take a layer out of the collections; the table itself stays."""
    if not _unwatch(connection, subdistrict, layer):
        raise _bad(f"没有图层 {layer}", f"there is no layer {layer}")
    own = (subdistrict, layer)
    connection.execute("DELETE FROM town_layer WHERE subdistrict_code = %s AND id = %s", own)
    announce(connection, subdistrict)


def announce(connection: psycopg.Connection[Any], subdistrict: str) -> None:
    """Let every worker know at the commit that the list of layers has changed."""
    connection.execute(
        "INSERT INTO pending_commit (subdistrict_code, txid, layer) VALUES (%s, txid_current(), 'town-layers')"
        " ON CONFLICT DO NOTHING",
        (subdistrict,),
    )


def _grant(connection: psycopg.Connection[Any], relation: str) -> None:
    service = sql.Identifier(SERVICE)
    schema = sql.Identifier(relation.split(".")[0])
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, service))
    connection.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(_name(relation), service))


def _watch(connection: psycopg.Connection[Any], subdistrict: str, layer: str, relation: str) -> None:
    rows, emptied = _triggers(subdistrict, layer)
    for trigger, events in ((rows, "INSERT OR UPDATE OR DELETE"), (emptied, "TRUNCATE")):
        connection.execute(
            sql.SQL(
                "CREATE OR REPLACE TRIGGER {} AFTER " + events + " ON {} FOR EACH STATEMENT EXECUTE FUNCTION "
                "wangge_touch_town_layer({}, {})"
            ).format(
                sql.Identifier(trigger),
                _name(relation),
                sql.Literal(subdistrict),
                sql.Literal(f"town:{layer}"),
            )
        )


def _unwatch(connection: psycopg.Connection[Any], subdistrict: str, layer: str) -> bool:
    """Take the triggers off the table that a layer has been until now; whether there is such a layer."""
    held = connection.execute(
        "SELECT relation FROM town_layer WHERE subdistrict_code = %s AND id = %s", (subdistrict, layer)
    ).fetchone()
    if held is not None and _exists(connection, held[0]):
        for trigger in _triggers(subdistrict, layer):
            connection.execute(
                sql.SQL("DROP TRIGGER IF EXISTS {} ON {}").format(sql.Identifier(trigger), _name(held[0]))
            )
    return held is not None


def _exists(connection: psycopg.Connection[Any], relation: str) -> bool:
    name = _name(relation).as_string(connection)
    return connection.execute("SELECT to_regclass(%s)", (name,)).fetchone() != (None,)


def _triggers(subdistrict: str, layer: str) -> tuple[str, str]:
    return f"wangge_{subdistrict}_{layer}", f"wangge_{subdistrict}_{layer}_t"


def _name(relation: str) -> sql.Identifier:
    return sql.Identifier(*relation.split("."))


def _geometry_type(kind: str) -> str:
    known = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
    return next((name for name in known if name.upper() == kind.upper()), "Geometry")


def _bad(zh: str, en: str) -> Problem:
    return Problem("invalid-layer", 422, f"图层：{zh}。 / Layer: {en}.")
