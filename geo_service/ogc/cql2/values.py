"""Typed scalar expressions: literals, properties, arithmetic, casei and accenti."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

from geo_service.ogc.cql2.folding import folded, folded_literal, unaccented
from geo_service.ogc.cql2.functions import CAST_OF, FUNCTIONS, Function
from geo_service.ogc.cql2.geometries import geometry
from geo_service.ogc.cql2.parsing import bad
from geo_service.ogc.declaration import TYPE_OF, Collection
from geo_service.ogc.statement import Statement
from geo_service.ogc.times import instant

ARITHMETIC = {
    "+": "({0} + {1})",
    "-": "({0} - {1})",
    "*": "({0} * {1})",
    "/": "({0} / nullif({1}, 0))",
    "div": "trunc({0} / nullif({1}, 0))",
    "%": "({0} - {1} * trunc({0} / nullif({1}, 0)))",
    "^": "power({0}, {1})",
}
FOLDED = {"casei": folded, "accenti": unaccented}
#: Levels of a tree that are followed; JSON reaches deeper than text.
MAX_DEPTH = 60


@dataclass(frozen=True)
class Context:
    """What a filter is translated against: a collection, the statement that binds its values, the CRS of literals."""

    collection: Collection
    statement: Statement
    crs: str
    srid: int


@dataclass(frozen=True)
class Value:
    """SQL with its kind; ``literal`` holds a bare string that may still turn out to be a date."""

    sql: str
    kind: str
    literal: str | None = None


def comparable(kind: str) -> str:
    """The family of a kind: values of one family compare."""
    return {"integer": "number", "timestamp": "time", "date": "time"}.get(kind, kind)


def scalar(node: Any, context: Context, depth: int = 0) -> Value:
    """A scalar expression of the tree."""
    if depth > MAX_DEPTH:
        raise bad("嵌套过深", "nested too deeply")
    if isinstance(node, bool):
        return Value(context.statement.bind(node, "boolean"), "boolean")
    if isinstance(node, int | float):
        return _number(node, context)
    if isinstance(node, str):
        return Value(context.statement.bind(_text(node), "text"), "string", literal=node)
    if isinstance(node, dict):
        if set(node) == {"property"}:
            return _property(node["property"], context)
        if set(node) in ({"date"}, {"timestamp"}):
            return moment(node, context)
        if "op" in node:
            return _operation(node, context, depth)
    raise bad("含有不认识的表达式", "an expression is not understood")


def arguments(node: dict[str, Any], count: int) -> list[Any]:
    """The arguments of an operation, of which there must be ``count``."""
    found = node.get("args")
    if not isinstance(found, list) or len(found) != count:
        raise bad(f"{_name(node)} 需要 {count} 个参数", f"{_name(node)} takes {count} arguments")
    return found


def moment(node: Any, context: Context) -> Value:
    """A date or time literal, from its object or a bare string."""
    text = node if isinstance(node, str) else next(iter(node.values()))
    found = instant(text) if isinstance(text, str) else None
    if found is None:
        raise bad("含有无效的日期", "a date or timestamp is not valid")
    kind = "timestamp" if isinstance(found, dt.datetime) else "date"
    return Value(context.statement.bind(found, TYPE_OF[kind]), kind)


def as_kind(value: Value, other: Value, context: Context) -> Value:
    """A bare string beside a date is a date; everything else stays what it is."""
    if value.literal is not None and comparable(other.kind) == "time":
        return moment(value.literal, context)
    return value


def _number(node: float, context: Context) -> Value:
    if not math.isfinite(node) or abs(node) > 1e300:
        raise bad("含有超出范围的数", "a number is out of range")
    if float(node).is_integer() and abs(node) < 2**53:
        return Value(context.statement.bind(int(node), "bigint"), "integer")
    return Value(context.statement.bind(float(node), "float8"), "number")


def _property(name: Any, context: Context) -> Value:
    found = context.collection.named(name) if isinstance(name, str) else None
    if found is None:
        raise bad(f"没有属性 {str(name)[:40]!r}", f"there is no property {str(name)[:40]!r}")
    return Value(found.column, found.kind)


def _operation(node: dict[str, Any], context: Context, depth: int) -> Value:
    op = _name(node)
    if op in FOLDED:
        inner = scalar(arguments(node, 1)[0], context, depth + 1)
        if inner.kind != "string":
            raise bad(f"{op} 只用于文字", f"{op} takes text")
        if op == "casei" and inner.literal is not None:
            return Value(context.statement.bind(folded_literal(inner.literal), "text"), "string")
        return Value(FOLDED[op](inner.sql), "string")
    if op == "-" and isinstance(node.get("args"), list) and len(node["args"]) == 1:
        node = {"op": "-", "args": [0, *node["args"]]}
    if op in ARITHMETIC:
        parts = [scalar(a, context, depth + 1) for a in arguments(node, 2)]
        if any(comparable(p.kind) != "number" for p in parts):
            raise bad("算术只用于数", "arithmetic takes numbers")
        return Value(ARITHMETIC[op].format(*(f"({p.sql})::float8" for p in parts)), "number")
    if op in FUNCTIONS:
        return _called(FUNCTIONS[op], node, context, depth)
    raise bad(f"没有函数 {op[:40]!r}", f"there is no function {op[:40]!r}")


def _called(function: Function, node: dict[str, Any], context: Context, depth: int) -> Value:
    """A call of one of the functions that we list; each argument must be of the kind that is listed."""
    given = []
    for (kind, _), part in zip(function.arguments, arguments(node, len(function.arguments)), strict=True):
        if kind == "geometry":
            shape = geometry(part, context)
            shape = shape if context.collection.srid == 4326 else f"ST_Transform({shape}, 4326)"
            given.append(f"({shape})::geography")
            continue
        value = scalar(part, context, depth + 1)
        if comparable(value.kind) != kind:
            raise bad(f"{function.name} 需要 {kind}", f"{function.name} takes a {kind}")
        given.append(f"({value.sql})::{CAST_OF[kind]}")
    return Value(function.sql.format(*given), function.returns)


def _name(node: dict[str, Any]) -> str:
    name = node.get("op")
    return name.lower() if isinstance(name, str) else ""


def _text(value: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise bad("含有不能存储的字符", "a character cannot be stored") from None
    if "\x00" in value:
        raise bad("含有不能存储的字符", "a character cannot be stored")
    return value
