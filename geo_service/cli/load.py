"""``wangge load``: files into the tables. A trial run unless ``--commit``; every row that is wrong is named."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from geo_service.cli.administration import HOURS_MS, opened, subdistricts
from geo_service.cli.connection import plainly
from geo_service.cli.load_text import described, history_lines, sentences
from geo_service.cli.options import Json, mapping_of
from geo_service.cli.printing import print_json
from geo_service.database import Database, Scope
from geo_service.settings import Settings


@plainly
def load(
    kind: Annotated[
        str | None, typer.Argument(help="种类 / kind of file: areas, buildings, registrations, …")
    ] = None,
    file: Annotated[Path | None, typer.Argument(help="文件 / file")] = None,
    crs: Annotated[str | None, typer.Option(help="坐标系：EPSG 编号、gcj02、bd09 / reference system")] = None,
    encoding: Annotated[str | None, typer.Option(help="编码 / encoding, e.g. gb18030")] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="字段=列名，或 字段==固定值 / field=column, or field==value for every row"
        ),
    ] = None,
    layer: Annotated[str | None, typer.Option(help="图层或工作表 / layer")] = None,
    mode: Annotated[str, typer.Option(help="delta 增量 | snapshot 全量")] = "delta",
    as_of: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="数据日期 / day of the data")
    ] = None,
    commit: Annotated[
        bool, typer.Option("--commit", help="真正写入 / keep it; without, a trial run")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="全量注销超过5%也写入 / close more than 5 %")
    ] = False,
    subdistrict: Annotated[str | None, typer.Option(help="街道(镇)代码 / code of the town")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="带问题列的同一张表 / the sheet with problems")
    ] = None,
    undo: Annotated[int | None, typer.Option(help="撤销批次 / undo a load by its number")] = None,
    history: Annotated[bool, typer.Option("--history", help="列出批次 / list the loads")] = False,
    as_json: Json = False,
) -> None:
    """导入文件；不加 --commit 只试运行。退出码 0 无误、1 有问题行、2 用法或文件不对。

    Load a file; a trial run unless --commit. Exit code 0 fine, 1 rows with problems, 2 wrong usage or file.
    """
    settings = Settings()
    if undo is None and not history:
        _wanted(kind, file, mode)
    with opened(settings, statement_timeout_ms=HOURS_MS) as database:
        sub = _town(database, subdistrict, kind)
        if undo is not None:
            _undo(database, sub, undo, as_json)
            return
        if history:
            _history(database, sub, as_json)
            return
        assert kind is not None
        assert file is not None
        asked: dict[str, Any] = {
            "kind": kind, "path": file, "crs": crs, "encoding": encoding, "mapping": mapping_of(map_ or []),
            "layer": layer, "mode": mode, "as_of": as_of.date() if as_of else None, "force": force, "commit": commit,
        }  # fmt: skip
        _load(database, settings, sub, asked, out, as_json)


def _wanted(kind: str | None, file: Path | None, mode: str) -> None:
    from seeds.frames import KINDS

    if kind not in KINDS:
        raise typer.BadParameter(f"种类应为 / KIND is one of: {', '.join(KINDS)}")
    if file is None or not file.exists():
        raise typer.BadParameter(f"没有这个文件 / no such file: {file}")
    if mode not in {"delta", "snapshot"}:
        raise typer.BadParameter("--mode: delta | snapshot")


def _town(database: Database, given: str | None, kind: str | None) -> str:
    """The tenant that is meant: the one named, which a load of areas may found, else the only one there is."""
    towns = subdistricts(database)
    if given is not None:
        if given not in towns and kind != "areas":
            raise typer.BadParameter(
                f"没有街道(镇) {given}，请先导入 areas / no town {given}; load its areas first (there are: {', '.join(towns)})"
            )
        return given
    if len(towns) != 1:
        raise typer.BadParameter(
            f"请用 --subdistrict 指明街道(镇) / name the town with --subdistrict: {', '.join(towns)}"
        )
    return towns[0]


def _load(
    database: Database, settings: Settings, sub: str, asked: dict[str, Any], out: Path | None, as_json: bool
) -> None:
    from geo_service.dependencies import today
    from geo_service.loading.files import FileLoad, load_file
    from geo_service.loading.known import key_for

    if not asked["commit"]:
        _say("试运行，不写入；加 --commit 才导入 / trial run: nothing is kept without --commit")
    scope = Scope(sub, account="wangge load")
    hashed = asked["kind"] in {"registrations", "checks"}
    key = key_for(database, scope, settings, keep=asked["commit"]) if hashed else None
    outcome = load_file(database, scope, FileLoad(today=today(), **asked), key, _progress)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if out is not None:
        outcome.reading.write_annotated(out)
    if as_json:
        print_json(outcome.as_dict())
    else:
        for line in described(outcome):
            typer.echo(line)
    if outcome.defects:
        raise typer.Exit(1)


def _undo(database: Database, sub: str, batch: int, as_json: bool) -> None:
    from geo_service.dependencies import today
    from geo_service.loading.files import undo_batch

    done = undo_batch(database, Scope(sub, account="wangge load"), batch, today())
    if as_json:
        print_json(done)
    else:
        zh = f"批次 {batch} 已撤销：恢复 {done['restored']:,} 行，删去 {done['removed']:,} 行"
        en = f"load {batch} undone: {done['restored']:,} rows restored, {done['removed']:,} removed"
        typer.echo(sentences(zh, en))


def _history(database: Database, sub: str, as_json: bool) -> None:
    from geo_service.queries.loads import loads

    with database.transaction(Scope(sub), writes=False) as session:
        rows = loads(session, sub)
    if as_json:
        print_json(rows)
    else:
        typer.echo("\n".join(history_lines(rows)))


def _progress(rows: int) -> None:
    if sys.stderr.isatty():
        print(f"\r  {rows:>12,} 行 / rows", end="", file=sys.stderr, flush=True)


def _say(words: str) -> None:
    typer.echo(words, err=True)
