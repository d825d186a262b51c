"""F-1: 三林's scoring form, one sheet for each committee and month (RULES.md SL-1 to SL-6).

Quoted wording is the document's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from map_ui.review.forms_sheet import Sheets, unique_names
from map_ui.review.meeting import Meeting, Ranked

TITLE = "居（村）委人口管理工作考核表"
COLUMNS = ("考核指标", "考核内容", "扣分标准", "考核分")
WIDTHS = (26, 50, 58, 13)
TOTAL = "考核总分"
FOOTNOTE = "注：每月5日前，根据考核内容对辖区内居村采集工作进行评分，填写考核表，汇总至平安办(人口办)。每个居（村）委填写一张。"
#: Rule → (indicator with its points, content, deduction) as the form prints them.
ITEMS: Mapping[str, tuple[str, str, str]] = {
    "SL-1": (
        "“一标三实”采集账号使用\n（14分）",
        "采集账号保持日常采集操作，不因未操作被注销",
        "“一标三实”采集账号因未操作被新区人口办注销的，每注销一人，扣1分",
    ),
    "SL-2": (
        "人口信息采集登记准确率\n（50分）",
        "当期登记准确率达到98%以上",
        "低于98%的，每低0.1个百分点扣0.6分；居村测查中发现弄虚作假的，每发现1人，扣除当期登记准确率10个百分点",
    ),
    "SL-3": (
        "境外人员登记准确率\n（16分）",
        "登记准确率达到99%（汇总数，由派出所录入）",
        "总数小于500人时，每低1个百分点扣2分；500至2000人时，每低1个百分点扣1.2分；大于2000人时，每低1个百分点扣0.4分；"
        "已达99%的除外",
    ),
    "SL-4": (
        "自主申报有效占比率\n（10分）",
        "有效自主申报占应申报数的比率（汇总数，由派出所录入）",
        "由派出所对属地列最后三位的各人口采集室分别扣2、4、6分；但有效占比率大于10%的，可免于扣分",
    ),
    "SL-5": (
        "推送有效数据\n（10分）",
        "推送有效数据条数（汇总数，由派出所录入）",
        "由派出所对属地列最后三位的各人口采集室分别扣2、4、6分；但全年推送有效数据大于派出所规定数量的，免于扣分",
    ),
}
TOTAL_RULE = "SL-0"


def scoring_forms(meeting: Meeting) -> bytes:
    """F-1 of every committee of a month as one workbook, a sheet each."""
    sheets = Sheets(f"{TITLE} {meeting.month_zh}")
    for name, line in zip(unique_names([r.name for r in meeting.ranking]), meeting.ranking, strict=True):
        _form(sheets, name, meeting, line)
    return sheets.done()


def _form(sheets: Sheets, name: str, meeting: Meeting, line: Ranked) -> None:
    sheet = sheets.add(name, WIDTHS, f"{meeting.town} · {meeting.state_line}")
    sheets.titled(sheet, TITLE, len(COLUMNS), f"居（村）委：{line.name}", f"考核月份：{meeting.month_zh}")
    sheet.set_row(2, 24)
    for column, head in enumerate(COLUMNS):
        sheet.write_string(2, column, head, sheets.head)
    for row, (rule, words) in enumerate(ITEMS.items(), start=3):
        sheet.set_row(row, 62)
        sheet.write_string(row, 0, words[0], sheets.centre)
        sheet.write_string(row, 1, f"{words[1]}\n{_explained(line, rule)}", sheets.text)
        sheet.write_string(row, 2, words[2], sheets.text)
        _points(sheets, sheet, row, line, rule)
    last = 3 + len(ITEMS)
    sheet.set_row(last, 26)
    sheet.merge_range(last, 0, last, 2, TOTAL, sheets.head)
    _points(sheets, sheet, last, line, TOTAL_RULE, total=True)
    sheet.set_row(last + 1, 32)
    sheet.merge_range(last + 1, 0, last + 1, 3, FOOTNOTE + policy_line(meeting), sheets.note)
    sheets.signed(sheet, last + 2, 4, ("考核人：", "居（村）委：", "派出所（盖章）：", "日期："))


def _points(sheets: Sheets, sheet: Any, row: int, line: Ranked, rule: str, *, total: bool = False) -> None:
    shown = line.shown(rule)
    if shown == "—":
        sheet.write_string(row, 3, "—", sheets.centre)
    else:
        sheet.write_number(row, 3, float(shown), sheets.sum_points if total else sheets.points)


def _explained(line: Ranked, rule: str) -> str:
    """The steps of a score in Chinese; why there is none where it is absent."""
    item = line.items.get(rule, {})
    said: Sequence[Mapping[str, str]] = [*item.get("steps", ()), *item.get("notes", ())]
    return "；".join(s["zh"] for s in said)


def policy_line(meeting: Meeting) -> str:
    """How the town settles what the document leaves open, as far as it touches the points."""
    words = {
        "floor": "不足一档不扣",
        "ceil": "不足一档按一档",
        "proportional": "按比例",
        "round_first": "先四舍五入",
    }
    step = words.get(str(meeting.parameters.get("sl2.step_policy")), "")
    return f" 规则：{meeting.rule_document}；计分口径：{step}。" if step else ""
