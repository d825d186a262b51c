"""The grid API against the same SQL under pgbench, an empty handler, and TiPG: the first rows of DESIGN section 7.

    python scripts/bench_ogc.py [--seconds 5] [--clients 8] [--buildings 50000]

Needs PostGIS on this machine with pgbench, wrk (a Debian package), and TiPG (requirements/bench.txt) for its row. Everything runs in one go
on one private server, so trust the ratios.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
from fastapi import FastAPI, Response
from sqlalchemy import make_url

from geo_service import database
from geo_service.local_postgis import LocalPostgis
from geo_service.ogc.collections import PLACES
from geo_service.ogc.query import ItemsQuery, parse_items
from geo_service.ogc.tile_matrix_sets import WEB_MERCATOR
from geo_service.ogc.times import When
from geo_service.queries import features, tiles
from geo_service.sign_in import digest

SUB, KEY = "310199009", "wg_bench_key"
BUILDING = next(c for c in PLACES if c.id == "buildings")
TODAY = dt.date.today()
WARM_S = 20  # a service that has just started fetches what it will need later (geo_service/warming.py)
BBOX = "121.45,31.22,121.46,31.23"


def empty() -> FastAPI:
    """An application that does nothing: what the server itself costs."""
    app = FastAPI()

    @app.get("/empty")
    async def nothing() -> Response:
        return Response(b"{}")

    return app


def fill(admin: str, buildings: int) -> None:
    """A town of small rectangles on a lattice, about 30 m apart."""
    side = int(buildings**0.5)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("INSERT INTO subdistrict (code, name) VALUES (%s, 'bench')", (SUB,))
        connection.execute(
            "INSERT INTO building (subdistrict_code, code, name, address, committee_code, use, floors, height_m, geom) "
            "SELECT %s, 'B' || lpad(i::text, 7, '0'), '楼' || i, '样例路' || i || '号', 'C' || i %% 60, 'residential', i %% 30, 9.0, "
            "ST_MakeEnvelope(x, y, x + 0.0002, y + 0.00015, 4326) FROM (SELECT i, 121.40 + (i %% %s) * 0.0003 AS x, "
            "31.18 + (i / %s) * 0.0003 AS y FROM generate_series(0, %s - 1) i) g",
            (SUB, side, side, buildings),
        )
        connection.execute(
            "INSERT INTO api_key (subdistrict_code, id, key_hash, name, scopes) VALUES (%s, 'kbench', %s, 'bench', '[\"read\"]')",
            (SUB, digest(KEY)),
        )
        connection.execute("VACUUM ANALYZE building")


def under_pgbench(url: str, query: str, values: dict[str, Any], seconds: int, clients: int) -> float:
    """Transactions a second of the same statement, prepared, as the service role under row-level security."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as script:
        script.write(_literal(query, values) + ";\n")
        script.flush()
        os.chmod(script.name, 0o644)
        options = (
            f"-c wangge.subdistrict={SUB} -c wangge.committees=* -c wangge.account=kbench "
            "-c max_parallel_workers_per_gather=0 -c jit=off"
        )
        done = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", script.name, url],
            env={**os.environ, "PGOPTIONS": options}, capture_output=True, text=True, check=True,
        )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


def _literal(query: str, values: dict[str, Any]) -> str:
    def written(match: re.Match[str]) -> str:
        value = values[match[1]]
        return repr(value) if isinstance(value, float | int) else "'" + str(value).replace("'", "''") + "'"

    return re.sub(r"%\((\w+)\)s", written, query).replace("%%", "%").replace("\n", " ")


_WRK = """
local paths, turn = {}, 0
for line in io.lines(%s) do paths[#paths + 1] = line end
function init() math.randomseed(os.time()); turn = math.random(#paths) end
function request() turn = turn %% #paths + 1; return wrk.format("GET", paths[turn]) end
"""


def over_http(
    base: str, paths: list[str], headers: dict[str, str], seconds: int, clients: int
) -> tuple[float, int, int]:
    """(requests a second, status, bytes of the body) of wrk with ``clients`` keep-alive connections, paths in turn.

    wrk costs a tenth of what a client in Python would, which on two cores would be measured instead of the server.
    """
    answer = httpx.get(base + paths[0], headers=headers, trust_env=False)
    with tempfile.TemporaryDirectory() as folder:
        listed, script = Path(folder, "paths.txt"), Path(folder, "paths.lua")
        listed.write_text("\n".join(paths), encoding="utf-8")
        script.write_text(_WRK % json.dumps(str(listed)), encoding="utf-8")
        said = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
        done = subprocess.run(
            ["wrk", "-t", "1", "-c", str(clients), "-d", f"{seconds}s", "-s", str(script), *said, base],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"{paths[0]}: {done.stdout}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1]), answer.status_code, len(answer.content)


@contextmanager
def running(
    command: list[str], environment: dict[str, str], probe: str, headers: dict[str, str]
) -> Iterator[str]:
    """A server of its own process, ready to answer ``probe``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--no-access-log", "--log-level", "error"],
        env={**os.environ, **environment},
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended by itself")
            try:
                if httpx.get(base + probe, headers=headers, trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        yield base
    finally:
        process.terminate()
        process.wait(20)


def statements() -> dict[str, tuple[str, dict[str, Any]]]:
    """The service's own SQL for each measured request."""
    from starlette.datastructures import QueryParams

    def items(query: str) -> ItemsQuery:
        return parse_items(QueryParams(query), BUILDING, TODAY)

    z, row, column = tile_place()
    return {
        "items": features.page(BUILDING, SUB, items("limit=100")),
        "bbox": features.page(BUILDING, SUB, items(f"limit=100&bbox={BBOX}")),
        "one": features.one(BUILDING, SUB, items(""), "B0000500"),
        "tile": tiles.tile(BUILDING, SUB, WEB_MERCATOR, z, row, column, When(TODAY)),
    }


def tile_place() -> tuple[int, int, int]:
    """A tile of level 15 in the middle of the lattice."""
    import math

    z, lon, lat = 15, 121.43, 31.205
    y = math.asinh(math.tan(math.radians(lat)))
    return z, int((1 - y / math.pi) / 2 * 2**z), int((lon + 180) / 360 * 2**z)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--buildings", type=int, default=50_000)
    parser.add_argument("--tipg", default=sys.executable, help="a Python that has TiPG")
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="wangge-bench-"))
    home.chmod(0o711)
    server = LocalPostgis.at(home)
    server.start()
    try:
        database.upgrade(server.url())
        admin = database.libpq_url(server.url())
        fill(admin, asked.buildings)
        measure(server.url(database.SERVICE), home, asked)
    finally:
        server.remove()


def measure(service_url: str, home: Path, asked: argparse.Namespace) -> None:
    """Print the table."""
    plain = database.libpq_url(service_url)
    bare = {n: under_pgbench(plain, *s, asked.seconds, asked.clients) for n, s in statements().items()}
    z, row, column = tile_place()
    items = "/ogc/collections/buildings/items"
    tile = f"/ogc/collections/buildings/tiles/WebMercatorQuad/{z}/{row}/{column}"
    key = {"Authorization": f"Bearer {KEY}"}
    # Always another address with the same rows behind it: the cache never has it, the SQL costs the same.
    fresh = {
        "items": [f"{items}?limit=100&datetime={y}-{m:02d}-{d:02d}" for y in range(1990, 2027) for m in range(1, 13) for d in range(1, 29)],
        "bbox": [f"{items}?limit=100&bbox={121.45 + n * 1e-7:.7f},31.22,121.46,31.23" for n in range(20_000)],
        "one": [f"{items}/B{n:07d}" for n in range(asked.buildings)],
        "tile": [f"{tile}?datetime={y}-{m:02d}-{d:02d}" for y in range(1990, 2027) for m in range(1, 13) for d in range(1, 29)],
    }  # fmt: skip
    environment = {
        "WANGGE_DATABASE_URL": service_url, "WANGGE_DATA_DIR": str(home / "service"),
        # One key asks as fast as it can: the limit is counted as always, and never reached.
        "WANGGE_RATE_LIMIT_PER_MINUTE": "60000000", "WANGGE_RATE_LIMIT_BURST": "60000000",
    }  # fmt: skip
    uvicorn = [sys.executable, "-m", "uvicorn"]

    def run(base: str, paths: list[str], headers: dict[str, str]) -> tuple[float, int, int]:
        return over_http(base, paths, headers, asked.seconds, asked.clients)

    with running([*uvicorn, "scripts.bench_ogc:empty", "--factory"], {}, "/empty", {}) as base:
        nothing = run(base, ["/empty"], {})[0]
    print(f"{'':28}{'rps':>10}{'of bare SQL':>13}{'of empty':>10}{'bytes':>10}")
    print(f"{'empty handler':28}{nothing:>10,.0f}")
    with running(
        [*uvicorn, "geo_service.cli.up:application", "--factory"], environment, "/ogc/conformance", key
    ) as base:
        time.sleep(WARM_S)
        for name, paths in fresh.items():
            rps, status, size = run(base, paths, key)
            assert status == 200, (name, status)
            print(
                f"{name + ', not cached':28}{rps:>10,.0f}{rps / bare[name]:>13.2f}{rps / nothing:>10.2f}{size:>10,}   bare {bare[name]:,.0f}"
            )
        for name, path in (("items", f"{items}?limit=100"), ("tile", tile)):
            rps, _, size = run(base, [path], key)
            print(f"{name + ', cached':28}{rps:>10,.0f}{'':>13}{rps / nothing:>10.2f}{size:>10,}")
        etag = httpx.get(
            base + tile, headers={**key, "Accept-Encoding": "identity"}, trust_env=False
        ).headers["etag"]
        rps, status, _ = run(base, [tile], {**key, "If-None-Match": etag})
        assert status == 304
        print(f"{'tile, 304':28}{rps:>10,.0f}{'':>13}{rps / nothing:>10.2f}")
    beside_tipg(plain, asked, run)


def with_socket_as_host(url: str) -> str:
    """TiPG demands a host in the address: the socket's folder, percent-encoded, is one to its driver."""
    asked = make_url(url)
    folder, port = str(asked.query["host"]), asked.query.get("port", 5432)
    return f"postgresql://{asked.username}@{quote(folder, safe='')}:{port}/{asked.database}"


def beside_tipg(url: str, asked: argparse.Namespace, run: Any) -> None:
    """TiPG on the same database, where it is installed."""
    if subprocess.run([asked.tipg, "-c", "import tipg"], capture_output=True).returncode:
        print("TiPG is not installed (requirements/bench.txt)")
        return
    z, row, column = tile_place()
    options = (
        f"-c wangge.subdistrict={SUB} -c wangge.committees=* -c max_parallel_workers_per_gather=0 -c jit=off"
    )
    named = f"{with_socket_as_host(url)}?options={quote(options)}"
    environment = {"DATABASE_URL": named, "TIPG_DB_SCHEMAS": '["public"]'}
    with running([asked.tipg, "-m", "uvicorn", "tipg.main:app"], environment, "/healthz", {}) as base:
        for name, path in (
            ("items", "/collections/public.building/items?limit=100"),
            (
                "tile",
                f"/collections/public.building/tiles/WebMercatorQuad/{z}/{column}/{row}?geom-column=geom_3857",
            ),
        ):
            rps, status, size = run(base, [path], {})
            print(f"{'TiPG ' + name:28}{rps:>10,.0f}{'':>23}{size:>10,}   status {status}")


if __name__ == "__main__":
    main()
