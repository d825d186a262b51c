"""The demo town keeps its promises: repeatable, whole, near its targets, and with a truth that can be found again."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from grids.errors import InputError
from seeds.demo_town import DemoTown, build, towns

KINDS = {
    "long_term_rental", "temporary_dormitory", "staff_dormitory", "site_shed", "partitioned_rental", "vacant",
    "concentrated_rental", "commercial_plaza", "use_changed",
}  # fmt: skip
FRAMES = (
    "areas", "compounds", "buildings", "barriers", "backdrop", "dwellings", "rooms", "key_sites", "organisations",
    "activity", "inputs", "source_lists", "truth", "truth_months", "truth_clusters", "truth_dwellings",
    "registration_frame", "check_frame", "result_frame",
)  # fmt: skip


@pytest.fixture(scope="module")
def town() -> DemoTown:
    return build()


@pytest.fixture(scope="module")
def footprints(town: DemoTown) -> gpd.GeoDataFrame:
    return town.buildings[town.buildings["kind"] == "building"].to_crs(town.metric_crs)


@pytest.fixture(scope="module")
def committees(town: DemoTown) -> gpd.GeoDataFrame:
    return town.areas[town.areas["kind"] == "committee"].to_crs(town.metric_crs)


def fingerprint(town: DemoTown) -> str:
    digest = hashlib.sha256()
    for name in FRAMES:
        frame = getattr(town, name)
        if "geometry" in frame:
            digest.update(b"".join(g.wkb if g is not None else b"-" for g in frame.geometry))
            frame = pd.DataFrame(frame.drop(columns="geometry"))
        digest.update(frame.to_csv(index=False).encode())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_town_and_another_seed_another() -> None:
    first, again, other = (fingerprint(build(4_000, months=2, seed=seed)) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_counts_are_near_the_targets(town: DemoTown) -> None:
    assert (town.areas["kind"] == "committee").sum() == 23
    assert 5_500 <= len(town.buildings) <= 6_600
    assert len(town.dwellings) == pytest.approx(45_000, rel=0.02)
    last = pd.Timestamp(town.scale.until)
    register = town.registration_frame
    in_force = (register["since"] <= last) & ~(register["until"] <= last)
    assert in_force.sum() == pytest.approx(100_000, rel=0.03)
    assert len(town.check_frame) > 30_000


def test_rates_of_the_register_are_those_of_a_real_town(town: DemoTown) -> None:
    linked = town.registration_frame["dwelling_code"].isin(set(town.dwellings["code"]))
    assert linked.mean() == pytest.approx(0.96, abs=0.01)
    assert (town.dwellings["status"] == "vacant").mean() == pytest.approx(0.08, abs=0.01)
    let = town.dwellings["use"].isin(["rented", "group_renting"])
    assert let.mean() == pytest.approx(0.30, abs=0.03)


def test_no_two_buildings_overlap(footprints: gpd.GeoDataFrame) -> None:
    shapes = footprints.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = left < right
    shared = shapely.area(shapely.intersection(shapes[left[pairs]], shapes[right[pairs]]))
    assert pairs.sum() > 1_000, "attached lane houses touch"
    assert shared.max() < 1e-3


def test_every_building_lies_inside_its_own_committee_and_no_other(
    footprints: gpd.GeoDataFrame, committees: gpd.GeoDataFrame
) -> None:
    own = committees.set_index("code").geometry.loc[footprints["committee_code"]].to_numpy()
    assert shapely.contains_properly(own, footprints.geometry.to_numpy()).all()


def test_buildings_keep_off_water_roads_and_rails(town: DemoTown, footprints: gpd.GeoDataFrame) -> None:
    lines = town.barriers.to_crs(town.metric_crs)
    lines = lines[(lines["kind"] != "wall")]
    surface = shapely.union_all(
        shapely.buffer(lines.geometry.to_numpy(), lines["width_m"].to_numpy() / 2 - 0.05, cap_style="flat")
    )
    water = town.backdrop[town.backdrop["kind"] == "water"].to_crs(town.metric_crs).union_all()
    shapes = footprints.geometry.to_numpy()
    shapely.prepare(surface)
    assert not shapely.intersects(surface, shapes).any()
    assert not shapely.intersects(water, shapes).any()


def test_committees_tile_the_subdistrict_without_gap_or_overlap(
    town: DemoTown, committees: gpd.GeoDataFrame
) -> None:
    shapes = committees.geometry.to_numpy()
    outline = town.areas[town.areas["kind"] == "subdistrict"].to_crs(town.metric_crs).geometry.item()
    assert shapely.coverage_is_valid(shapes)
    union = shapely.coverage_union_all(shapes)
    assert union.area == pytest.approx(outline.area, rel=1e-9)
    assert sum(len(part.interiors) for part in shapely.get_parts(union)) == 0
    assert {g.geom_type for g in shapes} == {"MultiPolygon"}
    assert (shapely.get_num_geometries(shapes) == 1).all(), "every committee is in one piece"


def test_the_river_is_crossed_by_no_committee(town: DemoTown, committees: gpd.GeoDataFrame) -> None:
    river = town.barriers[town.barriers["name"] == "样江"].to_crs(town.metric_crs).geometry.item()
    inside = shapely.intersection(committees.geometry.to_numpy(), river)
    core = shapely.buffer(committees.geometry.to_numpy(), -0.5)
    assert shapely.length(inside).sum() > 1_000, "committees border on the river"
    assert shapely.length(shapely.intersection(core, river)).max() < 1e-6


def test_zones_and_police_areas_divide_the_committees_independently(town: DemoTown) -> None:
    rows = town.areas[town.areas["kind"] == "committee"]
    assert rows["zone_code"].nunique() == 3
    assert rows["station_code"].nunique() == 3
    assert len(rows.groupby(["zone_code", "station_code"])) > 4
    for column in ("zone_code", "block_code", "station_code", "parent_code"):
        assert rows[column].isin(set(town.areas["code"])).all()


def test_every_code_refers_to_something(town: DemoTown) -> None:
    buildings, homes = set(town.buildings["code"]), set(town.dwellings["code"])
    for frame, column in (
        (town.areas, "code"),
        (town.buildings, "code"),
        (town.dwellings, "code"),
        (town.rooms, "code"),
    ):
        assert frame[column].is_unique
    assert set(town.dwellings["building_code"]) <= buildings
    assert set(town.rooms["dwelling_code"]) <= homes
    assert set(town.check_frame["dwelling_code"]) <= homes
    assert set(";".join(town.key_sites["building_codes"]).split(";")) <= buildings
    assert set(town.activity["building_code"].dropna()) <= buildings
    assert set(town.organisations["building_code"]) <= buildings
    assert set(town.result_frame["visit_id"]) <= set(town.check_frame["visit_id"])
    assert set(town.result_frame["record_number"]) <= set(town.registration_frame["record_number"])


def test_addresses_are_unique_and_complete(town: DemoTown) -> None:
    placed = town.dwellings[town.dwellings["address"].notna()]
    assert placed["address"].is_unique
    assert len(placed) > 0.99 * len(town.dwellings)


def test_homes_without_a_footprint_exist_as_sites_and_one_unlocated_building_per_committee(
    town: DemoTown,
) -> None:
    unlocated = town.buildings[town.buildings["kind"] == "unlocated"]
    assert unlocated["committee_code"].value_counts().eq(1).all()
    assert len(unlocated) == 23
    assert unlocated.geometry.isna().all()
    sites = town.buildings[town.buildings["kind"] == "site"].to_crs(town.metric_crs)
    assert len(sites) >= 10
    own = town.areas.to_crs(town.metric_crs).set_index("code").geometry.loc[sites["committee_code"]]
    assert shapely.contains_properly(own.to_numpy(), sites.geometry.to_numpy()).all()


def test_key_sites_of_every_kind_exist_with_dates_in_order(town: DemoTown) -> None:
    sites = town.key_sites
    assert set(sites["kind"]) == KINDS
    for early, late in (("opened_on", "closed_on"), ("listed_from", "listed_to")):
        both = sites[sites[early].notna() & sites[late].notna()]
        assert (both[early] <= both[late]).all()
    assert sites["listed_from"].notna().any()


def test_check_counts_add_up_and_agree_with_the_results(town: DemoTown) -> None:
    checks = town.check_frame
    parts = checks[["correct", "to_register", "to_deregister", "wrong_particulars"]].sum(axis=1)
    assert (checks["checked"] == parts).all()
    assert (checks.loc[checks["outcome"] == "no_access", "checked"] == 0).all()
    counted = checks.set_index("visit_id").loc[town.result_frame["visit_id"].unique()]
    assert len(town.result_frame) == (counted["checked"] - counted["to_register"]).sum()
    assert (checks.loc[checks["frame"] == "register", "to_register"] == 0).all()
    assert checks["visit_id"].is_unique


def test_most_committee_months_reach_eighty_and_some_places_go_unchecked(town: DemoTown) -> None:
    checks = town.check_frame.merge(
        town.dwellings[["code", "building_code"]], left_on="dwelling_code", right_on="code"
    )
    checks = checks.merge(
        town.buildings[["code", "committee_code", "compound_code"]], left_on="building_code", right_on="code"
    )
    month = checks["visited_at"].dt.strftime("%Y-%m")
    people = checks.groupby(["committee_code", month])["checked"].sum()
    assert len(people) == 23 * 12
    assert 0.85 < (people >= 80).mean() < 1.0
    visited = checks.groupby(["compound_code", month]).size().unstack()
    assert visited.isna().mean().mean() > 0.2


def test_visits_fall_on_duty_days_within_the_months(town: DemoTown) -> None:
    at = town.check_frame["visited_at"]
    assert str(at.dt.tz) == "Asia/Shanghai"
    assert set(at.dt.day_of_week) <= {2, 4}
    assert at.min() >= pd.Timestamp("2025-04-01", tz="Asia/Shanghai")
    assert at.max() < pd.Timestamp("2026-04-01", tz="Asia/Shanghai")
    assert (town.registration_frame["since"] <= pd.Timestamp("2026-03-31")).all()
    closed = town.registration_frame.dropna(subset=["until"])
    assert (closed["since"] <= closed["until"]).all()


def test_checks_estimate_the_known_accuracy_of_each_committee(town: DemoTown) -> None:
    """Pooled over the year, register-frame checks of honest teams are within 4 standard errors of the truth."""
    checks = town.check_frame.merge(
        town.dwellings[["code", "building_code"]], left_on="dwelling_code", right_on="code"
    )
    checks = checks.merge(
        town.buildings[["code", "committee_code"]], left_on="building_code", right_on="code"
    )
    register = checks[(checks["frame"] == "register") & checks["campaign"].isna()]
    seen = register.groupby("committee_code")[["correct", "checked"]].sum()
    truth = town.truth_months.groupby("committee_code")[["correct", "records"]].sum()
    true = truth["correct"] / truth["records"]
    error = seen["correct"] / seen["checked"] - true
    # dwellings are clusters of records, so the spread is about half as large again as a simple sample's
    spread = 1.5 * np.sqrt(true * (1 - true) / seen["checked"]) + 0.004
    honest = ~town.truth.set_index("committee_code")["lazy"].astype(bool)
    assert true.between(0.925, 0.996).all()
    assert (error[honest].abs() < 4 * spread[honest]).all()
    lazy = seen.loc[~honest.reindex(seen.index)]
    assert (lazy["correct"] == lazy["checked"]).all()


def test_planted_clusters_stand_out_in_the_findings(town: DemoTown) -> None:
    assert len(town.truth_clusters) == 5
    inside = set(";".join(town.truth_clusters["building_codes"]).split(";"))
    checks = town.check_frame[town.check_frame["rental_inspected"]]
    building = checks["dwelling_code"].str.slice(0, 10)
    rate = checks.groupby(building.isin(inside))["group_renting_found"].mean()
    assert rate[True] > 6 * rate[False]
    assert rate[False] < 0.03


def test_heaping_team_writes_quarter_hours(town: DemoTown) -> None:
    heaper = town.truth.loc[town.truth["heaping"], "team"].item()
    own = town.check_frame[town.check_frame["campaign"].isna()]
    quarter = (own["visited_at"].dt.minute % 15 == 0).groupby(own["team"]).mean()
    assert quarter[heaper] > 0.5
    assert quarter.drop(heaper).max() < 0.15


def test_a_period_may_end_within_a_month_and_nothing_lies_after_it() -> None:
    last = dt.date(2026, 3, 2)
    town = build(4_000, months=2, seed=3, until=last)
    assert town.check_frame["visited_at"].dt.date.max() <= last
    assert town.registration_frame["since"].dt.date.max() <= last
    assert town.registration_frame["until"].max().date() <= last
    assert town.activity["day"].dt.date.max() <= last
    for column in ("opened_on", "closed_on", "listed_from", "listed_to"):
        assert all(day <= last for day in town.key_sites[column].dropna())
    assert (town.source_lists["as_of"] <= last).all()


def test_chunks_give_every_row_once(town: DemoTown) -> None:
    pieces = list(town.registrations)
    assert sum(map(len, pieces)) == len(town.registration_frame)
    assert max(map(len, pieces)) <= 50_000
    assert sum(map(len, town.checks)) == len(town.check_frame)
    assert sum(map(len, town.check_results)) == len(town.result_frame)


def test_group_rented_homes_are_partitioned_and_rooms_fit_their_dwelling(town: DemoTown) -> None:
    rooms = town.rooms.groupby("dwelling_code")["area_m2"].sum()
    area = town.dwellings.set_index("code")["floor_area_m2"].loc[rooms.index]
    assert (rooms <= area * 1.13 + 0.5).all()
    hidden = set(town.truth_dwellings.loc[town.truth_dwellings["hidden_group"], "code"])
    partitioned = set(town.rooms.loc[town.rooms["partitioned"], "dwelling_code"])
    assert partitioned <= hidden
    assert len(partitioned) > 0.8 * len(hidden)


def test_inputs_cover_every_item_month_and_committee(town: DemoTown) -> None:
    assert len(town.inputs) == 23 * 12 * town.inputs["item"].nunique()
    wide = town.inputs.pivot(index=["month", "committee_code"], columns="item", values="value")
    assert (wide["sl3_correct"] <= wide["sl3_checked"]).all()
    assert wide["staff_registrars"].ge(1).all()


@pytest.mark.parametrize(
    ("residents", "seed"), [(2_000, 1), (2_000, 2), (6_000, 3), (20_000, 4), (180_000, 5)]
)
def test_towns_of_other_sizes_are_whole_too(residents: int, seed: int) -> None:
    town = build(residents, months=1, seed=seed)
    assert len(town.dwellings) == pytest.approx(residents * 0.45, rel=0.08)
    area = town.areas.to_crs(town.metric_crs)
    committees = area[area["kind"] == "committee"]
    assert len(committees) == pytest.approx(max(2, round(residents / 4_350)), abs=2)
    assert shapely.coverage_is_valid(committees.geometry.to_numpy())
    houses = town.buildings[town.buildings["kind"] == "building"].to_crs(town.metric_crs)
    own = committees.set_index("code").geometry.loc[houses["committee_code"]].to_numpy()
    assert shapely.contains_properly(own, houses.geometry.to_numpy()).all()
    assert len(town.key_sites) >= 7


def test_sizes_out_of_range_are_refused_with_a_reason() -> None:
    with pytest.raises(InputError, match="2,000 to 250,000"):
        build(1_999)
    with pytest.raises(InputError, match="towns"):
        build(5_000_000)
    with pytest.raises(InputError, match="months"):
        build(2_000, months=0)


def test_many_residents_come_as_neighbouring_towns_with_their_own_codes() -> None:
    made = list(towns(252_000, months=1, until=dt.date(2026, 1, 20), each=90_000))
    assert [town.subdistrict_code for town in made] == ["310199001", "310199002", "310199003"]
    outlines = [town.areas.to_crs(town.metric_crs).geometry.iloc[0] for town in made]
    assert all(not a.intersects(b) for a, b in itertools.pairwise(outlines))
    assert not set(made[0].buildings["code"]) & set(made[1].buildings["code"])
    assert math.isclose(sum(town.scale.residents for town in made), 252_000)
