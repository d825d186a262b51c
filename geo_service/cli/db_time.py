"""``wangge db archive|base|restore-to``: back to any minute, for the private PostGIS."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from geo_service import point_in_time
from geo_service.cli.connection import plainly
from geo_service.local_postgis import LocalPostgis
from geo_service.local_postgis.use import in_use
from geo_service.settings import Settings
from geo_service.trust.escrow import demand_key

Archive = Annotated[
    Path, typer.Argument(file_okay=False, help="归档目录，宜在另一块磁盘 / folder, best on another disk")
]


@plainly
def archive(folder: Archive) -> None:
    """开始归档日志并做第一份基础备份 / Archive the log from now on, with a first base; the server restarts once."""
    server = LocalPostgis.at(Settings().data_dir)
    folder = folder.absolute()
    with in_use(server):
        point_in_time.begin(server, folder)
        made = point_in_time.copy(server, folder)
    typer.echo(f"已开始归档 / archiving; 基础备份 / base {made.name}")


@plainly
def base(
    folder: Archive,
    keep: Annotated[int, typer.Option(min=1, help="保留份数 / bases kept")] = 7,
) -> None:
    """每晚一次：新的基础备份，旧的清理 / Each night: a new base, old ones and their log removed."""
    server = LocalPostgis.at(Settings().data_dir)
    with in_use(server):
        made = point_in_time.copy(server, folder.absolute())
    gone = point_in_time.prune(folder.absolute(), keep)
    typer.echo(f"{made.name}；清理 {len(gone)} 项 / {len(gone)} old files removed")


@plainly
def restore_to(
    folder: Archive,
    moment: Annotated[str, typer.Argument(help="上海时间，如 2026-03-05T14:30 / a moment, Shanghai time")],
) -> None:
    """恢复到某一时刻；现有数据保留 / Back to a moment; the present data are kept beside it. Stop the service first."""
    from geo_service.dependencies import SHANGHAI

    try:
        until = dt.datetime.fromisoformat(moment)
    except ValueError as error:
        raise typer.BadParameter("2026-03-05T14:30") from error
    settings = Settings()
    server = LocalPostgis.at(settings.data_dir)
    if server.status().running:
        point_in_time.flush(server)
    done = point_in_time.restore(
        server, folder.absolute(), until if until.tzinfo else until.replace(tzinfo=SHANGHAI),
        check=lambda url: demand_key(url, settings),
    )  # fmt: skip
    typer.echo(
        f"已恢复到 / restored to {moment}（{done.seconds:.1f} s，{done.base}）；原数据 / former data {done.kept}"
    )
    with in_use(server):
        typer.echo(f"新的基础备份 / new base {point_in_time.copy(server, folder.absolute()).name}")
