"""Figures of any month for any area, in full for those whose duty it is."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import geopandas as gpd
import pandas as pd
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from geo_service import figures as make
from geo_service import releases
from geo_service.access import Principal, require
from geo_service.api_document import tells
from geo_service.dependencies import Db, Month, parse_month, today, version_for
from geo_service.geometry import polygon_from_geojson
from geo_service.problems import Problem
from geo_service.queries import areas as area_queries
from geo_service.queries import indicators as queries
from geo_service.queries.boundaries import last_day
from geo_service.remembered import remembered
from geo_service.schemas.answers import indicators as shapes
from geo_service.schemas.answers.releases import ReleasedArea
from geo_service.tables.boundaries import BoundaryVersion
from grids.indicators.cells import cells_of
from grids.indicators.figures import UNASSIGNED, sum_by_area

router = APIRouter(prefix="/api", tags=["indicators"])

Reader = Annotated[Principal, require("map.read")]
RESTS_ON = ("figures", "boundary-versions", "areas", "buildings")
By = Literal["micro-grid", "committee", "zone", "block", "station", "subdistrict", "cell", "building"]


@router.get("/indicators")
@tells(shapes.Indicators, also={304: None}, refuses=(404,))
def indicators(
    request: Request, session: Db, who: Reader, month: Month, by: By = "micro-grid",
    version: Annotated[int | None, Query(ge=0)] = None,
    resolution: Annotated[int, Query(ge=8, le=11)] = 10,
) -> Response:  # fmt: skip
    """Every measure of every area of one kind, and of the whole."""
    asked = (
        who.subdistrict,
        who.committees,
        who.may("records.read"),
        month,
        by,
        version,
        resolution,
        today(),
    )
    return remembered(
        request, RESTS_ON, asked, lambda: table_of(session, who, month, by, version, resolution)
    )


def table_of(
    session: Session, who: Principal, month: dt.date, by: str, version: int | None, resolution: int
) -> dict[str, Any]:
    """The answer of :func:`indicators`, made from the database."""
    drawn = version_for(session, who.subdistrict, month, version)
    if by == "building" and not who.may("records.read"):
        raise Problem(
            "forbidden", 403, "此账号不能看到楼栋级数据。 / This account may not see figures per building."
        )
    return _table(session, who, month, drawn, by, resolution)


def _table(
    session: Session, who: Principal, month: dt.date, drawn: BoundaryVersion, by: str, resolution: int
) -> dict[str, Any]:
    counts = counted(session, who, month, drawn, by, resolution)
    sizes = queries.area_sizes(session, who.subdistrict, drawn.id, by, last_day(month), who.committees)
    names = area_queries.names(session, who.subdistrict, by, drawn.id, last_day(month))
    return {
        "month": f"{month:%Y-%m}",
        "by": by,
        "version": {"id": drawn.id, "name": drawn.name, "valid_from": drawn.valid_from},
        "as_of": min(last_day(month), today()),
        "rows": make.rows(counts.drop(index=UNASSIGNED, errors="ignore"), month, names, sizes),
        "unassigned": make.total(counts.loc[[UNASSIGNED]], month) if UNASSIGNED in counts.index else None,
        "total": make.total(counts, month, sizes),
    }


def counted(
    session: Session, who: Principal, month: dt.date, drawn: BoundaryVersion, by: str, resolution: int = 10
) -> pd.DataFrame:
    """Counts per area of the buildings that the caller may see: the same ones whichever ``by`` is asked for."""
    own = who.committees
    if by != "cell":
        return queries.figures(session, who.subdistrict, month, drawn.id, by, committees=own)
    per_building = queries.figures(session, who.subdistrict, month, drawn.id, "building", committees=own)
    points = area_queries.building_points(session, who.subdistrict, own)
    return sum_by_area(per_building, cells_of(points, resolution).reindex(per_building.index))


@router.get("/indicators/history")
@tells(shapes.History, also={304: None})
def history(
    request: Request, session: Db, who: Reader, area: Annotated[str, Query(pattern=r"^(town|(micro-grid|committee|zone|block|station):.+)$")] = "town",
    months: Annotated[int, Query(ge=1, le=60)] = 12, until: str | None = None,
) -> Response:  # fmt: skip
    """Month by month: each month on the boundary version that was in force in it."""
    asked = (who.subdistrict, who.committees, "history", area, months, until, today())
    return remembered(request, RESTS_ON, asked, lambda: points_of(session, who, area, months, until))


def points_of(session: Session, who: Principal, area: str, months: int, until: str | None) -> dict[str, Any]:
    """The answer of :func:`history`, made from the database."""
    kind, _, code = area.partition(":")
    last = (
        parse_month(until)
        if until
        else (queries.months_with_data(session, who.subdistrict) or [today().replace(day=1)])[-1]
    )
    points = []
    for month in pd.date_range(end=last, periods=months, freq="MS"):
        day = month.date()
        try:
            drawn = version_for(session, who.subdistrict, day)
        except Problem:
            continue
        counts = counted(session, who, day, drawn, "subdistrict" if kind == "town" else kind)
        chosen = counts if kind == "town" else counts[counts.index == code]
        if len(chosen):
            points.append({"month": f"{day:%Y-%m}", "version": drawn.id, **make.total(chosen, day)})
    return {"area": area, "points": points}


class Drawn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    geometry: dict[str, Any]
    month: str


@router.post("/indicators/area")
@tells(shapes.DrawnArea | ReleasedArea, refuses=(404,))
def area(session: Db, who: Reader, body: Drawn) -> dict[str, Any]:
    """Figures of a polygon just drawn: the buildings whose representative point it covers.

    Who may not see dwellings gets those of the month's release instead, in whole release blocks.
    """
    month = parse_month(body.month)
    polygon = polygon_from_geojson(body.geometry)
    if not who.may("records.read"):
        return releases.drawn_area(session, who.subdistrict, month, polygon)
    drawn = version_for(session, who.subdistrict, month)
    points = area_queries.building_points(session, who.subdistrict, who.committees)
    inside = points.sindex.query(polygon, predicate="covers")
    codes = [str(c) for c in points.index[inside]]
    if not codes:
        raise Problem("empty-area", 422, "所画范围内没有楼栋。 / No building lies inside the polygon drawn.")
    counts = queries.figures(
        session, who.subdistrict, month, drawn.id, "subdistrict", buildings=codes, committees=who.committees
    )
    size = gpd.GeoSeries([polygon], crs=4326).to_crs(4549).area.sum()
    return {"month": body.month, "version": drawn.id, "buildings": len(codes), "area_m2": float(size),
            **make.total(counts, month, pd.Series({"x": size}))}  # fmt: skip
