"""Another office's drawing of the town, its line off by metres and some buildings elsewhere, becomes ours by decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import geopandas as gpd
import pytest
import shapely
from fastapi.testclient import TestClient
from shapely.geometry import shape
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.database import Database, Scope
from geo_service.drawing import steps, store
from geo_service.loading.load import load_frames
from geo_service.tables.boundaries import BoundaryVersion
from seeds.demo_town import grids_from_authority

SignIn = Callable[[str], TestClient]
URL = "/api/boundary-versions"
MOVED = 5


@pytest.fixture
def office(sign_in: SignIn) -> TestClient:
    return sign_in("office")


@pytest.fixture
def draft(office: TestClient, small_town: dict[str, Any]) -> Iterator[int]:
    """A draft of the town in force, with the other office's drawing of it loaded."""
    versions = office.get(URL).json()
    newest = max(v["id"] for v in versions if v["status"] == "published")
    made = office.post(URL, json={"name": "城运比对", "from": f"version:{newest}"}).json()
    version = made["version"]["id"] if "version" in made else made["id"]
    features = office.get(f"{URL}/{version}").json()["grids"]["features"]
    ours = gpd.GeoDataFrame(
        {"code": [f["properties"]["code"] for f in features]}, geometry=[shape(f["geometry"]) for f in features], crs=4326
    ).to_crs(4549)  # fmt: skip
    sub = small_town["subdistrict"]
    with closing(Database(small_town["url"])) as database, database.transaction(Scope(sub)) as session:
        rows = session.execute(
            text(
                "SELECT code, ST_AsBinary(geom) FROM building WHERE subdistrict_code = :s AND ST_Dimension(geom) = 2"
            ),
            {"s": sub},
        ).all()
        shapes = shapely.from_wkb([bytes(r[1]) for r in rows])
        houses = gpd.GeoDataFrame(index=[r[0] for r in rows], geometry=shapes, crs=4326).to_crs(4549)
        theirs = grids_from_authority(ours, houses, wobble_m=4.0, moved=MOVED)
        theirs["code"] = [f"CY{n:04d}" for n in range(len(theirs))]
        theirs["name"] = None
        session.execute(text("DELETE FROM authority_grid"))
        load_frames(session, sub, "grids", iter([theirs.to_crs(4326)]), as_of=dt.date(2026, 3, 1))
    yield version
    with closing(Database(small_town["url"])) as database, database.transaction(Scope(sub)) as session:
        session.execute(text("DELETE FROM authority_grid"))
    office.delete(f"{URL}/{version}")


def decide(office: TestClient, draft: int, difference: str, decision: str) -> dict[str, Any]:
    answer = office.post(f"{URL}/{draft}/decisions", json={"difference": difference, "decision": decision})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_slivers_then_decisions_bring_the_drawings_together(office: TestClient, draft: int) -> None:
    before = polygons(office, draft)
    report = office.post(f"{URL}/{draft}/agreement").json()
    assert report["grade"] == "differs"
    assert len(report["moved_buildings"]) == MOVED

    after = decide(office, draft, "slivers", "adopt")
    assert len(after["moved_buildings"]) == MOVED, "slivers decide about no building"
    assert after["figures"]["within_2m"] > report["figures"]["within_2m"]
    committees = [(home_of(g), shape_) for g, shape_ in before.items()]
    for code in {home for home, _ in committees}:
        own = [polygons(office, draft)[g] for g in before.index if home_of(g) == code]
        was = [shape_ for home, shape_ in committees if home == code]
        assert shapely.union_all(own).symmetric_difference(shapely.union_all(was)).area < 0.5, (
            "no committee border moved"
        )

    final = decide(office, draft, "*", "adopt")
    assert final["moved_buildings"] == []
    assert final["figures"]["within_2m"] > 0.99
    assert final["figures"]["highly_consistent"] >= final["figures"]["grids"] - 1
    left = [d for d in final["differences"] if d["kind"] == "real"]
    assert all(d["buildings"] for d in left), "what is left is where their line cuts a building"
    assert tiles_exactly(polygons(office, draft))

    for difference in left:
        decide(office, draft, difference["difference"], "keep")
    assert decide(office, draft, "*", "sign_off")["signed_off"] is True


def test_an_adoption_is_undone_by_another_process_without_a_crack(office: TestClient, draft: int) -> None:
    before = polygons(office, draft)
    decide(office, draft, "slivers", "adopt")
    assert not polygons(office, draft).geom_equals(before).all()
    store._kept.clear()  # as after a restart: the drawing is read from the database again
    assert office.post(f"{URL}/{draft}/undo", json={}).status_code == 200
    assert polygons(office, draft).symmetric_difference(before).area.max() < 0.01
    assert tiles_exactly(polygons(office, draft))


def test_one_difference_is_adopted_and_no_other(office: TestClient, draft: int) -> None:
    report = office.post(f"{URL}/{draft}/agreement").json()
    named = {(d["ours"], d["theirs"]): d["difference"] for d in report["differences"] if d["kind"] == "real"}
    adopted = []
    for moved in report["moved_buildings"]:
        key = named[moved["ours"], moved["theirs"]]
        answer = office.post(f"{URL}/{draft}/decisions", json={"difference": key, "decision": "adopt"})
        if answer.status_code == 200:
            adopted.append(moved["building_code"])
            left = {m["building_code"] for m in answer.json()["moved_buildings"]}
            assert moved["building_code"] not in left
            assert len(left) >= MOVED - len(adopted) - 1
            break
        assert answer.json()["type"] == "/problems/grid-in-pieces", (
            "refused for a reason that a planner can see"
        )
    assert adopted


@pytest.mark.parametrize("name", ["nonsense", "a|b|c", "a|b|1,2,3", ""])
def test_a_difference_that_nobody_named_is_refused(office: TestClient, draft: int, name: str) -> None:
    for decision in ("adopt", "keep"):
        answer = office.post(f"{URL}/{draft}/decisions", json={"difference": name, "decision": decision})
        assert answer.status_code == 422


def test_ground_without_a_counterpart_cannot_be_taken_over(office: TestClient, draft: int) -> None:
    answer = office.post(f"{URL}/{draft}/decisions", json={"difference": "-|CY0000|1,2", "decision": "adopt"})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/cannot-adopt")


def test_a_drawing_that_was_rolled_back_is_not_remembered(
    office: TestClient, draft: int, small_town: dict[str, Any]
) -> None:
    sub = small_town["subdistrict"]
    with closing(Database(small_town["url"])) as database:
        with pytest.raises(RuntimeError):
            rename_and_fail(database, sub, draft)
        with database.transaction(Scope(sub)) as session:
            version = session.get_one(BoundaryVersion, (sub, draft))
            code = rename(session, version, "留下")
        with database.transaction(Scope(sub), writes=False) as session:
            loaded = store.load(session, session.get_one(BoundaryVersion, (sub, draft)))
            assert loaded.drawing.names[code] == "留下"


def rename(session: Session, version: BoundaryVersion, name: str) -> str:
    code = store.load(session, version).drawing.codes[0]
    steps.apply(
        session, version.subdistrict_code, version.id, "rename", {"grid": code, "name": name}, 0, account=None, committees=None
    )  # fmt: skip
    assert store.load(session, version).drawing.names[code] == name, "seen inside its own transaction"
    return code


def rename_and_fail(database: Database, sub: str, draft: int) -> None:
    with database.transaction(Scope(sub)) as session:
        rename(session, session.get_one(BoundaryVersion, (sub, draft)), "不该留下")
        raise RuntimeError


def home_of(grid: str) -> str:
    return grid[:12]


def polygons(office: TestClient, draft: int) -> gpd.GeoSeries:
    found = office.get(f"{URL}/{draft}").json()["grids"]["features"]
    return gpd.GeoSeries({f["id"]: shape(f["geometry"]) for f in found}, crs=4326).to_crs(4549)


def tiles_exactly(grids: gpd.GeoSeries) -> bool:
    """No overlap and no gap: the areas add up to the union, which has no hole."""
    union = shapely.union_all(grids.to_numpy(), grid_size=1e-4)
    holes = sum(len(p.interiors) for p in shapely.get_parts(union))
    return abs(union.area - grids.area.sum()) < 1.0 and holes == 0
