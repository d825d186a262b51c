"""Where grids come from: parents and children between two drawings, and what a new drawing changes."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from grids.errors import CrsError, InputError

LEAST_M2 = 0.01


def mates(table: pd.DataFrame) -> dict[str, str]:
    """Pair rows with columns one to one so that the paired weights sum highest; pairs without weight are left out.

    >>> mates(pd.DataFrame([[5, 4], [6, 1]], index=["a", "b"], columns=["x", "y"]))
    {'a': 'y', 'b': 'x'}
    """
    if table.empty:
        return {}
    from scipy.optimize import linear_sum_assignment  # half a second, at first use

    gain = table.to_numpy(dtype=float)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return {table.index[r]: table.columns[c] for r, c in zip(rows, columns, strict=True) if gain[r, c] > 0}


def fragments(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, weight: str = "residents") -> pd.DataFrame:
    """The pieces that two plot sets have in common: ``before, after`` (plot ids), weight, ``area_m2``.

    The weight is that of the later set. A plot whose building stands on both sides goes to it whole; other
    weight follows the area. The same plots (equal ids and shapes) need no overlay. Raises CrsError when the
    two are not in one projected CRS, InputError when the later set has no such weight.
    """
    if before.crs is None or before.crs != after.crs or not before.crs.is_projected:
        raise CrsError("Both plot sets must be in the same projected reference system.")
    if weight not in after:
        raise InputError(f"The plots have no column {weight}.")
    if _same(before, after):
        columns = {"before": after.index, "after": after.index, weight: after[weight], "area_m2": after.area}
        return pd.DataFrame(columns).reset_index(drop=True)
    old, new = before.geometry.to_numpy(), after.geometry.to_numpy()
    shapely.prepare(old)
    j, i = shapely.STRtree(old).query(new, predicate="intersects")
    area = shapely.area(shapely.intersection(old[i], new[j]))
    i, j, area = i[area > LEAST_M2], j[area > LEAST_M2], area[area > LEAST_M2]
    table = pd.DataFrame({"before": before.index[i], "after": after.index[j], "area_m2": area})
    houses = [frame["building_code"].to_numpy()[at] for frame, at in ((before, i), (after, j))]
    home = pd.notna(houses[0]) & pd.notna(houses[1]) & (houses[0] == houses[1])
    housed = pd.Series(home).groupby(table["after"].to_numpy()).transform("any").to_numpy()
    by_area = (table["area_m2"] / table.groupby("after")["area_m2"].transform("sum")).to_numpy()
    houses_there = pd.Series(home.astype(float)).groupby(table["after"].to_numpy()).transform("sum")
    by_house = home / np.maximum(np.asarray(houses_there), 1.0)
    share = np.where(housed, by_house, by_area)
    table[weight] = after[weight].to_numpy()[j] * share
    return table[["before", "after", weight, "area_m2"]]


def _same(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> bool:
    if before is after:
        return True
    if not before.index.equals(after.index):
        return False
    return bool(
        shapely.equals_exact(before.geometry.to_numpy(), after.geometry.to_numpy(), tolerance=0).all()
    )


def lineage(
    pieces: pd.DataFrame, before: pd.Series, after: pd.Series, weight: str = "residents"
) -> pd.DataFrame:
    """Parents and children: one row per pair of grids with ground in common.

    ``pieces`` as ``fragments`` gives them; ``before`` and ``after`` are assignments (plot_id → grid code).
    Columns ``parent, child``, weight, ``area_m2`` and the shares ``of_parent, of_child`` (by weight, NaN
    where the grid has none) and ``area_of_parent, area_of_child``.

    >>> pieces = pd.DataFrame({"before": [1, 2], "after": [1, 2], "residents": [30.0, 10.0], "area_m2": [5.0, 5.0]})
    >>> rows = lineage(pieces, pd.Series({1: "A", 2: "A"}), pd.Series({1: "A", 2: "B"}))
    >>> rows[["parent", "child", "of_parent", "area_of_parent"]].values.tolist()
    [['A', 'A', 0.75, 0.5], ['A', 'B', 0.25, 0.5]]
    """
    named = pd.DataFrame(
        {
            "parent": before.reindex(pieces["before"]).to_numpy(),
            "child": after.reindex(pieces["after"]).to_numpy(),
            weight: pieces[weight].to_numpy(dtype=float),
            "area_m2": pieces["area_m2"].to_numpy(dtype=float),
        }
    ).dropna(subset=["parent", "child"])
    rows = named.groupby(["parent", "child"], as_index=False, sort=True).sum()
    for column, prefix in ((weight, ""), ("area_m2", "area_")):
        for side in ("parent", "child"):
            whole = rows.groupby(side)[column].transform("sum")
            rows[f"{prefix}of_{side}"] = rows[column] / whole.where(whole > 0)
    return rows


def carried_over(pieces: pd.DataFrame, before: pd.Series, weight: str = "residents") -> pd.Series:
    """The drawing of an earlier plot set on a later one: each plot goes where most of its weight, else area, was.

    Index: later plot ids. This is where next year's repair starts.
    """
    votes = pieces.assign(grid_code=before.reindex(pieces["before"]).to_numpy()).dropna(subset=["grid_code"])
    summed = votes.groupby(["after", "grid_code"], as_index=False)[[weight, "area_m2"]].sum()
    best = summed.sort_values(["after", weight, "area_m2", "grid_code"], ascending=[True, False, False, True])
    first = best.drop_duplicates("after").set_index("after")["grid_code"]
    return first.rename("grid_code").rename_axis("plot_id")


@dataclass(frozen=True)
class Effect:
    """What publishing a drawing changes. ``moved``: index building code; ``parent, child``, weight.

    ``moved_share`` is the weight in another grid than before ÷ all weight; ``created``, ``retired`` and ``kept``
    are grid codes, ``reshaped`` those of ``kept`` whose ground changed.
    """

    moved: pd.DataFrame
    moved_weight: float
    moved_share: float
    created: tuple[str, ...]
    retired: tuple[str, ...]
    kept: tuple[str, ...]
    reshaped: tuple[str, ...]
    lineage: pd.DataFrame


def effect(
    before_plots: gpd.GeoDataFrame,
    before: pd.Series,
    after_plots: gpd.GeoDataFrame,
    after: pd.Series,
    weight: str = "residents",
) -> Effect:
    """The preview before publishing: who moves, and which codes come and go.

    Arguments are PLOTS frames in one projected CRS and assignments. Raises as ``fragments`` does.
    """
    pieces = fragments(before_plots, after_plots, weight)
    rows = lineage(pieces, before, after, weight)
    crossed = rows[rows["parent"] != rows["child"]]
    old, new = set(before), set(after)
    kept = sorted(old & new)
    total = float(rows[weight].sum())
    moved_weight = float(crossed[weight].sum())
    touched = set(crossed.loc[crossed["area_m2"] > LEAST_M2, ["parent", "child"]].to_numpy().ravel())
    return Effect(
        moved=_moved_buildings(pieces, before, after_plots, after, weight),
        moved_weight=moved_weight,
        moved_share=moved_weight / total if total else 0.0,
        created=tuple(sorted(new - old)),
        retired=tuple(sorted(old - new)),
        kept=tuple(kept),
        reshaped=tuple(code for code in kept if code in touched),
        lineage=rows,
    )


def _moved_buildings(
    pieces: pd.DataFrame, before: pd.Series, after_plots: gpd.GeoDataFrame, after: pd.Series, weight: str
) -> pd.DataFrame:
    was = carried_over(pieces, before, weight).reindex(after_plots.index)
    now = after.reindex(after_plots.index)
    moved = after_plots["building_code"].notna() & was.notna() & (was != now)
    frame = pd.DataFrame({"parent": was[moved], "child": now[moved], weight: after_plots.loc[moved, weight]})
    frame.index = pd.Index(after_plots.loc[moved, "building_code"], name="building_code")
    return frame
