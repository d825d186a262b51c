"""The five towns' rule sets as they stand in files; ``grids.assessment.rule_set`` validates what is read here."""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

COMMON = "common"


def available() -> list[str]:
    """Names with versions of the towns' rule sets: ``sanlin-2022`` and so on, sorted."""
    names = (entry.name for entry in resources.files(__name__).iterdir())
    return sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml") and n != f"{COMMON}.toml")


def load(town: str) -> dict[str, Any]:
    """Content of the newest rule set of ``town``, with the conventions that all towns share merged in.

    ``town`` is a town's name in letters or in Chinese, or a name with version; a town's own entry replaces
    a shared one of the same key. Decimals stay decimal. Raises KeyError for a town without a rule set.

    >>> load("三林镇")["rule_set"]["town"]
    'sanlin'
    """
    return versions(town)[-1]


def versions(town: str) -> list[dict[str, Any]]:
    """All rule sets of ``town``, oldest first; one if ``town`` names a version. Raises KeyError for none."""
    found = [raw for name in available() if town in _names(name, raw := _read(name))]
    if not found:
        raise KeyError(f"no rule set for {town!r}; there are {', '.join(available())}")
    return [_with_common(raw) for raw in found]


def load_file(path: Path) -> dict[str, Any]:
    """A rule set of a town's own making, with the shared conventions merged in."""
    return _with_common(tomllib.loads(path.read_text("utf-8"), parse_float=Decimal))


def _names(name: str, raw: dict[str, Any]) -> tuple[str, ...]:
    head = raw["rule_set"]
    short = head["name_zh"].rstrip("镇街道")
    return name, head["town"], head["name_zh"], short, short.removesuffix("路")


def _with_common(raw: dict[str, Any]) -> dict[str, Any]:
    own = {entry["key"] for entry in raw["parameter"]}
    shared = _read(COMMON)["parameter"]
    return {**raw, "parameter": [entry for entry in shared if entry["key"] not in own] + raw["parameter"]}


def holidays() -> dict[dt.date, bool]:
    """Days that differ from the plain week: True for a make-up working day (调休), False for a day off.

    From the editable ``seeds/holidays.csv``; its column ``verified`` says whether a second source agreed.
    """
    text = resources.files("seeds").joinpath("holidays.csv").read_text("utf-8")
    return {
        dt.date.fromisoformat(row["date"]): row["kind"] == "workday"
        for row in csv.DictReader(text.splitlines())
    }


def _read(name: str) -> dict[str, Any]:
    text = resources.files(__name__).joinpath(f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text, parse_float=Decimal)
