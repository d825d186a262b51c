"""300 people at once on the demo town: everybody looks at the map, figures, tiles and lists, again and again.

    python scripts/soak_users.py [--users 300] [--minutes 10] [--think 3] [--data-dir FOLDER]

Starts ``wangge up`` with two workers on a free port over the demo town in FOLDER (made there when it is not; by default a
folder of its own, removed at the end). Prints how many answers, how long they took, errors, and the memory of the workers
over time; exit code 1 when the 99th percentile is over a second or anything failed. The crowd shares the machine's cores
with the service, so the figures err on the slow side.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

WANGGE = [sys.executable, "-c", "from geo_service.cli import main; main()"]
LIMIT_P99_S = 1.0


@dataclass
class Figures:
    """What a crowd met with: seconds of each answer by what was asked, and what failed."""

    users: int
    seconds: dict[str, list[float]] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)
    memory_mb: list[float] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def all(self) -> list[float]:
        return sorted(s for some in self.seconds.values() for s in some)

    @property
    def p99_s(self) -> float:
        return share_of(self.all, 0.99)

    @property
    def well(self) -> bool:
        return not self.failed and bool(self.all) and self.p99_s <= LIMIT_P99_S

    def __str__(self) -> str:
        whole = self.all
        lines = [
            f"{self.users} users for {self.took_s:.0f} s: {len(whole):,} answers ({len(whole) / max(self.took_s, 1):.0f}/s), "
            f"p50 {share_of(whole, 0.5) * 1e3:.0f} ms, p95 {share_of(whole, 0.95) * 1e3:.0f} ms, p99 {self.p99_s * 1e3:.0f} ms, "
            f"longest {whole[-1] if whole else 0:.2f} s; failed: {dict(self.failed) or 'none'}",
            f"memory of the workers, MB: {', '.join(f'{m:.0f}' for m in self.memory_mb)}",
        ]
        for name, some in sorted(self.seconds.items()):
            ordered = sorted(some)
            lines.append(f"  {name:<26}{len(some):>8,}  p50 {share_of(ordered, 0.5) * 1e3:>5.0f} ms   p99 {share_of(ordered, 0.99) * 1e3:>5.0f} ms")  # fmt: skip
        return "\n".join(lines)


def share_of(ordered: list[float], share: float) -> float:
    """The value below which that share of them lies.

    >>> share_of([1.0, 2.0, 3.0, 4.0], 0.5)
    3.0
    """
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def asked(town: dict[str, Any], rng: random.Random) -> tuple[str, str]:
    """What one asks next: its name and its address. Mostly the map; now and then a list or a search."""
    month = rng.choice(town["months"])
    z, x, y = 15, rng.randint(27441, 27443), rng.randint(13394, 13396)
    choices = [
        (4, "figures", f"/api/indicators?month={month}"),
        (3, "micro-grids of the month", f"/api/layers/micro-grids?month={month}"),
        (6, "tile", f"/ogc/collections/buildings/tiles/WebMercatorQuad/{z}/{y}/{x}"),
        (2, "items", "/ogc/collections/buildings/items?limit=100"),
        (1, "search", f"/api/search?q={quote(rng.choice('桂云兰梅'))}"),
        (2, "session", "/api/session"),
        (1, "town", "/api/town"),
    ]  # fmt: skip
    _, name, path = rng.choices(choices, [weight for weight, _, _ in choices])[0]
    return name, path


class Person:
    """One who asks, waits for the answer, thinks, and asks again, on one connection as browsers do."""

    def __init__(
        self, port: int, cookie: str, town: dict[str, Any], figures: Figures, think_s: float, seed: int
    ) -> None:
        self._port, self._cookie, self._town, self._figures = port, cookie, town, figures
        self._think_s, self._rng = think_s, random.Random(seed)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def until(self, end: float) -> None:
        await asyncio.sleep(self._rng.uniform(0, self._think_s))
        while time.monotonic() < end:
            name, path = asked(self._town, self._rng)
            began = time.monotonic()
            try:
                status = await asyncio.wait_for(self._get(path), 30)
            except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
                status, self._streams = type(error).__name__, None
            if status in {"200", "204", "304"}:
                self._figures.seconds.setdefault(name, []).append(time.monotonic() - began)
            else:
                self._figures.failed[f"{name} {status}"] += 1
            await asyncio.sleep(self._rng.expovariate(1 / self._think_s))
        if self._streams:
            self._streams[1].close()

    async def _get(self, path: str) -> str:
        if self._streams is None or self._streams[1].is_closing() or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 22)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self._cookie}\r\nAccept-Encoding: gzip\r\n\r\n".encode())  # fmt: skip
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
        if headers.get("transfer-encoding") == "chunked":
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        elif length := int(headers.get("content-length", 0)):
            await reader.readexactly(length)
        if headers.get("connection") == "close":
            writer.close()
            self._streams = None
        return head[0].split(" ")[1]


async def crowd(
    port: int, cookies: list[str], town: dict[str, Any], parent: int, given: argparse.Namespace
) -> Figures:
    figures, end = Figures(given.users), time.monotonic() + given.minutes * 60
    people = [
        Person(port, cookies[n % len(cookies)], town, figures, given.think, n) for n in range(given.users)
    ]
    tasks = [asyncio.create_task(person.until(end)) for person in people]
    began = time.monotonic()
    while time.monotonic() < end:
        figures.memory_mb.append(memory_mb(parent))
        await asyncio.sleep(min(max(given.minutes * 6, 5), max(end - time.monotonic(), 0.1)))
    await asyncio.gather(*tasks)
    figures.took_s = time.monotonic() - began
    return figures


def memory_mb(parent: int) -> float:
    """Private and shared memory in use by the children of ``parent``."""
    found = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found += int((entry / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return found / 1e6


def signed_in(port: int, accounts: dict[str, dict[str, str]]) -> list[str]:
    """Cookies of the demo accounts that may see the map and the grid API."""
    import httpx

    cookies = []
    for role in ("office", "police_station", "community_centre", "officer", "committee_head", "grid_leader"):
        if role in accounts:
            answer = httpx.post(f"http://127.0.0.1:{port}/api/login", json=accounts[role], timeout=60).raise_for_status()  # fmt: skip
            cookies.append(f"wangge_session={answer.cookies['wangge_session']}")
    return cookies


def run(given: argparse.Namespace) -> Figures:
    folder = given.data_dir or Path(tempfile.mkdtemp(prefix="wangge-users-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "WANGGE_DATA_DIR": str(folder),
        "WANGGE_PORT": str(port),
        "WANGGE_WORKERS": "2",
    }
    if not (folder / "demo.json").exists():
        subprocess.run([*WANGGE, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
    town = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    server = subprocess.Popen(
        [*WANGGE, "up"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await_ready(port)
        cookies = signed_in(port, town["accounts"])
        return asyncio.run(crowd(port, cookies, town, server.pid, given))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        if given.data_dir is None:
            subprocess.run([*WANGGE, "db", "stop"], env=environment, check=False, stdout=subprocess.DEVNULL)
            shutil.rmtree((folder / "pg").resolve().parent, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)


def _await_ready(port: int, patience_s: float = 180) -> None:
    import httpx

    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200:
                return
        time.sleep(0.3)
    raise TimeoutError("the service was not ready in time")


def parsed(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument(
        "--think", type=float, default=3.0, help="mean seconds between an answer and the next question"
    )
    parser.add_argument("--data-dir", type=Path)
    return parser.parse_args(words)


if __name__ == "__main__":
    measured = run(parsed())
    print(measured)
    raise SystemExit(0 if measured.well else 1)
