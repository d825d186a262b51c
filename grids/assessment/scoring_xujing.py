"""徐泾 XJ-2 group of three, XJ-3 share of grid staff, XJ-4 monthly sweep, XJ-7 visit intervals (RULES.md section 1.4)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from grids.assessment.absence import absent
from grids.assessment.exact import rate, shown
from grids.assessment.rule_set import Values
from grids.assessment.score import Said, Score
from grids.errors import InputError


@dataclass(frozen=True)
class Post:
    """One role in a grid's team between two days (both included); who holds it is not needed to judge it."""

    role: str
    valid_from: dt.date
    valid_to: dt.date = dt.date.max


def xj2(values: Values, posts: Iterable[Post], day: dt.date) -> Score:
    """XJ-2: exactly one leader, at least one officer and one auxiliary on ``day``; the value is the vacancies."""
    v = values.reading()
    on_duty = [post.role for post in posts if post.valid_from <= day <= post.valid_to]
    counts = {role: on_duty.count(role) for role in ("leader", "officer", "auxiliary", "other")}
    needed = {
        "leader": v["xj2.leaders"],
        "officer": v["xj2.officers_min"],
        "auxiliary": v["xj2.auxiliaries_min"],
    }
    vacant = {role: max(0, least - counts[role]) for role, least in needed.items()}
    surplus = max(0, counts["leader"] - needed["leader"])
    said = tuple(
        Said(f"{ROLES[role]}缺{gap}名", f"{gap} {role} missing") for role, gap in vacant.items() if gap
    )
    if surplus:
        said += (Said(f"微网格长多{surplus}名", f"{surplus} leader too many"),)
    met = not said
    return Score(
        "XJ-2", Fraction(sum(vacant.values())), None, met, {**counts, "day": day}, dict(v.read),
        said or (Said("三人小组齐备", "the group of three is complete"),), rule_set=v.label,
    )  # fmt: skip


ROLES = {"leader": "微网格长", "officer": "社区民警", "auxiliary": "综合协管员"}


def xj3(values: Values, own: int | None, changes: int | None, own_visits: int = 0) -> Score:
    """XJ-3: work of the grid's own staff ÷ all recorded changes in the grid, at least one fifth.

    ``own`` are their additions, changes and deregistrations, ``changes`` those of everybody, theirs included.
    No change at all is absent.
    """
    v = values.reading()
    inputs = {"own": own, "changes": changes, "own_visits": own_visits}
    if own is None or changes is None:
        return absent(v, "XJ-3", inputs)
    if min(own, changes, own_visits) < 0 or own > changes:
        raise InputError(f"{own} own of {changes} changes is impossible")
    done = own + (own_visits if v["xj3.visits_count"] else 0)
    below = changes - own if v["xj3.denominator"] == "changes_by_others" else changes
    share, least = rate(done, below), v.fraction("xj3.share_min")
    if share is None:
        return absent(v, "XJ-3", inputs)
    wanted = math.ceil(least * below)
    said = Said(
        f"专职网格员{done}条，网格变动{below}条，占{shown(100 * share)}%，至少需{wanted}条",
        f"{done} of {below} changes = {shown(100 * share)} %, at least {wanted} needed",
    )
    return Score("XJ-3", share, Fraction(1), share >= least, inputs, dict(v.read), (said,), rule_set=v.label)


def xj4(values: Values, checked: Iterable[object], in_force: Collection[object] | int) -> Score:
    """XJ-4: distinct records (or dwellings) checked in the month ÷ those in force at its start.

    ``in_force`` is the set of them, so that a check outside it does not count, or only their number.
    """
    v = values.reading()
    distinct = set(checked)
    if not isinstance(in_force, int):
        distinct &= set(in_force)
        in_force = len(set(in_force))
    return xj4_counts(v, len(distinct), in_force)


def xj4_counts(values: Values, distinct: int | None, in_force: int | None) -> Score:
    """XJ-4 from two counts: distinct ones checked, and ones in force at the start of the month."""
    v = values.reading()
    inputs = {"distinct": distinct, "in_force": in_force, "unit": v["xj4.unit"]}
    if distinct is None or in_force is None or in_force == 0:
        return absent(v, "XJ-4", inputs)
    if min(distinct, in_force) < 0 or distinct > in_force:
        raise InputError(f"{distinct} distinct checked of {in_force} in force is impossible")
    share = Fraction(distinct, in_force)
    said = Said(
        f"本月核查{distinct}/{in_force} = {shown(100 * share)}%",
        f"{distinct} of {in_force} = {shown(100 * share)} %",
    )
    return Score(
        "XJ-4",
        share,
        Fraction(1),
        share >= v["xj4.share_target"],
        inputs,
        dict(v.read),
        (said,),
        rule_set=v.label,
    )


@dataclass(frozen=True)
class Overdue:
    """A key site whose visit is overdue; ``days_over`` since the day it was due."""

    site: str
    due_on: dt.date
    days_over: int


def xj7_overdue(
    values: Values, sites: Mapping[str, tuple[str, dt.date | None, dt.date]], day: dt.date
) -> list[Overdue]:
    """XJ-7: sites not visited within their interval, longest overdue first.

    ``sites`` maps a code to (kind, last visit or None, opened on); a site never visited counts from its opening.
    """
    table = values["in1.interval_days"]
    late = []
    for site, (kind, visited, opened) in sites.items():
        interval = int(table.get(kind, table["default"]))
        due = (visited or opened) + dt.timedelta(days=interval)
        if due < day:
            late.append(Overdue(site, due, (day - due).days))
    return sorted(late, key=lambda item: (-item.days_over, item.site))
