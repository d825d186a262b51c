"""The tree of a filter to SQL. Identifiers come from the collection's declaration, values are bound."""

from __future__ import annotations

from typing import Any

from geo_service.ogc.cql2 import shapes, spans
from geo_service.ogc.cql2.geometries import GEOMETRY_NAMES
from geo_service.ogc.cql2.parsing import bad
from geo_service.ogc.cql2.values import (
    MAX_DEPTH,
    Context,
    Value,
    arguments,
    as_kind,
    comparable,
    scalar,
)

COMPARISONS = {"=", "<>", "<", "<=", ">", ">="}
ARRAYS = {
    "a_equals": "({a} @> {b} AND {a} <@ {b})",
    "a_contains": "{a} @> {b}",
    "a_containedby": "{a} <@ {b}",
    "a_overlaps": "{a} && {b}",
}
MAX_NODES = 3_000


def where(tree: Any, context: Context) -> str:
    """SQL of a whole filter; 400 for anything that is not understood or does not go together."""
    if _nodes(tree) > MAX_NODES:
        raise bad("过长", "too long")
    return predicate(tree, context)


def predicate(node: Any, context: Context, depth: int = 0) -> str:
    """SQL of a boolean expression."""
    if depth > 2 * MAX_DEPTH:
        raise bad("嵌套过深", "nested too deeply")
    if isinstance(node, bool) or (isinstance(node, dict) and set(node) == {"property"}):
        return _truth(node, context)
    op = node.get("op") if isinstance(node, dict) else None
    if not isinstance(op, str):
        raise bad("需要真假表达式", "a boolean expression is wanted")
    op = op.lower()
    if op in {"and", "or"}:
        return _joined(op, node, context, depth)
    if op == "not":
        return f"(NOT {predicate(arguments(node, 1)[0], context, depth + 1)})"
    return _test(op, node, context)


def _test(op: str, node: dict[str, Any], context: Context) -> str:
    if op in COMPARISONS:
        return _comparison(op, node, context)
    if op in shapes.PREDICATES:
        return shapes.spatial(op, node, context)
    if op in spans.PREDICATES:
        return spans.temporal(op, node, context)
    if op in ARRAYS:
        a, b = (_array(argument, context) for argument in arguments(node, 2))
        return f"({ARRAYS[op].format(a=a, b=b)})"
    tests = {"like": _like, "between": _between, "in": _in, "isnull": _is_null}
    if op in tests:
        return tests[op](node, context)
    raise bad(f"没有运算或函数 {op[:40]!r}", f"there is no operator or function {op[:40]!r}")


def _truth(node: Any, context: Context) -> str:
    value = scalar(node, context)
    if value.kind != "boolean":
        raise bad("需要真假属性", "a boolean property is wanted")
    return f"({value.sql})"


def _joined(op: str, node: dict[str, Any], context: Context, depth: int) -> str:
    parts = node.get("args")
    if not isinstance(parts, list) or not parts:
        raise bad(f"{op} 需要参数", f"{op} takes arguments")
    return "(" + f" {op.upper()} ".join(predicate(p, context, depth + 1) for p in parts) + ")"


def _pair(a: Any, b: Any, context: Context) -> tuple[Value, Value]:
    """Two values of one family, or a refusal."""
    x, y = scalar(a, context), scalar(b, context)
    x, y = as_kind(x, y, context), as_kind(y, x, context)
    if comparable(x.kind) != comparable(y.kind) or "array" in {x.kind, y.kind}:
        raise bad(f"{x.kind} 与 {y.kind} 不能比较", f"{x.kind} and {y.kind} do not compare")
    return x, y


def _comparison(op: str, node: dict[str, Any], context: Context) -> str:
    a, b = arguments(node, 2)
    if _is_predicate(a) or _is_predicate(b):
        return _boolean_comparison(op, a, b, context)
    x, y = _pair(a, b, context)
    return f"({x.sql} {op} {y.sql})"


def _is_predicate(node: Any) -> bool:
    op = node.get("op") if isinstance(node, dict) else None
    known = {"and", "or", "not", "like", "between", "in", "isnull"} | COMPARISONS | set(shapes.PREDICATES)
    return isinstance(op, str) and op.lower() in known | set(spans.PREDICATES) | set(ARRAYS)


def _boolean_comparison(op: str, a: Any, b: Any, context: Context) -> str:
    if op not in {"=", "<>"}:
        raise bad("真假值只能比较相等", "truth values only compare for equality")
    x, y = (predicate(n, context, 2 * MAX_DEPTH) for n in (a, b))
    return f"({x} {op} {y})"


def _like(node: dict[str, Any], context: Context) -> str:
    value, pattern = (scalar(a, context) for a in arguments(node, 2))
    if value.kind != "string" or pattern.kind != "string":
        raise bad("LIKE 只用于文字", "LIKE takes text")
    return f"({value.sql} LIKE {pattern.sql})"


def _between(node: dict[str, Any], context: Context) -> str:
    value, low, high = arguments(node, 3)
    x, a = _pair(value, low, context)
    _, b = _pair(value, high, context)
    return f"({x.sql} BETWEEN {a.sql} AND {b.sql})"


def _in(node: dict[str, Any], context: Context) -> str:
    value, listed = arguments(node, 2)
    if not isinstance(listed, list) or not listed:
        raise bad("IN 需要非空列表", "IN takes a list that is not empty")
    pairs = [_pair(value, item, context) for item in listed]
    return "(" + " OR ".join(f"{x.sql} = {y.sql}" for x, y in pairs) + ")"


def _is_null(node: dict[str, Any], context: Context) -> str:
    (value,) = arguments(node, 1)
    if isinstance(value, dict) and value.get("property") in GEOMETRY_NAMES:
        return f"({context.collection.geometry} IS NULL)"
    if _is_predicate(value):
        return f"({predicate(value, context, 2 * MAX_DEPTH)} IS NULL)"
    return f"({scalar(value, context).sql} IS NULL)"


def _array(node: Any, context: Context) -> str:
    """SQL of an array of texts: a property, or a list of text expressions."""
    if isinstance(node, list):
        items = [scalar(item, context) for item in node]
        if all(item.literal is not None for item in items):
            return context.statement.bind([item.literal for item in items], "text[]")
        if all(item.kind == "string" for item in items):
            return f"ARRAY[{', '.join(item.sql for item in items)}]::text[]"
    if isinstance(node, dict):
        value = scalar(node, context)
        if value.kind == "array":
            return f"({value.sql})::text[]"
    raise bad("数组运算需要文字数组", "an array operator takes arrays of text")


def _nodes(tree: Any) -> int:
    """How many nodes a tree has, counted without recursion; geometry coordinates are not looked into."""
    count, waiting = 0, [tree]
    while waiting and count <= MAX_NODES:
        node = waiting.pop()
        count += 1
        if isinstance(node, dict):
            waiting += [v for k, v in node.items() if k not in {"coordinates", "geometries", "bbox"}]
        elif isinstance(node, list):
            waiting += node
    return count
