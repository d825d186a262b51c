"""A score that explains itself: what went in, which rule and parameters, every step, in two languages (CV-9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from grids.assessment.exact import shown


class Said(NamedTuple):
    """One sentence in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True)
class Score:
    """The result of one rule for one unit and month.

    ``value`` is exact and None where it is absent (not assessed); ``full`` the full marks if the rule has
    any; ``met`` the answer of a rule that asks yes or no. ``parameters`` are the values that were read, by key.
    The time of computing is the caller's to add: the rules know no clock.
    """

    rule: str
    value: Fraction | None
    full: Fraction | None = None
    met: bool | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Said, ...] = ()
    notes: tuple[Said, ...] = ()
    rule_set: str = ""

    @property
    def text(self) -> str:
        """The value as a form prints it: two decimals at most, a dash where absent."""
        return shown(self.value)

    def explain(self, language: str = "zh") -> list[str]:
        """The steps and notes as sentences in ``zh`` or ``en``."""
        pick = 0 if language == "zh" else 1
        return [said[pick] for said in (*self.steps, *self.notes)]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: the exact fraction as text beside the shown decimal."""
        return {
            "rule": self.rule,
            "value": None if self.value is None else str(self.value),
            "shown": self.text,
            "full": None if self.full is None else str(self.full),
            "met": self.met,
            "inputs": {key: plain(item) for key, item in self.inputs.items()},
            "parameters": {key: plain(item) for key, item in self.parameters.items()},
            "steps": [said._asdict() for said in self.steps],
            "notes": [said._asdict() for said in self.notes],
            "rule_set": self.rule_set,
        }


def plain(value: Any) -> Any:
    """``value`` in types that JSON knows; fractions become exact text, days ISO text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return str(value)
