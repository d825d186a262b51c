"""Group-renting hotspots of a month: where to inspect next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Annotated, Any

import orjson
import shapely
from fastapi import APIRouter, Request, Response

from geo_service import hotspots as make
from geo_service.access import Principal, require
from geo_service.api_document import GEOJSON, tells
from geo_service.dependencies import Db, Month, version_for
from geo_service.queries import areas, indicators
from geo_service.schemas.answers.hotspots import HotspotCollection
from geo_service.tables.places import Subdistrict
from grids.indicators.cells import cell_polygons

router = APIRouter(prefix="/api", tags=["indicators"])

#: Layers whose change makes a stored answer stale.
READS = ("figures", "boundary-versions", "buildings")
KEPT = 64


class _Answers:
    """The last answers of this process; a key holds the data version, so a stale one is never found again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[Any, ...]) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[Any, ...], answer: bytes) -> None:
        with self._lock:
            self._kept[key] = answer
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


_answers = _Answers()


@router.get("/hotspots")
@tells(HotspotCollection, media=GEOJSON, also={304: None}, refuses=(404,))
def hotspots(
    request: Request, session: Db, who: Annotated[Principal, require("map.read")], month: Month
) -> Response:
    """GeoJSON of H3 cells with their inspections and findings, tested by Gi*; ``clusters`` holds the scan's circles."""
    seen = request.app.state.freshness.version(who.subdistrict, *READS)
    key = (str(request.app.state.database.url), who.subdistrict, who.committees, month, seen)
    answer = _answers.get(key)
    if answer is None:
        answer = orjson.dumps(_found(session, who, month))
        _answers.put(key, answer)
    headers = {"ETag": f'"{month:%Y%m}-{seen}"', "Cache-Control": "private, max-age=0"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(answer, media_type="application/geo+json", headers=headers)


def _found(session: Db, who: Principal, month: Month) -> dict[str, Any]:
    drawn = version_for(session, who.subdistrict, month)
    town = session.get_one(Subdistrict, who.subdistrict)
    counts = indicators.figures(
        session, who.subdistrict, month, drawn.id, "building", committees=who.committees
    )
    points = areas.building_points(session, who.subdistrict, who.committees)
    found = make.find(counts[counts.index.isin(points.index)], points, month, town.metric_srid)
    inspected = found.cells[found.cells["inspected"] > 0]
    outlines = shapely.to_geojson(shapely.set_precision(cell_polygons(inspected.index).to_numpy(), 1e-7))
    return {
        "type": "FeatureCollection",
        "month": f"{month:%Y-%m}",
        "features": [
            {"type": "Feature", "id": cell, "geometry": orjson.Fragment(outline), "properties": _properties(cell, row)}
            for (cell, row), outline in zip(inspected.to_dict("index").items(), outlines, strict=True)
        ],
        "clusters": [_circle(c) for c in found.clusters.to_dict("records")],
    }  # fmt: skip


def _properties(cell: Any, row: dict[Any, Any]) -> dict[str, Any]:
    return {
        "code": cell, "kind": "cell", "findings": int(row["found"]), "inspections": int(row["inspected"]),
        "value": _number(row["value"]), "z": _number(row["z"]), "p_value": _number(row["p_hot"]),
        "verdict": row["verdict"], "significant": row["verdict"] == "hot",
    }  # fmt: skip


def _circle(cluster: dict[Any, Any]) -> dict[str, Any]:
    whole = {name: int(cluster[name]) for name in ("buildings", "cases", "trials")}
    rest = {
        name: _number(cluster[name]) for name in ("lon", "lat", "radius_m", "expected", "relative_rate", "p")
    }
    return {**rest, **whole}


def _number(value: Any) -> float | None:
    """A number for JSON: what is absent or endless is null."""
    number = float(value)
    return number if number == number and abs(number) != float("inf") else None
