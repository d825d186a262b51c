"""Tickets as the city-operation platform reads them: the place, and how far they are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

# The history names accounts, so only its times and answers leave.
_TICKETS = text("""
    SELECT t.id, t.kind, t.state, t.revision, t.created_at, t.dwelling_code, d.address, d.room_number, d.building_code,
        b.committee_code, ST_X(ST_PointOnSurface(b.geom)) AS lon, ST_Y(ST_PointOnSurface(b.geom)) AS lat, t.history
    FROM ticket t
    LEFT JOIN dwelling d ON d.subdistrict_code = :sub AND d.code = t.dwelling_code
    LEFT JOIN building b ON b.subdistrict_code = :sub AND b.code = d.building_code
    WHERE t.subdistrict_code = :sub AND t.state IN ('sent', 'answered')
      AND (CAST(:state AS text) IS NULL OR t.state = :state)
    ORDER BY t.created_at, t.id""")


def sent(session: Session, subdistrict: str, state: str | None) -> list[dict[str, Any]]:
    """Tickets that were sent, the oldest first: ``state`` sent (unanswered) or answered, else both."""
    rows = session.execute(_TICKETS, {"sub": subdistrict, "state": state}).mappings()
    return [
        {**{k: v for k, v in row.items() if k != "history"}, "steps": _steps(row["history"])} for row in rows
    ]


def _steps(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    told = ("at", "state", "answer", "reference")
    return [{name: step[name] for name in told if name in step} for step in history]
