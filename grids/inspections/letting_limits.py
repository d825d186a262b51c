"""Letting limits room by room (EX-1) and concentrated rental sites (EX-2), RULES.md section 2.

The numbers come from the rule set, dated and with their legal basis; a flag is a finding about a room, never
about a person. ``kin`` is the inspector's yes or no on the room; no relation is stored.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from grids.assessment.exact import Number, exact
from grids.assessment.rule_set import Values
from grids.assessment.score import Said
from grids.errors import InputError

PURPOSES = ("living", "kitchen", "bathroom", "balcony", "storage")
FLAGS = {
    "over_2_per_room": Said("居住人数超过每间上限", "more persons than a room may hold"),
    "under_5m2": Said("人均使用面积不足", "less usable area per person than allowed"),
    "non_residential_space": Said("非居住空间出租供人居住", "let to live in though not a living space"),
    "partitioned": Said("分隔搭建", "partitioned"),
    "let_by_bed": Said("按床位出租", "let by the bed"),
}


@dataclass(frozen=True)
class LettingLimits:
    """EX-1 as numbers: persons per room, usable m² per person, and what is forbidden outright."""

    people_per_room_max: int
    area_per_person_min_m2: Fraction
    kin_exempts_count: bool
    partition_allowed: bool
    bed_letting_allowed: bool
    living_purposes: frozenset[str]

    @classmethod
    def of(cls, values: Values) -> LettingLimits:
        """The limits in force in the month of ``values``."""
        return cls(
            int(values["ex1.people_per_room_max"]),
            values.fraction("ex1.area_per_person_min_m2"),
            bool(values["ex1.kin_exempts_count"]),
            bool(values["ex1.partition_allowed"]),
            bool(values["ex1.bed_letting_allowed"]),
            frozenset(values["ex1.living_purposes"]),
        )


@dataclass(frozen=True)
class Room:
    """What an inspector sees in one room: usable area in m², persons living in it, and three yes-or-no answers."""

    area_m2: Number
    people: int
    purpose: str = "living"
    kin: bool = False
    partitioned: bool = False
    let_by_bed: bool = False


def room_flags(limits: LettingLimits, room: Room) -> tuple[str, ...]:
    """The flags of EX-1 that a room raises, in the order of ``FLAGS``; an empty room raises only partitioning.

    The exception for kin covers the number of persons, not the area. Raises InputError for an impossible room.
    """
    area = exact(room.area_m2)
    if area < 0 or room.people < 0 or room.purpose not in PURPOSES:
        raise InputError(f"a {room.purpose} of {room.area_m2} m² with {room.people} persons is impossible")
    living = room.purpose in limits.living_purposes
    spared = room.kin and limits.kin_exempts_count
    raised = {
        "over_2_per_room": living and room.people > limits.people_per_room_max and not spared,
        "under_5m2": living and room.people > 0 and area / room.people < limits.area_per_person_min_m2,
        "non_residential_space": room.people > 0 and not living,
        "partitioned": room.partitioned and not limits.partition_allowed,
        "let_by_bed": room.let_by_bed and not limits.bed_letting_allowed,
    }
    return tuple(flag for flag in FLAGS if raised[flag])


def capacity(limits: LettingLimits, rooms: pd.DataFrame) -> pd.Series:
    """Persons that each dwelling may lodge: over its living rooms, the smaller of 2 and area ÷ 5 m², rounded down.

    ``rooms`` has ``dwelling_code, area_m2, purpose, partitioned``; rooms made by partition count nothing where
    partition is forbidden. Integer Series by dwelling, 0 for a dwelling without a room to let. Kin are not
    known here, so families may lawfully exceed it.
    """
    area = pd.to_numeric(rooms["area_m2"]).to_numpy(dtype=float)
    each = np.floor(area / float(limits.area_per_person_min_m2) + 1e-9)  # 9.9999999 out of a sum is 10
    held = np.minimum(each, limits.people_per_room_max)
    lettable = rooms["purpose"].isin(limits.living_purposes).to_numpy()
    if not limits.partition_allowed:
        lettable = lettable & ~rooms["partitioned"].to_numpy(dtype=bool)
    persons = pd.Series(np.where(lettable, held, 0).astype(int), index=rooms["dwelling_code"].to_numpy())
    return persons.groupby(level=0).sum().rename("capacity").rename_axis("dwelling_code")


def over_capacity(capacities: pd.Series, registrations: pd.Series) -> list[Hashable]:
    """Dwellings with more registrations than they may lodge, the fullest first; unknown capacities are left out."""
    held = registrations.reindex(capacities.index, fill_value=0)
    excess = (held - capacities)[held > capacities]
    return list(excess.sort_values(ascending=False, kind="stable").index)


def is_concentrated_rental(values: Values, rooms: int, residents: int, inside_estate: bool) -> bool | None:
    """EX-2: rooms let by one operator in one building outside urban residential estates, many enough.

    None before the regulation is in force: then the class does not exist.
    """
    least_rooms, least_residents = values["ex2.rooms_min"], values["ex2.residents_min"]
    if least_rooms is None or least_residents is None:
        return None
    if min(rooms, residents) < 0:
        raise InputError(f"{rooms} rooms with {residents} residents is impossible")
    if inside_estate and values["ex2.outside_estates_only"]:
        return False
    return bool(rooms >= least_rooms or residents >= least_residents)
