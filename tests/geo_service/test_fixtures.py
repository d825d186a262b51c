"""The fixtures that every other test of the service stands on."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session


def test_the_service_role_cannot_bypass_row_level_security(session: Session) -> None:
    role = session.execute(
        text("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    ).one()
    assert tuple(role) == ("wangge_service", False, False)


def test_each_worker_has_a_database_with_postgis_of_its_own(postgis_admin_url: str) -> None:
    engine = create_engine(postgis_admin_url)
    with engine.connect() as connection:
        version = connection.execute(text("SELECT postgis_lib_version()")).scalar_one()
    engine.dispose()
    assert tuple(map(int, version.split(".")[:2])) >= (3, 3)


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_gone_in_the_next(session: Session, turn: int) -> None:
    there = text("SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 4711")
    assert session.execute(there).scalar_one() == 0, f"turn {turn}"
    session.execute(text("SELECT lo_create(4711)"))
    session.commit()
    assert session.execute(there).scalar_one() == 1


def test_the_owner_and_the_service_meet_in_one_database(owner_url: str, database_url: str) -> None:
    seen = []
    for url in (owner_url, database_url):
        engine = create_engine(url)
        with engine.connect() as connection:
            seen.append(connection.execute(text("SELECT current_user, current_database()")).one())
        engine.dispose()
    assert [row[0] for row in seen] == ["wangge_owner", "wangge_service"]
    assert seen[0][1] == seen[1][1]
