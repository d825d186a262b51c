"""``wangge limit``: how often single keys may ask."""

from __future__ import annotations

from typing import Annotated

import typer

from geo_service.cli.administration import changing, reading
from geo_service.cli.connection import plainly
from geo_service.cli.options import Json, KeyId, Town
from geo_service.cli.printing import show

app = typer.Typer(no_args_is_help=True, help="访问限额 / rate limits of keys")


@app.command("list")
@plainly
def listed(subdistrict: Town = None, as_json: Json = False) -> None:
    """列出另定限额的密钥 / List the keys that have a limit of their own."""
    from geo_service.handover import key_limits

    with reading(subdistrict) as (session, scope):
        rows = key_limits.listed(session, scope.subdistrict)
    show(rows, as_json)


@app.command("set")
@plainly
def set_(
    key_id: KeyId,
    per_minute: Annotated[int, typer.Option(min=0, help="每分钟请求数，0为不限 / requests a minute, 0: no limit")],
    burst: Annotated[int, typer.Option(min=1, help="一次可连发 / requests at once")] = 1_000,
    subdistrict: Town = None,
) -> None:  # fmt: skip
    """给密钥另定限额 / Give a key its own limit."""
    from geo_service.handover import key_limits

    with changing(subdistrict) as (session, scope):
        key_limits.put(session, scope, key_id, per_minute, burst)
    typer.echo(f"{key_id}: {per_minute} / min, {burst}")


@app.command()
@plainly
def remove(key_id: KeyId, subdistrict: Town = None) -> None:
    """恢复通用限额 / Back to the installation's limit."""
    from geo_service.handover import key_limits

    with changing(subdistrict) as (session, scope):
        key_limits.remove(session, scope, key_id)
    typer.echo(f"已恢复 / back to the usual limit: {key_id}")
