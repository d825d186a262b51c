"""Signing in and out, and who one is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from geo_service.access import PERMISSIONS_OF, Principal, Who
from geo_service.api_document import tells
from geo_service.problems import forbidden
from geo_service.schemas.answers import session as shapes
from geo_service.sign_in import COOKIE

router = APIRouter(prefix="/api", tags=["session"])


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=200)
    code: str | None = Field(default=None, max_length=8, description="动态口令 / one-time code, where set")


def described(who: Principal) -> dict[str, Any]:
    return {
        "account": {
            "name": who.name,
            "display_name": who.display_name,
            "role": who.role,
            "subdistrict": who.subdistrict,
            "areas": None if who.committees is None else list(who.committees),
            "permissions": sorted(who.permissions),
        },
        "csrf": who.csrf,
    }


@router.post("/login", openapi_extra={"security": []})
@tells(shapes.Session, refuses=(401, 403))
def login(request: Request, body: Login, response: Response) -> dict[str, Any]:
    """Sign in with account and password; sets the session cookie and returns the CSRF token."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise forbidden("请在本系统页面登录。 / Sign in on this system's own page.")
    token, who = request.app.state.sign_in.login(
        body.name, body.password, request.headers.get("user-agent"), code=body.code,
        address=request.client.host if request.client else "",
    )  # fmt: skip
    settings = request.app.state.settings
    response.set_cookie(
        COOKIE, token, max_age=settings.session_lifetime_hours * 3600, httponly=True, samesite="lax",
        secure=settings.secure_cookies, path="/",
    )  # fmt: skip
    return described(who)


@router.post("/logout", status_code=204)
@tells(None)
def logout(request: Request, _who: Who) -> Response:
    """End this session on every worker."""
    request.app.state.sign_in.logout(request)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/session")
@tells(shapes.Session)
def session(who: Who) -> dict[str, Any]:
    """Who is signed in, with what rights; 401 when nobody is."""
    return described(who)


@router.get("/roles")
@tells(dict[str, list[str]])
def roles(_who: Who) -> dict[str, list[str]]:
    """What each role may do."""
    return {role: sorted(granted) for role, granted in PERMISSIONS_OF.items()}
