"""Follow another drawing's line: thin strips of open ground go to the grid on their other side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from grids.boundaries.coverage import as_polygonal, polygons_of
from grids.boundaries.editing.drawing import Drawing
from grids.boundaries.editing.errors import NothingChanges
from grids.boundaries.editing.operation import Operation, Problem, Reground
from grids.boundaries.editing.proposing import proven

SNAP_M = 0.001  # corners nearer than a pen's width are one
LEAST_M2 = 0.5  # smaller bits move no line that anybody sees
OVERLAP_M = (
    1e-6  # more than the rounding of a coordinate, so that a strip reaches the border that it was cut from
)
CRUMB_M2 = 20.0  # what a strip cuts off a plot, if it is no larger, goes along with it


def follow_line(drawing: Drawing, strips: gpd.GeoDataFrame, *, across: bool = False) -> Operation:
    """Hand strips of ground over so that the border between two grids becomes the strips' far edge.

    ``strips`` has polygons in the plots' metric CRS and the grids of this drawing on either side: ``gives`` (whose
    ground it is) and ``takes``. Buildings stay where they are and whole: the line goes round them. No plot ends: each
    strip joins the plots of ``takes`` that it touches. Strips between committees (unless ``across``), of locked grids, or
    that touch no plot of ``takes`` are left as they are and counted among the problems. Raises NothingChanges where
    none is left, GridInPieces.

    >>> import pandas as pd
    >>> plots = gpd.GeoDataFrame({"building_code": ["a", "b"], "committee_code": "K", "block_id": 1},
    ...     geometry=[shapely.box(0, 0, 50, 40), shapely.box(50, 0, 100, 40)], crs=4549, index=[1, 2])
    >>> drawing = Drawing(plots, pd.Series(["K1", "K2"], index=[1, 2]))
    >>> strip = gpd.GeoDataFrame({"gives": ["K1"], "takes": ["K2"]}, geometry=[shapely.box(47, 0, 50, 40)], crs=4549)
    >>> drawing.after(follow_line(drawing, strip)).plots.area.round(2).tolist()
    [1880.0, 2120.0]
    """
    usable = _usable(drawing, strips, across)
    shapes = dict(zip(drawing.plots.index, drawing.plots.geometry, strict=True))
    now, changed, left = dict(shapes), set(), len(strips) - len(usable)
    for gives, takes, strip in usable:
        pairs = list(_handed(drawing, now, gives, takes, strip))
        left += not pairs
        for giver, taker, piece in pairs:
            now[giver], crumbs = _without(now[giver], piece)
            now[taker] = as_polygonal(shapely.union_all([now[taker], piece, *crumbs]))
            changed |= {giver, taker}
    if not changed:
        raise NothingChanges("no strip touches a plot of the grid that should get it")
    ground = _matched(drawing.plots, now, changed)
    grids = tuple(sorted({str(code) for code in drawing.assignment.loc[ground.after.index]}))
    told = (Problem("left", (), f"{left} strips keep our line"),) if left else ()
    operation = Operation("follow_line", {"strips": len(strips)}, changed=grids, ground=ground, problems=told)
    return proven(drawing, operation)


def _usable(drawing: Drawing, strips: gpd.GeoDataFrame, across: bool) -> list[tuple[str, str, BaseGeometry]]:
    """Strips inside one committee and of unlocked grids, clear of every building."""
    home, locked = drawing.committee_of, drawing.locked
    feet = drawing.buildings
    tree = None if feet is None else shapely.STRtree(feet.to_numpy())
    found = []
    for gives, takes, strip in zip(strips["gives"], strips["takes"], strips.geometry, strict=True):
        if not {gives, takes} <= home.keys() or {gives, takes} & locked:
            continue
        if home[gives] != home[takes] and not across:
            continue
        strip = strip.buffer(OVERLAP_M, join_style="mitre")
        if feet is not None and tree is not None:
            standing = feet.to_numpy()[tree.query(strip, predicate="intersects")]
            strip = shapely.difference(strip, shapely.union_all(standing)) if len(standing) else strip
        if strip.area > LEAST_M2:
            found.append((str(gives), str(takes), strip))
    return found


def _handed(
    drawing: Drawing, now: dict[int, BaseGeometry], gives: str, takes: str, strip: BaseGeometry
) -> Iterator[tuple[int, int, BaseGeometry]]:
    """(giving plot, taking plot, piece): each plot's part of the strip, and who touches it longest on the far side."""
    givers, takers = (_near(drawing, now, code, strip) for code in (gives, takes))
    if not takers:
        return
    beside = np.asarray([now[plot] for plot in takers], dtype=object)
    for giver in givers:
        for piece in polygons_of(shapely.intersection(now[giver], strip)):
            if piece.area <= LEAST_M2:
                continue
            touching = shapely.length(shapely.intersection(piece.buffer(OVERLAP_M).exterior, beside))
            if touching.max() > 10 * OVERLAP_M:
                yield giver, takers[int(touching.argmax())], piece


def _near(drawing: Drawing, now: dict[int, BaseGeometry], code: str, strip: BaseGeometry) -> list[int]:
    plots = drawing.plots_of(code)
    close = shapely.dwithin(plots.geometry.to_numpy(), strip, 1.0)
    return [int(plot) for plot in plots.index[close]]


def _without(plot: BaseGeometry, piece: BaseGeometry) -> tuple[BaseGeometry, list[BaseGeometry]]:
    """The plot less the piece, and the crumbs that this cuts off it; at least its largest part stays."""
    found = sorted(polygons_of(shapely.difference(plot, piece)), key=lambda part: -part.area)
    parts: list[BaseGeometry] = list(found)
    before = len(polygons_of(plot))
    stays = parts[:before] + [part for part in parts[before:] if part.area > CRUMB_M2]
    crumbs = [part for part in parts[before:] if part.area <= CRUMB_M2]
    return (as_polygonal(shapely.union_all(stays)) if stays else shapely.Polygon()), crumbs


def _matched(plots: gpd.GeoDataFrame, now: dict[int, BaseGeometry], changed: set[int]) -> Reground:
    """The changed plots and their neighbours with one and the same vertices along every edge between them."""
    ids = sorted(changed)
    around = shapely.STRtree(plots.geometry.to_numpy()).query(
        plots.geometry.loc[ids].to_numpy(), predicate="intersects"
    )[1]
    local = plots.iloc[np.unique(around)]
    clean_cover: Any = vars(shapely)["coverage_clean"]  # newer than the type stubs
    cover = clean_cover([now[plot] for plot in local.index], snapping_distance=SNAP_M, gap_width=SNAP_M)
    clean = np.array([as_polygonal(shape) for shape in cover] + [None], dtype=object)[:-1]
    different = ~shapely.equals_exact(
        shapely.normalize(clean), shapely.normalize(local.geometry.to_numpy()), tolerance=0
    )
    after = local[different].set_geometry(
        gpd.GeoSeries(clean[different], local.index[different], crs=plots.crs)
    )
    return Reground(local[different], after)
