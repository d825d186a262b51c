"""Joint inspections: the ranking, a plan with its stops, what a team carries along."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Day, LonLat, MinuteOfDay, Moment, Said
from geo_service.schemas.answers.follow_up import InspectionFinding, InspectionMeasure

InspectionState = Literal["draft", "planned", "under_way", "recorded", "closed", "cancelled"]
StopOutcome = Literal["done", "no_access", "closed_site"]


class Reason(TypedDict):
    """Why a place was proposed: a signal about the place, never about who lives there."""

    signal: Literal[
        "overdue", "listed", "over_capacity", "churn", "crowded_dwelling", "source_mismatch", "open_finding",
        "no_access", "complaint", "hotspot",
    ]  # fmt: skip
    weight: float
    points: float
    value: float | None
    age_days: float | None
    zh: str
    en: str


class Candidate(TypedDict):
    """An open place in the ranking."""

    code: str
    name: str
    kind: str
    committee_code: str | None
    address: str | None
    point: LonLat | None
    score: float
    rank: int
    """名次，并列同名次 / ties share the best place"""
    last_visit_on: Day | None
    reasons: list[Reason]


class Candidates(TypedDict):
    """Open places ranked on a day, best first."""

    day: Day
    what: Literal["sites", "buildings"]
    count: int
    """共有多少处 / how many there are in all"""
    control_share: float
    """随机对照占比 / share drawn at random as a control"""
    rules: str
    sites: list[Candidate]


class ClosedLists(TypedDict):
    """The closed lists that forms choose from."""

    departments: list[str]
    out_of_hours_reasons: list[str]
    measures: list[str]
    evidence: list[str]
    ticket_answers: list[str]


class InspectionHead(TypedDict):
    id: str
    title: str
    day: Day
    state: InspectionState
    revision: int
    leader: str | None


class InspectionBrief(InspectionHead):
    """One line of the list."""

    created_by: str | None
    stops: int
    visited: int
    teams: int


class Team(TypedDict):
    """A team of departments."""

    code: str
    departments: list[str]
    begins: MinuteOfDay
    ends: MinuteOfDay
    lon: float | None
    lat: float | None


class RouteVisit(TypedDict):
    """A stop in a route."""

    site: str
    """检查点编号 / id of the stop"""
    arrives: MinuteOfDay
    starts: MinuteOfDay
    leaves: MinuteOfDay
    walk_m: int
    """步行米数 / metres walked to it"""


class RoutePlan(TypedDict):
    """The routes; empty before they were made."""

    routes: NotRequired[dict[str, list[RouteVisit]]]
    left_out: NotRequired[dict[str, Said]]
    """未列入的检查点及原因 / stops left out, and why"""
    walk_m: NotRequired[int]
    minutes: NotRequired[dict[str, int]]
    on_streets: NotRequired[bool]
    without: NotRequired[list[str]]


class PlaceOfStop(TypedDict):
    """A place to inspect, as whoever walks along may know it."""

    id: str
    site_code: str | None
    building_code: str | None
    team: str | None
    position: int | None
    arrive_at: Moment | None
    minutes: int
    opens: MinuteOfDay | None
    closes: MinuteOfDay | None
    locked: bool
    outcome: StopOutcome | None
    visited_at: Moment | None
    removed: bool
    code: str
    name: str
    kind: str | None
    address: str | None
    committee_code: str | None
    point: LonLat | None
    checklist: list[str]


class Stop(PlaceOfStop):
    """A place to inspect, as planners see it."""

    control: bool
    """随机对照 / drawn at random"""
    score: float | None
    reasons: list[Reason]


class ResultTaken(TypedDict):
    """A result as it was taken in."""

    id: str
    stop_id: str
    corrects: str | None
    outcome: StopOutcome
    state: Literal["stored", "late", "removed_stop"]
    visited_at: Moment
    clock_off_s: int
    """手机时钟偏差(秒) / the phone's clock was off by, in seconds"""
    account: str | None
    received_at: Moment


class PhotoRow(TypedDict):
    """A picture of a place; fetched at ``…/photos/{id}``."""

    id: str
    stop_id: str
    width: int
    height: int
    received_at: Moment


class Inspection(InspectionHead):
    """An inspection with its stops, findings, measures and receipts."""

    created_by: str | None
    stops: int
    visited: int
    parties: list[str]
    teams: list[Team]
    plan: RoutePlan
    out_of_hours_reason: str | None
    second_approver: str | None
    hours_from: MinuteOfDay | None
    hours_to: MinuteOfDay | None
    hours: tuple[MinuteOfDay, MinuteOfDay]
    needs_approval: bool
    stop_list: list[Stop]
    findings: list[InspectionFinding]
    measures: list[InspectionMeasure]
    results: list[ResultTaken]
    photos: list[PhotoRow]


class RoomAsDesigned(TypedDict):
    code: str
    purpose: Literal["living", "kitchen", "bathroom", "balcony", "storage"]
    area_m2: float | None
    partitioned: bool


class Home(TypedDict):
    """A dwelling at a stop, with its rooms as designed; no counts of people."""

    code: str
    building_code: str
    room_number: str | None
    use: str
    let: bool
    """出租 / is let"""
    filed: bool
    """已备案 / the letting is filed"""
    rooms: list[RoomAsDesigned] | None


class PackedStop(PlaceOfStop):
    dwellings: list[Home]


class LettingLimits(TypedDict):
    """The letting limits of the town's rule set (EX-1)."""

    people_per_room_max: Any
    area_per_person_min_m2: Any
    kin_exempts_count: Any
    partition_allowed: Any
    bed_letting_allowed: Any
    living_purposes: Any
    legal_basis: Any


class InspectionPack(InspectionHead):
    """What a team carries along on its phone."""

    hours: tuple[MinuteOfDay, MinuteOfDay]
    parties: list[str]
    team: str | None
    teams: list[str]
    stops: list[PackedStop]
    results: list[ResultTaken]
    limits: LettingLimits
    finding_of: dict[str, str]
    """检查项 → 发现 / checklist item → finding that a "not in order" is"""
