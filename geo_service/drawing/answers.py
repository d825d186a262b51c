"""What the console is told of a drawing: polygons, figures and problems, ready for JSON."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from sqlalchemy.orm import Session

from geo_service.drawing import steps
from geo_service.drawing.steps import Done
from geo_service.drawing.store import Loaded, default_name
from geo_service.tables.boundaries import BoundaryVersion
from grids.boundaries.editing import Drawing, Operation, figures

FIGURES = ("residents", "dwellings", "key_sites", "checks_due", "plots", "buildings", "area_m2")


def described(version: BoundaryVersion) -> dict[str, Any]:
    """A version in a list."""
    return {
        "id": version.id, "name": version.name, "status": version.status, "revision": version.revision,
        "plot_set": version.plot_set_id, "parent": version.parent_id, "committee": version.committee_code,
        "scheme": version.scheme, "target": version.target, "valid_from": version.valid_from,
        "valid_to": version.valid_to, "created_by": version.created_by, "created_at": version.created_at,
        "published_by": version.published_by, "published_at": version.published_at,
    }  # fmt: skip


def whole(session: Session, version: BoundaryVersion, loaded: Loaded) -> dict[str, Any]:
    """A drawing with all its grids."""
    codes = list(loaded.drawing.codes)
    return {
        **described(version),
        **steps.can(session, version),
        "grids": features(loaded, codes, float(version.target)),
        "plots_url": f"/api/boundary-versions/{version.id}/plots",
        "problems": problems(loaded.drawing, float(version.target)),
        "operations": steps.history(session, version),
    }


def changed(session: Session, done: Done) -> dict[str, Any]:
    """What an operation, undo or redo changed."""
    target = float(done.version.target)
    homes = {done.loaded.drawing.committee_of[c] for c in done.changed}
    beside = [c for c in done.loaded.drawing.codes if done.loaded.drawing.committee_of[c] in homes]
    table = grid_figures(done.loaded.drawing, target)
    return {
        "revision": done.version.revision,
        "operation": operation(done.operation),
        "changed": features(done.loaded, done.changed, target, table),
        "removed": done.removed,
        "figures": [{"code": code, **_row(table.loc[code])} for code in beside],
        "notes": [{"kind": p.kind, "ids": list(p.ids), "note": p.note} for p in done.operation.problems],
        "problems": problems(done.loaded.drawing, target, table),
        "moved_plots": [[int(p), pair[1]] for p, pair in done.operation.moved.items()],
        **steps.can(session, done.version),
    }


def operation(done: Operation) -> dict[str, Any]:
    return {"kind": done.kind, "undo": done.undo, "params": dict(done.params), "created": list(done.created),
            "retired": list(done.retired), "plots": len(done.moved)}  # fmt: skip


def grid_figures(drawing: Drawing, target: float) -> pd.DataFrame:
    """Figures of every grid and its three shares: off target = unavoidable + added by the drawing."""
    table = figures(drawing)
    committee = pd.Series(drawing.committee_of)
    ideal = table["residents"].groupby(committee).transform("mean")
    return table.assign(
        off_target=table["residents"] / target - 1,
        unavoidable=ideal / target - 1,
        added=(table["residents"] - ideal) / target,
        deviation=(table["residents"] / ideal.where(ideal > 0) - 1).fillna(0.0),
        staff_required=np.ceil(table["residents"] / 1500).astype(int),
    )


def features(
    loaded: Loaded, codes: list[str], target: float, table: pd.DataFrame | None = None
) -> dict[str, Any]:
    """Grids as a GeoJSON FeatureCollection (lon, lat), with their figures as properties."""
    found = grid_figures(loaded.drawing, target) if table is None else table
    shapes = loaded.polygons.loc[codes].to_crs(4326)
    texts = shapely.to_geojson(shapely.set_precision(shapes.geometry.to_numpy(), 1e-9, mode="pointwise"))
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": code,
                "geometry": orjson.Fragment(geometry),
                "properties": {
                    "code": code,
                    "name": loaded.drawing.names.get(code) or default_name(code),
                    "committee_code": committee,
                    "locked": code in loaded.drawing.locked,
                    **_row(found.loc[code]),
                },
            }
            for code, committee, geometry in zip(codes, shapes["committee_code"], texts, strict=True)
        ],
    }


def plots(loaded: Loaded) -> dict[str, Any]:
    """Every plot with its grid, as GeoJSON."""
    frame: gpd.GeoDataFrame = loaded.drawing.plots.to_crs(4326)
    grid = loaded.drawing.assignment
    texts = shapely.to_geojson(frame.geometry.to_numpy())
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature", "id": int(plot), "geometry": orjson.Fragment(geometry),
                "properties": {"plot_id": int(plot), "building_code": building, "committee_code": committee,
                               "grid_code": grid[plot], "residents": residents},
            }
            for plot, building, committee, residents, geometry in zip(
                frame.index, frame["building_code"], frame["committee_code"], frame["residents"], texts, strict=True)
        ],
    }  # fmt: skip


def problems(drawing: Drawing, target: float, known: pd.DataFrame | None = None) -> list[dict[str, Any]]:
    """What a planner should look at: far off what the committee allows, without residents, in pieces."""
    table = grid_figures(drawing, target) if known is None else known
    found: list[dict[str, Any]] = []
    for code, row in table.iterrows():
        if row["residents"] == 0:
            found.append({"kind": "no_residents", "ids": [code], "note": "无实有人口 / no residents"})
        elif abs(row["deviation"]) > 0.05:
            share = f"{row['deviation'] * 100:+.1f} %"
            found.append({"kind": "off_balance", "ids": [code], "value": float(row["deviation"]),
                          "note": f"与本居委会均值相差 {share} / {share} off the committee's mean"})  # fmt: skip
    return sorted(found, key=lambda p: -abs(p.get("value", 9.0)))


def _row(row: Any) -> dict[str, Any]:
    values = {
        name: row.get(name)
        for name in (*FIGURES, "off_target", "unavoidable", "added", "deviation", "staff_required")
    }
    return {k: _number(v) for k, v in values.items() if v is not None}


def _number(value: Any) -> float | int | None:
    number = float(value)
    if math.isnan(number):
        return None
    return int(number) if number.is_integer() else round(number, 6)
