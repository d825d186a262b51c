"""The town for the console: what there is, whole layers, facts about a place, search."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import shapely
from fastapi import APIRouter, Query, Response

from geo_service.access import Principal, require
from geo_service.api_document import GEOJSON, tells
from geo_service.dependencies import Db, parse_month, today
from geo_service.problems import not_found
from geo_service.queries import areas, places
from geo_service.queries import boundaries as boundary_queries
from geo_service.queries import indicators as indicator_queries
from geo_service.schemas.answers import places as shapes
from grids.indicators.cells import cell_polygons, cells_of

router = APIRouter(prefix="/api", tags=["places"])

CELLS = "cells"
Reader = Annotated[Principal, require("map.read")]


@router.get("/town")
@tells(shapes.Town, refuses=(404,))
def town(session: Db, who: Reader) -> dict[str, Any]:
    """The subdistrict, its months, boundary versions, committees and layers."""
    found = places.subdistrict_of(session, who.subdistrict)
    if found is None:
        raise not_found("街道(镇)", who.subdistrict)
    months = indicator_queries.months_with_data(session, who.subdistrict)
    versions = boundary_queries.versions(session, who.subdistrict)
    return {
        "subdistrict": found,
        "months": [f"{m:%Y-%m}" for m in months],
        "current_month": f"{months[-1]:%Y-%m}" if months else f"{today():%Y-%m}",
        "versions": [
            {
                "id": v.id,
                "name": v.name,
                "status": v.status,
                "valid_from": v.valid_from,
                "valid_to": v.valid_to,
            }
            for v in versions
        ],
        "committees": places.committees(session, who.subdistrict, today()),
        "layers": sorted([*places.LAYERS, CELLS]),
    }


@router.get("/layers/{layer}")
@tells(shapes.LayerCollection, media=GEOJSON)
def layer(
    layer: str,
    session: Db,
    who: Reader,
    month: str | None = None,
    version: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """A whole layer as GeoJSON, as of a month's last day; buildings of a large town come as tiles instead."""
    if layer == CELLS:
        return _geojson(_cells(session, who))
    if layer not in places.LAYERS:
        raise not_found("图层", layer)
    day = boundary_queries.last_day(parse_month(month)) if month else today()
    if version is None:
        in_force = boundary_queries.version_on(session, who.subdistrict, day)
        version = in_force.id if in_force else None
    return _geojson(places.layer_geojson(session, layer, who.subdistrict, day, version))


def _geojson(text: str | bytes) -> Response:
    return Response(text, media_type="application/geo+json", headers={"Cache-Control": "private, max-age=0"})


def _cells(session: Db, who: Principal) -> bytes:
    """The H3 cells in which a building of the caller's area stands: those that ``/api/indicators?by=cell`` counts in."""
    points = areas.building_points(session, who.subdistrict, who.committees)
    outlines = cell_polygons(sorted(set(cells_of(points).dropna())))
    shapes = shapely.to_geojson(shapely.set_precision(outlines.to_numpy(), 1e-7))
    features = [
        {
            "type": "Feature",
            "id": code,
            "geometry": orjson.Fragment(shape),
            "properties": {"code": code, "kind": "cell"},
        }
        for code, shape in zip(outlines.index, shapes, strict=True)
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


@router.get("/search")
@tells(list[shapes.Found])
def search(
    session: Db, who: Reader, q: Annotated[str, Query(min_length=1, max_length=60)]
) -> list[dict[str, Any]]:
    """Committees, micro-grids, key sites and buildings by code, name or address."""
    in_force = boundary_queries.version_on(session, who.subdistrict, today())
    return places.search(session, who.subdistrict, in_force.id if in_force else None, q.strip())


@router.get("/buildings/{code}")
@tells(shapes.BuildingFacts)
def building(code: str, session: Db, who: Annotated[Principal, require("records.read")]) -> dict[str, Any]:
    """Facts about one building; its dwellings are counted, not listed."""
    found = places.building_facts(session, who.subdistrict, code)
    if found is None or not who.may_see(found["committee_code"]):
        raise not_found("楼栋", code)
    return found


@router.get("/key-sites/{code}")
@tells(shapes.KeySiteFacts)
def key_site(code: str, session: Db, who: Annotated[Principal, require("records.read")]) -> dict[str, Any]:
    """Facts about one key site."""
    found = places.key_site_facts(session, who.subdistrict, code)
    if found is None or not who.may_see(found["committee_code"]):
        raise not_found("重点部位", code)
    return found


@router.get("/micro-grids/{code}")
@tells(shapes.MicroGridFacts)
def micro_grid(
    code: str, session: Db, who: Reader, version: Annotated[int | None, Query(ge=0)] = None
) -> dict[str, Any]:
    """Facts about one micro-grid of a version: committee, buildings, team, parents."""
    if version is None:
        in_force = boundary_queries.version_on(session, who.subdistrict, today())
        version = in_force.id if in_force else 0
    found = boundary_queries.grid_facts(session, who.subdistrict, version, code)
    if found is None or not who.may_see(found["committee_code"]):
        raise not_found("微网格", code)
    return found
