"""The feed of changes: by page, by waiting, or as a stream of events. Numbers never skip a committed change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from geo_service.access import Principal
from geo_service.ogc.collections import PLACES
from geo_service.ogc.documents import link
from geo_service.ogc.negotiation import base_of
from geo_service.ogc.query import checked
from geo_service.ogc.reader import Reader
from geo_service.ogc.service import GridApi, grid_api
from geo_service.problems import Problem
from geo_service.queries.changes import SINCE

router = APIRouter(prefix="/ogc", tags=["ogc"], include_in_schema=False)
LAYERS = ("areas", "micro-grids", "buildings", "key-sites")
MAX_LIMIT, MAX_WAIT_S, MOST_NUMBER = 10_000, 30, 2**62
_LOOK_S = 0.05
#: What may be said of a feature: the declared properties and the kind of an area, nothing else of its row.
_PUBLIC = {p.name for c in PLACES for p in c.properties} | {"kind", "features"}


@router.api_route("/changes", methods=["GET", "HEAD"])
async def changes(request: Request, who: Reader) -> Response:
    """Changes after ``since``, in the order of their commits; ``wait`` seconds for one when there is none yet."""
    given = checked(request.query_params, {"since", "limit", "layer", "wait", "f"})
    since, layers = _whole(given, "since", 0, MOST_NUMBER), _layers(given.get("layer"))
    limit = max(1, min(_whole(given, "limit", 1_000, MOST_NUMBER), MAX_LIMIT))
    wait = min(_whole(given, "wait", 0, MOST_NUMBER), MAX_WAIT_S)
    api = grid_api(request.app)
    found, reached = await _waited(request, api, who, since, layers, limit, wait)
    here = f"{base_of(request)}/changes"
    more = "".join(f"&{k}={given[k]}" for k in ("layer", "limit") if k in given)
    body = {
        "changes": found,
        "since": since,
        "next": reached,
        "links": [
            link(f"{here}?since={reached}{more}", "next", "application/json", "以后的变更 / later changes")
        ],
    }
    return Response(orjson.dumps(body), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.api_route("/changes/stream", methods=["GET"])
async def stream(request: Request, who: Reader) -> Response:
    """The same as server-sent events; a reader that comes back sends ``Last-Event-ID``."""
    given = checked(request.query_params, {"since", "layer"})
    last = request.headers.get("last-event-id")
    since = _whole({"since": last} if last else given, "since", 0, MOST_NUMBER)
    events = _events(request, grid_api(request.app), who, since, _layers(given.get("layer")))
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _events(
    request: Request, api: GridApi, who: Principal, since: int, layers: list[str]
) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    while not await request.is_disconnected():
        found, reached = await _waited(request, api, who, since, layers, 500, 15)
        for change in found:
            yield b"id: %d\nevent: change\ndata: %s\n\n" % (change["seq"], orjson.dumps(change))
        if not found:
            yield b": waiting\n\n"
        since = reached


async def _waited(
    request: Request, api: GridApi, who: Principal, since: int, layers: list[str], limit: int, wait: float
) -> tuple[list[dict[str, Any]], int]:
    """Changes and the number reached. No connection is held while waiting."""
    until = time.monotonic() + wait
    while True:
        moment = api.freshness.moment()
        found, reached = await _after(api, who, since, layers, limit)
        if found or time.monotonic() >= until or await request.is_disconnected():
            return found, reached
        since = reached
        while api.freshness.moment() == moment and time.monotonic() < until:
            await asyncio.sleep(_LOOK_S)


async def _after(
    api: GridApi, who: Principal, since: int, layers: list[str], limit: int
) -> tuple[list[dict[str, Any]], int]:
    values = {"sub": who.subdistrict, "since": since, "layers": layers, "limit": limit}
    rows = await api.pool.rows(who.scope, SINCE, values)
    found = [
        {"seq": seq, "layer": layer, "feature": feature, "operation": operation, "before": _public(before),
         "after": _public(after), "at": at}
        for _, seq, layer, feature, operation, before, after, at in rows if seq is not None
    ]  # fmt: skip
    if len(found) == limit:
        return found, int(found[-1]["seq"])
    return found, max(since, int(rows[0][0]))


def _public(row: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if row is None else {k: v for k, v in row.items() if k in _PUBLIC}


def _layers(value: str | None) -> list[str]:
    wanted = list(LAYERS) if value is None else value.split(",")
    if not set(wanted) <= set(LAYERS):
        listed = ", ".join(LAYERS)
        raise Problem("invalid-layer", 400, f"layer 应为 {listed}。 / layer must be among {listed}.")
    return wanted


def _whole(given: dict[str, Any], name: str, default: int, most: int) -> int:
    value = given.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit()) or len(value) > 19 or int(value) > most:
        raise Problem(
            f"invalid-{name}", 400, f"{name} 应为非负整数。 / {name} must be a whole number, not negative."
        )
    return int(value)
