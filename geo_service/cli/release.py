"""``wangge release``: make the month's release for partners."""

from __future__ import annotations

from typing import Annotated

import typer

from geo_service.cli.administration import changing
from geo_service.cli.connection import plainly
from geo_service.cli.options import Json, Month, Town
from geo_service.cli.printing import print_json


@plainly
def release(
    month: Month,
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
    with changing(subdistrict) as (session, scope):
        made = described(make_release(session, scope, day, reason=reason))
    if as_json:
        print_json(made)
    else:
        typer.echo(
            f"已发布 {made['month']} 第 {made['id']} 号（修订 {made['revision']}） / released, revision {made['revision']}"
        )
