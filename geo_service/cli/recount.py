"""``wangge recount``: count everything again from the sources and report where the kept counts differ."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from geo_service.cli.administration import HOURS_MS, opened, subdistricts
from geo_service.cli.connection import plainly
from geo_service.cli.options import Json
from geo_service.cli.printing import print_json
from geo_service.database import Scope
from geo_service.settings import Settings


@plainly
def recount(
    subdistrict: Annotated[
        str | None, typer.Option(help="街道(镇)代码，默认全部 / town, by default all")
    ] = None,
    commit: Annotated[bool, typer.Option("--commit", help="以重算结果为准 / keep what was counted")] = False,
    as_json: Json = False,
) -> None:
    """重算计数并报告差异；有差异时退出码为 1。 / Recount and report differences; exit code 1 where there are any."""
    from geo_service.loading.recounting import recounted

    with opened(Settings(), statement_timeout_ms=HOURS_MS) as database:
        towns = subdistricts(database)
        if subdistrict is not None and subdistrict not in towns:
            raise typer.BadParameter(f"没有街道(镇) / no such town: {subdistrict}")
        reports = {
            town: recounted(database, Scope(town, account="wangge recount"), commit=commit)
            for town in ([subdistrict] if subdistrict else towns)
        }
    if as_json:
        print_json(reports)
    else:
        _tell(reports, commit)
    if any(report["differences"] for report in reports.values()):
        raise typer.Exit(1)


def _tell(reports: dict[str, dict[str, Any]], commit: bool) -> None:
    """How many differences each town has and the first twenty of each table; whether they were mended."""
    for town, report in reports.items():
        typer.echo(
            f"{town}: {report['buildings']} 楼栋，{report['differences']} 处差异 / buildings, differences"
        )
        for table, rows in report["listed"].items():
            for row in rows[:20]:
                typer.echo(f"  {table} {row['building_code']} {row['month']} {row['counts']}")
    if not commit and any(report["differences"] for report in reports.values()):
        typer.echo(
            "未改动；加 --commit 以重算结果为准 / nothing was changed; --commit keeps what was counted"
        )
