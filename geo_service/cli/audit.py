"""``wangge audit``: prove the audit whole, and write anchors outside the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from geo_service import audit
from geo_service.cli.administration import opened, subdistricts
from geo_service.cli.connection import plainly
from geo_service.cli.options import Json
from geo_service.cli.printing import show
from geo_service.database import Scope
from geo_service.settings import Settings
from geo_service.trust import anchors

app = typer.Typer(no_args_is_help=True, help="审计 / the audit")

Anchors = Annotated[
    Path | None,
    typer.Option("--anchors", help="锚点文件，默认在数据目录 / file of anchors, else in the data folder"),
]


@app.command()
@plainly
def verify(file: Anchors = None, as_json: Json = False) -> None:
    """逐条核验散列链与锚点；有问题时退出码为1 / Check every entry and anchor; exit code 1 when a fault is found."""
    kept = file or Settings().data_dir / anchors.FILE
    rows: list[dict[str, Any]] = []
    with opened(Settings()) as database:
        for code in subdistricts(database):
            with database.transaction(Scope(code, account="cli"), writes=False) as session:
                anchored = anchors.of(kept, code)
                faults = audit.verify(session, code, anchored)
                entries = audit.count(session, code)
            rows.append({"subdistrict": code, "entries": entries, "anchors": len(anchored), "whole": not faults,
                         "faults": [f"{f.seq} {f.kind}" for f in faults[:100]]})  # fmt: skip
    show(rows, as_json)
    raise typer.Exit(0 if all(row["whole"] for row in rows) else 1)


@app.command()
@plainly
def anchor(file: Anchors = None, as_json: Json = False) -> None:
    """把链尾写到数据库之外 / Write the end of each chain outside the database; best once a day."""
    kept = file or Settings().data_dir / anchors.FILE
    rows: list[dict[str, Any]] = []
    with opened(Settings()) as database:
        for code in subdistricts(database):
            with database.transaction(Scope(code, account="cli"), writes=False) as session:
                head = audit.head(session, code)
            if head is not None:
                anchors.append(kept, code, *head)
                rows.append({"subdistrict": code, "seq": head[0], "hash": head[1].hex()})
    show(rows, as_json)
