"""How evenly weights can be shared out at all, borders ignored: a branch and bound with a node limit."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

NODES = 60_000
"""Placements tried per question; a count and not a time, so that the answer is the same everywhere."""


@numba.njit(cache=True, nogil=True)
def _can_pack(weight, low, high, k, limit):  # type: ignore[no-untyped-def]
    """1 if ``weight`` (descending) fits into k bins of [low, high], 0 if it cannot, -1 if the limit ended it.

    Depth first, each weight into the emptiest bin first; bins filled alike are tried once; a branch ends
    when what is left cannot bring every bin to ``low``.
    """
    n = len(weight)
    rest = np.zeros(n + 1)
    for i in range(n - 1, -1, -1):
        rest[i] = rest[i + 1] + weight[i]
    load = np.zeros(k)
    chosen = np.full(n, -1, dtype=np.int64)
    rank = np.zeros(n + 1, dtype=np.int64)  # how many bins were tried at each depth
    order = np.zeros((n + 1, k), dtype=np.int64)
    order[0] = np.arange(k)
    depth = 0
    tried = 0
    while depth >= 0:
        if depth == n:
            return 1
        if chosen[depth] >= 0:
            load[chosen[depth]] -= weight[depth]
            chosen[depth] = -1
        placed = False
        while rank[depth] < k:
            b = order[depth, rank[depth]]
            rank[depth] += 1
            if load[b] + weight[depth] > high:
                continue
            if rank[depth] > 1 and load[order[depth, rank[depth] - 2]] == load[b]:
                continue
            tried += 1
            if tried > limit:
                return -1
            load[b] += weight[depth]
            missing = 0.0
            for g in range(k):
                missing += max(0.0, low - load[g])
            if missing > rest[depth + 1]:
                load[b] -= weight[depth]
                continue
            chosen[depth] = b
            placed = True
            break
        if placed:
            depth += 1
            rank[depth] = 0
            if depth < n:
                order[depth] = np.argsort(load, kind="mergesort")
        else:
            depth -= 1
    return 0


def packing_floor(weight: npt.NDArray[np.float64], k: int, known: float, reached: float) -> float:
    """A largest deviation that no sharing out into ``k`` even shares can beat, between two known values.

    ``known`` is already proven and ``reached`` was drawn; bisection to a ten-thousandth. A question that
    the limit leaves open counts as possible, so the floor is always proven.

    >>> round(packing_floor(np.array([3.0, 3.0, 2.0]), 2, 0.0, 0.5), 3)
    0.25
    """
    ordered = np.sort(weight[weight > 0])[::-1]
    ideal = float(ordered.sum()) / k
    slack = 1e-9 * ideal
    low, high = known, reached
    while high - low > 1e-4:
        middle = (low + high) / 2
        answer = _can_pack(ordered, ideal * (1 - middle) - slack, ideal * (1 + middle) + slack, k, NODES)
        low, high = (middle, high) if answer == 0 else (low, middle)
    return low
