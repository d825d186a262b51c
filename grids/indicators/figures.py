"""Sums of building counts over any area: the figures of a month.

A micro-grid of any version, a committee, a cell or a drawn polygon is a set of buildings: ``area_of`` says which.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from grids.indicators.counts import FLOWS, YEAR_FIRSTS
from grids.indicators.stocks import STOCKS, latest_rows, month_start, run_starts

UNASSIGNED = "-"  # buildings of no area, kept as a row of their own so that sums close


def sum_by_area(values: pd.DataFrame, area_of: pd.Series) -> pd.DataFrame:
    """Sum every column of ``values`` (indexed by building_code, repeats allowed) over areas.

    ``area_of`` maps building_code to an area code; buildings without one sum up under ``UNASSIGNED``. A sum with
    an absent part is absent. Integers stay integers.

    >>> values = pd.DataFrame({"checked": [3, 4, 5]}, index=["b1", "b2", "b3"])
    >>> sum_by_area(values, pd.Series({"b1": "G1", "b2": "G1"}))["checked"].to_dict()
    {'-': 5, 'G1': 7}
    """
    areas = _Areas(area_of)
    return areas.sums(values, areas.codes(values.index.to_series()))


def month_figures(
    months: pd.DataFrame, stock: pd.DataFrame, month: object, area_of: pd.Series
) -> pd.DataFrame:
    """All counts of one month per area: flows, stocks at its end, stocks at its start, the year's firsts so far.

    Columns: ``FLOWS``, ``STOCKS``, ``<stock>_at_start`` (the end of the month before) and ``year_<first>``.
    Every area of ``area_of`` has a row; one in which nothing happened has zeros. ``building_code`` may be categorical
    in both frames, which is faster for a whole city.
    """
    start = month_start(month)
    areas = _Areas(area_of)
    months = months.assign(month=pd.to_datetime(months["month"]))
    when = months["month"].to_numpy()
    so_far = months[(when <= start.to_numpy()) & (when >= start.replace(month=1).to_numpy())]
    inside = areas.codes(so_far["building_code"])
    now = so_far["month"].to_numpy() == start.to_numpy()
    flows = areas.sums(so_far.loc[now, list(FLOWS)], inside[now])
    firsts = areas.sums(so_far[list(YEAR_FIRSTS)], inside)
    home = areas.codes(stock["building_code"])  # one look-up serves both ends of the month
    ends = (latest_rows(stock, start), latest_rows(stock, start - pd.DateOffset(months=1)))
    at_end, at_start = (areas.sums(stock[list(STOCKS)].iloc[rows], home[rows]) for rows in ends)
    tables = [flows, at_end, at_start.add_suffix("_at_start"), firsts.add_prefix("year_")]
    index = pd.Index(areas.names, dtype=object)
    for table in tables:
        index = index.union(table.index)
    # An absent sum must stay absent while a missing row becomes zero: so fill by row, never by value.
    return pd.concat([t.reindex(index, fill_value=0) for t in tables], axis=1).rename_axis("area_code")


class _Areas:
    """Areas numbered once, so that each frame of buildings needs one look-up and one pass of bincount per column."""

    def __init__(self, area_of: pd.Series) -> None:
        numbers, names = pd.factorize(area_of, use_na_sentinel=True)
        self.names = list(names)
        self.index = area_of.index
        # The last two numbers mean: known building of no area, and building not known; both are unassigned.
        self.numbers = np.append(np.where(numbers < 0, len(self.names), numbers), len(self.names))

    def codes(self, buildings: pd.Series) -> np.ndarray:
        """Area number of each row; strings are looked up once per run of equal ones, categories once each."""
        if isinstance(buildings.dtype, pd.CategoricalDtype):
            known = np.append(self.index.get_indexer(buildings.cat.categories.astype(self.index.dtype)), -1)
            return self.numbers[known[buildings.cat.codes.to_numpy()]]
        starts = run_starts(buildings)
        found = self.numbers[self.index.get_indexer(pd.Index(buildings.to_numpy()[starts]))]
        return np.repeat(found, np.diff(np.append(np.flatnonzero(starts), len(buildings))))

    def sums(self, values: pd.DataFrame, codes: np.ndarray) -> pd.DataFrame:
        size = len(self.names) + 1
        present = np.flatnonzero(np.bincount(codes, minlength=size))
        names = pd.Index([*self.names, UNASSIGNED], dtype=object)[present]
        table = {c: _sums(values[c], codes, size, present) for c in values.columns}
        return pd.DataFrame(table, index=names).rename_axis("area_code").sort_index()


def _sums(
    column: pd.Series, codes: np.ndarray, size: int, present: np.ndarray
) -> np.ndarray | pd.api.extensions.ExtensionArray:
    weights = column.to_numpy(dtype="float64", na_value=np.nan)  # whole numbers are exact up to 2**53
    sums = np.bincount(codes, weights=weights, minlength=size)[present]
    if pd.api.types.is_float_dtype(column.dtype):
        return sums
    return pd.array(sums).astype("Int64") if np.isnan(sums).any() else sums.astype("int64")
