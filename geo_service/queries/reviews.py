"""What the monthly review reads and writes: rule sets, typed-in inputs, months with their scores, work done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo_service.tables.assessment import (
    AssessmentInput,
    DutyDone,
    Holiday,
    LadderEvent,
    ReviewMonth,
    RuleSet,
    ScoreMonth,
)


def wait_for_turn(session: Session, subdistrict: str) -> None:
    """One decision about the months of a subdistrict at a time; held until the transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(717, hashtext(:sub))"), {"sub": subdistrict})


def stored_rule_sets(session: Session, subdistrict: str) -> list[RuleSet]:
    """The town's own rule sets, oldest first."""
    query = select(RuleSet).where(RuleSet.subdistrict_code == subdistrict).order_by(RuleSet.valid_from)
    return list(session.scalars(query))


def rules_named(session: Session, subdistrict: str) -> str | None:
    """Name of the rule set that the subdistrict says it uses."""
    return session.execute(
        text("SELECT rules FROM subdistrict WHERE code = :sub"), {"sub": subdistrict}
    ).scalar()


def newest(session: Session, subdistrict: str, month: dt.date) -> ReviewMonth | None:
    """The newest revision of a month; None while it is open."""
    return session.scalar(
        select(ReviewMonth)
        .where(ReviewMonth.subdistrict_code == subdistrict, ReviewMonth.month == month)
        .order_by(ReviewMonth.revision.desc())
        .limit(1)
    )


def newest_of_each(session: Session, subdistrict: str, since: dt.date, until: dt.date) -> list[ReviewMonth]:
    """The newest revision of every month from ``since`` to ``until`` that is frozen or further, in order."""
    query = (
        select(ReviewMonth)
        .where(ReviewMonth.subdistrict_code == subdistrict, ReviewMonth.month.between(since, until))
        .order_by(ReviewMonth.month, ReviewMonth.revision)
    )
    return list({row.month: row for row in session.scalars(query)}.values())


def revision(session: Session, subdistrict: str, month: dt.date, number: int) -> ReviewMonth | None:
    """One revision of a month as it was stored."""
    return session.get(ReviewMonth, (subdistrict, month, number))


def revisions(session: Session, subdistrict: str, month: dt.date) -> list[ReviewMonth]:
    """Every revision of a month, the first one first."""
    query = select(ReviewMonth).where(ReviewMonth.subdistrict_code == subdistrict, ReviewMonth.month == month)
    return list(session.scalars(query.order_by(ReviewMonth.revision)))


def scores(session: Session, subdistrict: str, month: dt.date, number: int) -> list[ScoreMonth]:
    """The stored scores of one revision, by rank, unranked ones last."""
    query = select(ScoreMonth).where(
        ScoreMonth.subdistrict_code == subdistrict, ScoreMonth.month == month, ScoreMonth.revision == number
    )
    return list(session.scalars(query.order_by(ScoreMonth.rank.nulls_last(), ScoreMonth.unit_code)))


def events(session: Session, subdistrict: str, month: dt.date, number: int) -> list[LadderEvent]:
    """The stored ladder events of one revision."""
    query = select(LadderEvent).where(
        LadderEvent.subdistrict_code == subdistrict,
        LadderEvent.month == month,
        LadderEvent.revision == number,
    )
    return list(session.scalars(query.order_by(LadderEvent.committee_code, LadderEvent.rule)))


def forget_scores(session: Session, subdistrict: str, month: dt.date, number: int) -> None:
    """Remove what was computed for a revision that is not published yet."""
    for table in (ScoreMonth, LadderEvent):
        session.execute(
            delete(table).where(
                table.subdistrict_code == subdistrict, table.month == month, table.revision == number
            )
        )


def inputs(session: Session, subdistrict: str, month: dt.date) -> list[AssessmentInput]:
    """Typed-in values of a month; an empty committee code is the whole town's."""
    query = select(AssessmentInput).where(
        AssessmentInput.subdistrict_code == subdistrict, AssessmentInput.month == month
    )
    return list(session.scalars(query.order_by(AssessmentInput.committee_code, AssessmentInput.item)))


def put_inputs(
    session: Session,
    subdistrict: str,
    month: dt.date,
    values: Iterable[tuple[str, str, float | str]],
    account: str | None,
) -> int:
    """Store (committee, item, value) rows over what stood there; returns how many."""
    rows = [
        {"subdistrict_code": subdistrict, "month": month, "committee_code": committee, "item": item,
         "value": value, "account": account, "at": dt.datetime.now(dt.UTC)}
        for committee, item, value in values
    ]  # fmt: skip
    if rows:
        query = insert(AssessmentInput).values(rows)
        session.execute(
            query.on_conflict_do_update(
                index_elements=["subdistrict_code", "month", "committee_code", "item"],
                set_={name: query.excluded[name] for name in ("value", "account", "at")},
            )
        )
    return len(rows)


def own_holidays(session: Session, subdistrict: str) -> dict[dt.date, bool]:
    """The town's own exceptions to the common holiday table."""
    found = session.scalars(select(Holiday).where(Holiday.subdistrict_code == subdistrict))
    return {day.day: day.works for day in found}


def duties_done(session: Session, subdistrict: str, month: dt.date) -> dict[str, dt.datetime]:
    """Duties of a month that somebody marked as done."""
    found = session.scalars(
        select(DutyDone).where(DutyDone.subdistrict_code == subdistrict, DutyDone.month == month)
    )
    return {row.duty: row.done_at for row in found}


def visit_days(session: Session, subdistrict: str, month: dt.date) -> dict[tuple[dt.date, bool], dt.datetime]:
    """(day, in the evening from 18:00) → the last visit of that session in a month, Shanghai time."""
    rows = session.execute(
        text("""
        SELECT (visited_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
            extract(hour FROM visited_at AT TIME ZONE 'Asia/Shanghai') >= 18 AS evening, max(visited_at) AS last
        FROM check_visit WHERE subdistrict_code = :sub
            AND visited_at >= (CAST(:month AS timestamp) AT TIME ZONE 'Asia/Shanghai')
            AND visited_at < ((CAST(:month AS timestamp) + interval '1 month') AT TIME ZONE 'Asia/Shanghai')
        GROUP BY 1, 2"""),
        {"sub": subdistrict, "month": month},
    )
    return {(r.day, bool(r.evening)): r.last for r in rows}


def work_of_grid_staff(
    session: Session, subdistrict: str, month: dt.date, version_id: int
) -> dict[str, tuple[int, int]]:
    """Grid → (additions, changes and deregistrations; visits) by the grids' own staff in a month (XJ-3)."""
    rows = session.execute(
        text("""
        SELECT b.grid_code, sum(a.n) FILTER (WHERE a.kind IN ('addition', 'change', 'deregistration')) AS own,
            sum(a.n) FILTER (WHERE a.kind = 'visit') AS visits
        FROM register_activity a JOIN version_building b ON b.subdistrict_code = :sub AND b.version_id = :version
            AND b.building_code = a.building_code
        WHERE a.subdistrict_code = :sub AND a.role = 'grid_staff' AND a.day >= :month
            AND a.day < CAST(:month AS date) + interval '1 month' AND b.grid_code IS NOT NULL
        GROUP BY 1"""),
        {"sub": subdistrict, "month": month, "version": version_id},
    )
    return {r.grid_code: (int(r.own or 0), int(r.visits or 0)) for r in rows}


def teams(session: Session, subdistrict: str, day: dt.date) -> dict[str, dict[str, list[str]]]:
    """Grid → role → duty accounts in force on a day (XJ-2)."""
    rows = session.execute(
        text("SELECT grid_code, role, account FROM grid_team WHERE subdistrict_code = :sub AND valid_from <= :day "
             "AND (valid_to IS NULL OR valid_to > :day) ORDER BY grid_code, role, account"),
        {"sub": subdistrict, "day": day},
    )  # fmt: skip
    found: dict[str, dict[str, list[str]]] = {}
    for grid, role, account in rows:
        found.setdefault(grid, {}).setdefault(role, []).append(account)
    return found


def duplicates(session: Session, subdistrict: str, version_id: int) -> dict[str, int]:
    """Committee → duplicate records counted while files were read (FS-2)."""
    rows = session.execute(
        text("""
        SELECT b.committee_code, sum(d.duplicate_records) FROM dwelling d
        JOIN version_building b ON b.subdistrict_code = :sub AND b.version_id = :version
            AND b.building_code = d.building_code
        WHERE d.subdistrict_code = :sub AND d.duplicate_records > 0 GROUP BY 1"""),
        {"sub": subdistrict, "version": version_id},
    )
    return {code: int(n) for code, n in rows}


def account_work(
    session: Session, subdistrict: str, month: dt.date
) -> list[tuple[str, str, str, dict[str, int]]]:
    """(account, role, ISO week of its days, operations by kind) of a month: GM-2 and SL-13."""
    rows = session.execute(
        text("""
        SELECT account, role, to_char(day, 'IYYY"-W"IW') AS week,
            jsonb_object_agg(kind, n) AS counts FROM (
                SELECT account, role, day, kind, sum(n) AS n FROM register_activity
                WHERE subdistrict_code = :sub AND day >= :month AND day < CAST(:month AS date) + interval '1 month'
                GROUP BY 1, 2, 3, 4) d
        GROUP BY 1, 2, 3, day ORDER BY 1, 3"""),
        {"sub": subdistrict, "month": month},
    )
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for account, role, week, counts in rows:
        held = found.setdefault((account, role, week), {})
        for kind, n in counts.items():
            held[kind] = held.get(kind, 0) + int(n)
    return [(*who, counts) for who, counts in found.items()]


def release_number(session: Session, subdistrict: str, month: dt.date) -> tuple[int, dt.datetime] | None:
    """Number and time of the newest partner release of a month."""
    row = session.execute(
        text("SELECT id, computed_at FROM release WHERE subdistrict_code = :sub AND month = :month "
             "ORDER BY revision DESC, id DESC LIMIT 1"),
        {"sub": subdistrict, "month": month},
    ).first()  # fmt: skip
    return None if row is None else (int(row.id), row.computed_at)


def key_site_visits(session: Session, subdistrict: str, day: dt.date) -> list[dict[str, Any]]:
    """Key sites open on a day, with the last visit to any of their buildings up to it (XJ-7)."""
    rows = session.execute(
        text("""
        SELECT k.code, k.name, k.kind, k.committee_code, k.opened_on, k.visit_interval_days, (
            SELECT max(v.visited_at) FROM check_visit v JOIN key_site_building s ON s.subdistrict_code = :sub
                AND s.site_code = k.code AND s.building_code = v.building_code
            WHERE v.subdistrict_code = :sub AND v.visited_at < CAST(:day AS date) + 1) AS last_visit
        FROM key_site k WHERE k.subdistrict_code = :sub AND (k.opened_on IS NULL OR k.opened_on <= :day)
            AND (k.closed_on IS NULL OR k.closed_on > :day) ORDER BY k.code"""),
        {"sub": subdistrict, "day": day},
    )
    return [dict(r) for r in rows.mappings()]


def mark_duty(
    session: Session,
    subdistrict: str,
    month: dt.date,
    duty: str,
    done_at: dt.datetime | None,
    account: str | None,
) -> None:
    """Mark a duty as done at a moment; None takes the mark back."""
    if done_at is not None:
        session.merge(
            DutyDone(subdistrict_code=subdistrict, duty=duty, month=month, done_at=done_at, account=account)
        )
    else:
        session.execute(
            delete(DutyDone).where(DutyDone.subdistrict_code == subdistrict, DutyDone.duty == duty)
        )
    session.flush()


def put_holidays(session: Session, subdistrict: str, days: Mapping[dt.date, bool | None]) -> None:
    """Store the town's own exceptions to the plain week; None removes one."""
    for day, works in days.items():
        if works is None:
            session.execute(
                delete(Holiday).where(Holiday.subdistrict_code == subdistrict, Holiday.day == day)
            )
        else:
            session.merge(Holiday(subdistrict_code=subdistrict, day=day, works=works))
    session.flush()
