"""Month figures against the plain geopandas way (sjoin + groupby), hotspots and a release, in one run.

Made-up counts on a made-up city; both ways answer the same question and their answers are compared. Times are the
best of ``--repeats``, in seconds; trust the ratios.

    python scripts/bench_indicators.py                  # a city: 1 million buildings, 60,000 grids
    python scripts/bench_indicators.py --buildings 8600 --grids 100
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import shapely

from grids.indicators.cells import cell_neighbours
from grids.indicators.counts import FLOWS, YEAR_FIRSTS
from grids.indicators.figures import month_figures
from grids.indicators.hotspots import rate_hotspots
from grids.indicators.rates import accuracy
from grids.indicators.release import build_release
from grids.indicators.scan import scan_clusters
from grids.indicators.stocks import STOCKS

MONTH = pd.Timestamp("2024-06-01")


def a_city(buildings: int, grids: int, rng: np.random.Generator) -> dict[str, Any]:
    """Square grids over a square city; a footprint per building; two months of counts and 1.5 stock rows each."""
    side = int(np.ceil(np.sqrt(grids)))
    x, y = np.divmod(np.arange(grids), side)
    squares = gpd.GeoDataFrame(
        {"grid_code": [f"G{i:06d}" for i in range(grids)]},
        geometry=shapely.box(x * 200, y * 200, x * 200 + 200, y * 200 + 200),
        crs=4549,
    )
    home = rng.integers(0, grids, buildings)
    px, py = x[home] * 200 + rng.uniform(12, 180, buildings), y[home] * 200 + rng.uniform(12, 180, buildings)
    codes = np.array([f"B{i:07d}" for i in range(buildings)], dtype=object)
    footprints = gpd.GeoDataFrame(
        {"building_code": codes}, geometry=shapely.box(px, py, px + 12, py + 8), crs=4549
    )
    flows = pd.DataFrame(rng.poisson(2, (2 * buildings, len(FLOWS))), columns=list(FLOWS))
    flows["checked"] += flows["correct"]
    flows.insert(0, "building_code", np.repeat(codes, 2))
    flows.insert(1, "month", np.tile(pd.to_datetime(["2024-05-01", "2024-06-01"]).to_numpy(), buildings))
    rows = np.sort(
        np.concatenate([np.arange(buildings), rng.choice(buildings, buildings // 2, replace=False)])
    )
    stock = pd.DataFrame(rng.poisson(9, (len(rows), len(STOCKS))), columns=list(STOCKS))
    stock.insert(0, "building_code", codes[rows])
    again = np.append(False, rows[1:] == rows[:-1])
    stock.insert(1, "from_month", np.where(again, np.datetime64("2024-06-01"), np.datetime64("2023-01-01")))
    area_of = pd.Series(squares["grid_code"].to_numpy()[home], index=codes)
    return {"grids": squares, "buildings": footprints, "months": flows, "stock": stock, "area_of": area_of}


def plain_way(city: dict[str, Any]) -> pd.DataFrame:
    """What one writes first: join points to polygons, merge the counts, group by grid."""
    points = city["buildings"].set_geometry(city["buildings"].representative_point())
    joined = points.sjoin(city["grids"], predicate="within")[["building_code", "grid_code"]]
    months = city["months"]
    now = months[months["month"] == MONTH]
    year = months[months["month"] <= MONTH].groupby("building_code")[list(YEAR_FIRSTS)].sum()
    stock = city["stock"]
    end = stock[stock["from_month"] <= MONTH].groupby("building_code")[list(STOCKS)].last()
    start = stock[stock["from_month"] < MONTH].groupby("building_code")[list(STOCKS)].last()
    table = joined.merge(now, on="building_code", how="left")
    for side, name in ((end, ""), (start, "_at_start"), (year, "_year")):
        table = table.merge(side.add_suffix(name), left_on="building_code", right_index=True, how="left")
    return table.drop(columns=["building_code", "month"]).groupby("grid_code").sum()


def timed(name: str, repeats: int, action: Callable[[], Any]) -> tuple[float, Any]:
    best, answer = np.inf, None
    for _ in range(repeats):
        begun = time.perf_counter()
        answer = action()
        best = min(best, time.perf_counter() - begun)
    print(f"{name:<58}{best:>10.3f} s", flush=True)
    return best, answer


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--buildings", type=int, default=1_000_000)
    parser.add_argument("--grids", type=int, default=60_000)
    parser.add_argument("--repeats", type=int, default=2)
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    city = a_city(asked.buildings, asked.grids, rng)
    size = f"{asked.buildings:,} buildings, {asked.grids:,} grids"
    ours, figures = timed(
        f"month figures, {size}",
        asked.repeats,
        lambda: month_figures(city["months"], city["stock"], MONTH, city["area_of"]),
    )
    kind = pd.CategoricalDtype(city["area_of"].index)
    months, stock = (city[t].astype({"building_code": kind}) for t in ("months", "stock"))
    coded, _ = timed(
        "the same, building codes read as categories",
        asked.repeats,
        lambda: month_figures(months, stock, MONTH, city["area_of"]),
    )
    timed("accuracy of every grid with its interval", asked.repeats, lambda: accuracy(figures))
    theirs, plain = timed("the same, geopandas sjoin + groupby", 1, lambda: plain_way(city))
    for column in ("visits", "checked", "residents", "residents_at_start"):
        name = column if column in plain else f"{column}_x"
        if not np.array_equal(figures[column].reindex(plain.index).to_numpy(), plain[name].to_numpy()):
            raise SystemExit(f"The two ways disagree on {column}.")
    print(
        f"{'geopandas ÷ ours, strings / categories (answers equal)':<58}{theirs / ours:>10.1f} × / {theirs / coded:.1f} ×"
    )
    bench_hotspots(asked.repeats, rng)
    bench_release(asked.repeats, rng)


def bench_hotspots(repeats: int, rng: np.random.Generator) -> None:
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(31.2, 121.45, 10), 41))[:5000]
    inspected = pd.Series(rng.poisson(8, len(cells)), index=cells)
    found = pd.Series(rng.binomial(inspected, 0.05), index=cells)
    pairs = cell_neighbours(cells)
    rate_hotspots(found[:50], inspected[:50], cell_neighbours(cells[:50]), seed=1, permutations=99)  # compile
    name = f"Gi*, 9,999 permutations, {len(cells):,} cells, {int(found.sum()):,} findings"
    timed(name, repeats, lambda: rate_hotspots(found, inspected, pairs, seed=1))
    points, trials = rng.uniform(0, 4000, (5000, 2)), rng.integers(0, 6, 5000)
    cases = rng.binomial(trials, 0.05)
    timed(
        "scan statistic, 999 permutations, 5,000 buildings",
        1,
        lambda: scan_clusters(points, cases, trials, seed=1),
    )


def bench_release(repeats: int, rng: np.random.Generator) -> None:
    n = 1200
    homes = rng.integers(20, 120, n)
    occupied = rng.binomial(homes, 0.85)
    values = pd.DataFrame(
        {"buildings": rng.integers(5, 10, n), "residents": occupied * 2, "dwellings": homes}
    )
    values = values.assign(dwellings_occupied=occupied, dwellings_vacant=homes - occupied)
    values["dwellings_rented"] = rng.binomial(homes, 0.3)
    values["occupied_without_records"] = rng.binomial(occupied, 0.03)
    values["rental_inspected"] = rng.binomial(values["dwellings_rented"], 0.2)
    values["group_renting_found"] = rng.binomial(values["rental_inspected"], 0.05)
    place = np.arange(n)
    members = pd.DataFrame(
        {"committee": place // 48, "micro_grid": place // 12, "cell": rng.integers(0, 400, n)}
    )
    _, release = timed(
        f"release of {n:,} blocks, 100 grids, 25 committees",
        repeats,
        lambda: build_release(values, members, MONTH),
    )
    shown = 1 - release.figures.groupby(["layer"])["withheld"].mean()
    print("published share by layer: " + ", ".join(f"{k} {v:.0%}" for k, v in shown.items()))


if __name__ == "__main__":
    main()
