"""What a run measures: kills, starts, and by how much a busy machine stretched them."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

TARGETS = ("server", "loader", "postgres")


@dataclass(frozen=True)
class Start:
    """One start: ``wall_s`` until ready, ``cpu_s`` of the service's process, ``stretch`` of the machine meanwhile."""

    after: str
    wall_s: float
    cpu_s: float
    stretch: float

    @property
    def quiet_s(self) -> float:
        """What it would have taken on a machine with nothing else to do; never less than the CPU time it took."""
        return max(self.wall_s / self.stretch, min(self.cpu_s, self.wall_s))

    def __str__(self) -> str:
        return f"{self.wall_s:.1f} s (CPU {self.cpu_s:.1f} s, machine × {self.stretch:.2f})"


class Stretch:
    """By how much work takes longer here than its own CPU time, sampled in bursts of 20 ms. 1.0: nobody else works."""

    def __init__(self) -> None:
        self._wall_s = self._cpu_s = 0.0

    def sample(self, burst_s: float = 0.02) -> None:
        wall, cpu = time.perf_counter(), time.thread_time()
        while time.thread_time() - cpu < burst_s:
            sum(range(2_000))
        self._wall_s += time.perf_counter() - wall
        self._cpu_s += time.thread_time() - cpu

    @property
    def factor(self) -> float:
        return max(self._wall_s / self._cpu_s, 1.0) if self._cpu_s else 1.0


def cpu_seconds(pid: int) -> float:
    """CPU seconds, user and system, that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Figures:
    """What a run measured."""

    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TARGETS, 0))
    first: Start | None = None
    starts: list[Start] = field(default_factory=list)
    loader_starts_s: list[float] = field(default_factory=list)  # until the first batch was committed
    acknowledged: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = [
            f"kills {self.kills}; acknowledged {self.acknowledged}; faults: {self.faults or 'none'}",
            f"first start {self.first}",
        ]
        for target in ("server", "postgres"):
            some = [s for s in self.starts if s.after == target]
            if some:
                told.append(
                    f"after kill -9 of {target}: wall median {statistics.median(s.wall_s for s in some):.1f} s, longest "
                    f"{max(s.wall_s for s in some):.1f} s; CPU median {statistics.median(s.cpu_s for s in some):.1f} s; machine stretched "
                    f"× {statistics.median(s.stretch for s in some):.2f}; longest without that {max(s.quiet_s for s in some):.1f} s"
                )
        if self.loader_starts_s:
            told.append(
                f"loader, from its start to its first committed batch: median {statistics.median(self.loader_starts_s):.1f} s, "
                f"longest {max(self.loader_starts_s):.1f} s"
            )
        return "\n  ".join(told)
