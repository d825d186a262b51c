"""An operation on a drawing of the demo town, and a month's figures, as the console asks for them: over HTTP, warm.

Targets: an operation ≤ 150 ms on 300 grids and 6,000 buildings, month figures of a subdistrict ≤ 50 ms, a drawn
polygon ≤ 100 ms. A private PostGIS is made for it and removed again.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from shapely.geometry import LineString, mapping, shape
from sqlalchemy import make_url

from geo_service import database
from geo_service.app import create_app
from geo_service.demo import load_demo
from geo_service.local_postgis import LocalPostgis, Place
from geo_service.local_postgis.place import owner_of
from geo_service.settings import Settings
from seeds.readers.context import HashKey

ROUNDS = 15


@contextmanager
def demo_client() -> Iterator[tuple[TestClient, dict[str, Any]]]:
    """The service over a fresh demo town of 100,000 residents, signed in as the office."""
    home = Path(tempfile.mkdtemp(prefix="wangge-bench-"))
    home.chmod(0o711)
    server = LocalPostgis(home, place=Place(home, owner_of(home / "pg")), durable=True)
    admin_url = server.start()
    try:
        database.upgrade(admin_url)
        url = make_url(server.url(database.SERVICE)).render_as_string(hide_password=False)
        store = database.Database(url, statement_timeout_ms=600_000)
        made = load_demo(store, HashKey("bench", b"a secret for benches"), residents=100_000, months=12, seed=7,
                         say=lambda words: print(words, file=sys.stderr))  # fmt: skip
        store.close()
        app = create_app(Settings(database_url=url, data_dir=home))
        with TestClient(app) as client:
            office = made["accounts"]["office"]
            answer = client.post("/api/login", json={"name": office["name"], "password": office["password"]})
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
            yield client, made
    finally:
        server.remove()


def measured(action: Callable[[], None]) -> dict[str, float]:
    """Median and worst of some rounds after one warm-up, in milliseconds."""
    action()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        action()
        times.append((time.perf_counter() - began) * 1e3)
    return {"median_ms": round(statistics.median(times), 1), "max_ms": round(max(times), 1)}


def main() -> None:
    rows: dict[str, dict[str, float]] = {}
    with demo_client() as (client, made):
        month = made["months"][-1]
        answer = client.post(
            "/api/boundary-versions", json={"name": "bench", "from": "division", "target": 340}
        )
        draft = answer.json()
        url = f"/api/boundary-versions/{draft['id']}"
        grid = max(draft["grids"]["features"], key=lambda f: f["properties"]["plots"])
        west, south, east, north = shape(grid["geometry"]).bounds
        middle = (south + north) / 2
        line = mapping(LineString([(west - 0.001, middle), (east + 0.001, middle)]))
        revision = 0

        def split_and_undo() -> None:
            nonlocal revision
            body = {
                "kind": "split",
                "params": {"grid": grid["id"], "line": line},
                "expected_revision": revision,
            }
            done = client.post(f"{url}/operations", json=body)
            assert done.status_code == 200, done.text
            revision = client.post(f"{url}/undo", json={}).json()["revision"]

        rows[f"split + undo, {len(draft['grids']['features'])} grids"] = measured(split_and_undo)
        for by in ("micro-grid", "committee", "cell"):
            path = f"/api/indicators?month={month}&by={by}"
            rows[f"month figures by {by}"] = measured(lambda path=path: client.get(path).raise_for_status())
        town = client.get("/api/town").json()["subdistrict"]["bbox"]
        x, y = (town[0] + town[2]) / 2, (town[1] + town[3]) / 2
        ring = [
            [x - 0.004, y - 0.004],
            [x + 0.004, y - 0.004],
            [x + 0.004, y + 0.004],
            [x - 0.004, y - 0.004],
        ]
        body = {"geometry": {"type": "Polygon", "coordinates": [ring]}, "month": month}
        rows["figures of a drawn polygon"] = measured(
            lambda: client.post("/api/indicators/area", json=body).raise_for_status()
        )
    if "--json" in sys.argv:
        print(json.dumps(rows, ensure_ascii=False))
        return
    for name, row in rows.items():
        print(f"{name:<40} median {row['median_ms']:>8.1f} ms   worst {row['max_ms']:>8.1f} ms")


if __name__ == "__main__":
    main()
