"""XLSX through openpyxl, row by row: titles, merged cells, two-level headers; formulas are never evaluated."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyproj

from seeds.readers.errors import MOST_COLUMNS, ReaderError, too_many_columns
from seeds.readers.headers import HEADER_SEARCH_ROWS, Header
from seeds.readers.sources import Batch
from seeds.readers.sources.text import FindHeader

if TYPE_CHECKING:
    import openpyxl

_MOST_UNPACKED_BYTES = 4 << 30
# What zipfile, zlib, the XML parser and openpyxl raise on a damaged workbook.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
)
_FORMULA = re.compile(rb"<f[ >/]")


class SheetSource:
    """The first sheet of a workbook in which a header is recognised."""

    crs: pyproj.CRS | None = None
    has_geometry = False
    encoding: str | None = None
    encoding_guessed = False

    def __init__(self, path: Path, find_header: FindHeader) -> None:
        self.path = path
        _refuse_bomb(path)
        self._has_formulas = _has_formulas(path)
        refused: ReaderError | None = None
        with closing(_opened(path)) as book:
            for sheet in book.worksheets:
                records = [_as_cells(row) for row in islice(_rows(sheet), HEADER_SEARCH_ROWS + 1)]
                if any(len(r) > MOST_COLUMNS for r in records):
                    raise too_many_columns()
                try:
                    self._header: Header = find_header(records)
                except ReaderError as error:
                    refused = refused or error
                    continue
                self.sheet = str(sheet.title)
                break
            else:
                raise refused or ReaderError("工作簿里没有工作表。", "The workbook has no sheet.")
        self.names = self._header.names

    @property
    def header_records(self) -> int:
        return self._header.records

    def records(self) -> Iterator[tuple[Any, ...]]:
        """Every record of the sheet from its first, with stored values."""
        with closing(_opened(self.path)) as book:
            yield from _rows(book[self.sheet])

    def batches(self, wanted: Mapping[str, int], chunk_rows: int) -> Iterator[Batch]:
        """See `Source.batches`. Stored values of formulas are read, and the cells reported."""
        with closing(_opened(self.path)) as book, closing(_opened(self.path, formulas=True)) as formulas:
            rows = islice(_rows(book[self.sheet]), self._header.records, None)
            twins: Iterator[Any] = iter(())
            if self._has_formulas:
                twins = islice(_rows(formulas[self.sheet]), self._header.records, None)
            number = self._header.records
            while part := list(islice(rows, chunk_rows)):
                beside = list(islice(twins, len(part))) if self._has_formulas else None
                yield _batch(part, beside, wanted, number)
                number += len(part)


def _batch(part: list[Any], beside: list[Any] | None, wanted: Mapping[str, int], number: int) -> Batch:
    cells = {
        name: pa.array([_cell(row[at]) if at < len(row) else None for row in part], pa.string())
        for name, at in wanted.items()
    }
    batch = Batch(np.arange(number + 1, number + 1 + len(part)), cells)
    for name, at in wanted.items() if beside else ():
        for i, row in enumerate(beside or ()):
            if at < len(row) and isinstance(row[at], str) and row[at].startswith("="):
                empty = cells[name][i].as_py() is None
                found = batch.formulas_empty if empty else batch.formulas
                found.setdefault(name, []).append(number + 1 + i)
    return batch


def _opened(path: Path, *, formulas: bool = False) -> openpyxl.Workbook:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on styles and validations, which do not matter here
            return openpyxl.load_workbook(path, read_only=True, data_only=not formulas, keep_links=False)
    except _DAMAGE as error:
        raise _damaged() from error


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    if not isinstance(sheet, ReadOnlyWorksheet):  # a chart sheet has no cells
        return
    sheet.reset_dimensions()  # many exporters write a wrong one
    try:
        yield from sheet.iter_rows(values_only=True)  # type: ignore[misc]  # the stub binds another class
    except _DAMAGE as error:
        raise _damaged() from error


def _as_cells(row: tuple[Any, ...]) -> list[str | None]:
    return [_cell(value) for value in row]


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)


def _refuse_bomb(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:  # format_of has opened it before
        if sum(part.file_size for part in archive.infolist()) > _MOST_UNPACKED_BYTES:
            raise ReaderError("工作簿解压后过大。", "The workbook is too large once unpacked.")


def _has_formulas(path: Path) -> bool:
    """Whether any sheet holds a formula, from its raw parts: reading a workbook twice is worth avoiding."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                try:
                    with archive.open(name) as part:
                        tail = b""
                        while block := part.read(1 << 20):
                            if _FORMULA.search(tail + block):
                                return True
                            tail = block[-3:]
                except _DAMAGE as error:
                    raise _damaged() from error
    return False


def _damaged() -> ReaderError:
    return ReaderError("工作簿已损坏或不完整。", "The workbook is damaged or cut short.")
