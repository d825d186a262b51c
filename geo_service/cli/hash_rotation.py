"""``wangge key rotate-hash``: a new hashing key for the record numbers, with the whole register at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from geo_service.cli.administration import administering, subdistricts
from geo_service.cli.connection import plainly
from geo_service.database import Database, Scope
from geo_service.settings import Settings

Files = Annotated[
    list[str],
    typer.Argument(help="登记全量文件，多个街镇写作 代码=文件 / full list of registrations; TOWN=FILE for several towns"),
]  # fmt: skip


@plainly
def rotate_hash(
    files: Files,
    map_: Annotated[list[str] | None, typer.Option("--map", help="字段=列名 / field=column")] = None,
    new_key_file: Annotated[
        Path | None,
        typer.Option(
            help="密钥在设置中时：新密钥文件 / where the key is in the settings: file of the new one"
        ),
    ] = None,
    force: Annotated[bool, typer.Option(help="名册不全也换 / although the list lacks many records")] = False,
    commit: Annotated[bool, typer.Option("--commit", help="真正更换 / do it; without, a trial run")] = False,
) -> None:
    """更换登记编号的散列密钥：用完整名册重新散列 / A new hashing key: all records are found in the full list and hashed anew."""
    from geo_service.cli.load import _mapping
    from geo_service.hash_key import FILE, NEXT, from_file, from_text, hash_key, new_key, promote, write

    settings = Settings()
    folder = settings.data_dir
    with administering("*") as (database, _):
        towns = subdistricts(database)
        lists = _lists(files, towns)
        if settings.hash_key is None and (folder / NEXT).exists():
            if _is_in_use(database, towns, from_file(folder / NEXT).id):
                promote(folder)
                typer.echo(
                    "上次更换已完成，现启用新密钥 / the last rotation was complete; its key is in force now"
                )
                return
            (folder / NEXT).unlink()  # a rotation that never happened
        old = hash_key(settings)
        if settings.hash_key is not None:
            if new_key_file is None:
                raise typer.BadParameter("--new-key-file")
            new = from_text(new_key_file.read_text(encoding="utf-8").strip())
            if new.id == old.id:
                raise typer.BadParameter("新旧密钥相同 / the new key is the old one")
        else:
            new = new_key()
        before: Callable[[], None] = lambda: None  # noqa: E731
        if commit and settings.hash_key is None:
            before = lambda: write(folder / NEXT, new)  # noqa: E731
        _rehash_all(database, towns, lists, _mapping(map_ or []), old, new, force=force, before_commit=before if commit else None)  # fmt: skip
    if not commit:
        typer.echo("试运行，未改动；加 --commit 才更换 / trial run: nothing was changed without --commit")
    elif settings.hash_key is None:
        former = promote(folder)
        typer.echo(f"新密钥 / new key {new.id}：{folder / FILE}")
        typer.echo(
            f"请把 {former} 交保管人后从此处删除（旧备份恢复时仍要用）；新密钥也要交存。 / Give {former} to the key's keeper and delete it "
            "here (older backups need it); escrow the new one, too."
        )
    else:
        typer.echo(
            f"新密钥 / new key {new.id}。现在把 WANGGE_HASH_KEY_FILE 改为 {new_key_file} 并重启服务 / set WANGGE_HASH_KEY_FILE to it and "
            "restart the service now"
        )


class _TrialOver(Exception):
    """Rolls a trial run back."""


def _rehash_all(database: Database, towns: list[str], lists: dict[str, Path], mapping: dict[str, str], old, new, *, force: bool,  # type: ignore[no-untyped-def]
                before_commit: Callable[[], None] | None) -> None:  # fmt: skip
    """Every town in one transaction: one key is in force for the whole installation."""
    from geo_service.database import apply_scope
    from geo_service.problems import Problem
    from geo_service.trust.rehashing import pairs_of, rehash, towns_under

    try:
        with database.transaction(Scope("", account="cli")) as session:
            for town in towns:
                scope = Scope(town, account="cli")
                apply_scope(session.connection(), scope)
                if town in lists:
                    done = rehash(
                        session, scope, pairs_of(lists[town], old, new, mapping), old, new, force=force
                    )
                    typer.echo(
                        f"{town}：{done.records:,} 条登记、{done.results:,} 条核查结果；未在名册 {done.in_force_left:,} 条有效、{done.ended_left:,} 条已止 / "
                        f"records and results hashed anew; not in the list: in force, ended"
                    )
                elif towns_under(session, old):
                    raise Problem(
                        "town-without-list", 409,
                        f"{town} 也有登记，请一并给出其名册（{town}=文件）。 / {town} holds records, too: give its list as well ({town}=FILE).",
                    )  # fmt: skip
            if before_commit is None:
                raise _TrialOver
            before_commit()
    except _TrialOver:
        pass


def _is_in_use(database: Database, towns: list[str], key_id: str) -> bool:
    from sqlalchemy import text

    for town in towns:
        with database.transaction(Scope(town, account="cli"), writes=False) as session:
            if session.execute(text("SELECT EXISTS (SELECT FROM registration WHERE subdistrict_code = :s AND key_id = :k)"),
                               {"s": town, "k": key_id}).scalar():  # fmt: skip
                return True
    return False


def _lists(files: list[str], towns: list[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for given in files:
        town, _, path = given.rpartition("=")
        if not town and len(towns) == 1:
            town = towns[0]
        if town not in towns or not os.path.isfile(path):
            raise typer.BadParameter(f"街镇代码=文件 / TOWN=FILE: {given}（{', '.join(towns[:20])}）")
        found[town] = Path(path)
    return found
