"""The installation's own Ed25519 key: it signs packages, and the secrets of webhooks are derived from it.

It lives outside the database and its backups, so a copy of the database neither forges a package nor a delivery.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from geo_service.problems import Problem
from geo_service.settings import Settings

FILE = "signing-key.pem"
_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def signing_key(settings: Settings, *, create: bool = False) -> Ed25519PrivateKey:
    """The private key from the file that is configured, else from the data folder, made there when first needed.

    Keep a copy apart from the backups: without it the receivers of webhooks need new secrets, and those who verify
    packages a new public key.
    """
    path = settings.signing_key_file or settings.data_dir / FILE
    if not path.exists():
        if not create or settings.signing_key_file:
            raise Problem(
                "no-signing-key", 409,
                f"缺少签名私钥（{FILE}）。请从保管处取回，或设置 WANGGE_SIGNING_KEY_FILE。 / The signing key ({FILE}) is missing; "
                "fetch it from escrow or set WANGGE_SIGNING_KEY_FILE.",
            )  # fmt: skip
        _write_new(path)
    key = _loaded(path.read_bytes())
    if key is None:
        raise Problem(
            "not-a-signing-key", 409,
            "签名私钥文件应为未加密的 Ed25519 PEM。 / The signing key must be Ed25519 in PEM, without a passphrase.",
        )  # fmt: skip
    return key


def _loaded(pem: bytes) -> Ed25519PrivateKey | None:
    try:
        key = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PrivateKey) else None


def public_pem(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """The public half, to give to whoever verifies."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """SHA-256 of the raw public key in hex, to compare by telephone."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return hashlib.sha256(public.public_bytes(*_RAW)).hexdigest()


def read_public(pem: bytes) -> Ed25519PublicKey:
    """A public key in PEM. Raises Problem when it is something else."""
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Problem(
            "not-a-public-key", 422, "公钥应为 Ed25519 PEM。 / The public key must be Ed25519 in PEM."
        )
    return key


def verified(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    """Whether ``signature`` is that of ``content`` under ``key``."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def derived(key: Ed25519PrivateKey, *context: str) -> bytes:
    """32 secret bytes for one purpose; another context gives others that tell nothing of these."""
    raw = key.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    info = "\x1f".join(("wangge", *context)).encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(raw)


def _write_new(path: Path) -> None:
    """A whole file or none, readable by its owner only; of several that begin at once the first one stays."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".signing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
