"""Exact numbers for scores: fractions in, fractions out, rounded only to be shown (RULES.md CV-1 to CV-4)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from grids.errors import InputError

Number = int | str | Decimal | Fraction | float
STEP_POLICIES = ("floor", "ceil", "proportional", "round_first")
ABSENT = "—"


def exact(value: Number) -> Fraction:
    """The fraction that a person meant by ``value``.

    A float is read by its shortest decimal form, because 97.7 typed into a sheet means 97.7 and not
    97.7000000000000028. Raises InputError for what is not a finite number.

    >>> exact(97.7)
    Fraction(977, 10)
    """
    if isinstance(value, bool):
        raise InputError(f"{value!r} is not a number")
    if isinstance(value, int | Fraction):
        return Fraction(value)
    try:
        if isinstance(value, str):
            return Fraction(value.strip())
        return Fraction(Decimal(repr(float(value)) if isinstance(value, float) else value))
    except (InvalidOperation, ValueError, OverflowError, ZeroDivisionError):
        raise InputError(f"{value!r} is not a finite number") from None


def rate(numerator: Number, denominator: Number) -> Fraction | None:
    """``numerator / denominator``; None over zero, which is *absent*, never 0 % or 100 % (CV-2).

    >>> rate(79, 80), rate(0, 0)
    (Fraction(79, 80), None)
    """
    below = exact(denominator)
    return exact(numerator) / below if below else None


def steps(shortfall: Fraction, unit: Fraction, policy: str) -> Fraction:
    """How many ``unit`` steps a shortfall costs; a part-step is settled by ``policy`` (CV-3).

    ``round_first`` rounds the measured value before this function sees it, so here it counts whole steps.

    >>> steps(Fraction("0.4691"), Fraction("0.1"), "floor"), steps(Fraction("0.4691"), Fraction("0.1"), "ceil")
    (Fraction(4, 1), Fraction(5, 1))
    """
    if shortfall <= 0:
        return Fraction(0)
    count = shortfall / unit
    if policy == "proportional":
        return count
    if policy == "ceil":
        return Fraction(math.ceil(count))
    if policy in ("floor", "round_first"):
        return Fraction(math.floor(count))
    raise InputError(f"step policy {policy!r} is none of {', '.join(STEP_POLICIES)}")


def clip(value: Fraction, low: Number, high: Number) -> Fraction:
    """``value`` held inside [low, high] (CV-4)."""
    return max(exact(low), min(exact(high), value))


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """Half-up to ``places`` decimals, for display only; exact whatever the size of the fraction.

    >>> rounded(Fraction(128899, 1500)), rounded(Fraction(1, 8))
    (Decimal('85.93'), Decimal('0.13'))
    """
    scaled = abs(value) * 10**places
    whole = math.floor(scaled + Fraction(1, 2))
    return Decimal(-whole if value < 0 else whole).scaleb(-places)


def rounded_to(value: Fraction, unit: Fraction) -> Fraction:
    """The multiple of ``unit`` nearest to ``value``, halves upward."""
    return math.floor(value / unit + Fraction(1, 2)) * unit


def shown(value: Fraction | None, places: int = 2, suffix: str = "") -> str:
    """Text of a value: at most ``places`` decimals without idle zeros, or a dash where it is absent.

    >>> shown(Fraction(47)), shown(Fraction(238, 5)), shown(None), shown(Fraction(79, 80) * 100, suffix=" %")
    ('47', '47.6', '—', '98.75 %')
    """
    if value is None:
        return ABSENT
    text = f"{rounded(value, places):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + suffix


def mean(values: Iterable[Fraction]) -> Fraction | None:
    """Arithmetic mean; None of nothing."""
    held = list(values)
    return sum(held, Fraction(0)) / len(held) if held else None
