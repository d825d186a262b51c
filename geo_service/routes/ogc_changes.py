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
from geo_service.handover.events import BATCH_TYPE, LAYERS, change_of, cloud_event
from geo_service.ogc.documents import link
from geo_service.ogc.negotiation import base_of
from geo_service.ogc.query import checked
from geo_service.ogc.reader import Reader
from geo_service.ogc.service import GridApi, grid_api
from geo_service.problems import Problem
from geo_service.queries.changes import SINCE

router = APIRouter(prefix="/ogc", tags=["ogc"], include_in_schema=False)
MAX_LIMIT, MAX_WAIT_S, MOST_NUMBER = 10_000, 30, 2**62
_LOOK_S = 0.05


@router.api_route("/changes", methods=["GET", "HEAD"])
async def changes(request: Request, who: Reader) -> Response:
    """Changes after ``since`` (a number, or ``now``), in the order of their commits; ``wait`` seconds for one when there is none yet."""
    given = checked(request.query_params, {"since", "limit", "layer", "wait", "f"})
    if given.get("since") == "now":
        given["since"] = str(await _reached(grid_api(request.app), who))
    since, layers = _whole(given, "since", 0, MOST_NUMBER), _layers(given.get("layer"))
    limit = max(1, min(_whole(given, "limit", 1_000, MOST_NUMBER), MAX_LIMIT))
    wait = min(_whole(given, "wait", 0, MOST_NUMBER), MAX_WAIT_S)
    api, as_events = grid_api(request.app), _as_cloud_events(request, given)
    found, reached = await _waited(request, api, who, since, layers, limit, wait)
    if as_events:
        return _cloud_events(who, found, reached)
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
    found = [change_of(*row[1:]) for row in rows if row[1] is not None]
    if len(found) == limit:
        return found, int(found[-1]["seq"])
    return found, max(since, int(rows[0][0]))


def _as_cloud_events(request: Request, given: dict[str, str]) -> bool:
    wanted = given.get("f")
    if wanted not in {None, "json", "cloudevents"}:
        raise Problem("invalid-f", 400, "f 应为 json 或 cloudevents。 / f must be json or cloudevents.")
    return wanted == "cloudevents" or (wanted is None and BATCH_TYPE in request.headers.get("accept", ""))


def _cloud_events(who: Principal, found: list[dict[str, Any]], reached: int) -> Response:
    """The same changes as a batch of CloudEvents; the number to go on with is in a header."""
    events = [cloud_event(who.subdistrict, change) for change in found]
    headers = {"Cache-Control": "no-store", "Wangge-Next": str(reached)}
    return Response(orjson.dumps(events), media_type=BATCH_TYPE, headers=headers)


async def _reached(api: GridApi, who: Principal) -> int:
    """The number of the last change there is."""
    values = {"sub": who.subdistrict, "since": MOST_NUMBER, "layers": list(LAYERS), "limit": 1}
    return int((await api.pool.rows(who.scope, SINCE, values))[0][0])


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
