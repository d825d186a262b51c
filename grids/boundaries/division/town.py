"""What a division needs to be true of its plots, checked once at the door."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from grids.errors import CrsError, InputError


def metric_plots(plots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The plots, unless something about them makes a division meaningless.

    Raises CrsError without a projected CRS; InputError, with the plots, for repeated ids, missing
    committees, and ground that is absent, empty, invalid or no polygon.
    """
    if plots.crs is None or not plots.crs.is_projected:
        raise CrsError("Plots must be in a projected reference system: degrees have no length.")
    if len(plots) == 0:
        raise InputError("There are no plots.")
    if not plots.index.is_unique:
        raise InputError(f"Plot ids repeat: {_some(plots.index[plots.index.duplicated()])}.")
    if "committee_code" not in plots.columns:
        raise InputError("Plots need a column 'committee_code'.")
    _refuse(plots, plots["committee_code"].isna(), "lie in no committee")
    shapes = plots.geometry
    _refuse(plots, shapes.isna() | shapes.is_empty, "have no ground")
    _refuse(plots, ~shapes.geom_type.isin(["Polygon", "MultiPolygon"]), "are not polygons")
    if not shapely.is_valid(shapes.to_numpy()).all():
        _refuse(plots, ~shapes.is_valid, "cross themselves")
    return plots


def plot_weights(plots: pd.DataFrame, weight: str | Mapping[str, float]) -> pd.Series:
    """Weight of each plot: one column, or a mix as ``{column: factor}``; InputError for NaN and negatives.

    >>> plots = pd.DataFrame({"residents": [30.0, 0.0], "dwellings": [10, 2]}, index=[1, 2])
    >>> plot_weights(plots, {"residents": 1, "dwellings": 0.5}).tolist()
    [35.0, 1.0]
    """
    mix = {weight: 1.0} if isinstance(weight, str) else dict(weight)
    missing = sorted(set(mix) - set(plots.columns))
    if missing or not mix:
        raise InputError(f"Plots have no column {', '.join(missing) or 'to weigh by'}.")
    total = pd.Series(0.0, index=plots.index)
    for column, factor in mix.items():
        values = pd.to_numeric(plots[column], errors="coerce").astype(float)
        _refuse(plots, ~np.isfinite(values), f"have no {column}")
        _refuse(plots, values < 0, f"have a negative {column}")
        total += factor * values
    _refuse(plots, total < 0, "have a negative weight in this mix")
    return total


def _refuse(plots: pd.DataFrame, bad: pd.Series | npt.NDArray[np.bool_], what: str) -> None:
    if bad.any():
        raise InputError(f"{int(bad.sum())} plots {what}: {_some(plots.index[bad])}.")


def _some(names: pd.Index, most: int = 5) -> str:
    listed = ", ".join(str(name) for name in names[:most])
    return listed + (" …" if len(names) > most else "")
