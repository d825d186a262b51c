"""The document of /api says of every route what it answers and how it refuses, and saying so costs an answer nothing."""

from __future__ import annotations

import copy
import json
from collections import Counter
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from geo_service import api_document, api_shapes
from geo_service.app import found_routers

JSON = {"application/json", "application/geo+json"}


def routes() -> list[APIRoute]:
    return [
        route
        for router in found_routers()
        for route in router.routes
        if isinstance(route, APIRoute) and route.path.startswith("/api")
    ]


def test_every_route_of_the_api_says_what_it_answers(answer_check: Any) -> None:
    silent = [f"{r.methods} {r.path}" for r in routes() if api_document.told_of(r) is None]
    assert not silent, (
        "put @tells(…) under the route's decorator, with a shape of geo_service.schemas.answers"
    )
    told = dict(answer_check.operations())
    assert len(told) == len(routes()) > 100
    for name, operation in told.items():
        done = [answer for status, answer in operation["responses"].items() if status[0] in "23"]
        assert done, name
        schemas = [c["schema"] for a in done for m, c in a.get("content", {}).items() if m in JSON]
        assert all(schemas), f"{name} is told by an empty schema"


def test_every_refusal_is_a_problem_or_a_page(answer_check: Any) -> None:
    shared = answer_check.document["components"]["responses"]
    for name, operation in answer_check.operations():
        statuses = {status for status in operation["responses"] if status[0] in "45"}
        assert {"429", "503"} <= statuses, name
        for status in statuses:
            answer = operation["responses"][status]
            answer = shared[answer["$ref"].rsplit("/", 1)[1]] if "$ref" in answer else answer
            assert {"application/problem+json", "text/html"} & answer["content"].keys(), f"{name} {status}"


def test_who_must_be_signed_in_and_permitted_is_said(answer_check: Any) -> None:
    open_to_all = {n for n, o in answer_check.operations() if "401" not in o["responses"]}
    assert open_to_all == {"GET /api/sign-on", "GET /api/sign-on/start"}
    for name, operation in answer_check.operations():
        if permission := operation.get("x-permission"):
            assert permission in operation["description"]
            assert "403" in operation["responses"], name


def test_every_group_of_routes_says_what_it_is_for(answer_check: Any) -> None:
    described = {tag["name"] for tag in answer_check.document["tags"]}
    used = {tag for _, operation in answer_check.operations() for tag in operation["tags"]}
    assert used == described


def test_a_shape_is_named_once_described_and_used(answer_check: Any) -> None:
    plain = FastAPI()
    for router in found_routers():
        plain.include_router(router)
    bodies = plain.openapi()["components"]["schemas"].keys()
    names = Counter(shape.__name__ for shape in api_shapes.declared())
    assert len(names) > 120
    assert not [name for name, n in names.items() if n > 1]
    assert not names.keys() & bodies, "a shape and a request's body have the same name"
    inherited = {base.__name__ for s in api_shapes.declared() for base in getattr(s, "__orig_bases__", ())}
    assert not names.keys() - answer_check.document["components"]["schemas"].keys() - inherited


def test_an_inherited_field_keeps_its_sentence(answer_check: Any) -> None:
    draft = answer_check.document["components"]["schemas"]["Draft"]["properties"]
    assert draft["plot_set"].keys() == {"type"}
    assert "residents aimed at" in draft["target"]["description"]
    assert "until, exclusive" in draft["valid_to"]["description"]


def test_no_shape_is_carried_out_when_a_request_is_answered() -> None:
    """FastAPI validates by the route's model: it stays the plain dict it was, or there is none."""
    shapes = {shape.__name__ for shape in api_shapes.declared()}
    models = {repr(route.response_model) for route in routes()}
    assert not [model for model in models if any(name in model for name in shapes)]
    assert not [model for model in models if "geo_service" in model]


@pytest.fixture
def check(answer_check: Any) -> Any:
    """A check of one's own: what it is shown here was never answered."""
    return type(answer_check)(answer_check.document)


@pytest.fixture
def session_answer() -> dict[str, Any]:
    account = {"name": "office", "display_name": "人口办", "role": "office", "subdistrict": "310199001",
               "areas": None, "permissions": ["map.read"]}  # fmt: skip
    return {"account": account, "csrf": "x"}


def complaint(check: Any, body: Any, *, status: int = 200, media: str = "application/json") -> str | None:
    found: str | None = check.complaint("GET", "/api/session", status, media, json.dumps(body).encode())
    return found


def test_the_check_finds_every_way_to_answer_otherwise(check: Any, session_answer: dict[str, Any]) -> None:
    assert complaint(check, session_answer) is None
    more = copy.deepcopy(session_answer)
    more["account"]["shoe_size"] = 43
    assert "shoe_size" in str(complaint(check, more))
    less = copy.deepcopy(session_answer)
    del less["account"]["role"]
    assert "role" in str(complaint(check, less))
    other = copy.deepcopy(session_answer)
    other["account"]["areas"] = "all"
    assert "$.account.areas" in str(complaint(check, other))
    assert "says nothing of 418" in str(complaint(check, session_answer, status=418))
    assert "text/plain" in str(complaint(check, session_answer, media="text/plain"))
    assert "is a required" in str(complaint(check, {}, status=401, media="application/problem+json"))


def test_the_check_finds_a_moment_without_its_zone(check: Any) -> None:
    row = {"id": "1", "signed_in_at": "2026-03-01T08:00:00", "last_seen_at": "2026-03-01T08:00:00Z",
           "expires_at": "2026-03-02T08:00:00+08:00", "client": None, "here": True}  # fmt: skip
    media, path = "application/json", "/api/sessions"
    found = check.complaint("GET", path, 200, media, json.dumps([row]).encode())
    assert "signed_in_at" in str(found)
    row["signed_in_at"] += "Z"
    assert check.complaint("GET", path, 200, media, json.dumps([row]).encode()) is None


def test_the_check_knows_a_fixed_address_from_one_with_a_parameter(check: Any) -> None:
    assert "GET /api/reviews/{month}/inputs" in str(
        check.complaint("GET", "/api/reviews/2026-02/inputs", 418, "", b"")
    )
    assert check.complaint("GET", "/ogc/collections", 418, "", b"") is None
