"""Webhooks and what of the change feed each has still to be given."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from geo_service.tables.publication import ChangeCursor, Webhook

_DUE = text("SELECT subdistrict_code, id FROM wangge_webhooks_due()")
_AFTER = text("""
    SELECT seq, layer, feature_code, operation, before, after, at FROM change
    WHERE subdistrict_code = :sub AND seq > :since AND seq <= :until AND layer = ANY (:layers) ORDER BY seq LIMIT :limit""")


def due(session: Session) -> list[tuple[str, int]]:
    """(subdistrict, id) of every webhook of the installation that has something to be sent now."""
    return [(row.subdistrict_code, row.id) for row in session.execute(_DUE)]


def webhooks(session: Session, subdistrict: str) -> list[Webhook]:
    """Every webhook of the subdistrict, the oldest first."""
    query = select(Webhook).where(Webhook.subdistrict_code == subdistrict)
    return list(session.scalars(query.order_by(Webhook.id)))


def webhook(session: Session, subdistrict: str, number: int, *, lock: bool = False) -> Webhook | None:
    """One webhook; with ``lock`` nobody else changes it until the end of the transaction."""
    query = select(Webhook).where(Webhook.subdistrict_code == subdistrict, Webhook.id == number)
    return session.scalar(query.with_for_update() if lock else query)


def reached(session: Session, subdistrict: str) -> int:
    """The last number of the feed."""
    query = select(ChangeCursor.last_seq).where(ChangeCursor.subdistrict_code == subdistrict)
    return session.scalar(query) or 0


def next_number(session: Session, subdistrict: str) -> int:
    """A number for a new webhook; whoever asks holds a lock on it until the commit."""
    session.execute(text("SELECT pg_advisory_xact_lock(718, hashtext(:code))"), {"code": subdistrict})
    query = select(func.max(Webhook.id)).where(Webhook.subdistrict_code == subdistrict)
    return (session.scalar(query) or 0) + 1


def changes(
    session: Session, subdistrict: str, since: int, until: int, layers: list[str], limit: int
) -> list[Any]:
    """Rows of the feed after ``since`` up to ``until``, in order."""
    bound = {"sub": subdistrict, "since": since, "until": until, "layers": layers, "limit": limit}
    return list(session.execute(_AFTER, bound))
