"""A table of counts as a clerk types it: Chinese or English headers, every defect named by its cell.

The table arrives as text, row by row; nothing here opens a file. All defects are collected, so that a sheet
is corrected once and not one cell at a time.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grids.assessment.count_columns import BOUNDS, MONTH, TABLES, columns, located
from grids.assessment.exact import exact
from grids.assessment.parameters import month_of
from grids.assessment.scoring import Row
from grids.errors import InputError

TOTAL_ROWS = frozenset({"合计", "总计", "小计", "total", "sum"})
PARTS_OF_SUBTOTAL = ("to_register", "to_deregister", "correct", "wrong_particulars")


@dataclass(frozen=True)
class Defect:
    """Something wrong in the table, at a cell such as ``D5`` or at a row or the header."""

    cell: str
    column: str
    zh: str
    en: str

    def __str__(self) -> str:
        where = f"{self.cell}（{self.column}）" if self.column else self.cell
        return f"{where}：{self.zh} / {self.en}"


@dataclass
class _Sheet:
    """The reading in progress: where columns are, and what was found wrong so far."""

    family: str
    places: dict[str, int]
    headers: Sequence[str]
    defects: list[Defect]

    def wrong(self, row: int, name: str, zh: str, en: str) -> None:
        place = self.places.get(name)
        cell = f"{letters(place)}{row}" if place is not None else str(row)
        self.defects.append(Defect(cell, self.headers[place] if place is not None else "", zh, en))


def read_counts(
    family: str, header: Sequence[str], lines: Iterable[tuple[int, Sequence[Any]]], month: dt.date | None = None,
    expected: Collection[str] = (), whole: bool = True,
) -> tuple[list[Row], list[Defect]]:  # fmt: skip
    """Rows and defects of a table: ``lines`` are (line number in the file, cells), cells text or None.

    ``month`` serves a table without a column of months. ``expected`` names the units that each month must
    list; without it all months must list the same ones if ``whole``. Rows called 合计 are checked and left out.
    """
    sheet = _Sheet(family, located(family, header), [str(cell) for cell in header], [])
    _check_header(sheet, month)
    rows: list[tuple[int, Row]] = []
    totals: list[tuple[int, Row]] = []
    if not sheet.defects:
        for number, cells in lines:
            if any(_text(cell) for cell in cells):
                row = _row(sheet, number, cells, month)
                (totals if row.unit.lower() in TOTAL_ROWS else rows).append((number, row))
        _check_duplicates(sheet, rows)
        _check_totals(sheet, rows, totals)
        _check_missing(sheet, rows, expected, whole and "week" not in sheet.places)
        if not rows:
            sheet.defects.append(Defect("1", "", "表中没有数据", "the table holds no rows"))
    return [row for _, row in rows], sheet.defects


def _check_header(sheet: _Sheet, month: dt.date | None) -> None:
    for key, column in columns(sheet.family).items():
        if column.required and key not in sheet.places:
            _lacking(sheet, key, column.zh[0])
    if month is None and "month" not in sheet.places:
        _lacking(sheet, "month", MONTH.zh[0])
    shares = {"declared_percent"} & sheet.places.keys() or {"declared", "declarable"} <= sheet.places.keys()
    if sheet.family == "SL" and not shares:
        _lacking(sheet, "declared_percent", TABLES["SL"]["declared_percent"].zh[0])
    if sheet.family == "GM" and not {"population", "visit", "addition"} & sheet.places.keys():
        _lacking(sheet, "population", "实有人口")
    again = [key for key, n in _counted(sheet).items() if n > 1]
    for key in again:
        sheet.wrong(1, key, "列名重复", f"column {key} appears twice")


def _counted(sheet: _Sheet) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in sheet.headers:
        for key in located(sheet.family, [name]):
            found[key] = found.get(key, 0) + 1
    return found


def _lacking(sheet: _Sheet, key: str, zh: str) -> None:
    sheet.defects.append(Defect("1", "", f"缺少列“{zh}”", f"column {key} is missing"))


def _row(sheet: _Sheet, number: int, cells: Sequence[Any], month: dt.date | None) -> Row:
    figures: dict[str, Any] = {}
    for key, place in sheet.places.items():
        text = _text(cells[place]) if place < len(cells) else ""
        figures[key] = _figure(sheet, number, key, text)
    unit, own = figures.pop("unit") or "", figures.pop("month", None)
    week = figures.pop("week", None)
    if not unit:
        sheet.wrong(number, "unit", "单位名称为空", "the unit has no name")
    if own is None and month is None:
        sheet.wrong(number, "month", "月份为空", "the month is empty")
    if unit.lower() not in TOTAL_ROWS:
        _check_figures(sheet, number, figures)
    return Row(own or month or dt.date.min, f"{unit} {week}" if week else unit, figures)


def _figure(sheet: _Sheet, number: int, key: str, text: str) -> Any:
    kind = columns(sheet.family)[key].kind
    if text in ("", "-", "—", "/", "无"):
        return None
    if kind == "text":
        return text
    try:
        if kind == "month":
            return month_of(text)
        value = exact(text.rstrip("%％").replace(",", "").replace("，", ""))
    except InputError:
        sheet.wrong(number, key, f"“{text}”不是{NAMES[kind][0]}", f"{text!r} is not {NAMES[kind][1]}")
        return None
    return _judged(sheet, number, key, kind, value, text)


NAMES = {"month": ("月份", "a month"), "count": ("数字", "a number"), "percent": ("百分比", "a percentage")}


def _judged(sheet: _Sheet, number: int, key: str, kind: str, value: Fraction, text: str) -> Any:
    if value < 0:
        sheet.wrong(number, key, f"“{text}”为负数", f"{text} is negative")
    elif kind == "percent" and value > 100:
        sheet.wrong(number, key, f"“{text}”超过100%", f"{text} is more than 100 %")
    elif kind == "count" and value.denominator != 1:
        sheet.wrong(number, key, f"“{text}”不是整数", f"{text} is not a whole number")
    else:
        return int(value) if kind == "count" else value
    return None


def _check_figures(sheet: _Sheet, number: int, figures: Mapping[str, Any]) -> None:
    for part, whole in BOUNDS[sheet.family]:
        a, b = figures.get(part), figures.get(whole)
        if a is not None and b is not None and a > b:
            sheet.wrong(
                number, part, f"{a}大于{sheet.headers[sheet.places[whole]]}{b}", f"{a} {part} of {b} {whole}"
            )
    if sheet.family == "SL" and not figures.get("station"):
        sheet.wrong(number, "station", "派出所为空", "the police station is empty")
    if sheet.family == "SG":
        _check_subtotal(sheet, number, figures)


def _check_subtotal(sheet: _Sheet, number: int, figures: Mapping[str, Any]) -> None:
    parts = sum(figures.get(name) or 0 for name in PARTS_OF_SUBTOTAL)
    subtotal = figures.get("subtotal")
    if subtotal is not None and subtotal != parts:
        sheet.wrong(
            number,
            "subtotal",
            f"小计{subtotal}不等于分项之和{parts}",
            f"subtotal {subtotal} is not the sum of its parts {parts}",
        )
    printed = figures.get("correct_percent")
    if (
        printed is not None
        and subtotal
        and abs(printed - Fraction(100 * (figures.get("correct") or 0), subtotal)) > Fraction(1, 20)
    ):
        sheet.wrong(
            number, "correct_percent", "正确率与人数不符", "the printed rate does not follow from the counts"
        )


def _check_duplicates(sheet: _Sheet, rows: Sequence[tuple[int, Row]]) -> None:
    seen: dict[tuple[dt.date, str], int] = {}
    for number, row in rows:
        first = seen.setdefault((row.month, row.unit), number)
        if first != number and row.unit:
            sheet.wrong(
                number, "unit", f"“{row.unit}”与第{first}行重复", f"{row.unit} is already in row {first}"
            )


def _check_totals(sheet: _Sheet, rows: Sequence[tuple[int, Row]], totals: Sequence[tuple[int, Row]]) -> None:
    for number, total in totals:
        for key, value in total.figures.items():
            if value is None or columns(sheet.family)[key].kind != "count" or key == "class_town_total":
                continue
            held = sum(row.figures.get(key) or 0 for _, row in rows if row.month == total.month)
            if held != value:
                sheet.wrong(
                    number,
                    key,
                    f"合计{value}不等于各行之和{held}",
                    f"total {value} is not the sum of the rows {held}",
                )


def _check_missing(
    sheet: _Sheet, rows: Sequence[tuple[int, Row]], expected: Collection[str], whole: bool
) -> None:
    months: dict[dt.date, set[str]] = {}
    for _, row in rows:
        months.setdefault(row.month, set()).add(row.unit)
    wanted = set(expected) or (set().union(*months.values()) if whole else set())
    for month, units in sorted(months.items()):
        for unit in sorted(wanted - units):
            sheet.defects.append(Defect(f"{month:%Y-%m}", "", f"缺少“{unit}”", f"{unit} is missing"))


def _text(cell: Any) -> str:
    return "" if cell is None else unicodedata.normalize("NFKC", str(cell)).strip()


def letters(place: int) -> str:
    """Name of a sheet's column by its place from 0.

    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name
