"""Keys of machines and how often they may ask."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Moment


class KeyRow(TypedDict):
    """A key without its secret."""

    id: str
    name: str
    scopes: list[str]
    state: Literal["valid", "expired", "revoked"]
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None
    last_used_at: Moment | None


class NewKeyRow(KeyRow):
    """A new key; its secret is in this answer and nowhere else."""

    key: str
    """放在请求头 / sent as ``Authorization: Bearer …``"""


class Limit(TypedDict):
    """How often one may ask."""

    per_minute: int
    """每分钟请求数，0 为不限 / requests a minute; 0 is no limit"""
    burst: int
    """一次可连发 / requests at once"""


class KeyLimit(Limit):
    """The limit of one key."""

    key_id: str


class KeyLimits(TypedDict):
    """The installation's limit, and the keys that have their own."""

    usual: Limit
    keys: list[KeyLimit]
