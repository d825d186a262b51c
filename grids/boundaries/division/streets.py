"""What a metre of grid border costs, by what lies there: people know rivers and streets, not back walls."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from grids.errors import CrsError, InputError

BORDER_COSTS: Mapping[str, float] = MappingProxyType(
    {
        "compound": 1.0,
        "between_compounds": 0.5,
        "lane": 0.6,
        "wall": 0.3,
        "local_road": 0.3,
        "arterial": 0.1,
        "expressway": 0.05,
        "railway": 0.04,
        "river": 0.03,
    }
)
"""Price of a metre of grid border by class; ``compound`` is open ground inside one block or compound."""

BARRIER_KINDS = ("river", "railway", "expressway", "arterial", "local_road", "lane", "wall")

_REACH_M = 12.0  # between two blocks: borders bend round buildings, so the line may be this far off
_TOUCH_M = 1.0  # inside a block, or where no blocks are known: only what lies on the line counts


def segment_classes(
    plots: gpd.GeoDataFrame,
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    ends: npt.NDArray[np.float64],
    barriers: gpd.GeoDataFrame | None,
    costs: Mapping[str, float],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    """Cost and barrier class ("" for none) of border segments between plots at ``left`` and ``right``."""
    kind = np.full(len(left), "", dtype=object)
    cost = np.full(len(left), costs["compound"])
    across = _differ(plots, "block_id", left, right)
    other_compound = _differ(plots, "compound_code", left, right)
    cost[other_compound] = costs["between_compounds"]
    cost[across] = costs["local_road"]
    if barriers is None or len(barriers) == 0 or len(left) == 0:
        return cost, kind
    lines = _barrier_lines(barriers, plots)
    maybe = across | ~_known(plots, "block_id", left, right)  # a barrier inside a block is a dead end
    reach = np.where(across, _REACH_M, _TOUCH_M)[maybe]
    kind[maybe], cost[maybe] = _claimed(kind[maybe], cost[maybe], ends[maybe], lines, reach, costs)
    return cost, kind


def _differ(
    plots: gpd.GeoDataFrame, column: str, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Whether both sides are known and differ in a column; False everywhere without the column."""
    if column not in plots.columns:
        return np.zeros(len(left), dtype=bool)
    number = pd.factorize(plots[column])[0]
    return _known(plots, column, left, right) & (number[left] != number[right])


def _known(
    plots: gpd.GeoDataFrame, column: str, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    if column not in plots.columns:
        return np.zeros(len(left), dtype=bool)
    known = plots[column].notna().to_numpy()
    return np.asarray(known[left] & known[right])


def _barrier_lines(barriers: gpd.GeoDataFrame, plots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if barriers.crs is None:
        raise CrsError("The barriers carry no reference system; say which with set_crs.")
    if "kind" not in barriers.columns:
        raise InputError("The barriers need a column 'kind'.")
    strange = sorted(set(barriers["kind"].dropna().astype(str)) - set(BARRIER_KINDS))
    if strange or barriers["kind"].isna().any():
        raise InputError(f"Unknown kind of barrier: {', '.join(strange) or 'empty'}; use {BARRIER_KINDS}.")
    return barriers.to_crs(plots.crs) if barriers.crs != plots.crs else barriers


def _claimed(
    kind: npt.NDArray[np.object_],
    cost: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
    lines: gpd.GeoDataFrame,
    reach: npt.NDArray[np.float64],
    costs: Mapping[str, float],
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """Each segment's kind and cost, from the strongest (cheapest) barrier within its reach if there is one."""
    parts, owner = shapely.get_parts(lines.geometry.to_numpy(), return_index=True)
    if len(parts) == 0:
        return kind, cost
    kinds = lines["kind"].to_numpy(dtype=object)[owner]
    price = np.array([costs[str(name)] for name in kinds])
    middle = shapely.points((ends[:, :2] + ends[:, 2:]) / 2)
    segment, line = shapely.STRtree(parts).query(middle, predicate="dwithin", distance=reach)
    order = np.lexsort((price[line], segment))
    segment, line = segment[order], line[order]
    first = np.r_[True, segment[1:] != segment[:-1]] if len(segment) else np.zeros(0, dtype=bool)
    kind[segment[first]] = kinds[line[first]]
    cost[segment[first]] = price[line[first]]
    return kind, cost
