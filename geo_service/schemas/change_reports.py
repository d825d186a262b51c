"""What is reported about places: counts from closed lists, no words."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class NewReport(BaseModel):
    """So many complaints or changes about a building in a month; ``id`` is made by whoever sends it."""

    model_config = ConfigDict(extra="forbid")

    id: uuid.UUID
    building_code: str = Field(min_length=1, max_length=40)
    month: str = Field(max_length=7)
    kind: Literal["complaint", "change"]
    topic: Literal[
        "group_renting", "use_changed", "partition", "fire", "structure", "new_tenancy", "vacated", "other"
    ]
    source: Literal["hotline", "city_operation", "committee", "property_management", "patrol"]
    n: int = Field(default=1, ge=1, le=1_000)


class NewReports(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reports: list[NewReport] = Field(min_length=1, max_length=1_000)


class TicketAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answer: Literal["accepted", "visited_access", "visited_no_access", "returned"]
    reference: str | None = Field(default=None, max_length=40)
