"""Our drawing against the city-operation centre's (XJ-1)."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import PolygonGeometry, Share

Grade = Literal["highly_consistent", "same_buildings", "differs", "no_counterpart"]


class AgreementFigures(TypedDict):
    """The town in one line; null where there is nothing to divide by."""

    grids: float
    highly_consistent: float
    same_share: Share | None
    """同一网格内的人口占比 / share of residents in the same grid in both"""
    moved_buildings: float
    within_2m: Share | None
    """格界相距2米以内的占比 / share of the border within 2 m of the other's"""
    within_5m: Share | None
    mean_iou: float | None
    slivers: float
    real_differences: float


class AgreedGrid(TypedDict):
    """One grid of ours beside its counterpart."""

    grid_code: str
    committee_code: NotRequired[str]
    mate: str | None
    """对方代码 / their code"""
    relation: Literal["1:1", "1:n", "n:1", "m:n", "1:0"]
    iou: float
    weight: float
    same_weight: float
    same_share: float | None
    buildings: int
    moved_buildings: int
    border_m: float
    within_2m: float
    within_5m: float
    grade: Grade


class AgreedCommittee(TypedDict):
    committee_code: str
    grids: int
    highly_consistent: int
    same_share: float | None
    moved_buildings: int
    within_2m: float | None
    within_5m: float | None
    grade: Grade


class MovedBuilding(TypedDict):
    """A building that lies in another grid over there."""

    building_code: str
    ours: str | None
    theirs: str | None
    weight: float
    mate: str | None


class Difference(TypedDict):
    """A piece of ground that lies in other grids in the two drawings."""

    difference: str
    """编号，用于裁定 / its name, for a decision"""
    decision: Literal["adopt", "keep", "sign_off"] | None
    ours: str | None
    theirs: str | None
    area_m2: float
    thickness_m: float
    buildings: int
    weight: float
    kind: Literal["sliver", "real"]
    geometry: PolygonGeometry


class DatumFound(TypedDict):
    """Whether one of the drawings is in a shifted datum (GCJ-02, BD-09)."""

    kind: str
    """空为无偏移 / empty where nothing is wrong"""
    near_share: float
    near_share_shifted: float
    displacement_m: float


class AgreementReport(TypedDict):
    """How far the two drawings agree, with the decisions taken so far."""

    grade: Grade
    figures: AgreementFigures
    weight: str
    """以何加权 / what the shares are weighted by"""
    datum: DatumFound
    defects: dict[Literal["ours", "theirs"], dict[str, int]]
    grids: list[AgreedGrid]
    committees: list[AgreedCommittee]
    theirs_alone: list[str]
    moved_buildings: list[MovedBuilding]
    differences: list[Difference]
    signed_off: bool
    source: str
