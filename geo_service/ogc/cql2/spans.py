"""Temporal predicates (Allen's relations): every operand is a span with a beginning and an end."""

from __future__ import annotations

from typing import Any

from geo_service.ogc.cql2.parsing import bad
from geo_service.ogc.cql2.values import Context, arguments, moment, scalar

#: With a (from a0 to a1) and b (from b0 to b1); an instant begins and ends at once.
PREDICATES = {
    "t_after": "{a0} > {b1}",
    "t_before": "{a1} < {b0}",
    "t_contains": "{a0} < {b0} AND {a1} > {b1}",
    "t_disjoint": "({a0} > {b1} OR {a1} < {b0})",
    "t_during": "{a0} > {b0} AND {a1} < {b1}",
    "t_equals": "{a0} = {b0} AND {a1} = {b1}",
    "t_finishedby": "{a0} < {b0} AND {a1} = {b1}",
    "t_finishes": "{a0} > {b0} AND {a1} = {b1}",
    "t_intersects": "{a0} <= {b1} AND {a1} >= {b0}",
    "t_meets": "{a1} = {b0}",
    "t_metby": "{a0} = {b1}",
    "t_overlappedby": "{a0} > {b0} AND {a0} < {b1} AND {a1} > {b1}",
    "t_overlaps": "{a0} < {b0} AND {a1} > {b0} AND {a1} < {b1}",
    "t_startedby": "{a0} = {b0} AND {a1} > {b1}",
    "t_starts": "{a0} = {b0} AND {a1} < {b1}",
}
_OPEN = {"..": True, "": True}


def temporal(op: str, node: dict[str, Any], context: Context) -> str:
    """SQL of a temporal predicate."""
    (a0, a1), (b0, b1) = (_span(argument, context) for argument in arguments(node, 2))
    return "(" + PREDICATES[op].format(a0=a0, a1=a1, b0=b0, b1=b1) + ")"


def _span(node: Any, context: Context) -> tuple[str, str]:
    if isinstance(node, dict) and set(node) == {"interval"}:
        ends = node["interval"]
        if not isinstance(ends, list) or len(ends) != 2:
            raise bad("interval 需要两端", "an interval takes two ends")
        return _end(ends[0], "-infinity", context), _end(ends[1], "infinity", context)
    at = _instant(node, context)
    return at, at


def _end(node: Any, open_: str, context: Context) -> str:
    if isinstance(node, str) and node in _OPEN:
        return f"'{open_}'::timestamptz"
    at = _instant(node, context)
    # A property without an end (valid_to is null) goes on for ever.
    return f"coalesce({at}, '{open_}'::timestamptz)" if isinstance(node, dict) and "property" in node else at


def _instant(node: Any, context: Context) -> str:
    value = moment(node, context) if isinstance(node, str) else scalar(node, context)
    if value.kind not in {"date", "timestamp"}:
        raise bad("时间运算需要日期或时间", "a temporal operator takes dates or times")
    return f"({value.sql})::timestamptz"
