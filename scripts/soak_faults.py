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
import datetime as dt
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
from sqlalchemy import create_engine, make_url, text

from geo_service import audit, database
from geo_service.database import Database, Scope
from geo_service.demo import load_demo
from geo_service.loading import batches
from geo_service.loading.load import load_frames
from geo_service.local_postgis import LocalPostgis, Place
from geo_service.local_postgis.place import owner_of
from seeds.readers.context import HashKey

BATCH = 200
LIMIT_S = 10.0  # from a kill to being ready again
TARGETS = ("server", "loader", "postgres")


@dataclass
class Acknowledged:
    """What the service, or the loader, said was done; only ever appended to."""

    names: list[tuple[int, str, str]] = field(default_factory=list)  # version, grid, name
    published: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)


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


class Installation:
    """A durable cluster and one service process over it, with a small town, on this machine's loopback."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o711)
        home = folder / "home"
        home.mkdir(mode=0o711)
        self.folder = folder
        self.postgis = LocalPostgis(home, place=Place(home, owner_of(home / "pg")), durable=True)
        if os.geteuid() == 0:
            os.chown(home, self.postgis.place.owner.pw_uid, self.postgis.place.owner.pw_gid)
        database.upgrade(self.postgis.start())
        self.service_url = (
            make_url(self.postgis.url()).set(username=database.SERVICE).render_as_string(hide_password=False)
        )
        store = Database(self.service_url, statement_timeout_ms=300_000)
        self.town = load_demo(store, HashKey("soak", b"a secret for soaking"), residents=2_000, months=1, seed=7,
                              say=lambda _: None)  # fmt: skip
        store.close()
        self.sub = str(self.town["subdistrict"])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server: subprocess.Popen[bytes] | None = None
        self.loader: subprocess.Popen[str] | None = None

    def start(self, after: str = "nothing") -> Start:
        """Start what is not running, and wait until the service says that it is ready."""
        began, stretch = time.monotonic(), Stretch()
        used = cpu_seconds(self.server.pid) if self.server and self.server.poll() is None else 0.0
        self.postgis.start()
        if self.server is None or self.server.poll() is not None:
            environment = os.environ | {
                "WANGGE_DATABASE_URL": self.service_url,
                "WANGGE_DATA_DIR": str(self.folder / "data"),
            }
            command = [
                sys.executable,
                "-c",
                "from geo_service.cli import main; main()",
                "up",
                "--port",
                str(self.port),
            ]
            with (self.folder / "server.log").open("ab") as log:
                self.server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).status_code == 200:
                    spent = cpu_seconds(self.server.pid) - used
                    return Start(after, time.monotonic() - began, spent, stretch.factor)
            if time.monotonic() - began > 120:
                raise TimeoutError((self.folder / "server.log").read_text()[-2000:])
            stretch.sample()
            time.sleep(0.08)

    def start_loader(self) -> subprocess.Popen[str]:
        """A process of its own that loads batch after batch and prints the number of each one committed."""
        if self.loader is None or self.loader.poll() is not None:
            self.loader = subprocess.Popen([sys.executable, __file__, "--load", self.service_url, self.sub],
                                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # fmt: skip
        return self.loader

    def kill(self, target: str) -> None:
        """SIGKILL: no goodbye, no flush."""
        pid = (
            self.postgis.status().pid if target == "postgres" else getattr(getattr(self, target), "pid", None)
        )
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        if target != "postgres" and pid is not None:
            getattr(self, target).wait()

    def close(self) -> None:
        for process in (self.server, self.loader):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        if self.loader is not None and self.loader.stdout is not None:
            self.loader.stdout.close()
        self.postgis.remove()


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


def draw(here: Installation, said: Acknowledged, done: threading.Event) -> None:
    """Draft, rename grids, publish for the next month, again; what is acknowledged is noted, the rest is tried anew."""
    month = dt.date(dt.date.today().year + 1, 1, 1)
    client = httpx.Client(base_url=f"http://127.0.0.1:{here.port}", timeout=20)
    account = here.town["accounts"]["office"]
    while not done.is_set():
        try:
            if "X-CSRF-Token" not in client.headers:
                answer = client.post("/api/login", json=account).raise_for_status()
                client.headers["X-CSRF-Token"] = answer.json()["csrf"]
            draft = client.post("/api/boundary-versions", json={"name": "soak", "from": f"version:{_latest(client)}"}).raise_for_status().json()  # fmt: skip
            version, revision = draft["version"]["id"] if "version" in draft else draft["id"], 0
            for n, grid in enumerate(_grids(client, version)[:3]):
                name = f"soak {uuid.uuid4().hex[:8]}"
                body = {
                    "kind": "rename",
                    "params": {"grid": grid, "name": name},
                    "expected_revision": revision,
                }
                changed = (
                    client.post(f"/api/boundary-versions/{version}/operations", json=body)
                    .raise_for_status()
                    .json()
                )
                said.names.append((version, grid, name))
                revision = changed.get("revision", n + 1)
            body = {"valid_from": month.isoformat()}
            client.post(f"/api/boundary-versions/{version}/publish", json=body).raise_for_status()
            said.published.append(version)
            month = (month + dt.timedelta(days=32)).replace(day=1)
        except (httpx.HTTPError, KeyError) as error:
            if isinstance(error, httpx.HTTPStatusError) and error.response.status_code in {401, 403}:
                client.headers.pop("X-CSRF-Token", None)
            if isinstance(error, httpx.HTTPStatusError) and error.response.status_code not in {
                401,
                403,
                409,
                503,
            }:
                with (here.folder / "draw.log").open("a") as log:
                    log.write(
                        f"{error.response.status_code} {error.request.url} {error.response.text[:300]}\n"
                    )
            done.wait(0.2)
    client.close()


def _latest(client: httpx.Client) -> int:
    listed = client.get("/api/boundary-versions").raise_for_status().json()
    return int(max(v["id"] for v in listed if v["status"] == "published"))


def _grids(client: httpx.Client, version: int) -> list[str]:
    whole = client.get(f"/api/boundary-versions/{version}").raise_for_status().json()
    return _codes(whole)


def _codes(node: Any) -> list[str]:
    """Codes of the grids of a version, wherever the answer keeps them."""
    features = node["grids"]["features"] if isinstance(node.get("grids"), dict) else node.get("grids", [])
    return [f.get("code") or f["properties"]["code"] for f in features]


def load(here: Installation, said: Acknowledged, done: threading.Event, starts_s: list[float]) -> None:
    """Keep a loader running; note each batch that it reports as committed, and how long the first one took."""
    while not done.is_set():
        began: float | None = time.monotonic()
        process = here.start_loader()
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith("\n"):
                if began is not None:
                    starts_s.append(time.monotonic() - began)
                    began = None
                said.batches.append(int(line))
            if done.is_set():
                process.kill()
        process.wait()
        process.stdout.close()
        done.wait(0.2)


def load_for_ever(url: str, subdistrict: str) -> None:
    """The loader's process: a batch of checks in one transaction, its number on stdout once that is committed."""
    store = Database(url)
    with store.transaction(Scope(subdistrict), writes=False) as session:
        rows = session.execute(
            text("SELECT code FROM dwelling WHERE subdistrict_code = :s ORDER BY code"), {"s": subdistrict}
        )
        dwellings = list(rows.scalars())
    rng = random.Random()
    while True:
        frame = pd.DataFrame(
            {"visit_id": [str(uuid.uuid4()) for _ in range(BATCH)], "dwelling_code": rng.choices(dwellings, k=BATCH),
             "visited_at": pd.Timestamp("2026-11-05T02:00Z"), "outcome": "done", "checked": 1, "correct": 1}
        )  # fmt: skip
        scope = Scope(subdistrict, account="soak")
        with store.transaction(scope) as session:
            batch = batches.open_batch(session, subdistrict, "checks", "delta", "soak", "0" * 64, "soak")
            counts = load_frames(
                session, subdistrict, "checks", iter([frame]), batch_id=batch.id, as_of=dt.date(2026, 11, 6)
            )
            batches.close_batch(session, batch, counts.as_dict())
            audit.record(session, scope, "load", target=str(batch.id), detail=counts.as_dict())
            number = batch.id
        print(number, flush=True)


HALF_DONE = {
    "a batch with some of its rows": f"""
        SELECT b.id FROM load_batch b WHERE b.account = 'soak'
          AND (b.finished_at IS NULL OR (SELECT count(*) FROM check_visit v WHERE v.subdistrict_code = b.subdistrict_code
               AND v.batch_id = b.id) <> {BATCH})""",
    "a batch without its audit entry": """
        SELECT b.id FROM load_batch b WHERE b.account = 'soak' AND NOT EXISTS (SELECT FROM audit_event e
            WHERE e.subdistrict_code = b.subdistrict_code AND e.action = 'load' AND e.target = b.id::text)""",
    "a published version without every building": """
        SELECT v.id FROM boundary_version v WHERE v.status = 'published' AND (
            SELECT count(*) FROM version_building x WHERE x.subdistrict_code = v.subdistrict_code AND x.version_id = v.id)
            <> (SELECT count(*) FROM building b WHERE b.subdistrict_code = v.subdistrict_code)""",
    "a version whose plots are not all assigned": """
        SELECT v.id FROM boundary_version v WHERE (SELECT count(*) FROM plot p WHERE p.subdistrict_code = v.subdistrict_code
            AND p.plot_set_id = v.plot_set_id) <> (SELECT count(*) FROM plot_assignment a
            WHERE a.subdistrict_code = v.subdistrict_code AND a.version_id = v.id)""",
    "a revision without its operation": """
        SELECT v.id FROM boundary_version v WHERE v.status = 'draft' AND v.revision <> (SELECT count(*)
            FROM boundary_operation o WHERE o.subdistrict_code = v.subdistrict_code AND o.version_id = v.id)""",
    "sums that differ from their sources": """
        SELECT m.month FROM (SELECT month, sum(visits) AS n FROM building_month GROUP BY month) m
        FULL JOIN (SELECT month, count(*) AS n FROM check_visit GROUP BY month) v ON v.month = m.month
        WHERE m.n IS DISTINCT FROM v.n AND coalesce(m.n, 0) + coalesce(v.n, 0) > 0""",
    "a change that was never numbered": "SELECT txid FROM pending_commit",
    "a gap in the feed": "SELECT 1 FROM change HAVING count(*) <> coalesce(max(seq), 0)",
}


def check(here: Installation, said: Acknowledged) -> list[str]:
    """Everything that is wrong now; the lists are copied first, so that what comes later is not missed."""
    names, published, committed = list(said.names), list(said.published), list(said.batches)
    wrong = []
    engine = create_engine(here.postgis.url())
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        for what, query in HALF_DONE.items():
            if rows := connection.execute(text(query)).all():
                wrong.append(f"{what}: {rows[:3]}")
        stored = {
            (g.version_id, g.code, g.name)
            for g in connection.execute(text("SELECT version_id, code, name FROM micro_grid"))
        }
        wrong += [f"an acknowledged name is gone: {name}" for name in names if name not in stored]
        in_force = set(
            connection.execute(text("SELECT id FROM boundary_version WHERE status <> 'draft'")).scalars()
        )
        wrong += [f"an acknowledged publication is gone: {v}" for v in published if v not in in_force]
        loaded = set(connection.execute(text("SELECT id FROM load_batch")).scalars())
        wrong += [f"an acknowledged batch is gone: {b}" for b in committed if b not in loaded]
    engine.dispose()
    store = Database(here.service_url)
    with store.transaction(Scope(here.sub), writes=False) as session:
        wrong += [f"audit {fault}" for fault in audit.verify(session, here.sub)]
    store.close()
    return wrong


@contextlib.contextmanager
def _timed() -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--load", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.load:
        load_for_ever(*given.load)
        return
    with _timed():
        figures = run(given.kills, given.seed, say=lambda words: print(words, file=sys.stderr, flush=True))
    print(figures)
    raise SystemExit(1 if figures.faults or max(s.quiet_s for s in figures.starts) > LIMIT_S else 0)


if __name__ == "__main__":
    main()
