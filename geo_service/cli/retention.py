"""``wangge retention``: hold every table to its time."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Annotated

import typer

from geo_service.cli.administration import HOURS_MS, opened, subdistricts
from geo_service.cli.connection import plainly
from geo_service.cli.options import Json
from geo_service.cli.printing import show
from geo_service.database import Scope
from geo_service.settings import Settings
from geo_service.trust import retention

app = typer.Typer(no_args_is_help=True, help="按期清理 / apply the retention periods")


@app.callback()
def group() -> None:
    """按期清理 / Apply the retention periods."""


@app.command()
@plainly
def run(
    commit: Annotated[
        bool, typer.Option("--commit", help="执行；否则只报告 / do it, not only report")
    ] = False,
    as_json: Json = False,
) -> None:
    """每个街道(镇)逐表清理并报告 / Every table of every subdistrict, with a report."""
    rows = []
    with opened(Settings(), statement_timeout_ms=HOURS_MS) as database:
        for code in subdistricts(database):
            scope = Scope(code, account="cli")
            with database.transaction(scope, writes=commit) as session:
                lines = retention.run(session, scope, dt.datetime.now(dt.UTC), commit=commit)
            rows += [{"subdistrict": code, **asdict(line)} for line in lines]
    show(rows, as_json)
    if not commit and not as_json:
        typer.echo("仅报告，未改动；加 --commit 执行 / only a report; --commit does it", err=True)
