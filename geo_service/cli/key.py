"""``wangge key``: keys of machines that read the grid API. A secret is shown once and stored as a hash."""

from __future__ import annotations

from typing import Annotated

import typer

from geo_service.cli import hash_rotation
from geo_service.cli.administration import changing, reading
from geo_service.cli.connection import plainly
from geo_service.cli.options import Json, KeyId, Town
from geo_service.cli.printing import show
from geo_service.sign_in import KEY_SCOPES
from geo_service.trust import keys

app = typer.Typer(no_args_is_help=True, help="密钥 / keys of machines")

app.command("rotate-hash")(hash_rotation.rotate_hash)

Days = Annotated[int, typer.Option(help="有效天数 / days of validity")]


@app.command("list")
@plainly
def listed(subdistrict: Town = None, as_json: Json = False) -> None:
    """列出密钥 / List the keys, never their secrets."""
    with reading(subdistrict) as (session, scope):
        rows = [keys.described(key) for key in keys.keys(session, scope.subdistrict)]
    show(rows, as_json)


@app.command()
@plainly
def add(
    name: Annotated[str, typer.Argument(help="使用单位或系统 / organisation or system")],
    scope: Annotated[
        list[str] | None, typer.Option(help="范围，可重复 / scope: " + "、".join(KEY_SCOPES))
    ] = None,
    days: Days = 365,
    subdistrict: Town = None,
    as_json: Json = False,
) -> None:
    """发放密钥，只显示一次 / Issue a key; its secret is shown once."""
    with changing(subdistrict) as (session, who):
        secret, row = keys.add(session, who, name, scope or ["read", "feed"], days=days)
        made = {"id": row.id, "key": secret, "expires_at": row.expires_at}
    show([made], as_json)


@app.command()
@plainly
def revoke(key_id: KeyId, subdistrict: Town = None) -> None:
    """吊销密钥 / End a key now."""
    with changing(subdistrict) as (session, scope):
        keys.revoke(session, scope, key_id)
    typer.echo(f"已吊销 / revoked {key_id}")


@app.command()
@plainly
def rotate(
    key_id: KeyId,
    grace_days: Annotated[int, typer.Option(min=0, help="旧密钥再用几天 / days the old key still works")] = 7,
    days: Days = 365,
    subdistrict: Town = None,
    as_json: Json = False,
) -> None:
    """更换密钥 / A new key with the same scopes; the old one works a while longer."""
    with changing(subdistrict) as (session, scope):
        secret, row = keys.rotate(session, scope, key_id, grace_days=grace_days, days=days)
        made = {"id": row.id, "key": secret, "expires_at": row.expires_at}
    show([made], as_json)
