"""``wangge review``: the meeting pack of a month."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path
from typing import Annotated

import typer

from geo_service.cli.administration import changing
from geo_service.cli.connection import plainly
from geo_service.cli.options import Json, Month, Town
from geo_service.cli.printing import print_json


@plainly
def review(
    month: Month,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="输出文件夹 / folder to write into", file_okay=False)
    ],
    rules: Annotated[
        str | None, typer.Option(help="改用某街镇的规则试算 / another town's rules, as a draft")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="逾期以哪一天为准 / the day that lateness is told from, today unless given"),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="由冻结输入重算并核对 / compute every revision again from its inputs"),
    ] = False,
    subdistrict: Town = None,
    as_json: Json = False,
) -> None:
    """月度会议材料 / The meeting pack: one offline page, forms, bulletin, data, manifest with checksums.

    A month that is not scored yet is computed from the present data and marked as a draft; nothing is stored.
    """
    from geo_service import audit
    from geo_service.dependencies import SHANGHAI, parse_month
    from geo_service.problems import Problem
    from geo_service.queries import reviews as queries
    from geo_service.reviews import packing, printing, scoring

    first, began = parse_month(month), time.monotonic()
    try:
        day = dt.date.fromisoformat(as_of) if as_of else dt.datetime.now(SHANGHAI).date()
    except ValueError:
        raise Problem(
            "invalid-day", 400, f"日期应写作 2026-04-10，收到 {as_of}。 / Write the day as 2026-04-10."
        ) from None
    now = dt.datetime.combine(day, dt.time(12), SHANGHAI)
    with changing(subdistrict) as (session, scope):
        rows = queries.revisions(session, scope.subdistrict, first) if verify else []
        wrong = {row.revision: scoring.differences(session, row) for row in rows if row.scored_at is not None}
        files, found = packing.pack(session, scope, first, now=now, town=rules)
        audit.record(session, scope, "review.pack", target=month, detail={"rules": found.rule_set})
    packing.write(files, out)
    for name, content in files.items():
        typer.echo(f"  {name:<22} {len(content):>10,}", err=True)
    if "bulletin.pdf" not in files:
        typer.echo(printing.NO_BROWSER, err=True)
    typer.echo(f"{out}  {time.monotonic() - began:.1f} s", err=True)
    for number, units in wrong.items():
        said = (
            f"不一致 / differs: {', '.join(units)}" if units else "与冻结输入一致 / follows from its inputs"
        )
        typer.echo(f"revision {number}: {said}", err=True)
    if as_json:
        print_json(json.loads(files["manifest.json"]))
    if any(wrong.values()):
        raise typer.Exit(1)
