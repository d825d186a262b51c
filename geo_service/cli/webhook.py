"""``wangge webhook``: addresses that are sent what changes, signed and in order. A secret is shown once."""

from __future__ import annotations

from typing import Annotated

import typer

from geo_service.cli.administration import changing, reading
from geo_service.cli.connection import plainly
from geo_service.cli.options import Json, Town
from geo_service.cli.printing import show

app = typer.Typer(no_args_is_help=True, help="推送订阅 / signed webhooks on the change feed")

Number = Annotated[int, typer.Argument(help="订阅编号 / number of the webhook")]
Since = Annotated[str, typer.Option(help="从该序号之后，或 now / after this number of the feed, or now")]


@app.command("list")
@plainly
def listed(subdistrict: Town = None, as_json: Json = False) -> None:
    """列出订阅与状态 / List the webhooks with their states, never their secrets."""
    from geo_service.handover import webhooks

    with reading(subdistrict) as (session, scope):
        rows = webhooks.listed(session, scope.subdistrict)
    shown = ("id", "url", "layers", "state", "delivered_up_to", "behind", "failures", "last_status")
    show(rows, as_json, shown)


@app.command()
@plainly
def add(
    url: Annotated[str, typer.Argument(help="https 地址 / https address")],
    layer: Annotated[
        list[str] | None,
        typer.Option(help="图层，可重复；默认全部 / layer: areas, micro-grids, buildings, key-sites"),
    ] = None,
    since: Since = "now",
    subdistrict: Town = None,
    as_json: Json = False,
) -> None:
    """登记推送地址，密钥只显示一次 / Register an address; its secret is shown once."""
    from geo_service.handover import webhooks
    from geo_service.handover.destinations import Admitted
    from geo_service.handover.events import LAYERS
    from geo_service.handover.signing import signing_key
    from geo_service.settings import Settings

    settings = Settings()
    with changing(subdistrict) as (session, scope):
        secret, hook = webhooks.add(
            session, scope, url, layer or list(LAYERS), _since(since), signing_key(settings, create=True),
            Admitted.of(settings.webhook_hosts),
        )  # fmt: skip
        made = {"id": hook.id, "url": hook.url, "layers": hook.layers, "secret": secret}
    show([made], as_json)


@app.command()
@plainly
def remove(number: Number, subdistrict: Town = None) -> None:
    """停止并移除 / Send nothing more."""
    from geo_service.handover import webhooks

    with changing(subdistrict) as (session, scope):
        webhooks.remove(session, scope, number)
    typer.echo(f"已移除 / removed {number}")


@app.command()
@plainly
def replay(
    number: Number,
    since: Annotated[str, typer.Option(help="从该序号之后，或 now / after this number, or now")],
    subdistrict: Town = None,
) -> None:
    """从某序号起重送 / Send again everything after a number; one that was given up begins anew."""
    from geo_service.handover import webhooks

    with changing(subdistrict) as (session, scope):
        hook = webhooks.replay(session, scope, number, _since(since))
        told = hook.last_seq
    typer.echo(f"将重送 {told} 之后的变更 / changes after {told} will be sent again")


@app.command()
@plainly
def pause(number: Number, subdistrict: Town = None) -> None:
    """暂停 / Pause; nothing is lost."""
    _switched(number, subdistrict, active=False)


@app.command()
@plainly
def resume(number: Number, subdistrict: Town = None) -> None:
    """从停下处继续 / Go on where it stopped."""
    _switched(number, subdistrict, active=True)


@app.command()
@plainly
def secret(number: Number, subdistrict: Town = None, as_json: Json = False) -> None:
    """更换签名密钥，只显示一次 / A new secret, shown once."""
    from geo_service.handover import webhooks
    from geo_service.handover.signing import signing_key
    from geo_service.settings import Settings

    key = signing_key(Settings(), create=True)
    with changing(subdistrict) as (session, scope):
        shown, hook = webhooks.renew_secret(session, scope, number, key)
        made = {"id": hook.id, "secret": shown}
    show([made], as_json)


def _switched(number: int, subdistrict: str | None, *, active: bool) -> None:
    from geo_service.handover import webhooks

    with changing(subdistrict) as (session, scope):
        webhooks.switch(session, scope, number, active=active)
    typer.echo("已继续 / resumed" if active else "已暂停 / paused")


def _since(value: str) -> int | str:
    return int(value) if value.isascii() and value.isdigit() else value
