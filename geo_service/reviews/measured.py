"""What the register and the checks say of a month, as the figures that each family of rules reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geo_service.queries import indicators, places
from geo_service.queries import reviews as queries
from geo_service.queries.areas import names as area_names
from geo_service.queries.boundaries import last_day
from grids.assessment.rule_set import RuleSet, Values
from grids.assessment.scoring import SCORERS
from grids.errors import InputError
from grids.indicators.figures import UNASSIGNED

#: Typed-in items that each family reads; what is typed in for another town's rules is left alone.
ITEMS_OF = {
    "SL": ("sl1_", "sl2_", "sl3_", "sl4_", "sl5_"),
    "GM": ("staff_registrars", "population"),
    "SG": ("population",),
    "XJ": (),
    "FS": (),
}


@dataclass(frozen=True)
class Asked:
    """One question: the month of a subdistrict under a boundary version and the values in force."""

    session: Session
    subdistrict: str
    month: dt.date
    version_id: int
    values: Values

    def figures(self, by: str = "committee", month: dt.date | None = None) -> pd.DataFrame:
        counts = indicators.figures(self.session, self.subdistrict, month or self.month, self.version_id, by)
        return counts.drop(index=UNASSIGNED, errors="ignore")


@dataclass(frozen=True)
class Unit:
    """A committee or micro-grid with its figures; ``checks`` are (correct, checked) behind its accuracy."""

    code: str
    name: str
    name_en: str | None
    committee: str
    figures: dict[str, Any]
    checks: tuple[int, int]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for storage."""
        return {"code": self.code, "name": self.name, "name_en": self.name_en, "committee": self.committee,
                "figures": self.figures, "checks": list(self.checks)}  # fmt: skip


def family_of(rules: RuleSet) -> str:
    """The family of rules that scores this town."""
    found = next((f for f in rules.families if f in SCORERS), None)
    if found is None:
        raise InputError(f"rule set {rules.label} has no family of rules that scores a month")
    return found


def units(asked: Asked, family: str) -> list[Unit]:
    """Every unit of the month with what was measured, in the order of codes."""
    by = "micro-grid" if family == "XJ" else "committee"
    counts = asked.figures(by)
    named = area_names(asked.session, asked.subdistrict, by, asked.version_id, last_day(asked.month))
    measured = MEASURED[family](asked, counts)
    frame = "ground_" if family == "SG" and asked.values["sg6.frame"] == "ground" else ""
    committees = area_names(asked.session, asked.subdistrict, "committee", 0, last_day(asked.month))
    found = []
    for code in sorted(named):
        row: Any = counts.loc[code] if code in counts.index else None
        checks = (0, 0) if row is None else (int(row[f"{frame}correct"]), int(row[f"{frame}checked"]))
        about = named[code]
        committee = about.get("committee_code") or code
        name, name_en = about["name"], about.get("name_en")
        if by == "micro-grid":  # a grid's own name says little without its committee's
            of = committees.get(committee, {"name": committee, "name_en": committee})
            name, name_en = f"{of['name']} {name}", f"{of['name_en'] or of['name']} {name}"
        found.append(Unit(code, name, name_en, committee, measured.get(code, {}), checks))
    return found


def _sanlin(asked: Asked, counts: pd.DataFrame) -> dict[str, dict[str, Any]]:
    sub, day = asked.subdistrict, last_day(asked.month)
    stations = places.areas_of_kind(asked.session, sub, "police_station", day)
    station_of = {c["code"]: c["station"] for c in places.committees(asked.session, sub, day)}
    return {
        str(code): {
            "station": stations.get(station_of.get(str(code)) or "", {}).get("name", ""),
            "checked": int(row["checked"]),
            "correct": int(row["correct"]),
        }
        for code, row in counts.iterrows()
    }


def _gumei(_asked: Asked, counts: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {str(code): {"population": int(n)} for code, n in counts["residents"].items()}


def _shanggang(asked: Asked, counts: pd.DataFrame) -> dict[str, dict[str, Any]]:
    prefix, wrong = (
        ("ground_", "ground_wrong") if asked.values["sg6.frame"] == "ground" else ("", "wrong_particulars")
    )
    start = asked.month.replace(month=1) if asked.values["sg3.population_at"] == "year_start" else asked.month
    begun = counts if start == asked.month else asked.figures(month=start)
    people = begun["residents_at_start"].where(begun["residents_at_start"] > 0, begun["residents"])
    return {
        str(code): {
            "subtotal": int(row[f"{prefix}checked"]),
            "to_register": int(row[f"{prefix}to_register"]),
            "to_deregister": int(row[f"{prefix}to_deregister"]),
            "correct": int(row[f"{prefix}correct"]),
            "wrong_particulars": int(row[wrong]),
            "population": int(people.get(code, 0)),
            "covered": int(row["year_first_records_checked"] - row["first_records_checked"]),
        }
        for code, row in counts.iterrows()
    }


def _xujing(asked: Asked, counts: pd.DataFrame) -> dict[str, dict[str, Any]]:
    sub = asked.subdistrict
    work = queries.work_of_grid_staff(asked.session, sub, asked.month, asked.version_id)
    posts = queries.teams(asked.session, sub, last_day(asked.month))
    done, base = ("dwellings_checked", "dwellings_at_start") if asked.values["xj4.unit"] == "dwellings" else (
        "records_checked", "residents_at_start")  # fmt: skip
    found = {}
    for grid, row in counts.iterrows():
        code = str(grid)
        own, visits = work.get(code, (0, 0))
        changes = int(row["additions"] + row["changes"] + row["deregistrations"])
        in_force = int(row[base])
        found[code] = {
            # Activity is counted by building and changes by month: a record that came and went is in both or neither.
            "own": min(own, changes), "changes": changes, "own_visits": visits,
            # Records that came during the month are checked too, but only those in force at its start count.
            "distinct_checked": min(int(row[done]), in_force), "in_force": in_force,
            **{role: len(posts.get(code, {}).get(role, [])) for role in ("leader", "officer", "auxiliary")},
        }  # fmt: skip
    return found


def _fangsong(asked: Asked, counts: pd.DataFrame) -> dict[str, dict[str, Any]]:
    double = queries.duplicates(asked.session, asked.subdistrict, asked.version_id)
    return {
        str(code): {
            "records": int(row["residents"] + row["records_unlinked"]),
            "linked": int(row["residents"]),
            "occupied": int(row["dwellings_occupied"]),
            "with_record": int(row["dwellings_occupied"] - row["occupied_without_records"]),
            "duplicates": double.get(str(code), 0),
            "checked": int(row["ground_checked"]),
            "omissions": int(row["ground_to_register"]),
            "errors": int(row["ground_to_deregister"] + row["ground_wrong"]),
        }
        for code, row in counts.iterrows()
    }


MEASURED: Mapping[str, Callable[[Asked, pd.DataFrame], dict[str, dict[str, Any]]]] = {
    "SL": _sanlin,
    "GM": _gumei,
    "SG": _shanggang,
    "XJ": _xujing,
    "FS": _fangsong,
}
