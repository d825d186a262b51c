"""Anchors: ends of the audit chain, written outside the database, one JSON line each.

Whoever rewrites the whole chain, or cuts off its end, would have to change this file too. Keep a copy where the
database's administrator cannot write: on another machine, or printed and signed each month.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

from geo_service.problems import Problem

FILE = "audit-anchors.jsonl"


def append(file: Path, subdistrict: str, seq: int, head: bytes) -> None:
    """Add the end of one chain; on the disk before this returns. A line that a power cut tore apart stays by itself."""
    line = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "subdistrict": subdistrict,
        "seq": seq,
        "hash": head.hex(),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(("" if _ends_whole(file) else "\n") + json.dumps(line) + "\n")
        out.flush()
        os.fsync(out.fileno())


def of(file: Path, subdistrict: str) -> dict[int, bytes]:
    """seq → hash of a subdistrict's anchors; none where there is no file. Raises Problem for a line that is no anchor."""
    if not file.exists():
        return {}
    found = {}
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            anchor = json.loads(line)
            seq, head = int(anchor["seq"]), bytes.fromhex(anchor["hash"])
            own = anchor["subdistrict"] == subdistrict
        except (KeyError, TypeError, ValueError):
            raise _unreadable(file, number) from None
        if own:
            found[seq] = head
    return found


def _ends_whole(file: Path) -> bool:
    content = file.read_bytes()
    return not content or content.endswith(b"\n")


def _unreadable(file: Path, number: int) -> Problem:
    return Problem(
        "anchors-unreadable", 409,
        f"锚点文件 {file} 第 {number} 行不可读，请与另存的副本核对。 / Line {number} of the anchors {file} cannot be read; compare "
        "it with the copy that is kept elsewhere.",
    )  # fmt: skip
