"""Back-pressure against guessing: too many failed sign-ins from one address close the door for a while."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

ALLOWED = 20
WINDOW_S = 300.0
REMEMBERED = 10_000


class Throttle:
    """Failures per address within a moving window, in this process; a right password costs nothing.

    An office behind one address makes a few mistakes a minute; a guesser needs thousands.
    """

    def __init__(
        self, allowed: int = ALLOWED, window_s: float = WINDOW_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._allowed = allowed
        self._window_s = window_s
        self._clock = clock
        self._failures: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, address: str) -> int:
        """Seconds until this address may try again; 0 when it may now."""
        now = self._clock()
        with self._lock:
            recent = [t for t in self._failures.get(address, ()) if t > now - self._window_s]
        if len(recent) < self._allowed:
            return 0
        return max(1, math.ceil(recent[-self._allowed] + self._window_s - now))

    def failed(self, address: str) -> None:
        """Remember a failure of this address; the ones heard of longest ago are forgotten first."""
        with self._lock:
            times = self._failures.setdefault(address, [])
            times.append(self._clock())
            del times[: -self._allowed]
            self._failures.move_to_end(address)
            while len(self._failures) > REMEMBERED:
                self._failures.popitem(last=False)
