"""What is asked of webhooks."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Since = int | Literal["now"]
Layer = Literal["areas", "micro-grids", "buildings", "key-sites"]


class NewWebhook(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=500)
    layers: list[Layer] = Field(
        default=["areas", "micro-grids", "buildings", "key-sites"], min_length=1, max_length=4
    )
    since: Since = "now"


class Replay(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: Since


class Switch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    active: bool
