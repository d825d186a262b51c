"""``wangge release``: make the month's release for partners."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from geo_service.cli.administration import Json, Town, administering
from geo_service.cli.connection import plainly


@plainly
def release(
    month: Annotated[str, typer.Argument(help="月份 2026-03 / month")],
    reason: Annotated[
        str | None,
        typer.Option(
            help="修订原因 / why it is revised: late_checks, wrong_input, data_repair, wrong_boundary"
        ),
    ] = None,
    subdistrict: Town = None,
    as_json: Json = False,
) -> None:
    """发布月度数据 / Make the month's release for partners; small counts are withheld, and what is released is frozen."""
    from geo_service.dependencies import parse_month
    from geo_service.releases import described, make_release

    day = parse_month(month)
    with administering(subdistrict) as (database, scope), database.transaction(scope) as session:
        made = described(make_release(session, scope, day, reason=reason))
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False, default=str))
    else:
        typer.echo(
            f"已发布 {made['month']} 第 {made['id']} 号（修订 {made['revision']}） / released, revision {made['revision']}"
        )
