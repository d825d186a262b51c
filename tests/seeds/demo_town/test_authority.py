"""The other office's drawing differs as announced: metres of wobble, twelve buildings, nothing torn."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from grids.errors import CrsError, InputError
from seeds.demo_town import DemoTown, build, grids_from_authority, teams_for


@pytest.fixture(scope="module")
def town() -> DemoTown:
    return build(20_000, months=1, seed=4)


@pytest.fixture(scope="module")
def houses(town: DemoTown) -> gpd.GeoDataFrame:
    return town.buildings[town.buildings["kind"] == "building"].to_crs(town.metric_crs).set_index("code")


@pytest.fixture(scope="module")
def grids(town: DemoTown, houses: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Each committee cut in two between its houses: the house-high zigzag that real micro-grid borders have."""
    areas = town.areas.to_crs(town.metric_crs)
    rows = []
    for committee in areas[areas["kind"] == "committee"].itertuples():
        own = houses.loc[houses["committee_code"] == committee.code].representative_point().to_numpy()
        west = shapely.get_x(own) < np.median(shapely.get_x(own))
        cells = shapely.get_parts(
            shapely.voronoi_polygons(shapely.multipoints(own), extend_to=committee.geometry)
        )
        cell_of, point = shapely.STRtree(own).query(cells, predicate="contains")
        for n, side in enumerate((west, ~west)):
            ground = shapely.union_all(cells[cell_of[side[point]]]).intersection(committee.geometry)
            rows.append((f"{committee.code}{n + 1:02d}", committee.code, ground))
    frame = pd.DataFrame(rows, columns=["grid_code", "committee_code", "geometry"])
    clean = shapely.coverage_clean(frame.pop("geometry").to_numpy(), snapping_distance=0.05, gap_width=0.5)
    return gpd.GeoDataFrame(frame, geometry=clean, crs=areas.crs)


def grid_of(grids: gpd.GeoDataFrame, houses: gpd.GeoDataFrame) -> dict[str, int]:
    points = gpd.GeoDataFrame(geometry=houses.representative_point(), crs=houses.crs)
    joined = points.sjoin(grids[["geometry"]], predicate="within")
    return joined["index_right"].to_dict()


def test_the_other_drawing_is_a_coverage_of_the_same_ground(
    grids: gpd.GeoDataFrame, houses: gpd.GeoDataFrame
) -> None:
    other = grids_from_authority(grids, houses, moved=12)
    assert shapely.coverage_is_valid(other.geometry.to_numpy())
    ours, theirs = grids.union_all(), other.union_all()
    assert shapely.area(shapely.symmetric_difference(ours, theirs)) < 1e-5 * ours.area
    assert list(other["grid_code"]) == list(grids["grid_code"])


def test_only_the_moved_buildings_change_grid(grids: gpd.GeoDataFrame, houses: gpd.GeoDataFrame) -> None:
    other = grids_from_authority(grids, houses, moved=12)
    before, after = grid_of(grids, houses), grid_of(other, houses)
    changed = {code for code in before if before[code] != after.get(code)}
    assert changed == set(other.attrs["moved_buildings"])
    assert len(changed) == 12


def test_borders_wobble_by_metres_not_more(grids: gpd.GeoDataFrame, houses: gpd.GeoDataFrame) -> None:
    other = grids_from_authority(grids, houses, moved=0)
    moved = [
        a.boundary.hausdorff_distance(b.boundary) for a, b in zip(grids.geometry, other.geometry, strict=True)
    ]
    assert 1.0 < max(moved) < 6.5


def test_degrees_and_impossible_wishes_are_refused(grids: gpd.GeoDataFrame, houses: gpd.GeoDataFrame) -> None:
    with pytest.raises(CrsError):
        grids_from_authority(grids.to_crs(4326), houses.to_crs(4326))
    with pytest.raises(InputError, match="were to move"):
        grids_from_authority(grids.iloc[:1], houses)


def test_teams_have_one_leader_and_an_officer_at_any_date(town: DemoTown, grids: gpd.GeoDataFrame) -> None:
    teams = teams_for(grids, since=town.scale.first_day)
    for _, own in teams.groupby("grid_code"):
        leaders = own[own["role"] == "leader"]
        assert leaders["valid_to"].isna().sum() == 1
        assert (own["role"] == "officer").sum() == 1
    assert set(teams["role"]) == {"leader", "officer", "auxiliary", "other"}
