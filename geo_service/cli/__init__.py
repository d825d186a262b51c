"""The ``wangge`` command. Each noun has its module; nothing heavy is imported before it is asked for."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

import typer
from typer.core import TyperGroup

#: Command → module under ``geo_service.cli`` and what it is for. A module offers ``app`` (a group) or ``command``.
COMMANDS = {
    "up": ("up", "启动服务 / start the database and the service"),
    "restart": ("up", "逐个重启服务进程 / new worker processes without a break"),
    "db": ("db", "数据库：启动、升级、备份 / database: start, upgrade, back up, restore"),
    "demo": ("demo", "载入演示街道 / load the synthetic demo town"),
    "load": ("load", "导入文件 / load a file"),
    "boundaries": (
        "boundaries",
        "划格：检查、修复、地块、划分、比较 / check, repair, plots, divide, compare",
    ),
    "assess": ("assess", "按街镇规则计分 / score a table of counts by a town's rules"),
    "review": ("review", "月度会议材料 / the monthly meeting pack"),
    "map": ("map", "离线地图 / one offline map of a month"),
    "convert": ("convert", "坐标转换 / convert coordinates, gcj02 and bd09 included"),
    "account": ("account", "账号 / accounts of people"),
    "key": ("key", "密钥 / keys of machines"),
    "layer": ("layer", "自有图层 / a town's own layers"),
    "audit": ("audit", "审计核验 / verify the audit"),
    "recount": ("recount", "重算并核对 / recount from the sources and report differences"),
    "release": ("release", "发布月度数据 / make the month's release for partners"),
    "webhook": ("webhook", "推送订阅 / signed webhooks on the change feed"),
    "handover": ("handover", "月度交付包 / the signed package of a month, and its register"),
    "limit": ("limit", "访问限额 / rate limits of keys"),
    "deployment": (
        "deployment",
        "安装文件：systemd、nginx、告警 / files of an installation: units, TLS proxy, alerts",
    ),
    "retention": ("retention", "按期清理 / apply the retention periods"),
    "doctor": ("doctor", "自检 / say what is wrong and what to do"),
}


class Lazy(TyperGroup):
    """Imports a command's module only when that command runs: ``wangge --help`` stays quick."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name, (module, _) in COMMANDS.items() if _exists(module)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS or not _exists(COMMANDS[cmd_name][0]):
            return None
        module = importlib.import_module(f"geo_service.cli.{COMMANDS[cmd_name][0]}")
        if hasattr(module, "app"):
            command = typer.main.get_command(module.app)
        else:
            single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            single.command(name=cmd_name)(getattr(module, cmd_name))
            command = typer.main.get_command(single)
        command.name = cmd_name
        return command


def _exists(module: str) -> bool:
    return importlib.util.find_spec(f"geo_service.cli.{module}") is not None


app = typer.Typer(
    cls=Lazy, add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help="网格 wangge"
)


@app.callback()
def root() -> None:
    """网格 wangge：街道(镇)微网格管理平台 / grid management for Shanghai's towns and subdistricts."""


def main() -> None:
    """Entry point: a refusal becomes one sentence on stderr and exit code 2, a bug keeps its traceback."""
    from geo_service.problems import Problem
    from grids.errors import GridError

    try:
        app()
    except (GridError, Problem) as error:
        detail = error.detail if isinstance(error, Problem) else str(error)
        print(detail, file=sys.stderr)
        raise SystemExit(2) from None
