"""三林 SL-9 veto, SL-11 and SL-12 interviews: the last ten over the months (RULES.md section 1.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from grids.assessment.exact import rate
from grids.assessment.ladders import LadderEvent, latest, run_steps, veto_months
from grids.assessment.ranking import LastPlaces, last_places
from grids.assessment.rule_set import Values
from grids.assessment.score import Said


@dataclass(frozen=True)
class SanlinMonth:
    """What the ladders need of one month: exact totals, own accuracy (0 to 1) and the town's; None is absent.

    ``checks`` are (correct, checked) by unit; only a strike-out at year end needs them.
    """

    totals: Mapping[str, Fraction | None]
    accuracy: Mapping[str, Fraction | None]
    town_accuracy: Fraction | None
    checks: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def sanlin_bottom(values: Values, month: SanlinMonth) -> LastPlaces:
    """The units in the month's last ten by total."""
    return _last(values, month.totals, int(values["sl9.last_places"]))


def sanlin_struck(values: Values, month: SanlinMonth) -> LastPlaces:
    """SL-9: the last ten less those whose accuracy lies strictly above the town's.

    The others move up only with backfill.
    """
    above = {unit for unit, share in month.accuracy.items() if _above(share, month.town_accuracy)}
    if values["sl9.backfill"]:
        kept = {unit: value for unit, value in month.totals.items() if unit not in above}
        return _last(values, kept, int(values["sl9.last_places"]))
    last = sanlin_bottom(values, month)
    return LastPlaces(last.units - above, last.active, last.warnings)


def _above(share: Fraction | None, town: Fraction | None) -> bool:
    return share is not None and town is not None and share > town


def _last(values: Values, figures: Mapping[str, Fraction | None], count: int) -> LastPlaces:
    guarded = values["cv.short_field"] == "guard"
    return last_places(
        figures, count, values["cv.tie_policy"], guarded, int(values["cv.short_field_warn_below"])
    )


def sanlin_ladder(
    rules: Mapping[dt.date, Values], months: Mapping[dt.date, SanlinMonth]
) -> list[LadderEvent]:
    """All events of SL-9, SL-11 and SL-12 in ``months``, each month by its own rule set's values.

    Pass at least the months since 1 January, and one or two before it where runs go over the year end.
    """
    bottom = {month: sanlin_bottom(rules[month], facts) for month, facts in months.items()}
    struck = {month: sanlin_struck(rules[month], facts) for month, facts in months.items()}
    units = sorted({unit for facts in months.values() for unit in facts.totals})
    events: list[LadderEvent] = []
    yearly = latest(rules)["sl9.strike_period"] == "year"
    run = struck if latest(rules)["sl11.exclusion_protects"] else bottom
    for unit in units:
        events += _run_events(rules, unit, _flags(months, run, unit))
        events += _veto_events(rules, months, unit, bottom if yearly else struck)
    return sorted(events, key=lambda event: (event.month, event.unit, event.rule))


def _flags(
    months: Mapping[dt.date, SanlinMonth], last: Mapping[dt.date, LastPlaces], unit: str
) -> dict[dt.date, bool | None]:
    return {
        month: unit in last[month].units
        if facts.totals.get(unit) is not None and last[month].active
        else None
        for month, facts in months.items()
    }


def _run_events(
    rules: Mapping[dt.date, Values], unit: str, flags: Mapping[dt.date, bool | None]
) -> list[LadderEvent]:
    v = latest(rules).reading()
    found = run_steps(
        flags, int(v["sl11.run_level_1"]), int(v["sl12.run_level_2"]), v["sl12.after_level_2"] == "repeat",
        v["cv.reset_runs_at_year_end"],
    )  # fmt: skip
    return [
        LadderEvent(
            unit,
            month,
            "SL-11" if level == 1 else "SL-12",
            level,
            run,
            _interview(level, run),
            dict(v.read),
            v.label,
        )
        for month, level, run in found
    ]


def _interview(level: int, run: int) -> Said:
    if level == 1:
        return Said(
            f"连续{run}次月排名末十位：派出所分管领导、社区党委副书记约谈居村书记，报镇分管领导",
            f"{run} months running in the last ten: interview by the station's deputy head and the community deputy secretary",
        )
    return Said(
        f"连续{run}次月排名末十位：镇党委副书记（政法）、社区党委书记约谈居村书记，报镇主要领导",
        f"{run} months running in the last ten: interview by the town's deputy secretary and the community secretary",
    )


def _veto_events(
    rules: Mapping[dt.date, Values],
    months: Mapping[dt.date, SanlinMonth],
    unit: str,
    last: Mapping[dt.date, LastPlaces],
) -> list[LadderEvent]:
    v = latest(rules).reading()
    yearly = v["sl9.strike_period"] == "year"
    found = veto_months(
        _flags(months, last, unit), int(v["sl9.veto_count"]), v["cv.reset_counts_at_year_end"]
    )
    events = []
    for month, number in found:
        notes: tuple[Said, ...] = ()
        if yearly:
            above, settled = _year_strike(months, unit, month.year)
            if above and settled:
                continue
            notes = (_pending(above),) if not settled else ()
        events.append(
            LadderEvent(unit, month, "SL-9", 1, number, _veto(number), dict(v.read), v.label, notes)
        )
    return events


def _year_strike(months: Mapping[dt.date, SanlinMonth], unit: str, year: int) -> tuple[bool, bool]:
    """(is the unit's pooled accuracy of the year above the town's, is the year complete)."""
    held = [facts.checks for month, facts in months.items() if month.year == year]
    own = [checks[unit] for checks in held if unit in checks]
    everybody = [pair for checks in held for pair in checks.values()]
    return _above(_pooled(own), _pooled(everybody)), dt.date(year, 12, 1) in months


def _pooled(pairs: Sequence[tuple[int, int]]) -> Fraction | None:
    return rate(sum(correct for correct, _ in pairs), sum(checked for _, checked in pairs))


def _pending(above: bool) -> Said:
    zh, en = ("高于", "above") if above else ("不高于", "not above")
    return Said(
        f"准确率例外年底认定，目前{zh}镇准确率",
        f"strike-out is settled at year end; so far {en} the town's accuracy",
    )


def _veto(number: int) -> Said:
    return Said(
        f"年内累计{number}次排名末十位：年度考核一票否决",
        f"{number} times in the last ten this year: veto in the annual appraisal",
    )
