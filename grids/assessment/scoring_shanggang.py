"""上钢新村 SG-3 monthly volume, SG-6 identity of the monthly form, SG-7 criterion (RULES.md section 1.3)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from grids.assessment.absence import absent
from grids.assessment.exact import rate, shown
from grids.assessment.rule_set import Values
from grids.assessment.score import Said, Score
from grids.errors import InputError


class FormIdentityBroken(InputError):
    """The subtotal of a row of the monthly form is not the sum of its parts."""


def sg3_target(values: Values, population: int, covered: int, months_left: int) -> int:
    """Persons to check this month: the stated minimum, or more where the year's full coverage asks for it.

    ``covered`` are distinct persons checked this year before this month; ``months_left`` counts this month.
    80 a month reaches only 960 a year, so larger committees must do more.
    """
    if min(population, covered) < 0 or not 1 <= months_left <= 12:
        raise InputError(
            f"population {population}, covered {covered}, months left {months_left} is impossible"
        )
    least = int(values["sg3.monthly_min"])
    if values["sg3.small_committees"] == "population":
        least = min(least, population)
    if not values["sg3.year_coverage"]:
        return least
    return max(least, math.ceil(Fraction(max(0, population - covered), months_left)))


def sg3(values: Values, population: int | None, checked: int | None, covered: int = 0) -> Score:
    """SG-3 for the month of ``values``: value = persons checked, met when they reach the target."""
    v = values.reading()
    inputs: dict[str, object] = {"population": population, "checked": checked, "covered": covered}
    if population is None or checked is None:
        return absent(v, "SG-3", inputs)
    target = sg3_target(v, population, covered, 13 - v.month.month)
    said = Said(
        f"本月核查{checked}人，目标{target}人（人口{population}，年内已查{covered}）",
        f"{checked} checked, target {target} (population {population}, {covered} covered this year)",
    )
    notes = []
    if population == 0:
        notes.append(Said("人口为0，无目标", "no population, no target"))
    elif population < v["sg3.monthly_min"] and v["sg3.small_committees"] == "population":
        notes.append(Said("人口不足最低核查量，以人口为准", "fewer residents than the minimum: all of them"))
    return Score(
        "SG-3", Fraction(checked), None, checked >= target, {**inputs, "target": target}, dict(v.read), (said,),
        tuple(notes), v.label,
    )  # fmt: skip


@dataclass(frozen=True)
class FormRow:
    """One committee's row of the monthly check form (F-2); ``wrong_particulars`` have no column of their own."""

    subtotal: int
    to_register: int
    to_deregister: int
    correct: int
    wrong_particulars: int = 0


def sg6(values: Values, row: FormRow) -> Score:
    """SG-6: the share correct of one row, after its identity holds.

    Raises FormIdentityBroken when 小计 is not 应登未登 + 应消未消 + 正确 (+ wrong particulars), InputError for
    negative counts. Zero checked is absent.
    """
    v = values.reading()
    counts = {name: getattr(row, name) for name in FormRow.__dataclass_fields__}
    if min(counts.values()) < 0:
        raise InputError(f"counts must not be negative: {counts}")
    parts = row.to_register + row.to_deregister + row.correct + row.wrong_particulars
    if parts != row.subtotal:
        raise FormIdentityBroken(
            f"小计 {row.subtotal} ≠ 应登未登 {row.to_register} + 应消未消 {row.to_deregister} + 正确 {row.correct}"
            f" + 登记有误 {row.wrong_particulars} = {parts}"
        )
    share = rate(row.correct, row.subtotal)
    if share is None:
        return absent(v, "SG-6", counts)
    mode = v["sg6.wrong_particulars"]
    said = Said(
        f"正确率 {row.correct}/{row.subtotal} = {shown(100 * share)}%",
        f"{row.correct} correct of {row.subtotal} = {shown(100 * share)} %",
    )
    notes: tuple[Said, ...] = ()
    if row.wrong_particulars:
        where = "单列于备注" if mode == "own_field" else "并入应消未消"
        notes = (
            Said(
                f"登记有误{row.wrong_particulars}人，{where}",
                f"{row.wrong_particulars} wrong particulars: {mode}",
            ),
        )
    return Score("SG-6", share, Fraction(1), None, counts, dict(v.read), (said,), notes, v.label)


def sg6_total(rows: Iterable[FormRow]) -> FormRow:
    """The row 合计: column sums, so that its rate is pooled and never a mean of rates."""
    held = list(rows)
    return FormRow(**{name: sum(getattr(row, name) for row in held) for name in FormRow.__dataclass_fields__})


def sg7_criterion(
    values: Values, rows: Mapping[str, FormRow], targets: Mapping[str, int] | None = None
) -> dict[str, Fraction | None]:
    """SG-7: what committees are ranked by: the share correct, or checks done ÷ target (at most 1)."""
    if values["sg7.criterion"] == "accuracy" or targets is None:
        return {unit: rate(row.correct, row.subtotal) for unit, row in rows.items()}
    done = {unit: rate(row.subtotal, targets[unit]) for unit, row in rows.items()}
    return {unit: None if share is None else min(share, Fraction(1)) for unit, share in done.items()}


def sg12_offered(values: Values, no_access: Iterable[dt.datetime]) -> bool:
    """SG-12: may a joint visit be asked of the 城运 platform for this dwelling? A person decides; this only offers it.

    ``no_access`` are the local times of visits without access: enough different days, some of them in the
    evening. Nobody being home is not refusal.
    """
    moments = list(no_access)
    evenings = {at.date() for at in moments if at.hour >= values["sg12.evening_from_hour"]}
    days = {at.date() for at in moments}
    return len(days) >= values["sg12.no_access_visits"] and len(evenings) >= values["sg12.evening_visits"]
