"""The ground of one committee as the solver sees it: compact arrays, with groups merged and gaps bridged."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from grids.boundaries.division.graph import NECK_M, PlotGraph

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_BRIDGE = (
    2.0  # what cutting a bridge over a gap saves, in √(mean area): a grid crosses a gap only for balance
)


@dataclass(frozen=True)
class Ground:
    """Nodes (plots, or plots that must stay together) of one committee that are still to be drawn.

    ``plots`` are positions in the plot graph and ``node`` the node of each; the graph is in CSR form, its
    ``cut`` the price of drawing a border there; ``bridges`` counts the edges laid over gaps.
    """

    plots: Ints
    node: Ints
    weight: Floats
    area: Floats
    perimeter: Floats
    ptr: Ints
    nbr: Ints
    length: Floats
    cut: Floats
    foe_ptr: Ints
    foe: Ints
    bridges: int

    @property
    def size(self) -> int:
        return len(self.weight)

    @property
    def total(self) -> float:
        return float(self.weight.sum())


def committee_grounds(
    graph: PlotGraph,
    plots: gpd.GeoDataFrame,
    weight: Floats,
    free: npt.NDArray[np.bool_],
    group: Ints,
    foes: Ints,
    parts: dict[int, int],
) -> dict[int, Ground]:
    """One Ground per committee number in ``parts`` (its number of grids), of its ``free`` plots.

    ``group`` is equal for plots that stay together; ``foes`` are pairs of plot positions to keep apart.
    """
    inner = (
        (graph.committee[graph.left] == graph.committee[graph.right]) & free[graph.left] & free[graph.right]
    )
    edges = np.flatnonzero(inner)
    edges = edges[np.argsort(graph.committee[graph.left[edges]], kind="stable")]
    owner = graph.committee[graph.left[edges]]
    free_at = np.flatnonzero(free)
    free_at = free_at[np.argsort(graph.committee[free_at], kind="stable")]
    where = graph.committee[free_at]
    shapes = plots.geometry.to_numpy()
    grounds = {}
    for number, k in parts.items():
        mine = free_at[np.searchsorted(where, number) : np.searchsorted(where, number, side="right")]
        lines = edges[np.searchsorted(owner, number) : np.searchsorted(owner, number, side="right")]
        grounds[number] = _ground(graph, shapes, weight, mine, lines, group, foes, k)
    return grounds


def _ground(
    graph: PlotGraph,
    shapes: npt.NDArray[np.object_],
    weight: Floats,
    plots: Ints,
    edges: Ints,
    group: Ints,
    foes: Ints,
    k: int,
) -> Ground:
    _, node = np.unique(group[plots], return_inverse=True)
    at = np.full(len(graph.plot_ids), -1, dtype=np.int64)
    at[plots] = node
    size = int(node.max(initial=-1)) + 1
    left, right = at[graph.left[edges]], at[graph.right[edges]]
    length, cost = graph.length_m[edges], graph.cost[edges]
    inside = left == right  # borders within a group vanish from its outline
    perimeter = np.bincount(node, graph.perimeter_m[plots], size) - 2 * np.bincount(
        left[inside], length[inside], size
    )
    area = np.bincount(node, graph.area_m2[plots], size)
    low, high = np.minimum(left, right)[~inside], np.maximum(left, right)[~inside]
    length, cut = length[~inside], (length * cost)[~inside]
    if size < len(plots):  # borders of one group with another become one
        low, high, length, cut = _summed(low, high, length, cut, size)
    neck = length < NECK_M
    bridges = _bridges(shapes[plots], node, size, low[~neck], high[~neck])
    reward = -_BRIDGE * float(np.sqrt(max(float(area.sum()), 1e-9) / max(k, 1)))
    known = dict(zip(zip(low[neck], high[neck], strict=True), length[neck], strict=True))
    over = np.array(bridges, dtype=np.int64).reshape(-1, 2)
    low, high = np.r_[low[~neck], over[:, 0]], np.r_[high[~neck], over[:, 1]]
    length = np.r_[length[~neck], [known.get(bridge, 0.0) for bridge in bridges]]
    cut = np.r_[cut[~neck], np.full(len(bridges), reward)]
    foe_pairs = at[foes] if len(foes) else np.zeros((0, 2), dtype=np.int64)
    foe_pairs = foe_pairs[(foe_pairs >= 0).all(axis=1)]
    ptr, nbr, order = _csr(low, high, size)
    foe_ptr, foe, _ = _csr(foe_pairs[:, 0], foe_pairs[:, 1], size)
    return Ground(
        plots=plots,
        node=node.astype(np.int64),
        weight=np.bincount(node, weight[plots], size).astype(np.float64),
        area=area.astype(np.float64),
        perimeter=perimeter.astype(np.float64),
        ptr=ptr,
        nbr=nbr,
        length=np.tile(length, 2)[order],
        cut=np.tile(cut, 2)[order],
        foe_ptr=foe_ptr,
        foe=foe,
        bridges=len(bridges),
    )


def _summed(
    low: Ints, high: Ints, length: Floats, cut: Floats, size: int
) -> tuple[Ints, Ints, Floats, Floats]:
    """Edges with the same ends added up."""
    edge, number = np.unique(low * size + high, return_inverse=True)
    together = np.bincount(number, length, len(edge)), np.bincount(number, cut, len(edge))
    return edge // size, edge % size, together[0].astype(np.float64), together[1].astype(np.float64)


def _csr(left: Ints, right: Ints, size: int) -> tuple[Ints, Ints, Ints]:
    """Pointers, neighbours and the order that brings doubled edge values into line."""
    ends, others = np.r_[left, right], np.r_[right, left]
    order = np.lexsort((others, ends))
    ptr = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(ends, minlength=size), out=ptr[1:])
    return ptr, others[order].astype(np.int64), order


def _bridges(
    shapes: npt.NDArray[np.object_], node: Ints, size: int, low: Ints, high: Ints
) -> list[tuple[int, int]]:
    """The fewest shortest links that join ground in pieces: the smallest piece to what lies nearest."""
    matrix = csr_array((np.ones(len(low), dtype=np.int8), (low, high)), shape=(size, size))
    pieces, label = connected_components(matrix, directed=False)
    links: list[tuple[int, int]] = []
    while pieces > 1:
        here = label[node]
        sizes = np.bincount(label, minlength=label.max() + 1)
        sizes[sizes == 0] = size + 1
        inside = np.flatnonzero(here == sizes.argmin())
        outside = np.flatnonzero(here != sizes.argmin())
        near = shapely.STRtree(shapes[outside]).query_nearest(
            shapes[inside], return_distance=True, all_matches=False
        )
        nearest = int(near[1].argmin())
        one, two = int(node[inside[near[0][0][nearest]]]), int(node[outside[near[0][1][nearest]]])
        links.append((min(one, two), max(one, two)))
        label[label == label[one]] = label[two]
        pieces -= 1
    return links
