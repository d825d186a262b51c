"""How good the register's data are."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Day, Share

MeasureKey = Literal[
    "link_rate",
    "dwellings_with_record",
    "duplicates",
    "to_register",
    "to_deregister",
    "buildings_without_footprint",
]


class QualityMeasure(TypedDict):
    key: MeasureKey
    numerator: int
    denominator: int
    value: Share | None
    target: float | None


class CommitteeQuality(TypedDict):
    """The lines of one committee: rates as shares, the rest as counts."""

    code: str
    name: str
    name_en: str | None
    link_rate: Share | None
    """能对应房屋的登记 / records whose dwelling stands (FS-1)"""
    dwellings_with_record: Share | None
    """有登记的在用房屋 / occupied dwellings with a record"""
    duplicates: int
    to_register: int
    """应登未登 / to register"""
    to_deregister: int
    """应消未消 / to deregister"""
    buildings_without_footprint: int


class QualityIssue(TypedDict):
    """Something to look at, and how many of it there are."""

    kind: Literal["unlinked", "retired_dwelling", "stale", "no_committee"]
    n: int
    detail: str


class Quality(TypedDict):
    as_of: Day | None
    """最近一次导入登记或房屋 / day of the last load of registrations or dwellings"""
    checks_since: Day
    measures: list[QualityMeasure]
    by_committee: list[CommitteeQuality]
    issues: list[QualityIssue]
