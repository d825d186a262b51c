"""Route × role × somebody else's place, over HTTP and straight against the database with the service's role."""

from __future__ import annotations

import importlib.util
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from geo_service.access import PERMISSIONS_OF, TOWN_WIDE
from geo_service.app import found_routers
from geo_service.database import NOBODY, Database, Scope
from geo_service.tables import Base

_spec = importlib.util.spec_from_file_location("route_table", Path(__file__).with_name("route_table.py"))
assert _spec is not None
assert _spec.loader is not None
route_table = importlib.util.module_from_spec(_spec)
import sys  # noqa: E402  the dataclass of the table asks for its module

sys.modules[_spec.name] = route_table
_spec.loader.exec_module(route_table)

HERE, THERE = "310199801", "310199802"
OWN, NEXT, FAR = f"{HERE}001", f"{HERE}002", f"{THERE}001"
NEXT_WORD, FAR_WORD = "NEXTDOOR", "FARAWAY"
LIMITED = sorted(set(PERMISSIONS_OF) - TOWN_WIDE)
#: Roles that between them hold whatever the others hold; asking every route as each of the others teaches nothing new.
WIDEST = ["office", "operator", "police_station", "registrar", "committee_head", "volunteer", "partner"]
WIDEST_LIMITED = ["committee_head", "officer", "registrar", "volunteer"]
REFUSED = {400, 401, 403, 404, 405, 409, 410, 422}
Clients = Callable[..., TestClient]


def demanded(dependant: Dependant) -> Iterator[str]:
    """The permissions that a route's dependencies ask for, at any depth."""
    for part in dependant.dependencies:
        if permission := getattr(part.call, "permission", None):
            yield permission
        elif getattr(part.call, "__name__", "") == "principal":
            yield "signed-in"
        yield from demanded(part)


def routes() -> dict[tuple[str, str], set[str]]:
    """(method, path) → what its dependencies demand, of every route there is."""
    return {
        (method, route.path): set(demanded(route.dependant))
        for router in found_routers()
        for route in router.routes
        for method in route.methods - {"HEAD"}
    }


def test_every_route_stands_in_the_table_with_what_it_demands() -> None:
    listed = {(r.method, r.path): r.demands for r in route_table.ROUTES}
    assert len(listed) == len(route_table.ROUTES)
    found = routes()
    missing = {route: sorted(demands) for route, demands in found.items() if route not in listed}
    assert not missing, f"think about these routes, then add them to route_table.py: {missing}"
    assert not set(listed) - set(found), "the table names routes that are gone"
    for route, demands in listed.items():
        expected = {"public": set(), "signed-in": {"signed-in"}}.get(demands, {demands, "signed-in"})
        if route[1].startswith("/ogc"):
            expected = {"ogc.read"}  # its own quick reader of accounts and keys; it admits map.read, too
        assert found[route] == expected, route


def call(client: TestClient, route: Any, address: str) -> Any:
    return client.request(route.method, address, json=route.body)


def address_of(route: Any) -> str:
    return route.far or route.path


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wg_wrong"}, {"Cookie": "wangge_session=wrong"}],
    ids=["nobody", "key", "cookie"],
)
def test_a_stranger_is_refused_everywhere(towns: Any, headers: dict[str, str]) -> None:
    stranger = TestClient(towns.app, headers=headers, raise_server_exceptions=False)
    wrong = {}
    for route in route_table.ROUTES:
        if route.demands != "public":
            status = call(stranger, route, address_of(route)).status_code
            if status != 401:
                wrong[route.method, route.path] = status
    assert not wrong


@pytest.mark.parametrize("role", sorted(PERMISSIONS_OF))
def test_a_role_without_the_permission_is_refused(client_of: Clients, role: str) -> None:
    client = client_of(role)
    held = PERMISSIONS_OF[role] | {"public", "signed-in"}
    wrong = []
    for route in route_table.ROUTES:
        if route.path.startswith("/ogc") and "map.read" in held:
            continue
        if route.demands not in held:
            status = call(client, route, address_of(route)).status_code
            if status != 403:
                wrong.append((route.method, route.path, status))
    assert not wrong


def test_the_widest_roles_hold_what_every_other_role_holds() -> None:
    for some, others in ((WIDEST, PERMISSIONS_OF), (WIDEST_LIMITED, LIMITED)):
        for role in others:
            assert PERMISSIONS_OF[role] <= frozenset().union(*(PERMISSIONS_OF[r] for r in some)), role


@pytest.mark.parametrize("role", WIDEST)
def test_no_role_gets_a_word_of_another_town(client_of: Clients, role: str) -> None:
    client = client_of(role)
    wrong = []
    for route in route_table.ROUTES:
        if (
            route.path in {"/api/logout", "/api/login", "/metrics", "/api/password"}
            or route.demands == "public"
            or route.endless
        ):
            continue
        answer = call(client, route, address_of(route))
        asked = "{" in route.path and route.path not in {"/api/layers/{layer}"}
        if FAR_WORD in answer.text.replace("q=FARAWAY", "") and "没有" not in answer.text:
            wrong.append((route.method, route.path, "leaks"))
        if asked and answer.status_code not in REFUSED:
            wrong.append((route.method, route.path, answer.status_code))
        if answer.status_code >= 500:
            wrong.append((route.method, route.path, answer.status_code))
    assert not wrong


@pytest.mark.parametrize("role", WIDEST_LIMITED)
def test_nobody_below_the_office_sees_the_records_next_door(client_of: Clients, role: str) -> None:
    """Facts and figures next door are refused or counted as nothing; dwellings and notes appear nowhere."""
    client = client_of(role)
    held = PERMISSIONS_OF[role] | {"signed-in"}
    for route in route_table.ROUTES:
        if route.demands not in held or route.path == "/api/logout" or route.endless:
            continue
        answer = call(client, route, address_of(route))
        for word in (f"{NEXT_WORD}-D1", f"{NEXT_WORD} note", f"{NEXT_WORD}-aux"):
            assert word not in answer.text, (route.path, word)
        if route.next_door:
            assert call(client, route, route.next_door).status_code in {403, 404}, route.path


@pytest.mark.parametrize("role", [r for r in LIMITED if "map.read" in PERMISSIONS_OF[r]])
def test_figures_of_a_limited_role_are_its_own_committees_alone(client_of: Clients, role: str) -> None:
    mine = client_of(role).get("/api/indicators?month=2026-03&by=committee").json()
    assert [row["code"] for row in mine["rows"]] == [OWN]
    whole = client_of("office").get("/api/indicators?month=2026-03&by=committee").json()
    assert sorted(row["code"] for row in whole["rows"]) == [OWN, NEXT]
    assert '"residents": 50' not in str(mine).replace("'", '"')


def test_a_machine_key_reaches_the_grid_api_and_no_record(machine: TestClient) -> None:
    for route in route_table.ROUTES:
        if route.demands in {"public", "signed-in", "ogc.read"} or "ogc.read" in route.demands:
            continue
        assert call(machine, route, address_of(route)).status_code == 403, route.path


# --- the second wall -------------------------------------------------------------------------------------------------

#: Finer than a building, or about somebody's work: seen only by those whose committees these are.
RECORDS = {
    "dwelling": 1, "dwelling_state": None, "room": 1, "dwelling_tag": None, "registration": 30, "check_visit": 1,
    "check_result": 1, "register_activity": 1, "finding": None, "building_month": None, "building_stock": None,
    "check_task": 1,
}  # fmt: skip

#: Tables that name a building or dwelling and are open to the whole subdistrict, and why.
OPEN_IN_TOWN = {
    "building": "the map: footprints and addresses of places",
    "version_building": "which grid a building lies in: the drawing is public within the town",
    "plot": "the ground under the map",
    "organisation": "an employer at a building; no employees",
    "key_site_building": "which buildings a key site spans; the site's facts are guarded by the route",
    "inspection_stop": "a plan of several departments, guarded by inspections.plan and inspections.record",
    "measure": "what is due at a place after an inspection, guarded by inspections.*",
    "change_report": "a report about a place, guarded by the route",
}


@pytest.fixture
def store(towns: Any) -> Iterator[Database]:
    opened = Database(towns.url)
    yield opened
    opened.close()


def count(store: Database, scope: Scope, table: str) -> int:
    with store.transaction(scope, writes=False) as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def tenants() -> list[str]:
    return sorted(name for name, table in Base.metadata.tables.items() if "subdistrict_code" in table.columns)


def test_the_database_shows_no_row_without_a_scope_and_none_of_another_town(
    store: Database, towns: Any
) -> None:
    for table in tenants():
        with store.engine.connect() as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table
        with store.transaction(Scope(HERE), writes=False) as session:
            foreign = session.execute(
                text(f"SELECT count(*) FROM {table} WHERE subdistrict_code <> :s"), {"s": HERE}
            )
            assert foreign.scalar_one() == 0, table
        allowed = {"account", "session", "api_key"}
        if table not in allowed:
            assert count(store, NOBODY, table) == 0, f"{table} while signing in"


@pytest.mark.parametrize("table", sorted(RECORDS))
def test_the_database_shows_records_of_ones_own_committees_alone(store: Database, table: str) -> None:
    whole, mine, none = (count(store, Scope(HERE, committees), table) for committees in (None, (OWN,), ()))
    assert none == 0
    assert mine < whole, "there must be something next door that is not shown"
    expected = RECORDS[table]
    assert mine >= 1 if expected is None else mine == expected


def test_every_table_that_names_a_building_is_guarded_or_says_why_not(towns: Any) -> None:
    guarded = {
        row[0] for row in towns.admin("SELECT tablename FROM pg_policies WHERE permissive = 'RESTRICTIVE'")
    }
    naming = {
        name for name, table in Base.metadata.tables.items()
        if {"building_code", "dwelling_code", "record_hash"} & set(table.columns.keys())
    }  # fmt: skip
    assert set(RECORDS) <= guarded
    assert not naming - guarded - set(OPEN_IN_TOWN)


def test_the_service_cannot_write_into_another_town_or_committee(store: Database, towns: Any) -> None:
    def refused(scope: Scope, statement: str, **bound: Any) -> None:
        with (
            pytest.raises(DBAPIError, match=r"row-level security|foreign key"),
            store.transaction(scope) as session,
        ):
            session.execute(text(statement), bound)

    dwelling = ("INSERT INTO dwelling (subdistrict_code, code, building_code, use, status) "
                "VALUES (:s, :code, :b, 'rented', 'occupied')")  # fmt: skip
    refused(Scope(HERE), dwelling, s=THERE, code="X1", b=f"B{FAR}")
    refused(Scope(HERE, (OWN,)), dwelling, s=HERE, code="X2", b=f"B{NEXT}")
    refused(
        Scope(HERE, (OWN,)), "UPDATE dwelling SET building_code = :b WHERE code = 'MINE-D1'", b=f"B{NEXT}"
    )
    with store.transaction(Scope(HERE, (OWN,))) as session:
        changed = session.execute(
            text("UPDATE dwelling SET use = 'other' WHERE code LIKE :w"), {"w": f"{NEXT_WORD}%"}
        )
        assert changed.rowcount == 0
        gone = session.execute(text("DELETE FROM registration WHERE building_code = :b"), {"b": f"B{FAR}"})
        assert gone.rowcount == 0


@pytest.mark.parametrize("statement", [
    "SET ROLE wangge_owner", "SET ROLE postgres", "RESET SESSION AUTHORIZATION", "SET row_security = off",
    "ALTER TABLE dwelling DISABLE ROW LEVEL SECURITY", "DROP POLICY own_committees ON dwelling",
    "UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event", "DELETE FROM change",
    "CREATE TABLE public.mine (x int)", "ALTER TABLE audit_event DISABLE TRIGGER ALL",
])  # fmt: skip
def test_the_service_role_cannot_get_round_the_walls(towns: Any, statement: str) -> None:
    """Signed in as the service itself, as in an installation: no way up, and nothing to see."""
    store = Database(towns.url)
    try:
        with store.engine.connect() as connection:
            try:
                connection.execute(text(statement))
                rows = connection.execute(text("SELECT count(*) FROM dwelling")).scalar_one()
            except DBAPIError:
                return
            assert rows == 0, statement
            assert connection.execute(text("SELECT current_user")).scalar_one() == "wangge_service"
    finally:
        store.close()


def test_even_the_owner_cannot_change_the_audit_without_switching_the_trigger_off(towns: Any) -> None:
    for statement in (
        "UPDATE audit_event SET action = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
    ):
        with pytest.raises(DBAPIError, match="only grows"):
            towns.admin(f"SET LOCAL ROLE wangge_owner; {statement}")


def test_before_images_of_a_load_are_seen_by_the_office_and_by_who_loaded(store: Database) -> None:
    with store.transaction(Scope(HERE, account="office")) as session:
        batch = session.execute(
            text("INSERT INTO load_batch (subdistrict_code, kind, mode, file_name, file_sha256, account) "
                 "VALUES (:s, 'dwellings', 'delta', 'x.csv', '0', 'mine') RETURNING id"), {"s": HERE}).scalar_one()  # fmt: skip
        session.execute(
            text("INSERT INTO load_row (subdistrict_code, batch_id, table_name, row_key, before) "
                 "VALUES (:s, :b, 'dwelling', 'X', '{}')"), {"s": HERE, "b": batch})  # fmt: skip
    assert count(store, Scope(HERE, None, "office"), "load_row") == 1
    assert count(store, Scope(HERE, (OWN,), "mine"), "load_row") == 1
    assert count(store, Scope(HERE, (OWN,), "somebody"), "load_row") == 0


def test_a_preview_shows_what_an_account_would_see(client_of: Clients) -> None:
    seen = client_of("office").get(f"/api/accounts/registrar-{HERE}/sees").json()
    assert seen["areas"] == [OWN]
    assert seen["rows"]["registration"] == 30
    assert client_of("office").get(f"/api/accounts/office-{HERE}/sees").json()["rows"]["registration"] == 80


def test_an_export_needs_a_second_person_and_leaves_marks(towns: Any, client_of: Clients) -> None:
    head, office = client_of("committee_head"), client_of("office")
    body = {"what": {"kind": "dwellings", "month": "2026-03"}, "purpose": "data_quality"}
    asked = head.post("/api/exports", json=body).json()
    file = f"/api/exports/{asked['id']}/file"
    assert head.post(file).status_code == 409, "not yet approved"
    own = office.post("/api/exports", json=body).json()
    assert office.post(f"/api/exports/{own['id']}/decision", json={"approve": True}).status_code == 403
    assert (
        office.post(f"/api/exports/{asked['id']}/decision", json={"approve": True}).json()["state"]
        == "approved"
    )
    assert office.post(file).status_code == 404, "the file is the requester's"
    first = head.post(file)
    assert first.status_code == 200
    text_ = first.content.decode("utf-8-sig")
    assert "MINE-D1" in text_
    assert NEXT_WORD not in text_
    assert FAR_WORD not in text_
    assert f"{uuid.UUID(asked['id']).hex[:8]}·committee_head-{HERE}" in text_.splitlines()[-1]
    assert [head.post(file).status_code for _ in range(3)] == [200, 200, 410]
    actions = towns.admin("SELECT action FROM audit_event WHERE target = :t ORDER BY seq", t=asked["id"])
    assert [a[0] for a in actions] == ["export.request", "export.approve", *["export.download"] * 3]


def test_an_approved_export_expires(towns: Any, client_of: Clients) -> None:
    head, office = client_of("committee_head"), client_of("office")
    body = {"what": {"kind": "checks", "month": "2026-03"}, "purpose": "audit"}
    asked = head.post("/api/exports", json=body).json()
    office.post(f"/api/exports/{asked['id']}/decision", json={"approve": True})
    towns.admin("UPDATE export_request SET expires_at = now() - interval '1 s' WHERE id = :i", i=asked["id"])
    assert head.post(f"/api/exports/{asked['id']}/file").status_code == 410
    assert head.get("/api/exports").json()[0]["state"] == "expired"
