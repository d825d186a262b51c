"""``wangge handover``: the signed package of a released month, its verification, and the register."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from geo_service.cli.administration import changing, reading
from geo_service.cli.connection import plainly
from geo_service.cli.options import Json, Town
from geo_service.cli.printing import print_json, show


class MonthFirst(TyperGroup):
    """``wangge handover 2026-03 …`` is short for ``wangge handover make 2026-03 …``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and re.fullmatch(r"\d{4}-\d{2}", args[0]):
            args = ["make", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=MonthFirst, no_args_is_help=True, help="月度交付包：制作、核验、登记簿 / package of a month: make, verify, register"
)  # fmt: skip


@app.command()
@plainly
def make(
    month: Annotated[str, typer.Argument(help="已发布的月份 2026-03 / released month")],
    out: Annotated[Path, typer.Option("-o", "--out", help="输出文件 / file to write", dir_okay=False)],
    to: Annotated[str, typer.Option(help="接收单位 / receiving organisation")],
    purpose: Annotated[
        str, typer.Option(help="用途 / city_operation, joint_inspection, planning, statistics, monthly_review, audit")
    ] = "city_operation",
    subdistrict: Town = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """制作签名交付包并登记 / Make the signed package and write it into the register."""
    from geo_service.dependencies import parse_month
    from geo_service.handover import register
    from geo_service.handover.signing import signing_key
    from geo_service.settings import Settings

    day, key = parse_month(month), signing_key(Settings(), create=True)
    with changing(subdistrict) as (session, scope):
        row, package = register.hand_over(session, scope, day, to, purpose, key)
        made = register.described(row)
        # Written before the commit: a register without the file would be worse than a file without the register.
        out.write_bytes(package.content)
    if as_json:
        print_json(made)
    else:
        typer.echo(f"{out}  第 {made['id']} 号 / number {made['id']}  SHA-256 {made['sha256']}")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="交付包 / package", exists=True, dir_okay=False)],
    key: Annotated[
        Path | None, typer.Option(help="公钥 PEM，另行索取 / public key, got another way", exists=True)
    ] = None,
    as_json: Json = False,
) -> None:
    """核验校验和与签名，不需数据库 / Check every checksum and the signature; needs no database."""
    from geo_service.handover import verifying
    from geo_service.handover.signing import read_public

    verdict = verifying.verify(file.read_bytes(), read_public(key.read_bytes()) if key else None)
    if as_json:
        shown = {"valid": verdict.valid, "trusted": verdict.trusted, "faults": verdict.faults,
                 "public_key_sha256": verdict.fingerprint, "manifest": verdict.manifest}  # fmt: skip
        print_json(shown)
    else:
        for fault in verdict.faults:
            typer.echo(f"✗ {fault}")
        if verdict.valid:
            typer.echo(f"✓ 完整 / whole: {verdict.manifest['month']}, {len(verdict.manifest['files'])} files")
            typer.echo(f"  公钥指纹 / fingerprint of the key: {verdict.fingerprint}")
        if verdict.valid and not verdict.trusted:
            typer.echo(
                "  用的是包内所附公钥；请另行取得公钥，以 --key 核验来源。 / Checked with the key inside; to know from whom it is, "
                "get the key another way and give it with --key."
            )
    raise typer.Exit(0 if verdict.valid else 1)


@app.command("register")
@plainly
def register_(subdistrict: Town = None, as_json: Json = False) -> None:
    """列出登记簿 / List what was handed over, to whom and why."""
    from geo_service.handover import register
    from geo_service.queries import handovers as queries

    with reading(subdistrict) as (session, scope):
        rows = [register.described(row) for row in queries.provisions(session, scope.subdistrict)]
    shown = ("id", "at", "month", "revision", "recipient", "purpose", "account", "sha256")
    show(rows, as_json, shown)


@app.command("public-key")
def public_key() -> None:
    """打印公钥与指纹 / Print the public key; its fingerprint goes to stderr."""
    from geo_service.handover.signing import fingerprint, public_pem, signing_key
    from geo_service.settings import Settings

    key = signing_key(Settings(), create=True)
    typer.echo(public_pem(key).decode(), nl=False)
    typer.echo(f"SHA-256 {fingerprint(key)}", err=True)
