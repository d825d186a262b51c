"""F-2: 上钢新村's monthly check form, and F-4: its flow from discovery to verification (RULES.md SG-1, SG-3, SG-6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from map_ui.review.forms_sheet import Sheets, merge, number
from map_ui.review.meeting import Meeting

CHECKED_HEAD = "总核查人数(每个居委不低于80人)"
HEADS = ("小计", "其中:应登未登人数", "其中:应消未消人数", "其中:正确人数")
WIDTHS = (7, 22, 13, 17, 17, 15, 13, 30)
TOTAL = "合计"
FIELDS = ("subtotal", "to_register", "to_deregister", "correct")
#: The 23 committees in the order in which the form of 2020 prints them.
PRINTED_ORDER = (
    *(f"钢{n}" for n in "一二三四五六七九十"), *(f"德{n}" for n in "一二三四五六七"), "济一", "济二", "济三", "济中",
    "耀一", "耀三", "花城",
)  # fmt: skip
#: F-4: the four boxes, with who acts and until when.
FLOW = (
    ("发现", "楼组长、物业保安、志愿者", "第一时间上报居民区块长"),
    ("采集", "居民区块长", "收到报告后2天内，发放和收回《实有人口居住登记表》"),
    ("录入、核销", "综合管理社工", "收到报告后2天内，在系统录入或核销"),
    ("核实", "社区民警、综合协管队员", "核查录入结果；录入与核查不由同一人承担"),
)
FLOW_NOTE = "重点地区（仅指本辖区内标记的场所）：当天发现、当天采集、当天录入、当天核销。"


def title_of(meeting: Meeting) -> str:
    """The form's title with year and month filled in."""
    return f"{meeting.month.year}年{meeting.month.month}月居民区实有人口核查月报表"


def check_form(meeting: Meeting) -> bytes:
    """F-2 of a month: one row for each committee, the row 合计 with sums as formulas and a pooled rate."""
    sheets = Sheets(title_of(meeting))
    sheet = sheets.add("核查月报表", WIDTHS, f"{meeting.town} · {meeting.state_line}")
    sheets.titled(
        sheet, title_of(meeting), len(WIDTHS), f"填报单位：{meeting.town}", f"月份：{meeting.month_zh}"
    )
    _heads(sheets, sheet)
    lines = sorted(meeting.ranking, key=lambda line: (printed_place(line.name), line.code))
    for place, line in enumerate(lines):
        _line(sheets, sheet, 4 + place, place + 1, line.name, line.figures)
    last = 4 + len(lines)
    _total(sheets, sheet, last, [line.figures for line in lines])
    note = "小计＝应登未登＋应消未消＋正确；登记有误者无单列，计入备注，不计正确。正确率＝正确÷小计，合计行按人数汇总计算。"
    sheet.set_row(last + 1, 28)
    sheet.merge_range(last + 1, 0, last + 1, len(WIDTHS) - 1, note, sheets.note)
    sheets.signed(sheet, last + 2, len(WIDTHS))
    sheet.repeat_rows(2, 3)
    return sheets.done()


def _heads(sheets: Sheets, sheet: Any) -> None:
    sheet.set_row(2, 22)
    sheet.set_row(3, 34)
    sheet.merge_range(2, 0, 3, 0, "序号", sheets.head)
    sheet.merge_range(2, 1, 3, 1, "居委", sheets.head)
    sheet.merge_range(2, 2, 2, 5, CHECKED_HEAD, sheets.head)
    for column, head in enumerate(HEADS, start=2):
        sheet.write_string(3, column, head, sheets.head)
    sheet.merge_range(2, 6, 3, 6, "正确率", sheets.head)
    sheet.merge_range(2, 7, 3, 7, "备注", sheets.head)


def _line(sheets: Sheets, sheet: Any, row: int, place: int, name: str, figures: Mapping[str, Any]) -> None:
    sheet.write_number(row, 0, place, sheets.centre)
    sheet.write_string(row, 1, name, sheets.text)
    for column, field in enumerate(FIELDS, start=2):
        number(sheet, row, column, figures.get(field), sheets.count, sheets.centre)
    _rate(sheets, sheet, row, figures.get("correct"), figures.get("subtotal"), sheets.rate)
    wrong = figures.get("wrong_particulars") or 0
    sheet.write_string(row, 7, f"登记有误{wrong}人" if wrong else "", sheets.small)


def _rate(
    sheets: Sheets, sheet: Any, row: int, correct: int | None, subtotal: int | None, style: Any
) -> None:
    """正确率 as a formula with its value, so that a clerk's change is followed; a dash where nothing was checked."""
    value = correct / subtotal if subtotal and correct is not None else "—"
    sheet.write_formula(row, 6, f'=IF(C{row + 1}>0,F{row + 1}/C{row + 1},"—")', style, value)


def _total(sheets: Sheets, sheet: Any, row: int, figures: Sequence[Mapping[str, Any]]) -> None:
    merge(sheet, row, 0, row, 1, TOTAL, sheets.head)
    sums = [sum(int(f.get(field) or 0) for f in figures) for field in FIELDS]
    for column, value in enumerate(sums, start=2):
        letter = "ABCDEFG"[column]
        sheet.write_formula(row, column, f"=SUM({letter}5:{letter}{row})", sheets.sum, value)
    _rate(sheets, sheet, row, sums[3], sums[0], sheets.sum_rate)
    wrong = sum(int(f.get("wrong_particulars") or 0) for f in figures)
    sheet.write_string(row, 7, f"登记有误{wrong}人" if wrong else "", sheets.small)


def printed_place(name: str) -> int:
    """Where the form prints a committee; names that it does not know follow after.

    >>> printed_place("德三居委会") - printed_place("德一")
    2
    """
    short = name.removesuffix("居委会").removesuffix("居委").removesuffix("居民区")
    return PRINTED_ORDER.index(short) if short in PRINTED_ORDER else len(PRINTED_ORDER)


def flow_sheet(meeting: Meeting) -> bytes:
    """F-4: discovery → collection → entry or deregistration → verification, four boxes on one page."""
    title = "实有人口信息采集、录入、核查流程图"
    sheets = Sheets(title)
    sheet = sheets.add("流程图", [22, 6, 22, 6, 22, 6, 22], f"{meeting.town} · {meeting.state_line}")
    sheets.titled(sheet, title, 7, meeting.town, meeting.month_zh)
    arrow = sheets.book.add_format({"align": "center", "valign": "vcenter", "font_size": 24})
    sheet.set_row(2, 12)
    for row, height in ((3, 34), (4, 54), (5, 84)):
        sheet.set_row(row, height)
    for box, (step, who, what) in enumerate(FLOW):
        for row, (words, style) in enumerate(
            ((step, sheets.head), (who, sheets.centre), (what, sheets.text)), start=3
        ):
            sheet.write_string(row, 2 * box, words, style)
        if box:
            sheet.write_string(4, 2 * box - 1, "→", arrow)
    sheet.set_row(6, 12)
    sheet.merge_range(7, 0, 7, 6, FLOW_NOTE, sheets.note)
    return sheets.done()
