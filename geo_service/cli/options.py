"""Arguments and options that mean the same in every command."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="机器可读 / for machines")]
Town = Annotated[
    str | None,
    typer.Option("--subdistrict", help="街道(镇)代码；只有一个时可省 / code, where there are several"),
]
Month = Annotated[str, typer.Argument(help="月份 2026-03 / month")]
KeyId = Annotated[str, typer.Argument(help="密钥编号 / id of the key")]


def mapping_of(pairs: list[str]) -> dict[str, str]:
    """``--map``: ``field=column`` and ``field==value`` → field: column or =value.

    >>> mapping_of(["code=楼栋号", "committee_code==310199001001"])
    {'code': '楼栋号', 'committee_code': '=310199001001'}
    """
    for pair in pairs:
        if "=" not in pair[1:]:
            raise typer.BadParameter(f"--map 字段=列名 / field=column: {pair}")
    return {name.strip(): value for name, value in (pair.split("=", 1) for pair in pairs)}
