"""The monthly meeting: ranking, ladder, calendar, decisions, inputs."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Day, Moment, MonthText, Said, Share, WallTime

ReviewState = Literal["open", "frozen", "scored", "published", "corrected"]


class ReviewRevision(TypedDict):
    revision: int
    state: ReviewState
    reason: str | None
    published_at: Moment | None


class RulesUsed(TypedDict):
    id: str
    name: str
    name_en: str
    document: str


class Decisions(TypedDict):
    """The decisions that may come next, and whether the caller may take them."""

    freeze: NotRequired[bool]
    score: NotRequired[bool]
    publish: NotRequired[bool]
    correct: NotRequired[bool]
    reopen: NotRequired[bool]


class ReleaseUsed(TypedDict):
    number: str
    published_at: Moment


class MeasuredAccuracy(TypedDict):
    """Correct of checked with its 95 % interval."""

    value: Share | None
    numerator: int
    denominator: int
    low: float | None
    high: float | None
    state: Literal["ok"]


class Ranked(TypedDict):
    """A unit's line of the ranking; ranks within the interval of luck are shown as a span."""

    code: str
    name: str
    name_en: str | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    previous_rank: int | None
    score: float | None
    score_text: str
    """如表所示 / as the form prints it"""
    accuracy: MeasuredAccuracy | None
    checked: int
    target: int | None
    group: int | None
    groups: str
    """同组字母，同组不可区分 / letters of groups that cannot be told apart"""
    ladder_level: int | None
    items: dict[str, dict[str, Any]]
    """规则 → 得分：shown、full、met、inputs、steps / rule → its score"""


class LadderStep(TypedDict):
    """A step of the escalation ladder: which duty meets whom."""

    code: str
    name: str
    rule: str
    level: int
    count: int
    months: list[MonthText]
    reason: str
    reason_en: str


class LateItem(TypedDict):
    what: str
    what_en: str
    area: str | None
    due: Day
    days_late: int


class TodoItem(TypedDict):
    what: str
    what_en: str
    area: str
    code: str | None


class Duty(TypedDict):
    """A duty of the month; ``unrecorded``: nothing in the data shows whether it was done."""

    key: str
    rule: str
    cadence: str
    due: WallTime
    what: str
    what_en: str
    state: Literal["due", "done", "done_late", "late", "unrecorded"]
    done_at: Moment | None


class TrendPoint(TypedDict):
    """The town in one month, on the boundary version that was in force."""

    month: MonthText
    checked_share: float | None
    check_density: float | None
    group_renting_rate: float | None
    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    checked: int | None
    residents: int | None
    dwellings_checked: int | None


class LuckFound(Said):
    """What luck alone would do to equal committees (M-4), in a sentence and in numbers."""

    units: int
    places: int
    months: int
    expected: list[float]
    """按运气，被点名 k 次的单位数 / units that luck would name k times"""
    observed: list[int]
    """实际 / units that were"""


class Review(TypedDict):
    """Everything of one month's meeting that the caller may see."""

    month: MonthText
    state: ReviewState
    revision: int
    revisions: list[ReviewRevision]
    version: int | None
    rule_set: RulesUsed
    may: Decisions
    release: ReleaseUsed | None
    published_at: Moment | None
    ranking: list[Ranked]
    ladder: list[LadderStep]
    late: list[LateItem]
    todo: list[TodoItem]
    trends: list[TrendPoint]
    calendar: list[Duty]
    warnings: list[Said]
    choices: list[Said]
    town_accuracy: MeasuredAccuracy | None
    luck: LuckFound | None


class InputValue(TypedDict):
    committee_code: str
    item: str
    value: float


class MissingInput(TypedDict):
    committee_code: str
    item: str


class MonthInputs(TypedDict):
    """Typed-in values of a month, and what is still missing."""

    month: MonthText
    state: ReviewState
    values: list[InputValue]
    missing: list[MissingInput]


class InputsStored(TypedDict):
    stored: int


class FormTaken(TypedDict):
    """A filled form: what was read, stored, or differs from what the system computes (F-1)."""

    form: Literal["F-1", "F-2", "F-3"]
    read: int
    stored: int
    differences: list[str]


class DutyMarked(TypedDict):
    duty: str
    done: bool
