"""The secret that turns a source record's number into a keyed hash. It lives outside the database and its backups."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path

from geo_service.problems import Problem
from geo_service.settings import Settings
from seeds.readers.context import HashKey

FILE = "hash-key.json"
NEXT = "hash-key.next.json"
#: The id that every key from the settings had before keys were told apart.
LEGACY = "configured"


def hash_key(settings: Settings, *, create: bool = False) -> HashKey:
    """The installation's present key: from the settings, else from its file, made on the first load.

    Keep a copy apart from the backups: without it no later file can be matched with what is stored.
    """
    if settings.hash_key is not None:
        return from_text(settings.hash_key.get_secret_value())
    path = settings.data_dir / FILE
    if not path.exists():
        if not create:
            raise Problem(
                "no-hash-key", 409,
                f"缺少登记编号的散列密钥（{FILE}）。请从密钥保管处取回，或设置 WANGGE_HASH_KEY_FILE。 / The hashing key ({FILE}) is "
                "missing; fetch it from escrow or set WANGGE_HASH_KEY_FILE.",
            )  # fmt: skip
        write(path, new_key())
    return from_file(path)


def from_text(secret: str) -> HashKey:
    """A key from the settings; its id is drawn from it, so that another secret is another key.

    >>> from_text("sixteen bytes or more").id == from_text("sixteen bytes or mere").id
    False
    """
    raw = secret.encode()
    if not 16 <= len(raw) <= 64:
        raise Problem("bad-hash-key", 422, "散列密钥应为16至64字节。 / A hashing key has 16 to 64 bytes.")
    return HashKey("c" + hashlib.blake2b(b"wangge: id of the key", key=raw, digest_size=6).hexdigest(), raw)


def from_file(path: Path) -> HashKey:
    kept = json.loads(path.read_text(encoding="utf-8"))
    return HashKey(kept["id"], bytes.fromhex(kept["secret"]))


def new_key() -> HashKey:
    return HashKey(secrets.token_hex(4), secrets.token_bytes(32))


def same(stored_id: str, key: HashKey) -> bool:
    """Whether records stored under ``stored_id`` were hashed with ``key``, as far as ids can tell."""
    return stored_id == key.id or (stored_id == LEGACY and key.id.startswith("c"))


def write(path: Path, key: HashKey) -> None:
    """Put a key into a new file that only its owner can read, on the disk before anything relies on it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"id": key.id, "secret": key.secret.hex()}, file)
        file.flush()
        os.fsync(file.fileno())


def promote(folder: Path) -> Path | None:
    """The next key becomes the present one; the former goes to a file named after its id, for whoever escrows it."""
    present, former = folder / FILE, None
    if present.exists():
        former = folder / f"hash-key-{from_file(present).id}.json"
        former.unlink(missing_ok=True)
        os.link(present, former)
    os.replace(folder / NEXT, present)
    return former
