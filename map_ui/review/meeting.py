"""What the meeting opens: one month of one town as plain values, whoever gathered them. Units of shares: 0 to 1."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from map_ui.wording import month_text

Said = tuple[str, str]
"""A sentence in Chinese and in English."""


@dataclass(frozen=True)
class Accuracy:
    """Correct of checked with its interval; everything but the counts is None where nothing was checked."""

    correct: int
    checked: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Ranked:
    """One unit's line of the ranking. ``items`` maps a rule to its stored score (shown, full, met, inputs, steps)."""

    code: str
    name: str
    name_en: str | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    previous_rank: int | None
    score: str
    accuracy: Accuracy
    groups: str
    target: int | None
    ladder_level: int | None
    figures: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def shown(self, rule: str) -> str:
        """The score of one rule as people read it; a dash where the rule gives none."""
        return str(self.items[rule]["shown"]) if rule in self.items else "—"


@dataclass(frozen=True)
class Step:
    """A ladder event: the level reached and which role meets whom, never a name."""

    code: str
    name: str
    rule: str
    level: int
    count: int
    said: Said
    notes: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Late:
    """Something overdue. ``area`` is empty for the whole town."""

    what: Said
    area: str
    due: dt.date
    days_late: int


@dataclass(frozen=True)
class Todo:
    """Something to do next, with the committee it concerns where there is one."""

    what: Said
    area: str = ""
    code: str | None = None


@dataclass(frozen=True)
class Duty:
    """One line of the calendar; ``state`` is due, done, done_late, late or unrecorded."""

    key: str
    rule: str
    cadence: str
    due: dt.datetime
    what: Said
    state: str
    done_at: dt.datetime | None = None


@dataclass(frozen=True)
class Luck:
    """What luck alone would do (M-4): equal units, ``places`` of them named each month, over ``months`` months.

    ``expected[k]`` is how many of ``units`` would be named k times; ``observed[k]`` how many were.
    """

    units: int
    places: int
    months: int
    expected: tuple[float, ...]
    observed: tuple[int, ...]
    threshold: int
    said: Said


@dataclass(frozen=True)
class Meeting:
    """Everything that the forms, the bulletin and the pack print."""

    town: str
    town_en: str
    month: dt.date
    state: str
    revision: int
    family: str
    rule_set: str
    rule_name: Said
    rule_document: str
    as_of: dt.date
    version: int | None
    version_name: str
    release: str | None
    provisional: bool
    reason: Said | None
    ranking: tuple[Ranked, ...]
    ladder: tuple[Step, ...]
    late: tuple[Late, ...]
    todo: tuple[Todo, ...]
    calendar: tuple[Duty, ...]
    trends: tuple[Mapping[str, Any], ...]
    warnings: tuple[Said, ...]
    choices: tuple[Said, ...]
    town_accuracy: Accuracy
    accuracy_target: float
    luck: Luck | None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    teams: tuple[Mapping[str, Any], ...] = ()

    @property
    def month_zh(self) -> str:
        """``2026年3月``."""
        return month_text(f"{self.month:%Y-%m}")

    @property
    def key(self) -> str:
        """``2026-03``."""
        return f"{self.month:%Y-%m}"

    @property
    def state_line(self) -> str:
        """State, revision and release as every sheet's footer says them."""
        state = {
            "open": "未冻结",
            "frozen": "已冻结",
            "scored": "已评分",
            "published": "已公布",
            "corrected": "已更正",
        }
        parts = ["草稿，未公布" if self.provisional else state[self.state]]
        if self.revision:
            parts.append(f"第{self.revision}次更正")
        parts.append(f"发布号 {self.release}" if self.release else "发布号 —")
        return " · ".join(parts)
