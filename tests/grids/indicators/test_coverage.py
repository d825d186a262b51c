from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from grids.indicators.coverage import (
    dwellings_covered,
    evenness,
    link_shares,
    month_target,
    months_covered,
    occupied_with_records,
    omissions,
    organisations_listed,
    recency_days,
    record_links,
    records_covered,
    year_progress,
)


def test_xj4_four_of_five_records_are_80_percent() -> None:
    figures = pd.DataFrame(
        {"records_checked": [len({1, 2, 3, 4})], "residents_at_start": [5], "records_unlinked_at_start": [0]}
    )
    assert records_covered(figures)["value"].item() == 0.8


def test_records_that_arrive_in_the_month_never_push_the_share_past_one() -> None:
    figures = pd.DataFrame(
        {"records_checked": [6], "residents_at_start": [5], "records_unlinked_at_start": [0]}
    )
    row = records_covered(figures)
    assert (row["value"].item(), row["numerator"].item()) == (1.0, 6)


def test_an_area_without_dwellings_has_no_coverage() -> None:
    figures = pd.DataFrame({"dwellings_checked": [0, 3], "dwellings": [0, 4]})
    assert dwellings_covered(figures)["value"].isna().tolist() == [True, False]


def test_fs1_962_of_1000_records_are_linked() -> None:
    figures = pd.DataFrame({"residents": [962], "records_unlinked": [38]})
    assert record_links(figures)["value"].item() == 0.962


def test_occupied_dwellings_with_records_are_the_reverse_link() -> None:
    figures = pd.DataFrame({"dwellings_occupied": [10], "occupied_without_records": [3]})
    assert occupied_with_records(figures)["value"].item() == 0.7


def test_omissions_are_the_unregistered_among_those_found() -> None:
    assert (
        omissions(pd.DataFrame({"ground_to_register": [2], "ground_checked": [80]}))["value"].item() == 0.025
    )


@pytest.mark.parametrize(
    ("residents", "covered", "left", "target"),
    [
        (600, 0, 12, 80),
        (960, 0, 12, 80),
        (961, 0, 12, 81),
        (2400, 0, 12, 200),
        (2400, 1000, 7, 200),
        (2400, 2400, 3, 80),
        (60, 0, 12, 60),
        (0, 0, 12, 0),
    ],
)
def test_the_month_target_of_sg3(residents: int, covered: int, left: int, target: int) -> None:
    assert month_target(residents, covered, left) == target


def test_year_progress_names_the_true_target_and_whether_it_was_met() -> None:
    figures = pd.DataFrame(
        {
            "residents": [2400, 2400, 100],
            "records_unlinked": 0,
            "year_first_records_checked": pd.array([1150, 1200, None], dtype="Int64"),
            "first_records_checked": pd.array([150, 200, None], dtype="Int64"),
            "records_checked": pd.array([199, 200, None], dtype="Int64"),
        }
    )
    table = year_progress(figures, "2024-06")
    assert table["target"].tolist()[:2] == [200, 200]
    assert table["met"].tolist()[:2] == [False, True]
    assert table["value"].tolist()[:2] == [1150 / 2400, 0.5]
    assert table[["value", "target", "met"]].iloc[2].isna().all()


def test_months_covered_counts_months_with_a_check() -> None:
    days = pd.to_datetime(["2024-01-01", "2024-03-01", "2024-03-01", "2023-12-01"])
    months = pd.DataFrame(
        {"building_code": ["b1", "b1", "b2", "b1"], "month": days, "dwellings_checked": [1, 2, 0, 5]}
    )
    table = months_covered(months, "2024-04", pd.Series({"b1": "G1", "b2": "G2"}))
    assert table["value"].to_dict() == {"G1": 0.5, "G2": 0.0}


def test_recency_treats_the_never_checked_as_longest_ago() -> None:
    dwellings = pd.DataFrame({"code": list("abcd"), "building_code": ["b1", "b1", "b1", "b2"]})
    checks = pd.DataFrame(
        {
            "dwelling_code": ["a", "a", "b", "d"],
            "visited_at": pd.to_datetime(
                ["2024-03-01", "2024-03-21", "2024-03-11", "2024-03-30"]
            ).tz_localize("Asia/Shanghai"),
            "outcome": ["done", "done", "done", "no_access"],
        }
    )
    table = recency_days(checks, dwellings, "2024-03-31", pd.Series({"b1": "G1", "b2": "G2"}))
    assert table.loc["G1", "median_days"] == 20
    assert round(table.loc["G1", "never_checked_share"], 3) == 0.333
    assert pd.isna(table.loc["G2", "median_days"])


def test_evenness_is_one_for_proportional_checks_and_falls_with_concentration() -> None:
    parts = pd.DataFrame(
        {"visits": [10, 20, 30, 0, 0, 0], "dwellings": [100, 200, 50, 50, 9, 9]}, index=list("abcdef")
    )
    even = evenness(
        parts, pd.Series({"a": "even", "b": "even", "c": "uneven", "d": "uneven", "e": "none", "f": "none"})
    )
    assert (even["even"], even["uneven"]) == (1.0, 0.5)
    assert pd.isna(even["none"])


def test_links_tell_address_point_and_footprint_apart() -> None:
    geometry = [box(0, 0, 1, 1), Point(0, 0), None]
    buildings = gpd.GeoDataFrame(
        {"kind": ["building", "site", "unlocated"]}, geometry=geometry, index=["b1", "b2", "b3"], crs=4326
    )
    dwellings = pd.DataFrame(
        {
            "code": list("wxyz"),
            "building_code": ["b1", "b2", "b3", "b1"],
            "address": ["1号", " ", None, "2号"],
        }
    )
    shares = link_shares(dwellings, buildings, pd.Series("G", index=["b1", "b2", "b3"]))
    assert {name: table["value"].item() for name, table in shares.items()} == {
        "addressed": 0.5,
        "located": 0.75,
        "footprint": 0.5,
    }


def test_units_listed_are_measured_against_another_list() -> None:
    figures = pd.DataFrame({"organisations": [9, 4]}, index=["G1", "G2"])
    assert organisations_listed(figures, pd.Series({"G1": 10}))["value"].isna().tolist() == [False, True]
