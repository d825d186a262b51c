"""Dwellings with their addresses and uses, and the rooms of the let ones (EX-1)."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seeds.demo_town import renting
from seeds.demo_town.scale import Scale

FLOOR_AREA_M2 = {"lanes": (34, 12), "slabs": (58, 11), "mixed": (86, 20), "towers": (98, 22)}
"""Mean and spread by kind of compound."""


def furnish(
    houses: pd.DataFrame, buildings: pd.DataFrame, scale: Scale, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per dwelling, in the order of codes, with the hidden columns ``house``, ``crowd`` and ``hidden_group``.

    ``hidden_group`` is the truth about group renting; ``use`` says it only where the office already knows.
    """
    counts = houses["dwellings"].to_numpy(dtype=int)
    house = np.repeat(np.arange(len(houses)), counts)
    nth = np.arange(len(house)) - np.repeat(np.cumsum(counts) - counts, counts)
    column = {
        name: houses[name].to_numpy()[house] for name in ("floors", "per_floor", "first_stair", "use", "kind")
    }
    per_stair = (column["floors"] * column["per_floor"]).astype(int)
    stair = column["first_stair"].astype(int) + nth // per_stair
    floor = nth % per_stair // column["per_floor"].astype(int) + 1
    unit = nth % column["per_floor"].astype(int) + 1
    frame = pd.DataFrame({"house": house, "floor": floor})
    codes = buildings["code"].to_numpy()[house]
    frame["code"] = [f"{c}-{n + 1:04d}" for c, n in zip(codes, nth, strict=True)]
    frame["building_code"] = codes
    frame["room_number"] = [f"{f}{u:02d}" for f, u in zip(floor, unit, strict=True)]
    frame["address"] = _addresses(houses, house, stair, frame["room_number"])
    frame["floor_area_m2"] = _areas(houses["compound_kind"].to_numpy()[house], rng)
    _uses(frame, houses, rng)
    _status(frame, buildings, scale, rng)
    frame["crowd"] = _crowds(frame, scale, rng)
    return frame


def _addresses(
    houses: pd.DataFrame, house: NDArray[np.int64], stair: NDArray[np.int64], rooms: pd.Series
) -> list[str | None]:
    base, street = houses["base_address"].to_numpy()[house], houses["house_number"].to_numpy()[house]
    inside, kind = houses["in_compound"].to_numpy()[house], houses["kind"].to_numpy()[house]
    return [
        None if k != "building" else f"{b}{s}号{r}室" if i else f"{b}{n}{s}单元{r}室"
        for b, s, n, r, i, k in zip(base, stair, street, rooms, inside, kind, strict=True)
    ]


def _areas(kinds: NDArray[np.object_], rng: np.random.Generator) -> NDArray[np.float64]:
    mean = np.array([FLOOR_AREA_M2.get(str(k), (24, 6))[0] for k in kinds], dtype=float)
    spread = np.array([FLOOR_AREA_M2.get(str(k), (24, 6))[1] for k in kinds], dtype=float)
    return np.clip(rng.normal(mean, spread), 12, 220).round(1)


def _uses(frame: pd.DataFrame, houses: pd.DataFrame, rng: np.random.Generator) -> None:
    house = frame["house"].to_numpy()
    dormitory = houses["use"].to_numpy()[house] == "dormitory"
    whole = houses["long_term_rental"].to_numpy()[house]
    let = rng.random(len(frame)) < houses["let"].to_numpy()[house]
    group = let & ~dormitory & ~whole & (rng.random(len(frame)) < houses["group_rate"].to_numpy()[house])
    known = group & (rng.random(len(frame)) < 0.15)
    other = rng.random(len(frame)) < 0.006
    choices = [dormitory, whole, known, let, other]
    names = ["dormitory", "long_term_rental", "group_renting", "rented", "other"]
    frame["use"] = np.select(choices, names, "owner_occupied")
    frame["hidden_group"] = group
    filed = let & ~group & (rng.random(len(frame)) < 0.72)
    serial = np.cumsum(filed)
    frame["rental_filing"] = [f"ZL{n:07d}" if f else None for n, f in zip(serial, filed, strict=True)]


def _status(frame: pd.DataFrame, buildings: pd.DataFrame, scale: Scale, rng: np.random.Generator) -> None:
    house = frame["house"].to_numpy()
    gone = buildings["demolished_on"].to_numpy(dtype=object)[house]
    retired = np.array([day is not None for day in gone])
    vacant = rng.random(len(frame)) < renting.VACANT_SHARE
    vacant &= ~frame["hidden_group"].to_numpy() & ~(frame["use"] == "dormitory").to_numpy()
    frame["status"] = np.select([retired, vacant], ["retired", "vacant"], "occupied")
    frame.loc[retired, "hidden_group"] = False
    start = np.datetime64("2012-01-01")
    days = int((np.datetime64(scale.first_day) - start).astype(int))
    created = start + rng.integers(0, days, len(buildings)).astype("timedelta64[D]")
    frame["created_on"] = created[house].astype(object)
    frame["retired_on"] = gone


def _crowds(frame: pd.DataFrame, scale: Scale, rng: np.random.Generator) -> NDArray[np.int64]:
    """Registered residents per dwelling; the sum is exactly the town's."""
    mean = frame["use"].map({"owner_occupied": 1.5, "rented": 1.2, "dormitory": 4.0, "long_term_rental": 0.5})
    expected = mean.fillna(1.0).to_numpy(dtype=float) + np.where(frame["hidden_group"], 3.5, 0.0)
    crowd = 1 + np.minimum(rng.poisson(expected), 11)
    lived_in = np.flatnonzero(frame["status"] == "occupied")
    crowd[frame["status"] != "occupied"] = 0
    surplus = int(crowd.sum()) - scale.residents
    while surplus:
        step = -int(np.sign(surplus))
        able = lived_in[crowd[lived_in] > 1] if step < 0 else lived_in
        chosen = rng.choice(able, min(abs(surplus), len(able)), replace=False)
        crowd[chosen] += step
        surplus = int(crowd.sum()) - scale.residents
    return crowd


def rooms(dwellings: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Rooms of let dwellings: one to four to live in, a kitchen, a bathroom; group-rented ones are partitioned."""
    let = dwellings[dwellings["use"].isin(["rented", "group_renting", "long_term_rental", "dormitory"])]
    single = let["use"].isin(["long_term_rental", "dormitory"]).to_numpy()
    living = np.where(single, 1, np.clip((let["floor_area_m2"].to_numpy() / 26).round(), 1, 4)).astype(int)
    group = let["hidden_group"].to_numpy()
    living = living + np.where(group, rng.integers(1, 4, len(let)), 0)
    balcony = ~single & (rng.random(len(let)) < 0.6)
    storage = ~single & (rng.random(len(let)) < 0.12)
    counts = [
        living,
        np.where(single, 0, 1),
        np.ones(len(let), dtype=int),
        balcony.astype(int),
        storage.astype(int),
    ]
    purposes = ["living", "kitchen", "bathroom", "balcony", "storage"]
    share = np.array([0.74, 0.09, 0.07, 0.06, 0.04])
    home = np.concatenate([np.repeat(np.arange(len(let)), n) for n in counts])
    kind = np.concatenate([np.full(int(n.sum()), i) for i, n in enumerate(counts)])
    order = np.lexsort((kind, home))
    home, kind = home[order], kind[order]
    parts = np.where(kind == 0, living[home], 1)
    area = let["floor_area_m2"].to_numpy()[home] * share[kind] / parts * rng.uniform(0.82, 1.12, len(home))
    nth = np.arange(len(home)) - np.searchsorted(home, home)
    codes = let["code"].to_numpy()[home]
    return pd.DataFrame({
        "code": [f"{c}-{n + 1}" for c, n in zip(codes, nth, strict=True)], "dwelling_code": codes,
        "area_m2": area.round(1), "purpose": np.array(purposes)[kind],
        "partitioned": (kind == 0) & group[home] & (nth > 0),
    })  # fmt: skip


def public_columns(dwellings: pd.DataFrame) -> pd.DataFrame:
    """The checked frame: without the columns that only the generator knows."""
    return dwellings[[
        "code", "building_code", "address", "room_number", "floor_area_m2", "use", "status", "created_on",
        "retired_on", "rental_filing",
    ]]  # fmt: skip


def midnight(day: dt.date) -> np.datetime64:
    return np.datetime64(day, "D")
