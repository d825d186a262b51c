"""Kill the server, the loader and PostgreSQL without warning, again and again, while people draw, publish and load.

After each kill everything is started anew and compared: each acknowledged write is there, nothing is half-done, the
sums agree with their sources, and the audit is one whole chain. Prints how long each start took, and how much of that
a busy machine added: between its looks at the service the waiting process does a little arithmetic, whose wall time ÷
CPU time is by how much everything here was stretched at that moment (1 on a quiet machine). A start must be ready
within 10 s; on a busy machine the limit is on wall time ÷ stretch, and both are printed.

    .venv/bin/python scripts/soak_faults.py --kills 200
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from faults.compared import check
from faults.installation import Installation
from faults.measured import TARGETS, Figures
from faults.people import Acknowledged, draw, load

LIMIT_S = 10.0  # from a kill to being ready again


def run(
    kills: int, seed: int = 1, limit_s: float = 3_600, say: Callable[[str], None] = lambda _: None
) -> Figures:
    """``kills`` kills in a random order (each target in turn comes up), or fewer when the time is over."""
    rng, figures, said, done = random.Random(seed), Figures(), Acknowledged(), threading.Event()
    with tempfile.TemporaryDirectory(prefix="wangge-faults-") as folder:
        here = Installation(Path(folder))
        workers: list[threading.Thread] = []
        try:
            figures.first = here.start()
            say(f"ready after {figures.first}")
            workers = [threading.Thread(target=draw, args=(here, said, done)),
                       threading.Thread(target=load, args=(here, said, done, figures.loader_starts_s))]  # fmt: skip
            for worker in workers:
                worker.start()
            began, order = time.monotonic(), list(TARGETS)
            while sum(figures.kills.values()) < kills and time.monotonic() - began < limit_s:
                if sum(figures.kills.values()) % len(TARGETS) == 0:
                    rng.shuffle(order)
                target = order[sum(figures.kills.values()) % len(TARGETS)]
                time.sleep(rng.uniform(0.3, 2.5))
                here.kill(target)
                figures.kills[target] += 1
                if target != "loader":
                    figures.starts.append(here.start(after=target))
                figures.faults += check(here, said)
                say(
                    f"{time.monotonic() - began:5.0f} s {target:<8} {figures.starts[-1] if target != 'loader' else ''} "
                    f"{figures.faults or ''}"
                )
            done.set()
            for worker in workers:
                worker.join(60)
            figures.faults += check(here, said)
        finally:
            done.set()
            here.close()
            for worker in workers:
                worker.join(10)
    figures.acknowledged = {
        "names": len(said.names),
        "published": len(said.published),
        "batches": len(said.batches),
    }
    return figures


@contextlib.contextmanager
def _timed() -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with _timed():
        figures = run(given.kills, given.seed, say=lambda words: print(words, file=sys.stderr, flush=True))
    print(figures)
    raise SystemExit(1 if figures.faults or max(s.quiet_s for s in figures.starts) > LIMIT_S else 0)


if __name__ == "__main__":
    main()
