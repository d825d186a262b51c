"""What routes ask for: the scoped session of the caller, a month, a version."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session

from geo_service.access import Who
from geo_service.problems import Problem, not_found
from geo_service.queries import boundaries as boundary_queries
from geo_service.sign_in import SAFE_METHODS
from geo_service.tables.boundaries import BoundaryVersion

SHANGHAI = ZoneInfo("Asia/Shanghai")


def scoped_session(request: Request, who: Who) -> Iterator[Session]:
    """One transaction as the caller, committed when the route returns and rolled back when it raises."""
    writes = request.method not in SAFE_METHODS
    with request.app.state.database.transaction(who.scope, writes=writes) as session:
        yield session


# "function": committed before the answer leaves, so that what was acknowledged is there.
Db = Annotated[Session, Depends(scoped_session, scope="function")]


def today() -> dt.date:
    """The day it is in Shanghai."""
    return dt.datetime.now(SHANGHAI).date()


def parse_month(value: str) -> dt.date:
    """``2026-03`` → its first day.

    >>> parse_month("2026-03")
    datetime.date(2026, 3, 1)
    """
    if not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", value):
        raise Problem(
            "invalid-month", 400, f"月份应写作 2026-03，收到 {value[:20]!r}。 / Write the month as 2026-03."
        )
    return dt.date(int(value[:4]), int(value[5:]), 1)


def month_parameter(month: Annotated[str, Query(description="2026-03")]) -> dt.date:
    return parse_month(month)


Month = Annotated[dt.date, Depends(month_parameter)]


def version_for(
    session: Session, subdistrict: str, month: dt.date, version_id: int | None = None
) -> BoundaryVersion:
    """The version asked for, else the one in force on the month's last day."""
    if version_id is not None:
        found = boundary_queries.version_by_id(session, subdistrict, version_id)
        if found is None:
            raise not_found("划格版本", str(version_id))
        return found
    found = boundary_queries.version_on(session, subdistrict, boundary_queries.last_day(month))
    if found is None:
        raise Problem(
            "no-version-in-force", 404,
            f"{month.year}年{month.month}月没有已发布的划格版本，请先划格并发布。 / No boundary version is in force in "
            f"{month:%Y-%m}; draw and publish one first.",
        )  # fmt: skip
    return found
