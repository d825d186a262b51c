"""Where group renting is found more often than luck explains: places to inspect next, nothing about anybody."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import MonthText, PolygonGeometry, Share


class HotspotProperties(TypedDict):
    """An H3 cell tested by Gi*."""

    code: str
    """H3 编号 / H3 index"""
    kind: Literal["cell"]
    findings: int
    inspections: int
    value: Share | None
    z: float | None
    p_value: float | None
    """单侧，置换检验 / one-sided, by permutation"""
    verdict: Literal["hot", "cold", "none", "too_few", "island", "constant"]
    significant: bool


class HotspotFeature(TypedDict):
    type: Literal["Feature"]
    id: str
    geometry: PolygonGeometry
    properties: HotspotProperties


class ScanCircle(TypedDict):
    """A significant circle of buildings found by the scan."""

    lon: float | None
    lat: float | None
    radius_m: float | None
    buildings: int
    cases: int
    trials: int
    expected: float | None
    relative_rate: float | None
    p: float | None


class HotspotCollection(TypedDict):
    """GeoJSON of inspected cells, with the circles of the scan beside them."""

    type: Literal["FeatureCollection"]
    month: MonthText
    features: list[HotspotFeature]
    clusters: list[ScanCircle]
