"""Taking in what is reported about places: whole or not at all, and twice is once."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from geo_service.access import Principal
from geo_service.audit import record
from geo_service.dependencies import parse_month, today
from geo_service.problems import Problem, conflict
from geo_service.queries import change_reports as queries
from geo_service.schemas.change_reports import NewReport
from geo_service.tables.change_reports import ChangeReport

OLDEST_MONTHS = 12
_SAME = ("building_code", "month", "kind", "topic", "source", "n")


def take(session: Session, who: Principal, reports: list[NewReport]) -> dict[str, int]:
    """Store reports about buildings that the caller may see; those already here are counted as repeated.

    Raises Problem ``unknown-building`` with every place that is not the caller's, ``month-out-of-range``, and a conflict
    where an id comes again with something else in it.
    """
    known = queries.committees_of(session, who.subdistrict, {r.building_code for r in reports})
    errors = [
        {"pointer": f"#/reports/{n}/building_code", "detail": r.building_code}
        for n, r in enumerate(reports) if r.building_code not in known or not who.may_see(known[r.building_code])
    ]  # fmt: skip
    if errors:
        raise Problem(
            "unknown-building", 422, "楼栋代码不存在或不在管辖范围。 / No such building among one's own.", errors=errors[:50]
        )  # fmt: skip
    rows = [_row(who.subdistrict, given, n) for n, given in enumerate(reports)]
    taken = sum(_taken(session, row) for row in rows)
    session.flush()
    record(session, who.scope, "changes.report", detail={"taken": taken, "repeated": len(rows) - taken})
    return {"taken": taken, "repeated": len(rows) - taken}


def _row(subdistrict: str, given: NewReport, n: int) -> ChangeReport:
    month, now = parse_month(given.month), today().replace(day=1)
    age = (now.year - month.year) * 12 + now.month - month.month
    if not 0 <= age <= OLDEST_MONTHS:
        raise Problem(
            "month-out-of-range", 422, f"只收本月及此前{OLDEST_MONTHS}个月。 / Only this month and the {OLDEST_MONTHS} before it.",
            errors=[{"pointer": f"#/reports/{n}/month", "detail": given.month}],
        )  # fmt: skip
    values: dict[str, Any] = given.model_dump() | {"month": month}
    return ChangeReport(subdistrict_code=subdistrict, **values)


def _taken(session: Session, row: ChangeReport) -> bool:
    held = queries.report(session, row.subdistrict_code, row.id)
    if held is None:
        session.add(row)
        session.flush()
        return True
    if any(getattr(held, name) != getattr(row, name) for name in _SAME):
        raise conflict(
            "id-taken", f"编号 {row.id} 已用于别的内容。 / The id {row.id} stands for something else."
        )
    return False
