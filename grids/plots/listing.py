"""Lists for a person to look at: buildings on borders and outside, empty ground, records that disagree."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from grids.plots.blocks import Blocks
from grids.plots.footprints import Footprints
from grids.plots.result import Place, PlotReport

Ints = npt.NDArray[np.int64]


def list_borders(
    footprints: Footprints, blocks: Blocks, home: Ints, reach: pd.DataFrame, report: PlotReport
) -> None:
    """Buildings outside, across a committee border and across a barrier."""
    for at in np.flatnonzero(home < 0):
        shape = footprints.shapes[at]
        report.outside.append(Place((footprints.codes[at],), float(shape.area), shape))
    listed = reach[(reach["area_m2"] > 0.05) & (home[reach["building"]] >= 0)]
    for building, block, area in listed.itertuples(index=False):
        mine = home[building]
        if block == mine:
            continue
        bit = shapely.intersection(footprints.shapes[building], blocks.shapes[block])
        one, two = blocks.committee[mine], blocks.committee[block]
        code = footprints.codes[building]
        if one == two:
            report.across_barrier.append(Place((code,), float(area), bit))
        else:
            ids = (code, blocks.committees[one], blocks.committees[two])
            report.across_border.append(Place(ids, float(area), bit))


def list_rest(
    plots: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, derived: bool, report: PlotReport
) -> None:
    """Empty blocks, plots in pieces and buildings whose record names another committee."""
    for plot_id, row in plots[plots["building_code"].isna()].iterrows():
        report.empty_blocks.append(Place((str(plot_id),), float(row.geometry.area), row.geometry))
    for plot_id, row in plots[plots.geometry.geom_type == "MultiPolygon"].iterrows():
        report.detached.append(
            Place((str(plot_id), str(row["building_code"])), row.geometry.area, row.geometry)
        )
    if derived or "committee_code" not in buildings.columns:
        return
    named = buildings["committee_code"].set_axis(buildings.index.astype(str)).dropna().astype(str)
    built = plots[plots["building_code"].isin(named.index)]
    wrong = built[built["committee_code"] != named.loc[built["building_code"]].to_numpy()]
    for code, committee, shape in zip(
        wrong["building_code"], wrong["committee_code"], wrong.geometry, strict=True
    ):
        report.other_committee.append(Place((code, named[code], committee), float(shape.area), shape))
