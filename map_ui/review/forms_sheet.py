"""What every printed sheet shares: A4 landscape, 12 mm margins, title line, merged heads, signature line, footer.

Workbooks carry one fixed date, so that the same month gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

FONT = "宋体"
TITLE_FONT = "黑体"
MARGIN_IN = 12 / 25.4
A4 = 9
FIXED_DATE = dt.datetime(2000, 1, 1)
SIGNATURE = ("制表：", "审核：", "单位负责人：", "填报日期：      年    月    日")


class Sheets:
    """A workbook in memory with the formats that all forms use."""

    def __init__(self, subject: str) -> None:
        import xlsxwriter

        self.memory = io.BytesIO()
        self.book: Workbook = xlsxwriter.Workbook(
            self.memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.book.set_properties({"title": subject, "author": "wangge", "created": FIXED_DATE})
        base = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
        cell = {**base, "border": 1, "text_wrap": True}
        make = self.book.add_format
        self.title = make({**base, "font_name": TITLE_FONT, "font_size": 18, "align": "center"})
        self.line = make(base)
        self.line_right = make({**base, "align": "right"})
        self.head = make({**cell, "bold": True, "align": "center", "bg_color": "#f0efe9"})
        self.text = make({**cell, "align": "left", "indent": 1})
        self.small = make({**cell, "align": "left", "font_size": 9, "indent": 1})
        self.centre = make({**cell, "align": "center"})
        self.count = make({**cell, "align": "right", "indent": 1, "num_format": "#,##0"})
        self.rate = make({**cell, "align": "right", "indent": 1, "num_format": "0.00%"})
        self.points = make({**cell, "align": "right", "num_format": "0.##;-0.##;0"})
        self.sum = make({**cell, "align": "right", "num_format": "#,##0", "bold": True})
        self.sum_rate = make({**cell, "align": "right", "num_format": "0.00%", "bold": True})
        self.sum_points = make({**cell, "align": "right", "num_format": "0.00", "bold": True})
        self.note = make({**base, "font_size": 9, "text_wrap": True, "valign": "top"})

    def add(self, name: str, widths: Sequence[float], footer: str, *, landscape: bool = True) -> Worksheet:
        """A sheet set up for A4 that fits its width; ``widths`` are those of its columns in characters."""
        sheet = self.book.add_worksheet(sheet_name(name))
        sheet.set_paper(A4)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(MARGIN_IN, MARGIN_IN, MARGIN_IN, MARGIN_IN + 0.25)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        sheet.set_default_row(20)
        sheet.set_footer(f"&L&9{footer}&R&9第 &P / &N 页", {"margin": MARGIN_IN / 2})
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def titled(self, sheet: Worksheet, title: str, columns: int, left: str = "", right: str = "") -> None:
        """Rows 1 and 2: the title across all columns, then unit and month."""
        sheet.set_row(0, 36)
        sheet.merge_range(0, 0, 0, columns - 1, title, self.title)
        sheet.set_row(1, 22)
        half = max(1, columns // 2)
        merge(sheet, 1, 0, 1, half - 1, left, self.line)
        merge(sheet, 1, half, 1, columns - 1, right, self.line_right)

    def signed(self, sheet: Worksheet, row: int, columns: int, parts: Sequence[str] = SIGNATURE) -> None:
        """The signature line, its parts spread over the columns."""
        sheet.set_row(row, 30)
        edges = [round(columns * k / len(parts)) for k in range(len(parts) + 1)]
        for k, part in enumerate(parts):
            if edges[k + 1] > edges[k]:
                merge(sheet, row, edges[k], row, edges[k + 1] - 1, part, self.line)

    def done(self) -> bytes:
        """The workbook as bytes."""
        self.book.close()
        return self.memory.getvalue()


def merge(sheet: Worksheet, top: int, left: int, bottom: int, right: int, value: Any, style: Any) -> None:
    """A merged range, or a plain cell where it is only one."""
    if (top, left) == (bottom, right):
        sheet.write(top, left, value, style)
    else:
        sheet.merge_range(top, left, bottom, right, value, style)


def number(
    sheet: Worksheet, row: int, column: int, value: float | int | None, style: Any, absent: Any
) -> None:
    """A number, or a dash in ``absent``'s format where there is none: never 0 for what was not measured."""
    if value is None:
        sheet.write_string(row, column, "—", absent)
    else:
        sheet.write_number(row, column, value, style)


def sheet_name(name: str) -> str:
    """A name that a spreadsheet accepts: 31 characters, none of its own marks.

    >>> sheet_name("第一/第二[居委]")
    '第一 第二 居委'
    """
    for mark in "[]:*?/\\'":
        name = name.replace(mark, " ")
    return " ".join(name.split())[:31] or "表"


def unique_names(names: Sequence[str]) -> list[str]:
    """Sheet names, each once; a second one of the same name gets a number.

    >>> unique_names(["甲", "乙", "甲"])
    ['甲', '乙', '甲 2']
    """
    seen: dict[str, int] = {}
    found = []
    for name in map(sheet_name, names):
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name[:28]} {seen[name]}")
    return found
