"""Typed-in inputs of a month (item by item, as they are stored) to the figures that the scores read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from grids.assessment.exact import Number, exact, rate
from grids.assessment.scoring import Row
from grids.errors import InputError

# Item of ``assessment_input`` → figure of ``count_columns``. Aggregates only (RULES.md CV-11, CV-12).
ITEMS: Mapping[str, str] = {
    "sl1_cancelled_accounts": "cancelled",
    "sl2_checked": "checked",
    "sl2_correct": "correct",
    "sl2_fabricated": "fabricated",
    "sl3_correct": "class_correct",
    "sl3_checked": "class_checked",
    "sl3_percent": "class_percent",
    "sl3_town_total": "class_town_total",
    "sl4_declared": "declared",
    "sl4_base": "declarable",
    "sl5_contributed": "pushed",
    "staff_registrars": "actual",
    "population": "population",
}


def figures(items: Mapping[str, Number]) -> dict[str, Any]:
    """The figures of one committee and month; counts become int, two counts of SL-3 its exact percentage.

    Raises InputError for an unknown item, a negative value or a count that is not whole.

    >>> figures({"sl3_correct": 97, "sl3_checked": 100.0, "sl1_cancelled_accounts": 2.0})
    {'cancelled': 2, 'class_percent': Fraction(97, 1)}
    """
    unknown = items.keys() - ITEMS.keys()
    if unknown:
        raise InputError(f"input {min(unknown)!r} is unknown; there are {', '.join(ITEMS)}")
    found: dict[str, Any] = {}
    for item, figure in ITEMS.items():
        if item in items:
            found[figure] = _value(item, items[item])
    correct, checked = found.pop("class_correct", None), found.pop("class_checked", None)
    if correct is not None and checked is not None:
        if correct > checked:
            raise InputError(f"input sl3_correct {correct} is more than sl3_checked {checked}")
        share = rate(correct, checked)
        found["class_percent"] = None if share is None else 100 * share
    return found


def _value(item: str, value: Number) -> Any:
    held = exact(value)
    if held < 0:
        raise InputError(f"input {item} is negative: {value}")
    if item == "sl3_percent":
        return held
    if held.denominator != 1:
        raise InputError(f"input {item} is not a whole number: {value}")
    return int(held)


def rows(
    inputs: Iterable[tuple[dt.date, str, str, Number]],
    measured: Mapping[tuple[dt.date, str], Mapping[str, Any]],
) -> list[Row]:
    """Rows to assess from stored (month, committee, item, value) and what the checks measured.

    ``measured`` gives for each month and committee the figures of the register itself (checked, correct,
    station, population…); a typed-in value of the same name stands before it. A town-wide item has an empty
    committee and serves every committee of its month.
    """
    typed: dict[tuple[dt.date, str], dict[str, Number]] = {}
    for month, unit, item, value in inputs:
        typed.setdefault((month, unit), {})[item] = value
    keys = dict.fromkeys([*measured, *(key for key in typed if key[1])])
    return [
        Row(
            month,
            unit,
            {
                **measured.get((month, unit), {}),
                **figures({**typed.get((month, ""), {}), **typed.get((month, unit), {})}),
            },
        )
        for month, unit in keys
    ]
