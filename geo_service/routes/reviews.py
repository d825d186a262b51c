"""The monthly meeting: its ranking and ladder, the month's decisions, typed-in inputs, rule sets, the pack."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from geo_service.access import Principal, require
from geo_service.api_document import PROBLEM, File, tells
from geo_service.audit import record
from geo_service.dependencies import SHANGHAI, Db, parse_month
from geo_service.problems import Problem, forbidden
from geo_service.queries import reviews as queries
from geo_service.queries.areas import names
from geo_service.queries.boundaries import last_day
from geo_service.reviews import answers, forms, meeting, months, rules
from geo_service.schemas.answers import reviews as shapes
from geo_service.schemas.answers.rules import RulePreview, RuleSet
from grids.assessment.inputs import figures

router = APIRouter(prefix="/api", tags=["reviews"])

Reader = Annotated[Principal, require("review.read")]
Clerk = Annotated[Principal, require("review.inputs")]
Decider = Annotated[Principal, require("review.decide")]
Admin = Annotated[Principal, require("admin")]
MonthPath = Annotated[str, Path(description="2026-03")]


def now() -> dt.datetime:
    """The moment it is, with Shanghai's wall time."""
    return dt.datetime.now(SHANGHAI)


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=32)


class Value(BaseModel):
    model_config = ConfigDict(extra="forbid")

    committee_code: str = Field(default="", max_length=40)
    item: str = Field(max_length=32)
    value: float


class Inputs(BaseModel):
    model_config = ConfigDict(extra="forbid")

    values: list[Value] = Field(max_length=20_000)


class Done(BaseModel):
    model_config = ConfigDict(extra="forbid")

    duty: str = Field(max_length=80)
    done: bool = True


class Amendment(BaseModel):
    model_config = ConfigDict(extra="forbid")

    changes: dict[str, Any]
    valid_from: dt.date
    version: str = Field(min_length=1, max_length=20, pattern=r"^[\w.+-]+$")
    reason: str = Field(min_length=1, max_length=200)


class Choice(BaseModel):
    model_config = ConfigDict(extra="forbid")

    town: str = Field(min_length=1, max_length=40)


class HolidayTable(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: dict[dt.date, bool | None] = Field(max_length=400)


@router.get("/reviews/{month}")
@tells(shapes.Review, refuses=(422,))
def review(session: Db, who: Reader, month: MonthPath) -> dict[str, Any]:
    """Everything of one month's meeting that the caller may see."""
    return answers.review(session, who, meeting.meeting(session, who.scope, parse_month(month), now=now()))


@router.get("/reviews/{month}/inputs")
@tells(shapes.MonthInputs, refuses=(422,))
def inputs(session: Db, who: Clerk, month: MonthPath) -> dict[str, Any]:
    """Typed-in values of a month, and what is still missing."""
    first = parse_month(month)
    found = meeting.gather(session, who.subdistrict, first, None, False)
    rows = [
        r
        for r in queries.inputs(session, who.subdistrict, first)
        if not r.committee_code or who.may_see(r.committee_code)
    ]
    return {
        "month": month,
        "state": months.state_of(session, who.subdistrict, first),
        "values": [
            {"committee_code": r.committee_code, "item": r.item, "value": float(r.value)} for r in rows
        ],
        "missing": [
            {"committee_code": c, "item": i} for c, i in found.frozen.document["missing"] if who.may_see(c)
        ],
    }


@router.post("/reviews/{month}/inputs")
@tells(shapes.InputsStored)
def put_inputs(session: Db, who: Clerk, month: MonthPath, body: Inputs) -> dict[str, Any]:
    """Store typed-in values; all of them or none. A frozen month is reopened first, a published one corrected after."""
    first = parse_month(month)
    forms.refuse_frozen(session, who, first)
    known = names(session, who.subdistrict, "committee", 0, last_day(first))
    wrong = []
    for place, entry in enumerate(body.values):
        if entry.committee_code and entry.committee_code not in known:
            wrong.append(
                {
                    "pointer": f"#/values/{place}/committee_code",
                    "detail": f"no committee {entry.committee_code}",
                }
            )
        elif not who.may_see(entry.committee_code) and who.committees is not None:
            raise forbidden()
    if wrong:
        raise Problem("unknown-committee", 422, "没有这个居委会。 / No such committee.", errors=wrong)
    _plausible(body)
    rows = [(v.committee_code, v.item, repr(v.value)) for v in body.values]
    stored = queries.put_inputs(session, who.subdistrict, first, rows, who.name)
    record(session, who.scope, "review.inputs", target=month, detail={"values": stored})
    return {"stored": stored}


def _plausible(body: Inputs) -> None:
    """Refuse unknown items, negative values and parts greater than their whole before anything is stored."""
    typed: dict[str, dict[str, float]] = {}
    for entry in body.values:
        if entry.item in typed.setdefault(entry.committee_code, {}):
            raise Problem(
                "twice", 422, f"{entry.committee_code} {entry.item} 重复。 / {entry.item} is given twice."
            )
        typed[entry.committee_code][entry.item] = entry.value
    for values in typed.values():
        found = figures(values)
        for part, whole in (("correct", "checked"), ("declared", "declarable")):
            if found.get(part) is not None and found.get(whole) is not None and found[part] > found[whole]:
                raise Problem("part-exceeds-whole", 422,
                              f"{part} {found[part]} 大于 {whole} {found[whole]}。 / {part} is more than {whole}.")  # fmt: skip


@router.post("/reviews/{month}/forms", response_model=None)
@tells(shapes.FormTaken, also={422: File((PROBLEM, forms.XLSX))}, refuses=(413,))
def filled_form(
    session: Db, who: Clerk, month: MonthPath, file: UploadFile, sheet: bool = False
) -> dict[str, Any] | Response:
    """A filled F-1, F-2 or F-3: checked cell by cell; sound F-2 and F-3 are stored as inputs, F-1 is compared.

    With defects nothing is stored; ``sheet=true`` answers with the same workbook, its wrong cells marked.
    """
    first = parse_month(month)
    if who.committees is not None:
        raise forbidden()
    content = file.file.read(forms.LARGEST_BYTES + 1)
    filled = forms.read(session, who, first, content)
    if filled.defects and sheet:
        return Response(forms.marked(content, filled), 422, media_type=forms.XLSX)
    if filled.defects:
        raise forms.refusal(filled)
    answer = forms.take(session, who, first, filled)
    record(
        session,
        who.scope,
        "review.form",
        target=month,
        detail={"form": filled.form, "stored": answer["stored"]},
    )
    return answer


@router.post("/reviews/{month}/duties")
@tells(shapes.DutyMarked)
def mark_duty(session: Db, who: Clerk, month: MonthPath, body: Done) -> dict[str, Any]:
    """Mark a duty of the month's calendar as done, or take the mark back."""
    first = parse_month(month)
    known = {d.key for d in meeting.meeting(session, who.scope, first, now=now()).calendar}
    if body.duty not in known:
        raise Problem("no-such-duty", 404, f"本月没有事项 {body.duty}。 / No such duty in the month.")
    queries.mark_duty(session, who.subdistrict, first, body.duty, now() if body.done else None, who.name)
    record(session, who.scope, "review.duty", target=body.duty, detail={"done": body.done})
    return {"duty": body.duty, "done": body.done}


@router.get("/reviews/{month}/pack")
@tells(File(("application/zip",)), refuses=(422,))
def pack(session: Db, who: Reader, month: MonthPath) -> Response:
    """The meeting pack as a zip."""
    from geo_service.reviews.packing import zipped

    if who.committees is not None:
        raise forbidden(
            "会议材料涉及全镇，请向人口办索取。 / The pack covers the whole town; ask the office for it."
        )
    first = parse_month(month)
    body = zipped(session, who.scope, first, now=now())
    record(session, who.scope, "review.pack", target=month, detail={"bytes": len(body)})
    name = f"review-{month}.zip"
    return Response(body, media_type="application/zip",
                    headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})  # fmt: skip


@router.post("/reviews/{month}/{action}")
@tells(shapes.Review)
def decide(
    session: Db, who: Decider, month: MonthPath, action: str, body: Decision | None = None
) -> dict[str, Any]:
    """Freeze, score, publish or correct a month; ``reopen`` takes an unpublished one back."""
    if action not in months.DECISIONS:
        raise Problem(
            "no-such-action", 404, f"没有操作 {action}。 / There are {', '.join(months.DECISIONS)}."
        )
    first = parse_month(month)
    months.decide(session, who.scope, first, action, now=now(), reason=body.reason if body else "")
    return answers.review(session, who, meeting.meeting(session, who.scope, first, now=now()))


@router.get("/rule-sets")
@tells(list[RuleSet], refuses=(404,))
def rule_sets(session: Db, who: Reader) -> list[dict[str, Any]]:
    """The rule sets that serve the subdistrict, each parameter with its document, phrase and ambiguity."""
    return [answers.rule_set(r) for r in rules.rule_sets(session, who.subdistrict)]


@router.post("/rule-sets", status_code=201)
@tells(list[RuleSet], refuses=(404,))
def pick_rules(session: Db, who: Admin, body: Choice) -> list[dict[str, Any]]:
    """Take a town's rule sets as one's own, to be amended from there on."""
    found = rules.adopt(session, who.subdistrict, body.town)
    record(session, who.scope, "rules.adopt", target=body.town)
    return [answers.rule_set(r) for r in found]


@router.put("/rule-sets")
@tells(list[RuleSet], refuses=(404,))
def amend_rules(session: Db, who: Admin, body: Amendment) -> list[dict[str, Any]]:
    """A new version with changed numbers from the first of a month on; old months keep the old one."""
    found = rules.amended(session, who.subdistrict, body.changes, body.valid_from, body.version, body.reason)
    for held in found:
        rules.store(session, who.subdistrict, held)
    record(session, who.scope, "rules.amend", target=found[-1].label,
           detail={"changes": sorted(body.changes), "valid_from": body.valid_from.isoformat(), "reason": body.reason})  # fmt: skip
    return [answers.rule_set(r) for r in found]


@router.post("/rule-sets/preview")
@tells(RulePreview, refuses=(404,))
def preview_rules(
    session: Db, who: Reader, body: Amendment, month: Annotated[str, Query(description="2026-03")]
) -> dict[str, Any]:
    """What the change would have done to one month: scores and ranks before and after. Nothing is stored."""
    return answers.preview(session, who, parse_month(month), body.changes)


@router.get("/holidays")
@tells(dict[str, bool])
def holidays(session: Db, who: Reader) -> dict[str, bool]:
    """Days that differ from the plain week: true for a make-up working day."""
    return {f"{d}": works for d, works in sorted(rules.calendar(session, who.subdistrict).exceptions.items())}


@router.put("/holidays")
@tells(dict[str, bool])
def put_holidays(session: Db, who: Admin, body: HolidayTable) -> dict[str, bool]:
    """The town's own exceptions; null takes one back."""
    queries.put_holidays(session, who.subdistrict, body.days)
    record(session, who.scope, "rules.holidays", detail={"days": [f"{d}" for d in sorted(body.days)]})
    return holidays(session, who)
