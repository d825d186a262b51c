"""Month figures from PostGIS against the plain geopandas way on the same rows, in one run.

Times are medians of ``--repeats`` in milliseconds; trust the ratios. A scratch database is made on the private server
and removed afterwards.

    python scripts/bench_figures.py                        # the demo town: 6,000 buildings, about 70 grids
    python scripts/bench_figures.py --city                 # 1 million buildings and 60,000 grids, once
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from geo_service import database
from geo_service.database import SERVICE, Database, Scope
from geo_service.demo import load_demo
from geo_service.local_postgis import LocalPostgis
from geo_service.queries import areas, indicators
from geo_service.queries.boundaries import last_day, version_on
from grids.indicators.counts import FLOWS
from grids.indicators.stocks import STOCKS
from seeds.readers.context import HashKey

TOWN, CITY = "310199001", "310199999"


@contextmanager
def scratch() -> Iterator[str]:
    """A PostGIS of its own in a temporary folder; the administrator's URL."""
    with TemporaryDirectory(prefix="wangge-bench-figures-") as folder:
        server = LocalPostgis.at(Path(folder))
        try:
            admin = server.start()
            database.upgrade(admin)
            yield admin
        finally:
            server.remove()


def best(call: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Median milliseconds and the answer; the first call is not counted."""
    answer = call() if repeats > 1 else None
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        answer = call()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), answer


def plain_way(session: Session, subdistrict: str, month: dt.date, version: int) -> pd.DataFrame:
    """What one writes first: read tables and polygons, join points to grids, merge, group."""
    bound = {"s": subdistrict, "m": month, "v": version}
    homes = _shapes(
        session,
        "SELECT code, ST_AsBinary(geom) AS geom FROM building WHERE subdistrict_code = :s AND geom IS NOT NULL",
        bound,
    )
    grids = _shapes(
        session,
        "SELECT code AS grid, ST_AsBinary(geom) AS geom FROM micro_grid WHERE subdistrict_code = :s AND version_id = :v",
        bound,
    )
    flows = _table(session, "SELECT * FROM building_month WHERE subdistrict_code = :s AND month = :m", bound)
    stock = _table(
        session,
        "SELECT * FROM building_stock WHERE subdistrict_code = :s AND from_month <= :m ORDER BY from_month",
        bound,
    )
    stock = stock.groupby("building_code")[list(STOCKS)].last()
    joined = homes.set_geometry(homes.representative_point()).sjoin(grids, predicate="within")
    merged = joined.merge(flows, how="left", left_on="code", right_on="building_code").merge(
        stock, how="left", left_on="code", right_index=True
    )
    return merged.groupby("grid")[[*FLOWS, *STOCKS]].sum()


def _table(session: Session, query: str, bound: dict[str, Any]) -> pd.DataFrame:
    rows = session.execute(text(query), bound)
    return pd.DataFrame(rows.fetchall(), columns=list(rows.keys()))


def _shapes(session: Session, query: str, bound: dict[str, Any]) -> gpd.GeoDataFrame:
    table = _table(session, query, bound)
    return gpd.GeoDataFrame(table, geometry=shapely.from_wkb([bytes(g) for g in table.pop("geom")]), crs=4326)


def compare(store: Database, subdistrict: str, month: dt.date, repeats: int) -> None:
    """Print both ways and the drawn polygon, and check that they agree where a grid is simple to find."""
    with store.transaction(Scope(subdistrict), writes=False) as session:
        version = version_on(session, subdistrict, last_day(month))
        assert version is not None
        ours, figures = best(
            lambda: indicators.figures(session, subdistrict, month, version.id, "micro-grid"), repeats
        )
        plain, table = best(lambda: plain_way(session, subdistrict, month, version.id), min(repeats, 3))
        shared = figures.index.intersection(table.index)
        apart = (figures.loc[shared, "residents"] - table.loc[shared, "residents"]).abs().sum()
        print(f"{subdistrict}: {len(figures):,} areas, {int(figures['buildings'].sum()):,} buildings")
        print(f"  month figures, ours            {ours:10.1f} ms")
        print(f"  month figures, geopandas way   {plain:10.1f} ms   {plain / ours:.1f} ×")
        print(
            f"  residents that differ          {apart:10.0f}  (sites and homes without a place, which a spatial join loses)"
        )
        if repeats > 1:
            drawn, count = best(lambda: _drawn(session, subdistrict, month, version.id), repeats)
            print(f"  a drawn polygon, {count:,} buildings {drawn:10.1f} ms")


def _drawn(session: Session, subdistrict: str, month: dt.date, version: int) -> int:
    points = areas.building_points(session, subdistrict, None)
    west, south, east, north = points.total_bounds
    polygon = shapely.Point((west + east) / 2, (south + north) / 2).buffer((east - west) / 5)
    codes = [str(c) for c in points.index[points.sindex.query(polygon, predicate="covers")]]
    indicators.figures(session, subdistrict, month, version, "subdistrict", buildings=codes)
    return len(codes)


def make_city(admin: str, buildings: int, grids: int, month: dt.date) -> None:
    """Made-up counts on a square city, straight into the tables; triggers are off while they fill."""
    side = int(np.ceil(np.sqrt(grids)))
    values = {"s": CITY, "n": buildings, "g": grids, "side": side, "m": month}
    flows = ", ".join(f"(i * {k + 3} % 5)" for k, _ in enumerate(FLOWS))
    stocks = ", ".join(f"(i * {k + 3} % 40)" for k, _ in enumerate(STOCKS))
    box = "ST_MakeEnvelope(121 + {x} * 0.002, 31 + {y} * 0.002, 121 + ({x} + 1) * 0.002, 31 + ({y} + 1) * 0.002, 4326)"
    grid = box.format(x="(i % :side)", y="(i / :side)")
    house = "ST_MakeEnvelope(121 + ({gx} + {u}) * 0.002, 31 + ({gy} + {v}) * 0.002, 121 + ({gx} + {u} + 0.05) * 0.002, 31 + ({gy} + {v} + 0.05) * 0.002, 4326)".format(
        gx="((i % :g) % :side)",
        gy="((i % :g) / :side)",
        u="(0.1 + (i / :g % 4) * 0.2)",
        v="(0.1 + (i / :g / 4 % 4) * 0.2)",
    )
    statements = [
        "INSERT INTO subdistrict (code, name, metric_srid) VALUES (:s, 'city', 4549)",
        "INSERT INTO plot_set (subdistrict_code, id, reason) VALUES (:s, 1, 'bench')",
        "INSERT INTO boundary_version (subdistrict_code, id, name, status, plot_set_id, valid_from, revision) "
        "VALUES (:s, 1, 'bench', 'published', 1, '2024-01-01', 0)",
        "INSERT INTO micro_grid (subdistrict_code, version_id, code, name, committee_code, geom) SELECT :s, 1, 'G' || i, 'G', 'C' || i / 60, "
        f"ST_Multi({grid}) FROM generate_series(0, :g - 1) i",
        f"INSERT INTO building (subdistrict_code, code, kind, committee_code, geom) SELECT :s, 'B' || i, 'building', 'C', {house} "
        "FROM generate_series(0, :n - 1) i",
        "INSERT INTO version_building (subdistrict_code, version_id, building_code, grid_code, committee_code) "
        "SELECT :s, 1, 'B' || i, 'G' || i % :g, 'C' FROM generate_series(0, :n - 1) i",
        f"INSERT INTO building_month (subdistrict_code, building_code, month, {', '.join(FLOWS)}) SELECT :s, 'B' || i, :m, {flows} "
        "FROM generate_series(0, :n - 1) i",
        f"INSERT INTO building_stock (subdistrict_code, building_code, from_month, {', '.join(STOCKS)}) "
        f"SELECT :s, 'B' || i, '2024-01-01', {stocks} FROM generate_series(0, :n - 1) i",
    ]  # fmt: skip
    engine = database.make_engine(admin, statement_timeout_ms=3_600_000)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement), {k: v for k, v in values.items() if f":{k}" in statement})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--residents", type=int, default=100_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument(
        "--city", action="store_true", help="the large city as well; a few minutes, most of them to fill it"
    )
    parser.add_argument("--buildings", type=int, default=1_000_000)
    parser.add_argument("--grids", type=int, default=60_000)
    given = parser.parse_args()
    with scratch() as admin:
        url = make_url(admin).set(username=SERVICE).render_as_string(hide_password=False)
        store = Database(url, statement_timeout_ms=3_600_000)
        if given.city:
            month = dt.date(2024, 6, 1)
            make_city(admin, given.buildings, given.grids, month)
            compare(store, CITY, month, 1)
        else:
            made = load_demo(
                store,
                HashKey("bench", b"b" * 32),
                residents=given.residents,
                months=given.months,
                seed=7,
                say=lambda _: None,
            )
            compare(store, TOWN, dt.date.fromisoformat(made["months"][-1] + "-01"), given.repeats)
        store.close()


if __name__ == "__main__":
    main()
