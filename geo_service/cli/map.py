"""``wangge map``: one offline map of a month, from the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo_service.cli.administration import changing
from geo_service.cli.connection import plainly
from geo_service.cli.options import Month, Town


@plainly
def map(
    month: Month,
    out: Annotated[Path, typer.Option("-o", "--out", help="输出 HTML / the page to write")],
    subdistrict: Town = None,
    months: Annotated[int, typer.Option(min=1, max=24, help="含之前几个月 / how many months up to it")] = 12,
    partner: Annotated[
        bool,
        typer.Option(
            "--partner", help="只含已发布数据，可以外传 / the released figures only, may be passed on"
        ),
    ] = False,
) -> None:
    """离线月图 / One offline HTML map of a month and those before it, in full, or with --partner the release of the month."""
    from geo_service import audit
    from geo_service.dependencies import parse_month
    from geo_service.month_map import month_frames, partner_frames
    from map_ui.review.maps import month_map

    day = parse_month(month)
    with changing(subdistrict) as (session, scope):
        if partner:
            frames = partner_frames(session, scope.subdistrict, day)
        else:
            frames = month_frames(session, scope.subdistrict, day, months=months)
        page = month_map(frames)
        audit.record(
            session,
            scope,
            "map.made",
            target=month,
            detail={"months": list(frames.months), "release": frames.release},
        )
    out.write_text(page, encoding="utf-8")
    typer.echo(f"{out}: {len(page.encode()) / 1e6:.2f} MB", err=True)
