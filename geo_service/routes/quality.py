"""How good the register's data are, for those who keep it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter

from geo_service.access import Principal, require
from geo_service.api_document import tells
from geo_service.dependencies import SHANGHAI, Db, today
from geo_service.queries import quality as queries
from geo_service.schemas.answers import quality as shapes

router = APIRouter(prefix="/api", tags=["quality"])
STALE_AFTER_DAYS = 365


@router.get("/quality")
@tells(shapes.Quality)
def quality(session: Db, who: Annotated[Principal, require("records.read")]) -> dict[str, Any]:
    """Link rates, duplicates, omissions and places without a footprint; per committee and in all, as of the last load."""
    year = today().replace(month=1, day=1)
    rows = queries.by_committee(session, who.subdistrict, year)
    if who.committees is not None:
        rows = [row for row in rows if row["code"] in who.committees]
    loaded = queries.last_load(session, who.subdistrict)
    return {
        "as_of": loaded.astimezone(SHANGHAI).date() if loaded else None,
        "checks_since": year,
        "measures": [_measure(key, *parts, rows) for key, parts in queries.MEASURES.items()],
        "by_committee": [_row(row) for row in rows if row["code"]],
        "issues": queries.issues(session, who.subdistrict, today() - dt.timedelta(days=STALE_AFTER_DAYS)),
    }


def _measure(key: str, above: str, below: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    numerator, denominator = sum(r[above] for r in rows), sum(r[below] for r in rows)
    return {"key": key, "numerator": numerator, "denominator": denominator, "value": share(numerator, denominator),
            "target": None}  # fmt: skip


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """Rates as shares, the rest as counts, as the overview shows them."""
    shares = {key: share(row[queries.MEASURES[key][0]], row[queries.MEASURES[key][1]])
              for key in ("link_rate", "dwellings_with_record")}  # fmt: skip
    counts = {key: row[queries.MEASURES[key][0]] for key in queries.MEASURES if key not in shares}
    return {
        "code": row["code"],
        "name": row["name"] or row["code"],
        "name_en": row["name_en"],
        **shares,
        **counts,
    }


def share(numerator: int, denominator: int) -> float | None:
    """Numerator ÷ denominator; absent where there is nothing to divide by (RULES CV-2).

    >>> share(962, 1000), share(0, 0)
    (0.962, None)
    """
    return numerator / denominator if denominator else None
