"""What row-level security costs: the grid API's own items and tile statements with it and without, in turn.

    python scripts/bench_rls.py [--buildings 40000] [--turns 60] [--explain]

Makes a private server of its own with two towns on the same ground, so that the policies have something to hide.
"Without" is the superuser, whom policies do not bind; plan settings are those of the service. Prints medians, and the
median of the ratios of neighbouring measurements, which a busy machine disturbs least.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from starlette.datastructures import QueryParams

from geo_service import database
from geo_service.local_postgis import LocalPostgis, Place
from geo_service.local_postgis.place import owner_of
from geo_service.ogc.collections import PLACES
from geo_service.ogc.query import parse_items
from geo_service.ogc.tile_matrix_sets import WEB_MERCATOR
from geo_service.ogc.times import When
from geo_service.queries import features, tiles

HERE, BESIDE = "310199009", "310199008"
TODAY = dt.date(2026, 11, 1)
OPTIONS = "-c max_parallel_workers_per_gather=0 -c jit=off"
FILL = """
INSERT INTO building (subdistrict_code, code, name, address, committee_code, use, floors, height_m, geom)
SELECT %(town)s, 'B' || lpad(i::text, 7, '0'), '楼' || i, '样例路' || i || '号', 'C' || i %% 60, 'residential', i %% 30, 9.0,
       ST_MakeEnvelope(x, y, x + 0.0002, y + 0.00015, 4326)
FROM (SELECT i, 121.40 + (i %% %(side)s) * 0.0003 AS x, 31.18 + (i / %(side)s) * 0.0003 AS y
      FROM generate_series(0, %(n)s - 1) i) g
"""


def statements() -> dict[str, tuple[str, dict[str, Any]]]:
    """The service's own SQL: a page, a page in a box, one building, a tile of level 15."""
    buildings = next(c for c in PLACES if c.id == "buildings")

    def items(query: str) -> tuple[str, dict[str, Any]]:
        return features.page(buildings, HERE, parse_items(QueryParams(query), buildings, TODAY))

    lon, lat, z = 121.43, 31.205, 15
    y = math.asinh(math.tan(math.radians(lat)))
    row, column = int((1 - y / math.pi) / 2 * 2**z), int((lon + 180) / 360 * 2**z)
    return {
        "items, 100": items("limit=100"),
        "items in a box, 100": items("limit=100&bbox=121.42,31.20,121.43,31.21"),
        "one building": features.one(buildings, HERE, parse_items(QueryParams(""), buildings, TODAY), "B0000500"),
        "tile of level 15": tiles.tile(buildings, HERE, WEB_MERCATOR, z, row, column, When(TODAY)),
    }  # fmt: skip


def fill(admin: str, buildings: int) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(
            "SET session_replication_role = replica"
        )  # a feed of every building is not the point
        for town in (HERE, BESIDE):
            connection.execute("INSERT INTO subdistrict (code, name) VALUES (%s, 'bench')", [town])
            connection.execute(FILL, {"town": town, "side": math.isqrt(buildings), "n": buildings})
        connection.execute("VACUUM ANALYZE building")


def milliseconds(connection: psycopg.Connection, query: str, values: dict[str, Any]) -> float:
    began = time.perf_counter()
    connection.execute(query.encode(), values, prepare=True).fetchall()
    return (time.perf_counter() - began) * 1e3


def measure(admin: str, turns: int, explain: bool) -> float:
    """Print the table; the largest ratio."""
    ratios = []
    with (
        psycopg.connect(admin, options=OPTIONS, autocommit=True) as off,
        psycopg.connect(admin, options=OPTIONS, autocommit=True) as on,
    ):
        on.execute(f"SET SESSION AUTHORIZATION {database.SERVICE}")
        on.execute("SELECT set_config('wangge.subdistrict', %s, false), set_config('wangge.committees', '*', false)", [HERE])  # fmt: skip
        for name, (query, values) in statements().items():
            without, under = [], []
            for turn in range(turns + 10):
                pair = [(without, off), (under, on)]
                for times, connection in pair if turn % 2 else pair[::-1]:
                    times.append(milliseconds(connection, query, values))
            without, under = without[10:], under[10:]  # the first ones plan and warm
            ratio = statistics.median(b / a for a, b in zip(without, under, strict=True))
            ratios.append(ratio)
            print(
                f"{name:<22} without {statistics.median(without):7.3f} ms   with {statistics.median(under):7.3f} ms   × {ratio:.3f}"
            )
            if explain:
                for connection in (off, on):
                    told = connection.execute(
                        b"EXPLAIN (ANALYZE, TIMING OFF) " + query.encode(), values
                    ).fetchall()
                    print("\n".join(line[0][:180] for line in told))
    return max(ratios)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--buildings", type=int, default=40_000)
    parser.add_argument("--turns", type=int, default=60)
    parser.add_argument("--explain", action="store_true")
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="wangge-rls-"))
    home.chmod(0o711)
    server = LocalPostgis(home, place=Place(home, owner_of(home / "pg")), durable=False)
    try:
        database.upgrade(server.start())
        admin = database.libpq_url(server.url())
        fill(admin, asked.buildings)
        print(f"largest × {measure(admin, asked.turns, asked.explain):.3f} (promised: ≤ 1.10)")
    finally:
        server.remove()


if __name__ == "__main__":
    main()
