"""Accounts of duties: opened, changed, locked, and signed out. Nobody hands out what they do not hold themselves."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from geo_service.access import PERMISSIONS_OF, Principal, committees_of
from geo_service.audit import record
from geo_service.database import Scope, apply_scope
from geo_service.problems import Problem, conflict, forbidden, not_found
from geo_service.sign_in import LOCKED_FOR, hash_password
from geo_service.tables.trust import Account
from geo_service.tables.trust import Session as SignedIn

NAME = re.compile(r"[\w.·-]{2,32}")
TOO_MANY_DIGITS = re.compile(r"\d{8,}")


def described(account: Account) -> dict[str, Any]:
    """What administrators see of an account; nothing of its secrets."""
    now = dt.datetime.now(dt.UTC)
    locked = account.locked_until is not None and now < account.locked_until <= now + LOCKED_FOR
    return {
        "name": account.name,
        "display_name": account.display_name,
        "role": account.role,
        "areas": account.committees,
        "active": account.active,
        "locked": locked,
        "one_time_codes": account.totp_secret is not None,
        "password_changed_at": account.password_changed_at,
        "created_at": account.created_at,
    }


def accounts(session: Session, subdistrict: str) -> list[Account]:
    """Every account of the subdistrict, by name."""
    own = Account.subdistrict_code == subdistrict
    return list(session.scalars(select(Account).where(own).order_by(Account.name)))


def find(session: Session, subdistrict: str, name: str) -> Account:
    """The account of this name, locked for a change; 404 where there is none."""
    query = select(Account).where(Account.subdistrict_code == subdistrict, Account.name == name)
    found = session.scalar(query.with_for_update())
    if found is None:
        raise not_found("账号", name)
    return found


def check_reach(who: Principal, role: str, committees: Sequence[str] | None) -> None:
    """Refuse to give, or to take over, rights or areas that ``who`` does not have."""
    if not PERMISSIONS_OF[role] <= who.permissions:
        raise forbidden(
            "不能管理权限超出自己的账号。 / You may not manage an account that may do more than you."
        )
    reach = committees_of(role, None if committees is None else list(committees))
    if who.committees is not None and (reach is None or not set(reach) <= set(who.committees)):
        raise forbidden(
            "不能管理超出自己区域的账号。 / You may not manage an account that reaches beyond your areas."
        )


def open_account(
    session: Session,
    scope: Scope,
    name: str,
    display_name: str,
    role: str,
    committees: Sequence[str] | None = None,
    password: str | None = None,
) -> str:
    """Open an account of a duty; returns its first password, made here when none was given.

    The name is a duty's, so what looks like a telephone or identity number is refused.
    """
    if not NAME.fullmatch(name) or TOO_MANY_DIGITS.search(name):
        raise Problem(
            "account-name", 422,
            "账号名为岗位名：2至32个字母、数字、汉字或 . - _，不得含长串数字（手机号、证件号）。 / The name is a duty's: 2 to 32 "
            "letters or digits, and no telephone or identity number.",
        )  # fmt: skip
    if role not in PERMISSIONS_OF:
        raise Problem("unknown-role", 422, f"没有角色 {role}。 / There is no role {role}.")
    _check_committees(session, scope.subdistrict, committees)
    if session.scalar(text("SELECT wangge_account_exists(:n)"), {"n": name}):
        raise conflict("account-exists", f"账号 {name} 已存在。 / The account {name} exists already.")
    password = password or new_password()
    session.add(
        Account(subdistrict_code=scope.subdistrict, name=name, display_name=display_name, role=role,
                committees=None if committees is None else list(committees), password_hash=hash_password(password),
                password_changed_at=dt.datetime.now(dt.UTC))
    )  # fmt: skip
    session.flush()
    detail = {"role": role, "areas": None if committees is None else list(committees)}
    record(session, scope, "account.open", target=name, detail=detail)
    return password


def change(session: Session, scope: Scope, account: Account, changes: dict[str, Any]) -> None:
    """Change role, areas, duty name or state; who is signed in with it is signed out."""
    if "committees" in changes:
        _check_committees(session, scope.subdistrict, changes["committees"])
    before = {field: getattr(account, field) for field in changes}
    for field, value in changes.items():
        setattr(account, field, value)
    if changes.get("active"):
        account.failed_logins, account.locked_until = 0, None
    sign_out(session, account)
    record(session, scope, "account.change", target=account.name, detail={"before": before, "after": changes})


def set_password(session: Session, scope: Scope, account: Account, password: str | None = None) -> str:
    """A new password, made here when none is given; ends the account's sessions and its lock."""
    password = password or new_password()
    account.password_hash = hash_password(password)
    account.password_changed_at = dt.datetime.now(dt.UTC)
    account.failed_logins, account.locked_until = 0, None
    sign_out(session, account)
    record(session, scope, "account.password", target=account.name)
    return password


def sign_out(session: Session, account: Account, *, keep: bytes = b"") -> int:
    """End every session of the account, but one if asked; how many there were."""
    ended = session.execute(
        delete(SignedIn)
        .where(
            SignedIn.subdistrict_code == account.subdistrict_code,
            SignedIn.account == account.name,
            SignedIn.token_hash != keep,
        )
        .returning(SignedIn.token_hash)
    )
    return len(ended.all())


def new_password() -> str:
    """Random and easy to read out: 72 bits in three groups of hexadecimal digits."""
    return "-".join(secrets.token_hex(3) for _ in range(3))


def seen_by(session: Session, account: Account) -> dict[str, Any]:
    """What the account may do and how much of each record table row-level security shows it ("view as")."""
    limited = committees_of(account.role, account.committees)
    apply_scope(session.connection(), Scope(account.subdistrict_code, limited, account.name))
    counts = {
        table: session.scalar(
            text(f"SELECT count(*) FROM {table} WHERE subdistrict_code = :s"), {"s": account.subdistrict_code}
        )
        for table in ("building_stock", "dwelling", "registration", "check_visit", "finding")
    }
    return {
        "name": account.name,
        "role": account.role,
        "areas": None if limited is None else list(limited),
        "permissions": sorted(PERMISSIONS_OF[account.role]),
        "rows": counts,
    }


def _check_committees(session: Session, subdistrict: str, committees: Sequence[str] | None) -> None:
    if not committees:
        return
    known = set(
        session.scalars(
            text("SELECT DISTINCT code FROM area WHERE subdistrict_code = :s AND kind = 'committee'"),
            {"s": subdistrict},
        )
    )
    if missing := sorted(set(committees) - known):
        raise Problem(
            "unknown-committee", 422,
            f"没有居委会 {'、'.join(missing[:5])}。 / There is no committee {', '.join(missing[:5])}.",
        )  # fmt: skip
