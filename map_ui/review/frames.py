"""What the map of a month is drawn from: frames, all in EPSG:4326, that the caller took from wherever they live."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from grids.errors import InputError
from map_ui.review.shapes import check_crs

FIGURE_COLUMNS = (
    "month", "layer", "code", "measure", "value", "low", "high", "numerator", "denominator", "state", "verdict",
)  # fmt: skip
STATUSES = ("all", "part", "no_access", "none", "no_homes", "withheld")


@dataclass(frozen=True)
class MonthFrames:
    """A town over some months.

    ``months``: ``YYYY-MM`` ascending; the last is shown first · ``grids``: version, code, name, committee_code, geometry
    · ``version_of``: month → version · ``figures``: long, one row per month, layer (micro-grid, cell, total), code and
    measure (``FIGURE_COLUMNS``; ``value`` is a ratio, per 100 dwellings for check_density; state: ok, zero, no_data,
    withheld) · ``cells``: geometry indexed by cell · ``hotspots``: month, cell, found, inspected, verdict ·
    ``clusters``: month, lon, lat, radius_m, cases, trials, p · ``committees``: code, name, name_en, geometry ·
    ``buildings``: code, geometry (footprints) · ``statuses``: month, code, status (``STATUSES``; a building without
    a row does not stand in that month) · ``key_sites``: name, kind, listed, geometry · ``backdrop``: kind (water, green)
    · ``barriers``: kind, width_m, geometry.
    """

    name: str
    name_en: str
    months: tuple[str, ...]
    grids: gpd.GeoDataFrame
    version_of: dict[str, int]
    version_names: dict[int, str]
    figures: pd.DataFrame
    cells: gpd.GeoSeries
    hotspots: pd.DataFrame
    clusters: pd.DataFrame
    committees: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    statuses: pd.DataFrame
    key_sites: gpd.GeoDataFrame
    backdrop: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    as_of: dict[str, dt.date] = field(default_factory=dict)
    targets: dict[str, float] = field(default_factory=dict)
    release: str | None = None

    def check(self) -> None:
        """Raises InputError or CrsError where the frames do not fit together."""
        if not self.months or list(self.months) != sorted(set(self.months)):
            raise InputError("The months of a map are ascending and there is at least one.")
        if missing := [m for m in self.months if m not in self.version_of]:
            raise InputError(f"No boundary version is named for {missing[0]}.")
        if absent := set(FIGURE_COLUMNS) - set(self.figures.columns):
            raise InputError(f"The figures lack the columns {sorted(absent)}.")
        if odd := set(self.statuses["status"].unique()) - set(STATUSES):
            raise InputError(f"Unknown status of buildings: {sorted(odd)}.")
        for what in ("grids", "cells", "committees", "buildings", "key_sites", "backdrop", "barriers"):
            check_crs(getattr(self, what), what)
