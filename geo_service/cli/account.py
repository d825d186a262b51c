"""``wangge account``: duty accounts, for whoever runs the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo_service.access import PERMISSIONS_OF
from geo_service.audit import record
from geo_service.cli.administration import changing, reading
from geo_service.cli.connection import plainly
from geo_service.cli.options import Json, Town
from geo_service.cli.printing import show
from geo_service.settings import Settings
from geo_service.trust import accounts, sign_on

app = typer.Typer(no_args_is_help=True, help="账号 / accounts of duties")

Name = Annotated[str, typer.Argument(help="账号名 / account name")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        help="口令文件；空则生成并打印 / file with the password; without it one is made and printed"
    ),
]


@app.command("list")
@plainly
def listed(subdistrict: Town = None, as_json: Json = False) -> None:
    """列出账号 / List the accounts."""
    with reading(subdistrict) as (session, scope):
        rows = [accounts.described(a) for a in accounts.accounts(session, scope.subdistrict)]
    show(rows, as_json)


@app.command()
@plainly
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="、".join(PERMISSIONS_OF))],
    display_name: Annotated[str, typer.Option(help="岗位 / name of the duty")] = "",
    committee: Annotated[
        list[str] | None, typer.Option(help="限居委会代码，可重复 / committee, repeatable")
    ] = None,
    password_file: PasswordFile = None,
    subdistrict: Town = None,
    as_json: Json = False,
) -> None:
    """开设账号 / Open an account; prints its first password."""
    with changing(subdistrict) as (session, scope):
        made = accounts.open_account(
            session, scope, name, display_name or name, role, committee, _given(password_file)
        )
    show([{"name": name, "password": "*" if password_file else made}], as_json)


@app.command()
@plainly
def password(
    name: Name, password_file: PasswordFile = None, subdistrict: Town = None, as_json: Json = False
) -> None:
    """重设口令并解锁 / Set a new password; ends sessions and a lock."""
    with changing(subdistrict) as (session, scope):
        account = accounts.find(session, scope.subdistrict, name)
        made = accounts.set_password(session, scope, account, _given(password_file))
    show([{"name": name, "password": "*" if password_file else made}], as_json)


@app.command()
@plainly
def lock(
    name: Name,
    off: Annotated[bool, typer.Option("--off", help="解除 / open again")] = False,
    subdistrict: Town = None,
) -> None:
    """停用账号（--off 恢复） / Close an account, or open it again; its sessions end."""
    with changing(subdistrict) as (session, scope):
        account = accounts.find(session, scope.subdistrict, name)
        accounts.change(session, scope, account, {"active": off})
    typer.echo("已恢复 / open again" if off else "已停用 / closed")


@app.command()
@plainly
def revoke(name: Name, subdistrict: Town = None) -> None:
    """结束该账号的全部登录 / End every session of an account."""
    with changing(subdistrict) as (session, scope):
        ended = accounts.sign_out(session, accounts.find(session, scope.subdistrict, name))
        record(session, scope, "account.sign-out", target=name, detail={"sessions": ended})
    typer.echo(f"已结束 {ended} 个登录 / {ended} sessions ended")


@app.command()
@plainly
def bind(
    name: Name,
    identity: Annotated[str, typer.Argument(help="认证方给出的标识 / what the provider calls it")],
    subdistrict: Town = None,
) -> None:
    """绑定统一身份认证的标识（只存散列） / Let an identity of single sign-on sign in as this account; only its hash is kept."""
    issuer = Settings().sign_on_issuer
    if not issuer:
        raise typer.BadParameter("WANGGE_SIGN_ON_ISSUER")
    with changing(subdistrict) as (session, scope):
        sign_on.bind(session, scope, accounts.find(session, scope.subdistrict, name), issuer, identity)
    typer.echo("已绑定 / bound")


@app.command()
@plainly
def unbind(name: Name, subdistrict: Town = None) -> None:
    """解除统一身份认证的绑定 / No identity signs in as this account any more; its sessions end."""
    with changing(subdistrict) as (session, scope):
        gone = sign_on.unbind(session, scope, accounts.find(session, scope.subdistrict, name))
    typer.echo(f"已解除 {gone} 个 / {gone} unbound")


def _given(file: Path | None) -> str | None:
    return file.read_text(encoding="utf-8").strip() if file else None
