from __future__ import annotations

import json
import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box
from typer.testing import CliRunner

from geo_service.cli.boundaries import app
from geo_service.cli.vector_files import read_layer
from grids.boundaries.coverage import check

EAST, NORTH = 640_000.0, 3_457_000.0
COMMITTEES = ("310117101001", "310117101002")


def run(*arguments):
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return (
        result.exit_code,
        json.loads(result.stdout) if result.stdout.startswith("{") else result.stdout,
        result.stderr,
    )


def layer(boxes, **columns):
    shapes = [shapely.transform(box(*b), lambda xy: xy + np.array([EAST, NORTH])) for b in boxes]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4549)


GRIDS = [(0, 0, 100, 100), (100, 0, 200, 100), (0, 100, 100, 200), (100, 100, 200, 200)]


@pytest.fixture
def files(tmp_path):
    """Writes layers as GeoPackages and gives their paths."""

    def write(name, frame):
        path = tmp_path / name
        frame.to_file(path) if path.suffix != ".parquet" else frame.to_parquet(path)
        return path

    return write


@pytest.fixture
def town(files):
    """Ninety-six houses in two committees with a street between the rows."""
    spots = [(x, y) for x in range(16) for y in range(6)]
    houses = layer(
        [(25 * x + 5, 25 * y + 5, 25 * x + 19, 25 * y + 17) for x, y in spots],
        code=[f"B{n:03d}" for n in range(len(spots))],
        residents=[20 + (7 * n) % 31 for n in range(len(spots))],
        committee=[COMMITTEES[x >= 8] for x, _ in spots],
    )
    areas = layer([(0, 0, 200, 150), (200, 0, 400, 150)], code=list(COMMITTEES))
    street = gpd.GeoDataFrame(
        {"kind": ["local_road"]},
        geometry=[shapely.LineString([(EAST, NORTH + 75), (EAST + 400, NORTH + 75)])],
        crs=4549,
    )
    return {
        "buildings": files("houses.gpkg", houses),
        "committees": files("areas.gpkg", areas),
        "barriers": files("street.gpkg", street),
    }


def test_a_perfect_layer_is_valid_and_exits_0(files):
    path = files("grids.gpkg", layer(GRIDS, grid_code=list("abcd")))
    code, report, _ = run("check", path)
    assert (code, report["valid"]) == (0, True)
    assert [report[kind] for kind in ("gaps", "overlaps", "invalid", "multipart", "slivers")] == [[]] * 5
    assert report["cut_buildings"] == report["crossing_committees"] == []


@pytest.mark.parametrize("name", ["grids.gpkg", "grids.geojson", "grids.shp", "grids.parquet"])
def test_defects_are_reported_in_square_metres_with_ids_and_places_whatever_the_file(files, name):
    dirty = layer([(0, 0, 102, 100), *GRIDS[1:3], (100, 105, 200, 200)], grid_code=list("abcd"))
    path = files(name, dirty.to_crs(4326) if name.endswith("json") else dirty)
    code, report, _ = run("check", path, "--json")
    assert code == 1
    (overlap,) = [o for o in report["overlaps"] if o["area_m2"] > 1]
    assert overlap["ids"] == ["a", "b"]
    assert overlap["area_m2"] == pytest.approx(200, rel=1e-3)
    assert overlap["geometry"]["type"] == "Polygon"
    (gap,) = [g for g in report["gaps"] if g["area_m2"] > 1]
    assert gap["area_m2"] == pytest.approx(500, rel=1e-2)


def test_buildings_committees_and_a_territory_are_checked_too(files, tmp_path):
    grids = files("grids.gpkg", layer(GRIDS, grid_code=list("abcd")))
    house = files("house.gpkg", layer([(90, 40, 110, 60)], code=["B1"]))
    areas = files("areas.gpkg", layer([(0, 0, 120, 200), (120, 0, 250, 200)], code=["K1", "K2"]))
    out = tmp_path / "defects.gpkg"
    code, report, _ = run(
        "check", grids, "--buildings", house, "--committees", areas, "--within", areas, "-o", out
    )
    assert code == 1
    assert report["cut_buildings"][0]["ids"][0] == "B1"
    assert report["crossing_committees"][0]["ids"] == ["b", "K2", "K1"]
    assert report["gaps"][0]["area_m2"] == pytest.approx(10_000)
    assert set(gpd.read_file(out).kind) == {"cut_buildings", "crossing_committees", "gaps"}


@pytest.mark.parametrize("name", ["fixed.gpkg", "fixed.geojson", "fixed.shp", "fixed.parquet"])
def test_a_repaired_layer_is_a_coverage_with_all_its_columns(files, tmp_path, name):
    dirty = layer(
        [(0, 0, 102, 100), *GRIDS[1:3], (100, 103, 200, 200)],
        grid_code=list("abcd"),
        name=["东", "西", "南", "北"],
    )
    code, report, _ = run("repair", files("grids.gpkg", dirty), "-o", tmp_path / name)
    assert (code, report["valid"]) == (0, True)
    assert report["before"]["overlaps"] == 1
    assert {row["id"] for row in report["moved"]} & {"a", "b"}
    written = read_layer(tmp_path / name).to_crs(4549)
    assert written["name"].tolist() == ["东", "西", "南", "北"]
    assert written.area.sum() == pytest.approx(40_000, rel=1e-4)
    assert shapely.coverage_is_valid(written.geometry.to_numpy())


def test_what_a_repair_leaves_open_exits_1(files, tmp_path):
    holed = layer(GRIDS, grid_code=list("abcd"))
    holed.loc[0, "geometry"] = holed.geometry[0].difference(holed.geometry[0].buffer(-30))
    code, report, _ = run("repair", files("grids.gpkg", holed), "-o", tmp_path / "fixed.gpkg")
    assert (code, report["valid"]) == (1, False)
    assert report["left"]["gaps"][0]["area_m2"] == pytest.approx(1600)


def test_plots_tile_the_committees(town, tmp_path):
    out = tmp_path / "plots.gpkg"
    code, report, log = run("plots", "--buildings", town["buildings"], "--committees", town["committees"],
                            "--barriers", town["barriers"], "-o", out)  # fmt: skip
    assert code == 0
    assert report["buildings"] == 96
    plots = gpd.read_file(out)
    assert plots.area.sum() == pytest.approx(60_000)
    assert shapely.coverage_is_valid(plots.geometry.to_numpy())
    assert plots.residents.sum() == gpd.read_file(town["buildings"]).residents.sum()
    assert "making plots" in log


def test_plots_become_micro_grids_with_codes_and_figures(town, tmp_path):
    plots, out, mapped = tmp_path / "plots.gpkg", tmp_path / "grids.gpkg", tmp_path / "mapped.gpkg"
    run("plots", "--buildings", town["buildings"], "--committees", town["committees"], "-o", plots)
    code, report, _ = run("divide", "--plots", plots, "--buildings", town["buildings"], "--barriers", town["barriers"],
                          "--target", 400, "-o", out, "--plots-out", mapped)  # fmt: skip
    assert code == 0
    assert report["within"]
    grids = gpd.read_file(out)
    assert grids.grid_code.str.fullmatch("31011710100[12]00[1-9]").all()
    assert sorted(grids.grid_code) == sorted(row["grid_code"] for row in report["grids"])
    assert (grids.pieces == 1).all()
    weights = gpd.read_file(mapped).groupby("grid_code").residents.sum()
    assert weights.to_dict() == grids.set_index("grid_code").weight.to_dict()
    areas = gpd.read_file(town["committees"]).set_index("code")
    houses = gpd.read_file(town["buildings"]).set_index("code")
    assert check(grids.set_index("grid_code"), areas, houses, areas).valid


def test_buildings_are_divided_in_one_step_and_in_degrees(town, files, tmp_path):
    houses = gpd.read_file(town["buildings"]).to_crs(4326)
    path = files("degrees.geojson", houses)
    out = tmp_path / "grids.geojson"
    code, _, _ = run("divide", "--buildings", path, "--weight", "residents", "--committee", "committee",
                          "--target", 500, "--seed", 3, "-o", out)  # fmt: skip
    assert code == 0
    grids = read_layer(out)
    assert grids.crs.to_epsg() == 4326
    assert {code[:12] for code in grids.grid_code} == set(COMMITTEES)
    again = tmp_path / "again.geojson"
    run("divide", "--buildings", path, "--weight", "residents", "--committee", "committee",
        "--target", 500, "--seed", 3, "-o", again)  # fmt: skip
    assert read_layer(again).equals(grids)


def test_a_committee_that_cannot_be_even_is_named_and_exits_1(files, tmp_path):
    towers = layer([(0, 0, 10, 10), (20, 0, 30, 10), (40, 0, 50, 10)], residents=[3000, 400, 400])
    code, report, _ = run("divide", "--plots", files("p.gpkg", towers.set_geometry(towers.buffer(5, cap_style="square"))),
                          "--target", 1500, "-o", tmp_path / "g.gpkg")  # fmt: skip
    assert code == 1
    assert not report["within"]
    assert report["committees"][0]["reason"]


def test_comparing_says_who_moves_and_writes_the_differences(files, tmp_path, town):
    ours = files("ours.gpkg", layer([(0, 0, 200, 150), (200, 0, 400, 150)], grid_code=["甲", "乙"]))
    theirs = files("theirs.gpkg", layer([(0, 0, 226, 150), (226, 0, 400, 150)], code=["W1", "W2"]))
    out = tmp_path / "differences.gpkg"
    code, report, _ = run(
        "compare", ours, theirs, "--buildings", town["buildings"], "--weight", "residents", "-o", out
    )
    assert code == 1
    assert report["grade"] == "differs"
    assert report["figures"]["moved_buildings"] == 6
    assert {row["building_code"] for row in report["moved_buildings"]} == {f"B{n:03d}" for n in range(48, 54)}
    assert gpd.read_file(out).kind.tolist() == ["real"]


def test_identical_drawings_exit_0_and_slivers_can_be_adopted(files, tmp_path):
    ours = files("ours.gpkg", layer(GRIDS, grid_code=list("abcd")))
    assert run("compare", ours, ours)[0] == 0
    moved = layer([(0, 0, 104, 100), (104, 0, 200, 100), *GRIDS[2:]], code=list("wxyz"))
    theirs = files("theirs.gpkg", moved)
    code, report, _ = run("compare", ours, theirs, "--adopted", tmp_path / "adopted.gpkg")
    assert (code, report["grade"]) == (1, "same_buildings")
    assert run("compare", tmp_path / "adopted.gpkg", theirs)[0] == 0


def test_a_drawing_in_gcj02_can_be_named_so(files, tmp_path):
    from grids.geodesy import transform

    ours = layer(GRIDS, grid_code=list("abcd"))
    shifted = files("gcj.geojson", transform(ours, None, "gcj02").set_crs(4326))
    path = files("ours.gpkg", ours)
    _, unnamed, _ = run("compare", path, shifted)
    assert unnamed["datum"]["kind"] == "theirs_gcj02"
    code, named, _ = run("compare", path, shifted, "--their-crs", "gcj02")
    assert named["datum"]["kind"] == ""
    assert code == 0


def test_a_terminal_reads_words_instead_of_json(files):
    path = files("grids.gpkg", layer([(0, 0, 102, 100), (100, 0, 200, 100)], grid_code=["a", "b"]))
    _, text, _ = run("check", path, "--text")
    assert "有缺陷 / defects" in text
    assert "overlaps: 1 (200.00 m²)" in text
    _, text, _ = run("compare", path, path, "--text")
    assert "高度一致" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "missing.gpkg"),
        ("repair", "grids.gpkg"),
        ("repair", "grids.gpkg", "-o", "out.docx"),
        ("repair", "grids.gpkg", "-o", "nowhere/out.gpkg"),
        ("check", "grids.gpkg", "--id", "nothing"),
        ("check", "text.csv"),
        ("check", "broken.gpkg"),
        ("check", "nowhere.parquet"),
        ("divide", "-o", "out.gpkg"),
        ("divide", "--plots", "grids.gpkg", "--weight", "people", "-o", "out.gpkg"),
        ("compare", "grids.gpkg", "grids.gpkg", "--weight", "people", "--buildings", "grids.gpkg"),
        ("check", "grids.gpkg", "--crs", "EPSG:999999"),
    ],
)
def test_wrong_usage_exits_2_with_a_sentence(files, tmp_path, monkeypatch, arguments):
    files("grids.gpkg", layer(GRIDS, grid_code=list("abcd")))
    (tmp_path / "text.csv").write_text("a,b\n1,2\n")
    (tmp_path / "broken.gpkg").write_bytes(b"SQLite format 3\x00 and then nothing")
    layer(GRIDS, grid_code=list("abcd")).set_crs(None, allow_override=True).to_parquet(
        tmp_path / "nowhere.parquet"
    )
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert code == 2
    assert err.strip()
    assert not out


def test_a_chinese_shapefile_without_its_encoding_is_read(files, tmp_path):
    named = layer(GRIDS, grid_code=list("abcd"), name=["东方苑", "龙华里", "徐泾", "三林"])
    named.to_file(tmp_path / "gbk.shp", encoding="GB18030")
    (tmp_path / "gbk.cpg").unlink(missing_ok=True)
    assert read_layer(tmp_path / "gbk.shp")["name"].tolist() == ["东方苑", "龙华里", "徐泾", "三林"]


def test_denvers_dirty_precincts_are_repaired_from_file_to_file(tmp_path):
    folder = os.environ.get("WANGGE_SAMPLE_DATA")
    if not folder:
        pytest.skip("WANGGE_SAMPLE_DATA names no folder with the Denver precincts")
    dirty = Path(folder) / "denver_precincts_orig.zip"
    code, report, _ = run("check", dirty, "--id", "PRECID")
    assert code == 1
    assert len(report["overlaps"]) == 27
    code, report, _ = run("repair", dirty, "--id", "PRECID", "-o", tmp_path / "fixed.gpkg")
    assert report["after"]["overlaps"] == 0
    assert report["edges_matched"]
    code, report, _ = run("check", tmp_path / "fixed.gpkg", "--id", "PRECID")
    assert report["overlaps"] == report["invalid"] == []
    assert all(gap["area_m2"] > 1000 for gap in report["gaps"])
