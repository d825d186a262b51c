"""Secrets of webhooks, derived from the signing key and stored nowhere, and the signatures made with them."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from geo_service.handover.destinations import Undeliverable
from geo_service.handover.signing import derived


def new_secret(key: Ed25519PrivateKey, subdistrict: str) -> tuple[str, str]:
    """A secret as it is shown, and what is stored of it: a salt, and a mark by which a wrong key is noticed."""
    salt = secrets.token_hex(16)
    found = derived(key, "webhook", subdistrict, salt)
    return "whsec_" + base64.b64encode(found).decode(), f"{salt}.{_mark(found)}"


def secret_of(key: Ed25519PrivateKey, subdistrict: str, stored: str) -> bytes:
    """The secret bytes again. Raises Undeliverable(``signing-key-changed``) under another key than it was made with."""
    salt, _, mark = stored.partition(".")
    found = derived(key, "webhook", subdistrict, salt)
    if not hmac.compare_digest(_mark(found), mark):
        raise Undeliverable("signing-key-changed")
    return found


def signed_headers(secret: bytes, message_id: str, at: dt.datetime, body: bytes) -> dict[str, str]:
    """Id, time and signature in the form of Standard Webhooks: HMAC-SHA256 over ``id.timestamp.body``.

    >>> at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    >>> signed_headers(b"k" * 32, "m1", at, b"[]")["webhook-signature"]
    'v1,v43ydIMqK1cpT1Hq90WlFJKaSeWlc8hF33Razr2wDc0='
    """
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def _mark(secret: bytes) -> str:
    return hashlib.sha256(b"mark" + secret).hexdigest()[:16]
