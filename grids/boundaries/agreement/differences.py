"""Where two drawings differ: thin strips without a building, and real differences that a person decides."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.boundaries.coverage import as_polygonal, polygons_of, thickness_m

LEAST_M2 = 0.01
FOOT_M2 = 0.5


def differences(
    ours: gpd.GeoSeries,
    theirs: gpd.GeoSeries,
    mate: dict[str, str],
    buildings: gpd.GeoSeries,
    weights: pd.Series,
    thin_m: float,
) -> gpd.GeoDataFrame:
    """Each piece of ground that lies in other grids in the two drawings; all in one metric CRS.

    Columns ``ours, theirs`` (None beyond the other layer), ``area_m2, thickness_m`` (2A/P), ``buildings,
    weight`` and ``kind``: ``sliver`` under ``thin_m`` without a building, else ``real``.
    """
    rows: list[tuple[str | None, str | None, shapely.Polygon]] = []
    a, b = ours.to_numpy(), theirs.to_numpy()
    i, j = shapely.STRtree(b).query(a, predicate="intersects")
    for m, n in zip(i, j, strict=True):
        if mate.get(ours.index[m]) != theirs.index[n]:
            rows += [
                (ours.index[m], theirs.index[n], p) for p in polygons_of(shapely.intersection(a[m], b[n]))
            ]
    for own, other, ours_first in ((ours, theirs, True), (theirs, ours, False)):
        rest = shapely.difference(own.to_numpy(), shapely.union_all(other.to_numpy()))
        for code, ground in zip(own.index, rest, strict=True):
            pair = (code, None) if ours_first else (None, code)
            rows += [(*pair, piece) for piece in polygons_of(ground)]
    rows = [row for row in rows if row[2].area > LEAST_M2]
    shapes = np.asarray([row[2] for row in rows], dtype=object)
    count, weight = _standing(shapes, buildings, weights)
    thickness = np.array([thickness_m(shape) for shape in shapes])
    frame = gpd.GeoDataFrame(
        {
            "ours": pd.Series([row[0] for row in rows], dtype=object),
            "theirs": pd.Series([row[1] for row in rows], dtype=object),
            "area_m2": shapely.area(shapes),
            "thickness_m": thickness,
            "buildings": count,
            "weight": weight,
            "kind": np.where((thickness < thin_m) & (count == 0), "sliver", "real"),
        },
        geometry=gpd.GeoSeries(shapes, crs=ours.crs),
        crs=ours.crs,
    )
    return frame.rename_axis("difference")


def _standing(
    shapes: NDArray[np.object_], buildings: gpd.GeoSeries, weights: pd.Series
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Buildings that touch each piece with more than 0.5 m² (or stand in it as a point), and their weight there."""
    feet = buildings.to_numpy()
    if not len(shapes) or not len(feet):
        return np.zeros(len(shapes), dtype=np.int64), np.zeros(len(shapes))
    piece, house = shapely.STRtree(feet).query(shapes, predicate="intersects")
    real = np.asarray(shapely.area(shapely.intersection(shapes[piece], feet[house]))) > FOOT_M2
    real |= shapely.get_dimensions(feet[house]) == 0
    piece, house = piece[real], house[real]
    inside = shapely.intersects(shapes[piece], shapely.point_on_surface(feet[house]))
    lives = np.bincount(piece, weights.to_numpy(dtype=float)[house] * inside, len(shapes))
    return np.bincount(piece, minlength=len(shapes)).astype(np.int64), lives.astype(float)


def adopt(
    ours: gpd.GeoDataFrame, found: gpd.GeoDataFrame, mate: dict[str, str], chosen: pd.Index | None = None
) -> tuple[gpd.GeoDataFrame, pd.Index]:
    """Take over their line where the drawings differ: at every sliver, or at the differences a person chose.

    ``found`` as in ``Agreement.differences``, ``mate`` our code → theirs. Slivers are adopted inside a committee
    only; what a person chose also across a committee border and beyond the edge of either layer. Ground of a
    grid of theirs without a mate stays. Returns our layer with matched edges and the differences adopted.
    """
    owner = {theirs: code for code, theirs in mate.items()}
    home = ours["committee_code"].to_dict() if "committee_code" in ours else {}
    wanted = found[found["kind"] == "sliver"] if chosen is None else found.loc[chosen]
    gives = [code if isinstance(code, str) else None for code in wanted["ours"]]
    takes = [owner.get(code) if isinstance(code, str) else None for code in wanted["theirs"]]
    strange = [
        isinstance(code, str) and take is None for code, take in zip(wanted["theirs"], takes, strict=True)
    ]
    near = [None not in (g, t) and home.get(g) == home.get(t) for g, t in zip(gives, takes, strict=True)]
    able = np.asarray(near, dtype=bool) if chosen is None else ~np.asarray(strange, dtype=bool)
    if not able.any():
        return ours, wanted.index[able]
    shapes = _handed_over(
        ours, wanted[able].to_crs(ours.crs).geometry, np.array(gives)[able], np.array(takes)[able]
    )
    return ours.set_geometry(gpd.GeoSeries(shapes, index=ours.index, crs=ours.crs)), wanted.index[able]


def _handed_over(
    ours: gpd.GeoDataFrame, pieces: gpd.GeoSeries, gives: NDArray[np.object_], takes: NDArray[np.object_]
) -> NDArray[np.object_]:
    shapes: dict[str | None, BaseGeometry] = {str(code): shape for code, shape in ours.geometry.items()}
    for side, operation in ((gives, shapely.difference), (takes, shapely.union)):
        for code in {code for code in side if code is not None}:
            shapes[code] = as_polygonal(
                operation(shapes[code], shapely.union_all(pieces[side == code].to_numpy()))
            )
    cleaned = shapely.coverage_clean([shapes[str(code)] for code in ours.index])  # type: ignore[attr-defined]
    return np.asarray(cleaned, dtype=object)
