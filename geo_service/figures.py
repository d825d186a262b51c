"""Counts to the measures people read: every one with numerator, denominator, interval and a state."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd

from grids.indicators import coverage, rates
from grids.indicators.counts import known

#: Registrars per residents (GM-1) and the accuracy aimed at (SL-2) where the town's rules say nothing else.
RESIDENTS_PER_STAFF = 1500
ACCURACY_TARGET = 0.98


def measures(figures: pd.DataFrame, area_m2: pd.Series | None = None) -> dict[str, pd.DataFrame]:
    """The measures of every area of ``figures`` (counts indexed by area_code), each a frame on the same index."""
    figures = known(figures)
    accuracy = rates.accuracy(figures)
    found = {
        "checked_share": coverage.dwellings_covered(figures),
        "record_share": coverage.records_covered(figures),
        "link_share": coverage.record_links(figures),
        "accuracy": accuracy.join(rates.verdict(accuracy, ACCURACY_TARGET)),
        "ground_accuracy": rates.accuracy(figures, "ground"),
        "group_renting_rate": rates.group_renting_rate(figures),
    }
    sizes = area_m2 if area_m2 is not None else pd.Series(dtype="float64")
    density = rates.check_density(figures, sizes)
    return found | {"check_density": density["per_100_dwellings"], "check_density_km2": density["per_km2"]}


def rows(
    figures: pd.DataFrame,
    month: dt.date,
    names: dict[str, dict[str, Any]],
    area_m2: pd.Series | None = None,
) -> list[dict[str, Any]]:
    """One JSON-ready row per area: code, names, measures, counts."""
    tables = {name: _states(table).to_dict("index") for name, table in measures(figures, area_m2).items()}
    figures = known(figures)
    progress = coverage.year_progress(figures, month)
    due = (progress["target"] - progress["checked"]).clip(lower=0)
    counts = figures.assign(check_target=progress["target"], checks_due=due).to_dict("index")
    return [
        {
            "code": code,
            **{k: v for k, v in names.get(str(code), {"name": str(code)}).items() if k != "code"},
            "measures": {name: _plain(table[code]) for name, table in tables.items()},
            "counts": _counts(counts[code]),
        }
        for code in figures.index
    ]


def total(figures: pd.DataFrame, month: dt.date, area_m2: pd.Series | None = None) -> dict[str, Any]:
    """The same for all areas together: counts summed first, then rates (pooled, never averaged)."""
    whole = figures.sum().to_frame().T.astype("int64")
    whole.index = pd.Index(["total"])
    size = None if area_m2 is None or area_m2.empty else pd.Series({"total": area_m2.sum()})
    row = rows(whole, month, {}, size)[0]
    return {"measures": row["measures"], "counts": row["counts"]}


def _states(table: pd.DataFrame) -> pd.DataFrame:
    state = (
        pd.Series("ok", index=table.index)
        .mask(table["value"].eq(0), "zero")
        .mask(table["value"].isna(), "no_data")
    )
    return table.assign(state=state)


def _counts(counts: dict[Any, Any]) -> dict[str, Any]:
    residents = int(counts["residents"])
    return {str(k): None if pd.isna(v) else int(v) for k, v in counts.items()} | {
        "rented": int(counts["dwellings_rented"]),
        "staff_required": math.ceil(residents / RESIDENTS_PER_STAFF),
    }


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(k): _value(v) for k, v in row.items()}


def _value(value: Any) -> Any:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if hasattr(value, "item"):
        return value.item()
    return value
