"""古美路 GM-1 staffing, GM-2 weekly workload, GM-3 monthly supervision (RULES.md section 1.2)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from grids.assessment.absence import absent
from grids.assessment.exact import rate, shown
from grids.assessment.rule_set import Values
from grids.assessment.score import Said, Score
from grids.errors import InputError

ROUNDINGS = {
    "ceil": math.ceil,
    "floor": math.floor,
    "half_up": lambda share: math.floor(share + Fraction(1, 2)),
}


def required_registrars(values: Values, population: int) -> int:
    """GM-1: registrars for a population, one for 1,500 residents, rounded by ``gm1.rounding``."""
    if population < 0:
        raise InputError(f"a population of {population} is impossible")
    return int(ROUNDINGS[values["gm1.rounding"]](Fraction(population, values["gm1.residents_per_registrar"])))


def gm1(values: Values, population: int | None, actual: int | None = None) -> Score:
    """GM-1 staffing ratio: registrars required; met when as many are there, and the gap in the steps."""
    v = values.reading()
    inputs = {"population": population, "actual": actual}
    if population is None:
        return absent(v, "GM-1", inputs)
    needed = required_registrars(v, population)
    gap = None if actual is None else max(0, needed - actual)
    said = [
        Said(f"实有人口{population}人，应配{needed}名", f"{population} residents need {needed} registrars")
    ]
    if gap is not None:
        said.append(Said(f"现有{actual}名，缺{gap}名", f"{actual} there, {gap} missing"))
    met = None if gap is None else gap == 0
    return Score(
        "GM-1",
        Fraction(needed),
        None,
        met,
        {**inputs, "gap": gap},
        dict(v.read),
        tuple(said),
        rule_set=v.label,
    )


def weekly_target(values: Values, days_present: int | None, days_of_week: int) -> int:
    """GM-2 target of one registrar in one week, pro rata of ``days_present`` under ``gm2.leave``, rounded up."""
    least = int(values["gm2.weekly_operations_min"])
    if values["gm2.leave"] == "none" or days_present is None:
        return least
    return math.ceil(Fraction(least * days_present, days_of_week))


def gm2(
    values: Values,
    counts: Mapping[str, int],
    days_present: int | None = None,
    days_of_week: int | None = None,
) -> Score:
    """GM-2: operations of one registrar in one ISO week against 150; person-times, so repeats count.

    ``counts`` by kind; kinds outside ``gm2.operation_kinds`` (changes, queries) are left out.
    ``days_present`` of ``days_of_week`` matters only where the town reduces for leave: working days of the
    week (5 unless given) or calendar days (7). A note says when nearly all of it is visits.
    """
    v = values.reading()
    kinds = v["gm2.operation_kinds"]
    if any(number < 0 for number in counts.values()):
        raise InputError(f"counts must not be negative: {dict(counts)}")
    done = sum(counts.get(kind, 0) for kind in kinds)
    week = days_of_week or (7 if v["gm2.leave"] == "calendar_days" else 5)
    target = weekly_target(v, days_present, week)
    share = rate(counts.get("visit", 0), done)
    notes: tuple[Said, ...] = ()
    if share is not None and share >= v["gm2.visit_share_flag"]:
        text = shown(100 * share)
        notes = (Said(f"走访占{text}%，请核实", f"{text} % are visits: look again"),)
    said = Said(f"本周维护{done}人次，要求{target}人次", f"{done} operations in the week, {target} wanted")
    inputs = {**counts, "days_present": days_present, "target": target}
    return Score("GM-2", Fraction(done), None, done >= target, inputs, dict(v.read), (said,), notes, v.label)


def gm3(values: Values, inspected: Mapping[str, int]) -> Score:
    """GM-3: share of the places open in the month (committees or sites) inspected as often as asked."""
    v = values.reading()
    least = v["gm3.inspections_per_month"]
    done = sum(number >= least for number in inspected.values())
    share = rate(done, len(inspected))
    if share is None:
        return absent(v, "GM-3", {"open": 0})
    late = "、".join(sorted(place for place, number in inspected.items() if number < least)) or "无"
    said = Said(
        f"{len(inspected)}处中已督导{done}处；未督导：{late}", f"{done} of {len(inspected)} places supervised"
    )
    inputs = {"open": len(inspected), "inspected": done}
    return Score(
        "GM-3", share, Fraction(1), done == len(inspected), inputs, dict(v.read), (said,), rule_set=v.label
    )


def gm9_missed(values: Values, score: Fraction | None) -> bool | None:
    """GM-9: below the pass mark; None while the town has not set one, and then nothing follows."""
    mark = values["gm9.pass_mark"]
    return None if mark is None or score is None else score < mark
