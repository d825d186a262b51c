"""``wangge key rotate-hash``: a new hashing key for the record numbers, with the whole register at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo_service.cli.administration import HOURS_MS, opened, subdistricts
from geo_service.cli.connection import plainly
from geo_service.cli.options import mapping_of
from geo_service.database import Database, Scope
from geo_service.settings import Settings

if TYPE_CHECKING:
    from seeds.readers.context import HashKey

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
    from geo_service.hash_key import NEXT, hash_key, write

    settings = Settings()
    with opened(settings, statement_timeout_ms=HOURS_MS) as database:
        towns = subdistricts(database)
        lists = _lists(files, towns)
        if settings.hash_key is None and _took_effect_last_time(database, towns, settings.data_dir):
            typer.echo(
                "上次更换已完成，现启用新密钥 / the last rotation was complete; its key is in force now"
            )
            return
        old = hash_key(settings)
        new = _new_key(settings, old, new_key_file)

        def put_aside() -> None:
            """The new key is on the disk before the records that need it are: half a rotation can be completed."""
            if settings.hash_key is None:
                write(settings.data_dir / NEXT, new)

        keys, mapping = (old, new), mapping_of(map_ or [])
        _rehash_all(database, towns, lists, mapping, keys, force=force, before_commit=put_aside if commit else None)  # fmt: skip
    _tell(settings, new, new_key_file, committed=commit)


def _took_effect_last_time(database: Database, towns: list[str], folder: Path) -> bool:
    """Whether a rotation that was cut off had already hashed the records anew; then its key is put in force."""
    from geo_service.hash_key import NEXT, from_file, promote

    if not (folder / NEXT).exists():
        return False
    if _is_in_use(database, towns, from_file(folder / NEXT).id):
        promote(folder)
        return True
    (folder / NEXT).unlink()  # a rotation that never happened
    return False


def _new_key(settings: Settings, old: HashKey, file: Path | None) -> HashKey:
    """The key of the file that the settings will name, or a random one where we keep the key ourselves."""
    from geo_service.hash_key import from_text, new_key

    if settings.hash_key is None:
        return new_key()
    if file is None:
        raise typer.BadParameter("--new-key-file")
    new = from_text(file.read_text(encoding="utf-8").strip())
    if new.id == old.id:
        raise typer.BadParameter("新旧密钥相同 / the new key is the old one")
    return new


def _tell(settings: Settings, new: HashKey, new_key_file: Path | None, *, committed: bool) -> None:
    """Put the new key in force, where it is ours to do, and say what is left for people to do."""
    from geo_service.hash_key import FILE, promote

    if not committed:
        typer.echo("试运行，未改动；加 --commit 才更换 / trial run: nothing was changed without --commit")
    elif settings.hash_key is None:
        former = promote(settings.data_dir)
        typer.echo(f"新密钥 / new key {new.id}：{settings.data_dir / FILE}")
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


def _rehash_all(
    database: Database, towns: list[str], lists: dict[str, Path], mapping: dict[str, str], keys: tuple[HashKey, HashKey],
    *, force: bool, before_commit: Callable[[], None] | None,
) -> None:  # fmt: skip
    """Every town in one transaction: one key is in force for the whole installation."""
    from geo_service.database import apply_scope
    from geo_service.hash_key import LEGACY
    from geo_service.problems import Problem
    from geo_service.trust.rehashing import holds_records_of, pairs_of, rehash

    old, new = keys
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
                elif holds_records_of(session, town, old.id, LEGACY):
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
    """Whether any town holds a record of this key."""
    from geo_service.trust.rehashing import holds_records_of

    for town in towns:
        with database.transaction(Scope(town, account="cli"), writes=False) as session:
            if holds_records_of(session, town, key_id):
                return True
    return False


def _lists(files: list[str], towns: list[str]) -> dict[str, Path]:
    """``TOWN=FILE`` → town: file; the town may be left out where there is one only."""
    found: dict[str, Path] = {}
    for given in files:
        town, _, path = given.rpartition("=")
        if not town and len(towns) == 1:
            town = towns[0]
        if town not in towns or not os.path.isfile(path):
            raise typer.BadParameter(f"街镇代码=文件 / TOWN=FILE: {given}（{', '.join(towns[:20])}）")
        found[town] = Path(path)
    return found
