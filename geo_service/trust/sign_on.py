"""Which identity of single sign-on is which account. An administrator says so; the provider gives no rights."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo_service.audit import record
from geo_service.database import Scope
from geo_service.problems import Problem, conflict
from geo_service.tables.trust import Account, SignOn
from geo_service.trust.accounts import sign_out
from geo_service.trust.open_id import login_hash


def bound(session: Session, subdistrict: str) -> list[dict[str, Any]]:
    """Every identity bound here: its account, since when and by whom, and the ``mark`` that its refused sign-in is told."""
    query = (
        select(SignOn).where(SignOn.subdistrict_code == subdistrict).order_by(SignOn.account, SignOn.bound_at)
    )
    return [
        {"account": row.account, "bound_at": row.bound_at, "bound_by": row.bound_by,
         "mark": bytes(row.login_hash).hex()[:16]}
        for row in session.scalars(query)
    ]  # fmt: skip


def bind(session: Session, scope: Scope, account: Account, issuer: str, identity: str) -> None:
    """Let ``identity`` sign in as ``account``; one identity is one account in the whole installation."""
    hashed = login_hash(issuer, identity)
    own = session.scalar(
        select(SignOn).where(SignOn.subdistrict_code == account.subdistrict_code, SignOn.login_hash == hashed)
    )
    if own is not None:
        if own.account == account.name:
            return
        raise _bound_already()
    row = SignOn(subdistrict_code=account.subdistrict_code, login_hash=hashed, account=account.name, bound_by=scope.account)  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:  # to an account of another town, which we cannot see
        raise _bound_already() from error
    record(session, scope, "account.sign-on", target=account.name, detail={"bound": hashed.hex()[:16]})


def unbind(session: Session, scope: Scope, account: Account) -> int:
    """No identity signs in as ``account`` any more; who is signed in is signed out. How many were bound."""
    own = (SignOn.subdistrict_code == account.subdistrict_code, SignOn.account == account.name)
    gone = list(session.scalars(delete(SignOn).where(*own).returning(SignOn.login_hash)))
    if gone:
        sign_out(session, account)
        record(session, scope, "account.sign-on", target=account.name,
               detail={"unbound": [bytes(hashed).hex()[:16] for hashed in gone]})  # fmt: skip
    return len(gone)


def _bound_already() -> Problem:
    words = "该标识已绑定其他账号，请先解除。 / This identity is bound to another account already; unbind it first."
    return conflict("login-bound", words)
