"""Five million registrations through the command line: the loader's memory stays flat, the counts come out right.

Rows by ``WANGGE_SOAK_ROWS`` (5,000,000). Only with ``make soak``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from geo_service import database
from geo_service.local_postgis import LocalPostgis

ROWS = int(os.environ.get("WANGGE_SOAK_ROWS", "5000000"))
SUB, PER_DWELLING, PER_BUILDING = "310199001", 2, 12
MOST_MB = 500


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalPostgis]:
    """A durable server of its own: what is measured is what a town has."""
    (tmp_path / "checkout").mkdir()
    server = LocalPostgis(tmp_path / "checkout")
    try:
        database.upgrade(server.start())
        yield server
    finally:
        server.remove()


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_five_million_registrations_load_in_flat_memory(server: LocalPostgis, tmp_path: Path) -> None:
    with psycopg.connect(_plain(server.url())) as connection:
        _town(connection, ROWS // PER_DWELLING)
    path = tmp_path / "registrations.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("登记编号,房屋编码,登记日期\n")
        file.writelines(f"R{n},D{n // PER_DWELLING},2026-0{n % 6 + 1}-05\n" for n in range(ROWS))
    began = time.monotonic()
    peaks = _watched(
        [str(Path(sys.executable).with_name("wangge")), "load", "registrations", str(path), "--commit",
         "--subdistrict", SUB],
        os.environ | {"WANGGE_DATABASE_URL": server.url(database.SERVICE), "WANGGE_DATA_DIR": str(tmp_path / "data")},
    )  # fmt: skip
    seconds = time.monotonic() - began
    print(f"\n{ROWS:,} rows in {seconds:.0f} s = {ROWS / seconds:,.0f}/s; resident MB: peak {max(peaks):.0f}, after a "
          f"quarter of the samples {peaks[len(peaks) // 4]:.0f}, a half {peaks[len(peaks) // 2]:.0f}, "
          f"at the end {peaks[-1]:.0f}; highest at sample {peaks.index(max(peaks)) + 1} of {len(peaks)}")  # fmt: skip
    with psycopg.connect(_plain(server.url())) as connection:
        assert connection.execute("SELECT count(*) FROM registration").fetchone() == (ROWS,)
        counted = connection.execute("SELECT sum(residents) FROM building_stock WHERE to_month IS NULL")
        assert counted.fetchone() == (ROWS,)
    assert max(peaks) <= MOST_MB


def _town(connection: psycopg.Connection[tuple[object, ...]], dwellings: int) -> None:
    bound = {"sub": SUB, "d": dwellings, "b": dwellings // PER_BUILDING, "per": PER_BUILDING}
    for statement in (
        "SELECT set_config('wangge.defer_counts', 'on', true), set_config('wangge.subdistrict', %(sub)s, true), "
        "set_config('wangge.committees', '*', true)",
        "INSERT INTO subdistrict (code, name) VALUES (%(sub)s, '样镇')",
        "INSERT INTO building (subdistrict_code, code, kind) SELECT %(sub)s, 'B' || n, 'site' "
        "FROM generate_series(0, %(b)s) n UNION ALL SELECT %(sub)s, 'U' || %(sub)s, 'unlocated'",
        "INSERT INTO dwelling (subdistrict_code, code, building_code, created_on) "
        "SELECT %(sub)s, 'D' || n, 'B' || n / %(per)s, '2020-01-01' FROM generate_series(0, %(d)s - 1) n",
        "ANALYZE dwelling, dwelling_state, building",
    ):
        connection.execute(statement, bound if "%(" in statement else None)


def _watched(command: list[str], environment: dict[str, str]) -> list[float]:
    """Run a command; its resident memory in MB, twice a second."""
    samples: list[float] = []
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=said)
        while running.poll() is None:
            status = Path(f"/proc/{running.pid}/status").read_text(encoding="ascii")
            samples += [
                int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:")
            ]
            time.sleep(0.5)
        said.seek(0)
        assert running.returncode == 0, said.read().decode()
    return samples


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
