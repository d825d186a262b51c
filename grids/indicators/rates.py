"""Rates with their numerator, denominator and interval, for any areas.

Every rate is a frame on the index of the areas: numerator, denominator, value, low, high, n. A zero or absent
denominator gives an absent value, never 0 and never 1. Rates of larger areas come from summed counts (pooled);
means of rates are never taken. Shares of things counted in full (dwellings, records, links) have no sampling
error, so low = high = value; accuracy is an estimate from checked records and has an interval.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from grids.errors import InputError

Z95 = 1.959963984540054
RATE_COLUMNS = ("numerator", "denominator", "value", "low", "high", "n")
Interval = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def wilson(successes: np.ndarray, n: np.ndarray, z: float = Z95) -> tuple[np.ndarray, np.ndarray]:
    """Wilson score interval of a share, exact at 0 and n, absent where n = 0 (Wilson 1927).

    >>> low, high = wilson(np.array([75]), np.array([80]))
    >>> round(low[0], 6).item(), round(high[0], 6).item()
    (0.861899, 0.973011)
    """
    x, n = np.asarray(successes, dtype=float), np.asarray(n, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, scale = x / n, 1 + z * z / n
        middle = (share + z * z / (2 * n)) / scale
        half = z / scale * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        low = np.where(x == 0, 0.0, np.clip(middle - half, 0, 1))
        high = np.where(x == n, 1.0, np.clip(middle + half, 0, 1))
    known = n > 0
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def clopper_pearson(
    successes: np.ndarray, n: np.ndarray, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Clopper-Pearson interval of a share: never covers less than the confidence; absent where n = 0."""
    from scipy.stats import beta  # a second of imports, for the few who ask

    x, n = np.asarray(successes, dtype=float), np.asarray(n, dtype=float)
    tail = (1 - confidence) / 2
    known = n > 0
    inner_low, inner_high = known & (x > 0), known & (x < n)
    low, high = np.where(known, 0.0, np.nan), np.where(known, 1.0, np.nan)
    low[inner_low] = beta.ppf(tail, x[inner_low], n[inner_low] - x[inner_low] + 1)
    high[inner_high] = beta.ppf(1 - tail, x[inner_high] + 1, n[inner_high] - x[inner_high])
    return low, high


def rate(numerator: pd.Series, denominator: pd.Series, interval: Interval | None = None) -> pd.DataFrame:
    """A share, with an interval if it is an estimate.

    >>> rate(pd.Series([4, 0]), pd.Series([5, 0]))["value"].tolist()
    [0.8, nan]
    """
    top, bottom = _floats(numerator), _floats(denominator)
    known = (bottom > 0) & ~np.isnan(top)
    value = np.divide(top, bottom, out=np.full(len(top), np.nan), where=known)
    if interval is None:
        low = high = value
    elif (top[known] > bottom[known]).any():
        raise InputError("More successes than trials: these two columns are no share.")
    else:
        low, high = interval(np.where(known, top, 0), np.where(known, bottom, 0))
    columns = {"numerator": numerator, "denominator": denominator, "value": value, "low": low, "high": high}
    return pd.DataFrame({**columns, "n": denominator}, index=numerator.index)


def accuracy(figures: pd.DataFrame, frame: str = "register", interval: Interval = wilson) -> pd.DataFrame:
    """Register accuracy (准确率): correct ÷ checked, from register samples or, kept apart, from the ground.

    Ground checks also find people who are not in the register at all, so the two are never added.
    """
    prefix = {"register": "", "ground": "ground_"}
    if frame not in prefix:
        raise InputError("A check starts from the register or from the ground.")
    return rate(figures[f"{prefix[frame]}correct"], figures[f"{prefix[frame]}checked"], interval)


def verdict(accuracies: pd.DataFrame, target: float = 0.98) -> pd.DataFrame:
    """What the checks can say about a target: meets, misses, cannot_tell_yet or absent, and how many more are needed.

    ``further_checks``: how many more checks, at the rate seen so far, until the Wilson interval leaves the
    target; 0 once it has, absent when nothing is checked or the rate seen equals the target exactly. The Wilson
    interval inverts the score test, so it excludes t from n > z²t(1-t)/(value-t)² checks on.
    """
    low, high, value, n = (_floats(accuracies[c]) for c in ("low", "high", "value", "n"))
    said = np.select(
        [np.isnan(value), low >= target, high < target], ["absent", "meets", "misses"], "cannot_tell_yet"
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.ceil(Z95**2 * target * (1 - target) / (value - target) ** 2)
    further = np.where(said == "cannot_tell_yet", np.maximum(needed - n, 1), 0.0)
    further[(said == "absent") | ~np.isfinite(needed)] = np.nan
    columns = {"verdict": said, "further_checks": pd.array(further).astype("Int64")}
    return pd.DataFrame(columns, index=accuracies.index)


def indistinguishable(accuracies: pd.DataFrame) -> pd.Series:
    """How many other areas each area's interval overlaps: ranks inside such a group mean nothing."""
    known = accuracies.dropna(subset=["low", "high"])
    low, high = known["low"].to_numpy(), known["high"].to_numpy()
    below = np.searchsorted(np.sort(high), low, side="left")  # areas wholly below this one
    above = len(low) - np.searchsorted(np.sort(low), high, side="right")
    overlapping = pd.Series(len(low) - below - above - 1, index=known.index, dtype="Int64")
    return overlapping.reindex(accuracies.index)


def change(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Difference of two estimated rates (after - before) with Newcombe's interval, and what can be said.

    The hybrid score interval (Newcombe 1998, method 10) from the two Wilson intervals; both samples are taken as drawn
    independently. Columns: value, low, high, verdict (up, down, cannot_tell_yet, absent). Areas known in only one of
    the two are absent.
    """
    one, two = before.reindex(before.index.union(after.index)), after.reindex(before.index.union(after.index))
    value = two["value"] - one["value"]
    low = value - np.hypot(two["value"] - two["low"], one["high"] - one["value"])
    high = value + np.hypot(two["high"] - two["value"], one["value"] - one["low"])
    said = np.select([value.isna(), low > 0, high < 0], ["absent", "up", "down"], "cannot_tell_yet")
    return pd.DataFrame({"value": value, "low": low, "high": high, "verdict": said})


def group_renting_rate(figures: pd.DataFrame, interval: Interval = wilson) -> pd.DataFrame:
    """Dwellings found group-rented ÷ rented dwellings inspected in the month (n is the inspections)."""
    return rate(figures["group_renting_found"], figures["rental_inspected"], interval)


def shrunken_accuracy(accuracies: pd.DataFrame) -> pd.Series:
    """Accuracy shrunk to the common rate by the evidence each area has (Marshall 1991, global empirical Bayes).

    For maps and planning only, never for scores. On error rates, with the variance between areas clipped at 0;
    areas without checks stay absent and count in nothing.
    """
    known = accuracies[accuracies["value"].notna()]
    if known.empty:
        return pd.Series(np.nan, index=accuracies.index, name="shrunken")
    n = _floats(known["denominator"])
    errors = n - _floats(known["numerator"])
    common = errors.sum() / n.sum()
    spread = (n * (errors / n - common) ** 2).sum() / n.sum()
    between = max(spread - common / n.mean(), 0.0)
    own = between + common / n
    weight = np.divide(between, own, out=np.zeros_like(n), where=own > 0)
    shrunk = 1 - (weight * errors / n + (1 - weight) * common)
    return pd.Series(shrunk, index=known.index, name="shrunken").reindex(accuracies.index)


def check_density(figures: pd.DataFrame, area_m2: pd.Series) -> dict[str, pd.DataFrame]:
    """Visits of the month per 100 dwellings and per square kilometre (核查密度); counted in full, no interval."""
    per_dwelling = rate(figures["visits"], figures["dwellings"])
    per_m2 = rate(figures["visits"], area_m2.reindex(figures.index))
    return {
        "per_100_dwellings": _scaled(per_dwelling, 100),
        "per_km2": _scaled(per_m2, 1e6),
    }


def _scaled(table: pd.DataFrame, factor: float) -> pd.DataFrame:
    shown = {c: table[c] * factor for c in ("value", "low", "high")}
    return table.assign(**shown)


def _floats(column: pd.Series) -> np.ndarray:
    return column.to_numpy(dtype="float64", na_value=np.nan)
