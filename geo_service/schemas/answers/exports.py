"""Exports of records."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Moment, MonthText

Purpose = Literal["monthly_review", "joint_inspection", "data_quality", "audit", "statistics"]


class ExportWhat(TypedDict):
    """Which records, of which month."""

    kind: Literal["buildings", "dwellings", "checks"]
    month: MonthText


class ExportRequest(TypedDict):
    """A request for a file, as both persons see it."""

    id: str
    what: ExportWhat
    purpose: Purpose
    state: Literal["requested", "approved", "refused", "expired"]
    requested_by: str
    requested_at: Moment
    decided_by: str | None
    decided_at: Moment | None
    expires_at: Moment | None
    downloads: int
    """已下载次数，至多三次 / downloads so far, of three"""
