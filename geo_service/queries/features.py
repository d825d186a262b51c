"""Features of a collection: one statement a page, JSON made by the database, pages by key and never by offset."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from geo_service.ogc.boxes import within
from geo_service.ogc.cql2 import where
from geo_service.ogc.cql2.values import Context
from geo_service.ogc.crs import digits, north_first
from geo_service.ogc.declaration import TYPE_OF, Collection, Property
from geo_service.ogc.query import ItemsQuery
from geo_service.ogc.statement import Statement, identifier
from geo_service.ogc.times import instant
from geo_service.problems import Problem

_TRUTHS = {"true": True, "1": True, "t": True, "false": False, "0": False, "f": False}


def page(collection: Collection, subdistrict: str, query: ItemsQuery) -> tuple[str, dict[str, Any]]:
    """SQL of a page: (features as comma-separated JSON in bytes, how many, the key to go on after or null)."""
    statement = Statement()
    rows = _rows(statement, collection, subdistrict, query)
    return (
        f"SELECT convert_to(coalesce(string_agg(f.feature, ',' ORDER BY f.n) FILTER (WHERE f.n <= {query.limit}), ''), 'UTF8'), "
        f"least(count(*), {query.limit}), "
        f"CASE WHEN count(*) > {query.limit} THEN (array_agg(f.place) FILTER (WHERE f.n = {query.limit}))[1] END "
        f"FROM (SELECT row_number() OVER () AS n, p.* FROM ({rows}) p) f",
        statement.values,
    )


def one(collection: Collection, subdistrict: str, query: ItemsQuery, code: str) -> tuple[str, dict[str, Any]]:
    """SQL of one feature as JSON in bytes; no row where there is none."""
    statement = Statement()
    source = collection.source(statement, subdistrict, query.when)
    conditions = [*source.where, f"{collection.key} = {statement.bind(code, 'text')}"]
    feature = _feature(collection, query)
    return (
        f"SELECT convert_to({feature}, 'UTF8') FROM {source.relation} WHERE {' AND '.join(conditions)} LIMIT 1",
        statement.values,
    )


def stream_page(collection: Collection, subdistrict: str, query: ItemsQuery) -> tuple[str, dict[str, Any]]:
    """SQL of a page row by row: feature JSON and the key to go on after; for line formats."""
    statement = Statement()
    return _rows(statement, collection, subdistrict, query), statement.values


def table_page(collection: Collection, subdistrict: str, query: ItemsQuery) -> tuple[str, dict[str, Any]]:
    """SQL of a page as columns: id, the key to go on after, the shape (x before y, in the CRS asked for), properties."""
    statement = Statement()
    shape = "NULL::bytea"
    if query.geometry:
        moved = query.srid != collection.srid
        shape = f"ST_AsBinary({f'ST_Transform({collection.geometry}, {query.srid})' if moved else collection.geometry})"
    columns = [_finite(p) for p in query.properties]
    relation, conditions = _matching(statement, collection, subdistrict, query)
    if query.after is not None:
        conditions += f" AND {_beyond(statement, collection, query)}"
    selected = ", ".join([f"({collection.key})::text", _place(collection, query), shape, *columns])
    return (
        f"SELECT {selected} FROM {relation} WHERE {conditions} ORDER BY {_order(collection, query)} "
        f"LIMIT {query.limit + 1}",
        statement.values,
    )


def _finite(property_: Property) -> str:
    """SQL of a column as its type; a day of no calendar (infinity) is open, as an empty one is."""
    value = f"({property_.column})::{TYPE_OF[property_.kind]}"
    return (
        f"CASE WHEN isfinite({value}) THEN {value} END" if property_.kind in {"date", "timestamp"} else value
    )


def count(collection: Collection, subdistrict: str, query: ItemsQuery) -> tuple[str, dict[str, Any]]:
    """SQL of how many features match: exact, or the planner's estimate as JSON."""
    statement = Statement()
    relation, conditions = _matching(statement, collection, subdistrict, query)
    selected = f"FROM {relation} WHERE {conditions}"
    if query.count == "exact":
        return f"SELECT count(*) {selected}", statement.values
    return f"EXPLAIN (FORMAT JSON) SELECT 1 {selected}", statement.values


def _rows(statement: Statement, collection: Collection, subdistrict: str, query: ItemsQuery) -> str:
    relation, conditions = _matching(statement, collection, subdistrict, query)
    if query.after is not None:
        conditions += f" AND {_beyond(statement, collection, query)}"
    return (
        f"SELECT {_feature(collection, query)} AS feature, {_place(collection, query)} AS place FROM {relation} "
        f"WHERE {conditions} ORDER BY {_order(collection, query)} LIMIT {query.limit + 1}"
    )


def _matching(
    statement: Statement, collection: Collection, subdistrict: str, query: ItemsQuery
) -> tuple[str, str]:
    source = collection.source(statement, subdistrict, query.when)
    conditions = [*source.where]
    conditions += [_equal(statement, p, value) for p, value in query.equals]
    if query.boxes:
        conditions.append(within(statement, collection, query.boxes, query.box_srid))
    if query.filter is not None:
        conditions.append(where(query.filter, Context(collection, statement, *query.filter_crs)))
    return source.relation, " AND ".join(conditions) or "true"


def _equal(statement: Statement, property_: Property, value: str) -> str:
    """``?committee_code=…``: equality with a column, the value read as the column's kind."""
    return f"{property_.column} = {statement.bind(read_value(property_, value), TYPE_OF[property_.kind])}"


def read_value(property_: Property, value: str) -> Any:
    """A parameter's text as the kind of a property; 400 when it is none."""
    try:
        found: Any = {
            "integer": lambda: int(value) if len(value) < 19 and "_" not in value else None,
            "number": lambda: float(value) if "_" not in value else None,
            "boolean": lambda: _TRUTHS.get(value.lower()),
            "date": lambda: instant(value),
            "timestamp": lambda: instant(value),
            "array": lambda: value.split(","),
        }.get(property_.kind, lambda: None if "\x00" in value else value)()
    except ValueError:
        found = None
    if found is None:
        raise Problem(
            "invalid-value", 400,
            f"{property_.name} 应为 {property_.kind}，收到 {value[:40]!r}。 / {property_.name} must be {property_.kind}.",
        )  # fmt: skip
    return found


def _feature(collection: Collection, query: ItemsQuery) -> str:
    """SQL of a GeoJSON feature as text."""
    columns = tuple((p.name, p.column) for p in query.properties)
    geometry = collection.geometry if query.geometry else None
    return _feature_of(geometry, collection.srid, query.srid, query.crs, collection.key, columns)


@lru_cache(maxsize=512)
def _feature_of(
    geometry: str | None, stored: int, srid: int, crs: str, key: str, properties: tuple[tuple[str, str], ...]
) -> str:
    """The same by what it depends on: written once for the thousands of requests that differ only in their values."""
    shape = "'null'"
    if geometry is not None:
        if srid != stored:
            geometry = f"ST_Transform({geometry}, {srid})"
        if north_first(crs):
            geometry = f"ST_FlipCoordinates({geometry})"
        shape = f"coalesce(ST_AsGeoJSON({geometry}, {digits(srid)}), 'null')"
    columns = ", ".join(f"{column} AS {identifier(name)}" for name, column in properties)
    selected = f"(SELECT row_to_json(x)::text FROM (SELECT {columns}) x)" if columns else "'{{}}'"
    return (
        f'\'{{"type":"Feature","id":\' || to_json({key})::text || \',"geometry":\' || {shape} || '
        f"',\"properties\":' || {selected} || '}}'"
    ).replace("'{{}}'", "'{}'")


def _place(collection: Collection, query: ItemsQuery) -> str:
    """SQL of the key of a row as a JSON array of texts: what was sorted by, then the id."""
    parts = [f"({p.column})::text" for p, _ in query.sort] + [f"({collection.key})::text"]
    return f"json_build_array({', '.join(parts)})::text"


def _order(collection: Collection, query: ItemsQuery) -> str:
    sorted_by = [f"{p.column} {'ASC' if up else 'DESC'} NULLS LAST" for p, up in query.sort]
    return ", ".join([*sorted_by, collection.key])


def _beyond(statement: Statement, collection: Collection, query: ItemsQuery) -> str:
    """SQL: the row comes after the last one of the page before, in the order asked for; nulls are last."""
    after = query.after or []
    if len(after) != len(query.sort) + 1 or after[-1] is None:
        raise Problem(
            "invalid-cursor", 400, "翻页标记与排序不符。 / The cursor does not belong to this order."
        )
    alternatives, equal = [], ""
    for (property_, up), value in zip(query.sort, after, strict=False):
        column = property_.column
        if value is None:
            equal += f"{column} IS NULL AND "
            continue
        bound = f"{statement.bind(value, 'text')}::{TYPE_OF[property_.kind]}"
        alternatives.append(f"({equal}({column} {'>' if up else '<'} {bound} OR {column} IS NULL))")
        equal += f"{column} = {bound} AND "
    alternatives.append(f"({equal}{collection.key} > {statement.bind(after[-1], 'text')})")
    return "(" + " OR ".join(alternatives) + ")"


def estimated(plan: Any) -> int:
    """The planner's row count out of EXPLAIN (FORMAT JSON)."""
    found = orjson.loads(plan) if isinstance(plan, str | bytes) else plan
    return int(found[0]["Plan"]["Plan Rows"])
