"""Blocks: the ground between barriers, inside one committee, and which block each building stands on."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from grids.errors import CrsError, InputError
from grids.plots.result import Place, PlotReport

Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

_GAP_M = 5.0  # committees drawn apart by no more than this are meant to touch
_MIN_BLOCK_M2 = 150.0
_MIN_WIDTH_M = 4.0  # thinner blocks are the strip between two lines of one street
_MARGIN_M = 30.0  # open ground around the outermost buildings where no outline was given


@dataclass(frozen=True)
class Blocks:
    """Block polygons, the committee of each (position in ``committees``; -1 where it is still to be derived)."""

    shapes: Shapes
    committee: Ints
    committees: tuple[str, ...]


def committee_areas(
    committees: gpd.GeoDataFrame | None, crs: object, report: PlotReport
) -> gpd.GeoSeries | None:
    """The committees' polygons by code, tiling without overlaps; None where there are none to be had.

    The code is the column ``committee_code`` or ``code``, or the index. Overlaps and gaps are listed;
    gaps up to 5 m are closed, overlaps go to the committee with the longer border on them.
    """
    if committees is None or not isinstance(committees, gpd.GeoDataFrame) or committees.geometry.isna().all():
        return None
    if committees.crs is None:
        raise CrsError("The committees carry no reference system; say which with set_crs.")
    name = next((c for c in ("committee_code", "code") if c in committees.columns), None)
    codes = (committees.index if name is None else committees[name]).astype(str)
    if codes.duplicated().any():
        raise InputError(f"Committee codes repeat: {', '.join(sorted(set(codes[codes.duplicated()])))}.")
    areas = committees.geometry.to_crs(crs)
    missing = areas.isna() | areas.is_empty
    if missing.any():
        raise InputError(f"Committees without a polygon: {', '.join(np.asarray(codes)[missing][:5])}.")
    shapes = shapely.set_precision(shapely.make_valid(shapely.force_2d(areas.to_numpy())), 0.001)
    for code, shape in zip(codes, shapes, strict=True):
        if shapely.get_dimensions(shape) != 2:
            raise InputError(f"Committee {code} is no polygon.")
        if shapely.get_num_geometries(shape) > 1:
            report.committees_in_pieces.append(Place((code,), float(shape.area), shape))
    shapes = _tiled(np.asarray(codes, dtype=object), shapes, report)
    return gpd.GeoSeries(shapes, index=pd.Index(codes, name="committee_code"), crs=crs)


def _tiled(codes: Shapes, shapes: Shapes, report: PlotReport) -> Shapes:
    """Committees without overlaps and small gaps; both listed as they came in."""
    one, two = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, two = one[one < two], two[one < two]
    shared = shapely.intersection(shapes[one], shapes[two])
    for at in np.flatnonzero(shapely.area(shared) > 0.5):
        pair = (codes[one[at]], codes[two[at]])
        report.committee_overlaps.append(Place(pair, float(shared[at].area), shared[at]))
    if not shapely.coverage_is_valid(shapes, gap_width=_GAP_M):
        shapes = shapely.coverage_clean(shapes, gap_width=_GAP_M)  # type: ignore[attr-defined]
        gone = codes[shapely.is_empty(shapes)]
        if len(gone):
            raise InputError(
                f"居委会 {gone[0]} 完全落在另一个之内，请核对图层。 / Committee {gone[0]} lies wholly inside another one; "
                "check the layer."
            )
    union = shapely.coverage_union_all(shapes)
    for part in shapely.get_parts(union):
        for ring in part.interiors:
            hole = shapely.Polygon(ring)
            report.committee_gaps.append(Place((), float(hole.area), hole))
    return shapes


def town_outline(shapes: Shapes) -> shapely.geometry.base.BaseGeometry:
    """An outline for buildings that come without any: their surroundings, with inner yards filled."""
    near = shapely.union_all(shapely.buffer(shapes, 2 * _MARGIN_M, quad_segs=2))
    near = shapely.buffer(near, -_MARGIN_M, quad_segs=2)
    filled = [shapely.Polygon(part.exterior) for part in shapely.get_parts(near)]
    return shapely.set_precision(shapely.union_all(filled), 0.001)


def make_blocks(
    areas: gpd.GeoSeries, barriers: gpd.GeoDataFrame | None, footprints: Shapes, report: PlotReport
) -> Blocks:
    """Blocks between committee borders and barriers; strips without a building join the block beside them."""
    lines = [shapely.boundary(areas.to_numpy())]
    if barriers is not None and len(barriers):
        if barriers.crs is None:
            raise CrsError("The barriers carry no reference system; say which with set_crs.")
        rail = shapely.force_2d(barriers.geometry.to_crs(areas.crs).dropna().to_numpy())
        flat = shapely.get_dimensions(rail)
        rail = np.where(flat == 2, shapely.boundary(rail), rail)[flat > 0]
        lines.append(shapely.set_precision(rail, 0.001))
    noded = shapely.union_all(np.concatenate(lines), grid_size=0.001)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    committee = _owner_of_points(shapely.point_on_surface(faces), areas.to_numpy())
    faces, committee = faces[committee >= 0], committee[committee >= 0]
    codes = tuple(str(code) for code in areas.index)
    faces, committee = _without_slivers(faces, committee, footprints, codes, report)
    return Blocks(faces, committee, codes)


def _owner_of_points(points: Shapes, areas: Shapes) -> Ints:
    owner = np.full(len(points), -1, dtype=np.int64)
    point, area = shapely.STRtree(areas).query(points, predicate="intersects")
    owner[point[::-1]] = area[::-1]
    return owner


def _without_slivers(
    faces: Shapes, committee: Ints, footprints: Shapes, codes: tuple[str, ...], report: PlotReport
) -> tuple[Shapes, Ints]:
    """Join tiny and thin blocks without a building to the neighbour with the longest border, if there is one."""
    area = shapely.area(faces)
    thin = (area < _MIN_BLOCK_M2) | (2 * area / np.maximum(shapely.length(faces), 1e-9) < _MIN_WIDTH_M)
    middles = shapely.STRtree(shapely.point_on_surface(footprints))
    built = np.zeros(len(faces), dtype=bool)
    at = np.flatnonzero(thin)
    built[at[np.unique(middles.query(faces[at], predicate="intersects")[0])]] = True
    order = [int(i) for i in np.flatnonzero(thin & ~built)]
    joined = faces.copy()
    taker = np.arange(len(faces))
    tree = shapely.STRtree(faces)
    for i in sorted(order, key=lambda i: area[i]):
        near = [int(j) for j in tree.query(faces[i], predicate="touches") if committee[j] == committee[i]]
        roots = {int(taker[j]) for j in near} - {int(taker[i])}
        length = {j: shapely.length(shapely.intersection(joined[i], joined[j])) for j in sorted(roots)}
        if taker[i] != i or not length or max(length.values()) <= 0.0:
            continue
        to = max(length, key=lambda j: (length[j], -j))
        report.slivers.append(Place((codes[committee[i]],), float(area[i]), faces[i]))
        joined[to] = _ground(shapely.union(joined[to], joined[i], grid_size=0.001))
        taker[taker == i] = to
    kept = taker == np.arange(len(faces))
    return joined[kept], committee[kept]


def _ground(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of a union alone: snapping to the raster may leave a collapsed sliver behind as a line."""
    parts = shapely.get_parts(shape)
    polygons = parts[shapely.get_dimensions(parts) == 2]
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def building_blocks(shapes: Shapes, blocks: Blocks) -> tuple[Ints, pd.DataFrame]:
    """The block of each building by largest overlap (-1: mostly outside), and all its overlaps.

    The frame has ``building, block, area_m2`` for every building that meets more than one block, or that
    reaches outside them all.
    """
    tree = shapely.STRtree(blocks.shapes)
    home = np.full(len(shapes), -1, dtype=np.int64)
    building, block = tree.query(shapes, predicate="covered_by")
    home[building] = block
    rest = np.flatnonzero(home < 0)
    building, block = tree.query(shapes[rest], predicate="intersects")
    building = rest[building]
    area = shapely.area(shapely.intersection(shapes[building], blocks.shapes[block]))
    table = pd.DataFrame({"building": building, "block": block, "area_m2": area})
    table = table[table["area_m2"] > 1e-6].sort_values(["building", "area_m2", "block"])
    inside = table.groupby("building")["area_m2"].sum()
    best = table.drop_duplicates("building", keep="last").set_index("building")["block"]
    enough = inside.to_numpy() >= 0.5 * shapely.area(shapes[inside.index])
    home[inside.index[enough]] = best.loc[inside.index[enough]].to_numpy()
    return home, table
