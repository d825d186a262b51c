"""Connections of the hot paths: asynchronous, read-only, each with the scope of who asks.

A connection keeps the scope it was given last, so that a request of the same subdistrict costs one statement and no
transaction. It is told anew whenever the scope differs, and forgets after any error. That rests on a connection being
ours alone: behind a pooler that shares connections between statements (transaction pooling) it must not be used.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from geo_service.database import SERVICE, Scope, libpq_url
from geo_service.problems import Problem

log = logging.getLogger("wangge")

_SCOPE = (
    "SELECT set_config('wangge.subdistrict', %s, false), set_config('wangge.committees', %s, false),"
    " set_config('wangge.account', %s, false), set_config('wangge.signing_in', 'off', false)"
)
_SESSION = {
    "max_parallel_workers_per_gather": "0",
    "statement_timeout": "15000",
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "default_transaction_read_only": "on",
}


class Scoped(psycopg.AsyncConnection[tuple[Any, ...]]):
    """A connection that knows whose eyes it has."""

    eyes: tuple[str, str, str] | None = None


class ScopedPool:
    """A pool of :class:`Scoped` connections under the service role."""

    def __init__(self, url: str, size: int) -> None:
        plain = libpq_url(url)
        given = conninfo_to_dict(plain)
        wanted = " ".join(f"-c {k}={v}" for k, v in _SESSION.items())
        conninfo = make_conninfo(plain, options=f"{given.get('options') or ''} {wanted}".strip(),
                                 application_name="wangge-ogc")  # fmt: skip
        self._pool = AsyncConnectionPool(
            conninfo, connection_class=Scoped, min_size=1, max_size=size, timeout=10, open=False,
            kwargs={"autocommit": True, "prepare_threshold": 2}, configure=_become_service,
        )  # fmt: skip
        self._open = False

    async def rows(self, scope: Scope, query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows of one statement, as ``scope`` sees them. Raises Problem where the database refuses."""
        if not self._open:
            await self._pool.open()
            self._open = True
        try:
            try:
                return await self._rows(scope, query, values)
            except (psycopg.errors.AdminShutdown, psycopg.errors.ConnectionFailure):
                await self._pool.check()  # the server was restarted: drop what is dead, once
                return await self._rows(scope, query, values)
        except (psycopg.Error, PoolTimeout) as error:
            raise problem_of(error) from error

    async def _rows(self, scope: Scope, query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        eyes = (scope.subdistrict, scope.committees_setting, scope.account or "")
        async with self._pool.connection() as connection:
            try:
                if connection.eyes != eyes:
                    connection.eyes = None
                    await connection.execute(_SCOPE, eyes)
                    connection.eyes = eyes
                cursor = connection.cursor(binary=True)
                await cursor.execute(query.encode(), values)
                return await cursor.fetchall()
            except psycopg.OperationalError:
                connection.eyes = None
                if connection.broken or connection.closed:
                    raise psycopg.errors.ConnectionFailure from None
                raise

    async def close(self) -> None:
        if self._open:
            await self._pool.close()


async def _become_service(connection: Scoped) -> None:
    """Whoever the address names, work with the rights of the service role only."""
    cursor = await connection.execute(
        "SELECT current_user <> %s, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)", (SERVICE,)
    )
    row = await cursor.fetchone()
    if row and row[0]:
        become = "SET SESSION AUTHORIZATION {}" if row[1] else "SET ROLE {}"
        await connection.execute(sql.SQL(become).format(sql.Identifier(SERVICE)))


def problem_of(error: Exception) -> Problem:
    """What a refusal of the database means to who asked."""
    state = getattr(error, "sqlstate", None) or ""
    if state == "57014":
        return Problem("too-long", 503, "查询超时，请缩小范围。 / The query took too long; ask for less.")
    if isinstance(error, PoolTimeout):
        busy = "服务繁忙，请稍后再试。 / The service is busy; try again shortly."
        return Problem("busy", 503, busy, headers={"Retry-After": "2"})
    if state.startswith("22") or state in {"54001", "54000"}:
        return Problem("invalid-input", 400, "输入的值不能计算。 / A value given cannot be computed with.")
    if state == "XX000":
        log.warning("geometry refused", exc_info=error)
        return Problem(
            "bad-geometry", 400, "几何或坐标不能处理。 / The geometry or coordinates cannot be processed."
        )
    if state.startswith("42"):
        log.error("statement refused", exc_info=error)
        return Problem(
            "invalid-filter", 400, "过滤条件中的类型不相容。 / Types in the filter do not go together."
        )
    log.error("database unavailable: %s", type(error).__name__, exc_info=error)
    return Problem(
        "database-unavailable", 503, "数据库暂时不可用，请稍后再试。 / The database is unavailable; try again shortly.",
        headers={"Retry-After": "3"},
    )  # fmt: skip
