from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Polygon, box

from grids.errors import CrsError, InputError
from grids.indicators.blocks import (
    block_shapes,
    blocks_in,
    blocks_of_buildings,
    build_blocks,
    memberships,
)


def squares(columns: int = 12, rows: int = 10, seed: int = 1) -> gpd.GeoDataFrame:
    """Square plots of 50 m, two committees left and right, every seventh plot without a building."""
    rng = np.random.default_rng(seed)
    places = [(x, y) for x in range(columns) for y in range(rows)]
    return gpd.GeoDataFrame(
        {
            "building_code": [None if i % 7 == 3 else f"b{i}" for i in range(len(places))],
            "committee_code": ["C1" if x < columns // 2 else "C2" for x, _ in places],
            "residents": [0.0 if i % 7 == 3 else float(rng.integers(0, 40)) for i in range(len(places))],
        },
        geometry=[box(50 * x, 50 * y, 50 * x + 50, 50 * y + 50) for x, y in places],
        index=pd.RangeIndex(len(places), name="plot_id"),
        crs=4549,
    )


def grids_of(plots: gpd.GeoDataFrame) -> pd.Series:
    row = (plots.geometry.bounds["miny"] // 250).astype(int).astype(str)
    return plots["committee_code"] + "-G" + row


def test_every_block_reaches_the_floor_in_one_piece_inside_one_committee_and_grid() -> None:
    plots = squares()
    grids = grids_of(plots)
    blocks = build_blocks(plots, grids)
    by_block = plots.assign(block=blocks, grid=grids).groupby("block")
    assert (by_block["building_code"].count() >= 5).all()
    assert (by_block["residents"].sum() >= 50).all()
    assert (by_block["committee_code"].nunique() == 1).all()
    assert (by_block["grid"].nunique() == 1).all()
    shapes = block_shapes(plots, blocks)
    assert set(shapes.geom_type) == {"Polygon"}
    assert np.isclose(shapes.area.sum(), plots.area.sum())
    assert 10 <= len(shapes) <= 20  # 103 buildings: neither one lump nor below the floor


def test_a_grid_too_small_for_a_block_shares_one_within_its_committee() -> None:
    plots = squares()
    grids = pd.Series("big", index=plots.index).mask(plots.index < 2, "tiny")
    blocks = build_blocks(plots, grids + plots["committee_code"])
    assert plots.groupby(blocks)["building_code"].count().min() >= 5
    assert plots.groupby(blocks)["committee_code"].nunique().max() == 1


def test_a_committee_below_the_floor_is_one_block_that_stays_below() -> None:
    plots = squares(2, 2)
    blocks = build_blocks(plots)
    assert blocks.groupby(plots["committee_code"]).nunique().to_dict() == {"C1": 1, "C2": 1}
    assert set(blocks) == {"C1-1", "C2-1"}


def test_the_same_plots_give_the_same_blocks_and_degrees_are_refused() -> None:
    plots = squares()
    assert build_blocks(plots).equals(build_blocks(plots.copy()))
    with pytest.raises(CrsError):
        build_blocks(plots.to_crs(4326))


def test_a_polygon_moved_by_one_building_changes_by_whole_blocks() -> None:
    plots = squares()
    shapes = block_shapes(plots, build_blocks(plots))
    seen = [set(blocks_in(shapes, box(0, 0, width, 260))) for width in range(40, 600, 10)]
    assert all(a <= b for a, b in itertools.pairwise(seen))
    assert len({frozenset(s) for s in seen}) > 3


def test_bad_polygons_are_refused_and_one_over_another_town_holds_nothing() -> None:
    shapes = block_shapes(squares(), build_blocks(squares()))
    with pytest.raises(InputError, match="not valid"):
        blocks_in(shapes, Polygon([(0, 0), (100, 100), (100, 0), (0, 100)]))
    with pytest.raises(InputError):
        blocks_in(shapes, Polygon())
    assert blocks_in(shapes, box(1e6, 1e6, 2e6, 2e6)) == []


def test_buildings_without_a_plot_form_a_block_of_their_committee() -> None:
    plots = squares(4, 4)
    blocks = build_blocks(plots)
    of_buildings = blocks_of_buildings(plots, blocks, pd.Series({"u1": "C1", "b0": "C1"}))
    assert of_buildings["u1"] == "C1-0"
    assert of_buildings["b0"] == blocks[0]
    assert of_buildings.index.is_unique


def test_a_block_belongs_to_the_area_that_holds_most_of_its_residents() -> None:
    block_of = pd.Series({"b1": "B", "b2": "B", "b3": "D"})
    areas = pd.DataFrame({"micro_grid": ["G1", "G2", None]}, index=["b1", "b2", "b3"])
    found = memberships(block_of, areas, pd.Series({"b1": 3, "b2": 9, "b3": 1}))
    assert found["micro_grid"].tolist()[0] == "G2"
    assert found["micro_grid"].isna().tolist() == [False, True]
