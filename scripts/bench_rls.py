"""What row-level security costs: the same item and tile queries as the service and as the tables' owner, in turn.

.venv/bin/python scripts/bench_rls.py "$(.venv/bin/wangge db url --admin)" 310199001
"""

from __future__ import annotations

import statistics
import sys
import time

import psycopg

ITEMS = """
SELECT code, ST_AsGeoJSON(geom) FROM building
WHERE subdistrict_code = %(sub)s AND geom && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4326) ORDER BY code LIMIT 100"""
TILE = """
WITH inside AS MATERIALIZED (
    SELECT fid, code, ST_AsMVTGeom(geom_3857, ST_Transform(ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4326), 3857)) AS g
    FROM building WHERE subdistrict_code = %(sub)s
      AND geom_3857 && ST_Transform(ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4326), 3857))
SELECT ST_AsMVT(inside, 'buildings', 4096, 'g', 'fid') FROM inside"""
RECORDS = """
SELECT building_code, sum(residents) FROM building_stock WHERE subdistrict_code = %(sub)s GROUP BY 1"""
TURNS = 60


def main(url: str, subdistrict: str) -> None:
    """Medians in milliseconds and their ratio; turn about, so that a busy machine is busy for both."""
    with psycopg.connect(url) as owner, psycopg.connect(url) as service:
        service.execute("SET SESSION AUTHORIZATION wangge_service")
        service.execute("SELECT set_config('wangge.subdistrict', %s, false), set_config('wangge.committees', '*', false)",
                        [subdistrict])  # fmt: skip
        w, s, e, n = owner.execute(
            "SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b) FROM (SELECT ST_Extent(geom) AS b FROM building "
            "WHERE subdistrict_code = %s) x", [subdistrict]).fetchone() or (0, 0, 0, 0)  # fmt: skip
        middle = {"sub": subdistrict, "w": w + (e - w) * 0.4, "e": w + (e - w) * 0.6, "s": s + (n - s) * 0.4,
                  "n": s + (n - s) * 0.6}  # fmt: skip
        for name, query in (("items", ITEMS), ("tile", TILE), ("stocks of the town", RECORDS)):
            times: dict[str, list[float]] = {"owner": [], "service": []}
            for _ in range(TURNS):
                for who, connection in (("owner", owner), ("service", service)):
                    began = time.perf_counter()
                    connection.execute(query, middle, prepare=True).fetchall()
                    times[who].append((time.perf_counter() - began) * 1e3)
            off, on = (statistics.median(times[who]) for who in ("owner", "service"))
            print(f"{name:<20} off {off:7.2f} ms   on {on:7.2f} ms   × {on / off:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
