"""A town of two committees and four buildings as files, and a database of its own for loads that really commit."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from geo_service import database
from geo_service.database import Database, Scope
from geo_service.loading.files import FileLoad, Outcome, load_file
from seeds.readers import HashKey

SUB = "310199009"
COMMITTEES = (SUB + "001", SUB + "002")
KEY = HashKey("test", b"a secret of thirty-two bytes, ok")
TODAY = dt.date(2026, 6, 30)
SCOPE = Scope(SUB, account="loader")


def square(lon: float, lat: float, size: float = 0.0005) -> dict[str, Any]:
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Any], Path]:
    """Write a text, or features as GeoJSON, to a file of a given name."""

    def to(name: str, content: Any) -> Path:
        path = tmp_path / name
        if isinstance(content, list):
            content = json.dumps({"type": "FeatureCollection", "features": content})
        path.write_text(content, encoding="utf-8")
        return path

    return to


@pytest.fixture
def town(new_database: Callable[[str], str]) -> Iterator[Database]:
    """An empty migrated database as the service sees it; gone with the run."""
    url = new_database(f"loading_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    made = Database(make_url(url).set(username=database.SERVICE).render_as_string(hide_password=False))
    yield made
    made.close()


@pytest.fixture
def load(town: Database) -> Callable[..., Outcome]:
    """Load a file as the tests' town; commits unless told otherwise."""

    def run(kind: str, path: Path, **options: Any) -> Outcome:
        asked = FileLoad(kind, path, TODAY, **{"commit": True, **options})
        return load_file(town, SCOPE, asked, KEY if kind in {"registrations", "checks"} else None)

    return run


@pytest.fixture
def small_town(town: Database, load: Callable[..., Outcome], write: Callable[[str, Any], Path]) -> Database:
    """Two committees, four buildings, four dwellings, three records, two visits."""
    areas = [
        feature(square(121.5, 31.2, 0.01), kind="committee", code=COMMITTEES[0], name="桂苑一"),
        feature(square(121.51, 31.2, 0.01), kind="committee", code=COMMITTEES[1], name="桂苑二"),
    ]
    buildings = [feature(square(121.501 + 0.004 * n, 31.203), code=f"B{n + 1}", floors=6) for n in range(4)]
    dwellings = "房屋编码,楼栋编码,用途,状态,建档日期,室号\n" + "".join(
        f"D{n},B{n},自住,在用,2020-01-01,10{n}\n" for n in (1, 2, 3, 4)
    )
    records = "登记编号,房屋编码,登记日期\nR1,D1,2026-01-05\nR2,D1,2026-02-05\nR3,D2,2026-03-05\n"
    checks = (
        "核查编号,房屋编码,核查时间,核查方式,核查结果,核查人数,正确人数,应登未登人数,应消未消人数,信息有误人数,逐条结果\n"
        "V1,D1,2026-04-02 10:00,登记核查,完成,2,1,0,1,0,R1:正确;R2:应消未消\n"
        "V2,D2,2026-04-03 10:00,登记核查,完成,1,1,0,0,0,R3:正确\n"
    )
    for kind, name, rows in (
        ("areas", "areas.geojson", areas), ("buildings", "buildings.geojson", buildings),
        ("dwellings", "dwellings.csv", dwellings), ("registrations", "registrations.csv", records),
        ("checks", "checks.csv", checks),
    ):  # fmt: skip
        outcome = load(kind, write(name, rows))
        assert not outcome.defects, outcome.as_dict()
    return town


#: Tables whose content a load or its undoing may change, without the columns that count attempts.
CONTENT = {
    "area": "fid", "building": "fid, batch_id, geom_3857", "dwelling": "batch_id", "dwelling_state": "",
    "room": "batch_id", "registration": "batch_id", "check_visit": "batch_id, received_at, month", "check_result": "batch_id",
    "register_activity": "batch_id", "key_site": "fid, batch_id, geom_3857", "key_site_building": "",
    "building_month": "", "building_stock": "", "source_list": "batch_id", "version_building": "",
}  # fmt: skip


@pytest.fixture
def content(town: Database) -> Callable[[], dict[str, list[str]]]:
    """Everything that is stored, table by table, geometry to the last bit, as sorted texts."""

    def now() -> dict[str, list[str]]:
        with town.transaction(Scope(SUB), writes=False) as session:
            found = {}
            for table, without in CONTENT.items():
                drop = "".join(f" - '{c.strip()}'" for c in without.split(",") if c.strip())
                shape = {"building": "geom", "key_site": "geom", "check_visit": "position"}.get(table)
                exact = f" || jsonb_build_object('{shape}', t.{shape}::text)" if shape else ""
                rows = session.execute(
                    text(f"SELECT (to_jsonb(t){drop}{exact})::text FROM {table} t ORDER BY 1")
                )
                found[table] = list(rows.scalars())
        return found

    return now
