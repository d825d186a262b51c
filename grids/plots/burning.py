"""Burns finished grids into plots: a drawing that came as polygons becomes a plot set and an assignment."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from grids.errors import CrsError, InputError
from grids.plots.corners import match_corners
from grids.plots.edges import shared_borders
from grids.plots.owners import dissolve, union
from grids.plots.result import Place

Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

_CUT_M2 = 0.5  # a drawing takes less than this off a building by the width of its pen


@dataclass(frozen=True)
class BurnResult:
    """A new plot set that can hold the drawing, and everything that had to give way.

    ``plots`` is a PLOTS frame with new ids; ``assignment`` maps plot_id → grid_code (missing where no grid
    lies); ``lineage`` has ``old_plot, new_plot, area_m2``. ``adopted`` (grid that gets the ground, grid
    that drew it, plot): strips where the plot's edge replaced the drawn line; ``recut`` (grid, old plot):
    open ground that became a plot of its own; ``cut_buildings`` (building, then the grids that the drawing
    splits it between, the one that gets it first); ``across_committees`` (grid, committees);
    ``without_grid`` (plot).
    """

    plots: gpd.GeoDataFrame
    assignment: pd.Series
    lineage: pd.DataFrame
    adopted: list[Place]
    recut: list[Place]
    cut_buildings: list[Place]
    across_committees: list[Place]
    without_grid: list[Place]


def burn_grids(
    plots: gpd.GeoDataFrame, grids: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, *, snap_m: float = 6.0
) -> BurnResult:
    """Make the plot set and the assignment that come nearest to a drawing of ``grids``.

    ``plots`` and ``buildings`` (indexed by code) share a metric CRS; grids are brought to it, their code is
    the column ``grid_code`` or ``code``, or the index. A strip thinner than ``snap_m`` between a drawn line
    and a plot's edge, without a building, keeps the plot's edge. Elsewhere open ground is cut along the
    line. Buildings stay whole and go to the grid with most of them. Raises CrsError and InputError.

    >>> from shapely import box
    >>> plots = gpd.GeoDataFrame({"building_code": ["a", "b"], "committee_code": "A", "block_id": 1},
    ...     geometry=[box(0, 0, 50, 40), box(50, 0, 100, 40)], crs=4549, index=[1, 2])
    >>> homes = gpd.GeoDataFrame(geometry=[box(10, 10, 20, 20), box(80, 10, 90, 20)], crs=4549, index=["a", "b"])
    >>> drawn = gpd.GeoDataFrame({"code": ["g", "h"]}, geometry=[box(0, 0, 53, 40), box(53, 0, 100, 40)], crs=4549)
    >>> burnt = burn_grids(plots, drawn, homes)
    >>> burnt.plots.area.tolist(), burnt.assignment.tolist(), [place.ids for place in burnt.adopted]
    ([2000.0, 2000.0], ['g', 'h'], [('h', 'g', '2')])
    """
    drawn = _drawing(plots, grids)
    footprints = _footprints(plots, buildings)
    bits = _bits(plots.geometry.to_numpy(), drawn.to_numpy())
    home, cut_buildings = _homes(plots, drawn, footprints, bits)
    pieces, adopted, recut = _pieces(plots, drawn, footprints, bits, home, snap_m)
    new, assignment, lineage = _new_plots(plots, drawn, pieces)
    return BurnResult(
        plots=new,
        assignment=assignment,
        lineage=lineage,
        adopted=adopted,
        recut=recut,
        cut_buildings=cut_buildings,
        across_committees=_across_committees(new, assignment),
        without_grid=[
            Place((str(plot),), float(new.geometry[plot].area), new.geometry[plot])
            for plot in assignment.index[assignment.isna()]
        ],
    )


def _drawing(plots: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """The grids by code in the plots' CRS, as a valid coverage."""
    if plots.crs is None or not plots.crs.is_projected or grids.crs is None:
        raise CrsError("Plots need a metric reference system, and the grids must say which one they are in.")
    name = next((column for column in ("grid_code", "code") if column in grids.columns), None)
    codes = pd.Index(grids.index if name is None else grids[name]).astype(str)
    if codes.has_duplicates:
        raise InputError(f"Grid codes repeat: {', '.join(codes[codes.duplicated()].unique()[:5])}.")
    shapes = grids.geometry.to_crs(plots.crs).to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if empty.any():
        raise InputError(f"Grids without a polygon: {', '.join(codes[empty][:5])}.")
    shapes = shapely.set_precision(shapely.make_valid(shapely.force_2d(shapes)), 0.001)
    if not shapely.coverage_is_valid(shapes):
        shapes = shapely.coverage_clean(shapes, gap_width=1.0)  # type: ignore[attr-defined]
    return gpd.GeoSeries(shapes, index=codes, crs=plots.crs)


def _footprints(plots: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> Shapes:
    """The footprint on each plot, an empty polygon where there is none."""
    if buildings.crs != plots.crs:
        raise CrsError("Buildings and plots must share one reference system.")
    known = buildings.geometry.set_axis(buildings.index.astype(str))
    wanted = plots["building_code"].dropna().astype(str)
    missing = wanted[~wanted.isin(known.index)]
    if len(missing):
        raise InputError(f"Buildings of plots that are not in the list: {', '.join(missing[:5])}.")
    result = np.full(len(plots), shapely.Polygon(), dtype=object)
    at = plots["building_code"].notna().to_numpy()
    result[at] = shapely.make_valid(known.loc[wanted].to_numpy())
    return result


def _bits(plots: Shapes, drawn: Shapes) -> pd.DataFrame:
    """Connected bits of plots by grid: ``plot, grid`` (positions, grid -1 for none), ``shape, area_m2``."""
    tree = shapely.STRtree(drawn)
    plot, grid = tree.query(plots, predicate="covered_by")
    whole = np.zeros(len(plots), dtype=bool)
    whole[plot] = True
    first = np.r_[True, plot[1:] != plot[:-1]] if len(plot) else np.zeros(0, dtype=bool)
    rows = [pd.DataFrame({"plot": plot[first], "grid": grid[first], "shape": plots[plot[first]]})]
    at = np.flatnonzero(~whole)
    one, two = tree.query(plots[at], predicate="intersects")
    shared = shapely.intersection(plots[at[one]], drawn[two])
    rows.append(pd.DataFrame({"plot": at[one], "grid": two, "shape": shared}))
    seen_at, cover = _united(shared, at[one])
    left = plots[at].copy()
    seen = np.isin(at, seen_at)
    left[seen] = shapely.difference(plots[at[seen]], cover)
    rows.append(pd.DataFrame({"plot": at, "grid": -1, "shape": left}))
    table = pd.concat(rows, ignore_index=True)
    parts, row = shapely.get_parts(table["shape"].to_numpy(), return_index=True)
    solid = shapely.area(parts) > 1e-4
    bits = table.loc[row[solid], ["plot", "grid"]].reset_index(drop=True)
    return bits.assign(shape=parts[solid], area_m2=shapely.area(parts[solid]))


def _united(shapes: Shapes, by: Ints) -> tuple[Ints, Shapes]:
    """The sorted numbers in ``by``, and the union of the shapes of each."""
    order = np.argsort(by, kind="stable")
    numbers, start = np.unique(by[order], return_index=True)
    merged = np.empty(len(numbers), dtype=object)
    for at, mine in enumerate(np.split(order, start[1:]) if len(numbers) else []):
        merged[at] = shapely.union_all(shapes[mine])
    return numbers.astype(np.int64), merged


def _homes(
    plots: gpd.GeoDataFrame, drawn: gpd.GeoSeries, footprints: Shapes, bits: pd.DataFrame
) -> tuple[Ints, list[Place]]:
    """The grid (position, -1 for none) each plot goes to: most of its building, or of its ground."""
    built = ~shapely.is_empty(footprints)
    on = bits.assign(built_m2=0.0)
    rows = built[bits["plot"].to_numpy()]
    shapes = footprints[bits["plot"].to_numpy()[rows]]
    on.loc[rows, "built_m2"] = shapely.area(shapely.intersection(bits["shape"].to_numpy()[rows], shapes))
    total = on.groupby(["plot", "grid"])[["built_m2", "area_m2"]].sum().reset_index()
    total = total.sort_values(["plot", "built_m2", "area_m2", "grid"], ascending=[True, False, False, False])
    home = np.full(len(plots), -1, dtype=np.int64)
    best = total.drop_duplicates("plot")
    home[best["plot"].to_numpy()] = best["grid"].to_numpy()
    split = total[(total["built_m2"] > _CUT_M2) & (total["grid"] >= 0)]
    places = []
    for plot, rows_of in split.groupby("plot"):
        if len(rows_of) > 1:
            at = int(str(plot))
            ids = (str(plots["building_code"].iloc[at]), *drawn.index[rows_of["grid"]])
            places.append(Place(ids, float(rows_of["built_m2"].iloc[1:].sum()), footprints[at]))
    return home, places


def _pieces(
    plots: gpd.GeoDataFrame,
    drawn: gpd.GeoSeries,
    footprints: Shapes,
    bits: pd.DataFrame,
    home: Ints,
    snap_m: float,
) -> tuple[pd.DataFrame, list[Place], list[Place]]:
    """What each plot becomes: ``plot, grid, shape, core``; the core keeps the building, the rest is new ground."""
    names = np.array([*drawn.index, ""], dtype=object)
    foreign = bits[bits["grid"].to_numpy() != home[bits["plot"].to_numpy()]]
    open_ = shapely.difference(foreign["shape"].to_numpy(), footprints[foreign["plot"].to_numpy()])
    parts, row = shapely.get_parts(open_, return_index=True)
    solid = shapely.area(parts) > 1e-4
    parts, row = parts[solid], row[solid]
    thin = shapely.is_empty(shapely.buffer(parts, -snap_m / 2, quad_segs=2))
    plot, grid = foreign["plot"].to_numpy()[row], foreign["grid"].to_numpy()[row]
    ids = plots.index.astype(str).to_numpy()
    adopted = [
        Place((names[home[plot[i]]], names[grid[i]], ids[plot[i]]), float(parts[i].area), parts[i])
        for i in np.flatnonzero(thin & (shapely.area(parts) > 0.01))
    ]
    recut = [
        Place((names[grid[i]], ids[plot[i]]), float(parts[i].area), parts[i]) for i in np.flatnonzero(~thin)
    ]
    new = pd.DataFrame({"plot": plot[~thin], "grid": grid[~thin], "shape": parts[~thin], "core": False})
    core = plots.geometry.to_numpy().copy()
    at, taken = _united(parts[~thin], plot[~thin])
    core[at] = shapely.difference(core[at], taken)
    rest, owner = shapely.get_parts(core, return_index=True)
    kept = _keeps_building(rest, owner, footprints, at)
    kept_ground = pd.DataFrame({"plot": owner, "grid": home[owner], "shape": rest, "core": kept})
    kept_ground = kept_ground[shapely.area(rest) > 1e-4]
    return pd.concat([kept_ground, new], ignore_index=True), adopted, recut


def _keeps_building(rest: Shapes, owner: Ints, footprints: Shapes, cut: Ints) -> npt.NDArray[np.bool_]:
    """Parts that stay with the old plot: all of an uncut one, else those on its building or its largest part."""
    kept = ~np.isin(owner, cut)
    on = shapely.area(shapely.intersection(rest, footprints[owner])) > 0.01
    bare = ~np.isin(owner, owner[on])
    largest = pd.Series(shapely.area(rest)).groupby(owner).transform("idxmax").to_numpy() == np.arange(
        len(rest)
    )
    return kept | on | (bare & largest)


def _new_plots(
    plots: gpd.GeoDataFrame, drawn: gpd.GeoSeries, pieces: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, pd.Series, pd.DataFrame]:
    """Join new ground of one grid and block into plots, match corners, and number everything anew."""
    shapes, part = shapely.get_parts(match_corners(pieces["shape"].to_numpy()), return_index=True)
    pieces = pieces.iloc[part].assign(shape=shapes).reset_index(drop=True)
    committee = plots["committee_code"].to_numpy()[pieces["plot"]]
    block = plots["block_id"].to_numpy()[pieces["plot"]] if "block_id" in plots else committee
    core = pieces["core"].to_numpy(dtype=bool)
    what = pd.DataFrame({"grid": pieces["grid"], "committee": committee, "block": block})
    what["core"] = np.where(core, pieces["plot"], -1)
    key = what.groupby(list(what.columns), sort=False).ngroup().to_numpy()
    left, right, _ = shared_borders(shapes)
    same = (key[left] == key[right]) & ~core[left]
    size = len(pieces)
    matrix = csr_array((np.ones(int(same.sum()), np.int8), (left[same], right[same])), shape=(size, size))
    _, label = connected_components(matrix, directed=False)
    label = np.where(core, size + pieces["plot"].to_numpy(), label)
    rows = pd.DataFrame({"label": label, "at": np.arange(size), "plot": pieces["plot"].to_numpy()})
    rows = rows.sort_values(["plot", "label"], kind="stable")
    order = rows.drop_duplicates("label")
    number = pd.Series(np.arange(1, len(order) + 1), index=order["label"])
    new_id = number.loc[label].to_numpy()
    _, ground = dissolve(shapes, new_id)
    first = order["at"].to_numpy()
    frame = plots.iloc[pieces["plot"].to_numpy()[first]].drop(columns="geometry")
    frame = pd.DataFrame(frame).set_axis(pd.Index(number.to_numpy(), name="plot_id", dtype="int64"))
    fresh = ~core[first]
    frame.loc[fresh, "building_code"] = None
    numeric = [c for c in frame.columns if c not in ("block_id",) and pd.api.types.is_numeric_dtype(frame[c])]
    frame.loc[fresh, numeric] = 0
    new = gpd.GeoDataFrame(frame, geometry=ground, crs=plots.crs)
    names = np.array([*drawn.index, None], dtype=object)
    assignment = pd.Series(names[pieces["grid"].to_numpy()[first]], index=new.index, name="grid_code")
    parts = pd.DataFrame(
        {"old_plot": plots.index[pieces["plot"]], "new_plot": new_id, "area_m2": shapely.area(shapes)}
    )
    lineage = parts.groupby(["old_plot", "new_plot"], as_index=False).agg({"area_m2": "sum"})
    return new, assignment, lineage


def _across_committees(plots: gpd.GeoDataFrame, assignment: pd.Series) -> list[Place]:
    """Grids whose plots lie in more than one committee."""
    places = []
    for code, mine in plots.groupby(assignment):
        committees = sorted(mine["committee_code"].unique())
        if len(committees) > 1:
            shape = union(mine.geometry.to_numpy())
            places.append(Place((str(code), *committees), float(shape.area), shape))
    return places
