"""From plots in a file to micro-grids in a file: division, first codes, polygons."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import typer

from geo_service.cli.vector_files import step
from grids.boundaries.division import Division, divide
from grids.boundaries.polygons import TOLERANCE_M, derive, dissolve
from grids.codes import COMMITTEE_DIGITS, issue
from grids.errors import InputError
from grids.geodesy import metric_crs

COLUMNS = ("committee_code", "weight", "ideal", "off_target", "unavoidable", "added", "plots", "pieces",
           "area_m2", "polsby_popper")  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """``grids`` and ``plots`` with their codes in the input's CRS, and the division behind them."""

    grids: gpd.GeoDataFrame
    plots: gpd.GeoDataFrame
    division: Division
    codes: dict[str, str]

    @property
    def within(self) -> bool:
        """Every committee is within the tolerance."""
        return bool(self.division.committees["within"].all())

    def to_dict(self) -> dict[str, Any]:
        """JSON: figures of the town, every grid, every committee with its reason where it is not within."""
        figures = {key: _plain(value) for key, value in self.division.figures.items()}
        grids = self.grids.drop(columns="geometry").reset_index().to_dict("records")
        committees = self.division.committees.rename_axis("committee_code").reset_index().to_dict("records")
        return {
            "within": self.within,
            "figures": figures,
            "grids": [{str(k): _plain(v) for k, v in row.items()} for row in grids],
            "committees": [{str(k): _plain(v) for k, v in row.items()} for row in committees],
        }

    def text(self) -> str:
        """What a planner reads on the terminal."""
        now = self.division.figures
        lines = [
            f"{len(self.grids)} 个微网格 / micro-grids · 偏差 deviation {now['mean_deviation']:.1%} "
            f"(max {now['max_deviation']:.1%}) · 沿街 on streets {now['streets_share']:.0%}"
        ]
        for code, row in self.division.committees[
            ~self.division.committees["within"].astype(bool)
        ].iterrows():
            lines.append(f"  {code}: {row['reason']} ({row['reached']:.1%})")
        return "\n".join(lines)


def divided(
    ground: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame | None,
    *,
    committee: str | None,
    scheme: str,
    simplify_m: float | None,
    footprints: gpd.GeoSeries | None,
    **wishes: Any,
) -> Drawn:
    """Divide plots of any CRS; codes by ``scheme`` (``auto``: 15 digits where the committees have 12).

    Inner lines are simplified by ``simplify_m``; without a wish by 2 m where ``footprints`` say what must not
    be cut, else not at all. Raises InputError and CrsError.
    """
    metric = metric_crs(ground)
    plots = _plots(ground, committee).to_crs(metric)
    lines = None if barriers is None else barriers.to_crs(metric)
    with step(f"划分 {len(plots)} 个地块 / dividing (首次编译约一分钟 / the first run compiles)"):
        division = divide(plots, barriers=lines, progress=_progress(), **wishes)
    with step("编码与边界 / codes and borders"):
        shapes = dissolve(plots, division.assignment)
        if scheme == "auto":
            long = shapes["committee_code"].astype(str).str.fullmatch(rf"[0-9]{{{COMMITTEE_DIGITS}}}")
            scheme = "15" if bool(long.all()) else "local"
        codes = issue(shapes, scheme=scheme)
        assignment = division.assignment.map(codes).astype(object).rename("grid_code")
        houses = None if footprints is None else _polygons(footprints.to_crs(metric))
        tolerance_m = (TOLERANCE_M if houses is not None else 0.0) if simplify_m is None else simplify_m
        grids = derive(plots, assignment, tolerance_m, buildings=houses)
    figures = division.grids[list(COLUMNS)].drop(columns="committee_code")
    grids = grids.join(figures.set_axis(codes.reindex(figures.index).to_numpy()))
    named = plots.assign(grid_code=assignment)
    given = {str(old): str(new) for old, new in codes.items()}
    return Drawn(grids.to_crs(ground.crs), named.to_crs(ground.crs), division, given)


def _plots(ground: gpd.GeoDataFrame, committee: str | None) -> gpd.GeoDataFrame:
    if committee is not None and committee not in ground:
        raise InputError(
            f"没有列 / there is no column {committee}; there are {', '.join(map(str, ground.columns))}."
        )
    if committee is not None:
        ground = ground.assign(committee_code=ground[committee].astype(str))
    elif "committee_code" not in ground:
        ground = ground.assign(committee_code="1")
    known = (
        "plot_id" in ground
        and ground["plot_id"].is_unique
        and pd.api.types.is_integer_dtype(ground["plot_id"])
    )
    ids = ground["plot_id"].to_numpy() if known else np.arange(1, len(ground) + 1)
    plain = ground.drop(columns="plot_id") if "plot_id" in ground else ground
    for name in ("building_code", "block_id", "compound_code"):
        if name not in plain:
            plain = plain.assign(**{name: 0 if name == "block_id" else None})
    return plain.set_index(pd.Index(ids.astype(np.int64), name="plot_id"))


def _polygons(footprints: gpd.GeoSeries) -> gpd.GeoSeries:
    return footprints[shapely.get_dimensions(footprints.to_numpy()) == 2]


def _progress() -> Any:
    """Committees done, on one line of a terminal; nothing in a log."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, of: int) -> None:
        typer.echo(f"\r  {done}/{of} 居委 / committees", err=True, nl=done == of)

    return show


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and np.isnan(value) else value
