"""Released months, and what they say of a drawn area."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Moment, MonthText


class ReleaseRow(TypedDict):
    """A released month; a revision stands beside what it revises."""

    id: int
    month: MonthText
    revision: int
    reason: Literal["late_checks", "wrong_input", "data_repair", "wrong_boundary"] | None
    version: int
    """划格版本 / boundary version"""
    computed_at: Moment
    checksum: str | None
    """发布值的 SHA-256 / SHA-256 of the released values"""
    parameters: dict[str, Any]
    """隐匿参数 / parameters of withholding: k, fewest, floors of a block"""


class ReleasedRate(TypedDict):
    """A rate over whole release blocks; every part is null where it is withheld."""

    numerator: int | None
    denominator: int | None
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    state: Literal["ok", "zero", "no_data", "withheld"]


class ReleasedRates(TypedDict):
    checked_share: ReleasedRate
    """当月核查房屋占比 / share of dwellings checked in the month"""
    accuracy: ReleasedRate
    """准确率(登记抽样) / correct of checked, sampled from the register"""
    ground_accuracy: ReleasedRate
    """准确率(上门) / correct of checked, from the ground"""
    group_renting_rate: ReleasedRate
    """发现群租 ÷ 查看出租 / group renting found of lettings inspected"""
    check_density: ReleasedRate
    """每百套房屋走访次数 / visits per 100 dwellings"""


class ReleasedArea(TypedDict):
    """Figures of a drawn polygon from a month's release, in whole release blocks."""

    month: MonthText
    release: int
    version: int
    blocks: int
    """范围内的发布块数 / release blocks inside"""
    measures: ReleasedRates
    counts: dict[str, int | None]
    blocks_counted: dict[str, int]
    """各计数所含块数 / blocks that each count is over"""
