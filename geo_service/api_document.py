"""The OpenAPI document of /api: what each route answers and how it refuses, beside what FastAPI knows by itself.

A route says with :func:`tells` what it answers. Nothing is carried out: the shapes are looked at when somebody asks for
the document, never when a request is answered, so they cost an answer nothing. That they are true is for the tests,
which hold every answer they are given against the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from geo_service.access import PERMISSIONS
from geo_service.api_shapes import Schema, markdown, schemas_of
from geo_service.api_words import ABOUT, DONE, REFUSED, TAGS
from geo_service.schemas.answers.common import ProblemDetail
from geo_service.sign_in import COOKIE, SAFE_METHODS

F = TypeVar("F", bound=Callable[..., Any])
JSON = "application/json"
GEOJSON = "application/geo+json"
PROBLEM = "application/problem+json"
REFERENCE = "#/components/schemas/{model}"


@dataclass(frozen=True)
class File:
    """An answer that is no JSON: a file or a page, of these media types."""

    media: tuple[str, ...]


PAGE = File(("text/html",))
_REFUSAL = {"$ref": REFERENCE.format(model=ProblemDetail.__name__)}


@dataclass(frozen=True)
class Told:
    """Status (0: the route's own) → shape, :class:`File` or None for an answer without contents; refusals beside the derived."""

    answers: Mapping[int, Any]
    media: str
    refuses: tuple[int, ...]


def tells(
    shape: Any,
    *,
    status: int = 0,
    media: str = JSON,
    also: Mapping[int, Any] | None = None,
    refuses: Iterable[int] = (),
) -> Callable[[F], F]:
    """Say of a route's function what it answers: under the route's decorator, since it changes nothing but the document.

    ``also`` holds answers under other statuses, refusals that are no problem document among them. Refusals that follow
    from the route itself (:func:`refusals`) need no word.
    """

    def noted(function: F) -> F:
        function.__dict__["told"] = Told({status: shape, **(also or {})}, media, tuple(refuses))
        return function

    return noted


def install(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Give ``app`` the whole document; it is made when it is first asked for."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]

    def whole() -> Schema:
        if app.openapi_schema is None:
            app.openapi_schema = completed(FastAPI.openapi(app), routes)
        return app.openapi_schema

    app.openapi = whole  # type: ignore[method-assign]  # FastAPI's own way to extend the document


def completed(document: Schema, routes: Iterable[APIRoute]) -> Schema:
    """The document with the answers of the routes under /api."""
    mine = [r for r in routes if r.path.startswith("/api") and r.include_in_schema]
    shapes, schemas = schemas_of(_shapes(mine) | {ProblemDetail}, REFERENCE)
    schemas[ProblemDetail.__name__]["additionalProperties"] = True
    known = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        known.pop(name, None)
    known.update(schemas)
    document["components"]["responses"] = {str(status): _problem(said) for status, said in REFUSED.items()}
    document["components"]["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
        "key": {"type": "http", "scheme": "bearer"},
    }
    document["security"] = [{"session": []}, {"key": []}]
    document["info"]["description"] = ABOUT
    document["tags"] = [{"name": name, "description": said} for name, said in TAGS.items()]
    for route in mine:
        for method in set(route.methods or ()) - {"HEAD"}:
            operation = document["paths"][route.path][method.lower()]
            operation["responses"] = dict(_responses(route, method, shapes))
            operation["description"] = markdown(operation.get("description", ""))
            for permission in dict.fromkeys(demanded(route.dependant)):
                operation["x-permission"] = permission
                operation["description"] = _permitted(operation["description"], permission)
    return document


def told_of(route: APIRoute) -> Told | None:
    """What the route's function was noted to answer."""
    found: Told | None = getattr(route.endpoint, "told", None)
    return found


def demanded(dependant: Dependant) -> Iterator[str]:
    """The permissions that a route's dependencies ask for, at any depth."""
    for part in dependant.dependencies:
        if permission := getattr(part.call, "permission", None):
            yield permission
        yield from demanded(part)


def signed_in(dependant: Dependant) -> bool:
    """Whether a route asks who is there."""
    return any(
        getattr(part.call, "__name__", "") == "principal" or signed_in(part)
        for part in dependant.dependencies
    )


def _asks(dependant: Dependant) -> bool:
    """Whether a parameter is read, by the route itself or by what it depends on."""
    own = dependant.path_params or dependant.query_params or dependant.header_params
    return bool(own) or any(_asks(part) for part in dependant.dependencies)


def refusals(route: APIRoute, method: str) -> set[int]:
    """The statuses a route can refuse with: what follows from its parameters, body, permission and method, and what it says."""
    of, changes = route.dependant, method not in SAFE_METHODS
    found = {429, 503, *(told.refuses if (told := told_of(route)) else ())}
    if signed_in(of):
        found |= {401}
        found |= {403} if changes or any(demanded(of)) else set()
        found |= {409} if changes else set()
    found |= {400} if _asks(of) or route.body_field else set()
    found |= {404} if of.path_params else set()
    found |= {422} if route.body_field else set()
    return found


def _responses(route: APIRoute, method: str, shapes: Mapping[Any, Schema]) -> Iterator[tuple[str, Schema]]:
    told = told_of(route)
    given = {n or route.status_code or 200: shape for n, shape in (told.answers if told else {}).items()}
    for number, shape in given.items():
        said = {**DONE, **REFUSED}.get(number, "")
        yield str(number), {"description": said, **_content(shape, told, shapes)}
    for number in sorted(refusals(route, method) - given.keys()):
        yield str(number), {"$ref": f"#/components/responses/{number}"}


def _content(shape: Any, told: Told | None, shapes: Mapping[Any, Schema]) -> Schema:
    if shape is None or told is None:
        return {}
    if isinstance(shape, File):
        text = {"type": "string"}
        return {"content": {m: {"schema": _REFUSAL if m == PROBLEM else text} for m in shape.media}}
    return {"content": {told.media: {"schema": shapes[shape]}}}


def _problem(said: str) -> Schema:
    return {"description": said, "content": {PROBLEM: {"schema": _REFUSAL}}}


def _permitted(description: str, permission: str) -> str:
    return f"{description}\n\n权限 / permission: `{permission}` {PERMISSIONS[permission]}".strip()


def _shapes(routes: Iterable[APIRoute]) -> set[Any]:
    """Every shape that the routes tell."""
    told = (t for route in routes if (t := told_of(route)))
    given = (shape for t in told for shape in t.answers.values())
    return {shape for shape in given if shape is not None and not isinstance(shape, File)}
