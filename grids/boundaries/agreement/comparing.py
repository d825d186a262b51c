"""Compare our grids with another department's (RULES.md XJ-1): people first, lines second, IoU beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from grids.boundaries.agreement.datum import corrected, datum_test
from grids.boundaries.agreement.differences import differences
from grids.boundaries.agreement.report import (
    DIFFERS,
    HIGHLY_CONSISTENT,
    NO_COUNTERPART,
    SAME_BUILDINGS,
    Agreement,
)
from grids.boundaries.coverage import check
from grids.boundaries.coverage.metres import sound_polygons
from grids.boundaries.lineage import mates
from grids.errors import InputError
from grids.geodesy import metric_crs

BORDER_SHARE = 0.98
MAJOR_SHARE = 0.1
THIN_M = 6.0


@dataclass(frozen=True)
class Layers:
    """Both drawings and the buildings in one metric CRS; ``ours`` and ``theirs`` are sound polygons by code."""

    ours: gpd.GeoSeries
    theirs: gpd.GeoSeries
    buildings: gpd.GeoSeries
    weights: pd.Series


def compare(
    ours: gpd.GeoDataFrame,
    theirs: gpd.GeoDataFrame,
    *,
    buildings: gpd.GeoDataFrame | None = None,
    weight: str | None = None,
    border_share: float = BORDER_SHARE,
    thin_m: float = THIN_M,
) -> Agreement:
    """How far our grids (index code) agree with theirs (index code), grid by grid and committee by committee.

    ``buildings`` (polygons or points) with column ``weight`` say who lives where; without a weight every building
    counts one, without buildings every square metre does. Any CRS; a drawing in GCJ-02 or BD-09 is recognised,
    brought over for the comparison and named in ``datum``. Mates are paired one to one by the weight they share.
    Highly consistent: one to one, no building differs, at least ``border_share`` of the border within 2 m, both
    ways. Raises InputError for empty layers, repeated codes or a missing weight, CrsError without CRS.

    >>> a = gpd.GeoDataFrame(index=["A"], geometry=[shapely.box(640000, 3457000, 640002, 3457002)], crs=4549)
    >>> b = gpd.GeoDataFrame(index=["b"], geometry=[shapely.box(640001, 3457000, 640003, 3457002)], crs=4549)
    >>> round(float(compare(a, b).grids.iou["A"]), 4)
    0.3333
    """
    for layer, name in ((ours, "our"), (theirs, "their")):
        if layer.empty or layer.index.has_duplicates:
            raise InputError(
                f"In {name} layer every grid needs its own code, and there must be one at least."
            )
    layers = _prepared(ours, theirs, buildings, weight)
    datum = datum_test(layers.ours, layers.theirs)
    layers = Layers(layers.ours, corrected(layers.theirs, datum.kind), layers.buildings, layers.weights)
    area = _overlay(layers.ours, layers.theirs)
    homes = _homes(layers)
    shared = area if homes.empty else _shared(homes, area)
    mate = mates(shared + 1e-9 * area)
    grids = _figures(layers, area, shared, homes, mate)
    grids["grade"] = [_grade(row, border_share) for _, row in grids.iterrows()]
    if "committee_code" in ours:
        grids.insert(0, "committee_code", ours["committee_code"].to_numpy())
    moved = homes[homes["mate"].isna() | (homes["theirs"] != homes["mate"])]
    table = differences(layers.ours, layers.theirs, mate, layers.buildings, layers.weights, thin_m)
    return Agreement(
        grids=grids,
        committees=_committees(grids),
        moved=moved,
        differences=table.to_crs(ours.crs),
        theirs_alone=tuple(sorted(set(map(str, theirs.index)) - set(mate.values()))),
        datum=datum,
        defects={name: _defects(layer) for name, layer in (("ours", ours), ("theirs", theirs))},
        weight=weight or ("area_m2" if buildings is None else "buildings"),
    )


def _prepared(
    ours: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None, weight: str | None
) -> Layers:
    crs = metric_crs(ours)

    def sound(layer: gpd.GeoDataFrame) -> gpd.GeoSeries:
        polygons = sound_polygons(layer.geometry.to_crs(crs))
        return gpd.GeoSeries(polygons, index=layer.index.astype(str), crs=crs)

    if buildings is None:
        none = gpd.GeoSeries([], crs=crs)
        return Layers(sound(ours), sound(theirs), none, pd.Series([], dtype=float))
    if weight is not None and weight not in buildings:
        raise InputError(f"The buildings have no column {weight}.")
    places = buildings[buildings.geometry.notna() & ~buildings.geometry.is_empty]
    weights = pd.Series(1.0, index=places.index) if weight is None else places[weight].fillna(0).astype(float)
    return Layers(sound(ours), sound(theirs), places.geometry.to_crs(crs), weights)


def _overlay(ours: gpd.GeoSeries, theirs: gpd.GeoSeries) -> pd.DataFrame:
    """Shared area in m²: our codes down, theirs across."""
    a, b = ours.to_numpy(), theirs.to_numpy()
    i, j = shapely.STRtree(b).query(a, predicate="intersects")
    table = np.zeros((len(a), len(b)))
    table[i, j] = shapely.area(shapely.intersection(a[i], b[j]))
    return pd.DataFrame(table, index=ours.index, columns=theirs.index)


def _homes(layers: Layers) -> pd.DataFrame:
    """Each building with its grid in both drawings (None outside all) and its weight."""
    points = layers.buildings.representative_point().to_numpy()
    found = [_grid_of(points, grids) for grids in (layers.ours, layers.theirs)]
    return pd.DataFrame(
        {"ours": found[0], "theirs": found[1], "weight": layers.weights.to_numpy()},
        index=layers.buildings.index.rename("building_code"),
    ).astype({"ours": object, "theirs": object})


def _grid_of(points: NDArray[np.object_], grids: gpd.GeoSeries) -> NDArray[np.object_]:
    codes = np.full(len(points), None, dtype=object)
    if len(points):
        point, grid = shapely.STRtree(grids.to_numpy()).query(points, predicate="intersects")
        codes[point[::-1]] = grids.index.to_numpy()[grid[::-1]]
    return codes


def _shared(homes: pd.DataFrame, area: pd.DataFrame) -> pd.DataFrame:
    both = homes.dropna(subset=["ours", "theirs"])
    table = both.groupby(["ours", "theirs"])["weight"].sum().unstack().fillna(0.0)
    return table.reindex(index=area.index, columns=area.columns, fill_value=0.0)


def _figures(
    layers: Layers, area: pd.DataFrame, shared: pd.DataFrame, homes: pd.DataFrame, mate: dict[str, str]
) -> pd.DataFrame:
    relation = _relations(area)
    homes["mate"] = pd.Series([mate.get(code) for code in homes["ours"]], homes.index, dtype=object)
    whole = (
        layers.ours.area
        if homes.empty
        else homes.groupby("ours")["weight"].sum().reindex(area.index, fill_value=0.0)
    )
    rows = []
    for code, shape in layers.ours.items():
        other = mate.get(str(code))
        mine = homes[homes["ours"] == code]
        borders = _border_shares(shape, None if other is None else layers.theirs[other])
        same = 0.0 if other is None else float(shared[other][code])
        rows.append(
            {
                "mate": other,
                "relation": relation[str(code)] if other is not None else "1:0",
                "iou": 0.0 if other is None else _iou(shape, layers.theirs[other]),
                "weight": float(whole[code]),
                "same_weight": same,
                "same_share": same / whole[code] if whole[code] > 0 else float("nan"),
                "buildings": len(mine),
                "moved_buildings": int((mine["theirs"] != other).sum()),
                "border_m": float(shape.length),
                "within_2m": borders[0],
                "within_5m": borders[1],
            }
        )
    frame = pd.DataFrame(rows, index=layers.ours.index.rename("grid_code"))
    # Text columns of pandas turn None into NaN; a missing mate stays None.
    return frame.assign(mate=pd.Series([row["mate"] for row in rows], frame.index, dtype=object))


def _relations(area: pd.DataFrame) -> dict[str, str]:
    """From our side: how many of theirs hold a major part (10 % of either), and how many of ours those hold."""
    a = area.to_numpy()
    of_ours = a / np.maximum(a.sum(axis=1, keepdims=True), 1e-9)
    of_theirs = a / np.maximum(a.sum(axis=0, keepdims=True), 1e-9)
    major = (of_ours >= MAJOR_SHARE) | (of_theirs >= MAJOR_SHARE)
    relations = {}
    for row, code in enumerate(area.index):
        partners = np.flatnonzero(major[row])
        back = int(major[:, partners].any(axis=1).sum()) if len(partners) else 0
        ours_side, theirs_side = ("1" if back <= 1 else "n"), ("1" if len(partners) <= 1 else "n")
        relations[str(code)] = {"nn": "m:n", "1n": "1:n", "n1": "n:1", "11": "1:1"}[ours_side + theirs_side]
    return relations


def _border_shares(mine: Any, other: Any) -> tuple[float, float]:
    """Share of the border within 2 and 5 m of the other's, whichever way it is worse."""
    if other is None:
        return 0.0, 0.0
    shares = []
    for metres in (2.0, 5.0):
        ways = [
            shapely.intersection(a.boundary, b.boundary.buffer(metres)).length / a.length
            for a, b in ((mine, other), (other, mine))
            if a.length
        ]
        shares.append(min(ways, default=0.0))
    return shares[0], shares[1]


def _iou(mine: Any, other: Any) -> float:
    union = shapely.union(mine, other).area
    return float(shapely.intersection(mine, other).area / union) if union else 0.0


def _grade(row: pd.Series, border_share: float) -> str:
    if row["mate"] is None:
        return NO_COUNTERPART
    if row["relation"] != "1:1" or row["moved_buildings"]:
        return DIFFERS
    return HIGHLY_CONSISTENT if row["within_2m"] >= border_share - 1e-9 else SAME_BUILDINGS


def _committees(grids: pd.DataFrame) -> pd.DataFrame:
    """The same figures per committee; ``grade`` counts as highly consistent only when every grid is."""
    if "committee_code" not in grids:
        return pd.DataFrame()
    rows = {}
    for code, part in grids.groupby("committee_code"):
        border, whole = part["border_m"].sum(), part["weight"].sum()
        grades = set(part["grade"])
        rows[code] = {
            "grids": len(part),
            "highly_consistent": int((part["grade"] == HIGHLY_CONSISTENT).sum()),
            "same_share": part["same_weight"].sum() / whole if whole else float("nan"),
            "moved_buildings": int(part["moved_buildings"].sum()),
            "within_2m": (part["within_2m"] * part["border_m"]).sum() / border,
            "within_5m": (part["within_5m"] * part["border_m"]).sum() / border,
            "grade": grades.pop()
            if len(grades) == 1
            else SAME_BUILDINGS
            if grades <= {HIGHLY_CONSISTENT, SAME_BUILDINGS}
            else DIFFERS,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("committee_code")


def _defects(layer: gpd.GeoDataFrame) -> dict[str, int]:
    return {kind: len(found) for kind, found in check(layer).kinds() if found}
