"""Rows per second and peak memory of loading registrations and checks, files to counted tables.

    python scripts/bench_load.py [--rows 200000] [--json]

Builds a synthetic town of its own in a private server with durable settings, writes the rows as CSV, loads them by the
same function as ``wangge load --commit`` and reports what a user would wait for, beside a bare COPY of the same rows.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event, text

from geo_service import database
from geo_service.database import Database, Scope
from geo_service.loading.files import FileLoad, load_file
from geo_service.loading.staging import raw_cursor
from geo_service.local_postgis import LocalPostgis
from seeds.readers import HashKey

SUB = "310199001"
KEY = HashKey("bench", b"a secret of thirty-two bytes, ok")
PER_DWELLING, PER_BUILDING = 2, 12


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=200_000)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--statements", action="store_true", help="print the slowest statements")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="wangge-bench-") as folder, server_in(Path(folder)) as store:
        found = measure(store, Path(folder), options.rows, options.statements)
    if options.json:
        print(json.dumps(found))
        return
    for kind, figures in found.items():
        print(f"{kind:<14} " + "  ".join(f"{name} {value:,.0f}" for name, value in figures.items()))


@contextmanager
def server_in(folder: Path) -> Iterator[Database]:
    """A private PostGIS with the tables, removed afterwards."""
    (folder / "checkout").mkdir()
    server = LocalPostgis(folder / "checkout")
    try:
        database.upgrade(server.start())
        store = Database(server.url(database.SERVICE), statement_timeout_ms=3_600_000)
        yield store
        store.close()
    finally:
        server.remove()


def measure(store: Database, folder: Path, rows: int, statements: bool) -> dict[str, dict[str, float]]:
    """Rows per second of each kind, the bare COPY beside it, and the process's peak memory in MB."""
    import datetime as dt

    _town(store, rows // PER_DWELLING)
    found: dict[str, dict[str, float]] = {}
    slow = _watch(store) if statements else {}
    for kind, write in (("registrations", _registrations), ("checks", _checks)):
        path = folder / f"{kind}.csv"
        write(path, rows)
        slow.clear()
        began, cpu = time.perf_counter(), _cpu_s(store)
        done = load_file(store, Scope(SUB), FileLoad(kind, path, dt.date(2026, 6, 30), commit=True), KEY)
        seconds, cpu = time.perf_counter() - began, _cpu_s(store) - cpu
        assert done.counts is not None
        assert done.counts.added == rows, done.as_dict()
        found[kind] = {
            "rows": rows,
            "rows/s": rows / seconds,
            "rows per CPU second": rows / cpu,
            "bare COPY rows/s": rows / _timed(lambda path=path: _copy(store, path)),  # type: ignore[misc]
            "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        for statement, spent in sorted(slow.items(), key=lambda s: -s[1])[:12]:
            print(f"  {spent:7.2f} s  {' '.join(statement.split())[:110]}")
    return found


def _town(store: Database, dwellings: int) -> None:
    """Areas, buildings and dwellings straight into the tables; they are not what is measured."""
    with store.transaction(Scope(SUB)) as session:
        for statement in (
            "INSERT INTO subdistrict (code, name) VALUES (:sub, '样镇')",
            "INSERT INTO building (subdistrict_code, code, kind) SELECT :sub, 'B' || n, 'site' FROM generate_series(0, :b) n "
            "UNION ALL SELECT :sub, 'U' || :sub, 'unlocated'",
            "SELECT set_config('wangge.defer_counts', 'on', true)",
            "INSERT INTO dwelling (subdistrict_code, code, building_code, created_on) "
            "SELECT :sub, 'D' || n, 'B' || n / :per, '2020-01-01' FROM generate_series(0, :d - 1) n",
            "SELECT wangge_analyze('dwelling'), wangge_analyze('building')",
        ):
            bound = {"sub": SUB, "d": dwellings, "b": dwellings // PER_BUILDING, "per": PER_BUILDING}
            session.execute(text(statement), {k: v for k, v in bound.items() if f":{k}" in statement})


def _registrations(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("登记编号,房屋编码,登记日期\n")
        file.writelines(f"R{n},D{n // PER_DWELLING},2026-0{n % 6 + 1}-05\n" for n in range(rows))


def _checks(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(
            "核查编号,房屋编码,核查时间,核查方式,核查结果,核查人数,正确人数,应登未登人数,应消未消人数,信息有误人数\n"
        )
        file.writelines(
            f"{uuid.UUID(int=n)},D{n // PER_DWELLING},2026-0{n % 6 + 1}-05 10:00,登记核查,完成,2,1,0,1,0\n"
            for n in range(rows)
        )


def _watch(store: Database) -> dict[str, float]:
    """Seconds per statement, kept up to date."""
    spent: dict[str, float] = {}
    began: list[float] = []
    event.listen(store.engine, "before_cursor_execute", lambda *_: began.append(time.perf_counter()))
    event.listen(
        store.engine, "after_cursor_execute",
        lambda _c, _k, statement, *_: spent.update(
            {statement: spent.get(statement, 0) + time.perf_counter() - began.pop()}),
    )  # fmt: skip
    return spent


def _copy(store: Database, path: Path) -> None:
    """The same bytes into a table of texts: what PostgreSQL itself can take."""
    with store.transaction(Scope(SUB)) as session:
        cursor = raw_cursor(session)
        names = path.open(encoding="utf-8").readline().strip().split(",")
        cursor.execute(
            "CREATE TEMP TABLE bare (" + ", ".join(f'"{n}" text' for n in names) + ") ON COMMIT DROP"
        )
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as copy, path.open("rb") as file:
            while block := file.read(1 << 16):
                copy.write(block)


def _cpu_s(store: Database) -> float:
    """CPU seconds of this process and its one backend so far: what a busy machine cannot distort."""
    with store.transaction(Scope(SUB), writes=False) as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
