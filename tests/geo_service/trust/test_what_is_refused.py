"""Accounts and keys that must not be: each refusal by its name, and nothing left behind by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo_service.database import Scope, apply_scope
from geo_service.problems import Problem
from geo_service.tables.trust import Account, ApiKey
from geo_service.trust import accounts, keys

TOWN = "310199031"
WHO = Scope(TOWN, account="office")


@pytest.fixture
def town(session: Session) -> Session:
    """A transaction in a town with one account and one key."""
    apply_scope(session.connection(), WHO)
    session.execute(text("INSERT INTO subdistrict (code, name) VALUES (:s, '甲镇')"), {"s": TOWN})
    accounts.open_account(session, WHO, "duty-1", "岗位", "office")
    keys.add(session, WHO, "城运", ["read"])
    return session


def opened(**changed: Any) -> Callable[[Session], object]:
    wish = {"name": "duty-2", "display_name": "岗位", "role": "registrar"} | changed
    return lambda session: accounts.open_account(session, WHO, **wish)


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (opened(name="duty-1"), "account-exists"),
        (opened(name="x"), "account-name"),
        (opened(name="a b"), "account-name"),
        (opened(name="13800138000"), "account-name"),
        (opened(role="king"), "unknown-role"),
        (opened(committees=["310199031999"]), "unknown-committee"),
        (lambda session: keys.add(session, WHO, "城运", []), "unknown-scope"),
        (lambda session: keys.add(session, WHO, "城运", ["read", "write"]), "unknown-scope"),
        (lambda session: keys.add(session, WHO, "城运", ["read"], days=0), "key-lifetime"),
        (lambda session: keys.add(session, WHO, "城运", ["read"], days=367), "key-lifetime"),
        (lambda session: accounts.find(session, TOWN, "nobody"), "not-found"),
        (lambda session: keys.find(session, TOWN, "nothing"), "not-found"),
    ],
)
def test_a_refusal_has_a_name_and_leaves_nothing(
    town: Session, wish: Callable[[Session], object], refusal: str
) -> None:
    with pytest.raises(Problem) as refused:
        wish(town)
    assert refused.value.type == refusal
    assert [town.scalar(select(func.count()).select_from(table)) for table in (Account, ApiKey)] == [1, 1]


def test_a_revoked_key_is_not_rotated(town: Session) -> None:
    (key,) = keys.keys(town, TOWN)
    keys.revoke(town, WHO, key.id)
    before = key.revoked_at
    keys.revoke(town, WHO, key.id)
    assert key.revoked_at == before, "ending it twice changes nothing"
    with pytest.raises(Problem, match="key-revoked"):
        keys.rotate(town, WHO, key.id)
