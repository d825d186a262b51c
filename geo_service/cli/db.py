"""``wangge db``: start, stop and ask the private PostGIS; migrate, back up and restore whichever database is used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo_service import database
from geo_service.backup import back_up, restore
from geo_service.cli import db_time
from geo_service.cli.connection import connected, plainly
from geo_service.cli.options import Json
from geo_service.cli.printing import print_json
from geo_service.local_postgis import LocalPostgis
from geo_service.local_postgis.use import keep
from geo_service.settings import Settings
from geo_service.trust.escrow import demand_key

app = typer.Typer(no_args_is_help=True, help="数据库 / the database")

app.command("archive")(db_time.archive)
app.command("base")(db_time.base)
app.command("restore-to")(db_time.restore_to)


@app.command()
@plainly
def start() -> None:
    """启动自带的 PostGIS 并保持运行 / Start the private PostGIS and keep it running."""
    server = _private()
    before = server.status()
    admin_url = server.start()
    if not before.created:
        database.upgrade(admin_url)  # a new one has nothing to lose; an old one waits for `wangge db upgrade`
    keep(server, True)
    pid = server.status().pid
    typer.echo(
        f"已在运行 / already running (pid {pid})" if before.running else f"已启动 / started (pid {pid})"
    )


@app.command()
@plainly
def stop() -> None:
    """停止自带的 PostGIS / Stop the private PostGIS."""
    server = _private()
    keep(server, False)
    typer.echo("已停止 / stopped" if server.stop() else "未在运行 / was not running")


@app.command()
@plainly
def status(as_json: Json = False) -> None:
    """查看数据库状态 / Say what is there and whether it runs; exit code 1 when it does not."""
    server = _private()
    found = server.status()
    facts = {
        "created": found.created,
        "running": found.running,
        "pid": found.pid,
        "major": found.major,
        "data": str(found.data.resolve()),
        "log": str(server.place.log),
        "pending_migrations": database.pending(server.url()) if found.running else None,
    }
    if as_json:
        print_json(facts)
    else:
        state = "运行中 / running" if found.running else "未运行 / not running"
        typer.echo(f"{state}\n" + "\n".join(f"  {name}: {value}" for name, value in facts.items()))
    raise typer.Exit(0 if found.running else 1)


@app.command()
@plainly
def url(admin: Annotated[bool, typer.Option(help="管理员地址 / the administrator's")] = False) -> None:
    """打印连接地址（psql、QGIS 可用） / Print the address for psql, QGIS and the like."""
    settings = Settings()
    if settings.database_url:
        typer.echo(
            database.libpq_url(settings.admin_url if admin and settings.admin_url else settings.database_url)
        )
        return
    server = _private()
    typer.echo(database.libpq_url(server.url() if admin else server.url(database.SERVICE)))


@app.command()
@plainly
def upgrade() -> None:
    """把数据表更新到当前版本 / Bring the tables up to date."""
    with connected(Settings(), migrate=False) as addresses:
        waiting = database.pending(addresses.admin_url)
        database.upgrade(addresses.admin_url)
    typer.echo(f"已执行 {len(waiting)} 个迁移 / {len(waiting)} migrations applied")


@app.command()
@plainly
def backup(file: Path) -> None:
    """备份整个数据库到一个文件 / Back the whole database up to a file; it appears only when complete."""
    with connected(Settings(), migrate=False) as addresses:
        size = back_up(database.libpq_url(addresses.admin_url), file)
    typer.echo(f"已备份 / backed up: {file} ({size / 1e6:.1f} MB)")


@app.command("restore")
@plainly
def restore_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    force: Annotated[bool, typer.Option(help="断开正在使用者 / end the sessions of others")] = False,
) -> None:
    """从备份恢复；现有数据改名保留 / Restore a backup; what was there is kept under another name."""
    with connected(Settings(), migrate=False) as addresses:
        kept = restore(addresses.admin_url, file, force=force, check=lambda url: demand_key(url, Settings()))
    typer.echo("已恢复 / restored" + (f"; 原数据保留为 / what was there is now {kept}" if kept else ""))


def _private() -> LocalPostgis:
    return LocalPostgis.at(Settings().data_dir)
