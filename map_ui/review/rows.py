"""Figures to the rows that the page shows: a fill key and the numbers as they are read, in the order of the shapes."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd

from grids.indicators.hotspots import compare_months
from grids.indicators.rates import change
from map_ui.review import views
from map_ui.review.frames import STATUSES, MonthFrames
from map_ui.review.views import View
from map_ui.wording import interval_text, number_text

Row = list[str] | None
#: One letter per building and month; a building that does not stand has none.
STATUS_LETTERS = dict(zip(STATUSES, "apxnhw", strict=True))
ABSENT_LETTER = "-"


def month_rows(frames: MonthFrames, view: View, codes: list[str]) -> list[list[Row]]:
    """Per month, per code: [key, value, interval, numerator, denominator], or None where there is nothing to draw."""
    figures = frames.figures
    own = figures[(figures["layer"] == view.layer) & (figures["measure"] == view.measure)]
    hot = (
        frames.hotspots[frames.hotspots["verdict"] == "hot"] if view.id == "hotspots" else frames.hotspots[:0]
    )
    months = []
    for month in frames.months:
        rows: dict[str, list[str]] = {
            str(r.code): _row(view, r) for r in own[own["month"] == month].itertuples()
        }
        for cell in hot.loc[hot["month"] == month, "cell"]:
            rows[cell] = ["hot", *rows[cell][1:]]
        months.append([rows.get(code) for code in codes])
    return months


def totals(frames: MonthFrames, view: View) -> list[Row]:
    """The whole town's figure per month."""
    figures = frames.figures
    own = figures[(figures["layer"] == "total") & (figures["measure"] == view.measure)]
    rows = {r.month: _row(view, r) for r in own.itertuples()}
    return [rows.get(month) for month in frames.months]


def changes(frames: MonthFrames, view: View, codes: list[str]) -> dict[str, list[list[str] | None]]:
    """``"i-j"`` (positions of an earlier and a later month) → per code [key, difference]; None: not comparable."""
    if not views.change_entries(view):
        return {}
    tables = {m: _table(frames, view, m) for m in frames.months}
    pairs = itertools.combinations(range(len(frames.months)), 2)
    found = {}
    for i, j in pairs:
        before, after = (frames.months[k] for k in (i, j))
        compared = _compared(frames, view, tables[before], tables[after])
        if view.layer == "micro-grid":
            unmoved = _unmoved(frames, before, after)
            compared = {c: v for c, v in compared.items() if c in unmoved}
        found[f"{i}-{j}"] = [compared.get(code) for code in codes]
    return found


def status_letters(frames: MonthFrames) -> list[str]:
    """Per month one letter per building, in the order of ``frames.buildings``."""
    order = frames.buildings["code"].tolist()
    letters = frames.statuses.assign(letter=frames.statuses["status"].map(STATUS_LETTERS))
    wide = letters.pivot(index="code", columns="month", values="letter").reindex(order)
    return [
        "".join(wide[m].fillna(ABSENT_LETTER)) if m in wide else ABSENT_LETTER * len(order)
        for m in frames.months
    ]


def _row(view: View, row: Any) -> list[str]:
    shown = [views.key_of(view, row), views.value_text(view, _plain(row.value))]
    span = interval_text(row.low, row.high) if view.interval and pd.notna(row.low) else ""
    return [*shown, span, number_text(_plain(row.numerator)), number_text(_plain(row.denominator))]


def _table(frames: MonthFrames, view: View, month: str) -> pd.DataFrame:
    if view.id == "hotspots":
        spots = frames.hotspots
        return spots[spots["month"] == month].set_index("cell")
    figures = frames.figures
    own = (
        (figures["layer"] == view.layer) & (figures["measure"] == view.measure) & (figures["month"] == month)
    )
    return figures[own].set_index("code")


def _compared(
    frames: MonthFrames, view: View, before: pd.DataFrame, after: pd.DataFrame
) -> dict[str, list[str] | None]:
    if view.id == "hotspots":
        became = compare_months(before, after)
        return {str(c): [v, ""] for c, v in became.items() if v != "unknown"}
    numbers = ["value", "low", "high"]
    table = change(before[numbers].astype(float), after[numbers].astype(float)).dropna(subset="value")
    scale = 1.0 if view.unit == "%" else 0.01
    found: dict[str, list[str] | None] = {}
    for code, moved, verdict in zip(table.index, table["value"] * scale, table["verdict"], strict=True):
        said = verdict if verdict in ("up", "down") else "cannot_tell"
        found[str(code)] = [said if view.interval else views.change_key(moved), _signed(moved * 100)]
    return found


def _unmoved(frames: MonthFrames, before: str, after: str) -> set[str]:
    """Codes whose polygon is the same in both months' versions; a redrawn grid is not compared with itself."""
    one, two = frames.version_of[before], frames.version_of[after]
    shapes = {v: frames.grids[frames.grids["version"] == v].set_index("code").geometry for v in (one, two)}
    if one == two:
        return set(shapes[one].index)
    shared = shapes[one].index.intersection(shapes[two].index)
    same = shapes[one][shared].geom_equals(shapes[two][shared])
    return set(shared[same.to_numpy()])


def _signed(points: float) -> str:
    shown = number_text(abs(points), 1)
    return shown if float(shown.replace(",", "")) == 0 else f"{'+' if points > 0 else '−'}{shown}"


def _plain(value: Any) -> float | None:
    return None if value is None or value is pd.NA or np.isnan(value) else float(value)
