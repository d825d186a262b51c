from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
import typer
from typer.testing import CliRunner

from geo_service.cli.convert import convert
from geo_service.cli.vector_files import read_layer


def run(*arguments):
    app = typer.Typer()
    app.command()(convert)
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def square(tmp_path):
    path = tmp_path / "square.geojson"
    gpd.GeoDataFrame({"name": ["人民广场"]}, geometry=[shapely.Point(121.4737, 31.2304)], crs=4326).to_file(
        path
    )
    return path


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp", ".parquet"])
@pytest.mark.parametrize(
    ("crs", "lon", "lat"), [("gcj02", 121.478223059, 31.228457738), ("bd09", 121.484781469, 31.234310594)]
)
def test_a_place_goes_to_the_known_shifted_coordinates_and_back(square, tmp_path, suffix, crs, lon, lat):
    there, back = tmp_path / f"there{suffix}", tmp_path / "back.geojson"
    result = run(square, there, "--to", crs)
    assert result.exit_code == 0, result.stderr
    assert crs in result.stderr
    point = (gpd.read_parquet(there) if suffix == ".parquet" else gpd.read_file(there)).geometry[0]
    assert (point.x, point.y) == pytest.approx((lon, lat), abs=1e-8)
    assert run(there, back, "--from", crs, "--to", 4326).exit_code == 0
    again = read_layer(back).geometry[0]
    assert (again.x, again.y) == pytest.approx((121.4737, 31.2304), abs=1e-8)


def test_a_place_goes_to_the_towns_metric_system(square, tmp_path):
    assert run(square, tmp_path / "metric.gpkg", "--to", "EPSG:4549").exit_code == 0
    moved = gpd.read_file(tmp_path / "metric.gpkg")
    assert moved.crs.to_epsg() == 4549
    assert moved.geometry[0].x == pytest.approx(640412.32, abs=0.01)
    assert moved["name"].tolist() == ["人民广场"]


def test_geojson_keeps_the_system_that_was_asked_for(square, tmp_path):
    run(square, tmp_path / "metric.geojson", "--to", "EPSG:4549")
    assert gpd.read_file(tmp_path / "metric.geojson").crs.to_epsg() == 4549


@pytest.mark.parametrize(
    "arguments", [("--to", "shanghai2000"), ("--to", "nonsense"), ("--from", "EPSG:999999")]
)
def test_unknown_systems_are_refused_with_a_sentence(square, tmp_path, arguments):
    result = run(square, tmp_path / "out.gpkg", *arguments)
    assert result.exit_code == 2
    assert result.stderr.strip()
    assert not (tmp_path / "out.gpkg").exists()
