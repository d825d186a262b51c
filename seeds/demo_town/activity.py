"""What accounts did, day by day: counts by kind, consistent with the register and the visits (CV-10)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seeds.demo_town.register import NEVER, Register
from seeds.demo_town.scale import Scale

ROLES = {"R": "registrar", "A": "auxiliary", "G": "grid_staff"}


def rows(
    records: Register,
    visits: pd.DataFrame,
    committee_of_home: NDArray[np.int64],
    house_of_home: NDArray[np.int64],
    building_codes: NDArray[np.object_],
    committee_of_house: NDArray[np.int64],
    scale: Scale,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """account, role, building_code, day, kind (addition|change|deregistration|visit|query), n."""
    first, last = np.datetime64(scale.first_day, "D"), np.datetime64(scale.until, "D")
    came = np.flatnonzero((records.since >= first) & (records.since <= last))
    left = np.flatnonzero((records.until != NEVER) & (records.until >= first) & (records.until <= last))
    changed = rng.choice(len(records.home), round(len(records.home) * 0.06 * scale.months / 12))
    days = first + rng.integers(0, int((last - first).astype(int)) + 1, len(changed)).astype("timedelta64[D]")
    events = [
        _events(
            "addition",
            records.home[came],
            records.since[came],
            committee_of_home,
            house_of_home,
            "RRRAG",
            rng,
        ),
        _events(
            "deregistration",
            records.home[left],
            records.until[left],
            committee_of_home,
            house_of_home,
            "RRRAG",
            rng,
        ),
        _events("change", records.home[changed], days, committee_of_home, house_of_home, "RRAAG", rng),
        _walked(visits, committee_of_house, rng),
        _asked(committee_of_home.max() + 1, first, last, rng),
    ]
    table = pd.concat(events, ignore_index=True)
    keys = ["committee", "letter", "seat", "house", "day", "kind"]
    table = table.groupby(keys, sort=True)["n"].sum().reset_index()
    codes = np.array([*building_codes, None], dtype=object)
    return pd.DataFrame({
        "account": accounts(table["committee"], table["letter"], table["seat"], scale),
        "role": table["letter"].map(ROLES), "building_code": codes[table["house"].to_numpy()],
        "day": table["day"].astype("datetime64[s]"), "kind": table["kind"], "n": table["n"].astype(int),
    })  # fmt: skip


def accounts(committee: pd.Series, letter: pd.Series, seat: pd.Series, scale: Scale) -> list[str]:
    """Account names say the committee, the role and the seat, never a person."""
    town = scale.subdistrict_code[-3:]
    return [f"{town}{c + 1:03d}{a}{s}" for c, a, s in zip(committee, letter, seat, strict=True)]


def _events(
    kind: str,
    home: NDArray[np.int64],
    days: NDArray[np.datetime64],
    committee_of_home: NDArray[np.int64],
    house_of_home: NDArray[np.int64],
    letters: str,
    rng: np.random.Generator,
) -> pd.DataFrame:
    return pd.DataFrame({
        "committee": committee_of_home[home], "letter": rng.choice(list(letters), len(home)),
        "seat": rng.integers(1, 3, len(home)), "house": house_of_home[home], "day": days, "kind": kind, "n": 1,
    })  # fmt: skip


def _walked(
    visits: pd.DataFrame, committee_of_house: NDArray[np.int64], rng: np.random.Generator
) -> pd.DataFrame:
    house = visits["house"].to_numpy()
    return pd.DataFrame({
        "committee": committee_of_house[house], "letter": rng.choice(list("RAAG"), len(visits)), "seat": 1,
        "house": house, "day": visits["visited_at"].dt.tz_localize(None).to_numpy().astype("datetime64[D]"),
        "kind": "visit", "n": 1,
    })  # fmt: skip


def _asked(
    committees: int, first: np.datetime64, last: np.datetime64, rng: np.random.Generator
) -> pd.DataFrame:
    """Look-ups of the registrars on working days; they belong to no building."""
    days = np.arange(first, last + 1)
    days = days[(days.astype(int) + 3) % 7 < 5]
    committee = np.repeat(np.arange(committees), len(days))
    return pd.DataFrame({
        "committee": committee, "letter": "R", "seat": 1, "house": -1, "day": np.tile(days, committees),
        "kind": "query", "n": rng.poisson(11, len(committee)) + 1,
    })  # fmt: skip
