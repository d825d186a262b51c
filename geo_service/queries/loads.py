"""The history of loads."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.loading.kinds import KINDS


def loads(session: Session, subdistrict: str, limit: int = 200) -> list[dict[str, Any]]:
    """The newest loads of a town: who, what, when, how many rows, undone or not; ``can_undo`` the last of its kind."""
    rows = session.execute(
        text("""
        SELECT id, kind, mode, file_name, file_sha256, account, started_at, finished_at, counts, undone_at,
            undone_at IS NULL AND NOT EXISTS (
                SELECT FROM load_batch later WHERE later.subdistrict_code = :sub AND later.kind = b.kind
                  AND later.id > b.id AND later.undone_at IS NULL) AS is_last
        FROM load_batch b WHERE b.subdistrict_code = :sub ORDER BY id DESC LIMIT :most"""),
        {"sub": subdistrict, "most": limit},
    )
    return [dict(r) | {"can_undo": r["is_last"] and KINDS[r["kind"]].batched} for r in rows.mappings()]


def loaded_by(session: Session, subdistrict: str, batch_id: int) -> str | None:
    """The account of a load; None where there is no such load."""
    return session.execute(
        text("SELECT account FROM load_batch WHERE subdistrict_code = :sub AND id = :id"),
        {"sub": subdistrict, "id": batch_id},
    ).scalar()
