"""Accounts of duties as those who manage them see them."""

from __future__ import annotations

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Moment


class AccountRow(TypedDict):
    """An account without its secrets."""

    name: str
    display_name: str
    """岗位名称 / name of the duty"""
    role: str
    areas: list[str] | None
    """居委会代码；空为全部(视角色) / codes of its committees; null for all, where the role sees all"""
    active: bool
    locked: bool
    """多次输错口令，暂时锁定 / locked for a while after wrong passwords"""
    one_time_codes: bool
    password_changed_at: Moment | None
    created_at: Moment


class FirstPassword(TypedDict):
    """A password made here; it is in this answer and nowhere else."""

    name: str
    password: str


class SessionsEnded(TypedDict):
    sessions: int
    """结束的会话数 / how many sessions ended"""


class Seen(TypedDict):
    """What an account may do, and how many rows of each table it would see."""

    name: str
    role: str
    areas: list[str] | None
    permissions: list[str]
    rows: dict[str, int]
