"""F-3: 古美路's staffing table (GM-1), and F-5: 徐泾's grid roster (XJ-2). The layouts are ours."""

from __future__ import annotations

from map_ui.review.forms_sheet import Sheets, merge, number
from map_ui.review.meeting import Meeting

STAFFING_TITLE = "实有人口及协管员配比表"
STAFFING_HEADS = ("序号", "居委", "实有人口", "应配人数", "现有人数", "缺额", "备注")
STAFFING_WIDTHS = (8, 30, 16, 16, 16, 14, 34)
ROSTER_TITLE = "“3+N”人口管理微网格力量名册"
ROSTER_HEADS = ("序号", "微网格", "微网格长", "社区民警", "综合协管员", "N 力量", "缺岗", "边界版本")
ROSTER_WIDTHS = (7, 30, 20, 20, 20, 22, 20, 18)
ROLES = {"leader": "微网格长", "officer": "社区民警", "auxiliary": "综合协管员"}


def staffing_form(meeting: Meeting) -> bytes:
    """F-3 of a month: population, registrars required, there and missing, by committee with sums."""
    sheets = Sheets(STAFFING_TITLE)
    sheet = sheets.add("配比表", STAFFING_WIDTHS, f"{meeting.town} · {meeting.state_line}")
    sheets.titled(sheet, STAFFING_TITLE, 7, f"填报单位：{meeting.town}", f"月份：{meeting.month_zh}")
    sheet.set_row(2, 26)
    for column, head in enumerate(STAFFING_HEADS):
        sheet.write_string(2, column, head, sheets.head)
    sums = [0, 0, 0, 0]
    lines = sorted(meeting.ranking, key=lambda line: line.code)
    for place, line in enumerate(lines, start=1):
        row, item = 2 + place, line.items.get("GM-1", {})
        inputs = item.get("inputs", {})
        needed = None if item.get("value") is None else int(item["value"])
        values = (inputs.get("population"), needed, inputs.get("actual"), inputs.get("gap"))
        sheet.write_number(row, 0, place, sheets.centre)
        sheet.write_string(row, 1, line.name, sheets.text)
        for k, value in enumerate(values):
            number(sheet, row, 2 + k, value, sheets.count, sheets.centre)
            sums[k] += value or 0
        sheet.write_string(row, 6, "" if inputs.get("actual") is not None else "现有人数未填", sheets.small)
    last = 3 + len(lines)
    merge(sheet, last, 0, last, 1, "合计", sheets.head)
    for k, value in enumerate(sums):
        letter = "CDEF"[k]
        sheet.write_formula(last, 2 + k, f"=SUM({letter}4:{letter}{last})", sheets.sum, value)
    sheet.write_string(last, 6, "", sheets.small)
    ratio = meeting.parameters.get("gm1.residents_per_registrar", 1500)
    note = f"以{ratio}名居民配置1名人口管理员，不足{ratio}人的部分按1名计；缺额逐居委计算，不以他处富余相抵。"
    sheet.set_row(last + 1, 26)
    sheet.merge_range(last + 1, 0, last + 1, 6, note, sheets.note)
    sheets.signed(sheet, last + 2, 7)
    sheet.repeat_rows(2)
    return sheets.done()


def grid_roster(meeting: Meeting) -> bytes:
    """F-5: the duty accounts of every grid by role; vacancies are named, people are not."""
    sheets = Sheets(ROSTER_TITLE)
    sheet = sheets.add("名册", ROSTER_WIDTHS, f"{meeting.town} · {meeting.state_line}")
    sheets.titled(sheet, ROSTER_TITLE, 8, meeting.town, meeting.month_zh)
    sheet.set_row(2, 26)
    for column, head in enumerate(ROSTER_HEADS):
        sheet.write_string(2, column, head, sheets.head)
    for place, grid in enumerate(meeting.teams, start=1):
        row = 2 + place
        sheet.write_number(row, 0, place, sheets.centre)
        sheet.write_string(row, 1, grid["name"], sheets.text)
        for column, role in enumerate((*ROLES, "other"), start=2):
            sheet.write_string(row, column, "、".join(grid[role]) or "—", sheets.small)
        vacant = "、".join(name for role, name in ROLES.items() if not grid[role])
        sheet.write_string(row, 6, vacant or "无", sheets.small)
        sheet.write_string(row, 7, meeting.version_name, sheets.small)
    sheets.signed(sheet, 3 + len(meeting.teams), 8)
    sheet.repeat_rows(2)
    return sheets.done()
