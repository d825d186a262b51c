"""Makes plots from buildings, committees and barriers."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from grids.errors import CrsError, InputError
from grids.plots.blocks import Blocks, building_blocks, committee_areas, make_blocks, town_outline
from grids.plots.corners import match_corners
from grids.plots.edges import shared_borders
from grids.plots.faces import Faces, block_faces
from grids.plots.footprints import Footprints, read_footprints
from grids.plots.listing import list_borders, list_rest
from grids.plots.owners import dissolve, label_faces, union
from grids.plots.result import PlotReport, PlotResult

Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

_KEPT_OUT = {"plot_id", "block_id", "committee_code", "building_code", "compound_code", "geometry"}


def make_plots(
    buildings: gpd.GeoDataFrame,
    committees: gpd.GeoDataFrame | None,
    barriers: gpd.GeoDataFrame | None = None,
    *,
    compounds: gpd.GeoDataFrame | None = None,
    workers: int = 2,
) -> PlotResult:
    """Plots (地块): the ground of each building, and empty ground, tiling every committee exactly.

    ``buildings`` is indexed by building code, in a projected CRS in metres (the others are brought to it);
    its numeric columns are carried over, ``residents`` always. Blocks are what ``barriers`` and committee
    borders enclose; the open ground of a block goes to the nearest building, and a building is never cut:
    a border in its way bends round it. Without committee polygons every building needs a
    ``committee_code``, and the committees' areas follow from the plots. ``compounds`` (polygons with
    ``compound_code``) name the compound of buildings that do not name one themselves.

    Raises CrsError for degrees, feet or no CRS; InputError for codes that repeat or are missing.

    >>> from shapely import box
    >>> houses = gpd.GeoDataFrame({"residents": [30, 50]}, crs=4549, index=["a", "b"],
    ...     geometry=[box(10, 10, 20, 20), box(70, 10, 90, 20)])
    >>> town = gpd.GeoDataFrame({"code": ["A"]}, crs=4549, geometry=[box(0, 0, 100, 30)])
    >>> made = make_plots(houses, town)
    >>> made.plots[["building_code", "residents"]].values.tolist()
    [['a', 30.0], ['b', 50.0]]
    >>> round(float(made.plots.area.sum()), 3)
    3000.0
    """
    _metres(buildings)
    report = PlotReport()
    footprints = read_footprints(buildings, report)
    areas = committee_areas(committees, buildings.crs, report)
    derived = areas is None
    if areas is None:
        areas = _one_area(buildings, footprints)
    blocks = make_blocks(areas, barriers, footprints.shapes, report)
    home, reach = building_blocks(footprints.shapes, blocks)
    codes = _building_committees(buildings, footprints, blocks, home, derived)
    list_borders(footprints, blocks, home, reach, report)
    shapes, owner, built, block = _cut(footprints, blocks, home, reach, workers)
    label = label_faces(shapes, owner, built, block, blocks.committee[block], len(footprints.codes))
    labels, ground = dissolve(shapes, label)
    first = np.unique(label, return_index=True)[1]
    plots = _frame(buildings, footprints, labels, ground, block[first], codes, blocks, derived)
    plots = _with_compounds(plots, buildings, compounds)
    list_rest(plots, buildings, derived, report)
    return PlotResult(plots, _where_buildings_went(plots, footprints), _areas_of(plots), report)


def _metres(buildings: gpd.GeoDataFrame) -> None:
    crs = buildings.crs
    if crs is None:
        raise CrsError("The buildings carry no reference system; say which with set_crs.")
    if not crs.is_projected or any(axis.unit_conversion_factor != 1 for axis in crs.axis_info):
        raise CrsError(f"Plots are made in metres; bring the buildings to a metric system, not {crs.name}.")
    if len(buildings) == 0:
        raise InputError("There are no buildings.")


def _one_area(buildings: gpd.GeoDataFrame, footprints: Footprints) -> gpd.GeoSeries:
    """The surroundings of all buildings as one area, for buildings that name their committee themselves."""
    if "committee_code" not in buildings.columns:
        raise InputError("Without committee polygons every building needs a committee_code.")
    if len(footprints.codes) == 0:
        raise InputError("No building has a footprint, and there are no committee polygons.")
    nameless = buildings.index[buildings["committee_code"].isna()].astype(str)
    nameless = nameless[nameless.isin(footprints.codes)]
    if len(nameless):
        raise InputError(
            f"Without committee polygons these buildings lie nowhere: {', '.join(nameless[:5])}."
        )
    return gpd.GeoSeries([town_outline(footprints.shapes)], index=[""], crs=buildings.crs)


def _building_committees(
    buildings: gpd.GeoDataFrame, footprints: Footprints, blocks: Blocks, home: Ints, derived: bool
) -> npt.NDArray[np.object_]:
    """The committee of each building: from its record where areas are derived, else from its block."""
    if derived:
        named = buildings["committee_code"].set_axis(buildings.index.astype(str)).astype(str)
        return named.loc[footprints.codes].to_numpy(dtype=object)
    names = np.array([*blocks.committees, ""], dtype=object)
    at = np.where(home >= 0, blocks.committee[home], len(blocks.committees))
    return names[at]


def _cut(
    footprints: Footprints, blocks: Blocks, home: Ints, reach: pd.DataFrame, workers: int
) -> tuple[Shapes, Ints, npt.NDArray[np.bool_], Ints]:
    """All faces of the town: shape, owner, whether built on, and block."""
    own = _by_block(np.flatnonzero(home >= 0), home[home >= 0], len(blocks.shapes))
    guest = reach[(home[reach["building"]] >= 0) & (home[reach["building"]] != reach["block"])]
    guests = _by_block(guest["building"].to_numpy(), guest["block"].to_numpy(), len(blocks.shapes))

    def cut(at: int) -> Faces:
        return block_faces(blocks.shapes[at], own[at], guests[at], footprints.shapes, footprints.rank)

    with ThreadPoolExecutor(max(1, workers)) as pool:
        found = list(pool.map(cut, range(len(blocks.shapes))))
    found.append(_outer_bits(footprints, blocks, home, reach))
    block = np.repeat(np.arange(len(found)), [len(faces.shapes) for faces in found])
    owner = np.concatenate([faces.owner for faces in found])
    block = np.where(block == len(blocks.shapes), home[owner], block)
    built = np.concatenate([faces.built for faces in found])
    shapes = np.concatenate([faces.shapes for faces in found])
    shapes = shapely.transform(shapes, lambda points: np.round(points, 4))  # equal corners to the last digit
    shapes, face = shapely.get_parts(match_corners(shapes), return_index=True)
    return shapes, owner[face], built[face], block[face]


def _by_block(buildings: Ints, block: Ints, count: int) -> list[Ints]:
    order = np.argsort(block, kind="stable")
    edges = np.searchsorted(block[order], np.arange(count + 1))
    return [buildings[order[edges[i] : edges[i + 1]]] for i in range(count)]


def _outer_bits(footprints: Footprints, blocks: Blocks, home: Ints, reach: pd.DataFrame) -> Faces:
    """What buildings of the town have beyond its outline: it stays with them."""
    shapes, owner = [], []
    for building, rows in reach[home[reach["building"]] >= 0].groupby("building"):
        whole = footprints.shapes[int(str(building))]
        if rows["area_m2"].sum() >= whole.area - 0.01:
            continue
        inside = shapely.union_all(blocks.shapes[rows["block"]])
        for part in shapely.get_parts(shapely.difference(whole, inside)):
            if part.area > 0.01:
                shapes.append(part)
                owner.append(building)
    count = len(shapes)
    return Faces(np.array(shapes, dtype=object), np.array(owner, dtype=np.int64), np.ones(count, dtype=bool))


def _frame(
    buildings: gpd.GeoDataFrame,
    footprints: Footprints,
    labels: Ints,
    ground: Shapes,
    block: Ints,
    codes: npt.NDArray[np.object_],
    blocks: Blocks,
    derived: bool,
) -> gpd.GeoDataFrame:
    """The PLOTS frame, ordered by committee, block and building."""
    built = labels < len(footprints.codes)
    at = np.where(built, labels, 0)
    committee = np.where(built, codes[at] if len(codes) else "", "")
    if derived:
        committee = _spread_codes(ground, committee)
    else:
        names = np.array(blocks.committees, dtype=object)
        committee = np.where(built, committee, names[blocks.committee[block]])
    code = np.full(len(labels), None, dtype=object)
    code[built] = footprints.codes[labels[built]]
    columns: dict[str, object] = {"building_code": code, "committee_code": committee, "block_id": block + 1}
    columns |= _carried(buildings, footprints, code)
    plots = gpd.GeoDataFrame(columns, geometry=ground, crs=buildings.crs)
    plots["compound_code"] = None
    plots = plots[~plots.geometry.is_empty]
    order = plots.assign(name=plots["building_code"].fillna("")).sort_values(
        ["committee_code", "block_id", "name"], kind="stable"
    )
    plots = plots.loc[order.index]
    plots.index = pd.RangeIndex(1, len(plots) + 1, name="plot_id").astype("int64")
    return plots


def _spread_codes(ground: Shapes, committee: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Give empty plots the committee with the longest border on them, from the built ones outwards."""
    left, right, length = shared_borders(ground)
    committee = committee.copy()
    while (committee == "").any():
        one, two, metres = np.r_[left, right], np.r_[right, left], np.r_[length, length]
        ready = (committee[one] == "") & (committee[two] != "")
        if not ready.any():
            known = np.flatnonzero(committee != "")
            lone = np.flatnonzero(committee == "")
            near = shapely.STRtree(ground[known]).query_nearest(ground[lone], all_matches=False)
            committee[lone[near[0]]] = committee[known[near[1]]]
            break
        votes = pd.DataFrame({"plot": one[ready], "code": committee[two[ready]], "m": metres[ready]})
        most = votes.groupby(["plot", "code"])["m"].sum().reset_index().sort_values(["plot", "m", "code"])
        most = most.drop_duplicates("plot", keep="last")
        committee[most["plot"].to_numpy()] = most["code"].to_numpy()
    return committee


def _carried(
    buildings: gpd.GeoDataFrame, footprints: Footprints, code: npt.NDArray[np.object_]
) -> dict[str, npt.NDArray[np.float64]]:
    """Numeric columns of the buildings, copies added to the building they were merged into; 0 on empty ground."""
    numeric = buildings.drop(columns=[c for c in _KEPT_OUT if c in buildings.columns]).select_dtypes("number")
    numeric = numeric.set_axis(buildings.index.astype(str)).astype(float)
    names = numeric.index.map(lambda name: footprints.copies.get(name, name))
    summed = numeric.groupby(names).sum(min_count=1)
    taken = {name: summed[name].reindex(pd.Index(code)).to_numpy() for name in summed.columns}
    empty = pd.isna(code)
    result = {name: np.where(empty, 0.0, values) for name, values in taken.items()}
    return {"residents": np.zeros(len(code))} | result


def _with_compounds(
    plots: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame:
    """Compound codes from the buildings' records, then from compound polygons."""
    if "compound_code" in buildings.columns:
        named = buildings["compound_code"].set_axis(buildings.index.astype(str))
        plots["compound_code"] = named.reindex(pd.Index(plots["building_code"])).to_numpy(dtype=object)
    if compounds is not None and len(compounds):
        if compounds.crs is None or "compound_code" not in compounds.columns:
            raise InputError("Compounds need a reference system and a column compound_code.")
        areas = compounds.to_crs(plots.crs)
        point, area = areas.sindex.query(plots.geometry.representative_point(), predicate="intersects")
        found = pd.Series(areas["compound_code"].to_numpy()[area], index=plots.index[point])
        found = found[~found.index.duplicated()]
        plots["compound_code"] = plots["compound_code"].where(plots["compound_code"].notna(), found)
    plots["compound_code"] = plots["compound_code"].astype(object).where(plots["compound_code"].notna(), None)
    return plots


def _where_buildings_went(plots: gpd.GeoDataFrame, footprints: Footprints) -> pd.Series:
    built = plots[plots["building_code"].notna()]
    where = dict(zip(built["building_code"], built.index, strict=True))
    where |= {copy: where[kept] for copy, kept in footprints.copies.items() if kept in where}
    return pd.Series(where, dtype="int64", name="plot_id").rename_axis("building_code").sort_index()


def _areas_of(plots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The committees' areas as the plots tile them."""
    groups: Iterable[tuple[str, gpd.GeoSeries]] = plots.geometry.groupby(plots["committee_code"])
    shapes = {code: union(shapes.to_numpy()) for code, shapes in groups}
    index = pd.Index(list(shapes), name="committee_code")
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(list(shapes.values()), index=index, crs=plots.crs))
