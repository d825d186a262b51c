"""Signals about places, from the database to ``grids.inspections.candidates``: what is overdue, full, open, listed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geo_service.queries import inspections as queries
from geo_service.queries.change_reports import complaints_of
from geo_service.reviews.rules import rule_sets
from grids.assessment.rule_set import Values, pick
from grids.indicators.cells import cell_neighbours, cells_of
from grids.indicators.hotspots import rate_hotspots
from grids.inspections.candidates import Ranking, rank
from grids.inspections.letting_limits import LettingLimits, capacity, over_capacity

HOTSPOT_MONTHS = 12
HOTSPOT_RESOLUTION = 10
HOTSPOT_PERMUTATIONS = 999
WHAT = ("sites", "buildings")


@dataclass(frozen=True)
class Candidates:
    """Ranked places of a day: ``ranking`` by code, ``facts`` beside it (name, committee, lon, lat, …)."""

    day: dt.date
    ranking: Ranking
    facts: pd.DataFrame
    values: Values


def values_of(session: Session, subdistrict: str, day: dt.date) -> Values:
    """The town's parameters in the month of ``day``."""
    return pick(rule_sets(session, subdistrict), day).at(day)


def candidates(session: Session, subdistrict: str, day: dt.date, what: str = "sites") -> Candidates:
    """Places open on ``day``, ranked. Raises NoCandidates where there is none."""
    values = values_of(session, subdistrict, day)
    facts = facts_of(session, subdistrict, day, what, values)
    values, kinds = _with_own_intervals(values, facts)
    ranking = rank(facts.assign(kind=kinds), values, day)
    ranking = dataclasses.replace(ranking, sites=ranking.sites.assign(kind=facts["kind"]))
    return Candidates(day, ranking, facts, values)


def facts_of(session: Session, subdistrict: str, day: dt.date, what: str, values: Values) -> pd.DataFrame:
    """All that is known of the places on ``day``, in the columns that ``rank`` reads."""
    places = queries.places_of(session, subdistrict, what, day)
    window = int(values["in1.churn_window_days"])
    found: list[pd.DataFrame | pd.Series] = [
        queries.visits_of(session, subdistrict, what, day),
        queries.churn_of(session, subdistrict, what, day, window),
        queries.mismatches_of(session, subdistrict, what, day),
        queries.open_findings_of(session, subdistrict, what, day),
        complaints_of(session, subdistrict, what, day),
        _crowding(session, subdistrict, what, day, LettingLimits.of(values)),
    ]
    held = places.join(found)
    held["hotspot"] = _in_hotspots(session, subdistrict, places, day)
    numbers = [
        "churn",
        "mean_registered",
        "no_access_visits",
        "source_mismatches",
        "open_findings",
        "complaints",
    ]
    held[numbers] = held[numbers].astype(float)
    return held


def _crowding(
    session: Session, subdistrict: str, what: str, day: dt.date, limits: LettingLimits
) -> pd.DataFrame:
    """Place → registrations and capacity of let dwellings whose rooms are known, and dwellings above their own."""
    homes = queries.let_homes_of(session, subdistrict, what, day)
    rooms = queries.let_rooms_of(session, subdistrict, what, day)
    homes["registrations"] = homes["registrations"].astype(int)
    per_home = capacity(limits, rooms)
    known = homes[homes["dwelling_code"].isin(per_home.index)]
    registrations = known.drop_duplicates("dwelling_code").set_index("dwelling_code")["registrations"]
    above = set(over_capacity(per_home, registrations))
    table = pd.DataFrame(
        {
            "registrations": known["registrations"].to_numpy(),
            "capacity": known["dwelling_code"].map(per_home).to_numpy(dtype=float),
            "crowded_dwellings": known["dwelling_code"].isin(above).to_numpy(dtype=int),
        },
        index=pd.Index(known["code"], name="code"),
    )
    return table.groupby(level=0).sum()


def _in_hotspots(session: Session, subdistrict: str, places: pd.DataFrame, day: dt.date) -> pd.Series:
    """1 where a place lies in an H3 cell that is significantly hot by lettings inspected in the last twelve months."""
    since = (pd.Timestamp(day).to_period("M") - (HOTSPOT_MONTHS - 1)).start_time.date()
    looked = queries.lettings_looked_at(session, subdistrict, since, day)
    none = pd.Series(0, index=places.index)
    if looked.empty or not looked["found"].sum():
        return none
    cells = looked.assign(cell=_cells(looked).to_numpy()).groupby("cell")[["found", "inspected"]].sum()
    spots = rate_hotspots(
        cells["found"], cells["inspected"], cell_neighbours(cells.index), seed=1,
        permutations=HOTSPOT_PERMUTATIONS,
    )  # fmt: skip
    hot = set(spots.index[spots["verdict"] == "hot"])
    return _cells(places).isin(hot).astype(int) if hot else none


def _cells(places: pd.DataFrame) -> pd.Series:
    points = gpd.points_from_xy(places["lon"].astype(float), places["lat"].astype(float), crs=4326)
    points[places["lon"].isna().to_numpy()] = None
    return cells_of(gpd.GeoSeries(points, index=places.index, crs=4326), HOTSPOT_RESOLUTION)


def _with_own_intervals(values: Values, facts: pd.DataFrame) -> tuple[Values, pd.Series]:
    """A site's own visit interval goes before its kind's: such sites get a kind of their own in the table of intervals."""
    own = facts["visit_interval_days"].astype(float)
    kinds = facts["kind"].where(own.isna(), facts["kind"] + "@" + own.fillna(0).astype(int).astype(str))
    given = {kind: int(days) for kind, days in zip(kinds, own, strict=True) if not np.isnan(days)}
    held = {**values.held, "in1.interval_days": {**values.held["in1.interval_days"], **given}}
    return dataclasses.replace(values, held=held), kinds
