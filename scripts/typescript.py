"""JSON schemas as TypeScript types: what ``scripts/api_types.py`` writes its file with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
#: Schemas that the console has from elsewhere: GeoJSON's own types.
GIVEN = {"Geometry": "Geometry", "PolygonGeometry": "Polygon | MultiPolygon"}


def typed(schema: Schema) -> str:
    """A JSON schema as a TypeScript type.

    >>> typed({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]})
    'string | null'
    >>> typed({"type": "array", "items": {"enum": ["a", "b"], "type": "string"}})
    '("a" | "b")[]'
    >>> typed({"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}]})
    '[number, number]'
    """
    if "$ref" in schema:
        name = name_of(str(schema["$ref"]).rsplit("/", 1)[1])
        return GIVEN.get(name, name)
    if "enum" in schema:
        return " | ".join(f'"{word}"' for word in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(typed(part) for part in schema["anyOf"]))
    if "prefixItems" in schema:
        return f"[{', '.join(typed(part) for part in schema['prefixItems'])}]"
    if schema.get("type") == "array":
        inner = typed(schema.get("items", {}))
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        names = schema.get("propertyNames", {})
        keys = typed(names) if "enum" in names else "string"
        return f"Record<{keys}, {typed(values) if isinstance(values, dict) else 'unknown'}>"
    return PLAIN.get(str(schema.get("type")), "unknown")


def name_of(schema: str) -> str:
    """A schema's name; where two modules share one, the module comes first.

    >>> name_of("geo_service__routes__exports__Decision")
    'ExportsDecision'
    """
    *_, module, name = ("", *schema.split("__"))
    return f"{module.title().replace('_', '')}{name}"


def interface(name: str, schema: Schema) -> Iterator[str]:
    """The lines of one named schema."""
    yield ""
    yield from _comment(schema)
    yield f"export interface {name_of(name)} {{"
    required = set(schema.get("required", []))
    for field, kind in schema.get("properties", {}).items():
        key = field if re.fullmatch(r"[A-Za-z_]\w*", field) else f'"{field}"'
        yield from _comment(kind, "  ")
        yield f"  {key}{'' if field in required else '?'}: {typed(kind)};"
    yield "}"


def _comment(schema: Schema, indent: str = "") -> Iterator[str]:
    """Its description on one line."""
    said = " ".join(str(schema.get("description", "")).replace("``", "`").split())
    if said:
        yield f"{indent}/** {said.replace('*/', '* /')} */"
