"""The five towns' rule sets, validated once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from grids.assessment.rule_set import RuleSet, Values, amend, from_dict
from seeds.rule_sets import load


@cache
def town(name: str) -> RuleSet:
    return from_dict(load(name))


@pytest.fixture
def values() -> Callable[..., Values]:
    """Values of a town in a month, with some parameters changed."""

    def read(name: str, month: str = "2024-12", **changes: Any) -> Values:
        rules = town(name)
        if changes:
            dotted = {key.replace("__", "."): value for key, value in changes.items()}
            rules = amend(rules, dotted, dt.date(2024, 6, 1), "test", "a test asks for it")[1]
        return rules.at(month)

    return read


@pytest.fixture
def rules_of() -> Callable[[str], RuleSet]:
    return town
