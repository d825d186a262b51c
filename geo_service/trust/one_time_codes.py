"""One-time codes of a phone application (TOTP, RFC 6238: SHA-1, six digits, thirty seconds)."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from urllib.parse import quote

PERIOD_S = 30


def new_secret() -> str:
    """160 random bits, as the applications write them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def address(secret: str, account: str) -> str:
    """What a QR code for the application holds.

    >>> address("ABC", "office")
    'otpauth://totp/wangge:office?secret=ABC&issuer=wangge'
    """
    return f"otpauth://totp/wangge:{quote(account)}?secret={secret}&issuer=wangge"


def code_at(secret: str, step: int) -> str:
    """The six digits of one step; the check value is RFC 6238's own (T = 59 s).

    >>> code_at(base64.b32encode(b"12345678901234567890").decode(), 59 // 30)
    '287082'
    """
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    at = mac[-1] & 0x0F
    return f"{(int.from_bytes(mac[at : at + 4], 'big') & 0x7FFF_FFFF) % 1_000_000:06d}"


def step_of(secret: str, code: str, now: dt.datetime, *, after: int | None = None) -> int | None:
    """The step for which ``code`` is right, one early or late allowed; None when wrong or used before.

    A last use in the future was noted by a clock that has since been put back, and does not count.
    """
    present = int(now.timestamp()) // PERIOD_S
    if after is not None and after > present + 1:
        after = None
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.strip().encode()):
            return step if after is None or step > after else None
    return None
