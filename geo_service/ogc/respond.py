"""From a finished answer to a response: cache, ETag, 304, compression."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Hashable
from importlib.metadata import version as installed
from typing import Any

import orjson
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from geo_service.access import Principal
from geo_service.dependencies import today
from geo_service.ogc.cache import MIN_COMPRESSED, Answer, gzipped
from geo_service.ogc.negotiation import prefers_html
from geo_service.ogc.reader import as_partner
from geo_service.ogc.service import GridApi, grid_api

_SOFTWARE = installed("wangge").encode()
_VARY = "Accept, Accept-Encoding, Authorization, Cookie"
_BIG = 30_000
Build = Callable[[GridApi], Awaitable[Answer]]


async def answered(request: Request, who: Principal, layers: tuple[str, ...], build: Build) -> Response:
    """The response of a GET: from the cache while its layers have not changed, 304 without building, else built.

    ``layers`` empty: built every time, without a validator (a view whose changes nobody announces).
    """
    api = grid_api(request.app)
    if not layers:
        return await _sent(request, api, None, await build(api))
    key = _key(request, who)
    moment = api.freshness.moment()
    kept = api.cache.get(key)
    if kept is not None and kept.moment == moment:
        return await _sent(request, api, key, kept)
    version = await api.version(who.subdistrict, layers)
    if kept is not None and kept.version == version:
        kept.moment = moment
        return await _sent(request, api, key, kept)
    etag = _etag(key, version)
    if same := _matching(request.headers.get("if-none-match"), etag):
        return _not_modified(same)
    for _ in range(3):
        made = await build(api)
        if made.status >= 300 or not await _overtaken(api, who, layers, moment, version):
            break
        moment = api.freshness.moment()
        version = await api.version(who.subdistrict, layers)
    else:
        return await _sent(request, api, None, made)  # edits arrive faster than answers are made
    if made.status < 300:
        made.etag, made.version, made.moment = _etag(key, version), version, moment
        api.cache.put(key, made)
    return await _sent(request, api, key, made)


async def _overtaken(
    api: GridApi, who: Principal, layers: tuple[str, ...], moment: tuple[int, int], version: tuple[int, ...]
) -> bool:
    """Whether an edit came between reading the version and reading the rows: the label would be too old."""
    return api.freshness.moment() != moment and await api.version(who.subdistrict, layers) != version


def json_answer(body: Any, media_type: str = "application/json", status: int = 200) -> Answer:
    """A document as an answer."""
    return Answer(status, media_type, orjson.dumps(body))


def _key(request: Request, who: Principal) -> Hashable:
    """Everything that an answer depends on besides the data: where, what, how, for whom, and the day it is."""
    scope = request.scope
    headers = request.headers
    return (
        who.subdistrict, as_partner(who), scope["path"], scope["query_string"],
        scope["scheme"], headers.get("host"), prefers_html(headers.get("accept", "")), today(),
    )  # fmt: skip


def _etag(key: Hashable, version: tuple[int, ...]) -> str:
    made = hashlib.blake2b(repr((key, version)).encode() + _SOFTWARE, digest_size=12)
    return made.hexdigest()


def _matching(header: str | None, etag: str) -> str | None:
    """The validator that If-None-Match shares with this version, compressed or not; None where it has none.

    >>> _matching('W/"x", "abc-gz"', "abc"), _matching(None, "abc"), _matching("*", "abc")
    ('abc-gz', None, 'abc')
    """
    for part in (header or "").split(","):
        given = part.strip().removeprefix("W/").strip('"')
        if given == "*":
            return etag
        if given.removesuffix("-gz") == etag:
            return given
    return None


def _not_modified(etag: str) -> Response:
    return Response(
        status_code=304, headers={"ETag": f'"{etag}"', "Cache-Control": "private, no-cache", "Vary": _VARY}
    )


async def _sent(request: Request, api: GridApi, key: Hashable, answer: Answer) -> Response:
    if answer.etag and (same := _matching(request.headers.get("if-none-match"), answer.etag)):
        return _of(answer, _not_modified(same))
    headers = {"Vary": _VARY, "Cache-Control": "private, no-cache", **answer.headers}
    body, suffix = answer.body, ""
    if len(body) >= MIN_COMPRESSED and "gzip" in request.headers.get("accept-encoding", ""):
        packed = answer.packed
        if packed is None:
            packed = await run_in_threadpool(gzipped, body) if len(body) > _BIG else gzipped(body)
            api.cache.pack(key, answer, packed)
        body, suffix = packed, "-gz"
        headers["Content-Encoding"] = "gzip"
    if answer.etag:
        headers["ETag"] = f'"{answer.etag}{suffix}"'
    return _of(answer, Response(body, answer.status, headers, media_type=answer.media_type))


def _of(answer: Answer, response: Response) -> Response:
    """The response, with the answer that it was made from for those who may send it again."""
    response.answer = answer  # type: ignore[attr-defined]
    return response
