"""Files that should hold a key and hold something else: refused by name, never used and never replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from geo_service.handover.signing import FILE, public_pem, read_public, signing_key
from geo_service.problems import Problem
from geo_service.settings import Settings

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
#: A well-formed key on a curve that nobody implements: the object identifier 1.2.3.4.5.6.7 where the curve's name belongs.
STRANGE = b"-----BEGIN PUBLIC KEY-----\nMBswEQYHKoZIzj0CAQYGKgMEBQYHAwYABAECAwQ=\n-----END PUBLIC KEY-----\n"


def private_pem(key: Ed25519PrivateKey | rsa.RSAPrivateKey, passphrase: bytes | None = None) -> bytes:
    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no key", private_pem(RSA), private_pem(Ed25519PrivateKey.generate(), b"secret"),
        public_pem(Ed25519PrivateKey.generate()),
    ],
)  # fmt: skip
def test_what_is_no_signing_key_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(Problem, match="not-a-signing-key"):
        signing_key(Settings(data_dir=tmp_path), create=True)
    assert (tmp_path / FILE).read_bytes() == content


def test_a_key_that_the_settings_name_is_never_made(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, signing_key_file=tmp_path / "away.pem")
    with pytest.raises(Problem, match="no-signing-key"):
        signing_key(settings, create=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no key", STRANGE, private_pem(Ed25519PrivateKey.generate()),
        ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    ],
)  # fmt: skip
def test_what_is_no_public_key_of_ours_is_refused(content: bytes) -> None:
    with pytest.raises(Problem, match="not-a-public-key"):
        read_public(content)
