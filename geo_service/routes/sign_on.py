"""Single sign-on: to the government's identity provider and back, and which identity is which duty."""

from __future__ import annotations

import secrets
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import State

from geo_service.access import Principal, require
from geo_service.api_document import PAGE, tells
from geo_service.dependencies import Db
from geo_service.problems import Problem, not_found
from geo_service.routes.accounts import revoking
from geo_service.schemas.answers.session import SignOnBindings, SignOnOffer
from geo_service.settings import Settings
from geo_service.sign_in import COOKIE
from geo_service.trust import accounts, sign_on
from geo_service.trust.open_id import Attempt, OpenId, Provider

router = APIRouter(prefix="/api", tags=["session"])

TRIED = "wangge_sign_on"
ROOT = "/api/sign-on"
Administrator = Annotated[Principal, require("admin")]


class Bound(BaseModel):
    model_config = ConfigDict(extra="forbid")

    login: str = Field(
        min_length=1, max_length=255, description="认证方给出的标识 / what the provider calls it"
    )


@router.get("/sign-on", openapi_extra={"security": []})
@tells(SignOnOffer)
def offered(request: Request) -> dict[str, Any]:
    """Whether single sign-on is set up here, and where it begins."""
    there = bool(request.app.state.settings.sign_on_issuer)
    return {"offered": there, "start": f"{ROOT}/start" if there else None}


@router.get("/sign-on/accounts")
@tells(SignOnBindings)
def bound(session: Db, request: Request, who: Administrator) -> dict[str, Any]:
    """Whose identities sign in here, and which accounts they are; what the provider calls them is not kept."""
    issuer = request.app.state.settings.sign_on_issuer
    return {"issuer": issuer or None, "bound": sign_on.bound(session, who.subdistrict)}


@router.get("/sign-on/start", openapi_extra={"security": []})
@tells(None, status=302, also={404: PAGE, 503: PAGE})
def start(request: Request, onward: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """To the provider; what must come back is kept in this browser alone for ten minutes."""
    try:
        attempt = Attempt.new(_local(onward))
        answer: Response = RedirectResponse(_open_id(request).address(attempt), 302)
    except Problem as problem:
        return _page(problem)
    answer.set_cookie(
        TRIED, attempt.packed(), max_age=600, httponly=True, samesite="lax",
        secure=request.app.state.settings.secure_cookies, path=ROOT,
    )  # fmt: skip
    return answer


@router.get("/sign-on/return", openapi_extra={"security": []})
@tells(None, status=303, also={401: PAGE, 403: PAGE, 404: PAGE, 503: PAGE})
def returned(
    request: Request,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=4_000)] = "",
    error: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Back from the provider: verified, matched with an account, signed in. Any doubt refuses."""
    try:
        answer = _signed_in(request, state, code, error)
    except Problem as problem:
        answer = _page(problem)
    answer.delete_cookie(TRIED, path=ROOT)
    return answer


@router.put("/accounts/{name}/sign-on", status_code=204)
@tells(None)
def bind(name: str, request: Request, who: Administrator, body: Bound) -> Response:
    """From now on this identity signs in as this account; only its hash is kept."""
    issuer = request.app.state.settings.sign_on_issuer
    if not issuer:
        raise not_found("统一身份认证", "sign-on")
    with revoking(request, who) as session:
        account = accounts.find(session, who.subdistrict, name)
        accounts.check_reach(who, account.role, account.committees)
        sign_on.bind(session, who.scope, account, issuer, body.login)
    return Response(status_code=204)


@router.delete("/accounts/{name}/sign-on", status_code=204)
@tells(None)
def unbind(name: str, request: Request, who: Administrator) -> Response:
    """No identity signs in as this account any more; its sessions end."""
    with revoking(request, who) as session:
        account = accounts.find(session, who.subdistrict, name)
        accounts.check_reach(who, account.role, account.committees)
        sign_on.unbind(session, who.scope, account)
    return Response(status_code=204)


def _signed_in(request: Request, state: str, code: str, error: str) -> Response:
    attempt = Attempt.unpacked(request.cookies.get(TRIED, ""))
    if attempt is None or not secrets.compare_digest(state.encode(), attempt.state.encode()):
        raise Problem(
            "sign-on-refused", 401,
            "登录不是从本浏览器发起的，或已超过10分钟，请重新登录。 / This sign-in did not begin in this browser, or over ten "
            "minutes ago; begin again.",
        )  # fmt: skip
    if error or not code:
        raise Problem("sign-on-refused", 401, "认证方没有放行。 / The provider did not let you in.")
    address = request.client.host if request.client else ""
    found = _open_id(request).identity(code, attempt)
    token, _who = request.app.state.sign_in.login_by_identity(
        found, request.headers.get("user-agent"), address=address
    )
    settings = request.app.state.settings
    answer = RedirectResponse(_local(attempt.onward), 303)
    answer.set_cookie(
        COOKIE, token, max_age=settings.session_lifetime_hours * 3600, httponly=True, samesite="lax",
        secure=settings.secure_cookies, path="/",
    )  # fmt: skip
    return answer


def _open_id(request: Request) -> OpenId:
    kept: State = request.app.state
    settings: Settings = kept.settings
    if not settings.sign_on_issuer:
        raise not_found("统一身份认证", "sign-on")
    if not hasattr(kept, "open_id"):
        secret = settings.sign_on_secret.get_secret_value() if settings.sign_on_secret else None
        kept.open_id = OpenId(
            Provider(settings.sign_on_issuer, settings.sign_on_client, settings.sign_on_return, secret,
                     settings.sign_on_claim, settings.sign_on_ca_file)
        )  # fmt: skip
    found: OpenId = kept.open_id
    return found


def _local(onward: str) -> str:
    """A path of this system; anything that a browser could take for another host becomes the start page.

    >>> _local("/#review"), _local("//evil.example"), _local("/\\\\evil.example"), _local("https://evil.example")
    ('/#review', '/', '/', '/')
    """
    plain = onward.startswith("/") and not onward.startswith("//") and "\\" not in onward
    return onward if plain and onward.isprintable() else "/"


def _page(problem: Problem) -> Response:
    """What a person sees in the browser when it did not work: why, and the way back."""
    words = "".join(f"<p>{escape(part.strip())}</p>" for part in problem.detail.split(" / "))
    return HTMLResponse(
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>登录 Sign in · 网格</title><h1>未能登录 / Not signed in</h1>{words}'
        '<p><a href="/">返回登录页 / Back to sign-in</a></p></html>',
        problem.status,
        headers={"Cache-Control": "no-store", **(problem.headers or {})},
    )
