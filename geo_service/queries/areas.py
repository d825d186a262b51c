"""Names, codes and points that figures are shown with."""

from __future__ import annotations

import datetime as dt
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.queries.places import areas_of_kind

_KIND_OF = {
    "committee": "committee",
    "zone": "zone",
    "block": "block",
    "station": "police_station",
    "subdistrict": "subdistrict",
}


def names(
    session: Session, subdistrict: str, by: str, version_id: int, day: dt.date
) -> dict[str, dict[str, Any]]:
    """Code → name and what else a row shows of an area; empty for cells and buildings."""
    if by == "micro-grid":
        rows = session.execute(
            text("SELECT code, name, committee_code, locked, area_m2 FROM micro_grid "
                 "WHERE subdistrict_code = :sub AND version_id = :version"),
            {"sub": subdistrict, "version": version_id},
        )  # fmt: skip
        return {r["code"]: dict(r) for r in rows.mappings()}
    return areas_of_kind(session, subdistrict, _KIND_OF[by], day) if by in _KIND_OF else {}


def codes_within(
    session: Session, subdistrict: str, by: str, version_id: int, committees: tuple[str, ...] | None
) -> list[str] | None:
    """Codes of the areas that a person limited to ``committees`` may see; None means all."""
    if committees is None:
        return None
    if by == "committee":
        return list(committees)
    if by == "micro-grid":
        query = "SELECT code FROM micro_grid WHERE subdistrict_code = :sub AND version_id = :version AND committee_code = ANY (:c)"
    elif by == "building":
        query = ("SELECT building_code FROM version_building WHERE subdistrict_code = :sub AND version_id = :version "
                 "AND committee_code = ANY (:c)")  # fmt: skip
    else:
        return []
    bound = {"sub": subdistrict, "version": version_id, "c": list(committees)}
    return [r[0] for r in session.execute(text(query), bound)]


def building_points(session: Session, subdistrict: str, committees: tuple[str, ...] | None) -> gpd.GeoSeries:
    """A representative point (EPSG:4326) of every building that has a place, indexed by building code."""
    within = "" if committees is None else "AND committee_code = ANY (:c)"
    rows = session.execute(
        text(f"SELECT code, ST_AsBinary(ST_PointOnSurface(geom)) FROM building "
             f"WHERE subdistrict_code = :sub AND geom IS NOT NULL {within} ORDER BY code"),
        {"sub": subdistrict, "c": list(committees or ())},
    ).all()  # fmt: skip
    index = pd.Index([r[0] for r in rows], name="building_code")
    return gpd.GeoSeries(shapely.from_wkb([bytes(r[1]) for r in rows]), index=index, crs=4326)
