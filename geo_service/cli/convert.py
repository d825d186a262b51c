"""``wangge convert``: a file in another reference system or format, GCJ-02 and BD-09 included."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", exists=True, dir_okay=False)],
    target: Annotated[Path, typer.Argument(metavar="OUT")],
    from_crs: Annotated[
        str | None, typer.Option("--from", help="原坐标系，默认按文件 / as the file says if left out")
    ] = None,
    to_crs: Annotated[str, typer.Option("--to", help="EPSG:4549、4326、gcj02、bd09")] = "EPSG:4326",
    encoding: Annotated[str | None, typer.Option(help="文本编码 / text encoding of a shapefile")] = None,
) -> None:
    """坐标与格式转换 / convert coordinates and format; every EPSG code, gcj02 and bd09."""
    from geo_service.cli.vector_files import read_layer, refusals, step, writable, write_layer
    from grids.geodesy import named_crs, transform

    with refusals():
        writable(target)
        goal = named_crs(to_crs)
        with step(f"{source.name} → {target.name}"):
            layer = read_layer(source, from_crs, encoding)
            moved = transform(layer, None, goal)
            write_layer(moved, target, as_is=True)
    if isinstance(goal, str):
        typer.echo(
            f"注意：{goal} 没有 EPSG 号，文件不带坐标系 / {goal} has no EPSG code; the file names none.",
            err=True,
        )
    typer.echo(f"{len(moved)} → {target}")
