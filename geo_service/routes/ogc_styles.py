"""Styles of the grid API for map libraries."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from geo_service.ogc import html, styles
from geo_service.ogc.cache import Answer
from geo_service.ogc.documents import link
from geo_service.ogc.negotiation import base_of, wanted
from geo_service.ogc.query import checked
from geo_service.ogc.reader import Reader
from geo_service.ogc.respond import answered, json_answer
from geo_service.ogc.service import GridApi
from geo_service.problems import not_found

router = APIRouter(prefix="/ogc", tags=["ogc"], include_in_schema=False)
GET = ["GET", "HEAD"]
_ANY = ("areas", "town-layers", "releases")


@router.api_route("/styles", methods=GET)
async def listed(request: Request, who: Reader) -> Response:
    """Every style that there is for the caller's collections."""
    checked(request.query_params, {"f"})
    form, base = wanted(request, "json", "html"), base_of(request)

    async def build(api: GridApi) -> Answer:
        found = styles.titles((await api.collections(who)).values())
        body = {
            "styles": [
                {"id": name, "title": title,
                 "links": [link(f"{base}/styles/{name}", "stylesheet", styles.MEDIA_TYPE, title)]}
                for name, title in found.items()
            ],
            "links": [link(f"{base}/styles", "self", "application/json", "本页 / this document")],
        }  # fmt: skip
        return html.document("样式 / Styles", base, body) if form == "html" else json_answer(body)

    return await answered(request, who, _ANY, build)


@router.api_route("/styles/{style}", methods=GET)
async def one(request: Request, who: Reader, style: str) -> Response:
    """One style as MapLibre, OpenLayers and QGIS read it."""
    checked(request.query_params, {"f"})
    wanted(request, "mbs", "json")

    async def build(api: GridApi) -> Answer:
        made = styles.style(style, await api.collections(who), base_of(request))
        if made is None:
            raise not_found("样式(style)", style[:60])
        return json_answer(made, styles.MEDIA_TYPE)

    return await answered(request, who, _ANY, build)
