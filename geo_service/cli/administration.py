"""What the commands of accounts, keys, audit and retention share: the database, whose subdistrict, one table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from sqlalchemy import select

from geo_service.cli.connection import connected
from geo_service.database import NOBODY, Database, Scope
from geo_service.problems import Problem
from geo_service.settings import Settings
from geo_service.sign_in import revocations
from geo_service.tables.places import Subdistrict

Json = Annotated[bool, typer.Option("--json", help="机器可读 / for machines")]
Town = Annotated[
    str | None,
    typer.Option("--subdistrict", help="街道(镇)代码；只有一个时可省 / code, where there are several"),
]


@contextmanager
def administering(subdistrict: str | None) -> Iterator[tuple[Database, Scope]]:
    """The database and the scope of whoever runs the machine; running workers heed the changes at once."""
    settings = Settings()
    with connected(settings) as addresses:
        database = Database(addresses.service_url)
        try:
            yield database, Scope(subdistrict or _only_one(database), account="cli")
        finally:
            database.close()
            revocations(settings.data_dir).bump()


def subdistricts(database: Database) -> list[str]:
    """Codes of every subdistrict of the installation."""
    with database.transaction(NOBODY, writes=False) as session:
        return list(session.scalars(select(Subdistrict.code).order_by(Subdistrict.code)))


def show(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print rows as JSON, or as lines with the columns aligned."""
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, default=str))
        return
    if not rows:
        typer.echo("无 / none")
        return
    lines = [list(rows[0]), *([_words(v) for v in row.values()] for row in rows)]
    widths = [max(_width(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        typer.echo("  ".join(c + " " * (w - _width(c)) for c, w in zip(line, widths, strict=True)).rstrip())


def _words(value: Any) -> str:
    if value is None:
        return "-"
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _width(words: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in words)


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
