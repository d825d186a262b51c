"""``wangge deployment``: the files that start, back up and shield an installation, written for this one."""

from __future__ import annotations

import pwd
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from geo_service.cli.connection import plainly
from geo_service.deployment import writing
from geo_service.settings import HERE, Settings


@plainly
def deployment(
    host: Annotated[str, typer.Argument(help="对外主机名 / the name that people open")],
    to: Annotated[Path, typer.Option("--to", "-o", help="写到哪个目录 / folder to write to")] = Path("deployment"),
    user: Annotated[str, typer.Option(help="以谁运行；默认检出目录的属主 / who runs it; default: the checkout's owner")] = "",
    backup: Annotated[Path, typer.Option(help="备份目录，应在另一块磁盘 / backups; another disk")] = Path("/backup/wangge"),
    anchors: Annotated[Path, typer.Option(help="审计锚点文件，应在另一台机器 / audit anchors; another machine's disk")] = Path("/backup/anchors.jsonl"),
    certificate: Annotated[Path, typer.Option(help="证书 / certificate, with its chain")] = Path("/etc/ssl/wangge.pem"),
    certificate_key: Annotated[Path, typer.Option(help="证书私钥 / its private key")] = Path("/etc/ssl/private/wangge.key"),
    workers: Annotated[int, typer.Option(min=1, max=64, help="进程数 / processes")] = 2,
) -> None:  # fmt: skip
    """写出 systemd 单元、nginx 配置与告警规则 / Write systemd units, an nginx site with TLS and alert rules."""
    settings, to = Settings(), to.absolute()
    data = settings.data_dir.absolute()
    here = writing.Installation(
        user=user or pwd.getpwuid(HERE.stat().st_uid).pw_name, folder=HERE, program=Path(sys.prefix) / "bin" / "wangge",
        data=data, settings=data / writing.SETTINGS, backup=backup.absolute(), anchors=anchors.absolute(), host=host,
        certificate=certificate.absolute(), certificate_key=certificate_key.absolute(),
        port=settings.port, workers=workers,
    )  # fmt: skip
    written = writing.write(here, to)
    typer.echo(f"已写出 {len(written)} 个文件 / {len(written)} files written: {to}\n")
    typer.echo("请逐行查看后以 root 执行 / read them, then as root:")
    for command in commands(here, to):
        typer.echo(f"  {command}")


def commands(here: writing.Installation, folder: Path) -> list[str]:
    """What root types to put the files in force; each line can be repeated."""
    units = [name for name, target in writing.TARGETS.items() if target.startswith("/etc/systemd")]
    at, started = (
        shlex.quote(str(folder)),
        [u for u in units if u.endswith(".timer") or u == "wangge.service"],
    )
    return [
        f"install -o {here.user} -m 600 {at}/{writing.SETTINGS} {here.settings}",
        f"install -d -o {here.user} -m 700 {here.backup} {here.anchors.parent}",
        f"install -m 644 {' '.join(f'{at}/{unit}' for unit in units)} /etc/systemd/system/",
        f"systemctl daemon-reload && systemctl enable --now wangge-database.service {' '.join(started)}",
        f"install -m 644 {at}/nginx.conf {writing.TARGETS['nginx.conf']} && nginx -t && systemctl reload nginx",
        f"install -D -m 644 {at}/alerts.yml {writing.TARGETS['alerts.yml']}",
    ]
