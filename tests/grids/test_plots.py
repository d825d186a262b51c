from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box

from grids.errors import CrsError, InputError
from grids.plots import PlotResult, make_plots

CRS = 4549


def houses(shapes: dict[str, object], **columns: object) -> gpd.GeoDataFrame:
    frame = {"residents": 10.0} | columns
    return gpd.GeoDataFrame(frame, geometry=list(shapes.values()), index=list(shapes), crs=CRS)


def committees(shapes: dict[str, Polygon | MultiPolygon]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": list(shapes)}, geometry=list(shapes.values()), crs=CRS)


def roads(*lines: LineString, kind: str = "local_road") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"kind": [kind] * len(lines)}, geometry=list(lines), crs=CRS)


def assert_tiles(made: PlotResult, ground: shapely.Geometry, bent_m2: float = 0.0) -> None:
    """The plots are a valid coverage of the ground, without holes; ``bent_m2`` may differ at its edge."""
    shapes = made.plots.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    union = shapely.coverage_union_all(shapes)
    assert union.symmetric_difference(ground).area == pytest.approx(bent_m2, abs=1e-3)
    assert made.plots.area.sum() == pytest.approx(union.area)
    for code, shape in made.committees.geometry.items():
        mine = made.plots[made.plots["committee_code"] == code]
        assert mine.area.sum() == pytest.approx(shape.area)


def assert_whole(made: PlotResult, buildings: gpd.GeoDataFrame, codes: list[str] | None = None) -> None:
    by_code = made.plots.dropna(subset="building_code").set_index("building_code").geometry
    for code in codes or list(buildings.index):
        lost = buildings.geometry[code].difference(by_code[code].buffer(0.002)).area
        assert lost < 1e-6, f"{code} loses {lost} m2"


TOWN = {"A": box(0, 0, 200, 100), "B": box(200, 0, 400, 100)}


def test_each_building_gets_the_ground_nearest_to_it() -> None:
    town = houses({"a": box(10, 40, 30, 60), "b": box(90, 40, 110, 60), "c": box(300, 40, 320, 60)})
    made = make_plots(town, committees(TOWN))
    assert_tiles(made, box(0, 0, 400, 100))
    assert_whole(made, town)
    plots = made.plots.set_index("building_code")
    assert plots.area["a"] == pytest.approx(60 * 100, rel=0.03)
    assert plots.loc["c", "committee_code"] == "B"
    assert plots.area["c"] == pytest.approx(200 * 100)
    assert made.plots.index.tolist() == [1, 2, 3]
    assert made.plots.index.name == "plot_id"
    assert sum(made.report.counts().values()) == 0


def test_attached_houses_stay_whole() -> None:
    row = {f"h{i}": box(50 + 6 * i, 40, 56 + 6 * i, 52) for i in range(10)}
    town = houses(row)
    made = make_plots(town, committees(TOWN))
    assert_tiles(made, box(0, 0, 400, 100))
    assert_whole(made, town)
    assert made.report.overlaps == []


def test_a_road_makes_two_blocks_and_open_ground_does_not_cross_it() -> None:
    town = houses({"a": box(10, 40, 30, 60), "b": box(150, 40, 170, 60)})
    made = make_plots(town, committees(TOWN), roads(LineString([(50, -10), (50, 110)])))
    plots = made.plots.set_index("building_code")
    assert plots.area["a"] == pytest.approx(50 * 100)
    assert plots.loc["a", "block_id"] != plots.loc["b", "block_id"]
    assert_tiles(made, box(0, 0, 400, 100))


def test_a_road_that_ends_inside_makes_no_block() -> None:
    town = houses({"a": box(10, 40, 30, 60)})
    made = make_plots(town, committees(TOWN), roads(LineString([(50, -10), (50, 50)])))
    assert len(made.plots) == 2  # one plot of committee A, and B without a building
    assert_tiles(made, box(0, 0, 400, 100))


def test_a_border_bends_round_a_building_that_stands_on_it() -> None:
    town = houses({"a": box(185, 40, 210, 60), "b": box(300, 40, 320, 60)})
    made = make_plots(town, committees(TOWN))
    assert_tiles(made, box(0, 0, 400, 100))
    assert_whole(made, town)
    assert made.committees.geometry["A"].area == pytest.approx(200 * 100 + 10 * 20, abs=0.5)
    (place,) = made.report.across_border
    assert place.ids == ("a", "A", "B")
    assert place.area_m2 == pytest.approx(200)


def test_a_building_on_the_road_is_whole_and_listed() -> None:
    town = houses({"a": box(30, 40, 60, 60), "b": box(150, 40, 170, 60)})
    made = make_plots(town, committees(TOWN), roads(LineString([(50, -10), (50, 110)])))
    assert_whole(made, town)
    assert [place.ids for place in made.report.across_barrier] == [("a",)]
    assert_tiles(made, box(0, 0, 400, 100))


def test_a_building_over_the_towns_edge_stays_whole_and_one_mostly_outside_gets_no_plot() -> None:
    town = houses({"in": box(10, 80, 20, 104), "out": box(100, 95, 110, 130), "far": box(0, 500, 9, 509)})
    made = make_plots(town, committees(TOWN))
    assert_whole(made, town, ["in"])
    assert {place.ids[0] for place in made.report.outside} == {"out", "far"}
    assert_tiles(made, box(0, 0, 400, 100), bent_m2=40)
    assert made.building_plots.index.tolist() == ["in"]


def test_copies_and_nested_parts_share_a_plot_and_their_residents_are_added() -> None:
    town = houses(
        {"a": box(10, 40, 30, 60), "copy": box(10, 40, 30, 60), "part": box(12, 42, 20, 50)},
        residents=[10.0, 5.0, 2.0],
    )
    made = make_plots(town, committees(TOWN))
    assert made.plots["building_code"].dropna().tolist() == ["a"]
    assert made.plots.set_index("building_code").loc["a", "residents"] == 17.0
    assert set(made.building_plots) == {made.building_plots["a"]}
    assert sorted(place.ids for place in made.report.duplicates) == [("a", "copy"), ("a", "part")]


def test_of_two_overlapping_buildings_the_smaller_keeps_the_ground() -> None:
    town = houses({"big": box(10, 40, 50, 60), "small": box(45, 40, 60, 60)})
    made = make_plots(town, committees(TOWN))
    assert_whole(made, town, ["small"])
    (place,) = made.report.overlaps
    assert place.ids == ("small", "big")
    assert place.area_m2 == pytest.approx(100)
    assert_tiles(made, box(0, 0, 400, 100))


def test_sites_without_a_footprint_get_no_plot_and_are_listed() -> None:
    town = houses({"a": box(10, 40, 30, 60), "site": Point(50, 50), "unlocated": None})
    made = make_plots(town, committees(TOWN))
    assert {place.ids[0] for place in made.report.without_footprint} == {"site", "unlocated"}
    assert made.building_plots.index.tolist() == ["a"]


def test_a_footprint_that_crosses_itself_is_mended_and_listed() -> None:
    bow = Polygon([(10, 40), (30, 60), (30, 40), (10, 60)])
    made = make_plots(houses({"bow": bow, "b": box(100, 40, 120, 60)}), committees(TOWN))
    assert [place.ids for place in made.report.invalid] == [("bow",)]
    assert_tiles(made, box(0, 0, 400, 100))


def test_committees_that_overlap_or_gape_are_listed_and_still_tiled() -> None:
    shapes = {"A": box(0, 0, 205, 100), "B": box(200, 0, 300, 100), "C": box(302, 0, 400, 100)}
    town = houses({"a": box(10, 40, 30, 60), "c": box(350, 40, 370, 60)})
    made = make_plots(town, committees(shapes))
    assert [place.ids for place in made.report.committee_overlaps] == [("A", "B")]
    assert made.report.committee_overlaps[0].area_m2 == pytest.approx(500)
    assert shapely.coverage_is_valid(made.plots.geometry.to_numpy())
    assert_whole(made, town)


def test_a_hole_between_committees_is_listed_as_a_gap() -> None:
    ring = {
        "A": box(0, 0, 50, 100),
        "B": box(50, 0, 100, 40),
        "C": box(50, 60, 100, 100),
        "D": box(90, 40, 100, 60),
    }
    made = make_plots(houses({"a": box(10, 40, 30, 60)}), committees(ring))
    assert [round(place.area_m2) for place in made.report.committee_gaps] == [800]


def test_a_committee_in_two_pieces_is_listed_and_tiled() -> None:
    shapes = {"A": MultiPolygon([box(0, 0, 100, 100), box(300, 0, 400, 100)]), "B": box(100, 0, 300, 100)}
    town = houses({"a": box(10, 40, 30, 60), "c": box(350, 40, 370, 60)})
    made = make_plots(town, committees(shapes))
    assert [place.ids for place in made.report.committees_in_pieces] == [("A",)]
    assert_tiles(made, box(0, 0, 400, 100))


def test_without_polygons_the_committees_follow_from_the_buildings() -> None:
    town = houses(
        {f"h{i}": box(40 * i, 0, 40 * i + 20, 15) for i in range(6)},
        committee_code=["A", "A", "A", "B", "B", "B"],
    )
    made = make_plots(town, None)
    assert made.committees.index.tolist() == ["A", "B"]
    assert_whole(made, town)
    assert shapely.coverage_is_valid(made.plots.geometry.to_numpy())
    border = made.committees.geometry["A"].intersection(made.committees.geometry["B"])
    assert border.centroid.x == pytest.approx(110, abs=1)
    with pytest.raises(InputError, match="lie nowhere: h5"):
        make_plots(town.assign(committee_code=["A", "A", "A", "B", "B", None]), None)
    with pytest.raises(InputError, match="needs a committee_code"):
        make_plots(town.drop(columns="committee_code"), None)


def test_a_record_that_names_another_committee_is_listed_and_the_ground_decides() -> None:
    town = houses({"a": box(10, 40, 30, 60), "b": box(300, 40, 320, 60)}, committee_code=["B", "B"])
    made = make_plots(town, committees(TOWN))
    assert [place.ids for place in made.report.other_committee] == [("a", "B", "A")]
    assert made.plots.set_index("building_code").loc["a", "committee_code"] == "A"


def test_compound_codes_come_from_records_and_then_from_polygons() -> None:
    town = houses({"a": box(10, 40, 30, 60), "b": box(90, 40, 110, 60)}, compound_code=["x", None])
    around = gpd.GeoDataFrame({"compound_code": ["y"]}, geometry=[box(0, 0, 200, 100)], crs=CRS)
    made = make_plots(town, committees(TOWN), compounds=around)
    assert made.plots.set_index("building_code")["compound_code"].loc[["a", "b"]].tolist() == ["x", "y"]


def test_the_other_layers_may_come_in_another_system_but_not_without_one() -> None:
    town = houses({"a": box(500010, 3450040, 500030, 3450060)})
    area = committees({"A": box(500000, 3450000, 500200, 3450100)})
    made = make_plots(town, area.to_crs(4326))
    assert made.plots.crs == town.crs
    assert made.plots.area.sum() == pytest.approx(20000, rel=1e-6)
    with pytest.raises(CrsError):
        make_plots(town, area.set_crs(None, allow_override=True))
    with pytest.raises(CrsError, match="metres"):
        make_plots(town.to_crs(4326), area)
    with pytest.raises(CrsError, match="metres"):
        make_plots(town.to_crs(2232), area)


def test_codes_that_repeat_are_refused_by_name() -> None:
    twice = houses({"a": box(10, 40, 30, 60), "b": box(90, 40, 110, 60)})
    twice.index = ["a", "a"]
    with pytest.raises(InputError, match="repeat: a"):
        make_plots(twice, committees(TOWN))
    with pytest.raises(InputError, match="no buildings"):
        make_plots(twice.iloc[:0], committees(TOWN))


@pytest.mark.parametrize("seed", range(6))
def test_random_towns_are_tiled_with_every_building_whole(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = {}
    for i in range(10):
        for j in range(6):
            w, h = rng.uniform(6, 24), rng.uniform(6, 14)
            x, y = 40 * i + rng.uniform(0, 40 - w), 17 * j + rng.uniform(0, 17 - h)
            shapes[f"b{i}{j}"] = shapely.affinity.rotate(box(x, y, x + w, y + h), rng.uniform(-3, 3))
    town = houses(shapes)
    town = town[~pd.Series(_overlapping(town), index=town.index)]
    bars = roads(
        LineString([(rng.uniform(50, 150), -5), (rng.uniform(50, 150), 50), (rng.uniform(50, 150), 105)]),
        LineString([(-5, rng.uniform(20, 80)), (405, rng.uniform(20, 80))]),
    )
    made = make_plots(town, committees(TOWN), bars)
    inside = [code for code in town.index if code in made.building_plots.index]
    assert_whole(made, town, inside)
    bent = made.plots.union_all().symmetric_difference(box(0, 0, 400, 100)).area
    assert (
        bent <= town.difference(box(0, 0, 400, 100)).area.sum() + 0.05
    )  # outlines lie on a millimetre raster
    assert_tiles(made, made.plots.union_all())


def _overlapping(town: gpd.GeoDataFrame) -> np.ndarray:
    one, two = town.sindex.query(town.geometry, predicate="intersects")
    bad = np.zeros(len(town), dtype=bool)
    bad[one[one > two]] = True
    return bad


DATA = os.environ.get("WANGGE_SAMPLE_DATA", "")


@pytest.mark.skipif(not DATA, reason="WANGGE_SAMPLE_DATA names no folder with sample data")
@pytest.mark.parametrize(
    ("file", "crs"), [("suzhou_buildings", 4549), ("shenzhen_nanshan_buildings_exploded", 4547)]
)
def test_real_footprints_become_plots_with_every_non_overlapping_building_whole(file: str, crs: int) -> None:
    town = gpd.read_parquet(Path(DATA) / f"{file}.parquet").to_crs(crs)
    town.index = [f"B{i}" for i in range(len(town))]
    x0, y0, x1, y1 = town.total_bounds + np.array([-30, -30, 30, 30])
    middle = (x0 + x1) / 2
    area = gpd.GeoDataFrame(
        {"code": ["A", "B"]}, geometry=[box(x0, y0, middle, y1), box(middle, y0, x1, y1)], crs=crs
    )
    made = make_plots(town, area)
    assert shapely.coverage_is_valid(made.plots.geometry.to_numpy())
    assert made.plots.area.sum() == pytest.approx(box(x0, y0, x1, y1).area)
    contested = {code for place in made.report.overlaps + made.report.duplicates for code in place.ids}
    free = [code for code in town.index if code not in contested and town.geometry[code].is_valid]
    by_code = made.plots.dropna(subset="building_code").set_index("building_code").geometry
    ground = town.geometry.loc[free]
    lost = shapely.area(shapely.difference(ground.to_numpy(), by_code.loc[free].to_numpy()))
    assert len(free) > 0.99 * len(town)
    assert (lost / ground.area.to_numpy()).max() < 0.002
    assert (made.plots.geometry.geom_type == "Polygon").all()


def test_a_sliver_that_collapses_to_a_line_does_not_spoil_its_neighbour() -> None:
    """Found on the demo town of 60,000 residents: a union on the raster left a line beside the polygon."""
    from grids.plots.blocks import _ground

    mixed = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.LineString([(1, 0), (2, 0)])])
    assert _ground(mixed).equals(shapely.box(0, 0, 1, 1))
