"""三林 SL-4 and SL-5: points lost for the last three places inside a police station's area (RULES.md section 1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from grids.assessment.absence import absent, nobody
from grids.assessment.exact import Number, clip, exact, shown
from grids.assessment.ranking import place_deductions, ranks
from grids.assessment.rule_set import Values
from grids.assessment.score import Said, Score

TIES = ("cv.tie_policy", "cv.short_field")


def sl4(
    values: Values, ratios: Mapping[str, Fraction | None], stations: Mapping[str, str] | None = None
) -> dict[str, Score]:
    """Self-declaration ratio of the year to date (0.10 is 10 %), ranked inside each police station's area.

    The last three lose points; a ratio above the threshold exempts, but keeps its place.
    """
    limit = values.fraction("sl4.exempt_above_percent") / 100 * _part_of_year(values, "sl4")
    exempt = {unit: ratio is not None and ratio > limit for unit, ratio in ratios.items()}
    within = stations if values["sl4.ranked_within"] == "police_station" else None
    said = Said(f"免扣线：高于{shown(100 * limit)}%", f"exempt above {shown(100 * limit)} %")
    return _last_three(values, "SL-4", ratios, within, exempt, dict.fromkeys(ratios, said))


def sl5(
    values: Values,
    counts: Mapping[str, int | None],
    stations: Mapping[str, str],
    quotas: Mapping[str, Number] | None = None,
) -> dict[str, Score]:
    """Data contributed in the year to date, ranked inside each police station's area; counts only.

    A count above the station's quota exempts (or the station's total, under ``quota_level`` = station).
    ``quotas`` replaces the rule set's own table. A station without a quota exempts nobody.
    """
    table = {k: exact(q) for k, q in (quotas if quotas is not None else values["sl5.quotas"]).items()}
    part, level = _part_of_year(values, "sl5"), values["sl5.quota_level"]
    exempt, said = {}, {}
    for unit, count in counts.items():
        quota = table.get(stations.get(unit, ""))
        figure = count
        if level == "station":
            figure = sum(n or 0 for u, n in counts.items() if stations.get(u) == stations.get(unit))
        exempt[unit] = quota is not None and figure is not None and figure > quota * part
        text = shown(None if quota is None else quota * part)
        said[unit] = Said(f"免扣线：多于{text}条", f"exempt above {text} records")
    return _last_three(
        values,
        "SL-5",
        {u: None if n is None else Fraction(n) for u, n in counts.items()},
        stations,
        exempt,
        said,
    )


def _part_of_year(values: Values, item: str) -> Fraction:
    return Fraction(values.month.month, 12) if values[f"{item}.year_threshold"] == "pro_rata" else Fraction(1)


def _last_three(
    values: Values, rule: str, figures: Mapping[str, Fraction | None], stations: Mapping[str, str] | None,
    exempt: Mapping[str, bool], limits: Mapping[str, Said],
) -> dict[str, Score]:  # fmt: skip
    item = rule.lower().replace("-", "")
    full, costs = values.fraction(f"{item}.full_points"), [Fraction(c) for c in values[f"{item}.deductions"]]
    if values[f"{item}.deduction_order"] == "worst_least":
        costs = costs[::-1]
    automatic = values[f"{item}.exemption"] == "automatic"
    guarded, ties = values["cv.short_field"] == "guard", values["cv.tie_policy"]
    parts: dict[str, dict[str, Fraction | None]] = {}
    for unit, figure in figures.items():
        parts.setdefault("" if stations is None else stations.get(unit, ""), {})[unit] = figure
    scores: dict[str, Score] = {}
    for part in parts.values():
        lost = place_deductions(part, costs, ties, guarded)
        places = ranks(part)
        for unit, figure in part.items():
            v = values.reading()
            v.read.update({k: values.held[k] for k in values.held if k.startswith(f"{item}.") or k in TIES})
            inputs = {"figure": figure, "units_ranked": len(lost)}
            if figure is None:
                scores[unit] = (
                    nobody(v, rule, item, inputs, full) if item == "sl4" else absent(v, rule, inputs, full)
                )
                continue
            spared = exempt[unit] and automatic
            points = full if spared else clip(full - lost[unit], 0, full)
            said = _place_said(places[unit], len(lost), lost[unit], exempt[unit], automatic)
            scores[unit] = Score(
                rule, points, full, None, inputs, v.read, (said, limits[unit]), rule_set=v.label
            )
    return {unit: scores[unit] for unit in figures}


def _place_said(place: int | None, field: int, lost: Fraction, exempt: bool, automatic: bool) -> Said:
    zh, en = f"所内第{place}名（共{field}个）", f"place {place} of {field} in its station's area"
    if not lost:
        return Said(f"{zh}，不扣分", f"{en}: nothing lost")
    if exempt and automatic:
        return Said(f"{zh}，应扣{shown(lost)}分，达标免扣", f"{en}: {shown(lost)} points, exempt")
    more = Said("，可免，待决定", ", may be exempted by decision") if exempt else Said("", "")
    return Said(f"{zh}，扣{shown(lost)}分{more.zh}", f"{en}: {shown(lost)} points lost{more.en}")
