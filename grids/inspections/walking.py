"""Walking distances between places: over the town's street network, or straight × a detour where there is none."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from grids.errors import CrsError

if TYPE_CHECKING:
    import networkx as nx

Point = tuple[float, float]


@dataclass(frozen=True)
class Streets:
    """A walking network: node positions in metres (n × 2) and the graph with ``length_m`` on its edges.

    ``stray_m`` is the length of small pieces that were left out.
    """

    graph: nx.Graph
    nodes: np.ndarray
    stray_m: float = 0.0


def streets(lines: gpd.GeoSeries, least_share: float = 0.02) -> Streets:
    """The network of street centre lines in a metric CRS; lines meet where they share a vertex (to 10 cm).

    Pieces that hold less than ``least_share`` of the whole length are strays of a clipped or unfinished map: they
    are left out, so that a place beside one snaps to a street that leads somewhere. Larger pieces stay apart.
    Raises CrsError for degrees. A crossing without a common vertex is a bridge or tunnel and joins nothing.
    """
    if lines.crs is None or lines.crs.is_geographic:
        raise CrsError("a street network needs a metric CRS: degrees have no length")
    import networkx as nx

    graph: nx.Graph = nx.Graph()
    for line in lines.explode(index_parts=False).dropna():
        held = [(round(x, 1), round(y, 1)) for x, y, *_ in line.coords]
        for begin, end in itertools.pairwise(held):
            if begin != end:
                graph.add_edge(begin, end, length_m=float(np.hypot(begin[0] - end[0], begin[1] - end[1])))
    stray_m = _drop_strays(graph, least_share)
    return Streets(graph, np.array(list(graph.nodes), dtype=float).reshape(-1, 2), stray_m)


def _drop_strays(graph: nx.Graph, least_share: float) -> float:
    """Remove small pieces from ``graph`` in place; their length in metres."""
    import networkx as nx

    pieces = list(nx.connected_components(graph))
    lengths = [graph.subgraph(piece).size(weight="length_m") for piece in pieces]
    stray_m = 0.0
    for piece, length in zip(pieces, lengths, strict=True):
        if length < least_share * sum(lengths):
            graph.remove_nodes_from(piece)
            stray_m += length
    return stray_m


def straight_m(places: Sequence[Point], detour_factor: float) -> np.ndarray:
    """Straight distances in metres × the detour factor, between every two places."""
    held = np.asarray(places, dtype=float).reshape(-1, 2)
    apart = held[:, None, :] - held[None, :, :]
    return np.hypot(apart[..., 0], apart[..., 1]) * detour_factor


def walking_m(places: Sequence[Point], network: Streets | None, detour_factor: float) -> np.ndarray:
    """Metres on foot between every two places: to the nearest node, along the network, and off it again.

    inf where the network is in pieces: a river without a bridge is not crossed. Without a network, straight
    lines × ``detour_factor``. Two places at one node are no farther than their straight distance.
    """
    straight = straight_m(places, detour_factor)
    if network is None or not len(network.nodes) or not len(places):
        return straight
    gap, node = cKDTree(network.nodes).query(np.asarray(places, dtype=float))
    import networkx as nx

    matrix = nx.to_scipy_sparse_array(network.graph, weight="length_m", format="csr")
    along = dijkstra(matrix, directed=False, indices=node)[:, node]
    found = along + (gap[:, None] + gap[None, :]) * detour_factor
    found = np.where(node[:, None] == node[None, :], np.minimum(found, straight), found)
    np.fill_diagonal(found, 0.0)
    return np.asarray(found)
