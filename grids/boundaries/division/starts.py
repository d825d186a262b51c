"""First drawings for the annealing: METIS, random spanning trees, and the healing of stray pieces."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
import pymetis

from grids.boundaries.division.kernel import next_random

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def metis_start(
    ptr: Ints, nbr: Ints, cut: Floats, weight: Floats, k: int, *, loose: bool, recursive: bool, seed: int
) -> Ints:
    """K-way or recursive METIS on a connected graph; grids may come back empty or in pieces (see ``heal``)."""
    heaviest = max(float(weight.max(initial=0.0)), 1e-9)
    longest = max(float(cut.max(initial=0.0)), 1e-9)
    options = pymetis.Options(seed=seed % 30_000, ufactor=80 if loose else 20)
    _, part = pymetis.part_graph(
        k,
        pymetis.CSRAdjacency(ptr.astype(np.int32), nbr.astype(np.int32)),
        vweights=np.maximum(1, np.rint(weight / heaviest * 20_000)).astype(np.int32),
        eweights=np.maximum(1, np.rint(cut / longest * 10_000)).astype(np.int32),
        recursive=recursive,
        options=options,
    )
    return np.asarray(part, dtype=np.int64)


@numba.njit(cache=True, nogil=True)
def heal(part, k, weight, ptr, nbr, length):  # type: ignore[no-untyped-def]
    """Give all but the heaviest piece of each grid to the neighbour with the longest border (in place).

    Returns whether every grid has a plot and is in one piece; a grid without plots cannot be healed.
    """
    n = len(part)
    label = np.empty(n, dtype=np.int64)
    stack = np.empty(n, dtype=np.int64)
    for _ in range(n):
        label[:] = -1
        pieces = 0
        mass, grid_of = np.zeros(n), np.zeros(n, dtype=np.int64)
        for v in range(n):
            if label[v] >= 0:
                continue
            label[v] = pieces
            stack[0] = v
            size = 1
            while size > 0:
                size -= 1
                at = stack[size]
                mass[pieces] += weight[at] + 1e-9
                for e in range(ptr[at], ptr[at + 1]):
                    if label[nbr[e]] < 0 and part[nbr[e]] == part[v]:
                        label[nbr[e]] = pieces
                        stack[size] = nbr[e]
                        size += 1
            grid_of[pieces] = part[v]
            pieces += 1
        keep = np.full(k, -1, dtype=np.int64)
        for p in range(pieces):
            if keep[grid_of[p]] < 0 or mass[p] > mass[keep[grid_of[p]]]:
                keep[grid_of[p]] = p
        if pieces == k:
            return keep.min() >= 0
        stray = -1
        for p in range(pieces):
            if keep[grid_of[p]] != p and (stray < 0 or mass[p] < mass[stray]):
                stray = p
        if stray < 0:
            return False
        shared = np.zeros(k)
        for v in range(n):
            if label[v] == stray:
                for e in range(ptr[v], ptr[v + 1]):
                    if label[nbr[e]] != stray:
                        shared[part[nbr[e]]] += length[e] + 1e-9
        taker = shared.argmax()
        if shared[taker] == 0.0:
            return False
        for v in range(n):
            if label[v] == stray:
                part[v] = taker
    return False


@numba.njit(cache=True, nogil=True)
def _spanning_tree(inside, root, ptr, nbr, cut, state):  # type: ignore[no-untyped-def]
    """A random spanning tree of the plots ``inside``: order of visit and parent of each (Kruskal's merging).

    Borders that are dear to cut are likelier tree edges, so the tree's few edges across streets get cut.
    """
    n = len(inside)
    edges = 0
    for v in range(n):
        if inside[v]:
            for e in range(ptr[v], ptr[v + 1]):
                if nbr[e] > v and inside[nbr[e]]:
                    edges += 1
    left, right, key = np.empty(edges, np.int64), np.empty(edges, np.int64), np.empty(edges)
    edges = 0
    for v in range(n):
        if inside[v]:
            for e in range(ptr[v], ptr[v + 1]):
                if nbr[e] > v and inside[nbr[e]]:
                    left[edges], right[edges] = v, nbr[e]
                    key[edges] = next_random(state) / (abs(cut[e]) + 1e-6) ** 0.5
                    edges += 1
    boss = np.arange(n)
    tree_degree = np.zeros(n + 1, dtype=np.int64)
    chosen = np.zeros(edges, dtype=np.bool_)
    for e in np.argsort(key):
        x, y = left[e], right[e]
        while boss[x] != x:
            boss[x] = boss[boss[x]]
            x = boss[x]
        while boss[y] != y:
            boss[y] = boss[boss[y]]
            y = boss[y]
        if x != y:
            boss[x] = y
            chosen[e] = True
            tree_degree[left[e] + 1] += 1
            tree_degree[right[e] + 1] += 1
    start = np.cumsum(tree_degree)
    fill = start.copy()
    branch = np.empty(start[-1], dtype=np.int64)
    for e in range(edges):
        if chosen[e]:
            branch[fill[left[e]]] = right[e]
            branch[fill[right[e]]] = left[e]
            fill[left[e]] += 1
            fill[right[e]] += 1
    parent = np.full(n, -1, dtype=np.int64)
    order = np.empty(n, dtype=np.int64)
    order[0] = root
    size = 1
    at = 0
    while at < size:
        v = order[at]
        at += 1
        for e in range(start[v], start[v + 1]):
            if branch[e] != parent[v]:
                parent[branch[e]] = v
                order[size] = branch[e]
                size += 1
    return order[:size], parent


@numba.njit(cache=True, nogil=True)
def split_off(inside, grids, weight, ptr, nbr, cut, tries, state):  # type: ignore[no-untyped-def]
    """Carve from connected plots a piece nearest to one share of ``grids``, both sides in one piece.

    Returns the mask of the piece (all False when there is a single plot) and its share off the ideal.
    """
    n = len(inside)
    plots = 0
    mass = 0.0
    for v in range(n):
        if inside[v]:
            plots += 1
            mass += weight[v]
    best = np.zeros(n, dtype=np.bool_)
    best_off = np.inf
    if plots < 2:
        return best, best_off
    ideal = mass / grids
    below, held = np.empty(n), np.empty(n, dtype=np.int64)
    for _ in range(tries):
        root = int(next_random(state) * n)
        while not inside[root]:
            root = (root + 1) % n
        order, parent = _spanning_tree(inside, root, ptr, nbr, cut, state)
        top, down, off_here = -1, True, np.inf
        for i in range(len(order)):
            below[order[i]] = weight[order[i]]
            held[order[i]] = 1
        for i in range(len(order) - 1, 0, -1):
            v = order[i]
            below[parent[v]] += below[v]
            held[parent[v]] += held[v]
            for side in range(2):
                piece = below[v] if side == 0 else mass - below[v]
                left_plots = plots - held[v] if side == 0 else held[v]
                if left_plots < grids - 1:
                    continue
                off = abs(piece - ideal) / max(ideal, 1e-9)
                if off < off_here:
                    top, down, off_here = v, side == 0, off
        if top >= 0 and off_here < best_off:
            best_off = off_here
            best[:] = not down
            for v in range(n):
                if not inside[v]:
                    best[v] = False
            best[top] = down
            for i in range(1, len(order)):
                v = order[i]
                if v != top and parent[v] >= 0:
                    best[v] = best[parent[v]]
        if best_off < 0.01:
            break
    return best, best_off


@numba.njit(cache=True, nogil=True)
def tree_start(k, weight, ptr, nbr, cut, tries, seed):  # type: ignore[no-untyped-def]
    """A drawing of k connected grids carved one after another along random spanning trees."""
    n = len(weight)
    state = np.array([np.uint64(seed) * np.uint64(2654435769) + np.uint64(1442695040888963407)])
    part = np.full(n, k - 1, dtype=np.int64)
    inside = np.ones(n, dtype=np.bool_)
    for g in range(k - 1):
        piece, _ = split_off(inside, k - g, weight, ptr, nbr, cut, tries, state)
        for v in range(n):
            if piece[v]:
                part[v] = g
                inside[v] = False
    return part


@numba.njit(cache=True, nogil=True)
def recombine(part, a, b, weight, ptr, nbr, cut, tries, seed):  # type: ignore[no-untyped-def]
    """Two touching grids drawn anew along a random spanning tree of their ground (a copy of ``part``)."""
    state = np.array([np.uint64(seed) * np.uint64(2654435769) + np.uint64(7046029254386353131)])
    part = part.copy()
    inside = (part == a) | (part == b)
    piece, off = split_off(inside, 2, weight, ptr, nbr, cut, tries, state)
    if np.isfinite(off):
        for v in range(len(part)):
            if inside[v]:
                part[v] = a if piece[v] else b
    return part
