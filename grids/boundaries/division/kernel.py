"""Annealing of one committee, compiled: plots move between grids while every grid stays in one piece.

The energy of a drawing is ``over * Σ max(0, |d| - tolerance)² + dev * Σ d² + shape * Σ perimeter²/(4π area)
+ streets * Σ cut cost/√(mean area) + apart * pairs drawn together + stay * Σ stay of plots away from home``, with d
a grid's share off its ideal; a move changes two grids and is worked out from the plot's own borders.
"""

from __future__ import annotations

import math

import numba
import numpy as np

OVER, DEV, SHAPE, STREETS, APART, STAY = 0, 1, 2, 3, 4, 5
"""Positions of the energy's factors in ``factors``."""

SOFT = 0.9
"""Where the penalty sets in, as a share of the tolerance: a quadratic one has no force at its own edge."""


@numba.njit(cache=True, nogil=True)
def next_random(state):  # type: ignore[no-untyped-def]
    """Xorshift64*: the next number in [0, 1); ``state`` is one uint64 in an array, never 0."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return ((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@numba.njit(cache=True, nogil=True)
def grid_energy(weight, area, perimeter, ideal, tolerance, factors):  # type: ignore[no-untyped-def]
    """One grid's own part of the energy."""
    share = abs(weight / ideal - 1.0) if ideal > 0.0 else 0.0
    over = max(0.0, share - tolerance)
    round_ = perimeter * perimeter / (4.0 * math.pi * area) if area > 0.0 else 1.0
    return factors[OVER] * over * over + factors[DEV] * share * share + factors[SHAPE] * round_


@numba.njit(cache=True, nogil=True)
def stays_whole(plot, grid, part, ptr, nbr, stamp, mark, stack):  # type: ignore[no-untyped-def]
    """Whether ``grid`` without ``plot`` is in one piece: search from one neighbour until all others are met."""
    wanted = 0
    first = -1
    for e in range(ptr[plot], ptr[plot + 1]):
        other = nbr[e]
        if part[other] == grid:
            wanted += 1
            first = other
            stamp[other] = mark
    if wanted <= 1:
        return True
    size = 1
    stack[0] = first
    stamp[first] = mark + 1
    stamp[plot] = mark + 1
    wanted -= 1
    while size > 0:
        size -= 1
        at = stack[size]
        for e in range(ptr[at], ptr[at + 1]):
            other = nbr[e]
            if part[other] != grid or stamp[other] == mark + 1:
                continue
            if stamp[other] == mark:
                wanted -= 1
                if wanted == 0:
                    return True
            stamp[other] = mark + 1
            stack[size] = other
            size += 1
    return False


@numba.njit(cache=True, nogil=True)
def totals(part, k, node_weight, node_area, node_perimeter, ptr, nbr, length, cut):  # type: ignore[no-untyped-def]
    """Weight, area, perimeter and number of plots of each grid, and the cost of the whole inner border."""
    weight, area, perimeter = np.zeros(k), np.zeros(k), np.zeros(k)
    count = np.zeros(k, dtype=np.int64)
    border = 0.0
    for v in range(len(part)):
        g = part[v]
        weight[g] += node_weight[v]
        area[g] += node_area[v]
        perimeter[g] += node_perimeter[v]
        count[g] += 1
        for e in range(ptr[v], ptr[v + 1]):
            if part[nbr[e]] == g:
                perimeter[g] -= length[e]
            else:
                border += cut[e] / 2.0
    return weight, area, perimeter, count, border


@numba.njit(cache=True, nogil=True)
def apart_change(v, a, b, part, foe_ptr, foe):  # type: ignore[no-untyped-def]
    """How many more forbidden pairs share a grid once plot v goes from a to b."""
    change = 0
    for e in range(foe_ptr[v], foe_ptr[v + 1]):
        if part[foe[e]] == a:
            change -= 1
        elif part[foe[e]] == b:
            change += 1
    return change


@numba.njit(cache=True, nogil=True)
def excess_of(weight, ideal, tolerance):  # type: ignore[no-untyped-def]
    """Sum over grids of the share by which each passes the tolerance."""
    total = 0.0
    if ideal > 0.0:
        for g in range(len(weight)):
            total += max(0.0, abs(weight[g] / ideal - 1.0) - tolerance - 1e-12)
    return total


@numba.njit(cache=True, nogil=True)
def anneal(  # type: ignore[no-untyped-def]
    part, k, node_weight, node_area, node_perimeter, ptr, nbr, length, cut, foe_ptr, foe, home, stay,
    ideal, tolerance, scale, factors, hot, cold, steps, seed,
):  # fmt: skip
    """Improve ``part`` (a copy) by single moves and by swaps; the best drawing met, its excess and its energy.

    ``home`` is the grid a plot came from (-1 for none) and ``stay`` what leaving it costs, for repairs;
    ``scale`` is 1/√(mean grid area).
    The temperature falls from ``hot`` to ``cold`` in ``steps`` proposals; a grid never loses its last plot.
    """
    n = len(part)
    soft = SOFT * tolerance
    part = part.copy()
    weight, area, perimeter, count, border = totals(
        part, k, node_weight, node_area, node_perimeter, ptr, nbr, length, cut
    )
    own = np.empty(k)
    energy = factors[STREETS] * scale * border
    for g in range(k):
        own[g] = grid_energy(weight[g], area[g], perimeter[g], ideal, soft, factors)
        energy += own[g]
    foes = 0
    for v in range(n):
        for e in range(foe_ptr[v], foe_ptr[v + 1]):
            if foe[e] > v and part[foe[e]] == part[v]:
                foes += 1
        if home[v] >= 0 and home[v] != part[v]:
            energy += factors[STAY] * stay[v]
    energy += factors[APART] * foes
    best = part.copy()
    best_energy = energy
    best_excess = excess_of(weight, ideal, tolerance) + foes
    state = np.array([np.uint64(seed) * np.uint64(2654435769) + np.uint64(88172645463325252)])
    stamp = np.zeros(n, dtype=np.int64)
    stack = np.empty(n + 1, dtype=np.int64)
    mark = 1
    temperature = hot
    cooling = (cold / hot) ** (1.0 / max(1, steps // 64))
    held = np.empty(2, dtype=np.int64)  # the plots of the move under way, and where they came from
    source = np.empty(2, dtype=np.int64)
    for step in range(steps):
        if step % 64 == 0:
            temperature *= cooling
        v = int(next_random(state) * n)
        degree = ptr[v + 1] - ptr[v]
        if degree == 0:
            continue
        b = part[nbr[ptr[v] + int(next_random(state) * degree)]]
        a = part[v]
        if a == b:
            continue
        swap = next_random(state) < 0.25
        if count[a] == 1 and not swap:
            continue
        moved = 0
        delta = 0.0
        foes_delta = 0
        refused = False
        limit = -temperature * math.log(1.0 - next_random(state))
        while True:
            la = lb = ca = cb = 0.0
            for e in range(ptr[v], ptr[v + 1]):
                other = part[nbr[e]]
                if other == a:
                    la += length[e]
                    ca += cut[e]
                elif other == b:
                    lb += length[e]
                    cb += cut[e]
            wa, wb = weight[a] - node_weight[v], weight[b] + node_weight[v]
            aa, ab = area[a] - node_area[v], area[b] + node_area[v]
            pa = perimeter[a] - node_perimeter[v] + 2.0 * la
            pb = perimeter[b] + node_perimeter[v] - 2.0 * lb
            fa = grid_energy(wa, aa, pa, ideal, soft, factors)
            fb = grid_energy(wb, ab, pb, ideal, soft, factors)
            delta += fa + fb - own[a] - own[b] + factors[STREETS] * scale * (ca - cb)
            change = apart_change(v, a, b, part, foe_ptr, foe)
            foes_delta += change
            delta += factors[APART] * change
            if home[v] >= 0:
                gone = (1.0 if home[v] == a else 0.0) - (1.0 if home[v] == b else 0.0)
                delta += factors[STAY] * gone * stay[v]
            last = not swap or moved == 1
            if last and delta > limit:
                refused = True
                break
            mark += 2
            if count[a] == 1 or not stays_whole(v, a, part, ptr, nbr, stamp, mark, stack):
                refused = True
                break
            held[moved], source[moved] = v, a
            moved += 1
            part[v] = b
            weight[a], weight[b], area[a], area[b] = wa, wb, aa, ab
            perimeter[a], perimeter[b], own[a], own[b] = pa, pb, fa, fb
            count[a] -= 1
            count[b] += 1
            border += ca - cb
            if last:
                break
            back = -1  # a plot of b that touches a goes the other way
            for _ in range(12):
                u = int(next_random(state) * n)
                if part[u] != b or u == v:
                    continue
                for e in range(ptr[u], ptr[u + 1]):
                    if part[nbr[e]] == a:
                        back = u
                        break
                if back >= 0:
                    break
            if back < 0:
                refused = True
                break
            v = back
            a, b = b, a
        if refused:
            while moved > 0:  # put the first half of a swap back
                moved -= 1
                v, a = held[moved], source[moved]
                b = part[v]
                la = lb = ca = cb = 0.0
                for e in range(ptr[v], ptr[v + 1]):
                    other = part[nbr[e]]
                    if other == b:
                        lb += length[e]
                        cb += cut[e]
                    elif other == a:
                        la += length[e]
                        ca += cut[e]
                part[v] = a
                weight[b] -= node_weight[v]
                weight[a] += node_weight[v]
                area[b] -= node_area[v]
                area[a] += node_area[v]
                perimeter[b] += 2.0 * lb - node_perimeter[v]
                perimeter[a] += node_perimeter[v] - 2.0 * la
                own[a] = grid_energy(weight[a], area[a], perimeter[a], ideal, soft, factors)
                own[b] = grid_energy(weight[b], area[b], perimeter[b], ideal, soft, factors)
                count[b] -= 1
                count[a] += 1
                border += cb - ca
            continue
        energy += delta
        foes += foes_delta
        if energy < best_energy or best_excess > 0.0:
            excess = excess_of(weight, ideal, tolerance) + foes
            if excess < best_excess or (excess == best_excess and energy < best_energy):
                best_excess, best_energy = excess, energy
                best[:] = part
    return best, best_excess, best_energy
