from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, box

from grids.boundaries.division import divide
from grids.errors import CrsError, InputError
from grids.plots import BurnResult, burn_grids, make_plots

CRS = 4549


def town(columns: int = 8, rows: int = 5) -> gpd.GeoDataFrame:
    shapes = [
        box(40 * x + 10, 30 * y + 8, 40 * x + 30, 30 * y + 20) for y in range(rows) for x in range(columns)
    ]
    codes = [f"b{y}{x}" for y in range(rows) for x in range(columns)]
    return gpd.GeoDataFrame({"residents": 10.0}, geometry=shapes, index=codes, crs=CRS)


def plots_of(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    area = gpd.GeoDataFrame(
        {"code": ["A", "B"]}, geometry=[box(0, 0, 160, 150), box(160, 0, 320, 150)], crs=CRS
    )
    return make_plots(buildings, area).plots


def drawing(**shapes: shapely.Polygon) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": list(shapes)}, geometry=list(shapes.values()), crs=CRS)


def assert_sound(burnt: BurnResult, plots: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> None:
    """The same ground, tiled; buildings whole; residents kept; lineage accounts for every square metre."""
    assert shapely.coverage_is_valid(burnt.plots.geometry.to_numpy())
    before, after = plots.union_all(), burnt.plots.union_all()
    assert after.symmetric_difference(before).area < 0.01
    assert burnt.plots.area.sum() == pytest.approx(before.area)
    assert burnt.plots["residents"].sum() == plots["residents"].sum()
    whole = burnt.plots.dropna(subset="building_code").set_index("building_code").geometry
    for code, shape in buildings.geometry.items():
        assert shape.difference(whole[code].buffer(0.002)).area < 1e-6
    assert burnt.lineage["area_m2"].sum() == pytest.approx(before.area)
    old = burnt.lineage.groupby("old_plot")["area_m2"].sum()
    np.testing.assert_allclose(old.to_numpy(), plots.area.loc[old.index].to_numpy(), atol=0.01)


def test_a_drawing_along_plot_edges_comes_back_as_it_is() -> None:
    buildings = town()
    plots = plots_of(buildings)
    drawn = divide(plots, k=4)
    grids = plots.dissolve(drawn.assignment).reset_index(names="code")
    burnt = burn_grids(plots, grids, buildings)
    assert len(burnt.plots) == len(plots)
    assert burnt.assignment.tolist() == drawn.assignment.tolist()
    assert burnt.adopted == burnt.recut == burnt.cut_buildings == burnt.across_committees == []
    assert_sound(burnt, plots, buildings)


def test_a_line_within_six_metres_of_an_edge_adopts_it_and_is_listed() -> None:
    buildings = town()
    plots = plots_of(buildings)
    burnt = burn_grids(plots, drawing(w=box(0, 0, 164, 150), e=box(164, 0, 320, 150)), buildings)
    assert len(burnt.plots) == len(plots)
    assert {place.ids[:2] for place in burnt.adopted} == {("e", "w")}
    assert sum(place.area_m2 for place in burnt.adopted) == pytest.approx(4 * 150)
    assert burnt.across_committees == []
    assert_sound(burnt, plots, buildings)


def test_elsewhere_open_ground_is_cut_along_the_line() -> None:
    buildings = town().drop(index=["b02", "b12", "b22", "b32", "b42"])  # a wide gap from x = 70 to 130
    plots = plots_of(buildings)
    burnt = burn_grids(plots, drawing(w=box(0, 0, 85, 150), e=box(85, 0, 320, 150)), buildings)
    assert burnt.recut
    assert burnt.cut_buildings == []
    west = burnt.plots[burnt.assignment == "w"].union_all()
    assert west.symmetric_difference(box(0, 0, 85, 150)).area < 0.01
    assert_sound(burnt, plots, buildings)
    assert burnt.plots.loc[burnt.plots["building_code"].isna(), "residents"].eq(0).all()


def test_a_building_that_the_drawing_cuts_stays_whole_and_is_listed() -> None:
    buildings = town()
    plots = plots_of(buildings)
    burnt = burn_grids(plots, drawing(w=box(0, 0, 57, 150), e=box(57, 0, 320, 150)), buildings)
    assert [place.ids for place in burnt.cut_buildings] == [(f"b{y}1", "e", "w") for y in range(5)]
    assert burnt.cut_buildings[0].area_m2 == pytest.approx(7 * 12)
    homes = burnt.plots.set_index("building_code").index
    assert set(burnt.assignment[homes.isin(["b01", "b11"])]) == {"e"}
    assert_sound(burnt, plots, buildings)


def test_a_grid_across_committees_and_ground_without_a_grid_are_listed() -> None:
    buildings = town()
    plots = plots_of(buildings)
    burnt = burn_grids(plots, drawing(w=box(0, 0, 240, 150)), buildings)
    assert [place.ids for place in burnt.across_committees] == [("w", "A", "B")]
    assert sum(place.area_m2 for place in burnt.without_grid) == pytest.approx(80 * 150)
    assert burnt.assignment.isna().sum() == len(burnt.without_grid)
    assert_sound(burnt, plots, buildings)


@pytest.mark.parametrize("seed", range(5))
def test_a_wobbling_drawing_gives_the_same_buildings_to_the_same_grids(seed: int) -> None:
    rng = np.random.default_rng(seed)
    buildings = town(10, 6)
    area = gpd.GeoDataFrame({"code": ["A"]}, geometry=[box(0, 0, 400, 180)], crs=CRS)
    plots = make_plots(buildings, area).plots
    line = LineString([(200 + rng.uniform(-4, 4), y) for y in np.linspace(-10, 190, 9)])
    west, east = sorted(shapely.ops.split(box(0, 0, 400, 180), line).geoms, key=lambda part: part.centroid.x)
    burnt = burn_grids(plots, drawing(w=west, e=east), buildings)
    assert len(burnt.plots) == len(plots)
    homes = burnt.plots["building_code"].to_numpy()
    expected = pd.Series(["w" if code[2:] < "5" else "e" for code in homes], index=burnt.plots.index)
    assert burnt.assignment.tolist() == expected.tolist()
    assert_sound(burnt, plots, buildings)


@pytest.mark.parametrize("seed", range(8))
def test_any_drawing_can_be_burnt_in(seed: int) -> None:
    rng = np.random.default_rng(seed)
    buildings = town()
    plots = plots_of(buildings)
    x, y = rng.uniform(20, 300), rng.uniform(10, 140)
    middle = (x, y)
    far = [(-500, -400), (800, rng.uniform(-400, 0)), (rng.uniform(0, 400), 700)]
    cells = {
        name: shapely.Polygon([middle, far[i], far[(i + 1) % 3]]).intersection(box(0, 0, 320, 150))
        for i, name in enumerate("fgh")
    }
    cells = {name: cell for name, cell in cells.items() if cell.area > 0}
    burnt = burn_grids(plots, drawing(**cells), buildings)
    assert_sound(burnt, plots, buildings)
    ours = sum(
        burnt.plots[burnt.assignment == name].union_all().symmetric_difference(cell).area
        for name, cell in cells.items()
    )
    listed = sum(place.area_m2 for place in burnt.adopted) + sum(p.area_m2 for p in burnt.cut_buildings)
    assert ours <= 2 * listed + 2 * sum(place.area_m2 for place in burnt.without_grid) + 0.5 * len(buildings)


def test_what_cannot_be_burnt_is_refused() -> None:
    buildings = town()
    plots = plots_of(buildings)
    grids = drawing(w=box(0, 0, 240, 150))
    with pytest.raises(CrsError):
        burn_grids(plots, grids.set_crs(None, allow_override=True), buildings)
    with pytest.raises(CrsError, match="share one"):
        burn_grids(plots, grids, buildings.to_crs(4326))
    with pytest.raises(InputError, match="not in the list: b00"):
        burn_grids(plots, grids, buildings.drop(index="b00"))
    with pytest.raises(InputError, match="repeat: w"):
        burn_grids(plots, pd.concat([grids, grids]), buildings)
