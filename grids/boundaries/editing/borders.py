"""Edits that move borders: split, merge, move a shared border, paint."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.boundaries.editing.drawing import Drawing
from grids.boundaries.editing.errors import (
    GridInPieces,
    LineCrossesNothing,
    LineEndsInside,
    LineMovesNothing,
    NothingChanges,
    NotNeighbours,
)
from grids.boundaries.editing.lines import cut, loose_ends, pieces_between, side_of
from grids.boundaries.editing.operation import Operation, Problem
from grids.boundaries.editing.proposing import propose
from grids.codes import reading_order


def split_by_line(drawing: Drawing, grid_code: str, line: BaseGeometry) -> Operation:
    """Divide a grid along a line in the drawing's CRS; each plot goes to the side that holds most of it.

    The heaviest part keeps the code and name, the others get new codes. A line that crosses several times makes
    as many grids; plots cut off from their part by rounding go to the part they lie against. Raises GridLocked,
    LineCrossesNothing, LineEndsInside, LineMovesNothing.
    """
    plots = drawing.plots_of(grid_code)
    ground = shapely.union_all(plots.geometry.to_numpy())
    pieces = cut(ground, line, grid_code)
    part = _joined(drawing, plots, side_of(plots.geometry.to_numpy(), pieces, _feet(drawing, plots)))
    parts = np.unique(part)
    if len(parts) < 2:
        raise LineMovesNothing(grid_code)
    weight = plots["residents"].to_numpy(dtype=float) if "residents" in plots else np.zeros(len(plots))
    heaviest = max(parts, key=lambda p: (weight[part == p].sum(), plots.area[part == p].sum()))
    others = gpd.GeoSeries(
        [shapely.box(*plots[part == p].total_bounds) for p in parts if p != heaviest],
        index=[p for p in parts if p != heaviest],
    )
    fresh = drawing.new_codes(drawing.committee_of[grid_code], len(others))
    code_of = dict(zip(others.index[reading_order(others)], fresh, strict=True)) | {heaviest: grid_code}
    target = {int(plot): code_of[p] for plot, p in zip(plots.index, part, strict=True)}
    return propose(
        drawing, "split", {"grid": grid_code, "line": coordinates(line)}, target,
        problems=_about_line(grid_code, ground, line, len(parts)),
    )  # fmt: skip


def merge(drawing: Drawing, grid_codes: Iterable[str]) -> Operation:
    """Make one grid of several; the first one's code and name stay, the other codes are retired.

    Raises GridLocked, AcrossCommittee, NotNeighbours, NothingChanges.
    """
    codes = list(dict.fromkeys(grid_codes))
    drawing.require(*codes)
    if len(codes) < 2:
        raise NothingChanges("a merge needs two grids")
    target = {int(plot): codes[0] for plot in drawing.plots_of(*codes).index}
    try:
        return propose(drawing, "merge", {"grids": codes}, target, may_empty=True)
    except GridInPieces as apart:
        raise NotNeighbours(codes[0], str(drawing.assignment[apart.plot_ids[0]])) from apart


def paint(drawing: Drawing, plot_ids: Iterable[int], grid_code: str) -> Operation:
    """Give plots to a grid of their committee.

    Raises UnknownPlot, GridLocked, AcrossCommittee, GridEmptied, GridInPieces, NothingChanges.
    """
    drawing.require(grid_code)
    plots = drawing.require_plots(plot_ids)
    return propose(drawing, "paint", {"plots": plots, "grid": grid_code}, dict.fromkeys(plots, grid_code))


def move_border_by_line(drawing: Drawing, first: str, second: str, line: BaseGeometry) -> Operation:
    """Redraw the border of two neighbours along a line.

    A line right across both becomes their border: each side goes to the grid that keeps most that way. A line
    that leaves the border and comes back hands over the pocket between. Raises NotNeighbours, GridLocked,
    LineCrossesNothing, LineEndsInside, LineMovesNothing, GridInPieces, GridEmptied.
    """
    drawing.require(first, second)
    plots = drawing.plots_of(first, second)
    grounds = [shapely.union_all(drawing.plots_of(code).geometry.to_numpy()) for code in (first, second)]
    shared = shapely.intersection(grounds[0].boundary, grounds[1].boundary)
    if shared.length == 0:
        raise NotNeighbours(first, second)
    pieces, owner = _two_sides(grounds, shared, line, f"{first} and {second}")
    side = side_of(plots.geometry.to_numpy(), pieces, _feet(drawing, plots))
    codes = np.array([first, second], dtype=object)[np.asarray(owner)[side]]
    part = _joined(drawing, plots, (codes == second).astype(np.int64))
    target = {int(plot): second if p else first for plot, p in zip(plots.index, part, strict=True)}
    params = {"grids": [first, second], "line": coordinates(line)}
    try:
        return propose(drawing, "move_border", params, target)
    except NothingChanges as still:
        raise LineMovesNothing(f"{first} and {second}") from still


def _two_sides(
    grounds: list[BaseGeometry], shared: BaseGeometry, line: BaseGeometry, name: str
) -> tuple[list[shapely.Polygon], list[int]]:
    """Pieces of both grounds and which of the two (0, 1) each belongs to from now on."""
    both = shapely.union_all(grounds)
    pieces = pieces_between(both, [line])
    if len(pieces) > shapely.get_num_geometries(both):
        held = np.array([[piece.intersection(ground).area for ground in grounds] for piece in pieces])
        if len(pieces) == 2:
            straight, crossed = held[0, 0] + held[1, 1], held[0, 1] + held[1, 0]
            return pieces, [0, 1] if straight >= crossed else [1, 0]
        return pieces, held.argmax(axis=1).tolist()
    pockets, owner, cuts = [], [], 0
    for own, ground in enumerate(grounds):
        own_pieces = pieces_between(ground, [line])
        cuts += len(own_pieces) - int(shapely.get_num_geometries(ground))
        for number, piece in enumerate(own_pieces):
            beside = shapely.intersection(piece.boundary, shared).length > 0
            pockets.append(piece)
            owner.append(1 - own if number and beside else own)
    if cuts == 0:
        if ends := loose_ends(both, line):
            raise LineEndsInside(name, (ends[0].x, ends[0].y))
        raise LineCrossesNothing(name)
    return pockets, owner


def _joined(drawing: Drawing, plots: gpd.GeoDataFrame, part: NDArray[np.int64]) -> NDArray[np.int64]:
    """Hand what rounding cut off from the bulk of its part to the part that it shares most border with."""
    part = part.copy()
    ids = plots.index.to_numpy()
    graph = drawing.graph
    row = np.full(len(graph.plot_ids), -1)
    row[drawing.positions(ids)] = np.arange(len(ids))
    keep = graph.inner_edges() & (row[graph.left] >= 0) & (row[graph.right] >= 0)
    left, right, length = row[graph.left[keep]], row[graph.right[keep]], graph.length_m[keep]
    for _ in range(len(ids)):
        stray = _smallest_stray(drawing, ids, part)
        if stray is None:
            break
        inside = np.isin(np.arange(len(ids)), stray)
        out, other = inside[left] & ~inside[right], inside[right] & ~inside[left]
        border = np.bincount(np.r_[part[right[out]], part[left[other]]], np.r_[length[out], length[other]])
        if not border.any():
            break
        part[stray] = int(border.argmax())
    return part


def _smallest_stray(
    drawing: Drawing, ids: NDArray[np.int64], part: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    """Row numbers of the smallest piece that is not its part's largest, unless no edge leads out of it."""
    strays: list[list[int]] = []
    for number in np.unique(part):
        pieces = drawing.pieces(ids[part == number])
        strays += [p for p in pieces[1:] if drawing.pieces_of_ground([*p, *pieces[0]]) == 1]
    if not strays:
        return None
    return np.flatnonzero(np.isin(ids, min(strays, key=lambda piece: (len(piece), piece))))


def _feet(drawing: Drawing, plots: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Footprints of the plots' buildings, None where there is none or no footprints are known."""
    if drawing.buildings is None:
        return np.full(len(plots), None, dtype=object)
    known = drawing.buildings[~drawing.buildings.index.duplicated()]
    return known.reindex(plots["building_code"]).to_numpy()


def _about_line(grid_code: str, ground: BaseGeometry, line: BaseGeometry, parts: int) -> tuple[Problem, ...]:
    told = []
    if parts > 2:
        told.append(Problem("many_parts", (grid_code,), f"the line makes {parts} grids"))
    if loose_ends(ground, line):
        told.append(Problem("loose_end", (grid_code,), "a loose end of the line inside the grid was ignored"))
    return tuple(told)


def coordinates(line: BaseGeometry) -> list[list[list[float]]]:
    """The coordinates of a line's parts, ready for JSON."""
    return [shapely.get_coordinates(part).tolist() for part in shapely.get_parts(line)]
