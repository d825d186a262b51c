"""Release blocks (发布块): groups of adjacent plots above a floor of buildings and residents.

What leaves is counted in whole blocks, so a drawn polygon moved by one building changes by whole blocks or not at
all. Blocks belong to a plot set and stay as they are over months and boundary versions: a later micro-grid is then
published for the blocks that lie mostly in it.
"""

from __future__ import annotations

import heapq

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from grids.errors import CrsError, InputError

FLOOR_BUILDINGS = 5
FLOOR_RESIDENTS = 50


def build_blocks(
    plots: gpd.GeoDataFrame,
    grids: pd.Series | None = None,
    *,
    floor_buildings: int = FLOOR_BUILDINGS,
    floor_residents: float = FLOOR_RESIDENTS,
) -> pd.Series:
    """Group plots into release blocks: plot_id → block code, each inside one committee.

    ``plots``: the plots frame in a metric CRS. A group below a floor joins the neighbour with the longest common
    border, inside its micro-grid (``grids``: plot_id → grid_code) while that can help, then inside its committee. What
    still is below (a tiny committee, a detached piece) stays so; ``build_release`` merges its figures further.
    Codes are the committee's code and a number in the order of the smallest plot_id.
    """
    if plots.crs is None or plots.crs.is_geographic:
        raise CrsError("Blocks are built from common borders in metres: give a metric CRS.")
    committee = pd.factorize(plots["committee_code"])[0]
    group = committee if grids is None else pd.factorize(grids.reindex(plots.index))[0]
    left, right, length = _borders(plots.geometry)
    inside = committee[left] == committee[right]
    merger = _Merger(
        plots["building_code"].notna().to_numpy().astype(float),
        plots["residents"].to_numpy(dtype=float),
        (floor_buildings, floor_residents),
    )
    for allowed in (inside & (group[left] == group[right]), inside):
        merger.merge(left[allowed], right[allowed], length[allowed])
    return _codes(merger.roots(), plots)


def block_shapes(plots: gpd.GeoDataFrame, blocks: pd.Series) -> gpd.GeoSeries:
    """Outline of each block in the CRS of the plots."""
    frame = plots[["geometry"]].assign(block_code=blocks)
    return frame.dissolve("block_code")["geometry"]


def blocks_of_buildings(plots: gpd.GeoDataFrame, blocks: pd.Series, elsewhere: pd.Series) -> pd.Series:
    """Block of each building; ``elsewhere`` gives the committee of buildings without a plot (sites, unlocated).

    Those form one block ``<committee>-0`` of their committee, so that sums close; it has no outline, no drawn
    polygon holds it, and it usually lies below the floor.
    """
    placed = plots.dropna(subset="building_code")
    known = pd.Series(blocks.reindex(placed.index).to_numpy(), index=placed["building_code"].to_numpy())
    known = known[~known.index.duplicated()]
    without = elsewhere[~elsewhere.index.isin(known.index)].astype(str) + "-0"
    return pd.concat([known, without]).rename("block_code")


def blocks_in(shapes: gpd.GeoSeries, polygon: BaseGeometry) -> list[str]:
    """Blocks whose representative point a drawn polygon holds; both in the same CRS.

    Raises InputError for an empty or self-crossing polygon. A polygon over no block gives an empty list.
    """
    if polygon.is_empty or polygon.geom_type not in ("Polygon", "MultiPolygon"):
        raise InputError("Draw a polygon with an area.")
    if not polygon.is_valid:
        raise InputError(f"The polygon is not valid: {shapely.is_valid_reason(polygon)}.")
    return list(shapes.index[shapely.covers(polygon, shapes.representative_point().to_numpy())])


def memberships(block_of: pd.Series, areas: pd.DataFrame, weight: pd.Series) -> pd.DataFrame:
    """The one area of each layer that holds most of a block's weight (residents), ties by most buildings, then code.

    ``block_of``: building → block; ``areas``: indexed by building, one column per layer (micro_grid, committee, cell…).
    """
    table = areas.reindex(block_of.index).assign(
        block_code=block_of, weight=weight.reindex(block_of.index).fillna(0), n=1
    )
    layers = {}
    for layer in areas.columns:
        sums = table.dropna(subset=layer).groupby(["block_code", layer])[["weight", "n"]].sum().reset_index()
        best = sums.sort_values(["weight", "n", layer], ascending=[False, False, True], kind="stable")
        layers[layer] = best.drop_duplicates("block_code").set_index("block_code")[layer]
    return pd.DataFrame(layers, index=pd.Index(sorted(block_of.unique()), name="block_code"))


def _borders(shapes: gpd.GeoSeries) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    geometry = shapes.to_numpy()
    left, right = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    edges = shapely.boundary(geometry)
    length = shapely.length(shapely.intersection(edges[left], edges[right]))
    touching = length > 0  # a corner in common is no border
    return left[touching], right[touching], length[touching]


class _Merger:
    """Groups that grow until they reach the floors: union-find with the common borders kept per group."""

    def __init__(self, buildings: np.ndarray, residents: np.ndarray, floors: tuple[float, float]) -> None:
        self.parent = list(range(len(buildings)))
        self.buildings, self.residents, self.floors = buildings.copy(), residents.copy(), floors

    def find(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def roots(self) -> np.ndarray:
        return np.array([self.find(i) for i in range(len(self.parent))], dtype=np.int64)

    def below(self, i: int) -> bool:
        return bool(self.buildings[i] < self.floors[0] or self.residents[i] < self.floors[1])

    def merge(self, left: np.ndarray, right: np.ndarray, length: np.ndarray) -> None:
        borders: dict[int, dict[int, float]] = {}
        for a, b, metres in zip(left.tolist(), right.tolist(), length.tolist(), strict=True):
            a, b = self.find(a), self.find(b)
            if a != b:
                for one, other in ((a, b), (b, a)):
                    borders.setdefault(one, {})[other] = borders.get(one, {}).get(other, 0.0) + metres
        queue = [(self.residents[i], i) for i in borders if self.below(i)]
        heapq.heapify(queue)
        while queue:
            size, i = heapq.heappop(queue)
            if self.find(i) != i or size != self.residents[i] or not self.below(i) or not borders.get(i):
                continue
            # Two that are both too small suit each other better than a small one and one already large enough.
            other = max(borders[i], key=lambda j: (self.below(j), borders[i][j], -j))
            self._join(other, i, borders)
            if self.below(other):
                heapq.heappush(queue, (self.residents[other], other))

    def _join(self, kept: int, gone: int, borders: dict[int, dict[int, float]]) -> None:
        self.parent[gone] = kept
        self.buildings[kept] += self.buildings[gone]
        self.residents[kept] += self.residents[gone]
        for third, metres in borders.pop(gone).items():
            borders[third].pop(gone)
            if third != kept:
                borders[kept][third] = borders[kept].get(third, 0.0) + metres
                borders[third][kept] = borders[third].get(kept, 0.0) + metres


def _codes(roots: np.ndarray, plots: gpd.GeoDataFrame) -> pd.Series:
    table = pd.DataFrame(
        {"root": roots, "plot": plots.index, "committee": plots["committee_code"].to_numpy()}
    )
    # A block lies in one committee, so its row with the smallest plot_id says all about it.
    first = table.sort_values(["committee", "plot"]).drop_duplicates("root")
    number = first.groupby("committee").cumcount() + 1
    code = first["committee"].astype(str) + "-" + number.astype(str)
    named = pd.Series(code.to_numpy(), index=first["root"].to_numpy())
    return pd.Series(named.reindex(roots).to_numpy(), index=plots.index, name="block_code")
