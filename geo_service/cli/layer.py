"""``wangge layer``: a town's own tables and views as read-only collections of the grid API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import psycopg
import typer

from geo_service.cli.connection import connected, plainly
from geo_service.cli.options import Json
from geo_service.cli.printing import print_json, show
from geo_service.database import libpq_url
from geo_service.ogc import registering
from geo_service.settings import Settings

app = typer.Typer(no_args_is_help=True, help="自有图层：登记、查看、移除 / own layers: add, list, remove")
Layer = Annotated[str, typer.Argument(help="图层编号，如 schools / id")]
OneTown = Annotated[str, typer.Option("--subdistrict", "-s", help="街道(镇)代码 / subdistrict code")]


@app.command("list")
@plainly
def listed(subdistrict: OneTown, as_json: Json = False) -> None:
    """列出已登记的图层 / List what is registered."""
    with _as_administrator() as connection:
        rows = registering.listed(connection, subdistrict)
    show(rows, as_json, ("id", "relation", "title_zh", "title_en", "audience"))


@app.command()
@plainly
def add(
    layer: Layer,
    relation: Annotated[str, typer.Argument(help="模式.表或视图 / schema.table or view")],
    subdistrict: OneTown,
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
    with _as_administrator() as connection:
        made = registering.register(
            connection, subdistrict, layer, relation, title_zh=zh, title_en=en, key=key, times=datetime,
            columns=column or [], titles=titles, audience="internal" if internal else "partner",
        )  # fmt: skip
    print_json(made)


@app.command()
@plainly
def remove(layer: Layer, subdistrict: OneTown) -> None:
    """不再提供；表本身不动 / Stop serving it; the table itself stays."""
    with _as_administrator() as connection:
        registering.remove(connection, subdistrict, layer)
    typer.echo(f"已移除 / removed {layer}")


@contextmanager
def _as_administrator() -> Iterator[psycopg.Connection[Any]]:
    """One transaction of who may grant the service reading, and put a trigger on a town's own table."""
    with connected(Settings()) as addresses, psycopg.connect(libpq_url(addresses.admin_url)) as connection:
        yield connection
