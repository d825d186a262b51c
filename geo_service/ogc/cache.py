"""Finished answers of one worker, bounded in bytes, the least recently used going first."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

MIN_COMPRESSED = 1_000
_LEVEL = 5


@dataclass
class Answer:
    """A response that can be sent again: its version, its moment (when it was last known to be current), its bytes."""

    status: int
    media_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    version: tuple[int, ...] = ()
    moment: tuple[int, int] = (0, 0)
    packed: bytes | None = None

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed or b"") + 500


class AnswerCache:
    """Least-recently-used answers, never more than ``limit`` bytes together. Used by the event loop only."""

    def __init__(self, limit: int = 64_000_000) -> None:
        self.limit = limit
        self.bytes = 0
        self._kept: OrderedDict[Hashable, Answer] = OrderedDict()

    def get(self, key: Hashable) -> Answer | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, answer: Answer) -> None:
        """Keep an answer unless it alone would take an eighth of the room."""
        self.drop(key)
        if answer.size > self.limit // 8:
            return
        self._kept[key] = answer
        self.bytes += answer.size
        while self.bytes > self.limit:
            _, old = self._kept.popitem(last=False)
            self.bytes -= old.size

    def pack(self, key: Hashable, answer: Answer, packed: bytes) -> None:
        """Remember the compressed bytes of an answer, so that it is compressed once."""
        if self._kept.get(key) is answer and answer.packed is None:
            self.bytes += len(packed)
            answer.packed = packed

    def drop(self, key: Hashable) -> None:
        old = self._kept.pop(key, None)
        if old is not None:
            self.bytes -= old.size

    def __len__(self) -> int:
        return len(self._kept)


def gzipped(body: bytes) -> bytes:
    """gzip without a time stamp: the same bytes for the same body."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()
