"""What a planner may ask for: the parameters of each operation, checked, turned into a call of the rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from geo_service.drawing.store import Loaded
from geo_service.geometry import from_geojson, line_from_geojson
from geo_service.problems import Problem
from grids.boundaries import editing
from grids.boundaries.coverage import as_polygonal
from grids.boundaries.editing import Operation

Ask = Callable[[Loaded, dict[str, Any], float], Operation]


def text(params: dict[str, Any], name: str) -> str:
    """A required code or name of at most 200 characters."""
    value = params.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > 200:
        raise _missing(name, "文字", "text")
    return value.strip()


def texts(params: dict[str, Any], name: str) -> list[str]:
    value = params.get(name)
    if (
        not isinstance(value, list)
        or not value
        or len(value) > 2_000
        or not all(isinstance(v, str) for v in value)
    ):
        raise _missing(name, "代码列表", "a list of codes")
    return value


def numbers(params: dict[str, Any], name: str) -> list[int]:
    value = params.get(name)
    if (
        not isinstance(value, list)
        or not value
        or len(value) > 50_000
        or not all(type(v) is int for v in value)
    ):
        raise _missing(name, "地块编号列表", "a list of plot ids")
    return value


def line(loaded: Loaded, params: dict[str, Any]) -> BaseGeometry:
    """``params.line`` (GeoJSON LineString, lon lat) in the drawing's metric CRS."""
    shape = line_from_geojson(params.get("line"))
    return gpd.GeoSeries([shape], crs=4326).to_crs(loaded.drawing.plots.crs).iloc[0]


def strips(loaded: Loaded, params: dict[str, Any]) -> gpd.GeoDataFrame:
    """``params.strips``: at most 20,000 of {gives, takes, geometry (lon, lat)}, as a frame in the metric CRS."""
    given = params.get("strips")
    if not isinstance(given, list) or not given or len(given) > 20_000:
        raise _missing("strips", "带状地块列表", "a list of strips")
    if not all(isinstance(strip, dict) for strip in given):
        raise _missing("strips", "带状地块列表", "a list of strips")
    frame = gpd.GeoDataFrame(
        {name: [text(strip, name) for strip in given] for name in ("gives", "takes")},
        geometry=[from_geojson(strip.get("geometry"), "Polygon", "MultiPolygon") for strip in given], crs=4326,
    )  # fmt: skip
    frame = frame.to_crs(loaded.drawing.plots.crs)
    # A needle of a strip may cross itself by the rounding of degrees; what has an area is meant.
    return frame.set_geometry(frame.geometry.make_valid().map(as_polygonal))


def _missing(name: str, zh: str, en: str) -> Problem:
    return Problem(
        "invalid-input", 422, f"缺少参数 {name}（{zh}）。 / The parameter {name} ({en}) is missing.",
        errors=[{"pointer": f"#/params/{name}", "detail": en}],
    )  # fmt: skip


OPERATIONS: dict[str, Ask] = {
    "split": lambda at, p, _t: editing.split_by_line(at.drawing, text(p, "grid"), line(at, p)),
    "merge": lambda at, p, _t: editing.merge(at.drawing, texts(p, "grids")),
    "move_border": lambda at, p, _t: editing.move_border_by_line(
        at.drawing, text(p, "first"), text(p, "second"), line(at, p)
    ),
    "paint": lambda at, p, _t: editing.paint(at.drawing, numbers(p, "plots"), text(p, "to")),
    "follow_line": lambda at, p, _t: editing.follow_line(at.drawing, strips(at, p), across=p.get("across") is True),
    "lock": lambda at, p, _t: editing.lock(at.drawing, texts(p, "grids")),
    "unlock": lambda at, p, _t: editing.unlock(at.drawing, texts(p, "grids")),
    "rename": lambda at, p, _t: editing.rename(at.drawing, text(p, "grid"), text(p, "name")),
    "renumber": lambda at, p, _t: editing.renumber(at.drawing, p.get("committee")),
    "complete": lambda at, p, t: editing.complete_to_balance(at.drawing, text(p, "grid"), target=p.get("target", t)),
    "divide_committee": lambda at, p, t: editing.divide_committee(
        at.drawing, text(p, "committee"), target=float(p.get("target", t)), k=p.get("k"),
        objective=p.get("objective", "balanced"), barriers=at.barriers,
    ),
    "repair_committee": lambda at, p, t: editing.repair_committee(
        at.drawing, text(p, "committee"), target=float(p.get("target", t)), barriers=at.barriers
    ),
    "split_plot": lambda at, p, _t: editing.split_plot(at.drawing, numbers({"p": [p.get("plot")]}, "p")[0], line(at, p)),
    "transfer": lambda at, p, _t: editing.transfer_plot(
        at.drawing, numbers({"p": [p.get("plot")]}, "p")[0], text(p, "to")
    ),
}  # fmt: skip
