"""Ranks with honest ties, the last places, rank intervals and what luck alone would do.

RULES.md CV-5, CV-6, M-1, M-2 and M-4.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grids.assessment.exact import mean
from grids.assessment.score import Said

TIE_POLICIES = ("mild", "harsh", "average")
Z_95 = 1.959963984540054


def groups(values: Mapping[str, Fraction | None]) -> list[list[str]]:
    """Units from best to worst, tied ones together; absent values are left out (CV-2).

    >>> groups({"a": Fraction(90), "b": Fraction(95), "c": None, "d": Fraction(90)})
    [['b'], ['a', 'd']]
    """
    held: dict[Fraction, list[str]] = {}
    for unit, value in values.items():
        if value is not None:
            held.setdefault(value, []).append(unit)
    return [held[value] for value in sorted(held, reverse=True)]


def ranks(values: Mapping[str, Fraction | None]) -> dict[str, int | None]:
    """Place of each unit, best first; tied units share the best of their places, absent ones have none.

    >>> ranks({"a": Fraction(90), "b": Fraction(95), "c": None, "d": Fraction(90)})
    {'a': 2, 'b': 1, 'c': None, 'd': 2}
    """
    place = 1
    found: dict[str, int | None] = dict.fromkeys(values)
    for group in groups(values):
        found.update(dict.fromkeys(group, place))
        place += len(group)
    return found


def place_deductions(
    values: Mapping[str, Fraction | None], deductions: Sequence[Fraction], tie_policy: str, guarded: bool
) -> dict[str, Fraction]:
    """Points lost for the last places, ``deductions`` being those of the third-last, second-last and last.

    Guarded, the list is cut to one place fewer than there are units, so that the best is never punished.
    Tied units all get the mildest, the harshest or the mean of what their places cost.

    >>> shares = {"a": Fraction(12), "b": Fraction(5), "c": Fraction(5), "d": Fraction(3)}
    >>> [str(v) for v in place_deductions(shares, [Fraction(2), Fraction(4), Fraction(6)], "mild", True).values()]
    ['0', '2', '2', '6']
    """
    ordered = groups(values)
    count = sum(len(group) for group in ordered)
    kept = min(len(deductions), max(0, count - 1) if guarded else count)
    costs = [Fraction(0)] * (count - kept) + list(deductions[len(deductions) - kept :])
    lost, place = {}, 0
    for group in ordered:
        cost = _settled(costs[place : place + len(group)], tie_policy)
        lost.update(dict.fromkeys(group, cost))
        place += len(group)
    return lost


def _settled(costs: Sequence[Fraction], tie_policy: str) -> Fraction:
    if tie_policy == "average":
        return mean(costs) or Fraction(0)
    return min(costs) if tie_policy == "mild" else max(costs)


@dataclass(frozen=True)
class LastPlaces:
    """Who stands in the last places of a month; ``active`` is False in a field too short for the rule."""

    units: frozenset[str]
    active: bool
    warnings: tuple[Said, ...] = ()


def last_places(
    values: Mapping[str, Fraction | None], count: int, tie_policy: str, guarded: bool, warn_below: int = 0
) -> LastPlaces:
    """The units in the last ``count`` places (CV-5, CV-6).

    A tie across the boundary: ``mild`` takes none of the tied, ``harsh`` all, ``average`` all if at least
    half of their places lie inside. Guarded, the rule rests when there are no more units than places.
    """
    ordered = groups(values)
    field = sum(len(group) for group in ordered)
    if guarded and field <= count:
        return LastPlaces(frozenset(), False, (_too_short(field, count),))
    found: list[str] = []
    begin = 0
    for group in ordered:
        inside = begin + len(group) - max(begin, field - count)
        if _inside(inside, len(group), tie_policy):
            found += group
        begin += len(group)
    warned = guarded and field < warn_below
    return LastPlaces(frozenset(found), True, (_short(field, count),) if warned else ())


def _inside(inside: int, size: int, tie_policy: str) -> bool:
    needed = {"mild": size, "harsh": 1, "average": size / 2}[tie_policy]
    return inside > 0 and inside >= needed


def _too_short(field: int, count: int) -> Said:
    return Said(
        f"本月仅{field}个单位参加排名，末{count}位规则不启用",
        f"only {field} units are ranked: the rule of the last {count} rests",
    )


def _short(field: int, count: int) -> Said:
    return Said(
        f"本月仅{field}个单位参加排名，末{count}位占比过大，请慎用",
        f"only {field} units are ranked: the last {count} are most of the field",
    )


def wilson(correct: int, checked: int, z: float = Z_95) -> tuple[float, float] | None:
    """Wilson score interval of ``correct / checked`` (M-1); None without a check.

    >>> [round(end, 6) for end in wilson(75, 80)]
    [0.861899, 0.973011]
    """
    if checked == 0:
        return None
    share = correct / checked
    centre = share + z * z / (2 * checked)
    spread = z * math.sqrt(share * (1 - share) / checked + z * z / (4 * checked * checked))
    scale = 1 + z * z / checked
    low = 0.0 if correct == 0 else (centre - spread) / scale
    high = 1.0 if correct == checked else (centre + spread) / scale
    return low, high


def clopper_pearson(correct: int, checked: int, z: float = Z_95) -> tuple[float, float] | None:
    """Exact binomial interval (M-1), wider than Wilson's; None without a check.

    >>> [round(end, 6) for end in clopper_pearson(75, 80)]
    [0.860143, 0.979397]
    """
    from scipy.special import betaincinv  # a fifth of a second to import, and only this choice needs it

    if checked == 0:
        return None
    tail = math.erfc(z / math.sqrt(2)) / 2
    low = 0.0 if correct == 0 else float(betaincinv(correct, checked - correct + 1, tail))
    high = 1.0 if correct == checked else float(betaincinv(correct + 1, checked - correct, 1 - tail))
    return low, high


@dataclass(frozen=True)
class Standing:
    """A unit among others: the places its interval allows, and the groups within which it cannot be told apart."""

    low: float
    high: float
    best_rank: int
    worst_rank: int
    groups: str


def standings(
    checks: Mapping[str, tuple[int, int]], interval: str = "wilson", z: float = Z_95
) -> dict[str, Standing | None]:
    """Rank interval of each unit from (correct, checked); None for a unit without checks.

    Two units are not distinguishable when their intervals overlap. A group (a, b, c…) is a largest set of
    units whose intervals share a point, so units with a common letter are not distinguishable, and a unit
    may carry several letters. Overlap is cautious: units apart by it differ beyond doubt.
    """
    measure = wilson if interval == "wilson" else clopper_pearson
    ends = {unit: measure(correct, checked, z) for unit, (correct, checked) in checks.items()}
    held = {unit: pair for unit, pair in ends.items() if pair is not None}
    letters = _letters(held)
    found: dict[str, Standing | None] = dict.fromkeys(checks)
    for unit, (low, high) in held.items():
        above = sum(other[0] > high for other in held.values())
        below = sum(other[1] < low for other in held.values())
        found[unit] = Standing(low, high, above + 1, len(held) - below, letters[unit])
    return found


def _letters(held: Mapping[str, tuple[float, float]]) -> dict[str, str]:
    """Letters of the maximal cliques of an interval graph: each upper end that follows a lower end closes one."""
    letters = dict.fromkeys(held, "")
    # Swept from the best accuracy down: an interval opens at its upper end and closes at its lower one.
    events = sorted(
        [(-high, 0, u) for u, (_, high) in held.items()] + [(-low, 1, u) for u, (low, _) in held.items()]
    )
    standing: set[str] = set()
    grew, count = False, 0
    for _, closes, unit in events:
        if not closes:
            standing.add(unit)
            grew = True
            continue
        if grew:
            name = letter(count)
            for member in standing:
                letters[member] += name
            count, grew = count + 1, False
        standing.discard(unit)
    return letters


def letter(index: int) -> str:
    """a … z, then A … Z, then numbers in brackets.

    >>> letter(0), letter(27), letter(60)
    ('a', 'B', '(61)')
    """
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return alphabet[index] if index < len(alphabet) else f"({index + 1})"


def luck_of_count(chance: float, months: int, at_least: int) -> float:
    """Probability that a unit is named ``at_least`` times in ``months`` months by luck alone (M-4).

    ``chance`` is the share of equal units named each month: 1/23 for the last of 23, 10/60 for the last ten of 60.

    >>> [round(luck_of_count(1 / 23, 12, k), 4) for k in (1, 2, 3)]
    [0.4134, 0.0934, 0.0135]
    """
    return 1 - sum(luck_distribution(chance, months)[:at_least])


def luck_distribution(chance: float, months: int) -> list[float]:
    """Probability of being named 0, 1, … ``months`` times by luck alone, to draw beside what happened.

    >>> [round(p, 3) for p in luck_distribution(10 / 60, 12)[:4]]
    [0.112, 0.269, 0.296, 0.197]
    """
    return [math.comb(months, k) * chance**k * (1 - chance) ** (months - k) for k in range(months + 1)]


def luck_of_run(chance: float, months: int, run: int) -> float:
    """Probability of being named in ``run`` months running within ``months``, by luck alone (M-4).

    >>> round(luck_of_run(10 / 60, 12, 2), 4), round(luck_of_run(10 / 60, 12, 3), 4)
    (0.2396, 0.039)
    """
    state = [1.0] + [0.0] * (run - 1)  # by length of the run so far; what is missing from 1 has happened
    for _ in range(months):
        state = [sum(state) * (1 - chance), *(held * chance for held in state[:-1])]
    return 1 - sum(state)


def pass_probability(true_share: float, checked: int, errors_allowed: int) -> float:
    """Probability that a sample of ``checked`` shows at most ``errors_allowed`` errors (M-2).

    >>> round(pass_probability(0.98, 80, 1), 4)
    0.523
    """
    return 1 - luck_of_count(1 - true_share, checked, errors_allowed + 1)
