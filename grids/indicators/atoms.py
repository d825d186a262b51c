"""Atoms: the groups of release blocks whose figures are published together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from grids.indicators.suppression import gives_away

# Says which columns of a group's parts (one row per part) forbid publishing the group.
Unsafe = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Atoms:
    """The atom of each block, and the atoms that could not be made safe and are withheld."""

    labels: np.ndarray
    unsafe: list[int]


def unsafe_counts(k: int) -> Unsafe:
    """A count that is small, or whose parts would be given away by the sum."""

    def columns(parts: np.ndarray) -> np.ndarray:
        total = parts.sum(axis=0)
        small = (total > 0) & (total < k)
        if len(parts) > 1:
            for c in np.flatnonzero(~small & ((parts > 0) & (parts < k)).any(axis=0)):
                small[c] = gives_away(parts[:, c], k)
        return small

    return columns


def unsafe_below(values: np.ndarray, floors: Sequence[int]) -> Unsafe:
    """A group with something in it that stays below one of the floors; a wholly empty one is safe."""
    least = np.asarray(floors)[: values.shape[1]]

    def columns(parts: np.ndarray) -> np.ndarray:
        total = parts.sum(axis=0)
        return (total < least) & (total.sum() > 0)

    return columns


def join_labels(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The finest grouping that keeps together what either grouping keeps together.

    >>> join_labels(np.array([0, 0, 1, 2]), np.array([5, 6, 6, 7])).tolist()
    [0, 0, 0, 1]
    """
    left, right = pd.factorize(one)[0], pd.factorize(other)[0]
    size = int(left.max(initial=-1)) + 1
    links = coo_array((np.ones(len(left)), (left, right + size)), shape=(size + len(left),) * 2)
    return pd.factorize(connected_components(links, directed=False)[1][left])[0]


def closed(labels: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels that lie wholly among the chosen, and those that lie partly among them."""
    touched, outside = np.unique(labels[chosen]), np.unique(labels[~chosen])
    whole = np.setdiff1d(touched, outside)
    return whole, np.setdiff1d(touched, whole)


def merged(labels: np.ndarray, values: np.ndarray, unsafe: Unsafe, levels: Sequence[pd.Series]) -> Atoms:
    """Join groups until every one is safe, inside the smallest area that allows it.

    ``labels``: the groups to begin with; ``values``: one row of counts per block; ``levels``: area of each block, from
    the smallest kind of area to the largest. At each level an unsafe group joins the smallest group of its own area
    that has something in the same column. Atoms are numbered by their first block.
    """
    groups = [np.flatnonzero(labels == label) for label in pd.unique(labels)]
    for level in levels:
        codes = pd.factorize(level)[0]
        area = np.array(
            [codes[g[0]] if (codes[g] == codes[g[0]]).all() else -1 for g in groups], dtype=np.int64
        )
        apart = [g for g, a in zip(groups, area, strict=True) if a < 0]
        for code in np.unique(area[area >= 0]):
            apart += _merge_inside(
                [g for g, a in zip(groups, area, strict=True) if a == code], values, unsafe
            )
        groups = sorted(apart, key=lambda g: int(g[0]))
    final = np.empty(len(values), dtype=np.int64)
    for group in groups:
        final[group] = group[0]
    return Atoms(final, [int(g[0]) for g in groups if unsafe(values[g]).any()])


def _merge_inside(groups: list[np.ndarray], values: np.ndarray, unsafe: Unsafe) -> list[np.ndarray]:
    """Join the groups of one area; one that finds nobody to hide with is left for a larger area."""
    wrong = {i: unsafe(values[g]) for i, g in enumerate(groups)}
    totals = {i: values[g].sum(axis=0) for i, g in enumerate(groups)}
    held = dict(enumerate(groups))
    failing = {i for i in held if wrong[i].any()}
    while failing:
        one = min(failing, key=lambda i: (totals[i][wrong[i]].sum(), i))
        columns = wrong[one]
        partners = [i for i in held if i != one and totals[i][columns].any()]
        if not partners:
            failing.discard(one)
            continue
        other = min(partners, key=lambda i: (totals[i][columns].sum(), i))
        held[other] = np.sort(np.concatenate([held[other], held.pop(one)]))
        totals[other] = totals[other] + totals.pop(one)
        wrong[other] = unsafe(values[held[other]])
        failing -= {one, other}
        failing |= {other} if wrong[other].any() else set()
    return list(held.values())
