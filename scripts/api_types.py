"""The API as the console's compiler sees it: ``map_ui/web/src/generated/api.ts`` from the routes' own OpenAPI.

``Address`` is every path under /api, ``Bodies`` what each request takes. Answers are not described there: their shapes
stand in ``src/api/types.ts``. ``python scripts/api_types.py`` writes the file, ``--check`` says whether it is up to date.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from geo_service.app import found_routers

TARGET = Path(__file__).resolve().parents[1] / "map_ui" / "web" / "src" / "generated" / "api.ts"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
HEAD = "/** Written by scripts/api_types.py from the service's OpenAPI; not by hand. */\n"
Schema = dict[str, Any]


def described() -> Schema:
    """The OpenAPI document of every route; no database is needed to ask for it."""
    app = FastAPI(title="wangge", version="0")
    for router in found_routers():
        app.include_router(router)
    return app.openapi()


def typed(schema: Schema) -> str:
    """A JSON schema as a TypeScript type.

    >>> typed({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]})
    'string | null'
    >>> typed({"type": "array", "items": {"enum": ["a", "b"], "type": "string"}})
    '("a" | "b")[]'
    """
    if "$ref" in schema:
        return name_of(str(schema["$ref"]).rsplit("/", 1)[1])
    if "enum" in schema:
        return " | ".join(f'"{word}"' for word in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(typed(part) for part in schema["anyOf"]))
    if schema.get("type") == "array":
        inner = typed(schema.get("items", {}))
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"Record<string, {typed(values) if isinstance(values, dict) else 'unknown'}>"
    return PLAIN.get(str(schema.get("type")), "unknown")


def name_of(schema: str) -> str:
    """A schema's name; where two modules share one, the module comes first.

    >>> name_of("geo_service__routes__exports__Decision")
    'ExportsDecision'
    """
    *_, module, name = ("", *schema.split("__"))
    return f"{module.title().replace('_', '')}{name}"


def fields(schema: Schema) -> Iterator[str]:
    required = set(schema.get("required", []))
    for name, kind in schema.get("properties", {}).items():
        key = name if re.fullmatch(r"[A-Za-z_]\w*", name) else f'"{name}"'
        yield f"  {key}{'' if name in required else '?'}: {typed(kind)};"


def mentioned(text: str, schemas: dict[str, Schema]) -> set[str]:
    """Schemas that a piece of the document leads to, directly or by another."""
    found: set[str] = set()
    todo = set(re.findall(r"#/components/schemas/(\w+)", text))
    while todo:
        name = todo.pop()
        found.add(name)
        todo |= set(re.findall(r"#/components/schemas/(\w+)", str(schemas[name]))) - found
    return found


def source(document: Schema) -> str:
    """The whole file."""
    schemas = document["components"]["schemas"]
    paths = {p: m for p, m in sorted(document["paths"].items()) if p.startswith("/api/")}
    bodies = {
        f"{method.upper()} {path}": operation["requestBody"]["content"]["application/json"]["schema"]
        for path, methods in paths.items()
        for method, operation in sorted(methods.items())
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    lines = [HEAD, "export type Address =", *(f'  | "{path}"' for path in paths)]
    lines[-1] += ";"
    lines += ["", "/** What a request takes, by its method and address. */", "export interface Bodies {"]
    lines += [f'  "{name}": {typed(schema)};' for name, schema in bodies.items()]
    lines.append("}")
    for name in sorted(mentioned(str(bodies), schemas), key=name_of):
        lines += ["", f"export interface {name_of(name)} {{", *fields(schemas[name]), "}"]
    return "\n".join(lines) + "\n"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--check", action="store_true")
    now = source(described())
    if asked.parse_args().check:
        same = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == now
        if not same:
            print(
                "api.ts 已过期，请运行 scripts/api_types.py / api.ts is out of date, run scripts/api_types.py"
            )
        return 0 if same else 1
    TARGET.write_text(now, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
