"""Edits of the ground itself: split a plot without building, transfer a plot to another committee."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.boundaries.coverage import thickness_m
from grids.boundaries.editing.borders import coordinates
from grids.boundaries.editing.drawing import NOT_SUMMED, Drawing
from grids.boundaries.editing.errors import BuildingOnPlot, GridLocked, GroundTooThin, NothingChanges
from grids.boundaries.editing.lines import cut
from grids.boundaries.editing.operation import Operation, Reground
from grids.boundaries.editing.proposing import propose, proven

ON_EDGE_M = 1e-6
LEAST_WIDTH_M = 1.0


def transfer_plot(drawing: Drawing, plot_id: int, grid_code: str) -> Operation:
    """Move a plot to a grid of another committee, openly: the plot's committee changes with it.

    The received committee polygon is not touched; the caller lists the difference. Raises GridLocked,
    GridEmptied, GridInPieces, NothingChanges when the grid belongs to the plot's own committee (paint it then).
    """
    drawing.require(grid_code)
    (plot,) = drawing.require_plots([plot_id])
    before, after = str(drawing.plots["committee_code"][plot]), drawing.committee_of[grid_code]
    if before == after:
        raise NothingChanges(f"plot {plot} already belongs to committee {after}")
    params = {"plot": plot, "grid": grid_code, "committee": after}
    return propose(drawing, "transfer", params, {plot: grid_code}, committees={plot: (before, after)})


def split_plot(drawing: Drawing, plot_id: int, line: BaseGeometry) -> Operation:
    """Divide a plot of open ground along a free line; both parts stay in its grid, with new plot ids.

    Numbers on the plot are shared by area. Neighbours get the line's ends as vertices, so that every edge
    stays shared. Raises BuildingOnPlot, GridLocked, GroundTooThin, LineCrossesNothing,
    LineEndsInside, GridInPieces.
    """
    (plot,) = drawing.require_plots([plot_id])
    row = drawing.plots.loc[[plot]]
    building, grid_code = row["building_code"].iloc[0], str(drawing.assignment[plot])
    if pd.notna(building):
        raise BuildingOnPlot(plot, str(building))
    if grid_code in drawing.locked:
        raise GridLocked(grid_code)
    ground = row.geometry.iloc[0]
    pieces = cut(ground, line, f"plot {plot}", least_m2=0.0)
    if (thinnest := min(thickness_m(piece) for piece in pieces)) < LEAST_WIDTH_M:
        raise GroundTooThin(plot, thinnest)
    first_id = int(drawing.plots.index.max()) + 1
    new_ids = list(range(first_id, first_id + len(pieces)))
    parts = _parts(row, pieces, new_ids)
    beside = _neighbours_with(drawing.plots, plot, _new_corners(ground, pieces))
    before = pd.concat([row, drawing.plots.loc[beside.index]])
    moved: dict[int, tuple[str | None, str | None]] = {plot: (grid_code, None)}
    moved |= dict.fromkeys(new_ids, (None, grid_code))
    params = {"plot": plot, "line": coordinates(line)}
    reground = Reground(before, pd.concat([parts, beside]))
    operation = Operation("split_plot", params, moved=moved, changed=(grid_code,), ground=reground)
    return proven(drawing, operation)


def _parts(row: gpd.GeoDataFrame, pieces: list[shapely.Polygon], new_ids: list[int]) -> gpd.GeoDataFrame:
    parts = gpd.GeoDataFrame(pd.concat([row] * len(pieces)), crs=row.crs)
    parts = parts.set_geometry(gpd.GeoSeries(pieces, parts.index, crs=row.crs))
    parts.index = pd.Index(new_ids, name=row.index.name)
    share = parts.area / parts.area.sum()
    for column in parts.select_dtypes("number").columns.difference(NOT_SUMMED):
        if row[column].iloc[0] != 0:
            parts[column] = parts[column].astype(float) * share
    return parts


def _new_corners(ground: BaseGeometry, pieces: list[shapely.Polygon]) -> NDArray[np.float64]:
    """Vertices that the cut put on the plot's outline."""
    corners = np.unique(shapely.get_coordinates(pieces), axis=0)
    known = set(map(tuple, shapely.get_coordinates(ground)))
    fresh = np.array([c for c in corners.tolist() if tuple(c) not in known]).reshape(-1, 2)
    return fresh[shapely.dwithin(shapely.points(fresh), ground.boundary, ON_EDGE_M)] if len(fresh) else fresh


def _neighbours_with(plots: gpd.GeoDataFrame, plot: int, corners: NDArray[np.float64]) -> gpd.GeoDataFrame:
    """The neighbours on whose edges new corners lie, with those corners put in."""
    points = shapely.MultiPoint(corners)
    near = plots.drop(index=plot)
    near = near[shapely.dwithin(near.geometry.to_numpy(), points, ON_EDGE_M)]
    shapes = [_with_corners(shape, corners) for shape in near.geometry]
    changed = near.set_geometry(gpd.GeoSeries(shapes, near.index, crs=plots.crs))
    different = ~shapely.equals_exact(changed.geometry.to_numpy(), near.geometry.to_numpy(), tolerance=0)
    return changed[different]


def _with_corners(shape: BaseGeometry, corners: NDArray[np.float64]) -> BaseGeometry:
    def ring(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        for corner in corners:
            if (xy == corner).all(axis=1).any():
                continue
            edges = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
            gap = shapely.distance(edges, shapely.Point(corner))
            if gap.min() <= ON_EDGE_M:
                xy = np.insert(xy, int(gap.argmin()) + 1, corner, axis=0)
        return xy

    polygons = []
    for polygon in shapely.get_parts(shape):
        shell, *holes = (ring(shapely.get_coordinates(r)) for r in shapely.get_rings(polygon))
        polygons.append(shapely.Polygon(shell, holes))
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
