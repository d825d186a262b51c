"""Visits entered in the console: each is stored once, answered with a receipt, and may be corrected by who sent it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.loading.load import load_frames
from geo_service.schemas.checks import Receipt, Visit

_CORRECTABLE = ("dwelling_code", "visited_at", "frame", "outcome", "campaign", "team", "checked", "correct", "to_register",
                "to_deregister", "wrong_particulars", "rental_inspected", "group_renting_found")  # fmt: skip


def store_visits(
    session: Session, subdistrict: str, visits: list[Visit], *, account: str, now: dt.datetime
) -> list[Receipt]:
    """Merge visits into the tables in the caller's transaction; a refused one does not hold back the others.

    Of two with one id the later counts. Row-level security decides which dwellings the caller knows.
    """
    by_id = {v.visit_id: v for v in visits}
    dwellings = _known_dwellings(session, subdistrict, {v.dwelling_code for v in by_id.values()})
    stored = _stored(session, subdistrict, list(by_id))
    receipts, kept = {}, []
    for visit in by_id.values():
        before = stored.get(visit.visit_id)
        reason = _reason(visit, before, dwellings, account, now)
        if reason is not None:
            receipts[visit.visit_id] = Receipt(visit_id=visit.visit_id, state="refused", reason=reason)
            continue
        state = "stored" if before is None else "same" if _equal(before, visit) else "corrected"
        receipts[visit.visit_id] = Receipt(visit_id=visit.visit_id, state=state, received_at=now)  # type: ignore[arg-type]
        if state != "same":
            kept.append(visit.model_dump() | {"account": account, "visit_id": str(visit.visit_id)})
    if kept:
        load_frames(session, subdistrict, "checks", [pd.DataFrame(kept)], as_of=now.date())
        session.execute(
            text(
                "UPDATE check_visit SET corrected_at = :now WHERE subdistrict_code = :sub AND id = ANY (:ids)"
            ),
            {
                "sub": subdistrict,
                "now": now,
                "ids": [i for i, r in receipts.items() if r.state == "corrected"],
            },
        )
    return list(receipts.values())


def _known_dwellings(session: Session, subdistrict: str, codes: set[str]) -> set[str]:
    query = "SELECT code FROM dwelling WHERE subdistrict_code = :sub AND code = ANY (:codes)"
    return set(session.execute(text(query), {"sub": subdistrict, "codes": list(codes)}).scalars())


def _stored(session: Session, subdistrict: str, ids: list[Any]) -> dict[Any, dict[str, Any]]:
    query = f"SELECT id, account, {', '.join(_CORRECTABLE)} FROM check_visit WHERE subdistrict_code = :sub AND id = ANY (:ids)"
    rows = session.execute(text(query), {"sub": subdistrict, "ids": ids}).mappings()
    return {r["id"]: dict(r) for r in rows}


def _reason(
    visit: Visit, before: dict[str, Any] | None, dwellings: set[str], account: str, now: dt.datetime
) -> str | None:
    """Why a visit is not stored; None where it is."""
    if visit.dwelling_code not in dwellings:
        return "房屋编码未登记或不在本人范围 / no such dwelling among those of this account"
    if visit.visited_at > now + dt.timedelta(minutes=10):
        return "核查时间在未来 / the visit lies in the future"
    if before is not None and before["account"] != account:
        return "此编号已由他人录入 / this id was entered by another account"
    return None


def _equal(before: dict[str, Any], visit: Visit) -> bool:
    return all(before[name] == getattr(visit, name) for name in _CORRECTABLE)
