"""Drawing micro-grids: versions, a draft with its grids, what an operation changed, what publishing would change."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Moment, PolygonGeometry, Said, Share
from geo_service.schemas.answers.places import Version


class VersionSummary(Version):
    """A boundary version in a list: drafts, published ones, withdrawn ones."""

    revision: int
    """修订号，每步加一 / goes up with each step"""
    plot_set: int
    parent: int | None
    """由哪个版本而来 / version it started from"""
    committee: str | None
    """仅某居委会的草案 / draft of one committee alone (XJ-13)"""
    scheme: str
    """编码方案 / scheme of codes"""
    target: float
    """每格目标人数 / residents aimed at per grid"""
    created_by: str | None
    created_at: Moment
    published_by: str | None
    published_at: Moment | None


class GridNumbers(TypedDict):
    """The figures of a micro-grid as drawn, of today's residents. Off target = unavoidable + added."""

    residents: float
    dwellings: float
    key_sites: float
    checks_due: float
    """本年尚待核查 / records still to be checked this year"""
    plots: int
    """地块 / plots"""
    buildings: int
    area_m2: float
    off_target: float
    """与目标人数之差的比例 / share off the target"""
    unavoidable: float
    """其中居委会人数所致 / part that the committee's size makes unavoidable"""
    added: float
    """其中划法所致 / part that the drawing adds"""
    deviation: float
    """与本居委会均值之差的比例 / share off the mean of its own committee"""
    staff_required: int
    """须配管理员，每1500人一名 / registrars required, one per 1,500 residents (GM-1)"""


class GridFigures(GridNumbers):
    code: str
    name: str
    committee_code: str
    locked: bool


class GridNumbersOf(GridNumbers):
    code: str


class GridFeature(TypedDict):
    type: Literal["Feature"]
    id: str
    geometry: PolygonGeometry
    properties: GridFigures


class GridCollection(TypedDict):
    """Micro-grids as GeoJSON (EPSG:4326), with their figures."""

    type: Literal["FeatureCollection"]
    features: list[GridFeature]


class GridProblem(TypedDict):
    """What a planner should look at."""

    kind: Literal["no_residents", "off_balance", "in_pieces"]
    ids: list[str]
    """微网格代码 / codes of micro-grids"""
    note: NotRequired[str]
    value: NotRequired[float]
    """与均值之差的比例 / share off the mean"""
    pieces: NotRequired[int]


class OperationNote(TypedDict):
    """Something an operation noticed on its way."""

    kind: str
    ids: list[Any]
    note: str


class LoggedOperation(TypedDict):
    """What was done on a draft."""

    seq: int
    kind: str
    account: str | None
    at: Moment
    undone: bool
    grids: list[str]
    """所改微网格，至多20个 / grids it changed, at most 20"""


class Draft(VersionSummary):
    """A version with its grids, the newest operation first."""

    can_undo: bool
    can_redo: bool
    grids: GridCollection
    plots_url: str
    problems: list[GridProblem]
    operations: list[LoggedOperation]


class PlotProperties(TypedDict):
    plot_id: int
    building_code: str | None
    committee_code: str
    grid_code: str
    residents: float


class PlotFeature(TypedDict):
    type: Literal["Feature"]
    id: int
    geometry: PolygonGeometry
    properties: PlotProperties


class PlotCollection(TypedDict):
    """Every plot of a version with its grid, as GeoJSON (EPSG:4326)."""

    type: Literal["FeatureCollection"]
    features: list[PlotFeature]


class DoneOperation(TypedDict):
    kind: str
    undo: bool
    params: dict[str, Any]
    created: list[str]
    retired: list[str]
    plots: int
    """换格的地块数 / plots that changed grid"""


class DraftChange(TypedDict):
    """What an operation, undo or redo changed."""

    revision: int
    operation: DoneOperation
    changed: GridCollection
    removed: list[str]
    figures: list[GridNumbersOf]
    """所涉居委会各格的数字 / figures of every grid of the committees touched"""
    notes: list[OperationNote]
    problems: list[GridProblem]
    moved_plots: list[tuple[int, str | None]]
    """地块与其新的微网格 / plots with their grid after it"""
    can_undo: bool
    can_redo: bool


class PublishingPreview(TypedDict):
    """What publishing from a day would change, against the version that is in force on it."""

    before: int | None
    created: list[str]
    retired: list[str]
    reshaped: list[str]
    moved_buildings: int
    moved_residents: int
    moved_share: Share
    buildings: NotRequired[list[str]]
    """换格的楼栋，至多2000 / buildings that change grid, at most 2,000"""
    open_tasks: int
    teams: list[str]
    """有小组须重新安排的微网格 / grids whose teams must be arranged anew"""
    problems: list[GridProblem]
    sentence: Said


class NotWithin(TypedDict):
    """A committee that no division brings within the tolerance."""

    committee: str
    reached: float
    reason: str


class DivisionFigures(TypedDict):
    """A division in one line."""

    grids: float | None
    mean_deviation: float | None
    max_deviation: float | None
    within_share: float | None
    in_pieces: float | None
    polsby_popper: float | None
    """形状紧凑度，圆为 1 / compactness, 1 for a circle"""
    streets_share: float | None
    """沿道路河流的格界占比 / share of inner borders along streets or water"""


class Alternative(TypedDict):
    """One automatic division."""

    objective: Literal["balanced", "balance", "streets"]
    figures: DivisionFigures
    not_within: list[NotWithin]
    grids: GridCollection


class Alternatives(TypedDict):
    """The result of the task that ``alternatives`` starts: three drawings to choose from."""

    target: float
    alternatives: dict[Literal["best", "balance", "streets"], Alternative]
