"""The only place that opens, commits and rolls back transactions.

Two roles: ``wangge_owner`` owns the tables and migrates; ``wangge_service`` serves and cannot bypass
row-level security. A transaction always carries a :class:`Scope`, and the database shows it nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

if TYPE_CHECKING:
    from alembic.config import Config

OWNER = "wangge_owner"
SERVICE = "wangge_service"
MIGRATIONS = Path(__file__).parent / "migrations"
_REVISION = re.compile(r"""^(revision|down_revision)\s*(?::[^=]+)?=\s*(None|"[^"]+"|'[^']+')""", re.MULTILINE)


@dataclass(frozen=True)
class Scope:
    """Whose eyes a transaction has: one subdistrict, and all (``None``) or some of its committees."""

    subdistrict: str
    committees: tuple[str, ...] | None = None
    account: str | None = None
    signing_in: bool = False

    @property
    def committees_setting(self) -> str:
        return "*" if self.committees is None else ",".join(self.committees)


NOBODY = Scope(subdistrict="", committees=(), signing_in=True)


def psycopg_url(url: str) -> str:
    """The same URL with the driver that we use, whichever dialect name it came with."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def libpq_url(url: str) -> str:
    """The same address as psql, pg_dump, QGIS and psycopg itself write it; SQLAlchemy's plus for a space is theirs for a plus.

    >>> libpq_url("postgresql+psycopg://wangge_service@/wangge?host=/run/w&port=5432")
    'postgresql://wangge_service@/wangge?host=%2Frun%2Fw&port=5432'
    >>> libpq_url("postgresql://a:b+c@h/w?options=-c jit=off")
    'postgresql://a:b+c@h/w?options=-c%20jit%3Doff'
    """
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    address, mark, query = plain.partition("?")
    return address + mark + query.replace("+", "%20")


def make_engine(url: str, *, pool_size: int = 8, statement_timeout_ms: int = 30_000) -> Engine:
    """An engine whose sessions never plan in parallel (a 9 ms tile once took 219 ms) and never run for ever."""
    options = f"-c max_parallel_workers_per_gather=0 -c statement_timeout={statement_timeout_ms} -c jit=off"
    return create_engine(
        psycopg_url(url),
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={"options": options, "application_name": "wangge"},
    )


class Database:
    """Hands out scoped sessions: commit on success, roll back on any error."""

    def __init__(self, url: str, *, pool_size: int = 8, statement_timeout_ms: int = 30_000) -> None:
        self.url = psycopg_url(url)
        self.engine = make_engine(url, pool_size=pool_size, statement_timeout_ms=statement_timeout_ms)
        event.listen(self.engine, "connect", _become_service)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        #: Called after a commit that may have written, before anybody hears of it.
        self.after_commit: Callable[[], None] = lambda: None

    @contextmanager
    def transaction(self, scope: Scope, *, writes: bool = True) -> Iterator[Session]:
        """One transaction under ``scope``; what it wrote is there when the block ends, or nothing is.

        A connection is taken at the first statement, so that an answer out of memory takes none from those who need one.
        """
        with self._sessions() as session, session.begin():
            event.listen(session, "after_begin", _under(scope))
            yield session
        if writes:
            self.after_commit()

    def close(self) -> None:
        """Close what is idle, and what a thread still works with as soon as it gives it back."""
        event.listen(self.engine, "checkin", _close)
        self.engine.dispose()


def _under(scope: Scope) -> Callable[[Session, SessionTransaction, Connection], None]:
    def begin(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
        if not transaction.nested:
            apply_scope(connection, scope)

    return begin


def apply_scope(connection: Connection, scope: Scope) -> None:
    """Tell the database whose eyes this transaction has; forgotten at its end."""
    connection.execute(
        text(
            "SELECT set_config('wangge.subdistrict', :subdistrict, true),"
            " set_config('wangge.committees', :committees, true),"
            " set_config('wangge.account', :account, true),"
            " set_config('wangge.signing_in', :signing_in, true)"
        ),
        {
            "subdistrict": scope.subdistrict,
            "committees": scope.committees_setting,
            "account": scope.account or "",
            "signing_in": "on" if scope.signing_in else "off",
        },
    )


def _close(_connection: object, record: ConnectionPoolEntry) -> None:
    record.invalidate()


def _become_service(dbapi_connection: object, _record: object) -> None:
    """Whoever the URL names, work with the rights of the service role only."""
    cursor = dbapi_connection.cursor()  # type: ignore[attr-defined]
    cursor.execute(
        "SELECT current_user <> %s AND pg_has_role(current_user, %s, 'member')"
        " FROM pg_roles WHERE rolname = %s",
        (SERVICE, SERVICE, SERVICE),
    )
    row = cursor.fetchone()
    if row and row[0]:
        cursor.execute(
            f"SET SESSION AUTHORIZATION {SERVICE}" if _is_superuser(cursor) else f"SET ROLE {SERVICE}"
        )
    cursor.close()
    dbapi_connection.commit()  # type: ignore[attr-defined]


def _is_superuser(cursor: object) -> bool:
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")  # type: ignore[attr-defined]
    return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]


def upgrade(admin_url: str, revision: str = "head") -> None:
    """Create roles and extensions (as a superuser, once) and bring the tables to ``revision``."""
    prepare(admin_url)
    if revision == "head" and not pending(admin_url):
        return  # an ordinary start: Alembic itself is a third of a second of imports
    from alembic import command

    command.upgrade(_alembic(admin_url), revision)


def downgrade(admin_url: str, revision: str = "base") -> None:
    from alembic import command

    command.downgrade(_alembic(admin_url), revision)


def pending(url: str) -> list[str]:
    """Revisions that the database still lacks, oldest first; empty when it is up to date."""
    engine = create_engine(psycopg_url(url))
    try:
        with engine.connect() as connection:
            known = connection.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL")).scalar()
            current = (
                connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                if known
                else None
            )
    finally:
        engine.dispose()
    ordered = revisions()
    if current is not None and current not in ordered:
        raise UnknownRevision(current)
    return ordered[ordered.index(current) + 1 :] if current else ordered


class UnknownRevision(RuntimeError):
    """The tables were made by a later version of this program; nothing older may touch them."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"数据表版本 {revision} 不为本程序所知，请使用更新的程序。 / The tables are at revision {revision}, which this program does not know; "
            "use a newer one."
        )
        self.revision = revision


def revisions() -> list[str]:
    """Every revision that this program knows, oldest first: one line of them, read from their files' heads."""
    after: dict[str | None, str] = {}
    for file in (MIGRATIONS / "versions").glob("*.py"):
        named = dict(_REVISION.findall(file.read_text(encoding="utf-8")))
        after[named["down_revision"].strip("\"'") if named["down_revision"] != "None" else None] = named[
            "revision"
        ].strip("\"'")
    ordered, at = [], None
    while at in after:
        at = after[at]
        ordered.append(at)
    return ordered


def prepare(admin_url: str) -> None:
    """What only a superuser may do: extensions, the two roles, and a leakproof ``&&`` for row-level security.

    Without LEAKPROOF the planner may not use the GiST index under row-level security: a box query over a
    million buildings was measured at 7,096 ms instead of 1.6 ms.
    """
    engine = create_engine(psycopg_url(admin_url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            if _already_prepared(connection):
                return
            connection.exec_driver_sql((MIGRATIONS / "sql" / "prepare.sql").read_text(encoding="utf-8"))
    finally:
        engine.dispose()


def _already_prepared(connection: Connection) -> bool:
    return bool(
        connection.execute(
            text(
                "SELECT count(*) FILTER (WHERE extname IN ('postgis', 'btree_gist')) = 2"
                " AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'wangge_service')"
                " AND EXISTS (SELECT FROM pg_proc WHERE proname = 'geometry_overlaps' AND proleakproof)"
                " AND has_schema_privilege('wangge_service', 'public', 'USAGE')"
                " AND has_schema_privilege('wangge_owner', 'public', 'CREATE')"
                " FROM pg_extension"
            )
            if connection.execute(text("SELECT to_regrole('wangge_owner') IS NOT NULL")).scalar()
            else text("SELECT false")
        ).scalar()
    )


@lru_cache
def _alembic(url: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = psycopg_url(url)
    return config
