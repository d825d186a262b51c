"""Clusters of buildings by Kulldorff's spatial scan statistic: circles in which findings are too frequent.

Kulldorff (1997), Bernoulli model (findings among inspections) and Poisson model (events against an expected
number); high rates only. The p-value comes from shuffled towns and already allows for having looked everywhere.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numba import njit
from scipy.spatial import cKDTree
from scipy.special import xlogy

from grids.errors import InputError

COLUMNS = ("x", "y", "radius_m", "buildings", "cases", "trials", "expected", "relative_rate", "score", "p")


def scan_clusters(
    points: np.ndarray,
    cases: np.ndarray,
    trials: np.ndarray,
    *,
    seed: int,
    model: str = "bernoulli",
    largest_share: float = 0.5,
    largest_radius_m: float = 500.0,
    permutations: int = 999,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Significant, non-overlapping circles, the strongest first; empty when luck explains everything.

    ``points``: (n, 2) in metres; ``cases`` and ``trials`` per point: findings and inspections (Bernoulli), or events
    and expected events up to a factor (Poisson). A circle is centred on a point, holds at most ``largest_share`` of
    the trials and reaches at most ``largest_radius_m``. Columns: ``COLUMNS`` and ``members`` (positions of points).
    ``score`` is the log likelihood ratio; ``p`` compares it with the best circle of each shuffled town.
    """
    points, cases = np.asarray(points, dtype=float), np.asarray(cases, dtype="int64")
    trials = np.asarray(trials, dtype=float)
    if model not in ("bernoulli", "poisson"):
        raise InputError("The scan knows the models bernoulli and poisson.")
    if (
        (cases < 0).any()
        or (trials < 0).any()
        or (model == "bernoulli" and ((cases > trials) | (trials % 1 > 0)).any())
    ):
        raise InputError("Findings and inspections must be 0 or more, and findings at most the inspections.")
    active = np.flatnonzero(trials > 0)
    total = int(cases[active].sum())
    if len(active) < 3 or total == 0 or total == trials.sum():
        return pd.DataFrame(columns=[*COLUMNS, "members"])
    starts, members, reach = _circles(points[active], trials[active], largest_share, largest_radius_m)
    bernoulli = model == "bernoulli"
    circles = (trials[active], starts, members, bernoulli, _logs(trials, bernoulli))
    score, size = _best_per_centre(cases[active].astype(float), *circles)
    rng = np.random.default_rng(seed)
    best = np.empty(permutations)
    for i in range(permutations):
        shuffled = _shuffle(rng, trials[active], total, bernoulli)
        best[i] = _best_per_centre(shuffled, *circles)[0].max()
    rows, taken = [], np.zeros(len(active), dtype=bool)
    for centre in np.argsort(-score, kind="stable"):
        p = (1 + int((best >= score[centre] - 1e-9).sum())) / (permutations + 1)
        if score[centre] <= 0 or p > alpha:
            break
        inside = members[starts[centre] : starts[centre] + size[centre]]
        if taken[inside].any():
            continue
        taken[inside] = True
        radius = reach[starts[centre] + size[centre] - 1]
        found = _describe(points[active], cases[active], trials[active], centre, inside, radius)
        rows.append({**found, "score": score[centre], "p": p, "members": active[inside]})
    return pd.DataFrame(rows, columns=[*COLUMNS, "members"])


def _circles(
    points: np.ndarray, trials: np.ndarray, largest_share: float, radius_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Members of each centre's largest circle, nearest first, as one flat array with starts and distances."""
    near = cKDTree(points).query_ball_point(points, radius_m)
    starts, members, reach = [0], [], []
    for centre, around in enumerate(near):
        inside = np.asarray(around)
        distance = np.hypot(*(points[inside] - points[centre]).T)
        order = np.lexsort((inside, distance))
        inside, distance = inside[order], distance[order]
        room = int(np.searchsorted(trials[inside].cumsum(), largest_share * trials.sum(), side="right"))
        members.append(inside[: max(room, 1)])
        reach.append(distance[: max(room, 1)])
        starts.append(starts[-1] + len(members[-1]))
    return np.array(starts), np.concatenate(members), np.concatenate(reach)


def _shuffle(rng: np.random.Generator, trials: np.ndarray, total: int, bernoulli: bool) -> np.ndarray:
    if bernoulli:
        return rng.multivariate_hypergeometric(trials.astype("int64"), total, method="marginals").astype(
            float
        )
    return rng.multinomial(total, trials / trials.sum()).astype(float)


def _describe(
    points: np.ndarray, cases: np.ndarray, trials: np.ndarray, centre: int, inside: np.ndarray, radius: float
) -> dict[str, float]:
    c, n = int(cases[inside].sum()), float(trials[inside].sum())
    rest_cases, rest = cases.sum() - c, trials.sum() - n
    outside = rest_cases / rest if rest > 0 else np.nan
    return {
        "x": points[centre, 0],
        "y": points[centre, 1],
        "radius_m": float(radius),
        "buildings": len(inside),
        "cases": c,
        "trials": n,
        "expected": float(cases.sum() * n / trials.sum()),
        "relative_rate": c / n / outside if outside > 0 else np.inf,
    }


def _logs(trials: np.ndarray, bernoulli: bool) -> np.ndarray:
    """x·log x for every whole number of inspections: a look-up is several times faster than a logarithm."""
    x = np.arange(int(trials.sum()) + 1 if bernoulli else 1, dtype=float)
    return np.asarray(xlogy(x, x))


@njit(cache=True)  # pragma: no cover - compiled
def _xlogy(x: float, y: float) -> float:
    return x * np.log(y) if x > 0 else 0.0


@njit(cache=True)  # pragma: no cover - compiled
def _best_per_centre(
    cases: np.ndarray,
    trials: np.ndarray,
    starts: np.ndarray,
    members: np.ndarray,
    bernoulli: bool,
    log: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Best log likelihood ratio of the circles around each centre, and how many points that circle holds."""
    all_cases, all_trials = cases.sum(), trials.sum()
    base = _xlogy(all_cases, all_cases / all_trials)
    if bernoulli:
        base = log[int(all_cases)] + log[int(all_trials - all_cases)] - log[int(all_trials)]
    score = np.zeros(len(starts) - 1)
    size = np.zeros(len(starts) - 1, dtype=np.int64)
    for centre in range(len(starts) - 1):
        c = n = 0.0
        for k in range(starts[centre], starts[centre + 1]):
            c += cases[members[k]]
            n += trials[members[k]]
            rest = all_trials - n
            if rest <= 0 or c * rest <= (all_cases - c) * n:
                continue  # no higher inside than outside
            if bernoulli:
                i, o = int(n), int(rest)
                x, y = int(c), int(all_cases - c)
                ratio = log[x] + log[i - x] - log[i] + log[y] + log[o - y] - log[o] - base
            else:
                ratio = _xlogy(c, c / n) + _xlogy(all_cases - c, (all_cases - c) / rest) - base
            if ratio > score[centre]:
                score[centre], size[centre] = ratio, k - starts[centre] + 1
    return score, size
