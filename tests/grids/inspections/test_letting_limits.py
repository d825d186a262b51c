"""Vectors EX-1 and EX-2 of RULES.md."""

from __future__ import annotations

import pandas as pd
import pytest

from grids.assessment.rule_set import from_dict
from grids.errors import InputError
from grids.inspections.letting_limits import (
    LettingLimits,
    Room,
    capacity,
    is_concentrated_rental,
    over_capacity,
    room_flags,
)
from seeds.rule_sets import load

RULES = from_dict(load("sanlin"))
LIMITS = LettingLimits.of(RULES.at("2024-12"))


@pytest.mark.parametrize(
    ("room", "flags"),
    [
        (Room(12, 2), ()),
        (Room(18, 3), ("over_2_per_room",)),
        (Room(18, 3, kin=True), ()),
        (Room(12, 3, kin=True), ("under_5m2",)),
        (Room(10, 2), ()),
        (Room("9.9", 2), ("under_5m2",)),
        (Room(9.9, 2), ("under_5m2",)),
        (Room(8, 1, "kitchen"), ("non_residential_space",)),
        (Room(14, 3), ("over_2_per_room", "under_5m2")),
        (Room(12, 0), ()),
        (Room(12, 0, partitioned=True), ("partitioned",)),
        (Room(20, 2, let_by_bed=True), ("let_by_bed",)),
        (Room(6, 0, "kitchen"), ()),
    ],
)
def test_flags_of_a_room(room, flags):
    assert room_flags(LIMITS, room) == flags


@pytest.mark.parametrize("room", [Room(-1, 1), Room(10, -1), Room(10, 1, "garage"), Room("ten", 1)])
def test_an_impossible_room_is_refused(room):
    with pytest.raises(InputError):
        room_flags(LIMITS, room)


@pytest.mark.parametrize(
    ("rooms", "residents", "inside", "answer"),
    [(9, 14, False, False), (10, 1, False, True), (9, 15, False, True), (30, 60, True, False)],
)
def test_concentrated_rental(rooms, residents, inside, answer):
    assert is_concentrated_rental(RULES.at("2024-12"), rooms, residents, inside) is answer


def test_before_the_regulation_the_class_does_not_exist():
    assert is_concentrated_rental(RULES.at("2024-01"), 30, 60, False) is None


def test_capacity_counts_living_rooms_by_persons_and_area():
    rooms = pd.DataFrame(
        [("a", 20.0, "living", False), ("a", 9.9, "living", False), ("a", 8.0, "kitchen", False),
         ("b", 30.0, "living", True), ("c", 4.0, "living", False), ("c", 10.0, "living", False)],
        columns=["dwelling_code", "area_m2", "purpose", "partitioned"],
    )  # fmt: skip
    held = capacity(LIMITS, rooms)
    assert held.to_dict() == {"a": 3, "b": 0, "c": 2}
    assert over_capacity(held, pd.Series({"a": 4, "b": 5, "c": 2, "unknown": 9})) == ["b", "a"]


def test_a_kin_room_that_is_too_full_by_count_is_fine_but_capacity_does_not_know_it():
    assert room_flags(LIMITS, Room(30, 4, kin=True)) == ()
    family = pd.DataFrame(
        [("a", 30.0, "living", False)], columns=["dwelling_code", "area_m2", "purpose", "partitioned"]
    )
    assert capacity(LIMITS, family)["a"] == 2
