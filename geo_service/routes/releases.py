"""Releases for partners: what was published when, making one, and drawn areas answered from what is published."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from geo_service import releases as make
from geo_service.access import Principal, require
from geo_service.api_document import tells
from geo_service.dependencies import Db, parse_month
from geo_service.geometry import polygon_from_geojson
from geo_service.problems import forbidden
from geo_service.queries import releases as queries
from geo_service.schemas.answers import releases as shapes

router = APIRouter(prefix="/api/releases", tags=["releases"])


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    month: str
    reason: Literal["late_checks", "wrong_input", "data_repair", "wrong_boundary"] | None = None


class Drawn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    month: str
    geometry: dict[str, Any]


@router.get("")
@tells(list[shapes.ReleaseRow])
def releases(session: Db, who: Annotated[Principal, require("map.read")]) -> list[dict[str, Any]]:
    """Every release, the newest first."""
    return [make.described(row) for row in queries.releases(session, who.subdistrict)]


@router.post("", status_code=201)
@tells(shapes.ReleaseRow, refuses=(404,))
def release(session: Db, who: Annotated[Principal, require("review.decide")], body: Wanted) -> dict[str, Any]:
    """Make the release of a month, or with a reason a revision of it. What is released stays as it is."""
    if who.committees is not None:
        raise forbidden()
    return make.described(make.make_release(session, who.scope, parse_month(body.month), reason=body.reason))


@router.post("/area")
@tells(shapes.ReleasedArea, refuses=(404,))
def area(session: Db, who: Annotated[Principal, require("ogc.read")], body: Drawn) -> dict[str, Any]:
    """Figures of a drawn polygon from the month's release, in whole release blocks."""
    return make.drawn_area(
        session, who.subdistrict, parse_month(body.month), polygon_from_geojson(body.geometry)
    )
