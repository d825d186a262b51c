"""A town of four micro-grids over three months with every state in it, small enough to know by heart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, box

from grids.indicators.cells import cell_polygons, cells_of
from map_ui.review.frames import FIGURE_COLUMNS, MonthFrames

MONTHS = ("2026-01", "2026-02", "2026-03")
WEST, SOUTH, STEP = 121.47, 31.23, 0.004


def square(x: float, y: float, size: float = 1.0) -> Any:
    return box(WEST + x * STEP, SOUTH + y * STEP, WEST + (x + size) * STEP, SOUTH + (y + size) * STEP)


def figure(
    month: str, layer: str, code: str, measure: str, top: int, bottom: int, **others: Any
) -> dict[str, Any]:
    value = top / bottom * (100 if measure == "check_density" else 1) if bottom else None
    state = "no_data" if value is None else "zero" if value == 0 else "ok"
    row = {"month": month, "layer": layer, "code": code, "measure": measure, "value": value, "low": value, "high": value,
           "numerator": top, "denominator": bottom, "state": state, "verdict": None}  # fmt: skip
    return row | others


@pytest.fixture
def frames() -> MonthFrames:
    codes = ["G1", "G2", "G3", "G4"]
    grids = gpd.GeoDataFrame(
        {"version": 1, "code": codes, "name": ["一号", "二号", "三号", "<b>四号</b></script>"], "committee_code": ["C1", "C1", "C2", "C2"]},
        geometry=[square(0, 0), square(1, 0), square(0, 1), square(1, 1)], crs=4326,
    )  # fmt: skip
    later = grids.assign(version=2)
    later.loc[3, "geometry"] = square(1, 1, 0.9)
    houses = [square(x + 0.3, y + 0.3, 0.2) for x in (0, 1) for y in (0, 1)]
    cells = cells_of(gpd.GeoSeries(houses, crs=4326))
    rows = []
    for n, month in enumerate(MONTHS):
        for code, top, bottom in zip(codes, (60 + 10 * n, 0, 8, 0), (100, 50, 200, 0), strict=True):
            rows.append(figure(month, "micro-grid", code, "checked_share", top, bottom))
        rows += [
            figure(month, "micro-grid", "G1", "accuracy", 400, 400, low=0.99, high=1.0, verdict="meets"),
            figure(month, "micro-grid", "G2", "accuracy", 100 - 30 * n, 100, low=0.85 - 0.3 * n, high=0.94 - 0.3 * n, verdict="misses"),
            figure(month, "micro-grid", "G3", "accuracy", 78, 80, low=0.91, high=0.99, verdict="cannot_tell"),
            figure(month, "micro-grid", "G4", "accuracy", 9, 10, state="withheld"),
            figure(month, "total", "total", "checked_share", 68 + 10 * n, 350),
        ]  # fmt: skip
        for cell, visits in zip(cells, (0, 3, 9, 40), strict=True):
            rows.append(figure(month, "cell", cell, "check_density", visits, 100))
        rows.append(figure(month, "cell", cells.iloc[0], "group_renting_rate", 4, 6, low=0.3, high=0.9))
        rows.append(figure(month, "cell", cells.iloc[1], "group_renting_rate", 0, 5))
    hot = [("2026-01", "none"), ("2026-02", "hot"), ("2026-03", "hot")]
    return MonthFrames(
        name="样例街道", name_en="Sample Subdistrict", months=MONTHS,
        grids=gpd.GeoDataFrame(pd.concat([grids, later], ignore_index=True), crs=4326),
        version_of={"2026-01": 1, "2026-02": 1, "2026-03": 2}, version_names={1: "首次 / first", 2: "第二版 / second"},
        figures=pd.DataFrame(rows, columns=list(FIGURE_COLUMNS)),
        cells=cell_polygons(cells.drop_duplicates()),
        hotspots=pd.DataFrame([{"month": m, "cell": cells.iloc[0], "found": 4, "inspected": 6, "verdict": v} for m, v in hot]),
        clusters=pd.DataFrame([{"month": "2026-03", "lon": WEST + STEP, "lat": SOUTH + STEP, "radius_m": 80.0, "cases": 4, "trials": 6, "p": 0.01}]),
        committees=gpd.GeoDataFrame({"code": ["C1", "C2"], "name": ["甲居委会", "乙居委会"], "name_en": ["A Residents' Committee", None]},
                                    geometry=[square(0, 0).union(square(1, 0)), square(0, 1).union(square(1, 1))], crs=4326),
        buildings=gpd.GeoDataFrame({"code": ["b1", "b2", "b3", "b4"]}, geometry=houses, crs=4326),
        statuses=pd.DataFrame({"month": "2026-03", "code": ["b1", "b2", "b3"], "status": ["all", "part", "no_access"]}),
        key_sites=gpd.GeoDataFrame({"name": ["公寓"], "kind": ["long_term_rental"], "listed": [True]}, geometry=[Point(WEST + STEP, SOUTH + STEP)], crs=4326),
        backdrop=gpd.GeoDataFrame({"kind": ["water"]}, geometry=[square(0.9, 0, 0.1)], crs=4326),
        barriers=gpd.GeoDataFrame({"kind": ["arterial"], "width_m": [None]}, geometry=[LineString([(WEST, SOUTH + STEP), (WEST + 2 * STEP, SOUTH + STEP)])], crs=4326),
        as_of={m: dt.date(2026, int(m[-2:]), 28) for m in MONTHS}, targets={"accuracy": 0.98},
    )  # fmt: skip


@pytest.fixture
def changed(frames: MonthFrames) -> Callable[..., MonthFrames]:
    """The same town with some of its frames replaced."""
    return lambda **others: replace(frames, **others)
