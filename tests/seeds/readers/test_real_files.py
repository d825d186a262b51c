"""The real files: codes of Shanghai, footprints of Suzhou and Nanshan, blocks of Denver, encodings of others."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest


def test_shanghais_subdistricts_and_committees_keep_their_codes(sample: Any, load: Any) -> None:
    streets, _ = load("areas", sample("shanghai_streets_2023.csv"))
    committees, reading = load("areas", sample("shanghai_juweihui_villages_2023.csv.gz"))
    assert (len(streets), len(committees)) == (234, 6509)
    assert set(streets.kind) == {"subdistrict"}
    assert set(committees.kind) == {"committee"}
    assert committees.code.str.fullmatch(r"31\d{10}").all()
    assert committees.parent_code.isin(streets.code).all()
    assert [p.kind for p in reading.report.file_problems] == ["kind_guessed"]


def test_the_outlines_of_the_subdistricts_are_placed(sample: Any, load: Any) -> None:
    frame, _ = load(
        "areas", sample("shanghai_subdistricts_osm_wgs84.parquet"), mapping={"kind": "=subdistrict"}
    )
    assert len(frame) == 111
    assert set(frame.geom_type) == {"MultiPolygon"}
    assert frame.is_valid.all()


def test_suzhous_buildings_become_a_town_of_one_committee(sample: Any, load: Any) -> None:
    path = sample("suzhou_buildings.parquet")
    _, reading = load("buildings", path)
    assert "codes_repeat" in {p.kind for p in reading.report.file_problems}  # its Id is 0 throughout
    frame, reading = load("buildings", path, mapping={"code": "=SZ{row}", "committee_code": "=320508001001"})
    assert len(frame) == 3076
    assert frame.floors.sum() > 3076
    assert reading.report.loadable
    assert frame.is_valid.all()


def test_nanshans_buildings_are_read_and_three_are_repaired(sample: Any, load: Any, kinds_of: Any) -> None:
    path = sample("shenzhen_nanshan_buildings_exploded.parquet")
    frame, reading = load("buildings", path, mapping={"code": "=NS{row}"})
    assert len(frame) == 5438
    assert kinds_of(reading) == {"repaired": 3}
    assert frame.is_valid.all()


def test_denvers_blocks_come_from_feet_to_degrees(sample: Any, load: Any) -> None:
    mapping = {"kind": "=block", "code": "geoid", "name": "geoid"}
    frame, reading = load("areas", sample("denver_blocks.parquet"), mapping=mapping)
    assert len(frame) == 10_149
    assert reading.report.crs == "EPSG:2232"
    assert frame.parent_code.nunique() > 100
    west, south, east, north = frame.total_bounds
    assert -105.2 < west < east < -104.5
    assert 39.6 < south < north < 40.0


def test_denvers_precincts_come_out_of_their_archive(sample: Any, load: Any) -> None:
    mapping = {"kind": "=zone", "code": "=P{row}", "name": "=P{row}"}
    for name in ("denver_precincts_orig.zip", "denver_precincts_repaired.zip"):
        frame, reading = load("areas", sample(name), mapping=mapping)
        assert len(frame) == 356
        assert reading.report.loadable


def test_roads_and_railways_of_the_city_are_barriers(sample: Any, load: Any, kinds_of: Any) -> None:
    roads, _ = load("barriers", sample("shanghai_huangpu_roads_osm.parquet"))
    assert len(roads) == 796
    lines, reading = load("barriers", sample("shanghai_transport_barriers_osm.parquet"))
    assert len(lines) == 403
    assert kinds_of(reading)["wrong_shape"] == 226  # stations are points


@pytest.fixture
def fixtures(sample: Any, tmp_path: Path) -> Path:
    with zipfile.ZipFile(sample("encoding_fixtures.zip")) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def test_a_gbk_shapefile_without_cpg_is_read(fixtures: Path, load: Any) -> None:
    mapping = {"kind": "=zone", "code": "ADCODE99"}
    frame, reading = load("areas", fixtures / "geotools/chinese_poly.shp", mapping=mapping)
    assert frame.name.tolist() == ["黑龙江省"]
    assert reading.report.encoding == "gb18030"


def test_a_gbk_shapefile_with_a_language_byte_and_a_big5_one_with_cpg_are_read(
    fixtures: Path, load: Any
) -> None:
    options = {"mapping": {"code": "=X", "name": "NAME"}, "crs": 3857}
    simplified, _ = load("buildings", fixtures / "mapshaper/dbf/ldid/chinese.shp", **options)
    traditional, _ = load("buildings", fixtures / "mapshaper/dbf/cpg/big5.shp", **options)
    assert simplified.name.tolist() == ["简体"]
    assert traditional.name.tolist() == ["國語"]


def test_absurd_coordinates_are_rejected(fixtures: Path, load: Any, kinds_of: Any) -> None:
    path = fixtures / "mapshaper/issues/invalid_coords/invalid_coordinates.shp"
    frame, reading = load("buildings", path, mapping={"code": "=X"})
    assert frame.empty
    assert kinds_of(reading)["bad_coordinates"] == 1
