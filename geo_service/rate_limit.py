"""How often one key, one session or one address may ask: a bucket each, shared by the workers of one machine.

The buckets lie in a mapped file. A bucket is one number, the moment at which it will be full again (the generic cell rate
algorithm): a request is let through when taking one more keeps that moment within what may be sent at once, and moves it
on. One short lock keeps the workers from counting at cross purposes; it goes with a process that dies.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import mmap
import os
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

_SLOT = struct.Struct("<Qd")  # whose bucket, and when it is full again
SLOTS = 16_384
#: A bucket is looked for in so many neighbouring slots; one that is full again tells nothing, so its slot is free.
PROBES = 8
FILE = "rate-limits"


class Limit(NamedTuple):
    """``per_minute`` requests in the long run (0: no limit), ``burst`` of them at once."""

    per_minute: int
    burst: int


class Decision(NamedTuple):
    """Whether a request may pass, how many more could at once, and after how many seconds the next one may."""

    allowed: bool
    remaining: int
    wait_s: float


class Buckets:
    """Buckets of one machine, by the digest of who asks.

    >>> import tempfile
    >>> now = [1000.0]
    >>> some = Buckets(Path(tempfile.mkdtemp()) / "b", clock=lambda: now[0])
    >>> [some.take(b"k" * 8, Limit(60, 2)).allowed for _ in range(3)]
    [True, True, False]
    >>> now[0] += 1.0
    >>> some.take(b"k" * 8, Limit(60, 2)).allowed
    True
    """

    def __init__(
        self, path: Path, *, slots: int = SLOTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        size = (slots + PROBES) * _SLOT.size
        if os.fstat(self._file).st_size < size:
            os.ftruncate(self._file, size)
        self._map = mmap.mmap(self._file, size)
        self._slots, self._clock, self._lock = slots, clock, threading.Lock()

    def take(self, who: bytes, limit: Limit) -> Decision:
        """Take one from the bucket of ``who`` (8 bytes at least), if there is one to take."""
        if not limit.per_minute:
            return Decision(True, limit.burst, 0.0)
        step = 60.0 / limit.per_minute
        span = step * limit.burst
        name = int.from_bytes(who[:8], "little") or 1
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                now = self._clock()
                at, full = self._find(name, now)
                # A moment further off than any bucket can be is of before the machine started anew.
                full = now if full < now or full > now + max(span, 3_600.0) else full
                after = full + step
                if after - now > span + 1e-9:
                    return Decision(False, 0, after - now - span)
                _SLOT.pack_into(self._map, at, name, after)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)
        return Decision(True, int((span - (after - now)) / step + 1e-6), 0.0)

    def close(self) -> None:
        """Let go of the file; the buckets stay in it."""
        self._map.close()
        os.close(self._file)

    def _find(self, name: int, now: float) -> tuple[int, float]:
        """Where the bucket lies, and when it is full; the slot nearest to full where there was none."""
        begin = name % self._slots * _SLOT.size
        best, soonest = begin, math.inf
        for at in range(begin, begin + PROBES * _SLOT.size, _SLOT.size):
            owner, full = _SLOT.unpack_from(self._map, at)
            if owner == name:
                return at, full
            if full < soonest:
                best, soonest = at, full
        return best, now


def digest_of(token: str) -> bytes:
    """What a token's bucket is called: the hash that stands for it in the database too."""
    return hashlib.sha256(token.encode()).digest()
