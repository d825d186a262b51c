"""From the town in the database to plots, and plots back into the database."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo_service.loading.staging import copy_into
from geo_service.problems import Problem
from geo_service.tables.boundaries import PlotSet
from grids.boundaries.lineage import fragments
from grids.plots import make_plots

#: What a plot weighs: residents in force, dwellings, key sites, and records not yet checked this year.
WEIGHTS = ("residents", "dwellings", "key_sites", "checks_due")


def metric_srid(session: Session, subdistrict: str) -> int:
    """The town's metric CRS as an EPSG number."""
    found = session.execute(
        text("SELECT metric_srid FROM subdistrict WHERE code = :s"), {"s": subdistrict}
    ).scalar()
    if found is None:
        raise Problem("no-town", 404, "尚未载入街道(镇)。 / No town is loaded yet.")
    return int(found)


def frame(session: Session, query: str, bound: dict[str, object], srid: int, key: str) -> gpd.GeoDataFrame:
    """Rows of a query (geometry last, as ``geom`` in EPSG:4326) as a GeoDataFrame in ``srid``, indexed by ``key``."""
    result = session.execute(text(query), bound)
    table = pd.DataFrame(result.fetchall(), columns=list(result.keys())).set_index(key)
    shapes = shapely.from_wkb([None if g is None else bytes(g) for g in table.pop("geom")])
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index, crs=4326)).to_crs(srid)


def buildings(session: Session, subdistrict: str, srid: int, day: dt.date | None = None) -> gpd.GeoDataFrame:
    """Standing buildings with a place, indexed by code, with :data:`WEIGHTS` as of now."""
    return frame(
        session,
        """
        WITH stock AS (
            SELECT building_code, residents + records_unlinked AS residents, dwellings, key_sites
            FROM building_stock WHERE subdistrict_code = :sub AND to_month IS NULL),
        seen AS (
            SELECT building_code, sum(first_records_checked) AS n FROM building_month
            WHERE subdistrict_code = :sub AND month >= date_trunc('year', (
                SELECT max(month) FROM building_month WHERE subdistrict_code = :sub))
            GROUP BY building_code)
        SELECT b.code, b.kind, b.committee_code, b.compound_code, coalesce(s.residents, 0)::float8 AS residents,
            coalesce(s.dwellings, 0)::float8 AS dwellings, coalesce(s.key_sites, 0)::float8 AS key_sites,
            greatest(coalesce(s.residents, 0) - coalesce(n.n, 0), 0)::float8 AS checks_due, ST_AsBinary(b.geom) AS geom
        FROM building b
        LEFT JOIN stock s ON s.building_code = b.code
        LEFT JOIN seen n ON n.building_code = b.code
        WHERE b.subdistrict_code = :sub AND b.geom IS NOT NULL
          AND (b.demolished_on IS NULL OR b.demolished_on > CAST(:day AS date)) ORDER BY b.code""",
        {"sub": subdistrict, "day": day or dt.date.max},
        srid,
        "code",
    )


def committees(session: Session, subdistrict: str, srid: int) -> gpd.GeoDataFrame | None:
    """Committees of today with a polygon, column ``code``; None where there are none."""
    found = frame(
        session,
        """SELECT code, name, ST_AsBinary(geom) AS geom FROM area WHERE subdistrict_code = :sub
           AND kind = 'committee' AND valid_to IS NULL AND geom IS NOT NULL ORDER BY code""",
        {"sub": subdistrict}, srid, "code",
    )  # fmt: skip
    return found.reset_index() if len(found) else None


def barriers(session: Session, subdistrict: str, srid: int) -> gpd.GeoDataFrame | None:
    """Roads, rivers and walls with their class; None where there are none."""
    found = frame(
        session,
        "SELECT id, kind, name, ST_AsBinary(geom) AS geom FROM barrier WHERE subdistrict_code = :sub ORDER BY id",
        {"sub": subdistrict}, srid, "id",
    )  # fmt: skip
    return found if len(found) else None


def make_plot_set(
    session: Session, subdistrict: str, reason: str = "由楼栋与居委会边界生成 / from footprints"
) -> PlotSet:
    """Tile the town by plots and store them as a new, immutable set with its lineage."""
    srid = metric_srid(session, subdistrict)
    all_places = buildings(session, subdistrict, srid)
    footprints = all_places[all_places.geom_type.isin(["Polygon", "MultiPolygon"])]
    if footprints.empty:
        raise Problem(
            "no-buildings", 409, "还没有楼栋，请先导入楼栋。 / There are no buildings yet; load them first."
        )
    made = make_plots(
        footprints, committees(session, subdistrict, srid), barriers(session, subdistrict, srid)
    )
    last = session.scalar(select(func.max(PlotSet.id)).where(PlotSet.subdistrict_code == subdistrict))
    plot_set = PlotSet(
        subdistrict_code=subdistrict,
        id=(last or 0) + 1,
        parent_id=last,
        reason=reason,
        report=made.report.counts(),
    )
    session.add(plot_set)
    session.flush()
    store_plots(session, subdistrict, plot_set.id, made.plots)
    if last:
        store_lineage(session, subdistrict, plot_set.id, made.plots, last, srid)
    return plot_set


def store_plots(session: Session, subdistrict: str, plot_set_id: int, plots: gpd.GeoDataFrame) -> None:
    """COPY a PLOTS frame (metric CRS) into a plot set."""
    shapes = shapely.to_wkb(
        shapely.set_srid(_multi(plots.to_crs(4326).geometry.to_numpy()), 4326), hex=True, include_srid=True
    )
    rows = (
        (subdistrict, plot_set_id, int(plot), house, committee, int(block), compound, float(area), shape)
        for plot, house, committee, block, compound, area, shape in zip(
            plots.index, _texts(plots["building_code"]), plots["committee_code"], plots["block_id"],
            _texts(plots["compound_code"]), plots.area, shapes, strict=True)
    )  # fmt: skip
    columns = ("subdistrict_code", "plot_set_id", "plot_id", "building_code", "committee_code", "block_id",
               "compound_code", "area_m2", "geom")  # fmt: skip
    copy_into(session, "plot", columns, rows)


def store_lineage(
    session: Session, subdistrict: str, plot_set_id: int, plots: gpd.GeoDataFrame, parent_id: int, srid: int
) -> None:
    """How the plots of a set come from its parent's, by shared area."""
    before = read_plots(session, subdistrict, parent_id, srid)
    pieces = fragments(before, plots)
    share = pieces["area_m2"] / before.area.reindex(pieces["before"]).to_numpy()
    rows = (
        (subdistrict, plot_set_id, int(new), parent_id, int(old), float(min(part, 1.0)))
        for new, old, part in zip(pieces["after"], pieces["before"], share, strict=True)
        if part > 1e-6
    )
    columns = (
        "subdistrict_code",
        "plot_set_id",
        "plot_id",
        "parent_plot_set_id",
        "parent_plot_id",
        "area_share",
    )
    copy_into(session, "plot_lineage", columns, rows)


def on_grid(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Coordinates in whole micrometres: so a plot is the same, to the last bit, however often it was in degrees between.

    An edit that is undone by another process meets neighbours that were stored and read again.
    """
    return np.asarray(shapely.transform(shapes, lambda xy: np.round(xy, 6)), dtype=object)


def read_plots(
    session: Session, subdistrict: str, plot_set_id: int, srid: int, weights: gpd.GeoDataFrame | None = None
) -> gpd.GeoDataFrame:
    """A plot set as a PLOTS frame in the metric CRS, with :data:`WEIGHTS` of today."""
    plots = frame(
        session,
        """SELECT plot_id, building_code, committee_code, block_id, compound_code, ST_AsBinary(geom) AS geom FROM plot
           WHERE subdistrict_code = :sub AND plot_set_id = :set ORDER BY plot_id""",
        {"sub": subdistrict, "set": plot_set_id}, srid, "plot_id",
    )  # fmt: skip
    plots.index = plots.index.astype("int64")
    parts = plots.geometry.to_numpy()
    single = shapely.get_num_geometries(parts) == 1
    parts[single] = shapely.get_geometry(parts[single], 0)
    plots = plots.set_geometry(gpd.GeoSeries(on_grid(parts), plots.index, crs=srid))
    places = buildings(session, subdistrict, srid) if weights is None else weights
    plot_of = places_on(plots, places)
    summed = (
        places[list(WEIGHTS)]
        .groupby(plot_of.reindex(places.index))
        .sum()
        .reindex(plots.index, fill_value=0.0)
    )
    return plots.assign(**{w: summed[w].to_numpy(dtype="float64") for w in WEIGHTS})


def places_on(plots: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.Series:
    """Building code → plot: its own plot, else the one that covers its representative point (copies, sites)."""
    own = plots["building_code"].dropna()
    plot_of = pd.Series(own.index.to_numpy(), index=own.to_numpy(dtype=object))
    rest = places[~places.index.isin(plot_of.index)]
    if len(rest):
        points = shapely.point_on_surface(rest.geometry.to_numpy())
        tree = shapely.STRtree(plots.geometry.to_numpy())
        point, plot = tree.query(points, predicate="intersects")
        _, first = np.unique(point, return_index=True)
        found = pd.Series(plots.index.to_numpy()[plot[first]], index=rest.index.to_numpy()[point[first]])
        plot_of = pd.concat([plot_of, found])
    return plot_of[~plot_of.index.duplicated()]


def _multi(shapes: np.ndarray) -> np.ndarray:
    single = shapely.get_type_id(shapes) == 3
    shapes = shapes.copy()
    shapes[single] = shapely.multipolygons(shapes[single], indices=np.arange(int(single.sum())))
    return shapes


def _texts(values: pd.Series) -> list[str | None]:
    return [None if v is None or pd.isna(v) else str(v) for v in values]
