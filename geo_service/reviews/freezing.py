"""Inputs of a month as they are frozen: every figure a score needs, and the rule set in full (CV-9)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from geo_service.dependencies import version_for
from geo_service.queries import reviews as queries
from geo_service.reviews.measured import ITEMS_OF, Asked, Unit, family_of, units
from geo_service.reviews.rules import rule_sets
from geo_service.tables.assessment import AssessmentInput
from grids.assessment.count_columns import TABLES
from grids.assessment.exact import Number
from grids.assessment.inputs import ITEMS
from grids.assessment.inputs import rows as merged
from grids.assessment.parameters import month_end
from grids.assessment.rule_set import RuleSet, from_dict, pick
from grids.assessment.score import plain
from grids.assessment.scoring import Row

#: What the police station and the office type in each month, by family; other items are optional.
EXPECTED = {
    "SL": ("sl1_cancelled_accounts", "sl3_town_total", "sl4_declared", "sl4_base", "sl5_contributed"),
    "GM": ("staff_registrars",),
}


#: The filled monthly form F-2, where a town types it in instead of taking the counts of its checks.
FORM_ITEMS = {
    "sg6_subtotal": "subtotal",
    "sg6_to_register": "to_register",
    "sg6_to_deregister": "to_deregister",
    "sg6_correct": "correct",
    "sg6_wrong_particulars": "wrong_particulars",
}


@dataclasses.dataclass(frozen=True)
class Frozen:
    """One month's inputs. ``document`` is what the database keeps; rows and rules are read from it alone."""

    month: dt.date
    document: Mapping[str, Any]

    @property
    def family(self) -> str:
        return str(self.document["family"])

    @property
    def units(self) -> list[dict[str, Any]]:
        return list(self.document["units"])

    @property
    def rules(self) -> RuleSet:
        """The rule set as frozen, made valid for this month only so that months with different ones go together."""
        held = from_dict(self.document["rule_set"])
        return dataclasses.replace(held, valid_from=self.month, valid_to=month_end(self.month))

    @property
    def rows(self) -> list[Row]:
        return [Row(self.month, u["code"], _exact(self.family, u["figures"])) for u in self.units]


def freeze(session: Session, subdistrict: str, month: dt.date, town: str | None = None) -> tuple[Frozen, int]:
    """The inputs of a month as the data stand now, and the boundary version they are counted on."""
    rules = pick(rule_sets(session, subdistrict, town), month)
    version = version_for(session, subdistrict, month)
    family = family_of(rules)
    asked = Asked(session, subdistrict, month, version.id, rules.at(month))
    stored = queries.inputs(session, subdistrict, month)
    found = [_with_form(unit, stored) if family == "SG" else unit for unit in units(asked, family)]
    typed = [
        (month, row.committee_code, row.item, str(row.value))
        for row in stored
        if row.item.startswith(ITEMS_OF[family]) and row.item in ITEMS
    ]
    figures = _with_inputs(month, typed, {u.code: u.figures for u in found})
    document = {
        "family": family,
        "rule_set": rules.to_dict(),
        "version": version.id,
        "units": [plain(dataclasses.replace(u, figures=figures[u.code]).to_dict()) for u in found],
        "missing": missing_inputs(family, [u.code for u in found], typed),
    }
    return Frozen(month, document), version.id


def _with_form(unit: Unit, stored: Sequence[AssessmentInput]) -> Unit:
    """A committee whose form was typed in: its counts stand before those of the checks."""
    typed = {
        FORM_ITEMS[row.item]: int(row.value)
        for row in stored
        if row.committee_code == unit.code and row.item in FORM_ITEMS
    }
    if "subtotal" not in typed:
        return unit
    checks = (typed.get("correct", 0), typed["subtotal"])
    return dataclasses.replace(unit, figures={**unit.figures, **typed}, checks=checks)


def _with_inputs(
    month: dt.date,
    typed: Sequence[tuple[dt.date, str, str, Number]],
    measured: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Figures by unit with the typed-in values on top; an input of a committee that is not there is left out."""
    known = [row for row in typed if row[1] == "" or row[1] in measured]
    found = merged(known, {(month, code): figures for code, figures in measured.items()})
    return {row.unit: dict(row.figures) for row in found}


def missing_inputs(
    family: str, codes: Sequence[str], typed: Sequence[tuple[dt.date, str, str, Number]]
) -> list[list[str]]:
    """[committee, item] of every value that should have been typed in and was not."""
    there = {(committee, item) for _, committee, item, _ in typed}
    return [
        [code, item]
        for code in codes
        for item in EXPECTED.get(family, ())
        if (code, item) not in there and ("", item) not in there
    ]


def _exact(family: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Stored figures with their exact types: percentages were kept as the text of a fraction."""
    kinds = {name: column.kind for name, column in TABLES[family].items()}
    return {
        name: Fraction(str(value)) if kinds.get(name) == "percent" and value is not None else value
        for name, value in figures.items()
    }
