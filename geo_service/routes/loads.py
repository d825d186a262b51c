"""Files and a day's checks over HTTP: tried, loaded, listed, undone."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from geo_service.access import Principal, require
from geo_service.api_document import tells
from geo_service.audit import record
from geo_service.dependencies import Db, today
from geo_service.loading.files import FileLoad, Outcome, load_file, undo_batch
from geo_service.loading.known import key_for
from geo_service.loading.visits import store_visits
from geo_service.problems import Problem, forbidden, not_found, unauthorised
from geo_service.queries import loads as queries
from geo_service.schemas.answers import loads as shapes
from geo_service.schemas.answers.tasks import Task
from geo_service.schemas.checks import Day
from geo_service.tasks import Progress
from seeds.frames import KINDS, SPECS

MOST_BYTES = 1 << 30
#: A trial run of a larger file is a task, too, so that no request waits for minutes.
AT_ONCE_BYTES = 4 << 20
#: What somebody may load who is limited to some committees; the rest is the town's.
LOCAL_KINDS = frozenset({"dwellings", "rooms", "registrations", "checks", "activity"})

Loader = Annotated[Principal, require("data.load")]


class Guarded(APIRoute):
    """Who may not load, or sends too much, is turned away before a byte of the file is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            if request.method == "POST" and request.url.path.endswith("/loads"):
                _turn_away(request)
            return await handle(request)

        return guarded


def _turn_away(request: Request) -> None:
    who = request.app.state.sign_in.principal_of(request)
    if who is None:
        raise unauthorised()
    if not who.may("data.load"):
        raise forbidden()
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise Problem("length-required", 411, "请求须说明长度。 / The request must state its length.")
    if int(length) > MOST_BYTES:
        raise Problem(
            "too-large", 413,
            "文件超过 1 GB，请用命令 wangge load 导入。 / The file exceeds 1 GB; load it with the command wangge load.",
        )  # fmt: skip


router = APIRouter(prefix="/api", tags=["loads"], route_class=Guarded)


@router.get("/loads")
@tells(list[shapes.Load])
def loads(session: Db, who: Loader) -> list[dict[str, Any]]:
    """The newest 200 loads: what, when, by whom, how many rows, and whether one can be undone."""
    return [_described(row, who) for row in queries.loads(session, who.subdistrict)]


@router.get("/loads/columns")
@tells(shapes.LoadFields, refuses=(404,))
def columns(_who: Loader, kind: Annotated[str, Query(max_length=40)]) -> dict[str, Any]:
    """The fields of a kind of file and the headers by which they are recognised."""
    if kind not in SPECS:
        raise not_found("数据种类", kind)
    fields = [
        {"field": c.name, "name": c.zh, "name_en": c.en, "required": c.required, "aliases": list(c.aliases)}
        for c in SPECS[kind]
    ]
    return {"kind": kind, "fields": fields}


@router.post("/loads")
@tells(shapes.LoadOutcome, also={202: Task}, refuses=(404, 411, 413))
def upload(
    request: Request,
    who: Loader,
    kind: Annotated[str, Form(max_length=40)],
    file: Annotated[UploadFile, File()],
    mapping: Annotated[str, Form(max_length=20_000, description='{"列名": "field"}')] = "{}",
    mode: Annotated[Literal["delta", "snapshot"], Form()] = "delta",
    crs: Annotated[str | None, Form(max_length=40)] = None,
    encoding: Annotated[str | None, Form(max_length=40)] = None,
    as_of: Annotated[dt.date | None, Form()] = None,
    force: Annotated[bool, Form()] = False,
    commit: Annotated[bool, Form()] = False,
) -> Response:
    """Try a file (the report says row by row what is wrong) or, with ``commit``, load it as a task."""
    if kind not in KINDS:
        raise not_found("数据种类", kind)
    if who.committees is not None and kind not in LOCAL_KINDS:
        raise forbidden("此类数据由人口办导入。 / The population office loads this kind.")
    settings, database = request.app.state.settings, request.app.state.database
    hashed = kind in {"registrations", "checks"}
    key = key_for(database, who.scope, settings, keep=commit) if hashed else None
    folder = Path(tempfile.mkdtemp(prefix="wangge-upload-"))
    path = folder / ("upload" + "".join(Path(file.filename or "").suffixes[-2:])[:20])
    with path.open("wb") as out:
        shutil.copyfileobj(file.file, out, 1 << 20)
    asked = FileLoad(
        kind, path, today(), name=Path(file.filename or "upload").name[:200], crs=crs or None, encoding=encoding or None,
        mapping=_mapping(mapping), mode=mode, as_of=as_of, force=force, commit=commit,
    )  # fmt: skip

    def work(progress: Progress | None = None) -> dict[str, Any]:
        try:
            tell = (lambda rows: progress(0.5, f"{rows:,} 行 / rows")) if progress else (lambda rows: None)
            return _answer(load_file(database, who.scope, asked, key, tell))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    if not commit and path.stat().st_size <= AT_ONCE_BYTES:
        return JSONResponse(work())
    what = {"kind": kind, "file": asked.name, "mode": mode, "commit": commit}
    task = request.app.state.tasks.start(who.scope, "load", what, work)
    return JSONResponse(
        {"id": str(task), "state": "queued", "progress": 0, "message": "", "result": None}, 202
    )


@router.post("/loads/{batch_id}/undo")
@tells(shapes.LoadUndone)
def undo(request: Request, session: Db, who: Loader, batch_id: int) -> dict[str, int]:
    """Take a load back: every row as it was before. Only the last load of its kind, and one's own below the office."""
    if who.committees is not None and queries.loaded_by(session, who.subdistrict, batch_id) != who.name:
        raise not_found("导入批次", str(batch_id))
    return undo_batch(request.app.state.database, who.scope, batch_id, today())


@router.post("/checks")
@tells(shapes.VisitReceipts)
def checks(session: Db, who: Annotated[Principal, require("checks.write")], body: Day) -> dict[str, Any]:
    """A day's visits; each is stored once whatever the network does, and answered with a receipt."""
    receipts = store_visits(
        session,
        who.subdistrict,
        body.visits,
        account=who.name,
        now=dt.datetime.now(dt.UTC).replace(microsecond=0),
    )
    states = [r.state for r in receipts]
    record(session, who.scope, "checks", detail={s: states.count(s) for s in sorted(set(states))})
    return {"receipts": [r.model_dump(mode="json") for r in receipts]}


def _mapping(value: str) -> dict[str, str]:
    """The console's header → field becomes the readers' field → header; an empty field leaves a header alone."""
    try:
        pairs = json.loads(value or "{}")
    except json.JSONDecodeError:
        pairs = None
    if not isinstance(pairs, dict) or not all(isinstance(v, str) for v in pairs.values()):
        raise Problem("invalid-input", 422, "mapping 应为 JSON 对象。 / mapping must be a JSON object.")
    return {field: header for header, field in pairs.items() if field}


def _answer(outcome: Outcome) -> dict[str, Any]:
    """A load for the console; never a cell of the file."""
    made = outcome.as_dict(most=2_000)
    report = made["report"]
    return {
        "load_id": outcome.batch_id,
        "report": {
            "kind": report["kind"],
            "rows": report["rows_read"],
            "ok": report["rows_accepted"],
            "errors": report["errors"],
            "warnings": report["warnings"],
            "loadable": report["loadable"],
            "preview": {k: n for k, n in (made["counts"] or {}).items() if k != "read"},
            "columns": [{"source": source, "field": name} for name, source in report["columns"].items()],
            "columns_dropped": report["columns_dropped"],
            "problems": [
                {"row": p["row"] or 0, "column": p["column"], "severity": p["severity"], "message": p["zh"],
                 "message_en": p["en"]}
                for p in report["problems"]
            ],
        },
    }  # fmt: skip


def _described(row: dict[str, Any], who: Principal) -> dict[str, Any]:
    own = who.committees is None or row["account"] == who.name
    state = "undone" if row["undone_at"] else "loaded" if row["finished_at"] else "unfinished"
    return {
        "id": row["id"], "kind": row["kind"], "file_name": row["file_name"], "loaded_at": row["started_at"],
        "loaded_by": row["account"], "mode": row["mode"], "counts": row["counts"], "state": state,
        "can_undo": bool(own and row["can_undo"]),
    }  # fmt: skip
