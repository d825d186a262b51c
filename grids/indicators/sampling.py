"""How many checks for which certainty, acceptance plans, and a drawn sample that anyone can draw again.

A sample estimates; a quota sweep (every dwelling of a block, 80 a month) only covers. The two are kept apart:
weights exist for drawn samples only.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from grids.errors import InputError
from grids.indicators.rates import Z95


def pass_probability(n: int, max_errors: int, accuracy: float) -> float:
    """Chance that a sample of n shows at most ``max_errors`` when the register is ``accuracy`` right.

    >>> round(pass_probability(80, 1, 0.98), 4)
    0.523
    """
    from scipy.stats import binom  # a second of imports, for the few who ask

    return float(binom.cdf(max_errors, n, 1 - accuracy))


def sample_size(share: float, margin: float, population: int | None = None, z: float = Z95) -> int:
    """Checks needed to know a share to ± ``margin``, with the correction for a finite population (Cochran 1977).

    >>> sample_size(0.98, 0.02), sample_size(0.98, 0.02, population=1000)
    (189, 159)
    """
    plain = z * z * share * (1 - share) / margin**2
    return math.ceil(plain if population is None else plain / (1 + (plain - 1) / population))


def errorless_checks(target: float, confidence: float = 0.95) -> int:
    """Checks without a single error that show an accuracy of at least ``target``.

    >>> errorless_checks(0.98)
    149
    """
    return math.ceil(math.log(1 - confidence) / math.log(target))


def acceptance_plan(
    good_errors: float, bad_errors: float, *, alpha: float = 0.05, beta: float = 0.1, largest: int = 5000
) -> tuple[int, int]:
    """Smallest (n, c) that passes a register with ``good_errors`` and fails one with ``bad_errors``.

    ``good_errors`` (AQL) is refused with at most ``alpha``, ``bad_errors`` (LTPD) accepted with at most ``beta``;
    accepted means at most c errors in n checks. Raises InputError when no plan up to ``largest`` does both.

    >>> acceptance_plan(0.01, 0.04)
    (198, 4)
    """
    if not 0 <= good_errors < bad_errors <= 1:
        raise InputError("The good error share must be smaller than the bad one.")
    from scipy.stats import binom

    allowed = 0
    for n in range(1, largest + 1):
        # The c that keeps alpha only grows with n; it is then the least that could also keep beta.
        while binom.cdf(allowed, n, good_errors) < 1 - alpha:
            allowed += 1
        if binom.cdf(allowed, n, bad_errors) <= beta:
            return n, allowed
    raise InputError(f"No plan of up to {largest} checks keeps both risks.")


def luck_at_least(chance: float, times: int, months: int = 12) -> float:
    """Chance that pure luck names a unit at least ``times`` times in ``months`` (M-4).

    >>> round(luck_at_least(1 / 23, 2), 4)
    0.0934
    """
    from scipy.stats import binom

    return float(binom.sf(times - 1, months, chance))


def luck_of_run(chance: float, run: int, months: int = 12) -> float:
    """Chance that pure luck names a unit ``run`` months running, at least once in ``months`` (M-4).

    >>> round(luck_of_run(1 / 6, 2), 4)
    0.2396
    """
    state = np.zeros(run + 1)  # state[i]: the last i months were named; the last state absorbs
    state[0] = 1.0
    for _ in range(months):
        after = np.zeros_like(state)
        after[0] = state[:run].sum() * (1 - chance)
        after[1:] = state[:run] * chance
        after[run] += state[run]
        state = after
    return float(state[run])


def draw_sample(
    dwellings: pd.DataFrame, checks_per_stratum: dict[str, int], *, seed: int, per_building: int = 5
) -> pd.DataFrame:
    """Draw dwellings in two stages inside each stratum: buildings by size, then dwellings in them.

    ``dwellings``: code, building_code, stratum. Buildings come by systematic draws with probability proportional
    to their dwellings, from a random start; each hit takes ``per_building`` dwellings by lot. A stratum asked for
    half of its dwellings or more, is drawn by simple lot instead. The same seed gives the same sample whatever
    the order of the rows. Returns code, building_code, stratum, probability (exact chance to be drawn) and
    weight = 1 / probability, so that weighted counts estimate totals (Horvitz & Thompson 1952).
    """
    if dwellings["code"].duplicated().any():
        raise InputError("A dwelling is listed twice in the frame to draw from.")
    unknown = set(checks_per_stratum) - set(dwellings["stratum"])
    if unknown:
        raise InputError(f"No dwellings in stratum {', '.join(sorted(map(str, unknown)))}.")
    drawn = []
    for stratum in sorted(checks_per_stratum):
        # A stream of its own for each stratum: adding one does not change the draw of another.
        rng = np.random.default_rng([seed, *stratum.encode()])
        frame = dwellings[dwellings["stratum"] == stratum].sort_values(["building_code", "code"])
        drawn.append(_draw_stratum(frame, checks_per_stratum[stratum], per_building, rng))
    if not drawn:
        return dwellings.iloc[:0][["code", "building_code", "stratum"]].assign(probability=0.0, weight=0.0)
    sample = pd.concat(drawn, ignore_index=True)
    return sample.assign(weight=1 / sample["probability"])


def _draw_stratum(frame: pd.DataFrame, n: int, per_building: int, rng: np.random.Generator) -> pd.DataFrame:
    kept = frame[["code", "building_code", "stratum"]]
    if 2 * n >= len(frame):
        n = min(n, len(frame))
        chosen = np.sort(rng.choice(len(frame), n, replace=False))
        return kept.iloc[chosen].assign(probability=n / len(frame))
    hits_wanted = max(math.ceil(n / per_building), 1)
    sizes = frame.groupby("building_code", sort=True).size()
    step = len(frame) / hits_wanted
    ticks = (rng.random() + np.arange(hits_wanted)) * step
    hits = np.bincount(np.searchsorted(sizes.cumsum().to_numpy(), ticks, side="right"), minlength=len(sizes))
    begin = sizes.cumsum().to_numpy() - sizes.to_numpy()  # rows are sorted by building
    rows, chances = [], []
    for i in np.flatnonzero(hits):
        size = int(sizes.iloc[i])
        chosen = np.sort(rng.choice(size, min(per_building * int(hits[i]), size), replace=False))
        rows.append(begin[i] + chosen)
        chances.append(np.full(len(chosen), _inclusion(size, step, per_building)))
    return kept.iloc[np.concatenate(rows)].assign(probability=np.concatenate(chances))


def _inclusion(size: int, step: float, per_building: int) -> float:
    """Chance of a dwelling of a building that systematic draws hit either ⌊size/step⌋ times or once more."""
    least, extra = divmod(size / step, 1)
    few, more = (min(per_building * (least + i), size) for i in (0, 1))
    return float(((1 - extra) * few + extra * more) / size)
