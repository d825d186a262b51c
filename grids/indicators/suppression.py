"""Small counts in one table: which to hide so that none can be read or worked out (M-6).

1…k-1 are small and hidden (primary). Where the total is published, further cells are hidden, smallest first
(complementary), until the hidden ones leave room for doubt. ``release.py`` carries the same test over all tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

K = 5
FEWEST = 20  # smallest denominator of a published rate


@dataclass(frozen=True)
class Hidden:
    """Which cells to hide, and whether the total has to go too because nothing is left to hide behind."""

    cells: list[bool]
    total: bool


def hide_small(
    counts: Sequence[int], *, total_published: bool = True, k: int = K, keep_zero: bool = True
) -> Hidden:
    """Cells of one row of counts to hide (M-6).

    >>> hide_small([12, 3, 7, 25]).cells
    [False, True, True, False]
    """
    values = np.asarray(counts, dtype="int64")
    least = 1 if keep_zero else 0
    hidden = (values >= least) & (values < k)
    if not hidden.any() or not total_published:
        return Hidden(hidden.tolist(), total=False)
    while gives_away(values[hidden], k, least):
        left = np.flatnonzero(~hidden & (values >= k))
        if not len(left):
            return Hidden(hidden.tolist(), total=True)
        hidden[left[np.argmin(values[left])]] = True
    return Hidden(hidden.tolist(), total=False)


def gives_away(values: Sequence[int] | np.ndarray, k: int = K, least: int = 1) -> bool:
    """Whether hidden cells with a known sum tell a small one, even to somebody who knows which are small.

    They do when there is only one cell, when the sum is below k, or when one value alone is left for a cell: all
    small ones at their least with all others at k, or, without others, all small ones at k-1. Zeros that are
    published elsewhere hide nothing and are passed over.

    >>> gives_away([4, 4]), gives_away([3, 4]), gives_away([1, 5]), gives_away([2, 5])
    (True, False, True, False)
    """
    cells = np.asarray(values)
    cells = cells[cells >= least]
    small = int((cells < k).sum())
    if small == 0:
        return False
    total, others = int(cells.sum()), len(cells) - small
    lowest = small * least + others * k
    return len(cells) < 2 or total < k or total == lowest or (others == 0 and total == small * (k - 1))


def hide_rate(
    numerator: pd.Series, denominator: pd.Series, *, about_homes: bool, k: int = K, fewest: int = FEWEST
) -> pd.Series:
    """Which rates to hide: a denominator under ``fewest``; about homes or people also a small count or complement.

    A rate of 0 of 0 is absent, not hidden. Check outcomes measure the register (``about_homes=False``).
    """
    hide = denominator.gt(0) & denominator.lt(fewest)
    if about_homes:
        rest = denominator - numerator
        hide |= (numerator.gt(0) & numerator.lt(k)) | (rest.gt(0) & rest.lt(k))
    return hide.astype(bool).rename("hidden")
