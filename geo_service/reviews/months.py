"""The month's own life: open → frozen → scored → published → corrected. What is published is never overwritten."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from geo_service.audit import record
from geo_service.database import Scope
from geo_service.problems import Problem, conflict
from geo_service.queries import reviews as queries
from geo_service.queries.boundaries import last_day
from geo_service.reviews import scoring
from geo_service.reviews.freezing import freeze
from geo_service.tables.assessment import ReviewMonth
from grids.assessment.cadences import advance

#: Why a published month may be corrected: a closed list, no free text (CV-12).
REASONS = {
    "late_checks": ("核查数据迟到", "checks came late"),
    "wrong_input": ("录入有误", "wrong input"),
    "wrong_rule": ("规则参数有误", "wrong rule parameter"),
    "data_repair": ("数据修复", "data repaired"),
    "ladder_replayed": ("前月更正，阶梯重算", "an earlier month was corrected, the ladder replayed"),
}
DECISIONS = ("freeze", "score", "publish", "correct", "reopen")


def state_of(session: Session, subdistrict: str, month: dt.date) -> str:
    """The state of a month; without a row it is open."""
    row = queries.newest(session, subdistrict, month)
    return "open" if row is None else row.state


def decide(
    session: Session, scope: Scope, month: dt.date, action: str, *, now: dt.datetime, reason: str = ""
) -> ReviewMonth | None:
    """Move a month on (or, unpublished, back); returns its newest revision, None when it is open again.

    Raises MonthStateError for a step the state does not allow, Problem for a month that is not over.
    """
    if scope.committees is not None:
        raise Problem("forbidden", 403, "须由街镇人口办办理。 / Only the town's office decides this.")
    queries.wait_for_turn(session, scope.subdistrict)
    steps = {"freeze": _freeze, "score": _score, "publish": _publish, "correct": _correct, "reopen": _reopen}
    row = steps[action](session, scope, month, now, reason)
    record(session, scope, f"review.{action}", target=f"{month:%Y-%m}",
           detail={"revision": None if row is None else row.revision, "reason": reason or None})  # fmt: skip
    return row


def _freeze(session: Session, scope: Scope, month: dt.date, now: dt.datetime, _reason: str) -> ReviewMonth:
    row = queries.newest(session, scope.subdistrict, month)
    advance("open" if row is None else row.state, "frozen")
    if now.date() < last_day(month):
        raise conflict(
            "month-not-over",
            f"{month.year}年{month.month}月尚未结束，月末方可冻结。 / {month:%Y-%m} is not over; freeze it on its last day.",
        )
    if row is not None:  # from scored back to frozen: the inputs stay as they were frozen
        queries.forget_scores(session, scope.subdistrict, month, row.revision)
        row.state, row.scored_at, row.basis = "frozen", None, {}
        session.flush()
        return row
    return _new_revision(session, scope, month, 0, "frozen", now, None)


def _new_revision(
    session: Session, scope: Scope, month: dt.date, revision: int, state: str, now: dt.datetime, reason: str | None
) -> ReviewMonth:  # fmt: skip
    frozen, version_id = freeze(session, scope.subdistrict, month)
    row = ReviewMonth(
        subdistrict_code=scope.subdistrict, month=month, revision=revision, state=state,
        rule_set_id=frozen.rules.label, version_id=version_id, inputs=dict(frozen.document), basis={},
        reason=reason, account=scope.account, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _reopen(session: Session, scope: Scope, month: dt.date, _now: dt.datetime, _reason: str) -> None:
    row = _there(session, scope, month)
    advance(row.state, "open")
    session.delete(row)
    session.flush()


def _score(session: Session, scope: Scope, month: dt.date, now: dt.datetime, _reason: str) -> ReviewMonth:
    row = _there(session, scope, month)
    advance(row.state, "scored")
    _compute(session, row, now)
    row.state = "scored"
    session.flush()
    return row


def _compute(session: Session, row: ReviewMonth, now: dt.datetime) -> None:
    basis = scoring.basis_of(session, row.subdistrict_code, row.month)
    results, events = scoring.compute(row, basis)
    row.basis = {f"{held.month:%Y-%m-%d}": held.revision for held in basis}
    row.scored_at = now
    scoring.store(session, row, results, events, now)


def _publish(session: Session, scope: Scope, month: dt.date, now: dt.datetime, _reason: str) -> ReviewMonth:
    row = _there(session, scope, month)
    advance(row.state, "published")
    row.state, row.published_at = "published", now
    session.flush()
    _replay(session, scope, month, now)
    return row


def _correct(session: Session, scope: Scope, month: dt.date, now: dt.datetime, reason: str) -> ReviewMonth:
    """A new revision from the data as they stand now; later months whose ladder comes out otherwise get one too."""
    old = _there(session, scope, month)
    advance(old.state, "corrected", reason)
    if reason not in REASONS:
        raise Problem(
            "unknown-reason",
            422,
            f"更正原因请从 {'、'.join(REASONS)} 中选择。 / Choose a reason from the list.",
        )
    row = _new_revision(session, scope, month, old.revision + 1, "corrected", now, reason)
    _compute(session, row, now)
    row.published_at = now
    session.flush()
    _replay(session, scope, month, now)
    return row


def _replay(session: Session, scope: Scope, corrected: dt.date, now: dt.datetime) -> None:
    """Ladders count over the months: what a correction changes in later ones is published as their revision."""
    until = dt.date(corrected.year + 1, 12, 1)
    later = queries.newest_of_each(session, scope.subdistrict, corrected + dt.timedelta(days=31), until)
    for row in later:
        if row.scored_at is None:
            continue
        if row.state == "scored":  # nobody has seen it yet: it is simply computed again
            _compute(session, row, now)
            continue
        basis = scoring.basis_of(session, scope.subdistrict, row.month)
        if scoring.compute(row, basis) == _stored(session, row):
            continue
        again = ReviewMonth(
            subdistrict_code=row.subdistrict_code, month=row.month, revision=row.revision + 1, state="corrected",
            rule_set_id=row.rule_set_id, version_id=row.version_id, inputs=row.inputs, basis={},
            reason="ladder_replayed", account=scope.account, at=now, published_at=now,
        )  # fmt: skip
        session.add(again)
        session.flush()
        _compute(session, again, now)
    session.flush()


def _stored(session: Session, row: ReviewMonth) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    sub = row.subdistrict_code
    scores = {s.unit_code: s.items for s in queries.scores(session, sub, row.month, row.revision)}
    results, _ = scoring.compute(row, scoring.stored_basis(session, row))
    order = [r["unit"] for r in results]
    held = [e.detail for e in queries.events(session, sub, row.month, row.revision)]
    events = sorted(held, key=lambda e: (e["unit"], e["rule"]))
    return [scores[unit] for unit in order if unit in scores], events


def _there(session: Session, scope: Scope, month: dt.date) -> ReviewMonth:
    row = queries.newest(session, scope.subdistrict, month)
    if row is None:
        raise conflict(
            "month-open",
            f"{month.year}年{month.month}月尚未冻结，请先冻结。 / {month:%Y-%m} is open; freeze it first.",
        )
    return row
