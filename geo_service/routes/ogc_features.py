"""Features of the grid API: pages of a collection and single features."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import APIRouter, Request, Response

from geo_service.access import Principal
from geo_service.dependencies import today
from geo_service.ogc import bulk, html
from geo_service.ogc.cache import Answer
from geo_service.ogc.declaration import Collection
from geo_service.ogc.documents import link
from geo_service.ogc.negotiation import base_of, wanted
from geo_service.ogc.query import ItemsQuery, cursor, parse_item, parse_items
from geo_service.ogc.reader import Reader
from geo_service.ogc.respond import answered
from geo_service.ogc.service import GridApi, grid_api
from geo_service.problems import not_found
from geo_service.queries import features

router = APIRouter(prefix="/ogc", tags=["ogc"], include_in_schema=False)
GET = ["GET", "HEAD"]
_GEOJSON = "application/geo+json"


@router.api_route("/collections/{collection}/items", methods=GET)
async def items(request: Request, who: Reader, collection: str) -> Response:
    """A page of features in GeoJSON or HTML, or in a format for bulk reading."""
    found = await grid_api(request.app).collection(who, collection)
    if (bulk_form := bulk.asked(request)) is not None:
        return await bulk.sent(request, who, found, bulk_form)

    async def build(api: GridApi) -> Answer:
        query = parse_items(request.query_params, found, today())
        form = wanted(request, "json", "html", *bulk.FORMS)
        rows = await api.pool.rows(who.scope, *features.page(found, who.subdistrict, query))
        body, returned, place = rows[0]
        links = _links(request, found, query, place)
        headers = _headers(query, links)
        if form == "html":
            page = html.features(f"{found.zh} / {found.en}", base_of(request), _list(body), links)
            page.headers = headers
            return page
        matched = await _matched(api, who, found, query)
        tail = {
            **({} if matched is None else {"numberMatched": matched}),
            "numberReturned": returned,
            "links": links,
        }
        whole = b'{"type":"FeatureCollection","features":[' + bytes(body) + b"]," + orjson.dumps(tail)[1:]
        return Answer(200, _GEOJSON, whole, headers)

    return await answered(request, who, found.layers, build)


@router.api_route("/collections/{collection}/items/{code:path}", methods=GET)
async def item(request: Request, who: Reader, collection: str, code: str) -> Response:
    """One feature."""
    found = await grid_api(request.app).collection(who, collection)

    async def build(api: GridApi) -> Answer:
        query = parse_item(request.query_params, found, today())
        form = wanted(request, "json", "html")
        if "\x00" in code or len(code) > 200:
            raise not_found("要素", code[:60].replace("\x00", "?"))
        rows = await api.pool.rows(who.scope, *features.one(found, who.subdistrict, query, code))
        if not rows:
            raise not_found("要素", code[:60])
        base = base_of(request)
        here = f"{base}/collections/{found.id}"
        links = [
            link(f"{here}/items/{quote(code, safe='')}", "self", _GEOJSON, "本要素 / this feature"),
            link(here, "collection", "application/json", "所属图层 / its collection"),
        ]
        feature = bytes(rows[0][0])
        if form == "html":
            return html.features(f"{found.zh} / {found.en}", base, [orjson.loads(feature)], links)
        return Answer(
            200, _GEOJSON, feature[:-1] + b',"links":' + orjson.dumps(links) + b"}", _headers(query, [])
        )

    return await answered(request, who, found.layers, build)


async def _matched(api: GridApi, who: Principal, collection: Collection, query: ItemsQuery) -> int | None:
    """How many match, only when asked: counting costs more than the page."""
    if query.count == "none":
        return None
    rows = await api.pool.rows(who.scope, *features.count(collection, who.subdistrict, query))
    return int(rows[0][0]) if query.count == "exact" else features.estimated(rows[0][0])


def _links(
    request: Request, collection: Collection, query: ItemsQuery, place: str | None
) -> list[dict[str, Any]]:
    here = f"{base_of(request)}/collections/{collection.id}"
    given = [(k, v) for k, v in request.query_params.multi_items() if k != "f"]
    form = [("f", request.query_params["f"])] if "f" in request.query_params else []
    found = [
        link(_with(f"{here}/items", given + form), "self", _GEOJSON, "本页 / this page"),
        link(_with(f"{here}/items", [*given, ("f", "html")]), "alternate", "text/html", "网页 / as HTML"),
        link(here, "collection", "application/json", "所属图层 / its collection"),
    ]
    if place is not None:
        onward = [(k, v) for k, v in given if k != "cursor"] + [("cursor", cursor(place))] + form
        found.append(link(_with(f"{here}/items", onward), "next", _GEOJSON, "下一页 / next page"))
    return found


def _with(address: str, parameters: list[tuple[str, str]]) -> str:
    return f"{address}?{urlencode(parameters)}" if parameters else address


def _headers(query: ItemsQuery, links: list[dict[str, Any]]) -> dict[str, str]:
    onward = [f'<{x["href"]}>; rel="{x["rel"]}"; type="{x["type"]}"' for x in links if x["rel"] == "next"]
    return {"Content-Crs": f"<{query.crs}>"} | ({"Link": onward[0]} if onward else {})


def _list(body: bytes) -> list[dict[str, Any]]:
    return orjson.loads(b"[" + bytes(body) + b"]")  # type: ignore[no-any-return]
