"""The monthly bulletin: as a document to be edited (DOCX) and as a page to be printed (HTML for a PDF)."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from html import escape
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from map_ui.review.forms_ranking import WHAT_LUCK_DOES, interval, span, title_of
from map_ui.review.meeting import Meeting, Ranked
from map_ui.wording import percent_text

HEADS = ("名次", "居委", "得分", "准确率", "95%区间", "核查", "可能名次", "上月", "阶梯")
WIDTHS_MM = (13, 34, 18, 19, 28, 16, 20, 14, 24)
FIXED_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
LISTED_AT_MOST = 30


def bulletin_docx(meeting: Meeting) -> bytes:
    """The bulletin as DOCX, A4 upright; the same meeting gives the same bytes."""
    made = docx.Document()
    page = made.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(12)
    style = made.styles["Normal"]
    style.font.name, style.font.size = "宋体", Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    language = style.element.rPr.makeelement(qn("w:lang"), {qn("w:val"): "en-US", qn("w:eastAsia"): "zh-CN"})
    style.element.rPr.append(language)
    page.footer.paragraphs[
        0
    ].text = f"{meeting.town} · {meeting.state_line} · 数据截至 {meeting.as_of.isoformat()}"
    _paragraph(made, title_of(meeting), size=18, bold=True, middle=True)
    for line in summary(meeting):
        _paragraph(made, line)
    _heading(made, "一、排名")
    _table(made, meeting)
    _paragraph(made, WHAT_LUCK_DOES, size=9)
    for number, (title, lines) in enumerate(chapters(meeting)):
        _heading(made, f"{'二三四五'[number]}、{title}")
        for line in lines:
            _paragraph(made, line)
    _paragraph(made, "\n签发：                    年    月    日")
    _undated(made)
    memory = io.BytesIO()
    made.save(memory)
    return fixed_zip(memory.getvalue())


def summary(m: Meeting) -> list[str]:
    """The opening lines: what was checked, the accuracy with its interval, by which rules."""
    whole = m.town_accuracy
    state = "（草稿，未公布）" if m.provisional else ""
    lines = [
        f"{m.month_zh}人口管理工作情况通报如下{state}。规则：{m.rule_name[0]}（{m.rule_document}）；划格版本：{m.version_name}。"
    ]
    if whole.low is not None and whole.high is not None:
        lines.append(
            f"全街镇核查{whole.checked}人次，正确{whole.correct}人次，准确率{percent_text(whole.value)}"
            f"（95%区间{100 * whole.low:.1f}–{100 * whole.high:.1f}%，目标{100 * m.accuracy_target:g}%）。"
        )
    if m.reason:
        lines.append(f"本期为第{m.revision}次更正，原因：{m.reason[0]}。")
    return lines


def chapters(m: Meeting) -> list[tuple[str, list[str]]]:
    """Ladder, what is late, what comes next, and how to read the ranking."""
    luck = [m.luck.said[0]] if m.luck else []
    return [
        ("约谈阶梯", _listed([f"{s.name}：{s.said[0]}（{s.rule}第{s.level}级）。" for s in m.ladder]) or ["本月没有触发阶梯。"]),
        ("逾期事项", _listed([f"{x.area or '全街镇'}：{x.what[0]}，{x.due.isoformat()}到期，逾期{x.days_late}天。" for x in m.late])
         or ["没有逾期。"]),
        ("下一步", _listed([f"{t.area}：{t.what[0]}。" if t.area else f"{t.what[0]}。" for t in m.todo]) or ["没有待办。"]),
        ("名次怎么看", [*luck, *(w[0] for w in m.warnings), *(c[0] for c in m.choices)]),
    ]  # fmt: skip


def _listed(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - LISTED_AT_MOST
    return [*lines[:LISTED_AT_MOST], *([f"另有{rest}项，见会议材料。"] if rest > 0 else [])]


def cells_of(m: Meeting, line: Ranked) -> tuple[str, ...]:
    """One line of the ranking as text."""
    return (
        str(line.rank or "—"), line.name, line.score, percent_text(line.accuracy.value), interval(line),
        str(line.accuracy.checked), span(line), str(line.previous_rank or "—"), steps_of(m, line),
    )  # fmt: skip


def steps_of(m: Meeting, line: Ranked) -> str:
    """The ladder steps of a line, such as SG-8 第2级."""
    return "；".join(f"{s.rule} 第{s.level}级" for s in m.ladder if s.code == line.code)


def _paragraph(made: Any, words: str, *, size: int = 11, bold: bool = False, middle: bool = False) -> None:
    held = made.add_paragraph()
    run = held.add_run(words)
    run.font.size, run.bold = Pt(size), bold
    held.paragraph_format.space_after = Pt(4)
    if middle:
        held.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _heading(made: Any, words: str) -> None:
    _paragraph(made, words, size=13, bold=True)


def _table(made: Any, m: Meeting) -> None:
    table = made.add_table(rows=1, cols=len(HEADS))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, WIDTHS_MM, strict=True):
        column.width = Mm(width)
    _cells(table.rows[0], HEADS, bold=True)
    _repeat(table.rows[0])
    for line in m.ranking:
        _cells(table.add_row(), cells_of(m, line))


def _cells(row: Any, words: Sequence[str], *, bold: bool = False) -> None:
    for cell, text, width in zip(row.cells, words, WIDTHS_MM, strict=True):
        cell.width = Mm(width)
        run = cell.paragraphs[0].add_run(text)
        run.font.size, run.bold = Pt(9), bold


def _repeat(row: Any) -> None:
    """The head again on every page."""
    row._tr.get_or_add_trPr().append(row._tr.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))


def _undated(made: Any) -> None:
    made.core_properties.created = made.core_properties.modified = dt.datetime(2000, 1, 1)
    made.core_properties.author = made.core_properties.last_modified_by = "wangge"


def fixed_zip(content: bytes) -> bytes:
    """The same archive with fixed times, so that equal contents are equal bytes."""
    memory = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, FIXED_ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return memory.getvalue()


def bulletin_html(m: Meeting) -> str:
    """The bulletin as a page for printing: A4, title, table, chapters, signature, release number and page in the footer."""
    heads = "".join(f"<th>{h}</th>" for h in HEADS)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(c)}</td>" for c in cells_of(m, line)) + "</tr>" for line in m.ranking
    )
    body = "".join(
        f"<h2>{'二三四五'[n]}、{escape(title)}</h2>" + "".join(f"<p>{escape(line)}</p>" for line in lines)
        for n, (title, lines) in enumerate(chapters(m))
    )
    foot = f"{m.town} · {m.state_line} · 数据截至 {m.as_of.isoformat()}"
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title_of(m))}</title><style>{_PRINT}'
        f'@page{{@bottom-left{{content:"{_css_text(foot)}"}}}}</style></head><body><h1>{escape(title_of(m))}</h1>'
        + "".join(f"<p>{escape(line)}</p>" for line in summary(m))
        + f"<h2>一、排名</h2><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        f'<p class="small">{escape(WHAT_LUCK_DOES)}</p>{body}<p class="sign">签发：<span></span>年<span></span>月<span></span>日</p>'
        "</body></html>"
    )


def _css_text(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ").replace("\n", " ")


_PRINT = """
@page{size:A4;margin:14mm 12mm 16mm;@bottom-right{content:"第 " counter(page) " / " counter(pages) " 页"}}
@page{@bottom-left{font-size:9px}@bottom-right{font-size:9px}}
body{font:11pt/1.55 "Source Han Serif SC","Noto Serif CJK SC",SimSun,serif;margin:0;font-variant-numeric:tabular-nums}
h1{font:600 18pt/1.3 "Noto Sans CJK SC",SimHei,sans-serif;text-align:center;margin:0 0 8mm}
h2{font:600 12.5pt/1.3 "Noto Sans CJK SC",SimHei,sans-serif;margin:5mm 0 2mm;break-after:avoid}
p{margin:0 0 1.5mm}table{border-collapse:collapse;width:100%;font-size:9.5pt}th,td{border:.4pt solid #000;padding:1mm 1.5mm}
td{text-align:right}td:nth-child(2),td:nth-child(9){text-align:left}tr{break-inside:avoid}.small{font-size:9pt;margin-top:2mm}
.sign{margin-top:10mm}.sign span{display:inline-block;width:22mm}
"""
