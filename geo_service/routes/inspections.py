"""Joint inspections: candidates, plans, routes, sheets."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from geo_service.access import Principal, require
from geo_service.api_document import File, tells
from geo_service.audit import record
from geo_service.dependencies import Db, Month, today
from geo_service.inspections import answers, choosing, lists, planning, printing, sheets, stages
from geo_service.inspections.signals import candidates as rank_candidates
from geo_service.inspections.signals import values_of
from geo_service.problems import Problem, not_found
from geo_service.queries import inspections as queries
from geo_service.queries.boundaries import last_day
from geo_service.schemas.answers import inspections as shapes
from geo_service.schemas.inspections import Expected, InspectionChange, NewInspection, RouteWish
from geo_service.tables.inspections import Inspection

router = APIRouter(prefix="/api/inspections", tags=["inspections"])

Planner = Annotated[Principal, require("inspections.plan")]
Recorder = Annotated[Principal, require("inspections.record")]
What = Literal["sites", "buildings"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/candidates")
@tells(shapes.Candidates, refuses=(422,))
def candidates(
    session: Db,
    who: Planner,
    month: Month,
    what: What = "sites",
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> dict[str, Any]:
    """Open places ranked by place-level signals on the month's last day (or today), each reason in words."""
    found = rank_candidates(session, who.subdistrict, min(last_day(month), max(today(), month)), what)
    record(session, who.scope, "inspections.candidates", target=f"{month:%Y-%m}", detail={"what": what})
    return answers.ranked(found, what, limit)


@router.get("/lists")
@tells(shapes.ClosedLists)
def closed_lists(who: Recorder) -> dict[str, Any]:
    """The closed lists that forms choose from."""
    return {
        "departments": lists.DEPARTMENTS, "out_of_hours_reasons": lists.OUT_OF_HOURS_REASONS,
        "measures": lists.MEASURE_KINDS, "evidence": lists.EVIDENCE_KINDS, "ticket_answers": lists.TICKET_ANSWERS,
    }  # fmt: skip


@router.get("")
@tells(list[shapes.InspectionBrief])
def all_inspections(session: Db, who: Recorder) -> list[dict[str, Any]]:
    """Every inspection, the newest first."""
    by_inspection: dict[uuid.UUID, list[Any]] = {}
    for stop in queries.stops(session, who.subdistrict):
        by_inspection.setdefault(stop.inspection_id, []).append(stop)
    return [
        answers.brief(i, by_inspection.get(i.id, [])) for i in queries.inspections(session, who.subdistrict)
    ]


@router.post("", status_code=201)
@tells(shapes.Inspection)
def start(session: Db, who: Planner, body: NewInspection) -> dict[str, Any]:
    """Start an inspection from picked places or from the best of the ranking, with random control places among them."""
    if (body.sites is None) == (body.count is None):
        raise Problem("choose-one", 422, "请选择场所或给出数量，二者取一。 / Give either sites or a count.")
    values = values_of(session, who.subdistrict, body.day)
    inspection = Inspection(
        subdistrict_code=who.subdistrict, id=uuid.uuid4(), title=lists.place_note(body.title) or "", day=body.day,
        state="draft", revision=0, seed=secrets.randbelow(2**31), created_by=who.name, plan={},
        leader=None if body.leader is None else lists.one_of(body.leader, lists.DEPARTMENTS, "leader"),
        parties=[lists.one_of(p, lists.DEPARTMENTS, "parties") for p in body.parties],
        teams=stages.checked_teams([team.model_dump() for team in body.teams]),
    )  # fmt: skip
    stages.set_hours(inspection, body.hours_from, body.hours_to, body.out_of_hours_reason, values)
    session.add(inspection)
    session.flush()
    found = rank_candidates(session, who.subdistrict, body.day, body.what)
    chosen = choosing.draw(found, body.sites, body.count, inspection.seed)
    choosing.add_stops(session, inspection, found, chosen, body.what)
    detail = {
        "day": body.day,
        "stops": len(chosen),
        "control": int(chosen["control"].sum()),
        "seed": inspection.seed,
    }
    record(session, who.scope, "inspections.start", target=str(inspection.id), detail=detail)
    return answers.whole(session, who, inspection, values)


@router.get("/{inspection_id}")
@tells(shapes.Inspection, refuses=(422,))
def one(session: Db, who: Recorder, inspection_id: uuid.UUID) -> dict[str, Any]:
    """One inspection with its stops, findings, measures and receipts."""
    found = _found(session, who, inspection_id)
    record(session, who.scope, "inspections.read", target=str(inspection_id))
    return answers.whole(session, who, found, values_of(session, who.subdistrict, found.day))


@router.patch("/{inspection_id}")
@tells(shapes.Inspection)
def change(session: Db, who: Planner, inspection_id: uuid.UUID, body: InspectionChange) -> dict[str, Any]:
    """Change the plan or take the next state. 409 when another planner was faster."""
    found = stages.locked(session, who, inspection_id, body.expected_revision)
    given = body.model_dump(
        exclude_unset=True, exclude={"expected_revision", "state", "add_sites", "what", "stops"}
    )
    values = values_of(session, who.subdistrict, given.get("day") or found.day)
    if given or body.add_sites or body.stops:
        stages.check_editable(found)
    _apply(session, found, given, values)
    _change_stops(session, found, body)
    if body.add_sites:
        ranking = rank_candidates(session, who.subdistrict, found.day, body.what)
        chosen = (
            choosing.draw(ranking, body.add_sites, None, found.seed).loc[body.add_sites].assign(control=False)
        )
        choosing.add_stops(session, found, ranking, chosen, body.what)
    if body.state is not None:
        stages.move(session, found, body.state, values)
    found.revision += 1
    record(session, who.scope, "inspections.change", target=str(inspection_id),
           detail=body.model_dump(mode="json", exclude_unset=True))  # fmt: skip
    session.flush()
    return answers.whole(session, who, found, values)


def _apply(session: Session, found: Inspection, given: dict[str, Any], values: Any) -> None:
    if given.get("leader"):
        lists.one_of(given["leader"], lists.DEPARTMENTS, "leader")
    for party in given.get("parties") or []:
        lists.one_of(party, lists.DEPARTMENTS, "parties")
    if given.get("teams") is not None:
        given["teams"] = stages.checked_teams(given["teams"])
    if {"hours_from", "hours_to", "out_of_hours_reason"} & given.keys():
        stages.set_hours(
            found, given.get("hours_from", found.hours_from), given.get("hours_to", found.hours_to),
            given.get("out_of_hours_reason"), values,
        )  # fmt: skip
    if given.get("title"):
        given["title"] = lists.place_note(given["title"])
    for name in ("title", "day", "leader", "parties", "teams"):
        if given.get(name) is not None:
            setattr(found, name, given[name])


def _change_stops(session: Session, found: Inspection, body: InspectionChange) -> None:
    held = {stop.id: stop for stop in queries.stops(session, found.subdistrict_code, found.id)}
    codes = {team["code"] for team in found.teams}
    for wish in body.stops:
        stop = held.get(wish.id)
        if stop is None:
            raise not_found("检查点", str(wish.id))
        for name, value in wish.model_dump(exclude_unset=True, exclude={"id"}).items():
            setattr(stop, name, value)
        if stop.team is not None and stop.team not in codes:
            raise Problem("no-such-team", 422, f"没有这支队伍：{stop.team}。 / No such team: {stop.team}.")


@router.post("/{inspection_id}/approve")
@tells(shapes.Inspection)
def approve(session: Db, who: Planner, inspection_id: uuid.UUID, body: Expected) -> dict[str, Any]:
    """Second approval of hours outside the legal ones; not by whoever planned it."""
    found = stages.locked(session, who, inspection_id, body.expected_revision)
    values = values_of(session, who.subdistrict, found.day)
    stages.approve(found, who, values)
    found.revision += 1
    record(session, who.scope, "inspections.approve", target=str(inspection_id),
           detail={"reason": found.out_of_hours_reason, "hours": stages.hours(found, values)})  # fmt: skip
    return answers.whole(session, who, found, values)


@router.post("/{inspection_id}/route")
@tells(shapes.Inspection)
def route(session: Db, who: Planner, inspection_id: uuid.UUID, body: RouteWish) -> dict[str, Any]:
    """Routes for the teams, balanced and inside the windows; again when a team drops out. Says why a site is left out."""
    found = stages.locked(session, who, inspection_id, body.expected_revision)
    stages.check_editable(found)
    values = values_of(session, who.subdistrict, found.day)
    planning.make_route(
        session, found, values, seconds=body.seconds, keep_teams=body.keep_teams, without=body.without_teams
    )
    found.revision += 1
    record(session, who.scope, "inspections.route", target=str(inspection_id),
           detail={"walk_m": found.plan["walk_m"], "left_out": len(found.plan["left_out"]), "without": body.without_teams})  # fmt: skip
    session.flush()
    return answers.whole(session, who, found, values)


@router.get("/{inspection_id}/pack")
@tells(shapes.InspectionPack, refuses=(422,))
def pack(session: Db, who: Recorder, inspection_id: uuid.UUID, team: str | None = None) -> dict[str, Any]:
    """What a team carries along on its phone: stops, dwellings, rooms, checklists, limits."""
    found = _found(session, who, inspection_id)
    record(session, who.scope, "inspections.pack", target=str(inspection_id), detail={"team": team})
    return answers.pack(session, who, found, team, values_of(session, who.subdistrict, found.day))


@router.get("/{inspection_id}/sheets.{kind}")
@tells(File(("application/pdf", XLSX, "text/html")), refuses=(422,))
def printed(
    request: Request,
    session: Db,
    who: Recorder,
    inspection_id: uuid.UUID,
    kind: Literal["pdf", "xlsx", "html"],
) -> Response:
    """The sheets to carry along (F-6): per team and per site. Nothing personal on paper."""
    found = _found(session, who, inspection_id)
    values = values_of(session, who.subdistrict, found.day)
    held = sheets.gather(session, who, found, values, dt.datetime.now(dt.UTC), str(request.base_url))
    record(session, who.scope, "inspections.print", target=str(inspection_id), detail={"kind": kind})
    if kind == "xlsx":
        return _file(sheets.as_xlsx(held), XLSX, f"inspection-{found.day}.xlsx")
    page = sheets.as_html(held)
    if kind == "html":
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": sheets.POLICY})
    return _file(printing.to_pdf(page), "application/pdf", f"inspection-{found.day}.pdf")


def _file(content: bytes, media: str, name: str) -> Response:
    return Response(
        content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _found(session: Session, who: Principal, key: uuid.UUID) -> Inspection:
    found = queries.inspection(session, who.subdistrict, key)
    if found is None:
        raise not_found("联合检查", str(key))
    return found
