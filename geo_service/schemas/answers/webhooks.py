"""Addresses that are sent what changes."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Moment


class WebhookRow(TypedDict):
    """An address that is sent what changes, without its secret."""

    id: int
    url: str
    layers: list[Literal["areas", "micro-grids", "buildings", "key-sites"]]
    state: Literal["dead", "paused", "failing", "behind", "up-to-date"]
    delivered_up_to: int
    """已送达的序号 / last number of the feed delivered"""
    behind: int
    """尚未送的序号数 / numbers not yet passed"""
    failures: int
    failing_since: Moment | None
    last_status: str | None
    """HTTP 状态或未送出的原因 / status of HTTP, or why nothing could be sent"""
    next_try_at: Moment | None
    last_sent_at: Moment | None
    dead_at: Moment | None
    created_by: str | None
    created_at: Moment


class NewWebhookRow(WebhookRow):
    """The same with the secret that signs deliveries, which is in this answer and nowhere else."""

    secret: str
