"""One month's meeting gathered from the database: ranking, ladder, what is late, what to do next, trends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from geo_service.database import Scope
from geo_service.problems import not_found
from geo_service.queries import boundaries, places
from geo_service.queries import reviews as queries
from geo_service.reviews import duties, scoring, trends
from geo_service.reviews.freezing import Frozen, freeze
from geo_service.reviews.luck import luck
from geo_service.reviews.months import REASONS
from geo_service.tables.assessment import ReviewMonth
from grids.assessment.exact import ABSENT, rounded, shown
from grids.assessment.ranking import wilson
from grids.assessment.rule_set import RuleSet, from_dict
from grids.assessment.score import Said
from map_ui.review.meeting import Accuracy, Meeting, Ranked, Step

#: Rules whose score is printed as a rate, in per cent.
RATES = frozenset({"SG-6", "XJ-3", "XJ-4", "FS-1", "FS-2", "GM-3"})
#: What stands in the column "score" where the town's documents rank nothing.
HEADLINE = {"GM": "GM-1", "XJ": "XJ-4", "FS": "FS-1"}


@dataclass(frozen=True)
class Gathered:
    """A month's inputs with what was made of them: stored, or computed just now for a draft."""

    frozen: Frozen
    results: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]]
    history: Sequence[tuple[dt.date, Mapping[str, int | None]]]
    row: ReviewMonth | None
    warnings: Sequence[Said] = ()


def meeting(
    session: Session, scope: Scope, month: dt.date, *, now: dt.datetime, town: str | None = None,
    provisional: bool = False,
) -> Meeting:  # fmt: skip
    """The month as its newest revision says; ``provisional`` computes what is not stored yet, or another town's rules.

    Without ``provisional`` a month that is not scored has an empty ranking.
    """
    sub = scope.subdistrict
    about = places.subdistrict_of(session, sub)
    if about is None:
        raise not_found("街道(镇)", sub)
    found = gather(session, sub, month, town, provisional)
    frozen, row = found.frozen, found.row
    rules = from_dict(frozen.document["rule_set"])
    version = boundaries.version_by_id(session, sub, int(frozen.document["version"]))
    release = queries.release_number(session, sub, month)
    ranking = tuple(
        r for r in _ranking(found) if scope.committees is None or _of(frozen, r.code) in scope.committees
    )
    seen = {r.code for r in ranking}
    ladder = tuple(step for step in _ladder(found) if step.code in seen)
    state = "open" if row is None else row.state
    draft = row is None or row.scored_at is None or town is not None
    calendar = duties.calendar(session, sub, found, rules, row, now)
    return Meeting(
        town=about["name"], town_en=about["name_en"] or "", month=month, state=state,
        revision=row.revision if row and town is None else 0, family=frozen.family, rule_set=rules.label,
        rule_name=(rules.name_zh, rules.name_en), rule_document=rules.document, as_of=now.date(),
        version=version.id if version else None, version_name=version.name if version else "",
        release=None if release is None else str(release[0]), provisional=draft,
        reason=REASONS.get(row.reason or "") if row else None, ranking=ranking, ladder=ladder,
        late=duties.late(session, sub, found, calendar, now.date()),
        todo=duties.todo(session, sub, found, state, ladder, ranking, now.date()),
        calendar=calendar, trends=trends.town(session, scope, month),
        warnings=tuple((w.zh, w.en) for w in found.warnings), choices=_choices(rules),
        town_accuracy=_pooled(frozen), accuracy_target=_target(frozen), luck=luck(found),
        parameters={k: _plain(v) for k, v in frozen.rules.at(month).held.items()},
        teams=duties.roster(session, sub, month, frozen),
    )  # fmt: skip


def gather(session: Session, sub: str, month: dt.date, town: str | None, provisional: bool) -> Gathered:
    """Stored inputs and results where there are some, else what the data say now."""
    row = queries.newest(session, sub, month)
    if row is not None and town is None:
        frozen = scoring.frozen_of(row)
        if row.scored_at is not None:
            results = [s.items for s in queries.scores(session, sub, month, row.revision)]
            events = [e.detail for e in queries.events(session, sub, month, row.revision)]
            return Gathered(frozen, results, events, _history(session, sub, month, frozen), row,
                            _warnings(session, row))  # fmt: skip
    else:
        frozen, _ = freeze(session, sub, month, town)
    if not provisional:
        return Gathered(frozen, (), (), _history(session, sub, month, frozen), row)
    earlier = _earlier(session, sub, month, frozen, town)
    found = scoring.assessed([*earlier, frozen])
    history = [
        (held.month, {r["unit"]: r["rank"] for r in scoring.month_results(held, found)}) for held in earlier
    ]
    return Gathered(
        frozen, scoring.month_results(frozen, found), scoring.month_events(month, found), history, row,
        scoring.month_warnings(month, found),
    )  # fmt: skip


def _earlier(session: Session, sub: str, month: dt.date, frozen: Frozen, town: str | None) -> list[Frozen]:
    """The months before a draft: stored ones, and under another town's rules what the data say of each."""
    if town is None:
        basis = [scoring.frozen_of(row) for row in scoring.basis_of(session, sub, month)]
        return [held for held in basis if held.family == frozen.family]
    return [
        freeze(session, sub, before, town)[0]
        for before in trends.months_of_year(session, sub, month)
        if before < month and boundaries.version_on(session, sub, boundaries.last_day(before))
    ]


def _history(
    session: Session, sub: str, month: dt.date, frozen: Frozen
) -> list[tuple[dt.date, Mapping[str, int | None]]]:
    found: list[tuple[dt.date, Mapping[str, int | None]]] = []
    for row in scoring.basis_of(session, sub, month):
        if row.inputs["family"] == frozen.family:
            held = queries.scores(session, sub, row.month, row.revision)
            found.append((row.month, {s.unit_code: s.rank for s in held}))
    return found


def _warnings(session: Session, row: ReviewMonth) -> list[Said]:
    basis = scoring.stored_basis(session, row)
    own = scoring.frozen_of(row)
    earlier = [held for held in map(scoring.frozen_of, basis) if held.family == own.family]
    return scoring.month_warnings(row.month, scoring.assessed([*earlier, own])) if own.family == "SL" else []


def _ranking(found: Gathered) -> list[Ranked]:
    about = {u["code"]: u for u in found.frozen.units}
    previous = found.history[-1][1] if found.history else {}
    level: dict[str, int] = {}
    for event in found.events:
        level[event["unit"]] = max(level.get(event["unit"], 0), int(event["level"]))
    lines = []
    for result in found.results:
        unit = about[result["unit"]]
        span, ends = result.get("rank_interval"), result.get("accuracy_interval")
        correct, checked = (int(n) for n in unit["checks"])
        lines.append(
            Ranked(
                code=unit["code"], name=unit["name"], name_en=unit["name_en"], rank=result["rank"],
                rank_low=span[0] if span else None, rank_high=span[1] if span else None,
                previous_rank=previous.get(unit["code"]), score=_score(found.frozen.family, result),
                accuracy=Accuracy(correct, checked, correct / checked if checked else None,
                                  ends[0] if ends else None, ends[1] if ends else None),
                groups=result.get("groups") or "", target=_due(result["items"]),
                ladder_level=level.get(unit["code"]), figures=unit["figures"],
                items={rule: _shown(rule, item) for rule, item in result["items"].items()},
            )
        )  # fmt: skip
    return lines


def _score(family: str, result: Mapping[str, Any]) -> str:
    """What the ranking prints as score: points under SL, a rate under SG, else the town's headline rule."""
    if family == "SL":
        return shown(None if result["figure"] is None else Fraction(result["figure"]), 2)
    if family == "SG":
        return _percent(result["figure"])
    item = result["items"].get(HEADLINE[family])
    return "—" if item is None else str(_shown(HEADLINE[family], item)["shown"])


def _percent(value: str | None) -> str:
    """A stored fraction in per cent with two decimals; a dash where it is absent."""
    return ABSENT if value is None else f"{rounded(100 * Fraction(value), 2)}%"


def _shown(rule: str, item: Mapping[str, Any]) -> Mapping[str, Any]:
    """A stored score whose ``shown`` is a percentage where the rule is a rate."""
    if rule.split(" ")[0] in RATES:
        return {**item, "shown": _percent(item["value"])}
    return item


def _due(items: Mapping[str, Mapping[str, Any]]) -> int | None:
    target = items.get("SG-3", {}).get("inputs", {}).get("target")
    return None if target is None else int(target)


def _ladder(found: Gathered) -> list[Step]:
    names = {u["code"]: u["name"] for u in found.frozen.units}
    return [
        Step(e["unit"], names.get(e["unit"], e["unit"]), e["rule"], e["level"], e["count"], (e["zh"], e["en"]),
             tuple((n["zh"], n["en"]) for n in e["notes"]))
        for e in found.events
    ]  # fmt: skip


def _of(frozen: Frozen, code: str) -> str:
    return next((str(u["committee"]) for u in frozen.units if u["code"] == code), "")


def _pooled(frozen: Frozen) -> Accuracy:
    correct = sum(int(u["checks"][0]) for u in frozen.units)
    checked = sum(int(u["checks"][1]) for u in frozen.units)
    ends = wilson(correct, checked)
    return Accuracy(correct, checked, correct / checked if checked else None, *(ends or (None, None)))


def _target(frozen: Frozen) -> float:
    value = frozen.rules.at(frozen.month).held.get("sl2.target_percent")
    return float(value) / 100 if value is not None else 0.98


def _choices(rules: RuleSet) -> tuple[tuple[str, str], ...]:
    """How the town settled what its document leaves open (RULES.md section 9): printed on every ranking."""
    own = rules.families[-1]
    return tuple(
        (f"（{number}）{p.note_zh}", f"({number}) {p.note_en}")
        for number, parameters in rules.ambiguities().items()
        for p in parameters
        if p.key.upper().startswith((own, "CV")) and p.note_zh
    )


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Fraction) else value
