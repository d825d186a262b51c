"""The frames of the month map from the database: what ``map_ui.review`` draws, for one caller's own areas."""

from __future__ import annotations

import datetime as dt
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service import figures as make
from geo_service import hotspots
from geo_service.dependencies import today
from geo_service.problems import Problem
from geo_service.queries import areas, indicators, releases
from geo_service.queries.boundaries import last_day, version_on
from geo_service.tables.boundaries import BoundaryVersion
from geo_service.tables.places import Subdistrict
from geo_service.tables.publication import Release
from grids.indicators import rates
from grids.indicators.cells import cell_polygons
from grids.indicators.figures import UNASSIGNED
from map_ui.review.frames import FIGURE_COLUMNS, MonthFrames

#: Measures that the map colours by, and the layers that it needs them on.
MEASURES = {
    "micro-grid": ("checked_share", "accuracy", "group_renting_rate"),
    "cell": ("check_density", "group_renting_rate"),
    "total": ("checked_share", "check_density", "accuracy", "group_renting_rate"),
}
BORDER_TOLERANCE_M = 0.3

_GRIDS = """SELECT version_id AS version, code, name, committee_code, ST_AsBinary(geom) AS geom FROM micro_grid
    WHERE subdistrict_code = :sub AND version_id = ANY (:versions) ORDER BY version_id, code"""
_COMMITTEES = """SELECT code, name, name_en, ST_AsBinary(geom) AS geom FROM area WHERE subdistrict_code = :sub AND geom IS NOT NULL
    AND kind = 'committee' AND valid_from <= :day AND (valid_to IS NULL OR valid_to > :day) ORDER BY code"""
_BUILDINGS = """SELECT code, built_on, demolished_on, ST_AsBinary(geom) AS geom FROM building
    WHERE subdistrict_code = :sub AND kind = 'building' ORDER BY code"""
_SITES = """SELECT name, kind, listed_from IS NOT NULL AND listed_from <= :day AND (listed_to IS NULL OR listed_to > :day) AS listed,
    ST_AsBinary(geom) AS geom FROM key_site WHERE subdistrict_code = :sub AND geom IS NOT NULL
    AND (opened_on IS NULL OR opened_on <= :day) AND (closed_on IS NULL OR closed_on > :day) ORDER BY code"""
_BACKDROP = "SELECT kind, ST_AsBinary(geom) AS geom FROM backdrop WHERE subdistrict_code = :sub ORDER BY id"
_BARRIERS = (
    "SELECT kind, width_m, ST_AsBinary(geom) AS geom FROM barrier WHERE subdistrict_code = :sub ORDER BY id"
)


def month_frames(session: Session, subdistrict: str, month: dt.date, *, months: int = 12) -> MonthFrames:
    """Frames of up to ``months`` months ending with ``month``, in full (internal audience, CV-11).

    Months before the first boundary version are left out; a Problem says so when that leaves none.
    """
    town = session.get(Subdistrict, subdistrict)
    if town is None:
        raise Problem(
            "not-found", 404, f"没有这个街道(镇)：{subdistrict}。 / No such subdistrict: {subdistrict}."
        )
    versions = _versions(session, subdistrict, month, months)
    points = areas.building_points(session, subdistrict, None)
    shown = [_Month(session, town, day, version, points) for day, version in versions.items()]
    bound = {"sub": subdistrict, "day": last_day(month)}
    grids = _frame(session, _GRIDS, {**bound, "versions": sorted({v.id for v in versions.values()})})
    cells = cell_polygons(sorted({c for m in shown for c in m.cells.index}))
    buildings = _frame(session, _BUILDINGS, bound)
    committees = _frame(session, _COMMITTEES, bound)
    return MonthFrames(
        name=town.name, name_en=town.name_en or town.name,
        months=tuple(m.id for m in shown),
        grids=_lighter(grids, town.metric_srid), committees=committees if len(committees) else _as_committee(grids, town),
        version_of={m.id: m.version.id for m in shown}, version_names={v.id: v.name for v in versions.values()},
        figures=pd.concat([m.figures for m in shown], ignore_index=True),
        cells=cells,
        hotspots=pd.concat([m.hotspots for m in shown], ignore_index=True),
        clusters=pd.concat([m.clusters for m in shown], ignore_index=True),
        buildings=buildings[["code", "geometry"]],
        statuses=pd.concat([m.statuses(buildings) for m in shown], ignore_index=True),
        key_sites=_frame(session, _SITES, bound), backdrop=_frame(session, _BACKDROP, bound),
        barriers=_frame(session, _BARRIERS, bound),
        as_of={m.id: min(m.last, today()) for m in shown}, targets={"accuracy": make.ACCURACY_TARGET},
    )  # fmt: skip


def partner_frames(session: Session, subdistrict: str, month: dt.date) -> MonthFrames:
    """What may leave (CV-11): the stored release of a month, with what is withheld shown as withheld.

    Buildings are drawn but not coloured, and no key site is named. A Problem says so when the month is not released.
    """
    row = releases.newest(session, subdistrict, month)
    if row is None:
        raise Problem(
            "not-released", 404,
            f"{month.year}年{month.month}月尚未发布。 / {month:%Y-%m} is not released yet.",
        )  # fmt: skip
    town, day, name = session.get_one(Subdistrict, subdistrict), last_day(month), f"{month:%Y-%m}"
    bound = {"sub": subdistrict, "day": day}
    version = session.get_one(BoundaryVersion, (subdistrict, row.version_id))
    figures = _released(session, row, name)
    grids = _frame(session, _GRIDS, {**bound, "versions": [version.id]})
    committees, buildings = _frame(session, _COMMITTEES, bound), _frame(session, _BUILDINGS, bound)
    nothing = pd.DataFrame(columns=["month", "cell", "found", "inspected", "verdict"])
    return MonthFrames(
        name=town.name, name_en=town.name_en or town.name, months=(name,),
        grids=_lighter(grids, town.metric_srid), committees=committees if len(committees) else _as_committee(grids, town),
        version_of={name: version.id}, version_names={version.id: version.name},
        figures=figures, cells=cell_polygons(sorted(figures.loc[figures["layer"] == "cell", "code"].unique())),
        hotspots=nothing, clusters=pd.DataFrame(columns=["month", "lon", "lat", "radius_m", "cases", "trials", "p"]),
        buildings=buildings[["code", "geometry"]],
        statuses=pd.DataFrame({"month": name, "code": buildings["code"], "status": "withheld"}),
        key_sites=_frame(session, _SITES, bound).iloc[:0], backdrop=_frame(session, _BACKDROP, bound),
        barriers=_frame(session, _BARRIERS, bound),
        as_of={name: day}, targets={"accuracy": make.ACCURACY_TARGET}, release=str(row.id),
    )  # fmt: skip


def _released(session: Session, row: Release, month: str) -> pd.DataFrame:
    """The release's rates as rows of ``MonthFrames.figures``; intervals are worked out from the published counts."""
    found = session.execute(
        text("""SELECT CASE layer WHEN 'subdistrict' THEN 'total' ELSE layer END AS layer, area_code AS code, measure,
            numerator, denominator, value, withheld FROM release_value WHERE subdistrict_code = :sub AND release_id = :id
            AND layer IN ('micro-grid', 'cell', 'subdistrict') AND measure = ANY (:measures)"""),
        {"sub": row.subdistrict_code, "id": row.id, "measures": list(MEASURES["total"])},
    )
    table = pd.DataFrame(found.fetchall(), columns=list(found.keys()))
    accuracy = table["measure"].eq("accuracy") & ~table["withheld"]
    low, high = rates.wilson(
        table["numerator"].fillna(0).to_numpy(), table["denominator"].fillna(0).to_numpy()
    )
    estimated = table["measure"].isin(["accuracy", "group_renting_rate"]) & table["value"].notna()
    table = table.assign(
        low=np.where(estimated, low, np.nan), high=np.where(estimated, high, np.nan), n=table["denominator"]
    )
    state = (
        pd.Series("ok", table.index).mask(table["value"].eq(0), "zero").mask(table["value"].isna(), "no_data")
    )
    verdict = rates.verdict(table[accuracy], make.ACCURACY_TARGET)["verdict"].replace(
        "cannot_tell_yet", "cannot_tell"
    )
    table = table.assign(
        month=month, state=state.mask(table["withheld"], "withheld"), verdict=verdict.reindex(table.index)
    )
    return table[list(FIGURE_COLUMNS)]


class _Month:
    """The figures of one month on its own boundary version."""

    def __init__(
        self, session: Session, town: Subdistrict, month: dt.date, version: Any, points: gpd.GeoSeries
    ) -> None:
        self.id, self.version, self.last = f"{month:%Y-%m}", version, last_day(month)
        self.per_building = indicators.figures(session, town.code, month, version.id, "building")
        by_grid = indicators.figures(session, town.code, month, version.id, "micro-grid")
        self.cells = hotspots.cell_figures(self.per_building, points)
        total = by_grid.sum().to_frame("total").T.astype("int64").rename_axis("area_code")
        tables = {
            "micro-grid": by_grid.drop(index=UNASSIGNED, errors="ignore"),
            "cell": self.cells,
            "total": total,
        }
        self.figures = pd.concat(
            [_long(self.id, layer, table) for layer, table in tables.items()], ignore_index=True
        )
        found = hotspots.find(self.per_building, points, month, town.metric_srid)
        self.hotspots = found.cells.rename_axis("cell").reset_index().assign(month=self.id)
        self.clusters = found.clusters.assign(month=self.id)

    def statuses(self, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
        """How far the month's checks came in every building that stood at its end."""
        day = pd.Timestamp(self.last)
        stands = ~(pd.to_datetime(buildings["built_on"]) > day) & ~(
            pd.to_datetime(buildings["demolished_on"]) <= day
        )
        codes = buildings.loc[stands, "code"]
        counts = self.per_building.reindex(codes).fillna(0)
        status = pd.Series("none", index=counts.index)
        status[counts["visits"] > 0] = "no_access"
        status[counts["dwellings_checked"] > 0] = "part"
        status[(counts["dwellings_checked"] >= counts["dwellings"]) & (counts["dwellings_checked"] > 0)] = (
            "all"
        )
        status[counts["dwellings"] == 0] = "no_homes"
        return pd.DataFrame({"month": self.id, "code": codes.to_numpy(), "status": status.to_numpy()})


def _long(month: str, layer: str, table: pd.DataFrame) -> pd.DataFrame:
    measured = make.measures(table)
    parts = []
    for measure in MEASURES[layer]:
        frame = measured[measure]
        state = (
            pd.Series("ok", frame.index)
            .mask(frame["value"].eq(0), "zero")
            .mask(frame["value"].isna(), "no_data")
        )
        verdict = frame["verdict"].replace("cannot_tell_yet", "cannot_tell") if "verdict" in frame else None
        parts.append(
            frame.assign(
                state=state, month=month, layer=layer, measure=measure, verdict=verdict, code=frame.index
            )
        )
    return pd.concat([p[list(FIGURE_COLUMNS)] for p in parts], ignore_index=True)


def _versions(session: Session, subdistrict: str, month: dt.date, months: int) -> dict[dt.date, Any]:
    # The month asked for is shown even before anything was checked in it: the map says so itself.
    data = {*indicators.months_with_data(session, subdistrict), month}
    days = [d.date() for d in pd.date_range(end=month, periods=months, freq="MS") if d.date() in data]
    found = {day: version_on(session, subdistrict, last_day(day)) for day in days}
    known = {day: version for day, version in found.items() if version is not None}
    if month not in known:
        raise Problem(
            "no-map", 404,
            f"{month.year}年{month.month}月没有已发布的划格版本，请先划格并发布。 / No boundary version is in force in {month:%Y-%m}; "
            "draw and publish one first.",
        )  # fmt: skip
    return known


def _frame(session: Session, query: str, bound: dict[str, Any]) -> gpd.GeoDataFrame:
    rows = session.execute(text(query), bound)
    table = pd.DataFrame(rows.fetchall(), columns=list(rows.keys()))
    shapes = shapely.from_wkb([bytes(g) for g in table.pop("geom")])
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index, crs=4326), crs=4326)


def _lighter(grids: gpd.GeoDataFrame, metric_srid: int) -> gpd.GeoDataFrame:
    """Fewer vertices where nobody can see them, shared borders kept shared."""
    parts = []
    for _, version in grids.groupby("version", sort=True):
        metres = version.to_crs(metric_srid)
        metres = metres.set_geometry(metres.geometry.simplify_coverage(BORDER_TOLERANCE_M))
        parts.append(metres.to_crs(4326))
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=4326)


def _as_committee(grids: gpd.GeoDataFrame, town: Subdistrict) -> gpd.GeoDataFrame:
    """A town loaded without committee polygons shows its outline instead."""
    return gpd.GeoDataFrame(
        {"code": [town.code], "name": [town.name], "name_en": [town.name_en]},
        geometry=[grids.geometry.union_all()],
        crs=4326,
    )
