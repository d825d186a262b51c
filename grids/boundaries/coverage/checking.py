"""Find every defect of a set of grids, also those that a plain coverage test passes over."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from grids.boundaries.coverage.buildings import cut, not_whole, outside
from grids.boundaries.coverage.metres import (
    Geometries,
    Metres,
    as_array,
    as_polygonal,
    polygons_of,
    sound_polygons,
    thickness_m,
)
from grids.boundaries.coverage.report import CoverageReport, Defect

THIN_M = 6.0
BORDER_M = 0.01
#: Coordinates are written to the millimetre: along the rim of a territory a difference thinner than two is rounding.
RIM_M = 0.002


def check(
    grids: gpd.GeoDataFrame,
    within: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
    committees: gpd.GeoDataFrame | None = None,
    *,
    thin_m: float = THIN_M,
) -> CoverageReport:
    """Every defect of ``grids`` (index = code): gaps, overlaps, invalid, multipart, slivers, cut buildings, crossings.

    Any CRS, layers may differ; areas are m² all the same, defect geometries stay in the CRS of ``grids``.
    Gaps are holes of the union, the part of ``within`` no grid covers, and cracks narrower than ``thin_m`` that
    open to the outside: ``coverage_is_valid`` alone sees none of them. A sliver is a piece thinner than
    ``thin_m`` (2A/P). A building is cut when two grids each hold 0.5 m² or 1 % of it; a grid crosses a
    committee border when a piece more than 1 cm thick lies in a second committee. Along the rim of ``within`` what is
    thinner than 2 mm is rounding.
    Raises CrsError when a layer names no CRS.

    >>> grids = gpd.GeoDataFrame(index=["a", "b"], geometry=[shapely.box(0, 0, 10, 9), shapely.box(9, 0, 20, 9)],
    ...                          crs=4549)
    >>> [(d.ids, d.area_m2) for d in check(grids, thin_m=1).overlaps]
    [(('a', 'b'), 9.0)]
    """
    metres = Metres(grids)
    codes = [str(code) for code in grids.index]
    sound = sound_polygons(grids.geometry)
    union = shapely.union_all(sound)
    return CoverageReport(
        crs=_crs_name(metres),
        gaps=tuple(_gaps(codes, sound, union, metres, within, thin_m)),
        overlaps=tuple(_overlaps(codes, sound, metres)),
        invalid=tuple(_invalid(codes, grids.geometry, metres)),
        multipart=tuple(_multipart(codes, sound, metres)),
        slivers=tuple(_slivers(codes, sound, metres, thin_m)),
        cut_buildings=tuple(not_whole(codes, sound, metres, buildings, cut)),
        buildings_outside=tuple(not_whole(codes, sound, metres, buildings, outside)),
        crossing_committees=tuple(_crossings(codes, sound, metres, committees)),
        outside=tuple(_outside(codes, sound, metres, within)),
        edges_matched=bool(shapely.coverage_is_valid(sound)),
    )


def _crs_name(metres: Metres) -> str:
    authority = metres.crs.to_authority()
    return ":".join(authority) if authority else metres.crs.to_wkt()


def _gaps(
    codes: Sequence[str],
    sound: Geometries,
    union: BaseGeometry,
    metres: Metres,
    within: gpd.GeoDataFrame | None,
    thin_m: float,
) -> list[Defect]:
    holes = [shapely.Polygon(ring) for part in polygons_of(union) for ring in part.interiors]
    cracked: list[Defect] = []
    if within is None:
        # An enclave with its own grid shows as a hole of one part of the union and is filled by another part.
        found = [p for hole in holes for p in polygons_of(hole.difference(union))]
        open_ended = metres.back(cracks(metres.forth(sound), metres.forth([union])[0], thin_m))
        cracked = [_touching(codes, sound, gap, metres, "opens to the outside") for gap in open_ended]
    else:
        territory = shapely.union_all(sound_polygons(metres.same_crs(within).geometry))
        rim = territory.boundary
        found = [
            gap
            for gap in polygons_of(shapely.difference(territory, union))
            if not _is_rounding(gap, metres) or not gap.intersects(rim)
        ]
    return [_touching(codes, sound, gap, metres) for gap in found if gap.area > 0] + cracked


def cracks(sound_m: Geometries, union_m: BaseGeometry, width_m: float) -> Geometries:
    """Long narrow openings between grids that reach the outside, found by closing the union by half the width."""
    wider = union_m.buffer(width_m / 2, join_style="mitre", mitre_limit=5)
    closed = wider.buffer(-width_m / 2, join_style="mitre", mitre_limit=5)
    # Buffering leaves a hair along every edge; opening by 5 mm takes it off the real cracks.
    found = closed.difference(union_m).buffer(-0.005, join_style="mitre").buffer(0.005, join_style="mitre")
    tree = shapely.STRtree(sound_m)
    outline = shapely.union_all([shapely.Polygon(p.exterior) for p in polygons_of(union_m)])
    shapely.prepare(outline)
    # Closed holes are reported as they are; a wedge where two grids meet the town's border is no crack, hence 3 : 1.
    return as_array(
        piece
        for piece in polygons_of(found)
        if piece.length / 2 > 3 * width_m
        and 0.01 < thickness_m(piece) <= width_m
        and not outline.contains(piece.representative_point())
        and len(tree.query(piece, predicate="dwithin", distance=0.01)) > 1
    )


def _is_rounding(piece: BaseGeometry, metres: Metres) -> bool:
    return thickness_m(metres.forth([piece])[0]) < RIM_M


def _touching(
    codes: Sequence[str], sound: Geometries, gap: BaseGeometry, metres: Metres, note: str = ""
) -> Defect:
    near = sorted(shapely.STRtree(sound).query(gap, predicate="intersects"))
    return Defect(tuple(codes[i] for i in near), float(metres.area([gap])[0]), gap, note)


def _overlaps(codes: Sequence[str], sound: Geometries, metres: Metres) -> list[Defect]:
    first, second = shapely.STRtree(sound).query(sound, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shared = [as_polygonal(g) for g in shapely.intersection(sound[first], sound[second])]
    areas = metres.area(shared)
    return [
        Defect((codes[i], codes[j]), float(area), common)
        for i, j, common, area in zip(first, second, shared, areas, strict=True)
        if area > 0
    ]


def _invalid(codes: Sequence[str], geometries: gpd.GeoSeries, metres: Metres) -> list[Defect]:
    defects = []
    for code, geometry in zip(codes, geometries, strict=True):
        if geometry is None or geometry.is_empty:
            defects.append(Defect((code,), 0.0, geometry, "no geometry"))
        elif geometry.geom_type not in ("Polygon", "MultiPolygon"):
            defects.append(Defect((code,), 0.0, geometry, f"a {geometry.geom_type}, not a polygon"))
        elif not geometry.is_valid:
            reason = shapely.is_valid_reason(geometry)
            defects.append(Defect((code,), float(metres.area([geometry])[0]), geometry, reason))
    return defects


def _multipart(codes: Sequence[str], sound: Geometries, metres: Metres) -> list[Defect]:
    """Grids in several pieces; the size is that of all pieces but the largest."""
    defects = []
    for code, geometry in zip(codes, sound, strict=True):
        if geometry.geom_type == "MultiPolygon" and len(geometry.geoms) > 1:
            parts = sorted(geometry.geoms, key=lambda part: part.area)[:-1]
            rest = as_polygonal(shapely.MultiPolygon(parts))
            defects.append(Defect((code,), float(metres.area([rest])[0]), rest, f"{len(parts) + 1} pieces"))
    return defects


def _slivers(codes: Sequence[str], sound: Geometries, metres: Metres, thin_m: float) -> list[Defect]:
    defects = []
    for code, geometry in zip(codes, sound, strict=True):
        parts = polygons_of(geometry)
        for part, part_m in zip(parts, metres.forth(parts), strict=True):
            if (thickness := thickness_m(part_m)) < thin_m:
                defects.append(Defect((code,), float(part_m.area), part, f"{thickness:.2f} m thin"))
    return defects


def _crossings(
    codes: Sequence[str], sound: Geometries, metres: Metres, committees: gpd.GeoDataFrame | None
) -> list[Defect]:
    """A grid outside the committee that holds most of it; ids are the grid and then the committees."""
    if committees is None or committees.empty:
        return []
    frame = metres.same_crs(committees)
    areas = sound_polygons(frame.geometry)
    names = [str(code) for code in frame.index]
    tree = shapely.STRtree(areas)
    defects = []
    for code, geometry in zip(codes, sound, strict=True):
        near = tree.query(geometry, predicate="intersects")
        pieces = [(names[i], p) for i in near for p in polygons_of(geometry.intersection(areas[i]))]
        in_m = metres.forth(p for _, p in pieces)
        thick = [(n, p, m) for (n, p), m in zip(pieces, in_m, strict=True) if thickness_m(m) > BORDER_M]
        held: dict[str, float] = {}
        for name, _, piece_m in thick:
            held[name] = held.get(name, 0.0) + piece_m.area
        if len(held) > 1:
            home = max(held, key=lambda name: held[name])
            others = [(n, p) for n, p, _ in thick if n != home]
            away_m2 = sum(area for name, area in held.items() if name != home)
            ids = (code, home, *dict.fromkeys(n for n, _ in others))
            defects.append(Defect(ids, away_m2, as_polygonal(shapely.union_all([p for _, p in others]))))
    return defects


def _outside(
    codes: Sequence[str], sound: Geometries, metres: Metres, within: gpd.GeoDataFrame | None
) -> list[Defect]:
    """Ground of grids beyond the territory."""
    if within is None:
        return []
    territory = shapely.union_all(sound_polygons(metres.same_crs(within).geometry))
    shapely.prepare(territory)
    defects = []
    for code, geometry in zip(codes, sound, strict=True):
        if not territory.covers(geometry):
            parts = polygons_of(geometry.difference(territory))
            beyond = as_polygonal(shapely.union_all([p for p in parts if not _is_rounding(p, metres)]))
            if (area := float(metres.area([beyond])[0])) > 0:
                defects.append(Defect((code,), area, beyond))
    return defects
