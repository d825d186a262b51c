"""Micro-grid codes: three series in use, a local one, and the order in which numbers are given.

No national text could be verified for the 14 and 15 digit series; the 20 digit one follows CJ/T 349-2010 (object
or service 6, county 6, street 3, community 3, number 2; 00 where the community is not divided). A code is stored
with the name of its scheme, given once, never renumbered and never used again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd

from grids.errors import GridError

COMMITTEE_DIGITS = 12


class CodeError(GridError):
    """A code does not fit its scheme; the message shows the code and says what is wrong with it."""


class CodesExhausted(GridError):
    """A committee has no free number left in its scheme."""


@dataclass(frozen=True)
class Scheme:
    """``prefix_digits`` before the committee code, ``number_digits`` after it; ``committee_digits`` None: any text."""

    name: str
    number_digits: int
    prefix_digits: int = 0
    committee_digits: int | None = COMMITTEE_DIGITS
    zero_when_whole: bool = False

    @property
    def most(self) -> int:
        """The largest number a committee can have."""
        return int(10**self.number_digits) - 1


SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {
        "14": Scheme("14", 2),
        "15": Scheme("15", 3),
        "20": Scheme("20", 2, prefix_digits=6, zero_when_whole=True),
        "local": Scheme("local", 3, committee_digits=None),
    }
)


def scheme_named(name: str) -> Scheme:
    """The scheme of a name; CodeError lists the known ones."""
    if name not in SCHEMES:
        raise CodeError(f"No code scheme is called {name!r}; there are {', '.join(SCHEMES)}.")
    return SCHEMES[name]


def make_code(committee_code: str, number: int, scheme: str = "15", *, object_code: str = "") -> str:
    """The code of a committee's n-th grid.

    ``object_code`` is the six-digit object or service of the 20-digit scheme. Raises CodeError when the
    committee's code does not fit the scheme, CodesExhausted when the number is past its digits.

    >>> make_code("310117101001", 7), make_code("310117101001", 7, "20", object_code="010000")
    ('310117101001007', '01000031011710100107')
    """
    rule = scheme_named(scheme)
    if rule.committee_digits is not None and not _digits(committee_code, rule.committee_digits):
        raise CodeError(
            f"Committee {committee_code!r} is not {rule.committee_digits} digits, as scheme {scheme} needs."
        )
    if len(object_code) != rule.prefix_digits or (object_code and not _digits(object_code)):
        raise CodeError(
            f"Scheme {scheme} needs an object code of {rule.prefix_digits} digits, not {object_code!r}."
        )
    if not 0 <= number <= rule.most:
        raise CodesExhausted(
            f"Committee {committee_code} has no number {number} in scheme {scheme} (1 to {rule.most})."
        )
    return f"{object_code}{committee_code}{number:0{rule.number_digits}d}"


def validate(code: str, scheme: str = "15", committee_code: str | None = None) -> str:
    """The code itself if it fits the scheme and, when given, belongs to the committee; else CodeError.

    >>> validate("310117101001007", "15", "310117101001")
    '310117101001007'
    """
    rule = scheme_named(scheme)
    if rule.committee_digits is None:
        if not code or len(code) > 32 or code != code.strip():
            raise CodeError(f"A local code is 1 to 32 characters without outer spaces, not {code!r}.")
        return code
    length = rule.prefix_digits + rule.committee_digits + rule.number_digits
    if not _digits(code, length):
        raise CodeError(f"{code!r} is not {length} digits, as scheme {scheme} needs.")
    committee = code[rule.prefix_digits : rule.prefix_digits + rule.committee_digits]
    if committee_code is not None and committee != committee_code:
        raise CodeError(f"{code} carries committee {committee}, not {committee_code}.")
    if not rule.zero_when_whole and int(code[-rule.number_digits :]) == 0:
        raise CodeError(f"{code} ends in number 0; numbers begin at 1 in scheme {scheme}.")
    return code


def _digits(text: str, length: int | None = None) -> bool:
    """ASCII digits only: ``str.isdigit`` would also take full-width and other scripts' digits."""
    return text.isascii() and text.isdigit() and (length is None or len(text) == length)


def free_codes(
    committee_code: str, taken: Collection[str], scheme: str = "15", *, object_code: str = ""
) -> Iterator[str]:
    """Codes of a committee that were never used, in rising order above the highest one used.

    ``taken`` is every code ever given, retired ones too. Numbers below the highest are not filled in, so that
    a later number always means a later grid. Raises CodesExhausted at the end.

    >>> next(free_codes("310117101001", {"310117101001001", "310117101001004"}))
    '310117101001005'
    """
    rule = scheme_named(scheme)
    stem = make_code(committee_code, 0, scheme, object_code=object_code)[: -rule.number_digits]
    tails = (code[len(stem) :] for code in taken if code.startswith(stem))
    used = [int(tail) for tail in tails if _digits(tail, rule.number_digits)]
    number = max(used, default=0)
    while True:
        number += 1
        yield make_code(committee_code, number, scheme, object_code=object_code)


def issue(
    grids: gpd.GeoDataFrame, taken: Collection[str] = (), scheme: str = "15", *, object_code: str = ""
) -> pd.Series:
    """First codes for grids (index any label, column committee_code): label → code, committee by committee.

    Numbers run from the north row by row, west to east within a row. ``taken`` is every code ever given.
    In the 20-digit scheme a committee of one grid has number 00. Raises CodeError, CodesExhausted.
    """
    rule = scheme_named(scheme)
    given: dict[object, str] = {}
    for committee, part in grids.groupby("committee_code", sort=True):
        whole = make_code(str(committee), 0, scheme, object_code=object_code)
        if rule.zero_when_whole and len(part) == 1 and whole not in taken:
            given[part.index[0]] = whole
            continue
        free = free_codes(str(committee), taken, scheme, object_code=object_code)
        for label in part.index[reading_order(part.geometry)]:
            given[label] = next(free)
    return pd.Series(given, name="grid_code", dtype=object).reindex(grids.index)


def reading_order(grids: gpd.GeoSeries) -> np.ndarray:
    """Positions in reading order: rows from north to south, west to east within a row.

    A row holds the grids whose centre lies less than half the median height below its northernmost centre.

    >>> from shapely import box
    >>> reading_order(gpd.GeoSeries([box(5, 0, 9, 4), box(0, 5, 4, 9), box(5, 6, 9, 9), box(0, 0, 4, 4)])).tolist()
    [1, 2, 3, 0]
    """
    if grids.empty:
        return np.zeros(0, dtype=np.int64)
    bounds = grids.bounds
    x = ((bounds["minx"] + bounds["maxx"]) / 2).to_numpy()
    y = ((bounds["miny"] + bounds["maxy"]) / 2).to_numpy()
    height = float((bounds["maxy"] - bounds["miny"]).median())
    row, top, number = np.zeros(len(y), dtype=np.int64), np.inf, -1
    for at in np.lexsort((x, -y)):
        if y[at] <= top - height / 2:
            top, number = y[at], number + 1
        row[at] = number
    return np.lexsort((x, row))
