"""Keys of machines: made, rotated with a time of grace, revoked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo_service.audit import record
from geo_service.database import Scope
from geo_service.problems import Problem, not_found
from geo_service.sign_in import KEY_SCOPES, new_key
from geo_service.tables.trust import ApiKey

LONGEST = dt.timedelta(days=366)


def described(key: ApiKey) -> dict[str, Any]:
    """A key without its secret, which only its holder has."""
    now = dt.datetime.now(dt.UTC)
    expired = key.expires_at is not None and key.expires_at < now
    state = "revoked" if key.revoked_at else "expired" if expired else "valid"
    return {
        "id": key.id,
        "name": key.name,
        "scopes": key.scopes,
        "state": state,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
    }


def keys(session: Session, subdistrict: str) -> list[ApiKey]:
    """Every key of the subdistrict, the oldest first."""
    query = select(ApiKey).where(ApiKey.subdistrict_code == subdistrict)
    return list(session.scalars(query.order_by(ApiKey.created_at, ApiKey.id)))


def find(session: Session, subdistrict: str, key_id: str) -> ApiKey:
    """The key with this id; 404 where there is none."""
    query = select(ApiKey).where(ApiKey.subdistrict_code == subdistrict, ApiKey.id == key_id)
    found = session.scalar(query.with_for_update())
    if found is None:
        raise not_found("密钥", key_id)
    return found


def add(
    session: Session, scope: Scope, name: str, scopes: list[str], *, days: int = 365
) -> tuple[str, ApiKey]:
    """A new key for at most a year; the secret is shown once and stored nowhere."""
    if not scopes or (unknown := set(scopes) - set(KEY_SCOPES)):
        listed = ", ".join(KEY_SCOPES)
        said = "、".join(sorted(unknown)) if scopes else "—"
        raise Problem(
            "unknown-scope", 422, f"密钥范围只有 {listed}，收到 {said}。 / The scopes of a key are {listed}."
        )
    lasts = dt.timedelta(days=days)
    if not dt.timedelta(0) < lasts <= LONGEST:
        raise Problem("key-lifetime", 422, "密钥有效期为1至366天。 / A key is valid for 1 to 366 days.")
    secret, row = new_key(name, scope.subdistrict, sorted(set(scopes)), dt.datetime.now(dt.UTC) + lasts)
    session.add(row)
    session.flush()
    record(
        session, scope, "key.add", target=row.id, detail={"name": name, "scopes": row.scopes, "days": days}
    )
    return secret, row


def revoke(session: Session, scope: Scope, key_id: str) -> ApiKey:
    """End a key now; ending it twice changes nothing."""
    row = find(session, scope.subdistrict, key_id)
    if row.revoked_at is None:
        row.revoked_at = dt.datetime.now(dt.UTC)
        record(session, scope, "key.revoke", target=key_id)
    return row


def rotate(
    session: Session, scope: Scope, key_id: str, *, grace_days: int = 7, days: int = 365
) -> tuple[str, ApiKey]:
    """A new key with the same scopes; the old one works ``grace_days`` longer, so that its user can change over."""
    old = find(session, scope.subdistrict, key_id)
    if old.revoked_at is not None:
        raise Problem("key-revoked", 409, f"密钥 {key_id} 已吊销。 / The key {key_id} is revoked.")
    secret, row = add(session, scope, old.name, list(old.scopes), days=days)
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(days=grace_days)
    old.expires_at = min(old.expires_at or ends, ends)
    record(
        session, scope, "key.rotate", target=key_id, detail={"successor": row.id, "grace_days": grace_days}
    )
    return secret, row
