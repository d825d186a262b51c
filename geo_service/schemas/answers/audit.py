"""The audit and whether it is whole."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Moment


class AuditEntry(TypedDict):
    """One entry; its hash covers the one before it."""

    seq: int
    at: Moment
    account: str | None
    action: str
    target: str | None
    detail: dict[str, Any]
    hash: str
    """SHA-256，十六进制 / SHA-256 in hexadecimal"""


class AuditPage(TypedDict):
    entries: list[AuditEntry]
    next: int | None
    """下一页的 before / ``before`` of the next page; null on the last"""


class AuditHead(TypedDict):
    """The newest entry."""

    seq: int
    hash: str


class AuditFault(TypedDict):
    """A place where the chain does not hold."""

    seq: int
    kind: Literal["altered", "missing", "reordered", "rewritten"]


class AuditVerification(TypedDict):
    """Whether the chain holds; against a rewritten chain only anchors kept elsewhere help."""

    entries: int
    head: AuditHead | None
    faults: list[AuditFault]
    whole: bool
