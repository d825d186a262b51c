"""A key's own limit: set, shown and taken away by who manages the keys."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo_service.audit import record
from geo_service.database import Scope
from geo_service.problems import not_found
from geo_service.tables.publication import KeyLimit
from geo_service.trust import keys


def described(row: KeyLimit) -> dict[str, Any]:
    """A limit as it is shown."""
    return {"key_id": row.key_id, "per_minute": row.per_minute, "burst": row.burst}


def listed(session: Session, subdistrict: str) -> list[dict[str, Any]]:
    """Every key that has a limit of its own."""
    query = select(KeyLimit).where(KeyLimit.subdistrict_code == subdistrict).order_by(KeyLimit.key_id)
    return [described(row) for row in session.scalars(query)]


def put(session: Session, scope: Scope, key_id: str, per_minute: int, burst: int) -> KeyLimit:
    """Give a key of the subdistrict its own limit; ``per_minute`` 0 lifts it altogether."""
    key = keys.find(session, scope.subdistrict, key_id)
    row = session.merge(
        KeyLimit(subdistrict_code=scope.subdistrict, key_id=key.id, per_minute=per_minute, burst=burst)
    )
    session.flush()
    record(session, scope, "key.limit", target=key_id, detail={"per_minute": per_minute, "burst": burst})
    return row


def remove(session: Session, scope: Scope, key_id: str) -> None:
    """Back to the installation's limit."""
    row = session.get(KeyLimit, (scope.subdistrict, key_id))
    if row is None:
        raise not_found("密钥限额", key_id)
    session.delete(row)
    record(session, scope, "key.limit", target=key_id, detail={"per_minute": None})
