"""Hotspots of group-renting findings: Gi* of the rate, tested against luck, with the inspections beside it.

Findings appear where one looks, so the rate (found ÷ inspected) is tested, never the count. A hotspot says where
to inspect next; it says nothing about anybody who lives there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array, eye_array

from grids.errors import InputError

PERMUTATIONS = 9_999
Pairs = tuple[np.ndarray, np.ndarray]


def rate_hotspots(
    found: pd.Series,
    inspected: pd.Series,
    neighbours: Pairs,
    *,
    seed: int,
    permutations: int = PERMUTATIONS,
    fewest: int = 3,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Gi* (Getis & Ord 1992; Ord & Getis 1995) of the finding rate of places, with p-values and a verdict.

    ``found`` and ``inspected`` are on one index; ``neighbours`` are pairs of positions in it, both directions.
    Places with fewer than ``fewest`` inspections are not tested ("too_few"), nor are those without a tested
    neighbour ("island"), nor a town whose rates are all equal ("constant"): esda would call these most significant.
    The test shuffles the outcomes of single inspections over the tested places, each keeping its own number of
    inspections, so a place with few is not mistaken for an extreme one. p is one-sided for each tail, with
    Benjamini & Hochberg's false discovery rate (1995) over the tested places. The same seed gives the same result.
    Columns: found, inspected, value, z, p_hot, p_cold, verdict (hot, cold, none, too_few, island, constant).
    """
    x, n = found.to_numpy(dtype="int64"), inspected.to_numpy(dtype="int64")
    if (x > n).any() or (x < 0).any():
        raise InputError("A place has more findings than inspections.")
    if permutations < 99:
        raise InputError("A permutation test needs at least 99 permutations; 9,999 are usual.")
    value = np.divide(x, n, out=np.full(len(x), np.nan), where=n > 0)
    table = pd.DataFrame({"found": x, "inspected": n, "value": value}, index=found.index)
    table = table.assign(z=np.nan, p_hot=np.nan, p_cold=np.nan, verdict="too_few")
    enough = n >= max(fewest, 1)
    graph = _graph(neighbours, len(x), enough)
    tested = enough & (np.diff(graph.indptr) > 0)
    table.loc[enough & ~tested, "verdict"] = "island"
    if tested.sum() < 3 or np.ptp(value[tested]) == 0:
        table.loc[tested, "verdict"] = "constant"
        return table
    inner = graph[tested][:, tested]
    z, p_hot, p_cold = _test(x[tested], n[tested], inner, permutations, seed)
    hot, cold = discoveries(p_hot, alpha), discoveries(p_cold, alpha)
    verdict = np.select([hot, cold], ["hot", "cold"], "none")
    table.loc[tested, ["z", "p_hot", "p_cold"]] = np.column_stack([z, p_hot, p_cold])
    table.loc[tested, "verdict"] = verdict
    return table


def discoveries(p: np.ndarray, alpha: float = 0.05) -> np.ndarray:
    """Which p-values hold at a false discovery rate of ``alpha`` (Benjamini & Hochberg 1995).

    >>> discoveries(np.array([0.01, 0.04, 0.03, 0.5])).tolist()
    [True, False, False, False]
    """
    order = np.argsort(p, kind="stable")
    held = p[order] <= alpha * np.arange(1, len(p) + 1) / len(p)
    last = np.flatnonzero(held).max() + 1 if held.any() else 0
    out = np.zeros(len(p), dtype=bool)
    out[order[:last]] = True
    return out


def compare_months(before: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    """What became of each place between two months: new, lasting, gone, none or unknown (not tested in one)."""
    index = before.index.union(after.index)
    was = before["verdict"].reindex(index).fillna("too_few")
    now = after["verdict"].reindex(index).fillna("too_few")
    untested = was.isin(["too_few", "island", "constant"]) | now.isin(["too_few", "island", "constant"])
    hot = (was.eq("hot"), now.eq("hot"))
    said = np.select(
        [untested, hot[0] & hot[1], hot[1], hot[0]], ["unknown", "lasting", "new", "gone"], "none"
    )
    return pd.Series(said, index=index, name="change")


def _graph(neighbours: Pairs, size: int, kept: np.ndarray) -> csr_array:
    left, right = neighbours
    use = kept[left] & kept[right] & (left != right)
    ones = np.ones(int(use.sum()))
    graph = csr_array(coo_array((ones, (left[use], right[use])), shape=(size, size)))
    graph.data[:] = 1.0  # a pair named twice is still one neighbour
    return graph


def _test(
    found: np.ndarray, inspected: np.ndarray, graph: csr_array, permutations: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from esda.getisord import G_Local  # two seconds of imports, for the few who ask
    from libpysal.weights import WSP

    from grids.indicators.shuffling import shuffled

    star = csr_array(graph + eye_array(len(found)))
    rates = found / inspected
    weights = WSP(star.tocsr()).to_W(silence_warnings=True)
    z = G_Local(rates, weights, transform="B", star=True, permutations=0).Zs
    owner = np.repeat(np.arange(len(found)), inspected)
    at_least, at_most = shuffled(
        star @ rates, owner, 1 / inspected, star.indptr, star.indices, int(found.sum()), permutations, seed
    )
    return np.asarray(z), (at_least + 1) / (permutations + 1), (at_most + 1) / (permutations + 1)
