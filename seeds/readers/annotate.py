"""The file that came in, with a column of problems added: what an office can correct and send again."""

from __future__ import annotations

import csv
import gzip
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import TextIO

from seeds.readers.errors import ReaderError
from seeds.readers.report import Problem, Report
from seeds.readers.sources import Source
from seeds.readers.sources.sheet import SheetSource
from seeds.readers.sources.text import TextSource

PROBLEMS_HEADER = "问题 Problems"


def neutralised(cell: str) -> str:
    """The text such that no spreadsheet takes it for a formula; plain numbers keep their sign.

    >>> neutralised("=1+1"), neutralised("-3.5"), neutralised("桂苑路")
    ("'=1+1", '-3.5', '桂苑路')
    """
    if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        try:
            float(cell)
        except ValueError:
            return f"'{cell}"
    return cell


def write_annotated(source: Source, report: Report, path: Path) -> None:
    """Writes the source's sheet to ``path`` with the report's problems beside each row.

    Raises ReaderError for sources that are no sheet, and for a target of another type than the source.
    """
    if not report.complete:
        raise RuntimeError("The report is complete only after the chunks have been consumed.")
    if isinstance(source, SheetSource) and path.suffix.lower() == ".xlsx":
        _write_sheet(source, report.by_row(), path)
    elif isinstance(source, TextSource) and path.suffix.lower() in {".csv", ".tsv", ".txt"}:
        _write_text(source, report.by_row(), path)
    else:
        raise ReaderError(
            "只有 CSV 和 XLSX 能写回带问题列的同一张表 (扩展名须相同)。",
            "Only CSV and XLSX can be written back with a column of problems, each as what it was.",
        )


def _note(problems: list[Problem]) -> str:
    return "; ".join(str(p) for p in problems)


def _write_text(source: TextSource, problems: dict[int, list[Problem]], path: Path) -> None:
    width = len(source.names)
    with closing(_text_of(source)) as text, path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, delimiter=source.separator)
        for number, record in enumerate(csv.reader(text, delimiter=source.separator), start=1):
            cells = [neutralised(cell) for cell in record]
            cells += [""] * (width - len(cells))
            note = PROBLEMS_HEADER if number == source.header_records else _note(problems.get(number, []))
            writer.writerow([*cells, note])


def _text_of(source: TextSource) -> TextIO:
    encoding = "utf-8-sig" if source.encoding == "utf-8" else str(source.encoding)
    if source.path.suffix.lower() == ".gz":
        return gzip.open(source.path, "rt", encoding=encoding, newline="")
    return source.path.open(encoding=encoding, newline="")


def _write_sheet(source: SheetSource, problems: dict[int, list[Problem]], path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    with closing(book):
        sheet = book.add_worksheet()
        formats = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            time: book.add_format({"num_format": "hh:mm:ss"}),
        }
        marked = book.add_format({"bg_color": "#FDE9D9", "text_wrap": True})
        width = len(source.names)
        for number, record in enumerate(source.records(), start=1):
            for at, value in enumerate(record):
                if isinstance(value, str):
                    sheet.write_string(number - 1, at, neutralised(value))
                elif isinstance(value, bool):
                    sheet.write_boolean(number - 1, at, value)
                elif isinstance(value, int | float):
                    sheet.write_number(number - 1, at, value)
                elif isinstance(value, datetime | date | time):
                    sheet.write_datetime(number - 1, at, value, formats[type(value)])
            note = PROBLEMS_HEADER if number == source.header_records else _note(problems.get(number, []))
            if note:
                sheet.write_string(number - 1, max(width, len(record)), note, marked)
