"""After a start, fetch in the background what only some requests need, so that nobody waits for it and no start does.

A start imports what every request needs (5 CPU seconds on a slow office server instead of 9.5); the division's
kernels, the statistics and the workbooks come a moment later, on a thread of their own.
"""

from __future__ import annotations

import importlib
import logging
import threading
import time

log = logging.getLogger("wangge.warming")

LATER = (
    "grids.boundaries.division.dividing",
    "scipy.optimize",
    "scipy.stats",
    "networkx",
    "openpyxl",
    "xlsxwriter",
    "grids.indicators.scan",
    "grids.indicators.shuffling",
    "esda.getisord",
    "libpysal.weights",
)
DELAY_S = 3.0


class Warming:
    """Imports ``modules`` one by one from ``delay_s`` after :meth:`begin`, until it is done or stopped."""

    def __init__(self, modules: tuple[str, ...] = LATER, delay_s: float = DELAY_S) -> None:
        self._modules = modules
        self._delay_s = delay_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wangge-warming", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """No further module is begun; the one at hand is waited for, since half an import is none."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        if self._stop.wait(self._delay_s):
            return
        began = time.perf_counter()
        for name in self._modules:
            try:
                importlib.import_module(name)
            except Exception:  # whoever needs it will hear of it in their own request
                log.warning("could not import %s ahead of its use", name, exc_info=True)
            if self._stop.wait(0.05):  # let requests have the interpreter in between
                return
        log.info("warm after %.1f s", time.perf_counter() - began)
