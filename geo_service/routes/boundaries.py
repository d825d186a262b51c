"""Drawing micro-grids: versions, drafts, operations, publishing."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from geo_service import drawing
from geo_service.access import Principal, require
from geo_service.api_document import GEOJSON, File, tells
from geo_service.audit import record
from geo_service.dependencies import Db, today
from geo_service.drawing import agreeing, answers, steps
from geo_service.drawing import alternatives as computed
from geo_service.drawing.merging import merge_drafts
from geo_service.problems import forbidden, not_found
from geo_service.queries import boundaries as queries
from geo_service.schemas.answers import boundaries as shapes
from geo_service.schemas.answers.agreement import AgreementReport
from geo_service.schemas.answers.tasks import TaskStarted
from geo_service.tables.boundaries import BoundaryVersion
from geo_service.tasks import Progress

router = APIRouter(prefix="/api/boundary-versions", tags=["boundaries"])

Reader = Annotated[Principal, require("map.read")]
Planner = Annotated[Principal, require("boundaries.draw")]
Publisher = Annotated[Principal, require("boundaries.publish")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=80)]


class NewDraft(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    name: str = Field(min_length=1, max_length=200)
    source: str = Field(alias="from", max_length=40, description="committees | division | version:ID")
    target: float = Field(default=1500, gt=0, le=1_000_000)
    objective: str = Field(default="balanced", pattern="^(balanced|balance|streets)$")
    committee: str | None = Field(default=None, max_length=40)
    renew_plots: bool = False


class Operation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: str = Field(max_length=40)
    params: dict[str, Any] = Field(default_factory=dict)
    expected_revision: int = Field(ge=0)


class Expected(BaseModel):
    model_config = ConfigDict(extra="forbid")

    expected_revision: int | None = Field(default=None, ge=0)


class Publication(BaseModel):
    model_config = ConfigDict(extra="forbid")

    valid_from: dt.date


@router.get("")
@tells(list[shapes.VersionSummary])
def versions(session: Db, who: Reader) -> list[dict[str, Any]]:
    """Every version: drafts, the one in force, past ones."""
    return [answers.described(v) for v in queries.versions(session, who.subdistrict)]


@router.post("", status_code=201)
@tells(shapes.Draft, refuses=(404,))
def start(session: Db, who: Planner, body: NewDraft) -> Response:
    """Start a draft from the committees, from a version or from an automatic division."""
    committee = body.committee
    if who.committees is not None:
        committee = committee or (who.committees[0] if len(who.committees) == 1 else None)
        if committee not in who.committees:
            raise forbidden("只能为本居委会起草。 / Drafts can be started for your own committee only.")
    draft = drawing.start_draft(
        session, who.subdistrict, name=body.name, source=body.source, target=body.target, objective=body.objective,
        account=who.name, committee=committee, renew_plots=body.renew_plots,
    )  # fmt: skip
    record(session, who.scope, "boundaries.draft", target=str(draft.id), detail={"from": body.source})
    return _json(answers.whole(session, draft, drawing.load(session, draft)), 201)


@router.get("/{version_id}")
@tells(shapes.Draft)
def version(version_id: int, session: Db, who: Reader) -> Response:
    """One version with its grids, figures and problems."""
    found = _found(session, who, version_id)
    return _json(answers.whole(session, found, drawing.load(session, found)))


@router.get("/{version_id}/plots")
@tells(shapes.PlotCollection, media=GEOJSON)
def plots(version_id: int, session: Db, who: Planner) -> Response:
    """The plots of a version with the grid of each."""
    return _json(
        answers.plots(drawing.load(session, _found(session, who, version_id))), media="application/geo+json"
    )


@router.delete("/{version_id}", status_code=204)
@tells(None)
def discard(version_id: int, session: Db, who: Planner) -> Response:
    """Throw a draft away."""
    draft = steps.locked_draft(session, who.subdistrict, version_id)
    if who.committees is not None and draft.committee_code not in who.committees:
        raise forbidden()
    session.delete(draft)
    record(session, who.scope, "boundaries.discard", target=str(version_id))
    return Response(status_code=204)


@router.post("/{version_id}/operations")
@tells(shapes.DraftChange)
def operate(version_id: int, session: Db, who: Planner, body: Operation, key: Key = None) -> Response:
    """Split, merge, move a border, paint, lock, rename, complete, divide or repair; the answer shows what changed.

    A request repeated under the same ``Idempotency-Key`` is answered again and does nothing.
    """
    again = steps.repeated(session, who.subdistrict, version_id, key)
    done = again or drawing.apply(
        session, who.subdistrict, version_id, body.kind, body.params, body.expected_revision,
        account=who.name, committees=who.committees,
    )  # fmt: skip
    return _json(answers.changed(session, done))


@router.post("/{version_id}/undo")
@tells(shapes.DraftChange)
def undo(version_id: int, session: Db, who: Planner, body: Expected, key: Key = None) -> Response:
    """Take back the last operation."""
    _own(session, who, version_id)
    again = steps.repeated(session, who.subdistrict, version_id, key)
    done = again or drawing.undo(session, who.subdistrict, version_id, body.expected_revision)
    return _json(answers.changed(session, done))


@router.post("/{version_id}/redo")
@tells(shapes.DraftChange)
def redo(version_id: int, session: Db, who: Planner, body: Expected, key: Key = None) -> Response:
    """Do again what was undone last."""
    _own(session, who, version_id)
    again = steps.repeated(session, who.subdistrict, version_id, key)
    done = again or drawing.redo(session, who.subdistrict, version_id, body.expected_revision)
    return _json(answers.changed(session, done))


@router.get("/{version_id}/preview")
@tells(shapes.PublishingPreview)
def preview(
    version_id: int, session: Db, who: Planner, valid_from: Annotated[dt.date, Query()]
) -> dict[str, Any]:
    """What publishing from a day would change."""
    return drawing.preview(session, _found(session, who, version_id), valid_from)


@router.post("/{version_id}/publish")
@tells(shapes.VersionSummary)
def publish(version_id: int, session: Db, who: Publisher, body: Publication) -> dict[str, Any]:
    """Put the draft in force from the first of a month."""
    if who.committees is not None:
        raise forbidden()
    draft = steps.locked_draft(session, who.subdistrict, version_id)
    return answers.described(
        drawing.publish(session, draft, body.valid_from, account=who.name, today=today())
    )


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    target: float = Field(default=1500, gt=0, le=1_000_000)
    adopt: str | None = Field(default=None, pattern="^(best|balance|streets)$")


@router.post("/{version_id}/alternatives", status_code=202)
@tells(TaskStarted)
def alternatives(
    version_id: int, request: Request, session: Db, who: Planner, body: Wanted
) -> dict[str, Any]:
    """Compute three drawings in the background, or adopt one of them as the draft."""
    draft = _found(session, who, version_id)
    _own(session, who, version_id)
    database = request.app.state.database
    number, subdistrict = draft.id, who.subdistrict

    def work(progress: Progress) -> dict[str, Any]:
        with database.transaction(who.scope) as own:
            if body.adopt is None:
                return _plain(computed.compute(own, subdistrict, number, body.target, progress))
            progress(0.1, "重新划分 / dividing")
            loaded = computed.adopt(own, subdistrict, number, computed.OBJECTIVES[body.adopt], body.target)
            record(own, who.scope, "boundaries.divide", target=str(number), detail={"objective": body.adopt})
            return {"revision": loaded.revision}

    return {"task": str(request.app.state.tasks.start(who.scope, "alternatives", body.model_dump(), work))}


class Merging(BaseModel):
    model_config = ConfigDict(extra="forbid")

    drafts: list[int] = Field(min_length=1, max_length=500)


@router.post("/{version_id}/merge")
@tells(shapes.DraftChange)
def merge(version_id: int, session: Db, who: Publisher, body: Merging) -> Response:
    """Take the drafts of single committees over into this draft of the town."""
    done = merge_drafts(session, who.subdistrict, version_id, body.drafts, who.name)
    return _json(answers.changed(session, done))


@router.get("/{version_id}/events")
@tells(File(("text/event-stream",)))
async def events(version_id: int, request: Request, who: Planner) -> StreamingResponse:
    """Server-sent events: one for each new revision of the draft, with who made it and the grids it changed."""
    state = request.app.state

    def there() -> bool:
        with state.database.transaction(who.scope, writes=False) as session:
            return queries.version_by_id(session, who.subdistrict, version_id) is not None

    if not await run_in_threadpool(there):
        raise not_found("划格版本", str(version_id))

    def revision_and_news(after: int) -> tuple[int, list[dict[str, Any]]]:
        with state.database.transaction(who.scope, writes=False) as session:
            return queries.news(session, who.subdistrict, version_id, after)

    async def stream() -> AsyncIterator[bytes]:
        seen, _ = await run_in_threadpool(revision_and_news, 10**9)
        moment, quiet = None, 0
        yield b"retry: 2000\n\n"
        while not await request.is_disconnected():
            if state.freshness.moment() != moment:
                moment = state.freshness.moment()
                now, rows = await run_in_threadpool(revision_and_news, seen)
                if now != seen:
                    seen = now
                    yield (
                        b"event: revision\ndata: "
                        + orjson.dumps({"revision": now, "operations": rows})
                        + b"\n\n"
                    )
            quiet += 1
            if quiet % 50 == 0:
                if await run_in_threadpool(state.sign_in.principal_of, request) is None:
                    return  # signed out meanwhile
                yield b": still here\n\n"
            await asyncio.sleep(0.3)

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.post("/{version_id}/agreement")
@tells(AgreementReport)
def agreement(version_id: int, session: Db, who: Planner) -> Response:
    """Compare with the other department's grid as loaded; differences wait for a person's decision."""
    return _json(agreeing.report(session, _found(session, who, version_id))[1])


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    difference: str = Field(
        max_length=80,
        description="编号；slivers 为全部细条，* 为全部 / its name; slivers for all slivers, * for all",
    )
    decision: str = Field(max_length=20)


@router.post("/{version_id}/decisions")
@tells(AgreementReport)
def decide(version_id: int, session: Db, who: Publisher, body: Decision) -> Response:
    """Adopt their line, keep ours, or sign the comparison off."""
    found = _found(session, who, version_id)
    agreeing.decide(session, found, "city-operation", body.difference, body.decision, who.name)
    if body.decision == "adopt":
        agreeing.adopt(session, found, who.name, "city-operation", body.difference)
    record(session, who.scope, "boundaries.decide", target=str(version_id), detail=body.model_dump())
    return _json(agreeing.report(session, found)[1])


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    """Fragments of GeoJSON text as objects, since a task's result is stored as JSON."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY))
    return plain


def _found(session: Session, who: Principal, version_id: int) -> BoundaryVersion:
    found = queries.version_by_id(session, who.subdistrict, version_id)
    if found is None:
        raise not_found("划格版本", str(version_id))
    return found


def _own(session: Session, who: Principal, version_id: int) -> None:
    draft = _found(session, who, version_id)
    if who.committees is not None and draft.committee_code not in who.committees:
        raise forbidden("只能撤销本居委会草案的操作。 / Only your own committee's draft can be undone.")


def _json(body: Any, status: int = 200, media: str = "application/json") -> Response:
    return Response(orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY), status, media_type=media)
