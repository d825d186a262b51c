"""The permutation test of the hotspots, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)  # pragma: no cover - compiled
def shuffled(
    observed: np.ndarray,
    owner: np.ndarray,
    step: np.ndarray,
    indptr: np.ndarray,
    indices: np.ndarray,
    findings: int,
    permutations: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """How often shuffled findings give each place's Gi* sum at least, and at most, what was observed.

    Gi* is this sum over a total; every place is compared with itself only, so the sum orders it as Gi* does.
    """
    np.random.seed(seed)
    at_least = np.zeros(len(observed), dtype=np.int64)
    at_most = np.zeros(len(observed), dtype=np.int64)
    deck = owner.copy()
    for _ in range(permutations):
        lag = np.zeros(len(observed))
        for draw in range(findings):  # the first cards of a Fisher-Yates shuffle
            pick = np.random.randint(draw, len(deck))
            deck[draw], deck[pick] = deck[pick], deck[draw]
            place = deck[draw]
            for k in range(indptr[place], indptr[place + 1]):
                lag[indices[k]] += step[place]
        for i in range(len(observed)):
            if lag[i] >= observed[i] - 1e-9:
                at_least[i] += 1
            if lag[i] <= observed[i] + 1e-9:
                at_most[i] += 1
    return at_least, at_most
