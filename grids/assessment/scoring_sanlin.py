"""三林 SL-1 to SL-3, total, annual mean, town accuracy and account activity, exact (RULES.md section 1.1).

Every function reads its numbers from ``Values`` (a rule set in one month) and answers with a Score that
explains itself. Percentages are given in percent, as the forms do; None means absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from grids.assessment.absence import absent, nobody
from grids.assessment.exact import Number, clip, exact, mean, rate, rounded_to, shown, steps
from grids.assessment.rule_set import Values
from grids.assessment.score import Said, Score
from grids.errors import InputError

ITEMS = ("SL-1", "SL-2", "SL-3", "SL-4", "SL-5")


def sl1(values: Values, cancelled: int | None) -> Score:
    """Account cancelled for inactivity: full marks less one point an account, not below 0."""
    v = values.reading()
    full, cost = v.fraction("sl1.full_points"), v.fraction("sl1.points_per_account")
    inputs = {"cancelled": cancelled}
    if cancelled is None:
        return absent(v, "SL-1", inputs, full)
    points = clip(full - cost * cancelled, 0, full)
    said = Said(
        f"注销账号{cancelled}个，每个扣{shown(cost)}分：{shown(full)}分中得{shown(points)}分",
        f"{cancelled} accounts cancelled at {shown(cost)} points each: {shown(points)} of {shown(full)}",
    )
    return Score("SL-1", points, full, None, inputs, dict(v.read), (said,), rule_set=v.label)


def effective_percent(values: Values, checked: int, correct: int, fabricated: int = 0) -> Fraction | None:
    """Accuracy in percent after the cut for fabricated records, clipped to [0, 100]; None without a check."""
    _checked(checked, correct, fabricated)
    share = rate(correct, checked)
    if share is None:
        return None
    return clip(100 * share - values.fraction("sl2.fabrication_cut_percent_points") * fabricated, 0, 100)


def _checked(checked: int, correct: int, fabricated: int) -> None:
    if min(checked, correct, fabricated) < 0:
        raise InputError(
            f"counts must not be negative: {checked} checked, {correct} correct, {fabricated} fabricated"
        )
    if correct > checked:
        raise InputError(f"{correct} correct of {checked} checked: more correct than checked")


def sl2(values: Values, checked: int | None, correct: int | None, fabricated: int = 0) -> Score:
    """Registration accuracy of the month against its target; absent without a check (CV-2)."""
    v = values.reading()
    full = v.fraction("sl2.full_points")
    inputs = {"checked": checked, "correct": correct, "fabricated": fabricated}
    percent = None
    if checked is not None and correct is not None:
        percent = effective_percent(v, checked, correct, fabricated)
    if percent is None or checked is None or correct is None:
        return absent(v, "SL-2", inputs, full)
    said = [Said(
        f"准确率 {correct}/{checked} = {shown(100 * Fraction(correct, checked), 4)}%",
        f"accuracy {correct}/{checked} = {shown(100 * Fraction(correct, checked), 4)} %",
    )]  # fmt: skip
    if fabricated:
        cut = v.fraction("sl2.fabrication_cut_percent_points")
        said.append(Said(
            f"弄虚作假{fabricated}人，每人扣{shown(cut)}个百分点：按{shown(percent, 4)}%计",
            f"{fabricated} fabricated at {shown(cut)} percentage points each: counted as {shown(percent, 4)} %",
        ))  # fmt: skip
    points, step = _below_target(v, "sl2", percent, v.fraction("sl2.points_per_step"))
    return Score("SL-2", points, full, None, inputs, dict(v.read), (*said, step), rule_set=v.label)


def _below_target(v: Values, item: str, percent: Fraction, cost: Fraction) -> tuple[Fraction, Said]:
    full, target = v.fraction(f"{item}.full_points"), v.fraction(f"{item}.target_percent")
    unit, policy = v.fraction(f"{item}.step_percent_points"), v[f"{item}.step_policy"]
    if policy == "round_first":
        percent = rounded_to(percent, v.fraction(f"{item}.round_first_percent_points"))
    count = steps(target - percent, unit, policy)
    points = clip(full - cost * count, 0, full)
    if not count:
        return points, Said(
            f"未低于{shown(target)}%，得满分{shown(full)}分",
            f"not below {shown(target)} %: full {shown(full)}",
        )
    return points, Said(
        f"低于{shown(target)}%计{shown(count, 4)}档（{POLICIES[policy].zh}），"
        f"每档扣{shown(cost)}分：{shown(full)}分中得{shown(points)}分",
        f"{shown(count, 4)} steps of {shown(unit)} below {shown(target)} % ({POLICIES[policy].en}) "
        f"at {shown(cost)} points each: {shown(points)} of {shown(full)}",
    )


POLICIES = {
    "floor": Said("不足一档不扣", "part-steps cost nothing"),
    "ceil": Said("不足一档按一档", "a part-step costs a whole one"),
    "proportional": Said("按比例", "in proportion"),
    "round_first": Said("先取整", "rounded first"),
}


def sl3(values: Values, town_total: int | None, accuracy_percent: Number | None) -> Score:
    """Accuracy of a class of records, given as two typed-in totals; the unit cost follows the town's total.

    None for ``accuracy_percent`` says that the committee has nobody of the class: ``sl3.empty_policy`` decides.
    """
    v = values.reading()
    full = v.fraction("sl3.full_points")
    inputs = {
        "town_total": town_total,
        "accuracy_percent": None if accuracy_percent is None else exact(accuracy_percent),
    }
    if accuracy_percent is None:
        return nobody(v, "SL-3", "sl3", inputs, full)
    if town_total is None:
        return absent(v, "SL-3", inputs, full)
    percent = exact(accuracy_percent)
    if not 0 <= percent <= 100 or town_total < 0:
        raise InputError(f"accuracy {shown(percent)} % of a town total of {town_total} is impossible")
    cost = v.fraction(f"sl3.{_tier(v, town_total)}_points")
    tier = Said(
        f"全镇总数{town_total}，每档扣{shown(cost)}分",
        f"town total {town_total}: {shown(cost)} points a step",
    )
    points, step = _below_target(v, "sl3", percent, cost)
    return Score("SL-3", points, full, None, inputs, dict(v.read), (tier, step), rule_set=v.label)


def _tier(v: Values, town_total: int) -> str:
    edge = v["sl3.tier_low_below"]
    if town_total < edge:
        return "tier_low"
    if town_total == edge:
        return str(v["sl3.tier_edge"])
    return "tier_mid" if town_total <= v["sl3.tier_mid_up_to"] else "tier_high"


def total(values: Values, items: Mapping[str, Score]) -> Score:
    """Sum of the five items of one committee; absent as soon as one of them is."""
    v = values.reading()
    held = {rule: items[rule].value if rule in items else None for rule in ITEMS}
    full = sum((items[rule].full or Fraction(0) for rule in ITEMS if rule in items), Fraction(0))
    missing = [rule for rule in ITEMS if held[rule] is None]
    if missing:
        names = "、".join(missing)
        note = Said(f"{names}未测，总分不计", f"{names} absent: no total")
        return Score("SL-0", None, full, None, held, {}, notes=(note,), rule_set=v.label)
    points = sum((value for value in held.values() if value is not None), Fraction(0))
    sum_text = " + ".join(shown(value) for value in held.values())
    said = Said(f"{sum_text} = {shown(points)}分", f"{sum_text} = {shown(points)} points")
    return Score("SL-0", points, full, None, held, {}, (said,), rule_set=v.label)


def annual_mean(values: Values, totals: Mapping[str, Fraction | None]) -> Score:
    """SL-8: mean of the monthly totals, by month, over the assessed ones (or absent if one is missing)."""
    v = values.reading()
    assessed = [value for value in totals.values() if value is not None]
    if not assessed or (len(assessed) < len(totals) and v["sl8.missing_months"] == "absent"):
        return absent(v, "SL-8", dict(totals))
    value = mean(assessed)
    said = Said(
        f"{len(assessed)}个月平均{shown(value)}分", f"mean of {len(assessed)} months: {shown(value)} points"
    )
    return Score(
        "SL-8",
        value,
        None,
        None,
        dict(totals),
        {**v.read, "months": len(assessed)},
        (said,),
        rule_set=v.label,
    )


def town_accuracy(values: Values, checks: Mapping[str, tuple[int, int]]) -> Fraction | None:
    """SL-14: the town's share correct from (correct, checked) per committee; pooled, or the mean of the rates."""
    if values["sl14.town_accuracy"] == "mean":
        return mean(share for c, n in checks.values() if (share := rate(c, n)) is not None)
    return rate(sum(c for c, _ in checks.values()), sum(n for _, n in checks.values()))


def below_town(
    values: Values, checks: Mapping[str, tuple[int, int]], fabricated: Mapping[str, int] | None = None
) -> set[str]:
    """SL-10: committees whose own accuracy lies strictly below the town's; a cut touches only their own."""
    town = town_accuracy(values, checks)
    own = comparison_accuracy(values, checks, fabricated)
    return {unit for unit, share in own.items() if share is not None and town is not None and share < town}


def comparison_accuracy(
    values: Values, checks: Mapping[str, tuple[int, int]], fabricated: Mapping[str, int] | None = None
) -> dict[str, Fraction | None]:
    """Each committee's share correct as SL-9 and SL-10 compare it with the town's."""
    cut = fabricated if fabricated is not None and values["sl2.fabrication_in_comparisons"] else {}
    found: dict[str, Fraction | None] = {}
    for unit, (correct, checked) in checks.items():
        percent = effective_percent(values, checked, correct, cut.get(unit, 0))
        found[unit] = None if percent is None else percent / 100
    return found


def sl13(values: Values, maintained: int, whole_month: bool = True) -> Score:
    """Account activity: at least five additions, changes or deregistrations in a whole month."""
    v = values.reading()
    least = v["sl13.operations_min"]
    counted = whole_month or not v["sl13.whole_months_only"]
    met = maintained >= least if counted else None
    said = Said(
        f"采集操作{maintained}条，要求不少于{least}条", f"{maintained} operations, at least {least} wanted"
    )
    return Score(
        "SL-13",
        Fraction(maintained),
        None,
        met,
        {"maintained": maintained, "whole_month": whole_month},
        dict(v.read),
        (said,),
        rule_set=v.label,
    )
