"""The town's rule sets and what a change of them would do."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Day, MonthText


class RuleSetHead(TypedDict):
    """Whose rules, from which document, between which dates (both included)."""

    town: str
    version: str
    name_zh: str
    name_en: str
    document: str
    dated: Day
    valid_from: Day
    valid_to: NotRequired[Day]
    families: list[str]
    title: str
    reason: str


class Parameter(TypedDict):
    """One number or policy with its source; ``unset`` where the document does not say."""

    key: str
    value: NotRequired[Any]
    unset: NotRequired[bool]
    unit: NotRequired[str]
    source: str
    """literal、inferred、ours 等 / how sure it is"""
    phrase: NotRequired[str]
    """原文 / the document's own words"""
    document: NotRequired[str]
    dated: NotRequired[Day]
    ambiguity: NotRequired[int]
    choices: NotRequired[list[str]]
    valid_from: NotRequired[Day]
    valid_to: NotRequired[Day]
    note_zh: NotRequired[str]
    note_en: NotRequired[str]


class RuleSet(TypedDict):
    """A version of the rules, whole."""

    id: str
    rule_set: RuleSetHead
    parameter: list[Parameter]
    valid_to: Day | None
    ambiguities: dict[str, list[str]]
    """歧义编号 → 参数 / number of an ambiguity → the parameters that decide it"""


class PreviewedLine(TypedDict):
    code: str
    name: str
    rank: int | None
    rank_after: int | None
    figure: float | None
    figure_after: float | None


class RulePreview(TypedDict):
    """A month's results under changed numbers beside those under the present ones."""

    month: MonthText
    changes: dict[str, Any]
    moved: int
    """名次变动的单位数 / units whose rank differs"""
    rows: list[PreviewedLine]
