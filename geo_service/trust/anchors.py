"""Anchors: ends of the audit chain, written outside the database, one JSON line each.

Whoever rewrites the whole chain, or cuts off its end, would have to change this file too. Keep a copy where the
database's administrator cannot write: on another machine, or printed and signed each month.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

FILE = "audit-anchors.jsonl"


def append(file: Path, subdistrict: str, seq: int, head: bytes) -> None:
    """Add the end of one chain; on the disk before this returns."""
    line = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "subdistrict": subdistrict,
        "seq": seq,
        "hash": head.hex(),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(json.dumps(line) + "\n")
        out.flush()
        os.fsync(out.fileno())


def of(file: Path, subdistrict: str) -> dict[int, bytes]:
    """seq → hash of a subdistrict's anchors; none where there is no file."""
    if not file.exists():
        return {}
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {int(a["seq"]): bytes.fromhex(a["hash"]) for a in lines if a["subdistrict"] == subdistrict}
