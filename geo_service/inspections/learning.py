"""Does the ranking find more than chance? Yield of ranked against control sites, per signal; coverage of key sites."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from geo_service.queries import inspections as queries
from geo_service.queries.boundaries import last_day
from geo_service.tables.inspections import InspectionStop
from grids.inspections.candidates import SIGNALS, yield_ratio


def learnt(session: Session, subdistrict: str) -> dict[str, Any]:
    """Finds per visited site, ranked and control, with the ratio's 95 % interval; the same for each signal."""
    found = {f.stop_id for f in queries.findings(session, subdistrict)}
    visited = [s for s in queries.stops(session, subdistrict) if s.outcome == "done"]
    control = [s for s in visited if s.control]
    ranked = [s for s in visited if not s.control]
    per_signal = [
        {"signal": name, **_compared([s for s in ranked if name in _signals(s)], control, found)}
        for name in SIGNALS
    ]
    return {
        "all": _compared(ranked, control, found),
        "signals": [row for row in per_signal if row["ranked_visited"]],
    }


def _signals(stop: InspectionStop) -> set[str]:
    return {reason["signal"] for reason in stop.reasons}


def _compared(ranked: list[InspectionStop], control: list[InspectionStop], found: set[Any]) -> dict[str, Any]:
    counts = [
        sum(s.id in found for s in ranked),
        len(ranked),
        sum(s.id in found for s in control),
        len(control),
    ]
    told = asdict(yield_ratio(*counts))
    names = ("ranked_found", "ranked_visited", "control_found", "control_visited")
    return {**dict(zip(names, counts, strict=True)), **told, "verdict": _verdict(told["low"], told["high"])}


def _verdict(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "no_data"
    return "better" if low > 1 else "worse" if high < 1 else "cannot_tell"


def site_coverage(session: Session, subdistrict: str, month: dt.date) -> dict[str, Any]:
    """Key sites inspected in a month ÷ key sites open in it (GM-3), by kind and together."""
    end = last_day(month)
    places = queries.places_of(session, subdistrict, "sites", end)
    places = places[places["closed_on"].isna() | (places["closed_on"] > month)] if len(places) else places
    places = places[places["opened_on"].isna() | (places["opened_on"] <= end)] if len(places) else places
    seen = queries.inspected_sites(session, subdistrict, month, end)
    rows = [
        {"kind": str(kind), "open": len(group), "inspected": len(set(group.index) & seen)}
        for kind, group in places.groupby("kind")
    ]
    total = {"open": len(places), "inspected": len(set(places.index) & seen)}
    return {"month": f"{month:%Y-%m}", **total, "share": total["inspected"] / total["open"] if total["open"] else None,
            "kinds": rows, "not_yet": sorted(set(places.index) - seen)}  # fmt: skip
