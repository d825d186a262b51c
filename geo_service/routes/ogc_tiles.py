"""Vector tiles of the grid API: one layer or several in a tile, TileJSON, tile sets and their schemes."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from geo_service.access import Principal
from geo_service.dependencies import today
from geo_service.ogc import html
from geo_service.ogc.cache import Answer
from geo_service.ogc.crs import parse_crs
from geo_service.ogc.declaration import Collection
from geo_service.ogc.documents import link
from geo_service.ogc.negotiation import base_of, wanted
from geo_service.ogc.query import checked, filter_of
from geo_service.ogc.reader import Reader
from geo_service.ogc.respond import answered, json_answer
from geo_service.ogc.service import GridApi, grid_api
from geo_service.ogc.tile_matrix_sets import (
    MAX_ZOOM,
    TILE_MATRIX_SETS,
    TileMatrixSet,
    tile_matrix_set,
    tile_number,
)
from geo_service.ogc.times import parse_datetime
from geo_service.problems import Problem
from geo_service.queries import tiles

router = APIRouter(prefix="/ogc", tags=["ogc"], include_in_schema=False)
GET = ["GET", "HEAD"]
MVT = "application/vnd.mapbox-vector-tile"
_FILTER = {"filter", "filter-lang", "filter-crs"}
_TILE = {"f", "datetime", *_FILTER}
_MOST_LAYERS = 12


@router.api_route("/tileMatrixSets", methods=GET)
async def tile_matrix_sets(request: Request, who: Reader) -> Response:
    """The tiling schemes."""
    base = base_of(request)
    listed = [
        {"id": t.id, "title": t.title, "uri": t.uri, "crs": t.crs,
         "links": [link(f"{base}/tileMatrixSets/{t.id}", "self", "application/json", t.title)]}
        for t in TILE_MATRIX_SETS.values()
    ]  # fmt: skip
    return await _document(request, who, "瓦片方案 / Tile matrix sets", {"tileMatrixSets": listed})


@router.api_route("/tileMatrixSets/{scheme}", methods=GET)
async def one_tile_matrix_set(request: Request, who: Reader, scheme: str) -> Response:
    """One tiling scheme in full."""
    return await _document(request, who, scheme, tile_matrix_set(scheme).described())


@router.api_route("/tiles", methods=GET)
async def tile_sets(request: Request, who: Reader) -> Response:
    """Tile sets of the whole data set: name the collections with ``collections=``."""
    return await _tile_sets(request, who, f"{base_of(request)}/tiles", None)


@router.api_route("/collections/{collection}/tiles", methods=GET)
async def collection_tile_sets(request: Request, who: Reader, collection: str) -> Response:
    """Tile sets of one collection."""
    found = await grid_api(request.app).collection(who, collection)
    return await _tile_sets(request, who, f"{base_of(request)}/collections/{found.id}/tiles", found)


@router.api_route("/collections/{collection}/tiles/{scheme}", methods=GET)
async def tile_set(request: Request, who: Reader, collection: str, scheme: str) -> Response:
    """One tile set, or with ``f=tilejson`` what map libraries read."""
    api = grid_api(request.app)
    found, matrix = await api.collection(who, collection), tile_matrix_set(scheme)
    here = f"{base_of(request)}/collections/{found.id}/tiles"
    if wanted(request, "json", "tilejson", "html") == "tilejson":
        return await _document(request, who, found.id, _tilejson(found, here, matrix, await api.extent(who)))
    return await _document(request, who, found.id, _described(here, matrix, found))


@router.api_route("/collections/{collection}/tiles/{scheme}/{z}/{row}/{column}", methods=GET)
async def collection_tile(
    request: Request, who: Reader, collection: str, scheme: str, z: str, row: str, column: str
) -> Response:
    """One tile of one collection."""
    found = await grid_api(request.app).collection(who, collection)
    return await _tile(request, who, [found], tile_matrix_set(scheme), (z, row, column), _TILE)


@router.api_route("/tiles/{scheme}/{z}/{row}/{column}", methods=GET)
async def many_tile(request: Request, who: Reader, scheme: str, z: str, row: str, column: str) -> Response:
    """One tile with several layers: ``collections=micro-grids,buildings``."""
    names = request.query_params.get("collections", "micro-grids").split(",")
    if len(names) > _MOST_LAYERS or len(set(names)) < len(names):
        raise Problem(
            "invalid-collections",
            400,
            f"collections 至多 {_MOST_LAYERS} 个且不重复。 / At most {_MOST_LAYERS}, each once.",
        )
    found = [await grid_api(request.app).collection(who, name) for name in names]
    parameters = {*_TILE, "collections"} - _FILTER
    return await _tile(request, who, found, tile_matrix_set(scheme), (z, row, column), parameters)


async def _tile(
    request: Request, who: Principal, found: list[Collection], matrix: TileMatrixSet,
    place: tuple[str, str, str], known: set[str],
) -> Response:  # fmt: skip
    z, row, column = (tile_number(part) for part in place)
    matrix.box(z, row, column)

    async def build(api: GridApi) -> Answer:
        given = checked(request.query_params, known)
        wanted(request, "mvt")
        when = parse_datetime(given.get("datetime"), today())
        tree = filter_of(given)
        tree_crs = partial(_filter_crs, given)
        parts = [
            await api.pool.rows(
                who.scope, *tiles.tile(c, who.subdistrict, matrix, z, row, column, when, tree, tree_crs(c))
            )
            for c in found
        ]
        body = b"".join(bytes(part[0][0]) for part in parts)
        counted = [c.id for c in found if tiles.is_counted(c, z)]
        headers = {
            "Wangge-Features": ",".join(f"{c.id}={p[0][1]}" for c, p in zip(found, parts, strict=True))
        }
        if counted:
            headers["Wangge-Generalised"] = ",".join(f"{name}=counted" for name in counted)
        return Answer(200 if body else 204, MVT, body, headers)

    layers = tuple(dict.fromkeys(layer for c in found for layer in c.layers))
    return await answered(request, who, layers if all(c.layers for c in found) else (), build)


def _filter_crs(given: dict[str, str], collection: Collection) -> tuple[str, int]:
    return parse_crs(given.get("filter-crs"), "filter-crs", collection.srid)


async def _tile_sets(request: Request, who: Principal, here: str, found: Collection | None) -> Response:
    listed = [_described(here, t, found) for t in TILE_MATRIX_SETS.values()]
    own = link(here, "self", "application/json", "本页 / this document")
    return await _document(request, who, "矢量瓦片 / Vector tiles", {"links": [own], "tilesets": listed})


def _described(here: str, matrix: TileMatrixSet, collection: Collection | None) -> dict[str, Any]:
    pattern = f"{here}/{matrix.id}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    links = [
        link(pattern, "item", MVT, "瓦片 / tile", templated=True),
        link(f"{here.split('/ogc')[0]}/ogc/tileMatrixSets/{matrix.id}",
             "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", "application/json", matrix.title),
    ]  # fmt: skip
    if collection:
        links.append(link(f"{here}/{matrix.id}", "self", "application/json", matrix.title))
    title = f"{collection.zh} / {collection.en}" if collection else "全部图层 / all collections"
    return {
        "title": title, "dataType": "vector", "crs": matrix.crs, "tileMatrixSetURI": matrix.uri, "links": links,
    }  # fmt: skip


def _tilejson(
    collection: Collection, here: str, matrix: TileMatrixSet, extent: list[float] | None
) -> dict[str, Any]:
    fields = {p.name: f"{p.zh} / {p.en}" for p in collection.properties if p.in_tiles}
    return {
        "tilejson": "3.0.0",
        "name": f"{collection.zh} / {collection.en}",
        "scheme": "xyz",
        "tiles": [f"{here}/{matrix.id}/{{z}}/{{y}}/{{x}}"],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        **({"bounds": extent} if extent else {}),
        "vector_layers": [{"id": collection.id, "fields": fields, "minzoom": 0, "maxzoom": MAX_ZOOM}],
    }


async def _document(request: Request, who: Principal, title: str, body: dict[str, Any]) -> Response:
    checked(request.query_params, {"f"})
    form = wanted(request, "json", "html", "tilejson")

    async def build(_api: GridApi) -> Answer:
        return html.document(title, base_of(request), body) if form == "html" else json_answer(body)

    return await answered(request, who, ("areas", "town-layers"), build)
