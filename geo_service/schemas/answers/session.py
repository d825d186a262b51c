"""Who is signed in, where, and how one signs in elsewhere."""

from __future__ import annotations

from typing_extensions import TypedDict

from geo_service.schemas.answers.common import Moment


class SessionAccount(TypedDict):
    """The account of this session, or the machine key."""

    name: str
    display_name: str
    role: str
    subdistrict: str
    """街道(镇)代码 / code of the subdistrict"""
    areas: list[str] | None
    """居委会代码；空为全部 / codes of its committees; null for the whole subdistrict"""
    permissions: list[str]


class Session(TypedDict):
    """Who is signed in, and the token that requests which change something carry in ``X-CSRF-Token``."""

    account: SessionAccount
    csrf: str


class OpenSession(TypedDict):
    """One place where one is signed in."""

    id: str
    signed_in_at: Moment
    last_seen_at: Moment
    expires_at: Moment
    client: str | None
    """浏览器自称 / what the browser calls itself"""
    here: bool
    """即本会话 / it is this one"""


class SignOnOffer(TypedDict):
    """Whether single sign-on is set up, and the address at which it begins."""

    offered: bool
    start: str | None


class SignOnBinding(TypedDict):
    """An identity that signs in as an account; what the provider calls it is not kept."""

    account: str
    bound_at: Moment
    bound_by: str | None
    mark: str
    """标识散列的前16位，拒绝登录时也给出 / first 16 digits of its hash, told where its sign-in is refused"""


class SignOnBindings(TypedDict):
    """Whose identities sign in here, and which accounts they are."""

    issuer: str | None
    bound: list[SignOnBinding]


class CodeOffer(TypedDict):
    """A secret for an application that makes one-time codes; it counts once a code of it was confirmed."""

    secret: str
    address: str
    """otpauth 地址 / address for the application, ``otpauth://…``"""
