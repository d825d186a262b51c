"""Small files written as offices write them, and the contexts to read them in."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from seeds.readers import Context, HashKey, Reading, read

KEY = HashKey("test-key", b"a secret of thirty-two bytes ...")
TOWN = (121.44, 31.20, 121.50, 31.26)


@pytest.fixture
def key() -> HashKey:
    return KEY


@pytest.fixture
def context() -> Context:
    return Context(
        committees=["310199001001", "310199001002"],
        buildings=["B1", "B2"],
        dwellings=["D1", "D2", "D3"],
        extent=TOWN,
        today=date(2026, 11, 21),
    )


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes text in an encoding under a name and gives the path."""

    def written(name: str, text: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return written


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows as a sheet, with cell ranges merged, and gives the path."""

    def written(rows: list[list[Any]], *merged: str, name: str = "表.xlsx") -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
        book.save(tmp_path / name)
        return tmp_path / name

    return written


@pytest.fixture
def sample() -> Callable[[str], Path]:
    """A real file of the sample data; the test is skipped where the folder is not there."""
    folder = os.environ.get("WANGGE_SAMPLE_DATA")
    if not folder:
        pytest.skip("WANGGE_SAMPLE_DATA is not set: the real files are not here")
    return lambda name: Path(folder) / name


def consumed(kind: str, path: Path, **options: Any) -> tuple[Any, Reading]:
    """The checked frame and the consumed reading."""
    reading = read(kind, path, **options)
    return reading.frame(), reading


@pytest.fixture
def load() -> Callable[..., tuple[Any, Reading]]:
    return consumed


@pytest.fixture
def kinds_of() -> Callable[[Reading], dict[str, int]]:
    """How often each kind of problem was found in the rows."""

    def counted(reading: Reading) -> dict[str, int]:
        totals: dict[str, int] = {}
        for (kind, _, _), n in reading.report.counts.items():
            totals[kind] = totals.get(kind, 0) + n
        return totals

    return counted
