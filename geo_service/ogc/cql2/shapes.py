"""Spatial predicates: the literal is transformed, never the column, and a box test goes first for the index."""

from __future__ import annotations

from typing import Any

from geo_service.ogc.cql2.geometries import geometry
from geo_service.ogc.cql2.values import Context, arguments

PREDICATES = {
    "s_intersects": "ST_Intersects",
    "s_equals": "ST_Equals",
    "s_disjoint": "ST_Disjoint",
    "s_touches": "ST_Touches",
    "s_within": "ST_Within",
    "s_overlaps": "ST_Overlaps",
    "s_crosses": "ST_Crosses",
    "s_contains": "ST_Contains",
}


def spatial(op: str, node: dict[str, Any], context: Context) -> str:
    """SQL of a spatial predicate of two geometries, each the property or a literal."""
    a, b = (geometry(argument, context) for argument in arguments(node, 2))
    test = f"{PREDICATES[op]}({a}, {b})"
    return test if op == "s_disjoint" else f"({a} && {b} AND {test})"
