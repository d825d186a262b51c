"""The town month by month: each on the boundary version that was in force in it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from geo_service import figures as make
from geo_service.database import Scope
from geo_service.queries import areas, boundaries, indicators

MEASURES = ("checked_share", "check_density", "group_renting_rate", "accuracy")
MONTHS = 12


def town(session: Session, scope: Scope, until: dt.date) -> tuple[dict[str, Any], ...]:
    """Measures of the whole that the scope may see, for up to twelve months; a month without a version is left out."""
    found = []
    for month in [m for m in indicators.months_with_data(session, scope.subdistrict) if m <= until][-MONTHS:]:
        day = boundaries.last_day(month)
        version = boundaries.version_on(session, scope.subdistrict, day)
        if version is None:
            continue
        counts = indicators.figures(session, scope.subdistrict, month, version.id, "committee")
        own = areas.codes_within(session, scope.subdistrict, "committee", version.id, scope.committees)
        chosen = counts if own is None else counts[counts.index.isin(own)]
        if chosen.empty:
            continue
        whole = make.total(chosen, month)
        accuracy = whole["measures"]["accuracy"]
        found.append(
            {"month": f"{month:%Y-%m}", **{name: whole["measures"][name].get("value") for name in MEASURES},
             "accuracy_low": accuracy.get("low"), "accuracy_high": accuracy.get("high"),
             "checked": whole["counts"]["checked"], "residents": whole["counts"]["residents"],
             "dwellings_checked": whole["counts"]["dwellings_checked"]}
        )  # fmt: skip
    return tuple(found)


def months_of_year(session: Session, subdistrict: str, month: dt.date) -> list[dt.date]:
    """Months with data since January of the same year, up to and with ``month``."""
    january = month.replace(month=1)
    return [m for m in indicators.months_with_data(session, subdistrict) if january <= m <= month]
