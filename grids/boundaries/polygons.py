"""The polygons that people see: dissolved from plots, simplified along shared lines."""

from __future__ import annotations

from collections.abc import Callable, Collection

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.boundaries.arcs import NOBODY, Arcs, Geometries, arcs_of
from grids.errors import InputError

TOLERANCE_M = 2.0
ROUNDS = 5
WALL_M = 0.01
KEPT_M = 0.01


def dissolve(plots: gpd.GeoDataFrame, assignment: pd.Series) -> gpd.GeoDataFrame:
    """The exact union of each grid's plots: index ``grid_code``, columns committee_code, geometry; CRS of ``plots``.

    Raises InputError when a plot has no grid or a grid lies in two committees.
    """
    grid_of = assignment.reindex(plots.index)
    if grid_of.isna().any():
        missing = plots.index[grid_of.isna()][0]
        raise InputError(f"Plot {missing} belongs to no grid; assign every plot before deriving polygons.")
    codes, names = pd.factorize(grid_of.to_numpy(), sort=True)
    committees = plots["committee_code"].to_numpy()
    first = np.zeros(len(names), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(plots))[::-1]
    astray = np.flatnonzero(committees != committees[first[codes]])
    if len(astray):
        at = astray[0]
        raise InputError(
            f"Grid {names[codes[at]]} holds plots of committees "
            f"{committees[first[codes[at]]]} and {committees[at]} (plot {plots.index[at]})."
        )
    order = np.argsort(codes, kind="stable")
    groups = np.split(plots.geometry.to_numpy()[order], np.flatnonzero(np.diff(codes[order])) + 1)
    shapes = [_union(group) for group in groups] if len(plots) else []
    return gpd.GeoDataFrame(
        {"committee_code": committees[first]},
        geometry=shapes,
        index=pd.Index(names, name="grid_code", dtype=object),
        crs=plots.crs,
    )


def _union(shapes: Geometries) -> BaseGeometry:
    """The fast union of matched edges, which raises on bad noding; then the slow one on a 0.1 mm raster."""
    try:
        union = shapely.coverage_union_all(shapes)
    except shapely.errors.GEOSException:
        union = shapely.union_all(shapes, grid_size=1e-4)
    return union if union.is_valid else shapely.union_all(shapes)


def derive(
    plots: gpd.GeoDataFrame,
    assignment: pd.Series,
    tolerance_m: float = TOLERANCE_M,
    *,
    buildings: gpd.GeoSeries | None = None,
    kept: BaseGeometry | None = None,
) -> gpd.GeoDataFrame:
    """Grid polygons from plots, inner borders moved by at most ``tolerance_m``, every edge still shared.

    ``plots`` is a PLOTS frame in metres, ``assignment`` plot_id → grid code. Committee borders and lines within
    1 cm of ``kept`` (imported or hand-drawn ones) are never simplified; a line that would cut one of
    ``buildings`` (footprints in the same CRS) or meet another line is simplified less, down to not at all.
    Returns index ``grid_code``, columns committee_code, geometry. Raises InputError as ``dissolve`` does.

    >>> plots = gpd.GeoDataFrame({"committee_code": "A"}, index=[1, 2], crs=4549, geometry=[
    ...     shapely.Polygon([(0, 0), (10, 0), (11, 5), (10, 10), (0, 10)]),
    ...     shapely.Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (11, 5)])])
    >>> derive(plots, pd.Series({1: "A01", 2: "A02"})).area.tolist()
    [100.0, 100.0]
    """
    exact = dissolve(plots, assignment)
    if tolerance_m <= 0 or exact.empty:
        return exact
    shapes = exact.geometry.to_numpy()
    committee = pd.factorize(exact["committee_code"])[0]
    arcs = arcs_of(shapes, None if kept is None else _on(kept))
    free = (arcs.left != NOBODY) & (committee[arcs.left] == committee[arcs.right])
    if kept is not None:
        middles = shapely.line_interpolate_point(arcs.lines, 0.5, normalized=True)
        free &= ~shapely.dwithin(middles, kept, KEPT_M)
    lines = _simplified(arcs.lines, free, tolerance_m, buildings)
    simple = shapely.normalize(Arcs(lines, arcs.left, arcs.right).around(len(shapes)))
    return exact.set_geometry(gpd.GeoSeries(_proven(simple, shapes, committee), exact.index, crs=plots.crs))


def rederive(
    previous: gpd.GeoDataFrame,
    plots: gpd.GeoDataFrame,
    assignment: pd.Series,
    changed: Collection[str],
    tolerance_m: float = TOLERANCE_M,
    *,
    buildings: gpd.GeoSeries | None = None,
    kept: BaseGeometry | None = None,
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """``derive`` again after grids ``changed`` (old and new codes), computing only their committees.

    Returns the whole new layer, equal to a full ``derive``, and the codes whose polygon is new or different:
    a neighbour's too, when the shared line simplifies otherwise.
    """
    now = set(plots.loc[assignment.index[assignment.isin(list(changed))], "committee_code"])
    touched = now | set(previous.loc[previous.index.isin(list(changed)), "committee_code"])
    part = plots[plots["committee_code"].isin(touched)]
    fresh = derive(part, assignment.loc[part.index], tolerance_m, buildings=buildings, kept=kept)
    stays = previous[~previous["committee_code"].isin(touched)]
    merged = pd.concat([stays, fresh]).sort_index() if len(stays) else fresh
    before = previous.geometry.reindex(fresh.index).to_numpy()
    same = shapely.equals_exact(fresh.geometry.to_numpy(), before, tolerance=0)
    return merged, [str(code) for code in fresh.index[~same]]


def _on(kept: BaseGeometry) -> Callable[[NDArray[np.float64]], NDArray[np.bool_]]:
    shapely.prepare(kept)

    def marked(ends: NDArray[np.float64]) -> NDArray[np.bool_]:
        middles = shapely.points((ends[:, :2] + ends[:, 2:]) / 2)
        return np.asarray(shapely.dwithin(middles, kept, KEPT_M), dtype=bool)

    return marked


def _simplified(
    lines: Geometries, free: NDArray[np.bool_], tolerance_m: float, buildings: gpd.GeoSeries | None
) -> Geometries:
    """Douglas–Peucker per arc; arcs that offend are halved, and in the last round left as they were."""
    tolerance = np.where(free, tolerance_m, 0.0)
    result = _at(lines, tolerance)
    footprints = np.zeros(0, dtype=object) if buildings is None else buildings.to_numpy()
    walls = shapely.STRtree(footprints)
    look = np.flatnonzero(free)
    for turn in range(ROUNDS + 1):
        bad = look[~shapely.is_simple(result[look])]
        bad = np.union1d(bad, look[_cuts(result[look], walls, footprints)])
        bad = np.union1d(bad, _crossed(result, look))
        bad = bad[tolerance[bad] > 0]
        if not len(bad):
            break
        tolerance[bad] = tolerance[bad] / 2 if turn < ROUNDS - 1 else 0.0
        result[bad] = _at(lines[bad], tolerance[bad])
    return result


def _at(lines: Geometries, tolerance: NDArray[np.float64]) -> Geometries:
    result = lines.copy()
    some = tolerance > 0
    result[some] = shapely.simplify(lines[some], tolerance[some], preserve_topology=False)
    collapsed = some & shapely.is_closed(lines) & (shapely.get_num_coordinates(result) < 4)
    result[collapsed] = lines[collapsed]
    return result


def _cuts(lines: Geometries, walls: shapely.STRtree, footprints: Geometries) -> NDArray[np.int64]:
    """Positions of lines that run more than 1 cm deep through a building."""
    line, building = walls.query(lines, predicate="intersects")
    enters = shapely.relate_pattern(lines[line], footprints[building], "T********")
    line, building = line[enters], building[enters]
    deep = shapely.intersects(shapely.buffer(footprints[building], -WALL_M), lines[line])
    return np.unique(line[deep])


def _crossed(lines: Geometries, look: NDArray[np.int64]) -> NDArray[np.int64]:
    """Arcs that meet another one anywhere but at a common end."""
    tree = shapely.STRtree(lines)
    a, b = tree.query(lines[look], predicate="intersects")
    a = look[a]
    once = a != b
    a, b = a[once], b[once]
    meet = shapely.intersection(lines[a], lines[b])
    kind = shapely.get_type_id(meet)
    count = shapely.get_num_geometries(meet)
    points, of = shapely.get_coordinates(meet, return_index=True)
    tips = [shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)]
    end = np.zeros(len(points), dtype=bool)
    for tip in tips:
        end |= (points == tip[a[of]]).all(axis=1)
    inner = np.bincount(of[~end], minlength=len(a)) > 0
    wrong = inner | ~np.isin(kind, (0, 4)) | (count > 2)
    return np.unique(np.r_[a[wrong], b[wrong]])


def _proven(simple: Geometries, exact: Geometries, committee: NDArray[np.int64]) -> Geometries:
    """The simplified polygons of every committee that they still tile; the exact ones elsewhere."""
    sound = shapely.is_valid(simple) & ~shapely.is_empty(simple)
    sound &= shapely.get_num_geometries(simple) == shapely.get_num_geometries(exact)
    size = int(committee.max()) + 1
    total = np.bincount(committee, shapely.area(exact), size)
    excess = np.abs(np.bincount(committee, shapely.area(simple), size) - total)
    if not shapely.coverage_is_valid(simple):
        sound &= _matched(simple, committee)
    fails = (excess > 1e-9 * total + 1e-6) | (np.bincount(committee, ~sound, size) > 0)
    return np.where(fails[committee], exact, simple)


def _matched(polygons: Geometries, committee: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each polygon's committee is an edge-matched coverage."""
    groups = [shapely.coverage_is_valid(polygons[committee == c]) for c in range(int(committee.max()) + 1)]
    return np.asarray(groups, dtype=bool)[committee]
