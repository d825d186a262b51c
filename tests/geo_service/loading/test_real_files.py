"""Real files as towns: Suzhou's buildings as a town of one committee, a Shanghai subdistrict's committees."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from geo_service.app import create_app
from geo_service.database import Database, Scope
from geo_service.loading.files import Outcome
from geo_service.settings import Settings
from geo_service.sign_in import hash_password, new_key
from geo_service.tables.trust import Account

SUB = "310199009"
Load = Callable[..., Outcome]


@pytest.fixture
def sample_data() -> Path:
    """The folder of real files; tests that need it say so where it is absent."""
    folder = os.environ.get("WANGGE_SAMPLE_DATA")
    if not folder:
        pytest.skip("WANGGE_SAMPLE_DATA names no folder of real files")
    return Path(folder)


@pytest.fixture
def suzhou(town: Database, load: Load, sample_data: Path, tmp_path: Path) -> Database:
    """3,076 real footprints in one committee, which is their hull and a little more."""
    path = sample_data / "suzhou_buildings.parquet"
    hull = gpd.read_parquet(path).geometry.union_all().convex_hull.buffer(0.001)
    areas = tmp_path / "areas.geojson"
    named = {"kind": ["committee"], "code": [SUB + "001"], "name": ["姑苏一"]}
    gpd.GeoDataFrame(named, geometry=[hull], crs=4326).to_file(areas, driver="GeoJSON")
    assert not load("areas", areas).defects
    outcome = load("buildings", path, mapping={"code": "=SZ{row}", "floors": "Floor"})
    assert outcome.counts is not None
    assert (outcome.counts.added, outcome.report.rows_rejected) == (3_076, 0), outcome.as_dict(20)
    return town


def test_the_real_buildings_all_lie_in_their_committee_with_their_height(suzhou: Database) -> None:
    with suzhou.transaction(Scope(SUB), writes=False) as session:
        found = session.execute(
            text("SELECT count(*), count(*) FILTER (WHERE committee_code = :c), count(floors), bool_and(ST_IsValid(geom)), "
                 "count(DISTINCT geom) FROM building WHERE kind = 'building'"), {"c": SUB + "001"}
        ).one()  # fmt: skip
    assert tuple(found[:4]) == (3_076, 3_076, 3_076, True)
    assert found[4] > 3_000


def test_the_real_town_is_on_the_map_and_in_the_grid_api(suzhou: Database, tmp_path: Path) -> None:
    secret, key = new_key("test", SUB, ["read"], None)
    with suzhou.transaction(Scope(SUB)) as session:
        session.add(key)
        session.add(
            Account(subdistrict_code=SUB, name="suzhou", display_name="人口办", role="office",
                    password_hash=hash_password("a long Password 1"), password_changed_at=dt.datetime.now(dt.UTC))
        )  # fmt: skip
    app = create_app(Settings(database_url=suzhou.url, data_dir=tmp_path / "data", pool_size=3))
    try:
        with TestClient(app, raise_server_exceptions=False) as client:
            items = client.get(
                "/ogc/collections/buildings/items", params={"limit": 1000, "bbox": "120.597,31.305,120.610,31.311"},
                headers={"Authorization": f"Bearer {secret}"},
            )  # fmt: skip
            assert items.status_code == 200, items.text
            features: list[dict[str, Any]] = items.json()["features"]
            assert len(features) > 100
            assert all(f["geometry"]["type"] in {"Polygon", "MultiPolygon"} for f in features)
            client.post("/api/login", json={"name": "suzhou", "password": "a long Password 1"})
            layer = client.get("/api/layers/buildings").json()
            assert len(layer["features"]) == 3_076
    finally:
        app.state.tasks.close()
        app.state.database.close()


def test_a_real_subdistricts_committees_come_out_of_the_citys_file(
    town: Database, load: Load, sample_data: Path
) -> None:
    path = sample_data / "shanghai_juweihui_villages_2023.csv.gz"
    from geo_service.loading.files import FileLoad, load_file

    scope = Scope("310115130", account="loader")  # 三林镇
    mapping = {"parent_code": "streetCode"}
    outcome = load_file(
        town, scope, FileLoad("areas", path, dt.date(2026, 6, 30), mapping=mapping, commit=True), None
    )
    assert outcome.counts is not None
    with town.transaction(scope, writes=False) as session:
        codes = list(session.execute(text("SELECT code FROM area WHERE kind = 'committee'")).scalars())
    assert outcome.counts.added == len(codes)
    assert all(code.startswith(scope.subdistrict) for code in codes)
    assert outcome.elsewhere == 6_509 - len(codes)
    assert len(codes) == 83
