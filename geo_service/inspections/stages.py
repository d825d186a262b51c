"""The life of an inspection: who may change what when, hours and their approval, revisions against two planners."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy.orm import Session

from geo_service.access import Principal
from geo_service.inspections import lists
from geo_service.problems import Problem, conflict, forbidden, not_found
from geo_service.queries import inspections as queries
from geo_service.tables.inspections import Inspection
from grids.assessment.rule_set import Values
from grids.inspections.plans import clock

NEXT = {
    "draft": {"planned", "cancelled"},
    "planned": {"draft", "under_way", "cancelled"},
    "under_way": {"recorded", "cancelled"},
    "recorded": {"under_way", "closed"},
    "closed": set(),
    "cancelled": set(),
}


def locked(session: Session, who: Principal, key: uuid.UUID, expected: int | None) -> Inspection:
    """The inspection, held for change. 409 when somebody else changed it since ``expected``."""
    found = queries.inspection(session, who.subdistrict, key, lock=True)
    if found is None:
        raise not_found("联合检查", str(key))
    if expected is not None and found.revision != expected:
        raise conflict(
            "stale-revision",
            "他人刚刚改动了这次检查，请刷新后再改。 / Somebody changed this inspection; reload and try again.",
            revision=found.revision,
        )
    return found


def legal_hours(values: Values) -> tuple[int, int]:
    return int(values["in2.hours_from_minute"]), int(values["in2.hours_to_minute"])


def hours(inspection: Inspection, values: Values) -> tuple[int, int]:
    """The hours of an inspection, minutes of the day: its own, or the legal ones."""
    begins, ends = legal_hours(values)
    return (
        begins if inspection.hours_from is None else inspection.hours_from,
        ends if inspection.hours_to is None else inspection.hours_to,
    )


def outside_hours(inspection: Inspection, values: Values) -> bool:
    (begins, ends), (least, most) = hours(inspection, values), legal_hours(values)
    return begins < least or ends > most


def set_hours(
    inspection: Inspection, begins: int | None, ends: int | None, reason: str | None, values: Values
) -> None:
    """New hours; outside the legal ones they need a reason from the list, and whoever approved must approve again."""
    if (begins, ends) != (inspection.hours_from, inspection.hours_to):
        inspection.second_approver = None
    inspection.hours_from, inspection.hours_to = begins, ends
    least, most = legal_hours(values)
    if not hours(inspection, values)[0] < hours(inspection, values)[1]:
        raise Problem("bad-hours", 422, "开始须早于结束。 / The hours begin after they end.")
    if reason is not None:
        inspection.out_of_hours_reason = lists.one_of(
            reason, lists.OUT_OF_HOURS_REASONS, "out_of_hours_reason"
        )
    if not outside_hours(inspection, values):
        inspection.out_of_hours_reason = None
    elif inspection.out_of_hours_reason is None:
        raise Problem(
            "out-of-hours", 422,
            f"规定时段为{clock(least)}–{clock(most)}，此外须选择理由并由另一人批准。 / The legal hours are "
            f"{clock(least)}–{clock(most)}; outside them choose a reason and have a second person approve.",
        )  # fmt: skip


def approve(inspection: Inspection, who: Principal, values: Values) -> None:
    """The second approval of hours outside the legal ones, by somebody else than the planner."""
    if not outside_hours(inspection, values):
        raise Problem(
            "nothing-to-approve", 409, "时段合规，无须批准。 / The hours are legal; nothing to approve."
        )
    if who.name == inspection.created_by:
        raise forbidden("批准人不能是安排人本人。 / The planner cannot be the second approver.")
    inspection.second_approver = who.name


def check_approved(inspection: Inspection, values: Values) -> None:
    """Refuse to go on while hours outside the legal ones lack their second approval."""
    if outside_hours(inspection, values) and inspection.second_approver is None:
        raise Problem(
            "not-approved", 409,
            "时段在规定之外，尚未经另一人批准。 / The hours are outside the legal ones and nobody else has approved them.",
        )  # fmt: skip


def move(session: Session, inspection: Inspection, state: str, values: Values) -> None:
    """Take the next state, if it may be taken and nothing is left to do in the present one."""
    if state == inspection.state:
        return
    if state not in NEXT.get(inspection.state, set()):
        raise conflict(
            "not-now",
            f"{inspection.state} 之后不能是 {state}。 / {state!r} does not follow {inspection.state!r}.",
        )
    sub = inspection.subdistrict_code
    stops = [stop for stop in queries.stops(session, sub, inspection.id) if not stop.removed]
    if state in ("planned", "under_way"):
        check_approved(inspection, values)
        if not any(stop.team for stop in stops):
            raise conflict("no-route", "还没有路线，请先排路线。 / There is no route yet; make one first.")
    open_measures = [m for m in queries.measures(session, sub, inspection.id) if m.state != "closed"]
    if state == "closed" and open_measures:
        raise conflict(
            "open-measures", f"还有{len(open_measures)}项措施未办结。 / {len(open_measures)} measures are still open.",
            measures=[str(m.id) for m in open_measures],
        )  # fmt: skip
    inspection.state = state


def check_editable(inspection: Inspection) -> None:
    if inspection.state not in ("draft", "planned", "under_way"):
        raise conflict(
            "not-now", "这次检查已结束，不能再改安排。 / This inspection is over; its plan is fixed."
        )


def checked_teams(teams: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Teams with unique codes, hours that begin before they end, and departments of the list."""
    codes = [team["code"] for team in teams]
    if len(set(codes)) < len(codes):
        raise Problem("team-twice", 422, "队伍编号重复。 / A team is listed twice.")
    for team in teams:
        for department in team["departments"]:
            lists.one_of(department, lists.DEPARTMENTS, "teams/departments")
        if not team["begins"] < team["ends"]:
            raise Problem(
                "bad-hours",
                422,
                f"{team['code']}队的时段无效。 / The hours of team {team['code']} are empty.",
            )
    return teams
