"""A day's visits as the console sends them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

MOST_VISITS = 1_000


class Visit(BaseModel):
    """One visit to one dwelling; its id is made by the client, so that sending twice stores once."""

    model_config = ConfigDict(extra="forbid")

    visit_id: uuid.UUID
    dwelling_code: str = Field(min_length=1, max_length=40)
    visited_at: AwareDatetime
    frame: Literal["register", "ground"] = "register"
    outcome: Literal["done", "no_access"]
    campaign: str | None = Field(default=None, max_length=200)
    team: str | None = Field(default=None, max_length=40)
    checked: int = Field(default=0, ge=0, le=500)
    correct: int = Field(default=0, ge=0, le=500)
    to_register: int = Field(default=0, ge=0, le=500)
    to_deregister: int = Field(default=0, ge=0, le=500)
    wrong_particulars: int = Field(default=0, ge=0, le=500)
    rental_inspected: bool = False
    group_renting_found: bool = False
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        parts = self.correct + self.to_register + self.to_deregister + self.wrong_particulars
        if parts != self.checked:
            raise ValueError(
                f"分项之和 {parts} 与核查数 {self.checked} 不符 / the parts do not add up to the checked"
            )
        if self.outcome == "no_access" and self.checked:
            raise ValueError("未进门不应有人数 / no counts where nobody was met")
        if self.group_renting_found and not self.rental_inspected:
            raise ValueError("未查看出租却发现群租 / group renting found although no letting was inspected")
        if (self.lon is None) != (self.lat is None):
            raise ValueError("经纬度须成对 / longitude and latitude come together")
        return self


class Day(BaseModel):
    """Some visits, at most :data:`MOST_VISITS` at a time."""

    model_config = ConfigDict(extra="forbid")

    visits: list[Visit] = Field(min_length=1, max_length=MOST_VISITS)


class Receipt(BaseModel):
    """What became of one visit: ``stored``, ``corrected``, ``same`` (it was there already) or ``refused``."""

    visit_id: uuid.UUID
    state: Literal["stored", "corrected", "same", "refused"]
    reason: str | None = None
    received_at: dt.datetime | None = None
