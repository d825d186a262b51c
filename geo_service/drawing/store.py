"""A drawing in memory and in the database: read, remembered by revision, written back where it changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from geo_service.drawing import ground
from geo_service.loading.staging import copy_into
from geo_service.problems import not_found
from geo_service.tables.boundaries import BoundaryVersion
from grids.boundaries.editing import Drawing
from grids.boundaries.polygons import derive

KEPT = 8
_PENDING = "drawings of this transaction"


@dataclass(frozen=True)
class Loaded:
    """A drawing with the polygons people see (index grid_code, metric CRS) and the streets it follows."""

    revision: int
    drawing: Drawing
    polygons: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame | None


_kept: OrderedDict[tuple[str, str, int], Loaded] = OrderedDict()
_lock = threading.Lock()


def load(session: Session, version: BoundaryVersion) -> Loaded:
    """The drawing of a version, from memory when the database still has the same revision."""
    key = _key(session, version)
    if (ours := session.info.get(_PENDING, {}).get(key)) is not None and ours.revision == version.revision:
        return ours
    with _lock:
        found = _kept.get(key)
        if found is not None and found.revision == version.revision:
            _kept.move_to_end(key)
            return found
    return remember(session, version, _read(session, version))


def remember(session: Session, version: BoundaryVersion, loaded: Loaded) -> Loaded:
    """Keep a drawing for the next request once this transaction is committed: what was rolled back never was.

    Only its own revision is ever served from memory.
    """
    if _PENDING not in session.info:
        session.info[_PENDING] = {}
        event.listen(session, "after_commit", _keep)
        event.listen(session, "after_rollback", _forget)
    session.info[_PENDING][_key(session, version)] = loaded
    return loaded


def _keep(session: Session) -> None:
    with _lock:
        for key, loaded in session.info.get(_PENDING, {}).items():
            _kept[key] = loaded
            _kept.move_to_end(key)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    _forget(session)


def _forget(session: Session) -> None:
    session.info.get(_PENDING, {}).clear()


def _key(session: Session, version: BoundaryVersion) -> tuple[str, str, int]:
    return (str(session.get_bind().engine.url), version.subdistrict_code, version.id)


def _read(session: Session, version: BoundaryVersion) -> Loaded:
    sub = version.subdistrict_code
    srid = ground.metric_srid(session, sub)
    places = ground.buildings(session, sub, srid)
    plots = ground.read_plots(session, sub, version.plot_set_id, srid, places)
    rows = session.execute(
        text("SELECT plot_id, grid_code, committee_code FROM plot_assignment "
             "WHERE subdistrict_code = :sub AND version_id = :v ORDER BY plot_id"),
        {"sub": sub, "v": version.id},
    ).all()  # fmt: skip
    if not rows:
        raise not_found("划格版本的地块", str(version.id))
    index = pd.Index([r.plot_id for r in rows], name="plot_id", dtype="int64")
    assignment = pd.Series([r.grid_code for r in rows], index=index, dtype=object)
    plots = plots.loc[index].assign(committee_code=pd.Series([r.committee_code for r in rows], index=index))
    grids = session.execute(
        text("SELECT code, name, locked FROM micro_grid WHERE subdistrict_code = :sub AND version_id = :v"),
        {"sub": sub, "v": version.id},
    ).all()
    drawing = Drawing(
        plots, assignment,
        locked=frozenset(g.code for g in grids if g.locked),
        names={g.code: g.name for g in grids},
        issued=issued_codes(session, sub),
        retired=_retired(session, version),
        scheme=version.scheme,
        buildings=places.geometry[places.geom_type.isin(["Polygon", "MultiPolygon"])],
    )  # fmt: skip
    return Loaded(
        version.revision,
        drawing,
        _polygons(session, version, drawing, srid),
        ground.barriers(session, sub, srid),
    )


def _polygons(session: Session, version: BoundaryVersion, drawing: Drawing, srid: int) -> gpd.GeoDataFrame:
    stored = ground.frame(
        session,
        """SELECT code AS grid_code, committee_code, ST_AsBinary(geom) AS geom FROM micro_grid
           WHERE subdistrict_code = :sub AND version_id = :v AND geom IS NOT NULL ORDER BY code""",
        {"sub": version.subdistrict_code, "v": version.id}, srid, "grid_code",
    )  # fmt: skip
    if set(stored.index) != set(drawing.codes):
        return derive(drawing.plots, drawing.assignment, buildings=drawing.buildings)
    return stored


def issued_codes(session: Session, subdistrict: str) -> frozenset[str]:
    """Every code that a published version has ever carried: never given again."""
    rows = session.execute(
        text("SELECT DISTINCT g.code FROM micro_grid g JOIN boundary_version v ON v.subdistrict_code = g.subdistrict_code "
             "AND v.id = g.version_id WHERE g.subdistrict_code = :sub AND v.status <> 'draft'"),
        {"sub": subdistrict},
    )  # fmt: skip
    return frozenset(r[0] for r in rows)


def _retired(session: Session, version: BoundaryVersion) -> frozenset[str]:
    rows = session.execute(
        text("SELECT DISTINCT jsonb_array_elements_text(effect -> 'retired') FROM boundary_operation "
             "WHERE subdistrict_code = :sub AND version_id = :v AND NOT undone"),
        {"sub": version.subdistrict_code, "v": version.id},
    )  # fmt: skip
    return frozenset(r[0] for r in rows)


def write_all(session: Session, version: BoundaryVersion, drawing: Drawing) -> gpd.GeoDataFrame:
    """Store a whole new drawing: grids with polygons, and the plot of each. Returns the polygons (metric CRS)."""
    polygons = derive(drawing.plots, drawing.assignment, buildings=drawing.buildings)
    write_grids(session, version, drawing, polygons, list(polygons.index))
    committee = drawing.plots["committee_code"]
    rows = (
        (version.subdistrict_code, version.id, p, code, committee[p])
        for p, code in drawing.assignment.items()
    )
    copy_into(
        session,
        "plot_assignment",
        ("subdistrict_code", "version_id", "plot_id", "grid_code", "committee_code"),
        rows,
    )
    return polygons


def write_grids(
    session: Session, version: BoundaryVersion, drawing: Drawing, polygons: gpd.GeoDataFrame, codes: list[str]
) -> None:
    """Insert or update some grids with name, lock and polygon, marked as changed in the version's revision."""
    some = polygons.loc[[c for c in codes if c in polygons.index]]
    if some.empty:
        return
    shapes = shapely.to_wkb(some.to_crs(4326).geometry.to_numpy())
    session.execute(
        text("""
        INSERT INTO micro_grid (subdistrict_code, version_id, code, name, committee_code, locked, changed_in, area_m2, geom)
        VALUES (:sub, :v, :code, :name, :committee, :locked, :revision, :area, ST_Multi(ST_GeomFromWKB(:shape, 4326)))
        ON CONFLICT (subdistrict_code, version_id, code) DO UPDATE SET name = excluded.name, locked = excluded.locked,
            committee_code = excluded.committee_code, changed_in = excluded.changed_in, area_m2 = excluded.area_m2,
            geom = excluded.geom"""),
        [
            {
                "sub": version.subdistrict_code, "v": version.id, "code": code, "committee": committee,
                "name": drawing.names.get(code) or default_name(code), "locked": code in drawing.locked,
                "revision": version.revision, "area": area, "shape": shape,
            }
            for code, committee, area, shape in zip(some.index, some["committee_code"], some.area, shapes, strict=True)
        ],
    )  # fmt: skip


def default_name(code: str) -> str:
    """The last three digits as people say it: 第 7 微网格.

    >>> default_name("310117101001007")
    '第7微网格'
    """
    tail = code[-3:]
    return f"第{int(tail)}微网格" if tail.isdigit() else code
