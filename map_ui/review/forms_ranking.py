"""F-7: the monthly ranking bulletin as a sheet: rank, score, accuracy with its interval, checks, ladder step."""

from __future__ import annotations

from typing import Any

from map_ui.review.forms_sheet import Sheets, merge, number
from map_ui.review.meeting import Meeting, Ranked

HEADS = (
    "名次",
    "居委",
    "得分",
    "准确率",
    "95%区间",
    "核查人数",
    "可能名次",
    "难分组",
    "上月名次",
    "约谈阶梯",
)
WIDTHS = (8, 24, 11, 11, 18, 11, 13, 11, 11, 26)
WHAT_LUCK_DOES = "“可能名次”按准确率的95%区间得出；“难分组”有相同字母的单位，本月的差别分不清是工作还是运气。名次接近的，请先看区间。"


def title_of(meeting: Meeting) -> str:
    """Title of the bulletin."""
    return f"{meeting.town}{meeting.month_zh}人口管理工作排名通报"


def ranking_form(meeting: Meeting) -> bytes:
    """F-7 of a month; units that were not assessed stand in a block of their own below."""
    sheets = Sheets(title_of(meeting))
    sheet = sheets.add("排名通报", WIDTHS, f"{meeting.town} · {meeting.state_line}")
    note = f"规则：{meeting.rule_name[0]} {meeting.rule_document}"
    sheets.titled(sheet, title_of(meeting), len(WIDTHS), note, f"月份：{meeting.month_zh}")
    sheet.set_row(2, 30)
    for column, head in enumerate(HEADS):
        sheet.write_string(2, column, head, sheets.head)
    ranked = [line for line in meeting.ranking if line.rank is not None]
    others = [line for line in meeting.ranking if line.rank is None]
    row = 3
    for line in ranked or others:
        _line(sheets, sheet, row, line, meeting)
        row += 1
    if ranked and others:
        merge(sheet, row, 0, row, len(WIDTHS) - 1, "未测或未填，不参加排名", sheets.head)
        for line in others:
            row += 1
            _line(sheets, sheet, row, line, meeting)
        row += 1
    _whole(sheets, sheet, row, meeting)
    said = [
        WHAT_LUCK_DOES,
        *([meeting.luck.said[0]] if meeting.luck else []),
        *(w[0] for w in meeting.warnings),
    ]
    sheet.set_row(row + 1, 16 * (1 + len(said)))
    sheet.merge_range(row + 1, 0, row + 1, len(WIDTHS) - 1, "\n".join(said), sheets.note)
    sheets.signed(sheet, row + 2, len(WIDTHS))
    sheet.repeat_rows(2)
    return sheets.done()


def _line(sheets: Sheets, sheet: Any, row: int, line: Ranked, meeting: Meeting) -> None:
    number(sheet, row, 0, line.rank, sheets.centre, sheets.centre)
    sheet.write_string(row, 1, line.name, sheets.text)
    sheet.write_string(row, 2, line.score, sheets.centre)
    number(sheet, row, 3, line.accuracy.value, sheets.rate, sheets.centre)
    sheet.write_string(row, 4, interval(line), sheets.centre)
    number(sheet, row, 5, line.accuracy.checked, sheets.count, sheets.centre)
    sheet.write_string(row, 6, span(line), sheets.centre)
    sheet.write_string(row, 7, line.groups or "—", sheets.centre)
    number(sheet, row, 8, line.previous_rank, sheets.centre, sheets.centre)
    steps = [s for s in meeting.ladder if s.code == line.code]
    sheet.write_string(row, 9, "；".join(f"{s.rule} 第{s.level}级" for s in steps), sheets.small)


def _whole(sheets: Sheets, sheet: Any, row: int, meeting: Meeting) -> None:
    whole = meeting.town_accuracy
    merge(sheet, row, 0, row, 2, "全街镇", sheets.head)
    number(sheet, row, 3, whole.value, sheets.sum_rate, sheets.centre)
    ends = (
        "—" if whole.low is None or whole.high is None else f"{100 * whole.low:.2f}–{100 * whole.high:.2f}%"
    )
    sheet.write_string(row, 4, ends, sheets.centre)
    sheet.write_number(row, 5, whole.checked, sheets.sum)
    for column in range(6, len(WIDTHS)):
        sheet.write_string(row, column, "", sheets.centre)


def interval(line: Ranked) -> str:
    """The interval of the accuracy in per cent; a dash where nothing was checked."""
    held = line.accuracy
    return "—" if held.low is None or held.high is None else f"{100 * held.low:.1f}–{100 * held.high:.1f}%"


def span(line: Ranked) -> str:
    """The places that the interval allows."""
    return "—" if line.rank_low is None else f"{line.rank_low}–{line.rank_high}"
