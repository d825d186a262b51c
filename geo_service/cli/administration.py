"""What commands that work inside the database share: it, as the service, and whose subdistrict is meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo_service.cli.connection import connected
from geo_service.database import NOBODY, Database, Scope
from geo_service.freshness import Epoch
from geo_service.problems import Problem
from geo_service.settings import Settings
from geo_service.sign_in import revocations
from geo_service.tables.places import Subdistrict

#: For work on a whole town: loading, counting anew.
HOURS_MS = 6 * 3_600_000


@contextmanager
def opened(settings: Settings, *, statement_timeout_ms: int = 30_000) -> Iterator[Database]:
    """The database of a command, as the service; running workers hear of each commit before the command goes on."""
    with connected(settings) as addresses:
        database = Database(addresses.service_url, statement_timeout_ms=statement_timeout_ms)
        database.after_commit = Epoch(settings.data_dir / "epoch").bump
        try:
            yield database
        finally:
            database.close()


@contextmanager
def administering(subdistrict: str | None) -> Iterator[tuple[Database, Scope]]:
    """The database and the scope of whoever runs the machine; running workers heed the changes at once.

    Without ``subdistrict`` the only one there is; raises Problem where there are several, or none.
    """
    settings = Settings()
    with opened(settings) as database:
        try:
            yield database, Scope(subdistrict or _only_one(database), account="cli")
        finally:
            revocations(settings.data_dir).bump()


@contextmanager
def changing(subdistrict: str | None) -> Iterator[tuple[Session, Scope]]:
    """One transaction of :func:`administering`: what was written is there when the block ends, or nothing is."""
    with administering(subdistrict) as (database, scope), database.transaction(scope) as session:
        yield session, scope


@contextmanager
def reading(subdistrict: str | None) -> Iterator[tuple[Session, Scope]]:
    """The same for a command that writes nothing."""
    with (
        administering(subdistrict) as (database, scope),
        database.transaction(scope, writes=False) as session,
    ):
        yield session, scope


def subdistricts(database: Database) -> list[str]:
    """Codes of every subdistrict of the installation."""
    with database.transaction(NOBODY, writes=False) as session:
        return list(session.scalars(select(Subdistrict.code).order_by(Subdistrict.code)))


def _only_one(database: Database) -> str:
    codes = subdistricts(database)
    if len(codes) == 1:
        return codes[0]
    if not codes:
        raise Problem("empty", 409, "数据库里还没有街道(镇)。 / The database holds no subdistrict yet.")
    raise Problem(
        "which-subdistrict", 422,
        f"请用 --subdistrict 指定：{'、'.join(codes[:20])}。 / Say which one with --subdistrict: {', '.join(codes[:20])}.",
    )  # fmt: skip
