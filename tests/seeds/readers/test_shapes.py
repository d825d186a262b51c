"""Geometry: any system, any of the usual mistakes, seen or put right."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, MultiPoint, Point, Polygon, box

from grids.geodesy import transform
from seeds.readers import Context, ReaderError

TOWN = (121.44, 31.20, 121.50, 31.26)

BOWTIE = Polygon([(121.47, 31.22), (121.48, 31.23), (121.48, 31.22), (121.47, 31.23)])


def homes(count: int = 30) -> gpd.GeoDataFrame:
    corners = np.random.default_rng(2).uniform((121.45, 31.21), (121.49, 31.25), (count, 2))
    squares = [box(x, y, x + 2e-4, y + 1e-4) for x, y in corners]
    return gpd.GeoDataFrame({"code": [f"B{i}" for i in range(count)]}, geometry=squares, crs=4326)


def far_m(ours: gpd.GeoDataFrame, true: gpd.GeoDataFrame) -> float:
    here, there = ours.to_crs(4549).geometry.centroid, true.to_crs(4549).geometry.centroid
    return float(here.reset_index(drop=True).distance(there.reset_index(drop=True)).max())


def save(frame: gpd.GeoDataFrame, path: Path, **options: Any) -> Path:
    frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_file(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "epsg"),
    [("b.geojson", 4326), *product(["b.gpkg", "b.shp", "b.parquet"], [4326, 4490, 4549, 3857])],
)
def test_every_format_and_system_arrives_in_wgs84(name: str, epsg: int, tmp_path: Path, load: Any) -> None:
    frame, reading = load("buildings", save(homes().to_crs(epsg), tmp_path / name))
    assert frame.crs.to_epsg() == 4326
    assert far_m(frame, homes()) < 0.01
    assert reading.report.crs == f"EPSG:{epsg}"
    assert set(frame.kind) == {"building"}


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_a_shifted_file_is_put_back_when_named(crs: str, tmp_path: Path, load: Any) -> None:
    moved = transform(homes(), None, crs).set_crs(4326)
    frame, reading = load("buildings", save(moved, tmp_path / "b.gpkg"), crs=crs)
    assert far_m(frame, homes()) < 0.01
    assert reading.report.crs == crs


def known(frame: gpd.GeoDataFrame) -> Context:
    bounds = frame.bounds
    points = pd.DataFrame({"lon": (bounds.minx + bounds.maxx) / 2, "lat": (bounds.miny + bounds.maxy) / 2})
    return Context(extent=TOWN, building_points=points.set_axis(pd.Index(frame["code"])))


def test_an_unnamed_gcj02_shift_against_the_loaded_buildings_stops_the_load(
    tmp_path: Path, load: Any
) -> None:
    moved = save(transform(homes(), None, "gcj02").set_crs(4326), tmp_path / "b.gpkg")
    _, reading = load("buildings", moved, context=known(homes()))
    assert [(p.kind, p.severity) for p in reading.report.file_problems] == [("looks_like_gcj02", "error")]
    assert not reading.report.loadable


def test_other_codes_at_the_same_places_show_the_shift_too(tmp_path: Path, load: Any) -> None:
    moved = transform(homes(), None, "gcj02").set_crs(4326).assign(code=[f"N{i}" for i in range(30)])
    _, reading = load("buildings", save(moved, tmp_path / "b.gpkg"), context=known(homes()))
    assert not reading.report.loadable


def test_an_honest_file_passes_and_a_stated_system_is_only_warned_about(tmp_path: Path, load: Any) -> None:
    _, honest = load("buildings", save(homes(), tmp_path / "b.gpkg"), context=known(homes()))
    assert honest.report.file_problems == []
    moved = save(transform(homes(), None, "gcj02").set_crs(4326), tmp_path / "m.gpkg")
    _, stated = load("buildings", moved, context=known(homes()), crs="EPSG:4326")
    assert [p.severity for p in stated.report.file_problems] == ["warning"]


@pytest.mark.parametrize("epsg", [4326, 4549])
def test_coordinates_swapped_throughout_are_put_right_and_said(epsg: int, tmp_path: Path, load: Any) -> None:
    swapped = homes().to_crs(epsg)
    swapped.geometry = shapely.transform(swapped.geometry.values, lambda xy: xy[:, ::-1])
    frame, reading = load("buildings", save(swapped, tmp_path / "b.gpkg"))
    assert far_m(frame, homes()) < 0.01
    assert [p.kind for p in reading.report.file_problems] == ["swapped"]


def test_a_single_swapped_row_is_rejected(tmp_path: Path, load: Any) -> None:
    frame = homes()
    frame.loc[3, "geometry"] = box(31.2, 121.4, 31.3, 121.5)
    kept, reading = load("buildings", save(frame, tmp_path / "b.gpkg"))
    assert len(kept) == 29
    assert [(p.row, p.kind) for p in reading.report.problems if p.severity == "error"] == [(4, "swapped_row")]


def test_metres_labelled_as_degrees_are_refused_with_advice(tmp_path: Path, load: Any) -> None:
    metres = homes().to_crs(4549).set_crs(4326, allow_override=True)
    with pytest.raises(ReaderError, match="not degrees"):
        load("buildings", save(metres, tmp_path / "b.parquet"))
    frame, _ = load("buildings", tmp_path / "b.parquet", crs=4549)
    assert far_m(frame, homes()) < 0.01


def test_metres_without_any_label_are_refused_and_degrees_assumed(tmp_path: Path, load: Any) -> None:
    bare = homes().to_crs(4549).set_crs(None, allow_override=True)
    with pytest.raises(ReaderError, match="No reference system"):
        load("buildings", save(bare, tmp_path / "b.parquet"))
    degrees = homes().set_crs(None, allow_override=True)
    _, reading = load("buildings", save(degrees, tmp_path / "d.parquet"))
    assert [p.kind for p in reading.report.file_problems] == ["crs_assumed"]


def test_one_building_50_km_away_is_rejected_and_a_whole_file_stops_the_load(
    tmp_path: Path, load: Any
) -> None:
    frame = homes()
    frame.loc[0, "geometry"] = box(120.80, 31.21, 120.81, 31.22)  # 61 km west
    frame.loc[1, "geometry"] = box(121.00, 31.21, 121.01, 31.22)  # 41 km west
    kept, reading = load("buildings", save(frame, tmp_path / "b.gpkg"), context=Context(extent=TOWN))
    assert len(kept) == 29
    assert [(p.row, p.kind) for p in reading.report.problems] == [(1, "outside_town")]
    assert reading.report.loadable
    away = homes()
    away.geometry = away.translate(-5, 3)
    _, reading = load("buildings", save(away, tmp_path / "a.gpkg"), context=Context(extent=TOWN))
    assert "crs_wrong" in {p.kind for p in reading.report.file_problems}
    assert not reading.report.loadable


def test_the_wrong_zone_is_noticed_by_distance(tmp_path: Path, load: Any) -> None:
    mislabelled = homes().to_crs(4549).set_crs(4548, allow_override=True)
    _, reading = load("buildings", save(mislabelled, tmp_path / "b.gpkg"), context=Context(extent=TOWN))
    assert not reading.report.loadable


def test_a_self_intersecting_outline_is_repaired_with_a_note(tmp_path: Path, load: Any) -> None:
    frame = gpd.GeoDataFrame(
        {"code": ["a", "b"]}, geometry=[BOWTIE, box(121.47, 31.22, 121.48, 31.23)], crs=4326
    )
    kept, reading = load("grids", save(frame, tmp_path / "g.gpkg"))
    assert kept.is_valid.all()
    assert set(kept.geom_type) == {"MultiPolygon"}
    assert [(p.row, p.kind, p.severity) for p in reading.report.problems] == [(1, "repaired", "warning")]


def test_an_outline_that_encloses_nothing_is_rejected(tmp_path: Path, load: Any) -> None:
    flat = Polygon([(121.47, 31.22), (121.48, 31.23), (121.47, 31.22)])
    frame = gpd.GeoDataFrame({"code": ["a"]}, geometry=[flat], crs=4326)
    kept, reading = load("grids", save(frame, tmp_path / "g.parquet"))
    assert kept.empty
    assert reading.report.counts["bad_geometry", "geometry", "error"] == 1


def test_mixed_types_are_sorted_out_row_by_row(tmp_path: Path, load: Any) -> None:
    square, road = box(121.47, 31.22, 121.48, 31.23), LineString([(121.47, 31.22), (121.48, 31.23)])
    shapes = [
        square,
        road,
        Point(121.47, 31.22),
        shapely.GeometryCollection([square, road]),
        None,
        MultiPoint([(121.47, 31.2)]),
    ]
    frame = gpd.GeoDataFrame({"code": list("abcdef")}, geometry=shapes, crs=4326)
    kept, reading = load("grids", save(frame, tmp_path / "g.parquet"))
    assert kept.code.tolist() == ["a", "d"]
    assert {(p.row, p.kind) for p in reading.report.problems} == {
        (2, "wrong_shape"), (3, "wrong_shape"), (4, "parts_dropped"), (5, "no_geometry"), (6, "wrong_shape"),
    }  # fmt: skip
    kept, _ = load("barriers", tmp_path / "g.parquet", mapping={"kind": "=river"})
    assert kept.geom_type.tolist() == ["LineString", "LineString"]
    kept, _ = load("buildings", tmp_path / "g.parquet")
    assert kept.kind.tolist() == ["building", "site", "building", "unlocated", "site"]


def test_heights_are_dropped(tmp_path: Path, load: Any) -> None:
    frame = gpd.GeoDataFrame(
        {"code": ["a"]}, geometry=[shapely.force_3d(box(121.4, 31.2, 121.5, 31.3), 9.0)], crs=4326
    )
    kept, _ = load("grids", save(frame, tmp_path / "g.gpkg"))
    assert not kept.has_z.any()


def test_coordinates_that_are_no_numbers_are_rejected(write: Any, load: Any) -> None:
    text = "code,lon,lat\nB1,121.47,31.23\nB2,1e300,31.23\nB3,北,31.23\n"
    frame, reading = load("buildings", write("b.csv", text))
    assert frame.code.tolist() == ["B1"]
    assert {(p.row, p.kind) for p in reading.report.problems} == {(3, "bad_coordinates"), (4, "bad_geometry")}


def test_shapes_in_a_text_column_are_read(write: Any, load: Any) -> None:
    shape = box(121.47, 31.22, 121.48, 31.23)
    text = f'code,geometry\nG1,"{shape.wkt}"\nG2,"{shapely.to_geojson(shape).replace(chr(34), chr(34) * 2)}"\nG3,POLY\n'
    frame, reading = load("grids", write("g.csv", text))
    assert all(part.equals(shape) for part in frame.geometry)
    assert {(p.row, p.kind) for p in reading.report.problems} == {(4, "bad_geometry")}


def test_a_building_proper_needs_a_footprint(write: Any, load: Any) -> None:
    text = "code,类型,lon,lat\nB1,楼栋,121.47,31.23\nB2,楼栋,,\nB3,场所,121.47,31.23\nB4,未落图,,\n"
    frame, reading = load("buildings", write("b.csv", text))
    assert frame.code.tolist() == ["B3", "B4"]
    assert {(p.row, p.kind) for p in reading.report.problems} == {(2, "wrong_shape"), (3, "no_geometry")}
