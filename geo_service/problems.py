"""Every error that leaves over HTTP: one table, ``application/problem+json`` (RFC 9457).

``grids`` raises facts, this module gives them a status and a stable type. The unexpected is logged whole
and answered briefly.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from grids.assessment.cadences import MonthStateError
from grids.assessment.rule_set import DateHole, DateOverlap, MissingKey, RuleSetError, UnknownKey
from grids.assessment.scoring_shanggang import FormIdentityBroken
from grids.errors import CrsError, GridError, InputError
from map_ui.wording import WORDS, text

log = logging.getLogger("wangge")


@dataclass
class Problem(Exception):
    """A refusal with its reason, ready to leave: what happened, where, and what to do."""

    type: str
    status: int
    detail: str
    title: str | None = None
    errors: list[dict[str, str]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.type} ({self.status}): {self.detail}"


#: Facts of ``grids`` → type and status. A test finds a row (its own or a parent's) for every leaf.
STATUS_OF: dict[type[Exception], tuple[str, int]] = {
    CrsError: ("crs", 400),
    MonthStateError: ("month-state", 409),
    FormIdentityBroken: ("form-identity-broken", 422),
    UnknownKey: ("unknown-key", 422),
    MissingKey: ("missing-key", 422),
    DateHole: ("date-hole", 422),
    DateOverlap: ("date-overlap", 409),
    RuleSetError: ("rule-set", 422),
    InputError: ("input", 422),
    GridError: ("refused", 409),
}


def not_found(what: str, code: str) -> Problem:
    return Problem("not-found", 404, f"没有这个{what}：{code}。 / No such {what}: {code}.")


def forbidden(detail: str = "此账号无权进行此操作。 / This account may not do that.") -> Problem:
    return Problem("forbidden", 403, detail)


def unauthorised(detail: str = "请先登录。 / Please sign in.") -> Problem:
    return Problem("sign-in", 401, detail, headers={"WWW-Authenticate": "Bearer"})


def conflict(kind: str, detail: str, **extra: Any) -> Problem:
    return Problem(kind, 409, detail, extra=extra)


def answer(problem: Problem, request: Request) -> Response:
    """The response for a problem."""
    body: dict[str, Any] = {
        "type": f"/problems/{problem.type}",
        "title": problem.title or HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
        **problem.extra,
    }
    if problem.errors:
        body["errors"] = problem.errors
    return Response(
        orjson.dumps(body, default=str),
        problem.status,
        problem.headers,
        media_type="application/problem+json",
    )


def install(app: FastAPI) -> None:
    """Answer every kind of error of ``app`` as a problem."""
    app.add_exception_handler(Problem, lambda request, error: answer(error, request))  # type: ignore[arg-type]
    app.add_exception_handler(GridError, _fact)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(PoolTimeout, _busy)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(Exception, _unexpected)


def problem_of(error: Exception) -> Problem:
    """The problem that a fact of ``grids`` becomes: its nearest row of the table."""
    for parent in type(error).__mro__:
        if parent in STATUS_OF:
            kind, status = STATUS_OF[parent]
            extra = {k: v for k, v in vars(error).items() if isinstance(v, str | int | float | list | dict)}
            leaf = kind if parent is type(error) else slug(type(error))
            return Problem(leaf, status, _said(leaf, error, extra), extra=extra)
    raise error


def _said(kind: str, error: Exception, facts: dict[str, Any]) -> str:
    """The fact in Chinese, then as ``grids`` says it; in English alone where no sentence was written for it."""
    words = WORDS.get(f"refusal.{kind}")
    if words is None:
        return str(error)
    named = {name: value for name, value in facts.items() if f"{{{name}}}" in words[0]}
    try:
        return f"{text(f'refusal.{kind}', **named)} / {error}"
    except KeyError:  # a fact raised without what its sentence names
        return str(error)


def slug(leaf: type[Exception]) -> str:
    """``BoundaryOverlap`` → ``boundary-overlap``.

    >>> slug(InputError)
    'input-error'
    """
    name = leaf.__name__
    return "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def _fact(request: Request, error: Exception) -> Response:
    return answer(problem_of(error), request)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    rows = [{"pointer": _pointer(e["loc"]), "detail": str(e["msg"])} for e in error.errors()[:50]]
    in_body = any(e["loc"] and e["loc"][0] == "body" for e in error.errors())
    first = rows[0] if rows else {"pointer": "", "detail": ""}
    detail = f"输入有误：{first['pointer']} {first['detail']}。 / Invalid input at {first['pointer']}: {first['detail']}."
    return answer(Problem("invalid-input", 422 if in_body else 400, detail, errors=rows), request)


def _pointer(location: tuple[Any, ...]) -> str:
    return "#/" + "/".join(str(part) for part in location if part != "body")


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    return answer(
        Problem(kind, error.status_code, str(error.detail), headers=dict(error.headers or {})), request
    )


#: States of PostgreSQL in which it still reads and no longer writes.
_NO_WRITING = {
    "53100": (
        "disk-full", 503,
        "服务器磁盘已满，这次改动没有保存；查看照常，已保存的不会丢失，请通知运维。 / The server's disk is full and this change was not "
        "saved. Looking at things still works and nothing saved is lost; tell the operator.",
    ),
    "25006": (
        "read-only", 503,
        "系统现在只读，这次改动没有保存，请稍后再试。 / The system is read-only now and this change was not saved; try again later.",
    ),
}  # fmt: skip


def _busy(request: Request, _error: Exception) -> Response:
    detail = "服务繁忙，请稍后再试。 / The service is busy; try again shortly."
    return answer(Problem("busy", 503, detail, headers={"Retry-After": "2"}), request)


def _database(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == "57014":
        return answer(
            Problem("too-long", 503, "查询超时，请缩小范围。 / The query took too long; ask for less."),
            request,
        )
    if state in {"23505", "40001", "40P01", "55P03"}:
        return answer(
            conflict(
                "conflict",
                "他人刚刚改动了同一数据，请刷新后重试。 / Somebody changed the same data; reload and try again.",
            ),
            request,
        )
    if state in {"22021", "22P05", "22003"} or (not state and isinstance(error, DataError)):
        return answer(
            Problem(
                "invalid-input",
                400,
                "输入含有不能存储的字符。 / The input holds a character that cannot be stored.",
            ),
            request,
        )
    if state in _NO_WRITING:
        log.error("cannot write: %s", state, exc_info=error)
        return answer(Problem(*_NO_WRITING[state], headers={"Retry-After": "60"}), request)
    if isinstance(error, OperationalError) or error.connection_invalidated or state.startswith(("08", "57P")):
        return _unavailable(request, error)
    return _unexpected(request, error)


def _unavailable(request: Request, error: Exception) -> Response:
    log.error("database unavailable: %s", type(error).__name__, exc_info=error)
    detail = "数据库暂时不可用，请稍后再试。 / The database is unavailable; try again shortly."
    return answer(Problem("database-unavailable", 503, detail, headers={"Retry-After": "3"}), request)


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected at %s %s", request.method, request.url.path, exc_info=error)
    detail = "内部错误，已记录。 / Something went wrong here; it has been logged."
    return answer(Problem("internal", 500, detail), request)
