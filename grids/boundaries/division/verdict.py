"""The guarantee: for every committee, whether it is within tolerance, and if not, why and how that is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from grids.boundaries.division.graph import PlotGraph
from grids.boundaries.division.ground import Ground
from grids.boundaries.division.proof import heaviest_bound, impossible, packing_bound
from grids.boundaries.division.solving import Drawn

PROOF_NODES = 20_000
"""Branch-and-bound nodes that an exhaustive search may take; a count, so that the answer never varies."""


def committee_verdicts(
    graph: PlotGraph,
    grounds: Mapping[int, Ground],
    drawings: Mapping[int, Drawn],
    figures: pd.DataFrame,
    tolerance: float,
    prove: bool,
) -> pd.DataFrame:
    """The ``committees`` frame of a Division."""
    rows = {}
    by_committee = figures.groupby("committee_code")
    for number, code in enumerate(graph.committees):
        mine = by_committee.get_group(code)
        ground, drawn = grounds.get(number), drawings.get(number)
        off = mine.loc[~mine["locked"]]
        even = float(off["weight"].mean()) if len(off) else 0.0
        reached = float((off["weight"] / even - 1).abs().max()) if even > 0 else 0.0
        row: dict[str, object] = {
            "weight": float(mine["weight"].sum()),
            "k": len(mine),
            "ideal": float(mine["ideal"].iloc[0]),
            "best_possible": 0.0,
            "reached": reached,
            "within": reached <= tolerance + 1e-9,
            "reason": "",
            "proof": "",
            "ground_pieces": 1 + (ground.bridges if ground is not None else 0),
            "starts": drawn.starts if drawn is not None else 0,
            "proposals": drawn.proposals if drawn is not None else 0,
        }
        if ground is not None:
            _explain(row, graph, ground, len(off), tolerance, prove)
        rows[code] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("committee_code")


def _explain(
    row: dict[str, object], graph: PlotGraph, ground: Ground, k: int, tolerance: float, prove: bool
) -> None:
    """Fill in the bound, the reason and the proof of one committee (in place)."""
    reasons = []
    bound = heaviest_bound(ground, k)
    if not row["within"]:
        bound = packing_bound(ground, k, float(str(row["reached"])))
        row["proof"] = bound.method if bound.deviation > tolerance else "none"
        if bound.method == "heaviest" and bound.deviation > tolerance:
            reasons.append(_heavy(graph, ground, k))
        elif bound.deviation > tolerance:
            reasons.append(
                f"no sharing out of its plots, connected or not, comes closer than {bound.deviation:.1%}"
            )
        elif prove and impossible(ground, k, tolerance, PROOF_NODES):
            row["proof"] = "search"
            reasons.append("an exhaustive search finds no connected drawing within tolerance")
        else:
            reasons.append(f"none found in {row['starts']} starts and {row['proposals']} proposals")
    if ground.bridges:
        reasons.append(f"its ground is in {ground.bridges + 1} pieces")
    row["best_possible"] = min(bound.deviation, float(str(row["reached"])))
    row["reason"] = "; ".join(reasons)


def _heavy(graph: PlotGraph, ground: Ground, k: int) -> str:
    node = int(np.argmax(ground.weight))
    members = graph.plot_ids[ground.plots[ground.node == node]]
    name = f"plot {members[0]}" if len(members) == 1 else f"the group with plot {members[0]}"
    share = ground.weight[node] * k / ground.total
    return f"{name} alone weighs {ground.weight[node]:g}, {share:.0%} of an even share"
