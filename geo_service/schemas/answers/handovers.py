"""Packages of released months, and the register of them."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Moment, MonthText


class Handover(TypedDict):
    """A line of the register: what was handed over, to whom, why, and by which account."""

    id: int
    recipient: str
    """接收单位 / the receiving organisation"""
    purpose: Literal[
        "city_operation", "joint_inspection", "planning", "statistics", "monthly_review", "audit"
    ]
    at: Moment
    account: str | None
    sha256: str
    """整包校验 / SHA-256 of the file"""
    file: str
    bytes: int
    month: MonthText
    release: int
    revision: int
    layers: dict[str, int]
    """各图层行数 / rows of each layer"""
    public_key_sha256: str
    """公钥的校验值 / SHA-256 of the key that verifies it"""


class PublicKey(TypedDict):
    """The key that packages are verified with (Ed25519)."""

    pem: str
    sha256: str
    """校验值，另行核对 / SHA-256, to be compared by another way"""
