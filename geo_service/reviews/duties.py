"""The calendar of RULES.md section 4 for one month: due, done, late; and from it what to do next.

Most duties leave traces (checks, scores, operations), and those are read from the data. The rest somebody marks
as done; unmarked and past, they are *unrecorded*, which is not the same as late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from geo_service.queries import boundaries, indicators
from geo_service.queries import reviews as queries
from geo_service.reviews.freezing import Frozen
from geo_service.reviews.rules import calendar as work_calendar
from geo_service.tables.assessment import ReviewMonth
from grids.assessment import cadences
from grids.assessment.clocks import SHANGHAI
from grids.assessment.rule_set import RuleSet
from grids.assessment.scoring_xujing import xj7_overdue
from map_ui.review.meeting import Duty, Late, Ranked, Step, Todo

if TYPE_CHECKING:
    from geo_service.reviews.meeting import Gathered

#: Rules that leave traces in the data: only these can be called late.
TRACED = frozenset({"SG-3", "SG-4", "SG-7", "SL-6", "SL-13", "GM-2", "XJ-3", "XJ-4"})
#: Rules that every unit must meet by the end of the month.
OF_UNITS = ("SG-3", "XJ-3", "XJ-4")


def calendar(
    session: Session, sub: str, found: Gathered, rules: RuleSet, row: ReviewMonth | None, now: dt.datetime
) -> tuple[Duty, ...]:
    """Every duty of the month with its state."""
    month = found.frozen.month
    due = cadences.month_calendar(rules, month, work_calendar(session, sub))
    done = {**_traced(session, sub, found, row, due), **queries.duties_done(session, sub, month)}
    lines = []
    for seen in cadences.seen_at(due, done, now):
        duty = seen.duty
        state = "unrecorded" if seen.state == "late" and not _is_traced(duty) else seen.state
        moment = None if seen.done_at is None else seen.done_at.astimezone(SHANGHAI)
        lines.append(
            Duty(duty.key, duty.rule, duty.cadence, duty.due, (duty.said.zh, duty.said.en), state, moment)
        )
    return tuple(lines)


def _is_traced(duty: cadences.Duty) -> bool:
    """Meetings, quarters and years leave no trace of their own."""
    return (
        duty.rule in TRACED
        and duty.cadence not in ("quarter", "year")
        and not duty.key.startswith("SL-6/meeting")
    )


def _traced(
    session: Session, sub: str, found: Gathered, row: ReviewMonth | None, due: Sequence[cadences.Duty]
) -> dict[str, dt.datetime]:
    """Duties that the data show as done, with the moment."""
    month = found.frozen.month
    last = dt.datetime.combine(boundaries.last_day(month), dt.time(23, 59), SHANGHAI)
    visits = queries.visit_days(session, sub, month)
    before = queries.newest(session, sub, (month - dt.timedelta(days=1)).replace(day=1))
    done: dict[str, dt.datetime] = {}
    for duty in due:
        if duty.rule == "SG-4":
            moment = visits.get((duty.due.date(), duty.cadence.startswith("night")))
        elif duty.rule in OF_UNITS and duty.cadence == "month":
            moment = last if found.results and not _short(found, duty.rule) else None
        elif duty.rule == "SL-6" and "scores" in duty.key:
            moment = row.scored_at if row else None
        elif duty.rule == "SG-7" and duty.cadence == "month":
            moment = before.published_at if before else None
        elif duty.rule in ("SL-13", "GM-2"):
            moment = _work_done(session, sub, found, duty)
        else:
            moment = None
        if moment is not None:
            done[duty.key] = moment
    return done


def _short(found: Gathered, rule: str) -> list[str]:
    """Units that did not meet a rule; what was not measured is not short."""
    return [r["unit"] for r in found.results if r["items"].get(rule, {}).get("met") is False]


def _work_done(session: Session, sub: str, found: Gathered, duty: cadences.Duty) -> dt.datetime | None:
    """SL-13: every account's month; GM-2: every registrar's week that ends on the duty's day."""
    work = queries.account_work(session, sub, found.frozen.month)
    if not work or short_accounts(found.frozen, work, duty):
        return None
    return duty.due.replace(tzinfo=SHANGHAI)


def short_accounts(
    frozen: Frozen, work: Sequence[tuple[str, str, str, Mapping[str, int]]], duty: cadences.Duty
) -> list[str]:
    """Duty accounts below the operations that SL-13 (a month) or GM-2 (a week) asks for."""
    values = frozen.rules.at(frozen.month)
    if duty.rule == "SL-13":
        kinds, least = ("addition", "change", "deregistration"), int(values["sl13.operations_min"])
        held = [(account, counts) for account, role, _, counts in work if role != "auxiliary"]
    else:
        kinds, least = tuple(values["gm2.operation_kinds"]), int(values["gm2.weekly_operations_min"])
        year, number, _ = duty.due.isocalendar()
        week = f"{year}-W{number:02d}"
        held = [(account, counts) for account, role, of, counts in work if of == week and role == "registrar"]
    done: dict[str, int] = {}
    for account, counts in held:
        done[account] = done.get(account, 0) + sum(counts.get(kind, 0) for kind in kinds)
    return sorted(account for account, n in done.items() if n < least)


def late(
    session: Session, sub: str, found: Gathered, lines: Sequence[Duty], today: dt.date
) -> tuple[Late, ...]:
    """What is overdue: traced duties of the month by unit, and key sites not visited within their interval."""
    names = {u["code"]: u["name"] for u in found.frozen.units}
    items: list[Late] = []
    for line in lines:
        if line.state != "late":
            continue
        day, over = line.due.date(), (today - line.due.date()).days
        short = _short(found, line.rule) if line.rule in OF_UNITS and line.cadence == "month" else []
        if len(short) > MOST_LISTED:
            zh, en = line.what
            what = (f"{zh}：{len(short)}个单位未完成", f"{en}: {len(short)} units short")
            items.append(Late(what, "", day, over))
        else:
            areas = [names[code] for code in short] or [""]
            items += [Late(line.what, area, day, over) for area in areas]
    end = min(today, boundaries.last_day(found.frozen.month))
    for site, overdue in overdue_sites(session, sub, found.frozen, end):
        what = (f"重点部位未按期走访：{site['name']}", f"key site not visited in time: {site['name']}")
        area = names.get(site["committee_code"] or "", "")
        items.append(Late(what, area, overdue.due_on, overdue.days_over))
    return tuple(sorted(items, key=lambda x: (-x.days_late, x.what[0], x.area)))


def overdue_sites(
    session: Session, sub: str, frozen: Frozen, day: dt.date
) -> list[tuple[dict[str, Any], Any]]:
    """Key sites whose visit was overdue on a day, longest first (XJ-7's interval table serves every town)."""
    sites = {s["code"]: s for s in queries.key_site_visits(session, sub, day)}
    known = indicators.months_with_data(session, sub)
    begun = known[0] if known else day  # nobody can say what was visited before the data begin
    values = frozen.rules.at(frozen.month)
    asked = {
        code: (
            s["kind"],
            None if s["last_visit"] is None else s["last_visit"].astimezone(SHANGHAI).date(),
            max(s["opened_on"] or begun, begun),
        )
        for code, s in sites.items()
    }
    return [(sites[o.site], o) for o in xj7_overdue(values, asked, day)]


#: More committees than this with the same lack become one line.
MOST_LISTED = 5
NEXT_STEP = {
    "open": ("冻结本月数据", "freeze the month's inputs"),
    "frozen": ("给本月评分", "score the month"),
    "scored": ("核对后公布", "look through and publish"),
}


def todo(
    session: Session, sub: str, found: Gathered, state: str, ladder: Sequence[Step], ranking: Sequence[Ranked],
    today: dt.date,
) -> tuple[Todo, ...]:  # fmt: skip
    """The next decision, inputs still missing, interviews to hold, volume to make up, vacancies to fill."""
    items = [Todo(NEXT_STEP[state])] if state in NEXT_STEP else []
    missing: dict[str, list[str]] = {}
    for code, item in found.frozen.document.get("missing", []):
        missing.setdefault(code, []).append(item)
    names = {u["code"]: u["name"] for u in found.frozen.units}
    for code, lacking in missing.items():
        said = (f"补录{len(lacking)}项考核数据", f"enter {len(lacking)} inputs: {', '.join(lacking)}")
        items.append(Todo(said, names.get(code, code), code))
    items += [Todo(step.said, step.name, step.code) for step in ladder]
    items += _volume(ranking)
    for line in ranking:
        posts = line.items.get("XJ-2", {})
        if posts.get("met") is False:
            said = ("、".join(s["zh"] for s in posts["steps"]), "; ".join(s["en"] for s in posts["steps"]))
            items.append(Todo(said, line.name, line.code))
        staff = line.items.get("GM-1", {})
        if staff.get("met") is False:
            gap = staff["inputs"]["gap"]
            items.append(Todo((f"人口管理员缺{gap}名", f"{gap} registrars missing"), line.name, line.code))
    return tuple(items)


def _volume(ranking: Sequence[Ranked]) -> list[Todo]:
    """Checks to make up (SG-3): each committee that is short, or one line with the worst where most are."""
    gaps = [
        (line.target - int(item["inputs"]["checked"] or 0), line)
        for line in ranking
        if (item := line.items.get("SG-3", {})).get("met") is False and line.target is not None
    ]
    gaps.sort(key=lambda held: (-held[0], held[1].code))
    if len(gaps) <= MOST_LISTED:
        return [
            Todo((f"本月少核查{gap}人，下月补齐", f"{gap} checks short this month; make up"), x.name, x.code)
            for gap, x in gaps
        ]
    worst = [f"{x.name}{gap}人" for gap, x in gaps[:MOST_LISTED]]
    whole = sum(gap for gap, _ in gaps)
    said = (
        f"{len(gaps)}个居委会核查量未达标，共少{whole}人，下月补齐；最多的：{'、'.join(worst)}",
        f"{len(gaps)} committees are short of checks, {whole} in all; the most: "
        + ", ".join(f"{x.name_en or x.name} {gap}" for gap, x in gaps[:MOST_LISTED]),
    )
    return [Todo(said)]


def roster(session: Session, sub: str, month: dt.date, frozen: Frozen) -> tuple[dict[str, Any], ...]:
    """F-5: every grid of a town that works in grid teams, with its duty accounts by role."""
    if frozen.family != "XJ":
        return ()
    posts = queries.teams(session, sub, boundaries.last_day(month))
    return tuple(
        {"code": u["code"], "name": u["name"], **{
            role: posts.get(u["code"], {}).get(role, []) for role in ("leader", "officer", "auxiliary", "other")}}
        for u in frozen.units
    )  # fmt: skip
