"""The towns' forms: printed as the documents do, read back cell by cell, equal bytes for equal months."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from grids.assessment.rule_set import from_dict
from grids.assessment.scoring import Row, assess
from map_ui.review import (
    bulletin,
    forms_ranking,
    forms_reading,
    forms_sanlin,
    forms_shanggang,
    forms_staffing,
)
from map_ui.review.meeting import Accuracy, Meeting, Ranked, Step
from seeds.rule_sets import load

MONTH = dt.date(2024, 3, 1)
SG = {
    "德一居委会": (100, 1, 1, 98),
    "钢一居委会": (80, 3, 2, 75),
    "花城居委会": (0, 0, 0, 0),
}


def meeting_of(town: str, figures: dict[str, dict[str, Any]], **changes: Any) -> Meeting:
    """A month assessed by a town's real rules, as the forms get it."""
    rules = from_dict(load(town))
    found = assess([rules], [Row(MONTH, unit, values) for unit, values in figures.items()])
    lines = []
    for result in found.results:
        stands, items = result.standing, {rule: score.to_dict() for rule, score in result.items.items()}
        values = figures[result.unit]
        checked, correct = values.get("subtotal", values.get("checked", 0)), values.get("correct", 0)
        lines.append(
            Ranked(f"c{list(figures).index(result.unit)}", result.unit, None, result.rank, stands.best_rank if stands else None,
                   stands.worst_rank if stands else None, None, "—",
                   Accuracy(correct, checked, correct / checked if checked else None,
                            stands.low if stands else None, stands.high if stands else None),
                   stands.groups if stands else "", None, None, values, items)
        )  # fmt: skip
    held: dict[str, Any] = {
        "town": "云栖街道", "town_en": "Yunqi", "month": MONTH, "state": "published", "revision": 0, "family": town[:2].upper(),
        "rule_set": rules.label, "rule_name": (rules.name_zh, rules.name_en), "rule_document": rules.document,
        "as_of": dt.date(2024, 4, 8), "version": 1, "version_name": "首次划格", "release": "3", "provisional": False,
        "reason": None, "ranking": tuple(lines), "ladder": (), "late": (), "todo": (), "calendar": (), "trends": (),
        "warnings": (), "choices": (), "town_accuracy": Accuracy(173, 180, 173 / 180, 0.92, 0.98),
        "accuracy_target": 0.98, "luck": None, "parameters": dict(rules.at(MONTH).held),
    }  # fmt: skip
    return Meeting(**{**held, **changes})


def shanggang() -> Meeting:
    names = ("subtotal", "to_register", "to_deregister", "correct")
    return meeting_of("shanggang", {unit: dict(zip(names, row, strict=True)) for unit, row in SG.items()})


def sanlin() -> Meeting:
    own = {"station": "三林派出所", "cancelled": 1, "checked": 80, "correct": 76, "class_percent": 97,
           "class_town_total": 1200, "declared": 5, "declarable": 100, "pushed": 2000}  # fmt: skip
    return meeting_of("sanlin", {"甲居委会": own, "乙居委会": {**own, "declared": 20}})


def gumei() -> Meeting:
    return meeting_of(
        "gumei",
        {"甲居委会": {"population": 4501, "actual": 2}, "乙居委会": {"population": 1500, "actual": 1}},
    )


def sheet_of(content: bytes, n: int = 0) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[n]


def changed(content: bytes, cell: str, value: Any) -> bytes:
    """The workbook as a clerk would send it back: one cell typed over (formulas keep the values they had)."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    book.worksheets[0][cell] = value
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def test_the_check_form_prints_its_two_level_head_its_order_and_a_pooled_total() -> None:
    sheet = sheet_of(forms_shanggang.check_form(shanggang()))
    assert sheet["A1"].value == "2024年3月居民区实有人口核查月报表"
    assert "C3:F3" in {str(r) for r in sheet.merged_cells.ranges}
    assert sheet["C3"].value == "总核查人数(每个居委不低于80人)"
    assert [sheet.cell(4, c).value for c in range(3, 7)] == [
        "小计",
        "其中:应登未登人数",
        "其中:应消未消人数",
        "其中:正确人数",
    ]
    assert [sheet.cell(r, 2).value for r in (5, 6, 7)] == ["钢一居委会", "德一居委会", "花城居委会"]
    assert sheet["A8"].value == "合计"
    assert [sheet.cell(8, c).value for c in range(3, 7)] == [180, 4, 3, 173]
    assert sheet["G8"].value == pytest.approx(173 / 180)
    assert sheet["G7"].value == "—"  # nothing checked is not 0 %
    assert sheet["G5"].number_format == "0.00%"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)


def test_the_scoring_form_prints_the_worked_total_of_the_documents() -> None:
    content = forms_sanlin.scoring_forms(sanlin())
    titles = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    sheet = sheet_of(content, titles.index("甲居委会"))
    assert sheet["A1"].value == "居（村）委人口管理工作考核表"
    assert [sheet.cell(3, c).value for c in range(1, 5)] == ["考核指标", "考核内容", "扣分标准", "考核分"]
    points = [sheet.cell(r, 4).value for r in range(4, 10)]
    assert points[:3] == [13, 32, 13.6]  # one account, 76/80, 97 % of 1,200
    assert sheet["A9"].value == "考核总分"
    assert points[5] == pytest.approx(sum(points[:5]))
    assert sheet["A10"].value.startswith("注：每月5日前")


def test_the_staffing_table_sums_its_gaps() -> None:
    sheet = sheet_of(forms_staffing.staffing_form(gumei()))
    assert [[sheet.cell(r, c).value for c in range(3, 7)] for r in (4, 5, 6)] == [
        [4501, 4, 2, 2],
        [1500, 1, 1, 0],
        [6001, 5, 3, 2],
    ]


def test_the_ranking_names_ladder_steps_and_dashes_what_was_not_measured() -> None:
    base = shanggang()
    code = next(r.code for r in base.ranking if r.name == "钢一居委会")
    step = Step(code, "钢一居委会", "SG-8", 2, 2, ("第2次末位", "last twice"))
    sheet = sheet_of(
        forms_ranking.ranking_form(
            meeting_of("shanggang", {r.name: dict(r.figures) for r in base.ranking}, ladder=(step,))
        )
    )
    rows = {row[1].value: [c.value for c in row] for row in sheet.iter_rows(min_row=4, max_row=8)}
    assert rows["钢一居委会"][9] == "SG-8 第2级"
    assert rows["花城居委会"][0] == "—"
    assert rows["花城居委会"][3] == "—"
    assert rows["德一居委会"][0] == 1


@pytest.mark.parametrize("make", [
    lambda: forms_shanggang.check_form(shanggang()), lambda: forms_sanlin.scoring_forms(sanlin()),
    lambda: forms_staffing.staffing_form(gumei()), lambda: forms_ranking.ranking_form(shanggang()),
    lambda: forms_shanggang.flow_sheet(shanggang()), lambda: bulletin.bulletin_docx(shanggang()),
])  # fmt: skip
def test_equal_months_are_equal_bytes(make: Callable[[], bytes]) -> None:
    assert make() == make()


def test_a_filled_check_form_reads_back_what_was_printed() -> None:
    filled = forms_reading.read_form(forms_shanggang.check_form(shanggang()), set(SG))
    assert filled.defects == []
    assert (filled.form, filled.month) == ("F-2", MONTH)
    assert filled.figures["钢一居委会"]["correct"] == 75
    assert filled.figures["德一居委会"]["subtotal"] == 100


@pytest.mark.parametrize(("cell", "value", "place", "said"), [
    ("F5", 74, "C5", "小计80不等于分项之和79"), ("D5", "三", "D5", "不是数字"), ("E5", -2, "E5", "为负数"),
    ("C8", 181, "C8", "合计181不等于各行之和180"), ("B6", "钢一居委会", "B6", "重复"), ("G6", 0.5, "G6", "正确率与人数不符"),
    ("D6", 1.5, "D6", "不是整数"),
])  # fmt: skip
def test_a_wrong_cell_of_the_check_form_is_named(cell: str, value: Any, place: str, said: str) -> None:
    content = changed(forms_shanggang.check_form(shanggang()), cell, value)
    filled = forms_reading.read_form(content, set(SG))
    assert any(d.cell == place and said in d.zh for _, d in filled.defects), [
        str(d) for _, d in filled.defects
    ]


def test_errors_come_back_in_the_same_sheet() -> None:
    content = changed(forms_shanggang.check_form(shanggang()), "F5", 74)
    filled = forms_reading.read_form(content, set(SG))
    book = openpyxl.load_workbook(io.BytesIO(forms_reading.marked(content, filled)))
    sheet = book.worksheets[0]
    assert sheet["C5"].fill.fgColor.rgb.endswith("F6D5D1")
    assert "小计80不等于分项之和79" in sheet["C5"].comment.text
    assert sheet["F5"].value == 74
    assert [row[1].value for row in book["错误"].iter_rows(min_row=2)].count("C5") == 1


def test_a_committee_that_is_missing_is_named() -> None:
    filled = forms_reading.read_form(forms_shanggang.check_form(shanggang()), {*SG, "耀一居委会"})
    assert any("耀一居委会" in d.zh for _, d in filled.defects)


def test_a_scoring_form_reads_back_and_its_sum_is_checked() -> None:
    content = forms_sanlin.scoring_forms(sanlin())
    filled = forms_reading.read_form(content)
    assert filled.defects == []
    assert filled.figures["甲居委会"]["SL-2"] == 32
    bad = forms_reading.read_form(changed(content, "D5", 51))
    assert any(d.cell == "D5" and "不在0至50之间" in d.zh for _, d in bad.defects)
    wrong = forms_reading.read_form(changed(content, "D9", 99))
    assert any(d.cell == "D9" and "不等于各项之和" in d.zh for _, d in wrong.defects)


def test_marks_that_differ_from_the_system_are_said() -> None:
    filled = forms_reading.read_form(forms_sanlin.scoring_forms(sanlin()))
    assert forms_reading.compared(filled, {"甲居委会": {"SL-2": "32"}}) == []
    assert "表上32，系统47" in forms_reading.compared(filled, {"甲居委会": {"SL-2": "47"}})[0]


def test_a_staffing_table_reads_back_and_its_gap_is_checked() -> None:
    content = forms_staffing.staffing_form(gumei())
    assert forms_reading.read_form(content).figures["甲居委会"]["population"] == 4501
    bad = forms_reading.read_form(changed(content, "F4", 1))
    assert any(d.cell == "F4" and "缺额1应为2" in d.zh for _, d in bad.defects)


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04rest"])
def test_what_is_no_form_is_refused(content: bytes) -> None:
    with pytest.raises(forms_reading.UnreadableForm):
        forms_reading.read_form(content)


def test_a_workbook_without_a_known_title_is_refused() -> None:
    book = openpyxl.Workbook()
    memory = io.BytesIO()
    book.save(memory)
    with pytest.raises(forms_reading.UnreadableForm):
        forms_reading.read_form(memory.getvalue())


def test_the_bulletin_repeats_its_head_and_names_the_interval() -> None:
    page = bulletin.bulletin_html(shanggang())
    assert "95%区间92.0–98.0%" in page
    assert "counter(pages)" in page
    assert "<script" not in page
