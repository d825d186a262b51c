"""A town's months assessed in one go: items, totals, ranks with intervals, ladder events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from grids.assessment import scoring_sanlin as sanlin
from grids.assessment import scoring_sanlin_places as places
from grids.assessment.exact import exact, rate
from grids.assessment.ladders import LadderEvent, shanggang_ladder
from grids.assessment.ladders_sanlin import SanlinMonth, sanlin_bottom, sanlin_ladder
from grids.assessment.ranking import Standing, ranks, standings
from grids.assessment.rule_set import RuleSet, Values, pick
from grids.assessment.score import Said, Score
from grids.assessment.scoring_fangsong import fs1, fs1_reverse, fs2
from grids.assessment.scoring_gumei import gm1, gm2
from grids.assessment.scoring_shanggang import FormRow, sg3, sg3_target, sg6, sg7_criterion
from grids.assessment.scoring_xujing import Post, xj2, xj3, xj4_counts
from grids.errors import InputError

Figures = Mapping[str, Any]
Items = dict[str, Score]


@dataclass(frozen=True)
class Row:
    """Figures of one unit (committee, grid or account) in one month, named as in ``count_columns``."""

    month: dt.date
    unit: str
    figures: Figures


@dataclass(frozen=True)
class UnitMonth:
    """One unit's result in one month.

    ``figure`` is what ranks it: None where it is absent, or where the town's document ranks nothing.
    """

    month: dt.date
    unit: str
    items: Items
    figure: Fraction | None = None
    rank: int | None = None
    standing: Standing | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        stands = self.standing
        return {
            "month": f"{self.month:%Y-%m}",
            "unit": self.unit,
            "figure": None if self.figure is None else str(self.figure),
            "rank": self.rank,
            "rank_interval": None if stands is None else [stands.best_rank, stands.worst_rank],
            "accuracy_interval": None if stands is None else [round(stands.low, 6), round(stands.high, 6)],
            "groups": None if stands is None else stands.groups,
            "items": {rule: score.to_dict() for rule, score in self.items.items()},
        }


@dataclass(frozen=True)
class Assessment:
    """Everything computed from a table of counts, in the order month, then rank, then unit."""

    rule_sets: tuple[str, ...]
    results: tuple[UnitMonth, ...]
    events: tuple[LadderEvent, ...]
    annual: Mapping[int, Mapping[str, Score]] = field(default_factory=dict)
    town: Mapping[dt.date, Fraction | None] = field(default_factory=dict)
    warnings: tuple[tuple[dt.date, Said], ...] = ()
    rules: tuple[RuleSet, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; the same input gives the same bytes."""
        return {
            "rule_sets": list(self.rule_sets),
            "rules": [_quoted(rules) for rules in self.rules],
            "results": [result.to_dict() for result in self.results],
            "ladder_events": [event.to_dict() for event in self.events],
            "annual": {
                str(y): {u: s.to_dict() for u, s in units.items()} for y, units in self.annual.items()
            },
            "town_accuracy": {f"{m:%Y-%m}": None if a is None else str(a) for m, a in self.town.items()},
            "warnings": [{"month": f"{month:%Y-%m}", **said._asdict()} for month, said in self.warnings],
        }


def _quoted(rules: RuleSet) -> dict[str, str | None]:
    """How a result cites a rule set: document and validity (CV-9)."""
    open_end = rules.valid_to == dt.date.max
    return {
        "label": rules.label,
        "document": rules.document,
        "valid_from": str(rules.valid_from),
        "valid_to": None if open_end else str(rules.valid_to),
        "reason": rules.reason or None,
    }


def assess(rule_sets: Sequence[RuleSet], rows: Iterable[Row]) -> Assessment:
    """Score, rank and ladder the months in ``rows``, each by the rule set in force in it.

    ``rule_sets`` are the versions of one town. A unit with an absent figure is not ranked. Raises InputError
    where a month names a unit twice, and what the rules raise for impossible counts.
    """
    months: dict[dt.date, dict[str, Figures]] = {}
    for row in rows:
        units = months.setdefault(row.month, {})
        if row.unit in units:
            raise InputError(f"{row.unit} is listed twice in {row.month:%Y-%m}")
        units[row.unit] = row.figures
    rules = {month: pick(rule_sets, month).at(month) for month in sorted(months)}
    family = next((f for f in rule_sets[0].families if f in SCORERS), None)
    if family is None:
        raise InputError(
            f"rule set {rule_sets[0].label} has no family of rules that scores a table of counts"
        )
    if family == "SL":
        _cumulate(rules, months)
    scored = {month: SCORERS[family](rules[month], months[month]) for month in rules}
    results = [
        result
        for month in rules
        for result in _ranked(family, rules[month], month, scored[month], months[month])
    ]
    facts = {m: sanlin_facts(rules[m], months[m], scored[m]) for m in rules} if family == "SL" else {}
    return Assessment(
        tuple(dict.fromkeys(values.label for values in rules.values())),
        tuple(results),
        tuple(_events(rules, facts, results, family)),
        _annual(rules, results) if family == "SL" else {},
        {month: _town(rules[month], family, months[month]) for month in rules if family in ("SL", "SG")},
        tuple((m, said) for m in facts for said in sanlin_bottom(rules[m], facts[m]).warnings),
        tuple(held for held in rule_sets if held.label in {values.label for values in rules.values()}),
    )


def _cumulate(rules: Mapping[dt.date, Values], months: dict[dt.date, dict[str, Figures]]) -> None:
    """SL-1 counts since January where the town's ``sl1.period`` says so; tables give each month's own number."""
    year_to_date: dict[tuple[int, str], int] = {}
    for month in sorted(months):
        for unit, held in months[month].items():
            cancelled = held.get("cancelled")
            if cancelled is not None and rules[month]["sl1.period"] == "year_to_date":
                key = month.year, unit
                year_to_date[key] = year_to_date.get(key, 0) + int(cancelled)
                months[month][unit] = {**held, "cancelled": year_to_date[key]}


def _events(
    rules: Mapping[dt.date, Values],
    facts: Mapping[dt.date, SanlinMonth],
    results: Sequence[UnitMonth],
    family: str,
) -> list[LadderEvent]:
    if family == "SL":
        return sanlin_ladder(rules, facts)
    if family != "SG":
        return []
    months: dict[dt.date, dict[str, Fraction | None]] = {month: {} for month in rules}
    for result in results:
        months[result.month][result.unit] = result.figure
    return shanggang_ladder(rules, months)


def score_sanlin(values: Values, units: Mapping[str, Figures]) -> dict[str, Items]:
    """SL-1 to SL-5 and the total of every committee of a month."""
    stations = {unit: str(figures.get("station") or "") for unit, figures in units.items()}
    shares = {unit: _ratio(figures) for unit, figures in units.items()}
    fourth = places.sl4(values, shares, stations)
    fifth = places.sl5(values, {unit: f.get("pushed") for unit, f in units.items()}, stations)
    found: dict[str, Items] = {}
    for unit, f in units.items():
        items = {
            "SL-1": sanlin.sl1(values, f.get("cancelled")),
            "SL-2": sanlin.sl2(values, f.get("checked"), f.get("correct"), f.get("fabricated") or 0),
            "SL-3": sanlin.sl3(values, f.get("class_town_total"), f.get("class_percent")),
            "SL-4": fourth[unit],
            "SL-5": fifth[unit],
        }
        found[unit] = {**items, "SL-0": sanlin.total(values, items)}
    return found


def _ratio(figures: Figures) -> Fraction | None:
    if figures.get("declared") is not None and figures.get("declarable") is not None:
        return rate(figures["declared"], figures["declarable"])
    percent = figures.get("declared_percent")
    return None if percent is None else exact(percent) / 100


def score_gumei(values: Values, units: Mapping[str, Figures]) -> dict[str, Items]:
    """GM-1 where a population is given, GM-2 where operations are (a row is then one account's week)."""
    found: dict[str, Items] = {}
    for unit, f in units.items():
        counts = {
            kind: int(f[kind])
            for kind in ("addition", "change", "deregistration", "visit")
            if f.get(kind) is not None
        }
        found[unit] = {}
        if f.get("population") is not None or not counts:
            found[unit]["GM-1"] = gm1(values, f.get("population"), f.get("actual"))
        if counts:
            found[unit]["GM-2"] = gm2(values, counts, f.get("days_present"))
    return found


def score_shanggang(values: Values, units: Mapping[str, Figures]) -> dict[str, Items]:
    """SG-3 and SG-6 of every committee of a month."""
    return {
        unit: {
            "SG-3": sg3(values, f.get("population"), f.get("subtotal"), f.get("covered") or 0),
            "SG-6": sg6(values, form_row(f)),
        }
        for unit, f in units.items()
    }


def form_row(figures: Figures) -> FormRow:
    """The row of the monthly form that a table of counts holds; blanks are nothing."""
    return FormRow(**{name: int(figures.get(name) or 0) for name in FormRow.__dataclass_fields__})


def score_xujing(values: Values, units: Mapping[str, Figures]) -> dict[str, Items]:
    """XJ-2 where roles are counted, XJ-3 and XJ-4 of every grid of a month."""
    found: dict[str, Items] = {}
    for unit, f in units.items():
        items = {
            "XJ-3": xj3(values, f.get("own"), f.get("changes"), f.get("own_visits") or 0),
            "XJ-4": xj4_counts(values, f.get("distinct_checked"), f.get("in_force")),
        }
        if f.get("leader") is not None:
            posts = [
                Post(r, values.month)
                for r in ("leader", "officer", "auxiliary")
                for _ in range(f.get(r) or 0)
            ]
            items = {"XJ-2": xj2(values, posts, values.month), **items}
        found[unit] = items
    return found


def score_fangsong(values: Values, units: Mapping[str, Figures]) -> dict[str, Items]:
    """FS-1 both ways and FS-2's three dimensions of every committee of a month."""
    found: dict[str, Items] = {}
    for unit, f in units.items():
        quality = fs2(
            values,
            f.get("records"),
            f.get("duplicates"),
            f.get("checked"),
            f.get("omissions"),
            f.get("errors"),
        )
        found[unit] = {
            "FS-1": fs1(values, f.get("linked"), f.get("records")),
            "FS-1 reverse": fs1_reverse(values, f.get("with_record"), f.get("occupied")),
            **{f"FS-2 {name}": score for name, score in quality.items()},
        }
    return found


SCORERS: Mapping[str, Callable[[Values, Mapping[str, Figures]], dict[str, Items]]] = {
    "SL": score_sanlin,
    "GM": score_gumei,
    "SG": score_shanggang,
    "XJ": score_xujing,
    "FS": score_fangsong,
}


def _ranked(
    family: str, values: Values, month: dt.date, scored: Mapping[str, Items], units: Mapping[str, Figures]
) -> list[UnitMonth]:
    figures = _figures(family, values, scored, units)
    order, intervals = ranks(figures), _standings(family, values, units)
    found = [
        UnitMonth(month, unit, items, figures.get(unit), order.get(unit), intervals.get(unit))
        for unit, items in scored.items()
    ]
    last = len(found) + 1
    return sorted(found, key=lambda result: (result.rank or last, result.unit))


def _figures(
    family: str, values: Values, scored: Mapping[str, Items], units: Mapping[str, Figures]
) -> dict[str, Fraction | None]:
    if family == "SL":
        return {unit: items["SL-0"].value for unit, items in scored.items()}
    if family == "SG":
        rows = {unit: form_row(f) for unit, f in units.items()}
        left = 13 - values.month.month
        targets = {u: sg3_target(values, f["population"], f.get("covered") or 0, left) for u, f in units.items()
                   if f.get("population") is not None}  # fmt: skip
        return sg7_criterion(values, rows, targets if len(targets) == len(units) else None)
    return {}


def checks_of(family: str, units: Mapping[str, Figures]) -> dict[str, tuple[int, int]]:
    """(correct, checked) of each unit, for intervals and the town's accuracy."""
    whole = "subtotal" if family == "SG" else "checked"
    return {unit: (int(f.get("correct") or 0), int(f.get(whole) or 0)) for unit, f in units.items()}


def _standings(family: str, values: Values, units: Mapping[str, Figures]) -> dict[str, Standing | None]:
    if family not in ("SL", "SG"):
        return {}
    return standings(checks_of(family, units), values["m1.interval"], float(values["m1.z"]))


def _town(values: Values, family: str, units: Mapping[str, Figures]) -> Fraction | None:
    checks = checks_of(family, units)
    if family == "SL":
        return sanlin.town_accuracy(values, checks)
    return rate(sum(c for c, _ in checks.values()), sum(n for _, n in checks.values()))


def sanlin_facts(values: Values, units: Mapping[str, Figures], scored: Mapping[str, Items]) -> SanlinMonth:
    """What SL-9 to SL-12 need of one month."""
    checks = checks_of("SL", units)
    fabricated = {unit: int(f.get("fabricated") or 0) for unit, f in units.items()}
    return SanlinMonth(
        {unit: items["SL-0"].value for unit, items in scored.items()},
        sanlin.comparison_accuracy(values, checks, fabricated),
        sanlin.town_accuracy(values, checks),
        checks,
    )


def _annual(rules: Mapping[dt.date, Values], results: Sequence[UnitMonth]) -> dict[int, dict[str, Score]]:
    totals: dict[int, dict[str, dict[str, Fraction | None]]] = {}
    for result in results:
        unit = totals.setdefault(result.month.year, {}).setdefault(result.unit, {})
        unit[f"{result.month:%Y-%m}"] = result.figure
    newest = {month.year: rules[month] for month in sorted(rules)}
    return {
        year: {unit: sanlin.annual_mean(newest[year], held) for unit, held in sorted(units.items())}
        for year, units in totals.items()
    }
