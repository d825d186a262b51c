"""Registrations with their hidden truth: who is still there, whose room is wrong, who never registered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seeds.demo_town.scale import Scale

CORRECT, GONE, WRONG = 0, 1, 2
"""Hidden state of a record: right; to_deregister (应消未消); wrong particulars."""
YEARLY_TURNOVER = 0.13
LINKED_SHARE = 0.96
DUPLICATE_SHARE = 0.005
NEVER = np.datetime64("2262-01-01", "D")

Days = NDArray[np.datetime64]


@dataclass
class Register:
    """Arrays over records; ``home`` is the row of the dwelling. ``hidden`` counts unregistered people per dwelling."""

    home: NDArray[np.int64]
    since: Days
    until: Days
    linked: NDArray[np.bool_]
    person: NDArray[np.int64]
    state: NDArray[np.int8]
    hidden: NDArray[np.int64]

    def in_force(self, day: np.datetime64) -> NDArray[np.bool_]:
        return (self.since <= day) & (self.until > day)

    def add(self, home: NDArray[np.int64], since: Days) -> None:
        """People found unregistered are entered: correct, linked, new numbers."""
        n = len(home)
        self.home = np.concatenate([self.home, home])
        self.since = np.concatenate([self.since, since.astype("datetime64[D]")])
        self.until = np.concatenate([self.until, np.full(n, NEVER)])
        self.linked = np.concatenate([self.linked, np.ones(n, dtype=bool)])
        self.person = np.concatenate([self.person, self.person.max() + 1 + np.arange(n)])
        self.state = np.concatenate([self.state, np.full(n, CORRECT, dtype=np.int8)])


def register(
    dwellings: pd.DataFrame, committee_of: NDArray[np.int64], scale: Scale, rng: np.random.Generator
) -> Register:
    """Everyone in force at the end, and those who left during the months."""
    first, last = np.datetime64(scale.first_day, "D"), np.datetime64(scale.until, "D")
    window = max(1, int((last - first).astype(int)))
    here = np.repeat(np.arange(len(dwellings)), dwellings["crowd"].to_numpy())
    lived_in = np.flatnonzero((dwellings["status"] != "vacant").to_numpy())
    leavers = round(len(here) * YEARLY_TURNOVER * scale.months / 12)
    left = rng.choice(lived_in, leavers)
    home = np.concatenate([here, left])
    until = np.full(len(home), NEVER)
    until[len(here) :] = first + rng.integers(1, window + 1, leavers).astype("timedelta64[D]")
    newcomer = rng.random(len(home)) < YEARLY_TURNOVER * scale.months / 12
    newcomer[len(here) :] = False
    back = np.where(
        newcomer, rng.integers(0, window, len(home)), window + rng.gamma(2.0, 800, len(home)).astype(int)
    )
    since = last - back.astype("timedelta64[D]")
    retired = (dwellings["status"] == "retired").to_numpy()[home]
    since, until = np.where(retired, first - 400, since), np.where(retired, first + window // 3, until)
    person = np.arange(len(home))
    copies = rng.random(len(home)) < DUPLICATE_SHARE
    person[copies] = rng.integers(0, len(home), int(copies.sum()))
    link = np.clip(rng.normal(LINKED_SHARE, 0.012, int(committee_of.max()) + 1), 0.9, 0.995)
    linked = rng.random(len(home)) < link[committee_of[home]]
    use = dwellings["use"].to_numpy()
    mean = np.where(dwellings["hidden_group"], 1.4, np.where(use == "owner_occupied", 0.012, 0.05))
    hidden = rng.poisson(np.where(dwellings["status"] == "occupied", mean, 0.0))
    state = np.zeros(len(home), dtype=np.int8)
    return Register(home, since, until, linked, person, state, hidden.astype(np.int64))


def age(
    records: Register,
    day: np.datetime64,
    accuracy: NDArray[np.float64],
    committee_of: NDArray[np.int64],
    weight: NDArray[np.float64],
    rng: np.random.Generator,
) -> None:
    """Let records go out of date until each committee's accuracy is its own again, exact to one record.

    Checks correct what they find, so without this the truth would drift upwards month by month.
    ``weight`` says how soon the records of each dwelling go wrong (let homes four times as soon).
    """
    live = np.flatnonzero(records.in_force(day) & records.linked)
    part = committee_of[records.home[live]]
    for committee, share in enumerate(accuracy):
        own = live[part == committee]
        right = own[records.state[own] == CORRECT]
        owed = round(len(own) * (1 - share)) - (len(own) - len(right))
        if owed > 0 and len(right):
            chance = weight[records.home[right]]
            spoiled = rng.choice(right, min(owed, len(right)), replace=False, p=chance / chance.sum())
            records.state[spoiled] = np.where(rng.random(len(spoiled)) < 0.68, GONE, WRONG)


def record_numbers(count: int, subdistrict_code: str) -> list[str]:
    """Plain synthetic serials; the loader hashes them."""
    return [f"R{subdistrict_code[-3:]}{n + 1:08d}" for n in range(count)]


def frame(records: Register, dwellings: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """The checked frame: record_number, dwelling_code as the source wrote it, since, until, person_key."""
    codes = dwellings["code"].to_numpy()[records.home]
    last = np.datetime64(scale.until, "D")
    until = np.where(records.until > last, np.datetime64("NaT", "D"), records.until)
    return pd.DataFrame({
        "record_number": record_numbers(len(codes), scale.subdistrict_code),
        # a code that the housing list never had: what a mistyped or long-retired code looks like
        "dwelling_code": [c if ok else f"{c[:-4]}9{c[-3:]}" for c, ok in zip(codes, records.linked, strict=True)],
        "since": records.since.astype("datetime64[s]"), "until": until.astype("datetime64[s]"),
        "person_key": [f"P{scale.subdistrict_code[-3:]}{n:08d}" for n in records.person],
    })  # fmt: skip
