"""The database of a command: whose town is meant, and that running workers hear of what it committed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from geo_service.cli.administration import changing, reading
from geo_service.freshness import Epoch
from geo_service.problems import Problem
from geo_service.settings import Settings
from geo_service.sign_in import revocations

TOWNS = ("310199021", "310199022")
Found = Callable[[str], None]


@pytest.fixture
def found(
    new_database: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Found]:
    """A database without a town, and a function that founds one in it."""
    url = new_database(f"administration_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    monkeypatch.setenv("WANGGE_ADMIN_URL", url)
    monkeypatch.setenv("WANGGE_DATABASE_URL", url)
    monkeypatch.setenv("WANGGE_DATA_DIR", str(tmp_path))
    engine = create_engine(url)

    def make(code: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO subdistrict (code, name) VALUES (:c, '甲镇')"), {"c": code})

    yield make
    engine.dispose()


def refused(subdistrict: str | None) -> str:
    with pytest.raises(Problem) as refusal, reading(subdistrict):
        pass
    return refusal.value.type


def test_the_only_town_need_not_be_named_and_one_of_several_must(found: Found) -> None:
    assert refused(None) == "empty"
    found(TOWNS[0])
    with reading(None) as (_, scope):
        assert (scope.subdistrict, scope.account) == (TOWNS[0], "cli")
    found(TOWNS[1])
    assert refused(None) == "which-subdistrict"
    with reading(TOWNS[1]) as (_, scope):
        assert scope.subdistrict == TOWNS[1]


def test_running_workers_hear_of_a_commit_and_of_nothing_that_was_only_read(found: Found) -> None:
    found(TOWNS[0])
    folder = Settings().data_dir
    epoch, revoked = Epoch(folder / "epoch"), revocations(folder)
    before = (epoch.value, revoked.value)
    with reading(None) as (session, _):
        session.execute(text("SELECT 1"))
    assert epoch.value == before[0]
    with changing(None) as (session, _):
        session.execute(text("SELECT 1"))
    assert epoch.value == before[0] + 1
    assert revoked.value > before[1]


def test_what_fails_half_way_leaves_nothing(found: Found) -> None:
    found(TOWNS[0])

    def fail() -> None:
        with changing(None) as (session, scope):
            session.execute(
                text("INSERT INTO account (subdistrict_code, name, display_name, role, password_hash) VALUES (:s, 'a', 'a', 'office', '')"),
                {"s": scope.subdistrict},
            )  # fmt: skip
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with reading(None) as (session, scope):
        count = session.scalar(
            text("SELECT count(*) FROM account WHERE subdistrict_code = :s"), {"s": scope.subdistrict}
        )
    assert count == 0
