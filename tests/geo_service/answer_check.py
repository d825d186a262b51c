"""Every answer that a test client is given under /api, held against the OpenAPI document as a strict reader would."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from geo_service import api_document
from geo_service.app import found_routers

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(dt.date.fromisoformat(value))


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or dt.datetime.fromisoformat(value).tzinfo is not None


def document() -> dict[str, Any]:
    """The document of every route, as the service gives it."""
    app = FastAPI(title="wangge", version="0")
    for router in found_routers():
        app.include_router(router)
    api_document.install(app, found_routers())
    return app.openapi()


def strict(schemas: dict[str, Any]) -> dict[str, Any]:
    """The same schemas, closed: a field that is not described is wrong."""
    closed = copy.deepcopy(schemas)
    for schema in closed.values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return closed


def thinned(value: Any, most: int = 100) -> Any:
    """The same answer with long lists thinned evenly: the six-thousandth plot tells no more than the sixtieth."""
    if isinstance(value, dict):
        return {key: thinned(part, most) for key, part in value.items()}
    if isinstance(value, list):
        step = max(len(value) // most, 1)
        return [thinned(part, most) for part in value[::step]]
    return value


@dataclass
class AnswerCheck:
    """Says what is wrong with an answer, and remembers which answers it has seen."""

    document: dict[str, Any]
    seen: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._components = {"schemas": strict(self.document["components"]["schemas"])}
        self._validators: dict[str, Draft202012Validator] = {}
        self._passed: set[bytes] = set()
        paths = [path for path in self.document["paths"] if path.startswith("/api")]
        self._patterns = [
            (re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))), path)
            for path in sorted(paths, key=lambda path: path.count("{"))
        ]

    def operations(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """``GET /api/session`` and what stands under it."""
        for _, path in self._patterns:
            for method, operation in self.document["paths"][path].items():
                yield f"{method.upper()} {path}", operation

    def complaint(self, method: str, path: str, status: int, media: str, body: bytes | None) -> str | None:
        """What is wrong, or None. ``body`` is None where it streams; 5xx and addresses that nobody answers pass."""
        found = self._operation(method, path)
        if found is None or status >= 500:
            return None
        name, operation = found
        answer = operation["responses"].get(str(status))
        if answer is None:
            return f"{name} says nothing of {status}"
        if "$ref" in answer:
            answer = self.document["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
        self.seen.add((name, status))
        content, media = answer.get("content"), media.split(";")[0]
        if content is None:
            return f"{name} {status} is told to be empty" if body else None
        if media not in content:
            return f"{name} {status} is {media or 'nothing'}, told are {', '.join(content)}"
        if body is None or not media.endswith("json"):
            return None
        return self._invalid(f"{name} {status} {media}", content[media]["schema"], body)

    def _operation(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        for pattern, template in self._patterns:
            if pattern.fullmatch(path) and method.lower() in self.document["paths"][template]:
                return f"{method} {template}", self.document["paths"][template][method.lower()]
        return None

    def _invalid(self, name: str, schema: dict[str, Any], body: bytes) -> str | None:
        digest = hashlib.sha256(name.encode() + body).digest()
        if digest in self._passed:
            return None
        if name not in self._validators:
            whole = {**schema, "components": self._components}
            self._validators[name] = Draft202012Validator(whole, format_checker=FORMATS)
        error = best_match(self._validators[name].iter_errors(thinned(json.loads(body))))
        if error is not None:
            return f"{name}: {error.json_path} {error.message[:300]}"
        self._passed.add(digest)
        return None
