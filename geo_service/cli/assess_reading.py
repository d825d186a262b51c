"""Tables of counts from files: where the header stands, and what each cell shows."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

HEADER_WITHIN = 10
Line = tuple[int, Sequence[Any]]


def lines_of(path: Path) -> list[Line]:
    """(number in the file, cells) of every row of a CSV, XLSX or Parquet file; InputError for an unreadable one."""
    return list(LOADERS.get(path.suffix.lower(), _csv_lines)(path))


def header_of(lines: Sequence[Line], known: Callable[[Sequence[str]], int]) -> tuple[list[str], int]:
    """(header, place of the first row after it): the row, or two rows of a form read as one, that names most columns.

    Titles above it are passed over; a cell of the lower row stands before the merged one over it.
    """
    rows = [[str(cell or "") for cell in cells] for _, cells in lines[:HEADER_WITHIN]]
    found: list[tuple[int, int, list[str]]] = [(known(row), n + 1, row) for n, row in enumerate(rows)]
    for n, (upper, lower) in enumerate(itertools.pairwise(rows)):
        both = [below or above for above, below in itertools.zip_longest(upper, lower, fillvalue="")]
        found.append((known(both), n + 2, both))
    best = max(found, key=lambda item: item[0], default=(0, 0, []))
    return best[2], best[1]


def _csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    reader = csv.reader(io.StringIO(text))
    for cells in reader:
        yield reader.line_num, cells


def _xlsx_lines(path: Path) -> Iterator[tuple[int, list[Any]]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    from grids.errors import InputError

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, OSError, ValueError) as error:
        raise InputError(f"{path.name} is no readable workbook: {error}") from None
    try:
        for number, row in enumerate(book.worksheets[0].iter_rows(), start=1):
            yield number, [_cell(cell) for cell in row]
    finally:
        book.close()


def _cell(cell: Any) -> Any:
    """What a cell shows: a share formatted as percent is stored as 0.975 and means 97.5."""
    import datetime as dt

    from grids.assessment.exact import exact

    if isinstance(cell.value, dt.date):
        return f"{cell.value:%Y-%m}"
    if isinstance(cell.value, int | float) and "%" in str(cell.number_format or ""):
        return f"{float(100 * exact(cell.value))!r}%"
    return cell.value


def _parquet_lines(path: Path) -> Iterator[tuple[int, list[Any]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from grids.errors import InputError

    try:
        held = pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise InputError(f"{path.name} is no readable Parquet file: {error}") from None
    yield 1, held.column_names
    for number, row in enumerate(held.to_pylist(), start=2):
        yield number, [None if value != value else value for value in row.values()]


LOADERS = {".xlsx": _xlsx_lines, ".xlsm": _xlsx_lines, ".parquet": _parquet_lines}
