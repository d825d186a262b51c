"""``wangge layer``: a town's own tables and views as read-only collections of the grid API."""

from __future__ import annotations

import json
from typing import Annotated

import psycopg
import typer

from geo_service.cli.connection import connected, libpq_url, plainly
from geo_service.ogc import registering
from geo_service.settings import Settings

app = typer.Typer(no_args_is_help=True, help="自有图层：登记、查看、移除 / own layers: add, list, remove")
Town = Annotated[str, typer.Option("--subdistrict", "-s", help="街道(镇)代码 / subdistrict code")]


@app.command("add")
@plainly
def add(
    layer: Annotated[str, typer.Argument(help="图层编号，如 schools / id")],
    relation: Annotated[str, typer.Argument(help="模式.表或视图 / schema.table or view")],
    subdistrict: Town,
    zh: Annotated[str, typer.Option(help="中文标题 / Chinese title")],
    en: Annotated[str, typer.Option(help="英文标题 / English title")],
    key: Annotated[str | None, typer.Option(help="主键列 / key column")] = None,
    datetime: Annotated[str | None, typer.Option(help="时间列 / column of time")] = None,
    column: Annotated[list[str] | None, typer.Option(help="公开的列，可多次 / column that may leave")] = None,
    title: Annotated[list[str] | None, typer.Option(help="列标题：列=中文/English")] = None,
    internal: Annotated[bool, typer.Option(help="不对外单位开放 / not for partners")] = False,
) -> None:
    """登记一个表或视图 / Register a table or view; it is served at once."""
    titles = dict(t.split("=", 1) for t in title or [] if "=" in t)
    with connected(Settings()) as addresses, psycopg.connect(libpq_url(addresses.admin_url)) as connection:
        made = registering.register(
            connection, subdistrict, layer, relation, title_zh=zh, title_en=en, key=key, times=datetime,
            columns=column or [], titles=titles, audience="internal" if internal else "partner",
        )  # fmt: skip
    typer.echo(json.dumps(made, ensure_ascii=False))


@app.command("list")
@plainly
def list_(subdistrict: Town) -> None:
    """列出已登记的图层 / List what is registered."""
    query = "SELECT id, relation, title_zh, title_en, audience FROM town_layer WHERE subdistrict_code = %s ORDER BY id"
    with connected(Settings()) as addresses, psycopg.connect(libpq_url(addresses.admin_url)) as connection:
        for row in connection.execute(query, (subdistrict,)):
            typer.echo("  ".join(row))


@app.command("remove")
@plainly
def remove(layer: Annotated[str, typer.Argument(help="图层编号 / id")], subdistrict: Town) -> None:
    """不再提供；表本身不动 / Stop serving it; the table itself stays."""
    with connected(Settings()) as addresses, psycopg.connect(libpq_url(addresses.admin_url)) as connection:
        registering.remove(connection, subdistrict, layer)
    typer.echo(f"已移除 / removed {layer}")
