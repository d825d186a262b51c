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
_OPEN = {"..", ""}


def temporal(op: str, node: dict[str, Any], context: Context) -> str:
    """SQL of a temporal predicate."""
    (a0, a1), (b0, b1) = (_span(argument, context) for argument in arguments(node, 2))
    return "(" + PREDICATES[op].format(a0=a0, a1=a1, b0=b0, b1=b1) + ")"


def _span(node: Any, context: Context) -> tuple[str, str]:
    if isinstance(node, dict) and set(node) == {"interval"}:
        ends = node["interval"]
        if not isinstance(ends, list) or len(ends) != 2:
            raise bad("interval 需要两端", "an interval takes two ends")
        first, last = (None if _is_open(end) else _instant(end, context) for end in ends)
        return _end(first, last, "-infinity"), _end(last, first, "infinity")
    at = _instant(node, context)
    return at, at


def _is_open(node: Any) -> bool:
    return isinstance(node, str) and node in _OPEN


def _end(at: str | None, other: str | None, open_: str) -> str:
    """SQL of one end. A property without a value (valid_to is null) is open as long as the other end is known."""
    if at is None:
        return f"'{open_}'::timestamptz"
    return (
        at
        if other is None
        else f"coalesce({at}, CASE WHEN {other} IS NOT NULL THEN '{open_}'::timestamptz END)"
    )


def _instant(node: Any, context: Context) -> str:
    value = moment(node, context) if isinstance(node, str) else scalar(node, context)
    if value.kind not in {"date", "timestamp"}:
        raise bad("时间运算需要日期或时间", "a temporal operator takes dates or times")
    return f"({value.sql})::timestamptz"
