"""Frozen inputs to stored scores and ladder events, and back: what is published can be computed again from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from geo_service.queries import reviews as queries
from geo_service.reviews.freezing import Frozen
from geo_service.tables.assessment import LadderEvent, ReviewMonth, ScoreMonth
from grids.assessment.ranking import Standing, standings
from grids.assessment.score import Said
from grids.assessment.scoring import Assessment, UnitMonth, assess

#: Months before January that a run of last places may reach back to.
REACH_BACK_MONTHS = 3


def first_of_basis(month: dt.date) -> dt.date:
    """The first month that the ladder of ``month`` looks at: January, less what a run may reach back.

    >>> first_of_basis(dt.date(2026, 3, 1))
    datetime.date(2025, 10, 1)
    """
    return dt.date(month.year - 1, 13 - REACH_BACK_MONTHS, 1)


def assessed(frozen: Sequence[Frozen]) -> Assessment:
    """Scores, ranks and ladder events of frozen months, each by the rules frozen with it."""
    return assess([held.rules for held in frozen], [row for held in frozen for row in held.rows])


def result_of(result: UnitMonth, standing: Standing | None) -> dict[str, Any]:
    """One unit's result as it is stored: with the interval of its accuracy where the town's own ranking has none."""
    held = result.to_dict()
    stands = result.standing or standing
    if stands is not None:
        held["rank_interval"] = [stands.best_rank, stands.worst_rank]
        held["accuracy_interval"] = [round(stands.low, 6), round(stands.high, 6)]
        held["groups"] = stands.groups
    return held


def month_results(frozen: Frozen, found: Assessment) -> list[dict[str, Any]]:
    """Stored results of one month, best first."""
    values = frozen.rules.at(frozen.month)
    checks = {u["code"]: (int(u["checks"][0]), int(u["checks"][1])) for u in frozen.units}
    stand = standings(checks, values["m1.interval"], float(values["m1.z"]))
    return [result_of(r, stand.get(r.unit)) for r in found.results if r.month == frozen.month]


def month_events(month: dt.date, found: Assessment) -> list[dict[str, Any]]:
    """Stored ladder events of one month."""
    return [event.to_dict() for event in found.events if event.month == month]


def month_warnings(month: dt.date, found: Assessment) -> list[Said]:
    """What the rules warn of in one month, such as a field too short for the last ten."""
    return [said for of, said in found.warnings if of == month]


def basis_of(session: Session, subdistrict: str, month: dt.date) -> list[ReviewMonth]:
    """The newest published revisions that the ladder of ``month`` is replayed on, the month itself left out."""
    before = queries.newest_of_each(session, subdistrict, first_of_basis(month), month - dt.timedelta(days=1))
    return [row for row in before if row.published_at is not None]


def frozen_of(row: ReviewMonth) -> Frozen:
    """The inputs of a stored revision."""
    return Frozen(row.month, row.inputs)


def compute(
    row: ReviewMonth, basis: Sequence[ReviewMonth]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(results, ladder events) of one revision from stored inputs alone.

    Earlier months of another family (the town changed its rules) do not count for this ladder.
    """
    own = frozen_of(row)
    earlier = [held for held in map(frozen_of, basis) if held.family == own.family]
    found = assessed([*earlier, own])
    return month_results(own, found), month_events(row.month, found)


def store(
    session: Session, row: ReviewMonth, results: Sequence[Mapping[str, Any]], events: Sequence[Mapping[str, Any]],
    now: dt.datetime,
) -> None:  # fmt: skip
    """Write the scores and ladder events of one revision over what was computed for it before."""
    sub = row.subdistrict_code
    queries.forget_scores(session, sub, row.month, row.revision)
    committee = {u["code"]: u["committee"] for u in row.inputs["units"]}
    session.add_all(
        ScoreMonth(subdistrict_code=sub, month=row.month, revision=row.revision, unit_code=r["unit"],
                   committee_code=committee[r["unit"]], rule_set_id=row.rule_set_id, total=r["figure"],
                   rank=r["rank"], items=dict(r), computed_at=now)
        for r in results
    )  # fmt: skip
    session.add_all(
        LadderEvent(subdistrict_code=sub, month=row.month, revision=row.revision, committee_code=e["unit"],
                    rule=e["rule"], level=e["level"], role=e["zh"], detail=dict(e))
        for e in events
    )  # fmt: skip
    session.flush()


def stored_basis(session: Session, row: ReviewMonth) -> list[ReviewMonth]:
    """The very revisions that a stored revision was computed on."""
    found = [
        queries.revision(session, row.subdistrict_code, dt.date.fromisoformat(month), int(number))
        for month, number in sorted(row.basis.items())
    ]
    return [held for held in found if held is not None]


def differences(session: Session, row: ReviewMonth) -> list[str]:
    """Compute a stored revision again from its stored inputs; names every unit or event that comes out otherwise."""
    results, events = compute(row, stored_basis(session, row))
    sub = row.subdistrict_code
    stored = {s.unit_code: s.items for s in queries.scores(session, sub, row.month, row.revision)}
    held = {
        (e.committee_code, e.rule): e.detail for e in queries.events(session, sub, row.month, row.revision)
    }
    again = {r["unit"]: r for r in results}
    replayed = {(e["unit"], e["rule"]): e for e in events}
    wrong = [unit for unit in sorted(stored.keys() | again.keys()) if stored.get(unit) != again.get(unit)]
    return wrong + [
        "/".join(key) for key in sorted(held.keys() | replayed.keys()) if held.get(key) != replayed.get(key)
    ]
