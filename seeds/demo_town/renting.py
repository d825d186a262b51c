"""Where homes are let and where group renting was planted: the truth that hotspots must find again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seeds.demo_town.scale import Scale

BASE_RATE = 0.012
"""Group-rented share of let homes away from the clusters."""
CLUSTER_RATE = 0.26
RADIUS_M = 120.0
RENTED_SHARE = 0.30
VACANT_SHARE = 0.08


@dataclass(frozen=True)
class Cluster:
    """A planted hotspot: middle in local metres, radius and the rate inside it."""

    x: float
    y: float
    radius_m: float
    rate: float


def let_homes(houses: pd.DataFrame, rng: np.random.Generator) -> NDArray[np.float64]:
    """Chance that an ordinary home of each building is let: by block, more in lanes and slabs near works."""
    base = (
        houses["compound_kind"].map({"lanes": 0.38, "slabs": 0.31, "mixed": 0.26, "towers": 0.24}).fillna(0.3)
    )
    per_block = rng.normal(0, 0.07, int(houses["block"].max()) + 2)
    chance = base.to_numpy(dtype=float) + per_block[houses["block"].to_numpy(dtype=int)]
    chance = np.clip(chance, 0.08, 0.6)
    weight = houses["dwellings"].to_numpy(dtype=float)
    ordinary = np.where(houses["use"] == "dormitory", 0, weight)
    return np.clip(chance * RENTED_SHARE / ((chance * ordinary).sum() / ordinary.sum()), 0.05, 0.75)


def plant(houses: pd.DataFrame, scale: Scale, rng: np.random.Generator) -> list[Cluster]:
    """Circles around buildings with many let homes near them, at least three radii apart."""
    wanted = int(np.clip(round(scale.residents / 20_000), 1, 12))
    homes = houses[
        (houses["kind"] == "building") & (houses["use"] == "residential") & (houses["dwellings"] > 0)
    ]
    spots = homes[["x", "y"]].to_numpy(dtype=float)
    radius = RADIUS_M * min(1.0, scale.length + 0.3)
    let = homes["dwellings"].to_numpy(dtype=float) * homes["let"].to_numpy(dtype=float)
    clusters: list[Cluster] = []
    for i in rng.permutation(len(spots)):
        x, y = spots[i]
        near = np.hypot(spots[:, 0] - x, spots[:, 1] - y) < radius
        enough = let[near].sum() >= min(100.0, 0.02 * let.sum())
        apart = all(np.hypot(x - c.x, y - c.y) > 3 * radius for c in clusters)
        if enough and apart:
            clusters.append(Cluster(float(x), float(y), radius, CLUSTER_RATE))
        if len(clusters) == wanted:
            break
    return clusters


def group_rate(houses: pd.DataFrame, clusters: list[Cluster]) -> NDArray[np.float64]:
    """Chance that a let home of each building is group-rented."""
    rate = np.full(len(houses), BASE_RATE)
    x, y = houses["x"].to_numpy(dtype=float), houses["y"].to_numpy(dtype=float)
    for cluster in clusters:
        rate[np.hypot(x - cluster.x, y - cluster.y) < cluster.radius_m] = cluster.rate
    return rate
