"""Scores for what was not measured: absent is neither zero nor full marks (RULES.md CV-2)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grids.assessment.rule_set import Values
from grids.assessment.score import Said, Score

NOT_MEASURED = Said("未测或未填，不计算", "not measured or not entered: absent")
NOBODY = Said("本单位无此类对象，按满分计", "nobody of the kind here: full marks by the town's parameter")


def absent(v: Values, rule: str, inputs: Mapping[str, Any], full: Fraction | None = None) -> Score:
    """A score that could not be computed because nothing was measured or typed in."""
    return Score(rule, None, full, None, inputs, dict(v.read), notes=(NOT_MEASURED,), rule_set=v.label)


def nobody(v: Values, rule: str, item: str, inputs: Mapping[str, Any], full: Fraction) -> Score:
    """A score where the committee has nobody of the class: the item's ``empty_policy`` decides, with a note."""
    if v[f"{item}.empty_policy"] == "absent":
        return absent(v, rule, inputs, full)
    return Score(rule, full, full, None, inputs, dict(v.read), notes=(NOBODY,), rule_set=v.label)
