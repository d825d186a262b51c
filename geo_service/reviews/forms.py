"""Filled forms on their way in: read, checked against the town's committees, stored as inputs or compared."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from geo_service.access import Principal
from geo_service.problems import Problem, conflict
from geo_service.queries import reviews as queries
from geo_service.queries.areas import names
from geo_service.queries.boundaries import last_day
from geo_service.reviews.freezing import FORM_ITEMS
from geo_service.reviews.meeting import meeting
from geo_service.reviews.months import state_of
from grids.assessment.counts import Defect
from map_ui.review.forms_reading import Filled, compared, marked, read_form

LARGEST_BYTES = 5_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ITEMS = {"F-2": {figure: item for item, figure in FORM_ITEMS.items()},
         "F-3": {"population": "population", "actual": "staff_registrars"}}  # fmt: skip

__all__ = ["LARGEST_BYTES", "XLSX", "marked", "read", "refusal", "refuse_frozen", "take"]


def refuse_frozen(session: Session, who: Principal, month: dt.date) -> None:
    """Inputs of a frozen month stay as they are until it is reopened."""
    if state_of(session, who.subdistrict, month) in ("frozen", "scored"):
        raise conflict(
            "month-frozen",
            "本月已冻结，请先退回再录入。 / The month is frozen; reopen it before entering values.",
        )


def read(session: Session, who: Principal, month: dt.date, content: bytes) -> Filled:
    """A filled form with its defects: those of its cells, of another month, of committees unknown here."""
    if len(content) > LARGEST_BYTES:
        raise Problem("too-large", 413, f"文件超过{LARGEST_BYTES // 1_000_000} MB。 / The file is too large.")
    known = {about["name"] for about in _committees(session, who, month).values()}
    filled = read_form(content, known)
    for unit in filled.figures:
        if unit not in known:
            filled.defects.append(
                ("", Defect("A1", "", f"没有“{unit}”", f"{unit} is no committee of this town"))
            )
    if filled.month is not None and filled.month != month:
        filled.defects.append(
            (
                "",
                Defect(
                    "A1",
                    "",
                    f"表为{filled.month:%Y-%m}，不是{month:%Y-%m}",
                    f"the sheet is of {filled.month:%Y-%m}",
                ),
            )
        )
    return filled


def refusal(filled: Filled) -> Problem:
    """Every defect by its cell."""
    errors = [
        {"pointer": f"#/{title}/{d.cell}" if title else "#/", "detail": f"{d.zh} / {d.en}"}
        for title, d in filled.defects
    ]
    count = len(errors)
    return Problem("form-defects", 422, f"表中有{count}处错误，未保存。 / {count} defects in the sheet; nothing stored.",
                   errors=errors)  # fmt: skip


def take(session: Session, who: Principal, month: dt.date, filled: Filled) -> dict[str, Any]:
    """Store a sound F-2 or F-3 as inputs; compare F-1 with what the system computes."""
    if filled.form == "F-1":
        found = meeting(session, who.scope, month, now=dt.datetime.now(dt.UTC), provisional=True)
        marks = {line.name: {rule: line.shown(rule) for rule in line.items} for line in found.ranking}
        return {
            "form": "F-1",
            "read": len(filled.figures),
            "stored": 0,
            "differences": compared(filled, marks),
        }
    refuse_frozen(session, who, month)
    code_of = {about["name"]: code for code, about in _committees(session, who, month).items()}
    rows = [
        (code_of[unit], item, int(figures[figure]))
        for unit, figures in filled.figures.items()
        for figure, item in ITEMS[filled.form].items()
        if figures.get(figure) is not None
    ]
    stored = queries.put_inputs(session, who.subdistrict, month, rows, who.name)
    return {"form": filled.form, "read": len(filled.figures), "stored": stored, "differences": []}


def _committees(session: Session, who: Principal, month: dt.date) -> dict[str, dict[str, Any]]:
    return names(session, who.subdistrict, "committee", 0, last_day(month))
