"""Bodies of the inspection routes. Ids of results, rooms, findings, photos, measures and tickets are made by the client."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Code = Annotated[str, Field(min_length=1, max_length=40)]
Word = Annotated[str, Field(min_length=1, max_length=32)]
Minute = Annotated[int, Field(ge=0, le=1440)]
Note = Annotated[str | None, Field(max_length=200)]
Title = Annotated[str, Field(min_length=1, max_length=80)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TeamIn(Strict):
    code: Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[\w一-鿿-]+$")]
    departments: list[Word] = Field(default_factory=list, max_length=12)
    begins: Minute = 540
    ends: Minute = 1260
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)


class NewInspection(Strict):
    """``sites``: the picked ones; or ``count``: so many of the ranking. Random control sites are added to either."""

    title: Title
    day: dt.date
    what: Literal["sites", "buildings"] = "sites"
    sites: list[Code] | None = Field(default=None, min_length=1, max_length=200)
    count: int | None = Field(default=None, ge=1, le=200)
    leader: Word | None = None
    parties: list[Word] = Field(default_factory=list, max_length=12)
    teams: list[TeamIn] = Field(default_factory=list, max_length=20)
    hours_from: Minute | None = None
    hours_to: Minute | None = None
    out_of_hours_reason: Word | None = None


class StopChange(Strict):
    id: uuid.UUID
    minutes: int | None = Field(default=None, ge=1, le=600)
    opens: Minute | None = None
    closes: Minute | None = None
    team: str | None = Field(default=None, max_length=16)
    locked: bool | None = None
    removed: bool | None = None


class InspectionChange(Strict):
    expected_revision: int = Field(ge=0)
    title: Title | None = None
    day: dt.date | None = None
    state: Literal["draft", "planned", "under_way", "recorded", "closed", "cancelled"] | None = None
    leader: Word | None = None
    parties: list[Word] | None = Field(default=None, max_length=12)
    teams: list[TeamIn] | None = Field(default=None, max_length=20)
    hours_from: Minute | None = None
    hours_to: Minute | None = None
    out_of_hours_reason: Word | None = None
    add_sites: list[Code] = Field(default_factory=list, max_length=200)
    what: Literal["sites", "buildings"] = "sites"
    stops: list[StopChange] = Field(default_factory=list, max_length=400)


class RouteWish(Strict):
    expected_revision: int = Field(ge=0)
    seconds: float = Field(default=2.5, gt=0, le=60)
    keep_teams: bool = False
    without_teams: list[str] = Field(default_factory=list, max_length=20)


class Expected(Strict):
    expected_revision: int = Field(ge=0)


class RoomIn(Strict):
    """What an inspector sees in one room: counts and yes or no, nothing about who lives there."""

    id: uuid.UUID
    dwelling_code: Code | None = None
    room_code: Code | None = None
    purpose: Literal["living", "kitchen", "bathroom", "balcony", "storage"] = "living"
    area_m2: float = Field(ge=0, le=2000)
    people: int = Field(ge=0, le=200)
    kin: bool = False
    partitioned: bool = False
    let_by_bed: bool = False
    note: Note = None


class CheckIn(Strict):
    item: Word
    answer: Literal["ok", "not_ok", "not_applicable"]
    dwelling_code: Code | None = None
    note: Note = None


class FindingIn(Strict):
    id: uuid.UUID
    kind: Word
    dwelling_code: Code | None = None
    note: Note = None


class HomeIn(Strict):
    dwelling_code: Code
    outcome: Literal["done", "no_access"]


class ResultIn(Strict):
    id: uuid.UUID
    corrects: uuid.UUID | None = None
    outcome: Literal["done", "no_access", "closed_site"]
    visited_at: dt.datetime
    sent_at: dt.datetime
    dwellings: list[HomeIn] = Field(default_factory=list, max_length=500)
    rooms: list[RoomIn] = Field(default_factory=list, max_length=500)
    checks: list[CheckIn] = Field(default_factory=list, max_length=60)
    findings: list[FindingIn] = Field(default_factory=list, max_length=60)

    def plain(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class NewMeasure(Strict):
    id: uuid.UUID
    finding_id: uuid.UUID | None = None
    stop_id: uuid.UUID | None = None
    kind: Word
    department: Word
    due_on: dt.date


class Evidence(Strict):
    kind: Word
    photo_id: uuid.UUID | None = None
    note: Note = None


class MeasureChange(Strict):
    expected_revision: int = Field(ge=0)
    department: Word | None = None
    due_on: dt.date | None = None
    revisit_on: dt.date | None = None
    state: Literal["open", "done", "closed"] | None = None
    evidence: Evidence | None = None


class NewTicket(Strict):
    id: uuid.UUID
    dwelling_code: Code


class TicketMove(Strict):
    state: Literal["sent", "answered", "withdrawn"]
    answer: Word | None = None
    reference: str | None = Field(default=None, max_length=40)
