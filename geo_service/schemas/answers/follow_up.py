"""What inspections find and what follows: receipts, findings, measures, what was learnt."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Day, Moment, MonthText, Share

FindingKind = Literal[
    "group_rental", "illegal_structure", "residential_to_other", "other_to_residential", "over_2_per_room", "under_5m2",
    "non_residential_space", "partitioned", "let_by_bed", "fire_risk", "structure_risk", "not_filed", "register_mismatch",
]  # fmt: skip


class InspectionFinding(TypedDict):
    """A fact about a dwelling or one of its rooms."""

    id: str
    stop_id: str
    result_id: str | None
    building_code: str
    dwelling_code: str | None
    room_code: str | None
    kind: FindingKind
    found_on: Day
    people: int | None
    """房内人数，仅计数 / people in the room, a count"""
    area_m2: float | None
    note: str | None


class EvidenceKept(TypedDict):
    kind: str
    photo_id: NotRequired[str | None]
    note: NotRequired[str | None]


class InspectionMeasure(TypedDict):
    """A measure until it is closed with evidence."""

    id: str
    inspection_id: str | None
    finding_id: str | None
    site_code: str | None
    building_code: str | None
    kind: str
    department: str
    due_on: Day
    state: Literal["open", "done", "closed"]
    revisit_on: Day | None
    closed_on: Day | None
    evidence: EvidenceKept | None
    revision: int
    history: list[dict[str, Any]]
    """经过：时间、账号、改动 / what changed, when, by which account"""
    days_late: NotRequired[int]


class FindingReceipt(TypedDict):
    id: str
    kind: FindingKind
    room_code: str | None
    dwelling_code: str | None


class ResultReceipt(TypedDict):
    """What became of a result that a phone sent."""

    id: str
    state: Literal["stored", "late", "removed_stop", "duplicate"]
    received_at: Moment
    visited_at: Moment
    """按服务器时钟校正 / corrected by the server's clock"""
    clock_off_s: int
    findings: list[FindingReceipt]


class PhotoReceipt(TypedDict):
    id: str
    width: int
    height: int
    bytes: int
    state: Literal["stored", "duplicate"]


class Compared(TypedDict):
    """Finds per visited site, ranked against the random control, with the ratio's 95 % interval."""

    ranked_found: int
    ranked_visited: int
    control_found: int
    control_visited: int
    ranked: Share | None
    control: Share | None
    ratio: float | None
    low: float | None
    high: float | None
    verdict: Literal["better", "worse", "cannot_tell", "no_data"]


class ComparedSignal(Compared):
    signal: str


class Learnt(TypedDict):
    """Whether the ranking finds more than chance, together and per signal."""

    all: Compared
    signals: list[ComparedSignal]


class SiteKindCoverage(TypedDict):
    kind: str
    open: int
    inspected: int


class SiteCoverage(TypedDict):
    """Key sites inspected in a month of those open in it (GM-3)."""

    month: MonthText
    open: int
    inspected: int
    share: Share | None
    kinds: list[SiteKindCoverage]
    not_yet: list[str]


class ShutHome(TypedDict):
    """A dwelling for which a ticket may be decided on (SG-12)."""

    dwelling_code: str
    building_code: str
    days: int
    """未能入户的天数 / days on which nobody could enter"""
    last_at: Moment
