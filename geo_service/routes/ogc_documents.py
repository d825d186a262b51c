"""Landing page, conformance, collections, queryables, schema and OpenAPI of the grid API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from geo_service import wangge_client
from geo_service.ogc import dictionary, documents, html
from geo_service.ogc.cache import Answer
from geo_service.ogc.cql2.functions import FUNCTIONS
from geo_service.ogc.negotiation import base_of, wanted
from geo_service.ogc.openapi import openapi
from geo_service.ogc.query import checked
from geo_service.ogc.reader import Reader
from geo_service.ogc.respond import answered, json_answer
from geo_service.ogc.service import GridApi


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    api: GridApi | None = getattr(app.state, "grid_api", None)
    if api is not None:
        await api.close()


router = APIRouter(prefix="/ogc", tags=["ogc"], include_in_schema=False, lifespan=_lifespan)
GET = ["GET", "HEAD"]
_CLIENT = Path(wangge_client.__file__)
_ANY = ("areas", "town-layers", "releases")


async def _document(
    request: Request, who: Reader, title: str, make: Any, media: str = "application/json"
) -> Response:
    """A document in JSON or HTML; ``make(api, base)`` gives its body."""
    checked(request.query_params, {"f"})
    form = wanted(request, "json", "html")
    base = base_of(request)

    async def build(api: GridApi) -> Answer:
        body = await make(api, base)
        return html.document(title, base, body) if form == "html" else json_answer(body, media)

    return await answered(request, who, _ANY, build)


@router.api_route("", methods=GET)
@router.api_route("/", methods=GET)
async def landing(request: Request, who: Reader) -> Response:
    """Where everything is."""

    async def make(_api: GridApi, base: str) -> dict[str, Any]:
        return documents.landing(base)

    return await _document(request, who, "网格数据接口 / Grid API", make)


@router.api_route("/conformance", methods=GET)
async def conformance(request: Request, who: Reader) -> Response:
    """The conformance classes kept."""

    async def make(_api: GridApi, base: str) -> dict[str, Any]:
        own = documents.link(f"{base}/conformance", "self", "application/json", "本页 / this document")
        return {"conformsTo": list(documents.CONFORMANCE), "links": [own]}

    return await _document(request, who, "符合的标准 / Conformance", make)


@router.api_route("/functions", methods=GET)
async def functions(request: Request, who: Reader) -> Response:
    """Functions for filters beyond the standard's own."""

    async def make(_api: GridApi, _base: str) -> dict[str, Any]:
        return {"functions": [function.described() for function in FUNCTIONS.values()]}

    return await _document(request, who, "过滤函数 / Functions", make)


@router.api_route("/api", methods=GET)
async def api_definition(request: Request, who: Reader) -> Response:
    """OpenAPI 3.0 of everything under /ogc."""

    async def make(api: GridApi, base: str) -> dict[str, Any]:
        return openapi(base, list((await api.collections(who)).values()))

    return await _document(
        request, who, "接口说明 / Documentation", make, "application/vnd.oai.openapi+json;version=3.0"
    )


@router.api_route("/collections", methods=GET)
async def collections(request: Request, who: Reader) -> Response:
    """Every collection the caller may read."""

    async def make(api: GridApi, base: str) -> dict[str, Any]:
        found, extent = await api.collections(who), await api.extent(who)
        return {
            "title": "图层 / Collections",
            "links": [
                documents.link(f"{base}/collections", "self", "application/json", "本页 / this document"),
                documents.link(f"{base}/collections?f=html", "alternate", "text/html", "网页 / as HTML"),
            ],
            "collections": [documents.described(c, base, extent) for c in found.values()],
        }

    return await _document(request, who, "图层 / Collections", make)


@router.api_route("/collections/{collection}", methods=GET)
async def collection(request: Request, who: Reader, collection: str) -> Response:
    """One collection."""

    async def make(api: GridApi, base: str) -> dict[str, Any]:
        return documents.described(await api.collection(who, collection), base, await api.extent(who))

    return await _document(request, who, collection, make)


@router.api_route("/collections/{collection}/queryables", methods=GET)
@router.api_route("/collections/{collection}/sortables", methods=GET)
@router.api_route("/collections/{collection}/schema", methods=GET)
async def schema(request: Request, who: Reader, collection: str) -> Response:
    """``queryables``, ``sortables`` or ``schema`` of a collection."""
    what = request.url.path.rsplit("/", 1)[1]

    async def make(api: GridApi, base: str) -> dict[str, Any]:
        here = f"{base}/collections/{collection}/{what}"
        return documents.schema(await api.collection(who, collection), here, what=what)

    return await _document(request, who, f"{collection} · {what}", make, "application/schema+json")


@router.api_route("/dictionary", methods=GET)
async def data_dictionary(request: Request, who: Reader) -> Response:
    """Every column of every collection the caller may read, with titles in both languages and code lists."""
    checked(request.query_params, {"f"})
    form, base = wanted(request, "json", "html", "csv"), base_of(request)

    async def build(api: GridApi) -> Answer:
        entries = dictionary.described((await api.collections(who)).values())
        if form == "csv":
            return dictionary.as_csv(entries)
        return dictionary.as_html(entries, base) if form == "html" else json_answer({"collections": entries})

    return await answered(request, who, _ANY, build)


@router.api_route("/wangge_client.py", methods=GET)
async def client(_who: Reader) -> Response:
    """The Python client, to be saved and used as it is."""
    return Response(_CLIENT.read_text(encoding="utf-8"), media_type="text/x-python; charset=utf-8")


@router.api_route("/page.css", methods=GET)
async def style(_who: Reader) -> Response:
    """The style of the HTML pages."""
    return Response(html.STYLE, media_type="text/css", headers={"Cache-Control": "private, max-age=3600"})
