"""The audit proves what happened, also against somebody with rights in the database."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from typer.testing import CliRunner

from geo_service import audit, database
from geo_service.audit import Fault, head, record, verify
from geo_service.cli.audit import app as audit_command
from geo_service.database import Database, Scope
from geo_service.problems import Problem
from geo_service.trust import anchors

TOWN = "310199811"
ENTRIES = 12


@pytest.fixture(scope="module")
def admin_url(new_database: Callable[[str], str]) -> str:
    return new_database("audited")


@pytest.fixture
def store(admin_url: str) -> Iterator[Database]:
    """A chain of twelve entries, written anew for each test."""
    tamper(admin_url, "TRUNCATE audit_event; DELETE FROM subdistrict")
    opened = Database(
        make_url(admin_url).set(username=database.SERVICE).render_as_string(hide_password=False)
    )
    scope = Scope(TOWN, account="office")
    with opened.transaction(scope) as session:
        session.execute(text("INSERT INTO subdistrict (code, name) VALUES (:s, 'x')"), {"s": TOWN})
    for n in range(1, ENTRIES + 1):
        with opened.transaction(scope) as session:
            record(
                session,
                scope,
                "rules.change",
                target=f"rule {n}",
                detail={"day": dt.date(2026, 3, n), "n": n, "x": 0.1},
            )
    yield opened
    opened.close()


def tamper(admin_url: str, statements: str, **bound: Any) -> None:
    """As somebody with every right in the database, who knows of the trigger."""
    engine = create_engine(admin_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
        for statement in statements.split(";"):
            connection.execute(text(statement), bound)
        connection.execute(text("ALTER TABLE audit_event ENABLE TRIGGER ALL"))
    engine.dispose()


def faults(store: Database, known: dict[int, bytes] | None = None) -> list[Fault]:
    with store.transaction(Scope(TOWN), writes=False) as session:
        return verify(session, TOWN, known)


def anchor(store: Database) -> dict[int, bytes]:
    with store.transaction(Scope(TOWN), writes=False) as session:
        found = head(session, TOWN)
    assert found is not None
    return dict([found])


def test_an_untouched_chain_is_whole(store: Database) -> None:
    assert faults(store, anchor(store)) == []


@pytest.mark.parametrize("change", [
    "UPDATE audit_event SET account = 'somebody' WHERE seq = 5",
    "UPDATE audit_event SET at = at + interval '1 microsecond' WHERE seq = 5",
    """UPDATE audit_event SET detail = '{"n": 5, "x": 0.1, "day": "2026-03-06"}' WHERE seq = 5""",
    "UPDATE audit_event SET target = NULL WHERE seq = 5",
])  # fmt: skip
def test_an_altered_entry_is_found(store: Database, admin_url: str, change: str) -> None:
    tamper(admin_url, change)
    assert faults(store) == [Fault(5, "altered")]


def test_a_missing_entry_is_found(store: Database, admin_url: str) -> None:
    tamper(admin_url, "DELETE FROM audit_event WHERE seq = 5")
    assert Fault(5, "missing") in faults(store)


def test_reordered_entries_are_found(store: Database, admin_url: str) -> None:
    tamper(admin_url, "UPDATE audit_event SET seq = 99 WHERE seq = 5; UPDATE audit_event SET seq = 5 WHERE seq = 6; "
                      "UPDATE audit_event SET seq = 6 WHERE seq = 99")  # fmt: skip
    found = faults(store)
    assert {Fault(5, "reordered"), Fault(6, "reordered")} <= set(found)


def test_a_missing_entry_whose_followers_were_renumbered_is_found(store: Database, admin_url: str) -> None:
    tamper(admin_url, "DELETE FROM audit_event WHERE seq = 5; UPDATE audit_event SET seq = seq + 1000 WHERE seq > 5; "
                      "UPDATE audit_event SET seq = seq - 1001 WHERE seq > 1000")  # fmt: skip
    assert Fault(5, "reordered") in faults(store)


def test_a_cut_off_end_and_a_rewritten_chain_show_only_against_an_anchor_outside(
    store: Database, admin_url: str
) -> None:
    known = anchor(store)
    tamper(admin_url, "DELETE FROM audit_event WHERE seq > 10")
    assert faults(store) == []
    assert faults(store, known) == [Fault(ENTRIES, "missing")]
    rewrite(store, admin_url)
    assert faults(store) == []
    assert Fault(ENTRIES, "rewritten") in faults(store, known)


def rewrite(store: Database, admin_url: str) -> None:
    """Forge a whole new chain of the same length: what an administrator with the program's source could do."""
    tamper(admin_url, "TRUNCATE audit_event")
    scope = Scope(TOWN, account="forger")
    for n in range(1, ENTRIES + 1):
        with store.transaction(scope) as session:
            record(session, scope, "nothing", target=f"rule {n}")


def test_writers_at_once_make_one_chain(store: Database) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def write(n: int) -> None:
        scope = Scope(TOWN, account=f"a{n}")
        with store.transaction(scope) as session:
            record(session, scope, "at-once")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(60)))
    assert faults(store) == []
    with store.transaction(Scope(TOWN), writes=False) as session:
        assert audit.count(session, TOWN) == ENTRIES + 60


def test_what_is_rolled_back_leaves_no_entry_and_no_gap(store: Database) -> None:
    scope = Scope(TOWN, account="office")

    def fail() -> None:
        with store.transaction(scope) as session:
            record(session, scope, "not-to-be")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.transaction(scope) as session:
        record(session, scope, "to-be")
    assert faults(store) == []
    assert list(anchor(store)) == [ENTRIES + 1]


def test_an_entry_costs_a_few_milliseconds_at_most(store: Database) -> None:
    """Target: 2 ms beside what the transaction costs anyway; the bound is loose since test machines are shared."""
    scope = Scope(TOWN, account="office")
    costs = []
    for _ in range(30):
        with store.transaction(scope) as session:
            session.execute(text("SELECT 1"))
            began = time.perf_counter()
            record(session, scope, "timed")
            costs.append(time.perf_counter() - began)
    assert sorted(costs)[len(costs) // 2] < 0.02


def test_a_line_that_a_power_cut_tore_apart_is_named_and_takes_no_other_with_it(tmp_path: Path) -> None:
    file = tmp_path / anchors.FILE
    anchors.append(file, TOWN, 1, b"one")
    torn = file.read_bytes()[:-9]
    file.write_bytes(torn)
    anchors.append(file, TOWN, 2, b"two")
    with pytest.raises(Problem, match="Line 1"):
        anchors.of(file, TOWN)
    file.write_bytes(file.read_bytes().removeprefix(torn))
    assert anchors.of(file, TOWN) == {2: b"two"}


@pytest.mark.parametrize("line", [b"[]", b"{}", b'{"seq": "x", "hash": "00", "subdistrict": ""}', b"\xff"])
def test_what_is_no_anchor_is_refused_and_not_passed_over(tmp_path: Path, line: bytes) -> None:
    (tmp_path / anchors.FILE).write_bytes(line + b"\n")
    with pytest.raises(Problem, match="anchors-unreadable"):
        anchors.of(tmp_path / anchors.FILE, TOWN)


def test_the_commands_write_an_anchor_and_find_the_forgery(
    store: Database, admin_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", admin_url)
    monkeypatch.setenv("WANGGE_DATA_DIR", str(tmp_path))
    run = CliRunner()
    made = run.invoke(audit_command, ["anchor", "--json"])
    assert made.exit_code == 0, made.output
    assert anchors.of(tmp_path / anchors.FILE, TOWN) == anchor(store)
    assert (tmp_path / anchors.FILE).stat().st_mode & 0o077 == 0
    whole = run.invoke(audit_command, ["verify", "--json"])
    assert whole.exit_code == 0
    assert json.loads(whole.output)[0]["entries"] == ENTRIES
    rewrite(store, admin_url)
    forged = run.invoke(audit_command, ["verify", "--json"])
    assert forged.exit_code == 1
    assert json.loads(forged.output)[0]["faults"] == [f"{ENTRIES} rewritten"]
