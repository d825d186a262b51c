"""Accounts of duties, one's own password and sessions. A change works on every worker at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo_service.access import PERMISSIONS_OF, Principal, Who, require
from geo_service.api_document import tells
from geo_service.audit import record
from geo_service.dependencies import Db
from geo_service.problems import Problem, forbidden, not_found
from geo_service.schemas.answers import accounts as shapes
from geo_service.schemas.answers.session import CodeOffer, OpenSession
from geo_service.sign_in import COOKIE, digest
from geo_service.tables.trust import Account
from geo_service.tables.trust import Session as SignedIn
from geo_service.trust import accounts, one_time_codes

router = APIRouter(prefix="/api", tags=["accounts"])

Administrator = Annotated[Principal, require("admin")]
Code = Annotated[str, Field(min_length=1, max_length=40)]
Password = Annotated[str, Field(min_length=1, max_length=200)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewAccount(Strict):
    name: str = Field(min_length=2, max_length=32)
    display_name: str = Field(min_length=1, max_length=200)
    role: str = Field(max_length=32)
    areas: list[Code] | None = Field(default=None, max_length=500)


class AccountChange(Strict):
    display_name: str | None = Field(default=None, min_length=1, max_length=200)
    role: str | None = Field(default=None, max_length=32)
    areas: list[Code] | None = Field(default=None, max_length=500)
    active: bool | None = None


class PasswordChange(Strict):
    password: Password
    new_password: Password


class OneTimeCode(Strict):
    password: Password
    secret: str = Field(pattern="^[A-Z2-7]{32}$")
    code: str = Field(min_length=6, max_length=8)


class OwnPassword(Strict):
    password: Password


@contextmanager
def revoking(request: Request, who: Principal) -> Iterator[Session]:
    """A transaction after whose commit every worker forgets whom it knows."""
    with request.app.state.database.transaction(who.scope) as session:
        yield session
    request.app.state.sign_in.revoke()


@router.get("/accounts")
@tells(list[shapes.AccountRow])
def listed(session: Db, who: Administrator) -> list[dict[str, Any]]:
    """Every account of the subdistrict, without secrets."""
    return [accounts.described(account) for account in accounts.accounts(session, who.subdistrict)]


@router.post("/accounts", status_code=201)
@tells(shapes.FirstPassword)
def add(session: Db, who: Administrator, body: NewAccount) -> dict[str, Any]:
    """Open an account; its first password is in this answer and nowhere else."""
    _known(body.role)
    accounts.check_reach(who, body.role, body.areas)
    password = accounts.open_account(session, who.scope, body.name, body.display_name, body.role, body.areas)
    return {"name": body.name, "password": password}


@router.patch("/accounts/{name}")
@tells(shapes.AccountRow)
def change(name: str, request: Request, who: Administrator, body: AccountChange) -> dict[str, Any]:
    """Change role, areas, duty name, or close the account; its sessions end."""
    given = {("committees" if f == "areas" else f): getattr(body, f) for f in body.model_fields_set}
    with revoking(request, who) as session:
        account = accounts.find(session, who.subdistrict, name)
        accounts.check_reach(who, account.role, account.committees)
        role = _known(given.get("role") or account.role)
        accounts.check_reach(who, role, given.get("committees", account.committees))
        if name == who.name and (role != account.role or given.get("active") is False):
            raise forbidden(
                "不能停用自己或改自己的角色。 / You may not close yourself or change your own role."
            )
        kept = {f: v for f, v in given.items() if v is not None or f == "committees"}
        accounts.change(session, who.scope, account, kept)
        return accounts.described(account)


@router.post("/accounts/{name}/password")
@tells(shapes.FirstPassword)
def new_password(name: str, request: Request, who: Administrator) -> dict[str, str]:
    """A new random password for a forgotten one; ends sessions and lock. It is in this answer alone."""
    with revoking(request, who) as session:
        account = accounts.find(session, who.subdistrict, name)
        accounts.check_reach(who, account.role, account.committees)
        return {"name": name, "password": accounts.set_password(session, who.scope, account)}


@router.post("/accounts/{name}/sign-out")
@tells(shapes.SessionsEnded)
def sign_out(name: str, request: Request, who: Administrator) -> dict[str, int]:
    """End every session of an account."""
    with revoking(request, who) as session:
        account = accounts.find(session, who.subdistrict, name)
        accounts.check_reach(who, account.role, account.committees)
        ended = accounts.sign_out(session, account)
        record(session, who.scope, "account.sign-out", target=name, detail={"sessions": ended})
        return {"sessions": ended}


@router.get("/accounts/{name}/sees")
@tells(shapes.Seen)
def sees(name: str, session: Db, who: Administrator) -> dict[str, Any]:
    """Preview: what this account may do, and how many records it would see."""
    account = accounts.find(session, who.subdistrict, name)
    accounts.check_reach(who, account.role, account.committees)
    return accounts.seen_by(session, account)


@router.post("/password", status_code=204)
@tells(None)
def own_password(request: Request, who: Who, body: PasswordChange) -> Response:
    """Change one's own password; every session of the account ends, this one too."""
    with revoking(request, who) as session:
        account = _own(request, session, who, body.password)
        accounts.set_password(session, who.scope, account, body.new_password)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/sessions")
@tells(list[OpenSession])
def own_sessions(request: Request, session: Db, who: Who) -> list[dict[str, Any]]:
    """Where one is signed in."""
    rows = session.scalars(
        select(SignedIn)
        .where(
            SignedIn.subdistrict_code == who.subdistrict,
            SignedIn.account == who.name,
            SignedIn.expires_at > dt.datetime.now(dt.UTC),
        )
        .order_by(SignedIn.created_at)
    )
    here = digest(request.cookies.get(COOKIE, ""))
    return [
        {"id": bytes(row.token_hash).hex()[:16], "signed_in_at": row.created_at, "last_seen_at": row.last_seen_at,
         "expires_at": row.expires_at, "client": row.client, "here": bytes(row.token_hash) == here}
        for row in rows
    ]  # fmt: skip


@router.delete("/sessions/{session_id}", status_code=204)
@tells(None)
def end_session(session_id: str, request: Request, who: Who) -> Response:
    """End one of one's own sessions."""
    with revoking(request, who) as session:
        rows = session.scalars(
            select(SignedIn).where(SignedIn.subdistrict_code == who.subdistrict, SignedIn.account == who.name)
        )
        ended = [row for row in rows if bytes(row.token_hash).hex()[:16] == session_id]
        if not ended:
            raise not_found("会话", session_id)
        for row in ended:
            session.delete(row)
        record(session, who.scope, "session.end", target=who.name)
    return Response(status_code=204)


@router.post("/one-time-codes/new")
@tells(CodeOffer)
def offer_codes(who: Who) -> dict[str, str]:
    """A fresh secret for a phone application; it counts once a code was confirmed with it."""
    _people_only(who)
    secret = one_time_codes.new_secret()
    return {"secret": secret, "address": one_time_codes.address(secret, who.name)}


@router.post("/one-time-codes", status_code=204)
@tells(None)
def confirm_codes(request: Request, who: Who, body: OneTimeCode) -> Response:
    """Switch one-time codes on: from now on signing in needs one."""
    with revoking(request, who) as session:
        account = _own(request, session, who, body.password)
        step = one_time_codes.step_of(body.secret, body.code, dt.datetime.now(dt.UTC))
        if step is None:
            raise Problem(
                "wrong-code",
                422,
                "动态口令不对，请核对手机时间。 / The code is wrong; check the phone's clock.",
            )
        account.totp_secret, account.totp_step = body.secret, step
        record(session, who.scope, "account.one-time-codes", target=who.name, detail={"on": True})
    return Response(status_code=204)


@router.post("/one-time-codes/off", status_code=204)
@tells(None)
def codes_off(request: Request, who: Who, body: OwnPassword) -> Response:
    """Switch one-time codes off again, with the password."""
    with revoking(request, who) as session:
        account = _own(request, session, who, body.password)
        account.totp_secret, account.totp_step = None, None
        record(session, who.scope, "account.one-time-codes", target=who.name, detail={"on": False})
    return Response(status_code=204)


def _own(request: Request, session: Session, who: Principal, password: str) -> Account:
    _people_only(who)
    account = accounts.find(session, who.subdistrict, who.name)
    if not request.app.state.sign_in.check_password(account, password):
        raise Problem("wrong-password", 422, "现口令不对。 / The present password is wrong.")
    return account


def _people_only(who: Principal) -> None:
    if who.machine:
        raise forbidden("密钥没有口令。 / A key has no password.")


def _known(role: str) -> str:
    if role not in PERMISSIONS_OF:
        raise Problem("unknown-role", 422, f"没有角色 {role}。 / There is no role {role}.")
    return role
