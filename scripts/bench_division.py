"""Prints how division does beside other solvers, on the same plots in the same run.

    python scripts/bench_division.py [--plots 8600] [--large] [--plots-of 50000] [--json]

A synthetic town (rows of houses, local and arterial streets, committees along them) and, where the
environment variable WANGGE_SAMPLE_DATA names the folder, real census blocks. GerryChain and spopt take
part when they can be imported. Deviations are from each committee's own even share.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pymetis
import shapely
from shapely import LineString, box

from grids.boundaries.division import PlotGraph, adjacency, divide
from grids.boundaries.division.ground import Ground, committee_grounds
from grids.boundaries.division.request import grids_per_committee
from grids.boundaries.division.result import grid_figures
from grids.plots import make_plots

Ints = npt.NDArray[np.int64]
Solver = Callable[[Ground, int, PlotGraph, gpd.GeoDataFrame], Ints]
Result = TypeVar("Result")
TARGET = 1500.0


def synthetic_town(houses: int, seed: int = 0) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Buildings, committees of about 360 houses, and streets; 17.4 residents a house as in a lane town."""
    rng = np.random.default_rng(seed)
    blocks = max(2, round((houses / 12) ** 0.5))
    columns, rows = 3 * blocks, 4 * blocks
    x, y = np.meshgrid(np.arange(columns) * 40.0, np.arange(rows) * 28.0)
    count = x.size
    centre = np.column_stack([x.ravel() + 20, y.ravel() + 14]) + rng.uniform(-3, 3, (count, 2))
    size = np.column_stack([rng.uniform(14, 28, count), rng.uniform(8, 13, count)]) / 2
    turn = np.repeat(rng.uniform(-0.15, 0.15, rows), columns)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size[:, None]
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    turned = np.stack(
        [corners[..., 0] * cos - corners[..., 1] * sin, corners[..., 0] * sin + corners[..., 1] * cos], -1
    )
    buildings = gpd.GeoDataFrame(
        {"residents": np.rint(rng.gamma(2.0, 8.7, count))},
        geometry=list(shapely.polygons(turned + centre[:, None])),
        index=[f"B{i:06d}" for i in range(count)],
        crs=4549,
    )
    wide, high = 40.0 * columns, 28.0 * rows
    lines = [LineString([(i * 120.0, -5), (i * 120.0, high + 5)]) for i in range(1, blocks)]
    lines += [LineString([(-5, i * 112.0), (wide + 5, i * 112.0)]) for i in range(1, blocks)]
    kinds = ["arterial" if i % 5 == 0 else "local_road" for i in range(1, blocks)] * 2
    streets = gpd.GeoDataFrame({"kind": kinds}, geometry=lines, crs=4549)
    cuts = [*range(0, blocks, 5), blocks]
    cuts = cuts[:-2] + cuts[-1:] if len(cuts) > 2 and cuts[-1] - cuts[-2] < 3 else cuts
    areas = {
        f"C{i:02d}{j:02d}": box(120 * cuts[i], 112 * cuts[j], 120 * cuts[i + 1], 112 * cuts[j + 1])
        for i in range(len(cuts) - 1)
        for j in range(len(cuts) - 1)
    }
    return (
        buildings,
        gpd.GeoDataFrame({"code": list(areas)}, geometry=list(areas.values()), crs=4549),
        streets,
    )


def metis_alone(ground: Ground, k: int, graph: PlotGraph, plots: gpd.GeoDataFrame) -> Ints:
    """One k-way call with METIS' own defaults."""
    del graph, plots
    _, part = pymetis.part_graph(
        k,
        pymetis.CSRAdjacency(ground.ptr.astype(np.int32), ground.nbr.astype(np.int32)),
        vweights=np.maximum(1, np.rint(ground.weight * 10)).astype(np.int32),
        eweights=np.maximum(1, np.rint(ground.cut * 100)).astype(np.int32),
        options=pymetis.Options(seed=1),
    )
    return np.asarray(part, dtype=np.int64)


def recom_first_plan(ground: Ground, k: int, graph: PlotGraph, plots: gpd.GeoDataFrame) -> Ints:
    """GerryChain's first plan (recursive spanning trees, epsilon .05)."""
    import networkx as nx
    from gerrychain import Graph
    from gerrychain.tree import recursive_tree_part

    del graph, plots
    net = nx.Graph()
    for node in range(ground.size):
        net.add_node(node, population=float(ground.weight[node]))
        for other in ground.nbr[ground.ptr[node] : ground.ptr[node + 1]]:
            net.add_edge(node, int(other))
    found = recursive_tree_part(Graph.from_networkx(net), range(k), ground.total / k, "population", 0.05)
    return np.array([found[node] for node in range(ground.size)], dtype=np.int64)


def spopt_ward(ground: Ground, k: int, graph: PlotGraph, plots: gpd.GeoDataFrame) -> Ints:
    """spopt's spatially constrained Ward clustering (it balances likeness, not totals)."""
    from libpysal.weights import W
    from spopt.region import WardSpatial

    del graph
    lists = {
        node: ground.nbr[ground.ptr[node] : ground.ptr[node + 1]].tolist() for node in range(ground.size)
    }
    frame = plots.iloc[ground.plots].reset_index(drop=True)
    model = WardSpatial(frame, W(lists, silence_warnings=True), ["residents"], k)
    model.solve()
    return np.asarray(model.labels_, dtype=np.int64)


def peers() -> Iterator[tuple[str, Solver]]:
    yield "pymetis alone", metis_alone
    for module, name, solver in (
        ("gerrychain", "GerryChain ReCom, first plan", recom_first_plan),
        ("spopt", "spopt Ward", spopt_ward),
    ):
        if importlib.util.find_spec(module):
            yield name, solver
        else:
            print(f"  ({module} is not installed: left out)", file=sys.stderr)


def with_peer(solver: Solver, plots: gpd.GeoDataFrame, graph: PlotGraph) -> tuple[float, pd.Series]:
    """Seconds in the solver, and its assignment, committee by committee as ours."""
    weight = plots["residents"].to_numpy(dtype=np.float64)
    every = np.ones(len(plots), dtype=bool)
    parts = grids_per_committee(graph, weight, every, TARGET, None)
    nobody = np.zeros((0, 2), dtype=np.int64)
    grounds = committee_grounds(graph, plots, weight, every, np.arange(len(plots)), nobody, parts)
    assignment = pd.Series(index=plots.index, dtype=object)
    began = time.perf_counter()
    for number, ground in grounds.items():
        k = min(parts[number], ground.size)
        part = solver(ground, k, graph, plots) if k > 1 else np.zeros(ground.size, dtype=np.int64)
        assignment.iloc[ground.plots] = [f"{graph.committees[number]}-{g}" for g in part[ground.node]]
    return time.perf_counter() - began, assignment


def row(
    town: str, name: str, seconds: float, graph: PlotGraph, plots: gpd.GeoDataFrame, assignment: pd.Series
) -> dict[str, object]:
    weight = plots["residents"].to_numpy(dtype=np.float64)
    grids, streets = grid_figures(graph, assignment, weight, TARGET, set())
    ideal = grids.groupby("committee_code")["ideal"].first()
    largest = plots.groupby("committee_code")["residents"].max()
    divisible = grids["committee_code"].map((largest <= 1.05 * ideal) & (ideal > 0))
    off = grids.loc[divisible, "deviation"].abs()
    return {
        "town": town,
        "method": name,
        "s": round(seconds, 2),
        "grids": len(grids),
        "mean dev %": round(100 * off.mean(), 1),
        "max dev %": round(100 * off.max(), 1),
        "within 5 %": round(100 * float((off <= 0.05 + 1e-9).mean()), 1),
        "in pieces": int((grids["pieces"] > 1).sum()),
        "PP": round(float(grids["polsby_popper"].mean()), 3),
        "on streets %": round(100 * streets, 0) if np.isfinite(streets) else None,
    }


def compare(town: str, plots: gpd.GeoDataFrame, graph: PlotGraph, others: bool) -> list[dict[str, object]]:
    began, worked = time.perf_counter(), time.process_time()
    drawn = divide(plots, graph=graph)
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    rows = [row(town, f"wangge ({worked:.1f} s of processor)", seconds, graph, plots, drawn.assignment)]
    for name, solver in peers() if others else [("pymetis alone", metis_alone)]:
        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
                warnings.simplefilter("ignore")  # the peers' own
                seconds, assignment = with_peer(solver, plots, graph)
        except Exception as problem:
            rows.append({"town": town, "method": f"{name}: {type(problem).__name__}: {str(problem)[:50]}"})
            continue
        rows.append(row(town, name, seconds, graph, plots, assignment))
    return rows


def timed(what: str, work: Callable[..., Result], *inputs: object) -> Result:
    """What ``work`` answers, its time told on stderr."""
    began = time.perf_counter()
    result = work(*inputs)
    print(f"  {what}: {time.perf_counter() - began:.1f} s", file=sys.stderr)
    return result


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--plots", type=int, default=8600, help="houses of the synthetic town")
    asked.add_argument("--large", action="store_true", help="also 47,000 plots (without the slow peers)")
    asked.add_argument("--plots-of", type=int, default=0, help="also time plots from this many footprints")
    asked.add_argument("--no-peers", action="store_true", help="only pymetis beside ours")
    asked.add_argument("--json", action="store_true", help="rows as JSON")
    wish = asked.parse_args()
    rows: list[dict[str, object]] = []
    buildings, committees, streets = synthetic_town(120)
    small = make_plots(buildings, committees, streets).plots
    timed("compiling, or reading what was compiled before", divide, small)
    for houses in [wish.plots, *([47_000] if wish.large else [])]:
        buildings, committees, streets = synthetic_town(houses)
        plots = timed(
            f"plots of {len(buildings):,} footprints", make_plots, buildings, committees, streets
        ).plots
        graph = timed(f"adjacency of {len(plots):,} plots", adjacency, plots, streets)
        rows += compare(f"synthetic, {len(plots):,}", plots, graph, not wish.no_peers and houses < 20_000)
    folder = os.environ.get("WANGGE_SAMPLE_DATA", "")
    if folder:
        blocks = gpd.read_parquet(Path(folder) / "denver_blocks.parquet")
        blocks = blocks.rename(columns={"tract": "committee_code", "population": "residents"})
        rows += compare(f"Denver, {len(blocks):,}", blocks, adjacency(blocks), not wish.no_peers)
    if wish.plots_of:
        buildings, committees, streets = synthetic_town(wish.plots_of)
        timed(f"plots of {len(buildings):,} footprints", make_plots, buildings, committees, streets)
    if wish.json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    print(pd.DataFrame(rows).fillna("–").to_string(index=False))


if __name__ == "__main__":
    main()
