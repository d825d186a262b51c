"""The town, its layers, what is found by a word, and facts about a place."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Box, Day, Geometry, LonLat, Moment, MonthText, Share

VersionStatus = Literal["draft", "published", "withdrawn"]


class Subdistrict(TypedDict):
    code: str
    name: str
    name_en: str | None
    district_name: str | None
    srid: int
    """投影坐标系，面积与距离以它计算 / EPSG code of the metric CRS that areas and distances are computed in"""
    rules: str | None
    """所用规则集 / rule set in use"""
    bbox: Box | None


class Version(TypedDict):
    """A boundary version: a drawing of micro-grids, in force from the first of a month."""

    id: int
    name: str
    status: VersionStatus
    valid_from: Day | None
    valid_to: Day | None
    """失效日，不含 / until, exclusive"""


class Committee(TypedDict):
    code: str
    name: str
    name_en: str | None
    zone: str | None
    """片区 / zone"""
    station: str | None
    """派出所 / police-station area"""
    block: str | None
    """区块 / block"""
    bbox: Box | None


class Town(TypedDict):
    """What there is: the subdistrict, months with data, boundary versions, committees, layers."""

    subdistrict: Subdistrict
    months: list[MonthText]
    current_month: MonthText
    versions: list[Version]
    committees: list[Committee]
    layers: list[str]


class LayerProperties(TypedDict):
    """What a feature carries; which of these it has depends on the layer."""

    code: NotRequired[str]
    name: NotRequired[str | None]
    name_en: NotRequired[str | None]
    kind: NotRequired[str]
    zone: NotRequired[str | None]
    station: NotRequired[str | None]
    block: NotRequired[str | None]
    committee_code: NotRequired[str | None]
    fid: NotRequired[int]
    """要素编号，与瓦片相同 / integer id, the same as in tiles"""
    listed: NotRequired[bool]
    """已挂牌 / listed (挂牌) on the day"""


class LayerFeature(TypedDict):
    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: LayerProperties


class LayerCollection(TypedDict):
    """A whole layer as GeoJSON (EPSG:4326, 7 decimals)."""

    type: Literal["FeatureCollection"]
    features: list[LayerFeature]


class Found(TypedDict):
    """A place that a search found; never a person."""

    kind: Literal["committee", "micro-grid", "key-site", "building"]
    code: str
    label: str
    point: LonLat | None


class SiteName(TypedDict):
    code: str
    name: str
    kind: str


class BuildingFacts(TypedDict):
    """One building; its dwellings are counted, not listed."""

    code: str
    kind: Literal["building", "site", "unlocated"]
    """有图形、无图形的场所、未定位 / with a footprint, a place without one, not located"""
    name: str | None
    address: str | None
    use: str | None
    floors: int | None
    height_m: float | None
    built_on: Day | None
    demolished_on: Day | None
    committee_code: str | None
    compound_code: str | None
    compound_name: str | None
    dwellings_by_use: dict[str, int] | None
    dwellings_by_status: dict[str, int] | None
    registrations: int
    """在册登记数 / registrations in force"""
    last_visit: Moment | None
    key_sites: list[SiteName] | None


class KeySiteFacts(TypedDict):
    """One key site with its buildings."""

    code: str
    name: str
    kind: str
    operator_code: str | None
    committee_code: str | None
    opened_on: Day | None
    closed_on: Day | None
    listed_from: Day | None
    """挂牌起 / listed (挂牌) from"""
    listed_to: Day | None
    visit_interval_days: int | None
    same_day: bool
    """当日办结部位 / same-day place (SG-2)"""
    buildings: list[str] | None
    last_visit: Moment | None


class TeamPost(TypedDict):
    """A post of a grid's team: a role and a duty account."""

    role: Literal["leader", "officer", "auxiliary", "other"]
    account: str
    valid_from: Day


class ParentGrid(TypedDict):
    """A grid of an earlier version that this one came from."""

    code: str
    version: int
    residents_share: Share | None
    area_share: Share


class MicroGridFacts(TypedDict):
    """One micro-grid of a version."""

    code: str
    name: str
    committee_code: str
    committee_name: str | None
    area_m2: float | None
    version_id: int
    buildings: int
    team: list[TeamPost] | None
    parents: list[ParentGrid] | None
