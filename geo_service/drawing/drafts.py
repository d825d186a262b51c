"""Where a drawing starts: from committees, from the version in force, or from an automatic division."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import geopandas as gpd
import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo_service.drawing import ground, store
from geo_service.drawing.ground import make_plot_set
from geo_service.problems import Problem, not_found
from geo_service.queries.boundaries import version_on
from geo_service.tables.boundaries import BoundaryVersion, PlotSet
from grids import codes as grid_codes
from grids.boundaries.editing import Drawing
from grids.boundaries.lineage import carried_over, fragments, mates
from grids.boundaries.polygons import dissolve

Progress = Callable[[float], None]


def start_draft(
    session: Session,
    subdistrict: str,
    *,
    name: str,
    source: str,
    target: float = 1500,
    objective: str = "balanced",
    account: str | None = None,
    committee: str | None = None,
    scheme: str = "15",
    renew_plots: bool = False,
) -> BoundaryVersion:
    """A new draft. ``source``: ``committees`` (one grid each), ``division``, or ``version:ID``.

    A draft from a version that was drawn on an older plot set is carried over to the newest one.
    """
    plot_set = _plot_set(session, subdistrict, renew=renew_plots)
    srid = ground.metric_srid(session, subdistrict)
    places = ground.buildings(session, subdistrict, srid)
    plots = ground.read_plots(session, subdistrict, plot_set.id, srid, places)
    issued = store.issued_codes(session, subdistrict)
    parent = _parent(session, subdistrict, source)
    names: dict[str, str] = {}
    locked: frozenset[str] = frozenset()
    if source == "committees":
        assignment = coded(plots, plots["committee_code"], issued, scheme)
    elif source == "division":
        barriers = ground.barriers(session, subdistrict, srid)
        from grids.boundaries.division import divide

        drawn = divide(plots, target=target, objective=objective, barriers=barriers)  # type: ignore[arg-type]
        assignment = coded(plots, drawn.assignment, issued, scheme)
        in_force = version_on(session, subdistrict, dt.date.max)
        if in_force is not None:
            assignment = _keep_codes(session, in_force, plots, drawn.assignment, issued, scheme)
    else:
        assert parent is not None
        former = store.load(session, parent)
        plots, assignment = _carry(plots, plot_set, parent, former.drawing)
        names, locked = dict(former.drawing.names), former.drawing.locked
    version = BoundaryVersion(
        subdistrict_code=subdistrict, id=_next_id(session, subdistrict), name=name, plot_set_id=plot_set.id,
        parent_id=parent.id if parent else None, committee_code=committee, scheme=scheme, target=target,
        created_by=account, revision=0, status="draft",
    )  # fmt: skip
    session.add(version)
    session.flush()
    footprints = places.geometry[places.geom_type.isin(["Polygon", "MultiPolygon"])]
    drawing = Drawing(
        plots, assignment, names=names, locked=locked, issued=issued, scheme=scheme, buildings=footprints
    )
    polygons = store.write_all(session, version, drawing)
    loaded = store.Loaded(0, drawing, polygons, ground.barriers(session, subdistrict, srid))
    store.remember(session, version, loaded)
    return version


def first_drawing(
    session: Session,
    subdistrict: str,
    *,
    target: float = 1500,
    valid_from: dt.date,
    account: str | None = None,
) -> BoundaryVersion:
    """Plots, an automatic division along the streets, and its publication: a town's first micro-grids."""
    from geo_service.drawing.publishing import publish

    draft = start_draft(
        session,
        subdistrict,
        name="首次划格 / first drawing",
        source="division",
        target=target,
        account=account,
    )
    return publish(session, draft, valid_from, account=account, today=valid_from)


def _plot_set(session: Session, subdistrict: str, *, renew: bool) -> PlotSet:
    newest = session.scalar(
        select(PlotSet).where(PlotSet.subdistrict_code == subdistrict).order_by(PlotSet.id.desc()).limit(1)
    )
    return make_plot_set(session, subdistrict) if newest is None or renew else newest


def _parent(session: Session, subdistrict: str, source: str) -> BoundaryVersion | None:
    if source in {"committees", "division"}:
        return None
    kind, _, number = source.partition(":")
    if kind != "version" or not number.isdigit():
        raise Problem(
            "invalid-input",
            422,
            "from 应为 committees、division 或 version:编号。 / from: committees, division or version:ID.",
        )
    parent = session.get(BoundaryVersion, (subdistrict, int(number)))
    if parent is None:
        raise not_found("划格版本", number)
    return parent


def _next_id(session: Session, subdistrict: str) -> int:
    last = session.scalar(
        select(func.max(BoundaryVersion.id)).where(BoundaryVersion.subdistrict_code == subdistrict)
    )
    return (last or 0) + 1


def coded(plots: gpd.GeoDataFrame, labels: pd.Series, issued: frozenset[str], scheme: str) -> pd.Series:
    """Labels → codes of the scheme, numbered in reading order inside each committee."""
    shapes = dissolve(plots, labels.astype(str))
    if scheme != "local" and not plots["committee_code"].str.fullmatch(r"\d{12}").all():
        scheme = "local"
    given = grid_codes.issue(shapes, issued, scheme)
    return labels.astype(str).map(given)


def _keep_codes(
    session: Session,
    in_force: BoundaryVersion,
    plots: gpd.GeoDataFrame,
    drawn: pd.Series,
    issued: frozenset[str],
    scheme: str,
) -> pd.Series:
    """A redrawing in which each grid keeps the code of the present one it shares most residents with."""
    former = store.load(session, in_force).drawing
    was = carried_over(fragments(former.plots, plots), former.assignment).reindex(plots.index)
    shared = pd.crosstab(drawn.astype(str), was, values=plots["residents"] + 1e-6, aggfunc="sum").fillna(0.0)
    code_of = mates(shared)
    fresh = coded(plots, drawn, issued, scheme)
    labels = drawn.astype(str)
    return pd.Series(
        [code_of.get(label, code) for label, code in zip(labels, fresh, strict=True)], index=labels.index
    )


def _carry(
    plots: gpd.GeoDataFrame, plot_set: PlotSet, parent: BoundaryVersion, former: Drawing
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Last year's drawing on this year's plots."""
    if plot_set.id == parent.plot_set_id:
        return former.plots, former.assignment
    carried = carried_over(fragments(former.plots, plots), former.assignment).reindex(plots.index)
    home = former.committee_of
    astray = carried.map(home).ne(plots["committee_code"])
    nearest = plots["committee_code"].map({c: g for g, c in sorted(home.items(), reverse=True)})
    return plots, carried.mask(astray | carried.isna(), nearest)
