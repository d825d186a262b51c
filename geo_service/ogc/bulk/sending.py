"""From a request to a file and out: written first, under one snapshot, then sent without holding a connection.

A slow reader costs a file descriptor, not a connection of the pool; an answer is whole or it is a refusal.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode

import psycopg
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from geo_service.access import Principal
from geo_service.database import Database
from geo_service.dependencies import today
from geo_service.ogc.bulk.asking import Form
from geo_service.ogc.bulk.reading import Links, Reading
from geo_service.ogc.declaration import Collection
from geo_service.ogc.documents import link
from geo_service.ogc.negotiation import base_of
from geo_service.ogc.pool import problem_of
from geo_service.ogc.query import ItemsQuery, cursor, parse_items
from geo_service.ogc.reader import as_partner
from geo_service.ogc.service import grid_api
from geo_service.problems import Problem

_AT_ONCE = 2
_WAIT_S = 20.0
_CHUNK = 256 * 1024
_SOFTWARE = installed("wangge")


async def sent(request: Request, who: Principal, collection: Collection, form: Form) -> Response:
    """The features of a request in a format. Raises Problem as a page would, and 503 when too many are being made."""
    query = parse_items(request.query_params, collection, today())
    headers = {
        "Content-Crs": f"<{query.crs}>",
        "Content-Disposition": f'attachment; filename="{collection.id}.{form.suffix}"',
        "Vary": "Accept, Authorization, Cookie",
        "Cache-Control": "private, no-cache",
    }
    if collection.layers:
        versions = await grid_api(request.app).version(who.subdistrict, collection.layers)
        headers["ETag"] = _etag(request, who, form, versions)
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    links = partial(_links, request, collection, form)
    async with _turn(request.app.state):
        made = await run_in_threadpool(_made, request.app.state.database, who, collection, query, form, links)
    headers["Content-Length"] = str(made.size)
    if made.place is not None:
        onward = next(x for x in links(made.place) if x["rel"] == "next")
        headers["Link"] = f'<{onward["href"]}>; rel="next"; type="{onward["type"]}"'
    return StreamingResponse(_chunks(made.file), media_type=form.media_type, headers=headers)


@dataclass
class _Made:
    """An answer as a file without a name, its size, and the place to go on from."""

    file: BinaryIO
    size: int
    place: str | None


def _made(
    database: Database, who: Principal, collection: Collection, query: ItemsQuery, form: Form, links: Links
) -> _Made:
    whole = form.whole and not query.limited
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        path = Path(folder) / f"{collection.id}.{form.suffix}"
        with _snapshot(database, who) as connection:
            reading = Reading(connection, collection, who.subdistrict, query, whole=whole, links=links)
            form.write(reading, path)
        # The name goes with the folder; what is open stays until it was sent, or the reader has gone away.
        return _Made(path.open("rb"), path.stat().st_size, reading.place)


@contextmanager
def _snapshot(database: Database, who: Principal) -> Iterator[psycopg.Connection[Any]]:
    try:
        with database.transaction(who.scope, writes=False) as session:
            driver: Any = session.connection().connection.dbapi_connection
            driver.execute("SET LOCAL timezone TO 'Asia/Shanghai'")
            yield driver
    except psycopg.Error as error:
        raise problem_of(error) from error
    except DBAPIError as error:
        raise problem_of(error.orig if isinstance(error.orig, Exception) else error) from error


@asynccontextmanager
async def _turn(state: Any) -> AsyncIterator[None]:
    """At most two such answers are made at once in a worker; the next wait for their turn, but not for ever."""
    if not hasattr(state, "ogc_bulk"):
        state.ogc_bulk = asyncio.Semaphore(_AT_ONCE)
    try:
        await asyncio.wait_for(state.ogc_bulk.acquire(), _WAIT_S)
    except TimeoutError:
        raise Problem(
            "busy",
            503,
            "导出繁忙，请稍后再试。 / Exports are busy; try again shortly.",
            headers={"Retry-After": "10"},
        ) from None
    try:
        yield
    finally:
        state.ogc_bulk.release()


def _links(request: Request, collection: Collection, form: Form, place: str | None) -> list[dict[str, Any]]:
    """This answer, its collection, and what comes after ``place``."""
    here = f"{base_of(request)}/collections/{collection.id}"
    given = [(k, v) for k, v in request.query_params.multi_items() if k not in {"f", "cursor"}]
    media, form_ = form.media, [("f", form.name)]
    at = [("cursor", request.query_params["cursor"])] if "cursor" in request.query_params else []
    found = [
        link(f"{here}/items?{urlencode([*given, *at, *form_])}", "self", media, "本页 / this page"),
        link(here, "collection", "application/json", "所属图层 / its collection"),
    ]
    if place is not None:
        onward = urlencode([*given, ("cursor", cursor(place)), *form_])
        found.append(link(f"{here}/items?{onward}", "next", media, "下一页 / next page"))
    return found


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _etag(request: Request, who: Principal, form: Form, versions: tuple[int, ...]) -> str:
    parts = (
        who.subdistrict,
        as_partner(who),
        who.committees,
        str(request.url),
        form.name,
        versions,
        today(),
        _SOFTWARE,
    )
    return f'"{hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'
