"""The secret that turns a source record's number into a keyed hash. It lives outside the database and its backups."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from geo_service.problems import Problem
from geo_service.settings import Settings
from seeds.readers.context import HashKey

FILE = "hash-key.json"


def hash_key(settings: Settings, *, create: bool = False) -> HashKey:
    """The installation's present key: from the settings, else from its file, made on the first load.

    Keep a copy apart from the backups: without it no later file can be matched with what is stored.
    """
    if settings.hash_key is not None:
        secret = settings.hash_key.get_secret_value().encode()
        return HashKey("configured", secret)
    path = settings.data_dir / FILE
    if not path.exists():
        if not create:
            raise Problem(
                "no-hash-key", 409,
                f"缺少登记编号的散列密钥（{FILE}）。请从密钥保管处取回，或设置 WANGGE_HASH_KEY_FILE。 / The hashing key ({FILE}) is "
                "missing; fetch it from escrow or set WANGGE_HASH_KEY_FILE.",
            )  # fmt: skip
        _write(path, {"id": secrets.token_hex(4), "secret": secrets.token_hex(32)})
    kept = json.loads(path.read_text(encoding="utf-8"))
    return HashKey(kept["id"], bytes.fromhex(kept["secret"]))


def _write(path: Path, content: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
