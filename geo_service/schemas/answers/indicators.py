"""Figures of a month: measures with numerator, denominator and interval, and the counts they come from."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Day, MonthText

State = Literal["ok", "zero", "no_data"]


class Measure(TypedDict):
    """A rate. ``no_data``: nothing to divide by, so there is no value, neither 0 nor 1."""

    numerator: int | None
    denominator: float | None
    """分母；按面积的为平方米 / denominator; square metres where it is an area"""
    value: float | None
    low: float | None
    """95% 区间下限；全数统计的等于值 / lower end of the 95 % interval; the value itself where all were counted"""
    high: float | None
    n: float | None
    state: State


class Accuracy(Measure):
    """The register's accuracy, and what the checks so far can say about the target of 98 %."""

    verdict: Literal["meets", "misses", "cannot_tell_yet", "absent"]
    further_checks: int | None
    """还须核查几人才能判断 / checks still needed before it can be told"""


class Measures(TypedDict):
    checked_share: Measure
    """当月核查过的房屋 ÷ 月末房屋 / distinct dwellings checked in the month of dwellings at its end"""
    record_share: Measure
    """当月核查过的登记 ÷ 月初登记 / distinct records checked in the month of records at its start (XJ-4)"""
    link_share: Measure
    """房屋编码有效的登记 ÷ 全部登记 / records whose dwelling stands, of all records (FS-1)"""
    accuracy: Accuracy
    """正确 ÷ 核查(登记抽样) / correct of checked, sampled from the register"""
    ground_accuracy: Measure
    """正确 ÷ 核查(上门) / correct of checked, from the ground"""
    group_renting_rate: Measure
    """发现群租 ÷ 查看的出租房屋 / group renting found of lettings inspected"""
    check_density: Measure
    """每百套房屋走访次数 / visits per 100 dwellings"""
    check_density_km2: Measure
    """每平方公里走访次数 / visits per square kilometre"""


class Totals(TypedDict):
    """Counts summed first, then the rates of the sums."""

    measures: Measures
    counts: dict[str, int | None]
    """人、户、次等计数；缺为空 / counts of records, dwellings, visits; null where a part is not known"""


class AreaRow(Totals):
    """The figures of one area."""

    code: str
    name: str
    name_en: NotRequired[str | None]
    committee_code: NotRequired[str]
    """微网格所属居委会 / committee of a micro-grid"""
    locked: NotRequired[bool]
    area_m2: NotRequired[float | None]


class VersionUsed(TypedDict):
    """The boundary version that the figures are counted on."""

    id: int
    name: str
    valid_from: Day | None


class Indicators(TypedDict):
    """Every measure of every area of one kind, and of the whole."""

    month: MonthText
    by: Literal["micro-grid", "committee", "zone", "block", "station", "subdistrict", "cell", "building"]
    version: VersionUsed
    as_of: Day
    rows: list[AreaRow]
    unassigned: Totals | None
    """不属任何区域的楼栋 / buildings of no area, so that the sums close"""
    total: Totals


class MonthTotals(Totals):
    """The figures of an area in one month, on the boundary version that was in force in it."""

    month: MonthText
    version: int


class History(TypedDict):
    """Month by month, the oldest first; a month without a boundary version or figures is left out."""

    area: str
    points: list[MonthTotals]


class DrawnArea(Totals):
    """Figures of a polygon just drawn: the buildings whose representative point it covers."""

    month: MonthText
    version: int
    buildings: int
    area_m2: float
