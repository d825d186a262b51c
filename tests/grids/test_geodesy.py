"""Reference systems: published vectors, round trips, and the mistakes that must be refused or seen."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from grids import geodesy
from grids.errors import CrsError

PEOPLE_SQUARE = (121.4737, 31.2304)


def town(count: int = 400, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).uniform((121.46, 31.22), (121.48, 31.24), (count, 2))


def as_gcj02(points: np.ndarray) -> np.ndarray:
    return np.column_stack(geodesy.gcj02_from_wgs84(points[:, 0], points[:, 1]))


def test_gcj02_and_bd09_of_peoples_square_are_the_published_ones() -> None:
    gcj = geodesy.gcj02_from_wgs84(*PEOPLE_SQUARE)
    assert np.allclose(gcj, (121.478223059, 31.228457738), atol=6e-10, rtol=0)
    assert np.allclose(geodesy.bd09_from_gcj02(*gcj), (121.484781469, 31.234310594), atol=6e-10, rtol=0)


def test_the_gcj02_shift_in_shanghai_is_some_476_m() -> None:
    gcj = geodesy.gcj02_from_wgs84(*PEOPLE_SQUARE)
    assert geodesy.haversine_m(*PEOPLE_SQUARE, *gcj) == pytest.approx(482, abs=10)


@given(lon=st.floats(73.5, 135), lat=st.floats(4, 53.5))
def test_there_and_back_closes_within_a_tenth_of_a_millimetre(lon: float, lat: float) -> None:
    gcj = geodesy.gcj02_from_wgs84(lon, lat)
    assert geodesy.haversine_m(lon, lat, *geodesy.wgs84_from_gcj02(*gcj)) < 1e-4
    baidu = geodesy.bd09_from_gcj02(*gcj)
    assert geodesy.haversine_m(*gcj, *geodesy.gcj02_from_bd09(*baidu)) < 1e-4


def test_a_missing_coordinate_does_not_spoil_its_neighbours() -> None:
    lon, lat = geodesy.wgs84_from_gcj02([np.nan, 121.478223059], [31.2, 31.228457738])
    assert np.isnan(lon[0])
    assert geodesy.haversine_m(lon[1], lat[1], *PEOPLE_SQUARE) < 1e-3


def test_places_outside_china_are_not_shifted() -> None:
    paris = (np.array([2.35, -120.0]), np.array([48.85, 38.0]))
    assert np.array_equal(geodesy.gcj02_from_wgs84(*paris), paris)
    assert np.array_equal(geodesy.wgs84_from_gcj02(*paris), paris)


def test_the_metric_system_of_shanghai_has_easting_before_northing() -> None:
    point = geodesy.transform(gpd.GeoSeries([Point(121.47, 31.23)], crs=4326), None, 4549).iloc[0]
    assert (round(point.x, 2), round(point.y, 2)) == (640060.34, 3457406.44)


def test_a_frame_in_bd09_arrives_in_metres_where_the_wgs84_one_does() -> None:
    true = gpd.GeoDataFrame(
        {"code": ["a", "b"]}, geometry=[box(121.47, 31.22, 121.48, 31.23), None], crs=4326, index=[7, 9]
    )
    baidu = geodesy.transform(true, None, "BD-09")
    assert baidu.crs is None
    assert list(baidu.index) == [7, 9]
    back = geodesy.transform(baidu, "bd09", 4549)
    assert back.geometry.iloc[0].hausdorff_distance(true.to_crs(4549).geometry.iloc[0]) < 1e-3
    assert back.geometry.iloc[1] is None


def test_heights_survive_the_shift() -> None:
    line = gpd.GeoSeries([LineString([(121.4, 31.2, 7.0), (121.5, 31.3, 8.0)])], crs=4326)
    assert [c[2] for c in geodesy.transform(line, None, "gcj02").iloc[0].coords] == [7.0, 8.0]


def test_coordinates_without_a_stated_system_are_refused() -> None:
    with pytest.raises(CrsError, match="not stated"):
        geodesy.transform(gpd.GeoSeries([Point(1, 1)]), None, 4326)


@pytest.mark.parametrize("name", ["上海2000", "no such system", "EPSG:1"])
def test_unknown_systems_and_shanghai_2000_are_refused(name: str) -> None:
    with pytest.raises(CrsError):
        geodesy.named_crs(name)


def test_each_town_gets_the_metres_of_its_place() -> None:
    def epsg(lon: float, lat: float) -> int | None:
        return geodesy.metric_crs(gpd.GeoSeries([Point(lon, lat)], crs=4326)).to_epsg()

    assert [epsg(121.9, 31.0), epsg(113.93, 22.52), epsg(116.3, 40.0), epsg(-105.0, 39.7)] == [
        4549,
        4547,
        4548,
        32613,
    ]


def test_degrees_feet_and_mercator_are_no_metres() -> None:
    square = gpd.GeoSeries([box(121.47, 31.22, 121.48, 31.23)], crs=4326)
    assert geodesy.require_metric(geodesy.to_metric(square)).to_epsg() == 4549
    for wrong in (4326, 3857, 2232):
        with pytest.raises(CrsError):
            geodesy.require_metric(square.to_crs(wrong))


def test_area_on_the_ellipsoid_agrees_with_the_metric_system_and_not_with_mercator() -> None:
    square = gpd.GeoSeries([box(121.47, 31.22, 121.48, 31.23)], crs=4326)
    true_m2 = geodesy.geodesic_area_m2(square)[0]
    assert square.to_crs(4549).area.iloc[0] / true_m2 == pytest.approx(1.0005, abs=2e-4)
    assert square.to_crs(3857).area.iloc[0] / true_m2 == pytest.approx(1.37, abs=5e-3)


def test_distances_broadcast_and_agree_on_sphere_and_ellipsoid() -> None:
    assert round(float(geodesy.haversine_m(121.4737, 31.2304, 121.4837, 31.2304))) == 951
    sphere = geodesy.haversine_m(121.47, 31.23, [121.48, 121.49], [31.23, 31.24])
    ellipsoid = geodesy.geodesic_distance_m(121.47, 31.23, [121.48, 121.49], [31.23, 31.24])
    assert np.allclose(sphere, ellipsoid, rtol=4e-3)


def test_buildings_from_a_web_map_are_recognised_as_shifted() -> None:
    homes = town()
    wobbly = as_gcj02(homes) + np.random.default_rng(1).normal(0, 1e-5, homes.shape)
    assert geodesy.looks_shifted_like_gcj02(wobbly[:200], homes)
    assert geodesy.looks_shifted_like_gcj02(wobbly, homes, paired=True)


def test_honest_points_and_strangers_are_not_called_shifted() -> None:
    homes = town()
    assert not geodesy.looks_shifted_like_gcj02(homes, homes)
    assert not geodesy.looks_shifted_like_gcj02(town(seed=8), homes)
    assert not geodesy.looks_shifted_like_gcj02(town(seed=8) + np.array([0.0045, -0.002]), homes)
    assert not geodesy.looks_shifted_like_gcj02(homes + np.array([0.0045, 0.002]), homes, paired=True)
    assert not geodesy.looks_shifted_like_gcj02(as_gcj02(homes)[:5], homes)


def test_pairs_with_a_missing_half_are_left_out() -> None:
    homes = town(60)
    known = homes.copy()
    known[:10] = np.nan
    assert geodesy.looks_shifted_like_gcj02(as_gcj02(homes), known, paired=True)


def test_a_polygon_keeps_its_holes_through_the_shift() -> None:
    ring = Polygon(box(0, 0, 9, 9).exterior.coords, [box(3, 3, 6, 6).exterior.coords])
    frame = gpd.GeoSeries([ring], crs=pyproj.CRS.from_epsg(4326), name="geometry")
    assert len(geodesy.transform(frame, None, "gcj02").iloc[0].interiors) == 1
