"""Words that many answers share: codes, months, moments, points, shares; sentences in both languages; GeoJSON; problems."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

MonthText = Annotated[str, Field(description="月份 / month, 2026-03", pattern=r"^\d{4}-\d{2}$")]
Day = dt.date
Moment = dt.datetime
WallTime = Annotated[
    str,
    Field(
        description="上海时间，不带时区 / Shanghai's wall time, without a zone",
        pattern=r"^\d{4}-\d{2}-\d{2}T[\d:]+$",
    ),
]
Share = Annotated[float, Field(description="比例，0 至 1 / share, 0 to 1", ge=0, le=1)]
LonLat = Annotated[
    tuple[float, float], Field(description="经度、纬度，EPSG:4326 / longitude, latitude in degrees")
]
Box = Annotated[
    tuple[float, float, float, float],
    Field(description="西、南、东、北，EPSG:4326 / west, south, east, north in degrees"),
]
MinuteOfDay = Annotated[int, Field(description="当日分钟，540 为 9:00 / minute of the day, 540 is 9:00")]


class Said(TypedDict):
    """A sentence in both languages."""

    zh: str
    en: str


class Geometry(TypedDict):
    """GeoJSON 几何，EPSG:4326，经度在前 / GeoJSON geometry in EPSG:4326, longitude first."""

    type: Literal["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"]
    coordinates: list[Any]


class PolygonGeometry(TypedDict):
    """GeoJSON 面，EPSG:4326，经度在前 / GeoJSON polygon in EPSG:4326, longitude first."""

    type: Literal["Polygon", "MultiPolygon"]
    coordinates: list[Any]


class FieldError(TypedDict):
    """One thing that is wrong with what was sent."""

    pointer: str
    """位置 / where in the request, as a JSON pointer"""
    detail: str


class ProblemDetail(TypedDict):
    """A refusal (RFC 9457): what happened and what to do, in both languages. Some types add fields of their own."""

    type: str
    """类型，稳定不变 / stable type, ``/problems/not-found``"""
    title: str
    status: int
    detail: str
    """说明 / 「中文。 / English.」"""
    instance: str
    """所请求的地址 / the address that was asked for"""
    errors: NotRequired[list[FieldError]]
