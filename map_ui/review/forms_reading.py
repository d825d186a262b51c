"""Filled sheets read back: F-1, F-2 and F-3 checked cell by cell, the errors written into the same sheet."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from grids.assessment.counts import Defect, letters, read_counts
from grids.assessment.exact import exact
from grids.assessment.parameters import month_of
from grids.errors import InputError
from map_ui.review.forms_sanlin import ITEMS, TITLE, TOTAL, TOTAL_RULE

ERROR_COLOUR = "F6D5D1"
LARGEST_SHEET = 5_000
_MONTH = re.compile(r"((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月")
_WRONG = re.compile(r"登记有误\s*(\d+)\s*人")
_FULL = {"SL-1": 14, "SL-2": 50, "SL-3": 16, "SL-4": 10, "SL-5": 10}


class UnreadableForm(InputError):
    """The file is no workbook, or holds none of the forms."""


@dataclass
class Filled:
    """What a filled form says: figures by unit, and every defect at its (sheet, cell)."""

    form: str
    month: dt.date | None
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)
    defects: list[tuple[str, Defect]] = field(default_factory=list)


def read_form(content: bytes, expected: Collection[str] = ()) -> Filled:
    """A filled F-1, F-2 or F-3, recognised by its title. Raises UnreadableForm for anything else.

    ``expected`` names the committees that F-2 and F-3 must list.
    """
    book = _opened(content)
    first = book.worksheets[0]
    heading = "".join(_text(cell.value) for row in first.iter_rows(min_row=1, max_row=2) for cell in row)
    if TITLE in heading:
        return _scoring(book)
    if "核查月报表" in heading:
        return _table(first, "F-2", "SG", expected)
    if "配比表" in heading:
        return _table(first, "F-3", "GM", expected)
    raise UnreadableForm("这不是 F-1、F-2 或 F-3 表：标题不符 / the sheet is none of the forms F-1, F-2, F-3")


def _opened(content: bytes) -> Any:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise UnreadableForm("不是 XLSX 文件 / the file is no XLSX workbook") from error
    if any((sheet.max_row or 0) > LARGEST_SHEET for sheet in book.worksheets):
        raise UnreadableForm(f"表格超过{LARGEST_SHEET}行 / the sheet has more than {LARGEST_SHEET} rows")
    return book


def _table(sheet: Any, form: str, family: str, expected: Collection[str]) -> Filled:
    rows = [list(row) for row in sheet.iter_rows(min_row=1, max_row=sheet.max_row)]
    month = _month_in(rows[:2])
    top = next((n for n, row in enumerate(rows) if any(_text(c.value) == "序号" for c in row)), None)
    found = Filled(form, month)
    if top is None:
        found.defects.append((sheet.title, Defect("A1", "", "找不到表头“序号”", "no header row with 序号")))
        return found
    depth = 2 if form == "F-2" else 1
    header = _header(rows[top : top + depth])
    body = rows[top + depth :]
    end = next((n for n, row in enumerate(body) if _text(row[0].value).startswith("合计")), len(body) - 1)
    lines = [(top + depth + n + 1, _cells(header, row)) for n, row in enumerate(body[: end + 1])]
    if month is None:
        found.defects.append((sheet.title, Defect("A1", "", "标题没有年月", "the title names no month")))
    read, defects = read_counts(
        family, [*header, "登记有误"], lines, month or dt.date.min, expected, bool(expected)
    )
    found.figures = {row.unit: dict(row.figures) for row in read}
    found.defects += [(sheet.title, defect) for defect in defects]
    if form == "F-3":
        found.defects += [(sheet.title, d) for d in _staffing(header, lines)]
    return found


def _header(rows: Sequence[Sequence[Any]]) -> list[str]:
    """The lower line of a two-level head where it has words, else the upper one."""
    return [
        next((_text(row[k].value) for row in reversed(rows) if _text(row[k].value)), "")
        for k in range(len(rows[0]))
    ]


def _cells(header: Sequence[str], row: Sequence[Any]) -> list[str]:
    """Cells as text; a rate that the sheet holds as 0.9375 becomes 93.75 %, 登记有误 is taken out of the remark."""
    found = []
    for name, cell in zip(header, row, strict=True):
        value = cell.value
        if name == "正确率" and isinstance(value, int | float) and "%" in str(cell.number_format):
            value = float(exact(value) * 100)
        found.append(_text(value))
    if not found[1] and found[0].startswith("合计"):
        found[1] = "合计"
    remark = next((found[k] for k, name in enumerate(header) if name == "备注"), "")
    wrong = _WRONG.search(remark)
    return [*found, wrong[1] if wrong else "0"]


def _staffing(header: Sequence[str], lines: Sequence[tuple[int, Sequence[str]]]) -> list[Defect]:
    """F-3: the gap of each line is what is required less what is there, and never negative."""
    place = {name: k for k, name in enumerate(header)}
    wrong = []
    for number, cells in lines[:-1]:
        values = [_whole(cells[place[n]]) if n in place else None for n in ("应配人数", "现有人数", "缺额")]
        needed, actual, gap = values
        if needed is not None and actual is not None and gap is not None and gap != max(0, needed - actual):
            cell = f"{letters(place['缺额'])}{number}"
            wrong.append(
                Defect(
                    cell,
                    "缺额",
                    f"缺额{gap}应为{max(0, needed - actual)}",
                    f"gap {gap} should be {max(0, needed - actual)}",
                )
            )
    return wrong


def _scoring(book: Any) -> Filled:
    """F-1: points of every item within their full marks, and their sum; a sheet for each committee."""
    found = Filled("F-1", None)
    for sheet in book.worksheets:
        rows = [list(row) for row in sheet.iter_rows(min_row=1, max_row=sheet.max_row)]
        words = "".join(_text(cell.value) for row in rows[:2] for cell in row)
        name = re.search(r"居（村）委：\s*(\S+?)(?=考核月份|$)", words)
        month = _month_in(rows[:2])
        if month is not None and found.month not in (None, month):
            found.defects.append(
                (sheet.title, Defect("A2", "", "月份与其他表不同", "another month than the other sheets"))
            )
        found.month = found.month or month
        if name is None or month is None:
            found.defects.append(
                (sheet.title, Defect("A2", "", "居（村）委或月份为空", "committee or month is empty"))
            )
            continue
        if name[1] in found.figures:
            found.defects.append(
                (sheet.title, Defect("A2", "", f"“{name[1]}”重复", f"{name[1]} is there twice"))
            )
            continue
        points, defects = _points(rows)
        found.figures[name[1]] = points
        found.defects += [(sheet.title, defect) for defect in defects]
    return found


def _points(rows: Sequence[Sequence[Any]]) -> tuple[dict[str, Fraction | None], list[Defect]]:
    heads = {words[0].split("\n")[0]: rule for rule, words in ITEMS.items()} | {TOTAL: TOTAL_RULE}
    points: dict[str, Fraction | None] = {}
    defects = []
    for row in rows:
        rule = heads.get(_text(row[0].value).split("\n")[0])
        if rule is None:
            continue
        value, wrong = _point(row[3], rule)
        points[rule] = value
        defects += wrong
    for rule in (*ITEMS, TOTAL_RULE):
        if rule not in points:
            defects.append(Defect("A3", "", f"缺少{rule}一行", f"the row of {rule} is missing"))
    items = [points.get(rule) for rule in ITEMS]
    total = points.get(TOTAL_RULE)
    if total is not None and all(v is not None for v in items):
        held = sum((v for v in items if v is not None), Fraction(0))
        # Each printed mark is rounded to two decimals, so five of them may miss their sum by a little.
        if abs(held - total) > Fraction(3, 100):
            cell = next(row[3].coordinate for row in rows if _text(row[0].value) == TOTAL)
            defects.append(
                Defect(
                    cell,
                    TOTAL,
                    f"总分{float(total):g}不等于各项之和{float(held):g}",
                    f"total {float(total):g} is not the sum {float(held):g}",
                )
            )
    return points, defects


def _point(cell: Any, rule: str) -> tuple[Fraction | None, list[Defect]]:
    text = _text(cell.value)
    if text in ("", "—", "-"):
        return None, []
    try:
        value = exact(text)
    except InputError:
        return None, [Defect(cell.coordinate, "考核分", f"“{text}”不是数字", f"{text!r} is not a number")]
    full = _FULL.get(rule, 100)
    if not 0 <= value <= full:
        return None, [
            Defect(
                cell.coordinate, "考核分", f"{text}不在0至{full}之间", f"{text} is not between 0 and {full}"
            )
        ]
    return value, []


def marked(content: bytes, filled: Filled) -> bytes:
    """The same workbook with every wrong cell coloured and its error as a comment, and a list of all on a sheet 错误."""
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = openpyxl.load_workbook(io.BytesIO(content))
    notes: dict[tuple[str, str], list[str]] = {}
    for title, defect in filled.defects:
        place = defect.cell if re.fullmatch(r"[A-Z]{1,3}\d+", defect.cell) else "A1"
        notes.setdefault((title or book.sheetnames[0], place), []).append(f"{defect.zh} / {defect.en}")
    for (title, place), said in notes.items():
        cell = book[title][place]
        cell = _anchor(book[title], cell)
        cell.fill = PatternFill("solid", fgColor=ERROR_COLOUR)
        cell.comment = Comment("\n".join(said), "wangge", width=320, height=60 + 20 * len(said))
    if "错误" in book.sheetnames:
        del book["错误"]
    listing = book.create_sheet("错误")
    listing.append(["表", "单元格", "列", "错误", "Error"])
    for title, defect in filled.defects:
        listing.append([title, defect.cell, defect.column, defect.zh, defect.en])
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def _anchor(sheet: Any, cell: Any) -> Any:
    """The upper left cell of the merged range that a cell lies in: only that one can hold a comment."""
    for merged in sheet.merged_cells.ranges:
        if cell.coordinate in merged:
            return sheet.cell(merged.min_row, merged.min_col)
    return cell


def compared(filled: Filled, computed: Mapping[str, Mapping[str, str]]) -> list[str]:
    """F-1 against what the system computed: one sentence for each mark that differs."""
    return [
        f"{unit} {rule}：表上{float(value):g}，系统{computed[unit][rule]} / sheet and system differ"
        for unit, points in filled.figures.items()
        for rule, value in points.items()
        if value is not None and unit in computed and rule in computed[unit]
        and computed[unit][rule] != "—" and abs(exact(computed[unit][rule]) - value) > Fraction(1, 100)
    ]  # fmt: skip


def _month_in(rows: Sequence[Sequence[Any]]) -> dt.date | None:
    for row in rows:
        for cell in row:
            found = _MONTH.search(_text(cell.value))
            if found and 1 <= int(found[2]) <= 12:
                return month_of(f"{found[1]}-{found[2]}")
    return None


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d+", text) else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
