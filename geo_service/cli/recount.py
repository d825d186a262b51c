"""``wangge recount``: count everything again from the sources and report where the kept counts differ."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from geo_service.cli.connection import connected, plainly
from geo_service.settings import Settings


@plainly
def recount(
    subdistrict: Annotated[
        str | None, typer.Option(help="街道(镇)代码，默认全部 / town, by default all")
    ] = None,
    commit: Annotated[bool, typer.Option("--commit", help="以重算结果为准 / keep what was counted")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="机器可读 / for machines")] = False,
) -> None:
    """重算计数并报告差异；有差异时退出码为 1。 / Recount and report differences; exit code 1 where there are any."""
    from sqlalchemy import text

    from geo_service.database import NOBODY, Database, Scope
    from geo_service.freshness import Epoch
    from geo_service.loading.recounting import recounted

    settings = Settings()
    reports = {}
    with connected(settings) as addresses:
        database = Database(addresses.service_url, statement_timeout_ms=6 * 3_600_000)
        database.after_commit = Epoch(settings.data_dir / "epoch").bump
        try:
            with database.transaction(NOBODY, writes=False) as session:
                towns = list(session.execute(text("SELECT code FROM subdistrict ORDER BY code")).scalars())
            if subdistrict is not None and subdistrict not in towns:
                raise typer.BadParameter(f"没有街道(镇) / no such town: {subdistrict}")
            for town in [subdistrict] if subdistrict else towns:
                reports[town] = recounted(database, Scope(town, account="wangge recount"), commit=commit)
        finally:
            database.close()
    _tell(reports, commit, as_json)


def _tell(reports: dict[str, dict[str, object]], commit: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(reports, ensure_ascii=False, default=str))
    for town, report in reports.items():
        if as_json:
            break
        typer.echo(
            f"{town}: {report['buildings']} 楼栋，{report['differences']} 处差异 / buildings, differences"
        )
        listed = report["listed"]
        assert isinstance(listed, dict)
        for table, rows in listed.items():
            for row in rows[:20]:
                typer.echo(f"  {table} {row['building_code']} {row['month']} {row['counts']}")
    if any(report["differences"] for report in reports.values()):
        if not commit and not as_json:
            typer.echo(
                "未改动；加 --commit 以重算结果为准 / nothing was changed; --commit keeps what was counted"
            )
        raise typer.Exit(1)
