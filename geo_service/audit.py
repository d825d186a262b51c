"""The audit: append-only, each entry hashed together with the one before it, in one chain per subdistrict."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo_service.database import Scope
from geo_service.tables.trust import AuditEvent

GENESIS = hashlib.sha256(b"wangge audit").digest()


def record(
    session: Session,
    scope: Scope,
    action: str,
    *,
    target: str | None = None,
    detail: dict[str, Any] | None = None,
    request_id: str | None = None,
) -> None:
    """Append one entry inside the caller's transaction. Writers of one subdistrict wait for each other briefly."""
    session.execute(text("SELECT pg_advisory_xact_lock(716, hashtext(:code))"), {"code": scope.subdistrict})
    own = AuditEvent.subdistrict_code == scope.subdistrict
    if scope.signing_in:
        session.execute(text("SELECT set_config('wangge.subdistrict', :c, true)"), {"c": scope.subdistrict})
    last = session.execute(
        select(AuditEvent.seq, AuditEvent.hash).where(own).order_by(AuditEvent.seq.desc()).limit(1)
    ).first()
    seq, previous = (last.seq + 1, bytes(last.hash)) if last else (1, GENESIS)
    entry = AuditEvent(
        subdistrict_code=scope.subdistrict,
        seq=seq,
        at=dt.datetime.now(dt.UTC),
        account=scope.account,
        action=action,
        target=target if target is None else target[:200],
        detail=_as_stored(detail or {}),
        request_id=request_id,
        previous_hash=previous,
    )
    entry.hash = chain_hash(entry)
    session.add(entry)
    session.flush()


def _as_stored(detail: dict[str, Any]) -> dict[str, Any]:
    """What JSON keeps of it: dates, ids and numpy numbers become what the hash will find again."""
    kept: dict[str, Any] = orjson.loads(
        orjson.dumps(detail, default=str, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    )
    return kept


def chain_hash(entry: AuditEvent) -> bytes:
    """SHA-256 over the previous hash and the canonical JSON of everything in the entry."""
    body = [
        entry.subdistrict_code, entry.seq, entry.at.astimezone(dt.UTC).isoformat(), entry.account, entry.action,
        entry.target, entry.detail, entry.request_id,
    ]  # fmt: skip
    return hashlib.sha256(
        bytes(entry.previous_hash) + orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    ).digest()


@dataclass(frozen=True)
class Fault:
    """One place where the chain does not hold: ``kind`` is altered, missing, reordered or rewritten."""

    seq: int
    kind: str


def verify(session: Session, subdistrict: str, anchors: Mapping[int, bytes] | None = None) -> list[Fault]:
    """Every fault of the chain, and of its entries against ``anchors`` (seq → hash) kept outside the database.

    The chain alone shows what was altered, taken out or put elsewhere; that somebody rewrote the whole chain or
    cut off its end shows only against an anchor.
    """
    faults = []
    previous, expected = GENESIS, 1
    waiting = dict(anchors or {})
    for entry in _entries(session, subdistrict):
        if entry.seq != expected:
            faults.append(Fault(expected, "missing"))
        elif bytes(entry.previous_hash) != previous:
            faults.append(Fault(entry.seq, "reordered"))
        if chain_hash(entry) != bytes(entry.hash):
            faults.append(Fault(entry.seq, "altered"))
        if bytes(entry.hash) != waiting.pop(entry.seq, bytes(entry.hash)):
            faults.append(Fault(entry.seq, "rewritten"))
        previous, expected = bytes(entry.hash), entry.seq + 1
    return faults + [Fault(seq, "missing") for seq in sorted(waiting) if seq >= expected]


def head(session: Session, subdistrict: str) -> tuple[int, bytes] | None:
    """Sequence number and hash of the last entry: what an anchor holds."""
    row = session.execute(
        select(AuditEvent.seq, AuditEvent.hash)
        .where(AuditEvent.subdistrict_code == subdistrict)
        .order_by(AuditEvent.seq.desc())
        .limit(1)
    ).first()
    return (row.seq, bytes(row.hash)) if row else None


def count(session: Session, subdistrict: str) -> int:
    total = session.scalar(select(func.count()).where(AuditEvent.subdistrict_code == subdistrict))
    return int(total or 0)


def _entries(session: Session, subdistrict: str) -> Iterator[AuditEvent]:
    query = select(AuditEvent).where(AuditEvent.subdistrict_code == subdistrict).order_by(AuditEvent.seq)
    yield from session.scalars(query.execution_options(yield_per=2_000))
