"""What the review's routes answer, in plain values; committees see their own lines only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from geo_service.access import Principal
from geo_service.problems import Problem
from geo_service.queries import reviews as queries
from geo_service.reviews import scoring
from geo_service.reviews.freezing import Frozen, freeze
from grids.assessment.rule_set import OPEN_END, RuleSet, UnknownKey, from_dict
from map_ui.review.meeting import Accuracy, Meeting, Ranked

NEXT = {
    "open": ("freeze",),
    "frozen": ("score", "reopen"),
    "scored": ("publish", "freeze"),
    "published": ("correct",),
    "corrected": ("correct",),
}


def review(session: Session, who: Principal, found: Meeting) -> dict[str, Any]:
    """The meeting as the console reads it."""
    released = queries.release_number(session, who.subdistrict, found.month)
    row = queries.newest(session, who.subdistrict, found.month)
    decides = who.may("review.decide") and who.committees is None
    published = row.published_at if row else None
    return {
        "month": found.key, "state": found.state, "revision": found.revision,
        "revisions": [
            {"revision": r.revision, "state": r.state, "reason": r.reason, "published_at": r.published_at}
            for r in queries.revisions(session, who.subdistrict, found.month)
        ],
        "version": found.version,
        "rule_set": {"id": found.rule_set, "name": found.rule_name[0], "name_en": found.rule_name[1],
                     "document": found.rule_document},
        "may": dict.fromkeys(NEXT[found.state], decides),
        "release": None if released is None else {"number": str(released[0]), "published_at": released[1]},
        "published_at": published,
        "ranking": [_ranked(r) for r in found.ranking],
        "ladder": [
            {"code": s.code, "name": s.name, "rule": s.rule, "level": s.level, "count": s.count,
             "months": [found.key], "reason": s.said[0], "reason_en": s.said[1]}
            for s in found.ladder
        ],
        "late": [
            {"what": x.what[0], "what_en": x.what[1], "area": x.area or None, "due": x.due, "days_late": x.days_late}
            for x in found.late
        ],
        "todo": [{"what": t.what[0], "what_en": t.what[1], "area": t.area, "code": t.code} for t in found.todo],
        "trends": list(found.trends),
        "calendar": [
            {"key": d.key, "rule": d.rule, "cadence": d.cadence, "due": d.due, "what": d.what[0], "what_en": d.what[1],
             "state": d.state, "done_at": d.done_at}
            for d in found.calendar
        ],
        "warnings": [{"zh": zh, "en": en} for zh, en in found.warnings],
        "choices": [{"zh": zh, "en": en} for zh, en in found.choices],
        "town_accuracy": accuracy(found.town_accuracy),
        "luck": None if found.luck is None else {
            "units": found.luck.units, "places": found.luck.places, "months": found.luck.months,
            "expected": list(found.luck.expected), "observed": list(found.luck.observed),
            "zh": found.luck.said[0], "en": found.luck.said[1],
        },
    }  # fmt: skip


def _ranked(line: Ranked) -> dict[str, Any]:
    return {
        "code": line.code, "name": line.name, "name_en": line.name_en, "rank": line.rank, "rank_low": line.rank_low,
        "rank_high": line.rank_high, "previous_rank": line.previous_rank, "score": number(line.score),
        "score_text": line.score, "accuracy": accuracy(line.accuracy), "checked": line.accuracy.checked,
        "target": line.target, "group": ord(line.groups[0]) - ord("a") + 1 if line.groups else None,
        "groups": line.groups, "ladder_level": line.ladder_level, "items": dict(line.items),
    }  # fmt: skip


def number(shown: str) -> float | None:
    """A shown score as a number for sorting; None for a dash.

    >>> number("96.11%"), number("74.6"), number("—")
    (96.11, 74.6, None)
    """
    return None if shown == "—" else float(shown.rstrip("%"))


def accuracy(held: Accuracy) -> dict[str, Any] | None:
    """A rate with numerator, denominator and interval; None where nothing was checked."""
    if held.checked == 0:
        return None
    return {"value": held.value, "numerator": held.correct, "denominator": held.checked, "low": held.low,
            "high": held.high, "state": "ok"}  # fmt: skip


def rule_set(rules: RuleSet) -> dict[str, Any]:
    """A rule set whole: head, parameters, and the ambiguities the town must decide."""
    return {
        "id": rules.label, **rules.to_dict(),
        "valid_to": None if rules.valid_to == OPEN_END else rules.valid_to,
        "ambiguities": {n: [p.key for p in held] for n, held in rules.ambiguities().items()},
    }  # fmt: skip


def preview(session: Session, who: Principal, month: dt.date, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A month's results under changed numbers beside those under the present ones; the inputs are the same."""
    row = queries.newest(session, who.subdistrict, month)
    held = scoring.frozen_of(row) if row else freeze(session, who.subdistrict, month)[0]
    raw = dict(held.document["rule_set"])
    unknown = set(changes) - {p["key"] for p in raw["parameter"]}
    if unknown:
        raise UnknownKey(f"rule set {held.rules.label}: parameter {min(unknown)!r} is unknown")
    raw["parameter"] = [
        {**{k: v for k, v in p.items() if k != "unset"}, "value": changes[p["key"]], "source": "ours"}
        if p["key"] in changes
        else p
        for p in raw["parameter"]
    ]
    from_dict(raw)
    changed = Frozen(month, {**held.document, "rule_set": raw})
    before, after = (scoring.assessed([f]) for f in (held, changed))
    names = {u["code"]: u["name"] for u in held.units}
    now = {r.unit: r for r in after.results}
    lines = [
        {"code": r.unit, "name": names[r.unit], "rank": r.rank, "rank_after": now[r.unit].rank,
         "figure": None if r.figure is None else float(r.figure),
         "figure_after": None if now[r.unit].figure is None else float(now[r.unit].figure or 0)}
        for r in before.results
        if who.may_see(r.unit)
    ]  # fmt: skip
    if not before.results:
        raise Problem(
            "nothing-to-preview", 422, "该月没有可计算的单位。 / The month holds no units to compute."
        )
    moved = sum(line["rank"] != line["rank_after"] for line in lines)
    return {"month": f"{month:%Y-%m}", "changes": dict(changes), "moved": moved, "rows": lines}
