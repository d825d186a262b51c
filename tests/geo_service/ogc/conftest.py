"""A small town in a database of its own, and the real service in front of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from geo_service import database
from geo_service.sign_in import digest

#: Run by QGIS's own Python, which is not ours.
collect_ignore = ["qgis_reads.py"]
SUB, OTHER = "310199001", "310199002"
KEY, OTHER_KEY = "wg_test_key", "wg_other_key"
BUILDINGS = 1_200

TOWN = """
INSERT INTO subdistrict (code, name, metric_srid) VALUES ('{sub}', '样例街道', 4549);
INSERT INTO area (subdistrict_code, kind, code, name, zone_code, valid_from, valid_to, geom)
SELECT '{sub}', 'committee', '{sub}0' || i, '居委会' || i, 'Z1', '2020-01-01', NULL,
    ST_Multi(ST_MakeEnvelope(121.40 + i * 0.01, 31.20, 121.41 + i * 0.01, 31.21, 4326)) FROM generate_series(1, 4) i;
INSERT INTO area (subdistrict_code, kind, code, name, valid_from, geom)
SELECT '{sub}', 'subdistrict', '{sub}', '样例街道', '2020-01-01', ST_Multi(ST_MakeEnvelope(121.41, 31.20, 121.45, 31.21, 4326));
INSERT INTO building (subdistrict_code, code, kind, name, address, committee_code, use, floors, height_m, built_on, geom)
SELECT '{sub}', 'B' || lpad(i::text, 5, '0'), 'building', CASE i WHEN 7 THEN 'Café 楼' WHEN 8 THEN NULL ELSE '楼' || i END,
    '样例路' || i || '号', '{sub}0' || (1 + i % 4), CASE WHEN i % 3 = 0 THEN 'residential' ELSE 'mixed' END, 1 + i % 30,
    3.0 * (1 + i % 30), date '1990-01-01' + i,
    ST_MakeEnvelope(x, y, x + 0.0003, y + 0.0002, 4326)
FROM (SELECT i, 121.4101 + (i % 40) * 0.00098 AS x, 31.2002 + (i / 40) * 0.00031 AS y FROM generate_series(0, {n} - 1) i) g;
INSERT INTO building (subdistrict_code, code, kind, committee_code) VALUES ('{sub}', 'U1', 'unlocated', '{sub}01');
INSERT INTO plot_set (subdistrict_code, id, reason) VALUES ('{sub}', 1, 'first');
INSERT INTO boundary_version (subdistrict_code, id, name, status, plot_set_id, valid_from, valid_to) VALUES
    ('{sub}', 1, '第一版', 'published', 1, '2026-01-01', '2026-07-01'),
    ('{sub}', 2, '第二版', 'published', 1, '2026-07-01', NULL), ('{sub}', 3, '草案', 'draft', 1, NULL, NULL);
INSERT INTO micro_grid (subdistrict_code, version_id, code, name, committee_code, area_m2, geom)
SELECT '{sub}', v, 'G' || v || i, '微网格' || i, '{sub}0' || i, 1000000,
    ST_Multi(ST_MakeEnvelope(121.40 + i * 0.01, 31.20, 121.41 + i * 0.01, 31.21, 4326))
FROM generate_series(1, 3) v, generate_series(1, 4) i;
INSERT INTO key_site (subdistrict_code, code, name, kind, committee_code, opened_on, same_day, geom) VALUES
    ('{sub}', 'K1', '长租公寓一', 'long_term_rental', '{sub}01', '2024-01-01', false, ST_SetSRID(ST_MakePoint(121.415, 31.205), 4326)),
    ('{sub}', 'K2', '工棚二', 'site_shed', '{sub}02', NULL, true, NULL);
INSERT INTO release (subdistrict_code, id, month, revision, version_id, plot_set_id) VALUES
    ('{sub}', 1, '2026-08-01', 0, 2, 1), ('{sub}', 2, '2026-09-01', 0, 2, 1), ('{sub}', 3, '2026-09-01', 1, 2, 1);
INSERT INTO release_value (subdistrict_code, release_id, layer, area_code, measure, numerator, denominator, value, withheld, reason)
VALUES ('{sub}', 1, 'micro-grid', 'G21', 'residents', NULL, NULL, 900, false, NULL),
    ('{sub}', 2, 'micro-grid', 'G21', 'residents', NULL, NULL, 1, false, NULL),
    ('{sub}', 3, 'micro-grid', 'G21', 'residents', NULL, NULL, 1000, false, NULL),
    ('{sub}', 3, 'micro-grid', 'G21', 'accuracy', 78, 80, 0.975, false, NULL),
    ('{sub}', 3, 'micro-grid', 'G22', 'residents', NULL, NULL, 3, true, 'small_count'),
    ('{sub}', 3, 'committee', '{sub}01', 'accuracy', 78, 80, 0.975, false, NULL),
    ('{sub}', 3, 'cell', '8a30960c0547fff', 'residents', NULL, NULL, 55, false, NULL);
INSERT INTO account (subdistrict_code, name, display_name, role, active) VALUES ('{sub}', 'office{sub}', '人口办', 'office', true);
"""


@dataclass
class Service:
    """The running service: its address, the administrator's connection string, its processes."""

    url: str
    admin: str
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def client(self, key: str = KEY, **more: Any) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False, **more)

    def sql(self, statement: str, *values: Any) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(statement, values or None)


def make_town(admin: str) -> None:
    """Two towns with the same shapes, and a key for each."""
    with psycopg.connect(admin, autocommit=True) as connection:
        for sub, key, count in ((SUB, KEY, BUILDINGS), (OTHER, OTHER_KEY, 20)):
            connection.execute(TOWN.format(sub=sub, n=count))
            connection.execute(
                "INSERT INTO api_key (subdistrict_code, id, key_hash, name, scopes) VALUES (%s, %s, %s, %s, %s)",
                (sub, f"k{sub}", digest(key), "测试", '["read", "feed"]'),
            )
        connection.execute("ANALYZE")


@pytest.fixture(scope="session")
def ogc_database(new_database: Callable[[str], str]) -> str:
    """Connection string of the administrator to the town's database."""
    name = f"wangge_ogc_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    url = database.libpq_url(new_database(name))
    make_town(url)
    return url


@pytest.fixture(scope="session")
def serve(ogc_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Service]]:
    """Starts the service with a number of workers."""
    started: list[subprocess.Popen[bytes]] = []

    def start(workers: int) -> Service:
        home = tmp_path_factory.mktemp("service")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        url = make_url(ogc_database).set(drivername="postgresql+psycopg", username=database.SERVICE)
        environment = {
            **os.environ, "WANGGE_DATABASE_URL": url.render_as_string(hide_password=False),
            "WANGGE_DATA_DIR": str(home), "WANGGE_PORT": str(port), "WANGGE_POOL_SIZE": "4",
        }  # fmt: skip
        log = home / "service.log"
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "geo_service.cli.up:application",
            "--factory",
            "--port",
            str(port),
        ]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, "--workers", str(workers), "--timeout-graceful-shutdown", "3"],
                env=environment, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        started.append(process)
        service = Service(f"http://127.0.0.1:{port}", ogc_database, log, process)
        _await(service, workers)
        return service

    yield start
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


@pytest.fixture(scope="session")
def service(serve: Callable[[int], Service]) -> Service:
    return serve(1)


@pytest.fixture
def ogc(service: Service) -> Iterator[httpx.Client]:
    """A partner's client with a machine key."""
    with service.client() as client:
        yield client


def _await(service: Service, workers: int) -> None:
    until = time.monotonic() + 60 * (1 + workers)
    while time.monotonic() < until:
        try:
            with service.client() as client:
                if client.get("/ogc/conformance").status_code == 200:
                    time.sleep(0.5 * (workers - 1))
                    return
        except httpx.TransportError:
            pass
        if service.process.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError(service.log.read_text())
