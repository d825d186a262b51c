"""Put the town together: ground, homes, register and a year of work, from one seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seeds.demo_town import activity, homes, inputs, key_sites, register, renting, rounds, visits
from seeds.demo_town.areas import Projection, committee_code
from seeds.demo_town.committees import divide
from seeds.demo_town.places import Places, settle
from seeds.demo_town.plan import draw
from seeds.demo_town.scale import LARGEST_TOWN, METRIC_CRS, ORIGIN_M, Scale

Frame = TypeVar("Frame", bound=pd.DataFrame)
CHUNK = 50_000
UNTIL = dt.date(2026, 3, 31)
CHECK_COLUMNS = [
    "visit_id", "dwelling_code", "visited_at", "frame", "campaign", "team", "outcome", "checked", "correct",
    "to_register", "to_deregister", "wrong_particulars", "rental_inspected", "group_renting_found", "lon", "lat",
]  # fmt: skip


@dataclass(repr=False, eq=False)
class DemoTown:
    """Checked frames per KIND, geometry in EPSG:4326, and the truth that estimates can be tested against.

    ``truth``: per committee the true accuracy (share of correct linked records in force at the start of the last
    month), what was planted, and the team's habit. ``truth_months``: the same accuracy for every month.
    ``truth_clusters``: the planted group-renting circles. ``truth_dwellings``: code and hidden group renting.
    """

    scale: Scale
    areas: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    backdrop: gpd.GeoDataFrame
    dwellings: pd.DataFrame
    rooms: pd.DataFrame
    key_sites: gpd.GeoDataFrame
    organisations: pd.DataFrame
    activity: pd.DataFrame
    inputs: pd.DataFrame
    source_lists: pd.DataFrame
    truth: pd.DataFrame
    truth_months: pd.DataFrame
    truth_clusters: pd.DataFrame
    truth_dwellings: pd.DataFrame
    registration_frame: pd.DataFrame
    check_frame: pd.DataFrame
    result_frame: pd.DataFrame

    def __repr__(self) -> str:
        return f"DemoTown({self.scale.name} {self.subdistrict_code}, {self.scale.residents:,} residents)"

    @property
    def subdistrict_code(self) -> str:
        return self.scale.subdistrict_code

    @property
    def metric_crs(self) -> str:
        return METRIC_CRS

    @property
    def registrations(self) -> Iterator[pd.DataFrame]:
        """Chunks of record_number, dwelling_code, since, until, person_key; a fresh iterator each time."""
        return visits.chunks(self.registration_frame, CHUNK)

    @property
    def checks(self) -> Iterator[pd.DataFrame]:
        """Chunks of visits; ``checked`` is always the sum of the four outcomes."""
        return visits.chunks(self.check_frame, CHUNK)

    @property
    def check_results(self) -> Iterator[pd.DataFrame]:
        """Chunks of visit_id, record_number, outcome; a team that only counts has none."""
        return visits.chunks(self.result_frame, CHUNK)


def build(
    residents: int = 100_000,
    months: int = 12,
    seed: int = 7,
    until: dt.date = UNTIL,
    *,
    subdistrict_code: str = "310199001",
    name: str = "云栖街道",
    name_en: str = "Yunqi Subdistrict",
    origin_m: tuple[float, float] = ORIGIN_M,
) -> DemoTown:
    """A synthetic Shanghai subdistrict of 2,000 to 250,000 residents; equal arguments give an equal town.

    ``until`` is the last day of work and lies in the last month. Raises InputError for sizes out of range;
    ``towns`` makes several subdistricts for more.
    """
    scale = Scale(residents, months, seed, until, subdistrict_code, name, name_en, origin_m)
    rng = np.random.default_rng(seed)
    plan = draw(scale, rng)
    division = divide(plan, scale)
    places = settle(plan, division, scale, rng)
    clusters = _mark_letting(places.houses, scale, rng)
    dwellings = homes.furnish(places.houses, places.buildings, scale, rng)
    house = dwellings["house"].to_numpy()
    committee_of_house = places.houses["committee"].to_numpy(dtype=np.int64)
    committee_of_home = committee_of_house[house]
    records = register.register(dwellings, committee_of_home, scale, rng)
    teams = rounds.habits(len(division.shapes), rng)
    accuracy = rng.uniform(0.93, 0.995, len(teams))
    ground = _homes(dwellings, places, committee_of_home)
    check, result, months_truth = visits.walk(records, ground, teams, accuracy, division.zone_of, scale, rng)
    # what the last days found is entered by the last day, so that no date lies after it
    records.since = np.minimum(records.since, np.datetime64(until, "D"))
    sites = key_sites.choose(places.houses, places.buildings, dwellings, scale, rng)
    numbers = np.array(register.record_numbers(len(records.home), subdistrict_code), dtype=object)
    result["record_number"] = numbers[result["record"].to_numpy()]
    residents_of = pd.Series(np.bincount(committee_of_home, dwellings["crowd"]), name="residents")
    month_starts = rounds.months_of(scale)
    return DemoTown(
        scale=scale,
        areas=_plain(places.areas),
        compounds=_plain(places.compounds),
        buildings=_plain(places.buildings),
        barriers=_plain(places.barriers),
        backdrop=places.backdrop,
        dwellings=_plain(homes.public_columns(dwellings).copy()),
        rooms=homes.rooms(dwellings, rng),
        key_sites=_plain(sites),
        organisations=_plain(key_sites.organisations(places.houses, places.buildings, sites, scale)),
        activity=_plain(activity.rows(
            records, check, committee_of_home, house, places.buildings["code"].to_numpy(dtype=object),
            committee_of_house, scale, rng,
        )),
        inputs=inputs.assessment(month_starts, residents_of, scale, rng),
        source_lists=_plain(inputs.source_lists(dwellings, scale, rng)),
        truth=_truth(months_truth, accuracy, teams, dwellings, committee_of_home, scale),
        truth_months=_with_codes(months_truth, scale),
        truth_clusters=_clusters(clusters, dwellings, places, scale),
        truth_dwellings=dwellings[["code", "building_code", "hidden_group"]].copy(),
        registration_frame=register.frame(records, dwellings, scale),
        check_frame=_plain(check[CHECK_COLUMNS].copy()),
        result_frame=result[["visit_id", "record_number", "outcome"]],
    )  # fmt: skip


def towns(
    residents: int, months: int = 12, seed: int = 7, until: dt.date = UNTIL, each: int = 100_000
) -> Iterator[DemoTown]:
    """Neighbouring subdistricts of about ``each`` residents, built one at a time, so memory stays flat.

    One town where the residents fit into one; else codes count up from 310199001 and towns lie side by side.
    """
    if residents <= LARGEST_TOWN:
        yield build(residents, months, seed, until)
        return
    count = -(-residents // each)
    columns = int(np.ceil(count**0.5))
    for i in range(count):
        share = residents // count + (i < residents % count)
        east = ORIGIN_M[0] + (i % columns - columns // 2) * 2_900.0
        north = ORIGIN_M[1] - (i // columns - columns // 2) * 2_500.0
        yield build(
            share, months, seed + i, until,
            subdistrict_code=f"310199{i + 1:03d}", name=f"云栖第{i + 1}街道",
            name_en=f"Yunqi Subdistrict {i + 1}", origin_m=(east, north),
        )  # fmt: skip


def _mark_letting(houses: pd.DataFrame, scale: Scale, rng: np.random.Generator) -> list[renting.Cluster]:
    """Columns of the houses that say how its homes are let; returns the planted clusters."""
    big = houses.index[
        houses["compound_kind"].isin(["towers", "mixed", "slabs"]) & (houses["dwellings"] >= 24)
    ]
    wanted = max(1, round(scale.residents / 30_000))
    chosen = rng.choice(big, min(wanted, len(big)), replace=False)
    houses["long_term_rental"] = houses.index.isin(chosen)
    houses["let"] = renting.let_homes(houses, rng)
    clusters = renting.plant(houses, scale, rng)
    houses["group_rate"] = renting.group_rate(houses, clusters)
    return clusters


def _plain(frame: Frame) -> Frame:
    """Absent text and days are None, whatever the column's type was while building."""
    for name in frame.columns.drop("geometry", errors="ignore"):
        column = frame[name]
        if not pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_datetime64_any_dtype(column):
            frame[name] = column.astype(object).where(column.notna(), None)
    return frame


def _homes(dwellings: pd.DataFrame, places: Places, committee_of_home: NDArray[np.int64]) -> rounds.Homes:
    house = dwellings["house"].to_numpy()
    points = places.buildings.geometry.representative_point()
    use = dwellings["use"].to_numpy()
    return rounds.Homes(
        code=dwellings["code"].to_numpy(dtype=object),
        committee=committee_of_home,
        block=places.houses["block"].to_numpy(dtype=np.int64)[house],
        house=house,
        floor=dwellings["floor"].to_numpy(),
        lon=points.x.to_numpy()[house],
        lat=points.y.to_numpy()[house],
        let=np.isin(use, ["rented", "group_renting", "long_term_rental", "dormitory"]),
        group=dwellings["hidden_group"].to_numpy(),
        visitable=(dwellings["status"] != "retired").to_numpy(),
    )


def _with_codes(months: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    frame = months.copy()
    frame.insert(1, "committee_code", [committee_code(scale, c) for c in frame.pop("committee")])
    frame["true_accuracy"] = frame["correct"] / frame["records"].where(frame["records"] > 0)
    return frame


def _truth(
    months: pd.DataFrame,
    accuracy: NDArray[np.float64],
    teams: list[rounds.Habit],
    dwellings: pd.DataFrame,
    committee_of_home: NDArray[np.int64],
    scale: Scale,
) -> pd.DataFrame:
    last = _with_codes(months[months["month"] == months["month"].max()], scale)
    frame = last[["committee_code", "records", "correct", "true_accuracy"]].reset_index(drop=True)
    frame["planted_accuracy"] = accuracy
    frame["team"] = [t.team for t in teams]
    frame["lazy"], frame["heaping"] = [t.lazy for t in teams], [t.heaping > 0 for t in teams]
    frame["hasty"], frame["count_only"] = [t.hasty for t in teams], [t.count_only for t in teams]
    frame["group_rented_dwellings"] = np.bincount(
        committee_of_home, dwellings["hidden_group"], minlength=len(frame)
    ).astype(int)
    return frame


def _clusters(
    clusters: list[renting.Cluster], dwellings: pd.DataFrame, places: Places, scale: Scale
) -> pd.DataFrame:
    houses = places.houses
    let = dwellings["use"].isin(["rented", "group_renting"]).to_numpy()
    house = dwellings["house"].to_numpy()
    rows = []
    for cluster in clusters:
        away = houses[["x", "y"]].to_numpy(dtype=float) - (cluster.x, cluster.y)
        near = np.hypot(*away.T) < cluster.radius_m
        inside = near[house]
        lon, lat = Projection(scale).points(np.array([[cluster.x, cluster.y]]))[0]
        rows.append({
            "lon": lon, "lat": lat, "radius_m": cluster.radius_m, "rate": cluster.rate,
            "base_rate": renting.BASE_RATE, "let_dwellings": int((inside & let).sum()),
            "group_rented_dwellings": int((inside & dwellings["hidden_group"].to_numpy()).sum()),
            "building_codes": ";".join(places.buildings["code"][near]),
        })  # fmt: skip
    return pd.DataFrame(rows)
