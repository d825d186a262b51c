"""``wangge assess`` over tables that a test writes row by row."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from geo_service.cli.assess import assess

app = typer.Typer(add_completion=False)
app.command()(assess)


@pytest.fixture
def heads() -> dict[str, list[str]]:
    """The columns of the forms of two towns."""
    return {
        "sanlin": ["月份", "居（村）委", "派出所", "注销账号数", "测查人数", "正确人数", "弄虚作假人数", "境外人员登记准确率(%)",
                   "全镇境外人员总数", "有效占比率(%)", "推送有效数据"],
        "shanggang": ["月份", "居民区", "小计", "其中:应登未登人数", "其中:应消未消人数", "其中:正确人数"],
    }  # fmt: skip


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """A function: head and rows → a CSV file."""

    def written(
        head: list[str], rows: list[list[Any]], name: str = "table.csv", encoding: str = "utf-8"
    ) -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding=encoding) as file:
            csv.writer(file).writerows([head, *rows])
        return path

    return written


@pytest.fixture
def run() -> Callable[..., Result]:
    """A function: the command over a file by a town's rules."""
    return lambda path, town, *options: CliRunner().invoke(app, [str(path), "--rules", town, *options])


@pytest.fixture
def told(run: Callable[..., Result]) -> Callable[..., Any]:
    """The same, which must succeed: what it says as JSON."""

    def found(path: Path, town: str, *options: str) -> Any:
        result = run(path, town, "--json", *options)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return found


@pytest.fixture
def items() -> Callable[..., dict[str, str]]:
    """A function: rule → points of a unit in a month."""

    def points(found: Any, unit: str, month: str = "2024-12") -> dict[str, str]:
        row = next(r for r in found["results"] if r["unit"] == unit and r["month"] == month)
        return {rule: score["shown"] for rule, score in row["items"].items()}

    return points


@pytest.fixture
def sanlin_row() -> Callable[..., list[Any]]:
    """A function: a row of Sanlin's form."""
    return _sanlin_row


def _sanlin_row(
    unit: str, checked: int, correct: int, fabricated: int = 0, month: str = "2024-12", **more: Any
) -> list[Any]:
    figures = {
        "station": "杨思派出所",
        "cancelled": 0,
        "percent": 99,
        "town": 10,
        "share": 12,
        "pushed": 2000,
    } | more
    return [month, unit, figures["station"], figures["cancelled"], checked, correct, fabricated, figures["percent"],
            figures["town"], figures["share"], figures["pushed"]]  # fmt: skip


@pytest.fixture
def year() -> Callable[..., list[list[Any]]]:
    """A function: twelve months in which committee ``u`` is last or first, and the others keep the same order."""

    def rows(flags_of: list[int], units: int = 25) -> list[list[Any]]:
        found = []
        for number, flag in enumerate(flags_of, start=1):
            month = f"2024-{number:02}"
            found += [_sanlin_row(f"k{unit:02}", 1000, 970 - 2 * unit, month=month) for unit in range(units)]
            found.append(_sanlin_row("u", *((1000, 900) if flag else (1000, 1000)), month=month))
        return found

    return rows
