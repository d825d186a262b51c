"""The API as the console's compiler sees it: ``map_ui/web/src/generated/api.ts`` from the routes' own OpenAPI.

``Address`` is every path under /api, ``Bodies`` what each request takes, ``Answers`` what each is answered with where that
is JSON. ``python scripts/api_types.py`` writes the file, ``--check`` says whether it is up to date.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from fastapi import FastAPI

from geo_service import api_document
from geo_service.app import found_routers

sys.path.insert(0, str(Path(__file__).resolve().parent))
from typescript import GIVEN, Schema, interface, name_of, typed

TARGET = Path(__file__).resolve().parents[1] / "map_ui" / "web" / "src" / "generated" / "api.ts"
HEAD = """/** Written by scripts/api_types.py from the service's OpenAPI; not by hand. */

import type { Geometry, MultiPolygon, Polygon } from "geojson";
"""
JSON = ("application/json", "application/geo+json")


def described() -> Schema:
    """The OpenAPI document of every route; no database is needed to ask for it."""
    app = FastAPI(title="wangge", version="0")
    for router in found_routers():
        app.include_router(router)
    api_document.install(app, found_routers())
    return app.openapi()


def operations(document: Schema) -> Iterator[tuple[str, Schema]]:
    """``GET /api/session`` and what stands under it, in order of addresses."""
    for path, methods in sorted(document["paths"].items()):
        if path.startswith("/api/"):
            for method, operation in sorted(methods.items()):
                yield f"{method.upper()} {path}", operation


def body_of(operation: Schema) -> Schema | None:
    """The JSON that a request takes."""
    found: Schema | None = (
        operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    )
    return found


def answers_of(operation: Schema) -> list[Schema]:
    """The JSON that a request is answered with when it went well."""
    done = (answer for status, answer in operation["responses"].items() if status.startswith("2"))
    return [answer["content"][m]["schema"] for answer in done for m in JSON if m in answer.get("content", {})]


def is_empty(operation: Schema) -> bool:
    """Whether it is answered without contents."""
    return "204" in operation["responses"]


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
    paths = sorted(path for path in document["paths"] if path.startswith("/api/"))
    bodies = {name: body for name, operation in operations(document) if (body := body_of(operation))}
    answers = {name: found for name, operation in operations(document) if (found := answers_of(operation))}
    empty = [name for name, operation in operations(document) if is_empty(operation)]
    lines = [HEAD, "export type Address =", *(f'  | "{path}"' for path in paths)]
    lines[-1] += ";"
    lines += ["", "/** What a request takes, by its method and address. */", "export interface Bodies {"]
    lines += [f'  "{name}": {typed(schema)};' for name, schema in bodies.items()]
    told = {name: " | ".join(dict.fromkeys(map(typed, found))) for name, found in answers.items()}
    lines += [
        "}",
        "",
        "/** What a request is answered with, where that is JSON. */",
        "export interface Answers {",
    ]
    lines += [f'  "{name}": {kind};' for name, kind in sorted((told | dict.fromkeys(empty, "void")).items())]
    lines.append("}")
    named = mentioned(f"{bodies}{answers}#/components/schemas/ProblemDetail", schemas)
    for name in sorted(named - GIVEN.keys(), key=name_of):
        lines += interface(name, schemas[name])
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
