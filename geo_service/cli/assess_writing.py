"""Results of an assessment as JSON, CSV, XLSX or terminal text."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo_service.trust.csv_cells import safe

if TYPE_CHECKING:
    from grids.assessment.scoring import Assessment


def write(path: Path, content: bytes) -> None:
    """Whole or not at all: into a neighbour file first, then moved over."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(content)
    os.chmod(file.name, 0o644)
    Path(file.name).replace(path)


def as_json(found: Assessment) -> bytes:
    return json.dumps(found.to_dict(), ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _score_rows(found: Assessment) -> list[list[Any]]:
    rules = list(dict.fromkeys(rule for result in found.results for rule in result.items))
    rows: list[list[Any]] = [["月份", "单位", "名次", "名次区间", "难分组", *rules]]
    for result in found.results:
        stands = result.standing
        span = "" if stands is None else f"{stands.best_rank}–{stands.worst_rank}"
        marks = [result.items[rule].text if rule in result.items else "" for rule in rules]
        group = "" if stands is None else stands.groups
        rows.append([f"{result.month:%Y-%m}", result.unit, result.rank or "—", span, group, *marks])
    return rows


def _event_rows(found: Assessment) -> list[list[Any]]:
    rows: list[list[Any]] = [["月份", "单位", "规则", "级别", "次数", "说明"]]
    return rows + [
        [f"{event.month:%Y-%m}", event.unit, event.rule, event.level, event.count, event.said.zh]
        for event in found.events
    ]


def _step_rows(found: Assessment) -> list[list[Any]]:
    rows: list[list[Any]] = [["月份", "单位", "规则", "得分", "算式", "Steps"]]
    for result in found.results:
        for rule, score in result.items.items():
            told = ["；".join(score.explain("zh")), "; ".join(score.explain("en"))]
            rows.append([f"{result.month:%Y-%m}", result.unit, rule, score.text, *told])
    return rows


def _annual_rows(found: Assessment) -> list[list[Any]]:
    rows: list[list[Any]] = [["年度", "单位", "平均分", "月数"]]
    for year, units in found.annual.items():
        rows += [[year, unit, score.text, score.parameters.get("months", 0)] for unit, score in units.items()]
    return rows


def _csv(found: Assessment) -> bytes:
    """Scores, a blank line, then ladder events: one file that a spreadsheet opens (UTF-8 with its mark)."""
    sheet = io.StringIO()
    rows = [*_score_rows(found), [], *_event_rows(found)]
    csv.writer(sheet).writerows([safe(cell) for cell in row] for row in rows)
    return sheet.getvalue().encode("utf-8-sig")


def _xlsx(found: Assessment) -> bytes:
    import xlsxwriter

    memory = io.BytesIO()
    book = xlsxwriter.Workbook(
        memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True})
    sheets = {"得分": _score_rows, "约谈": _event_rows, "年度": _annual_rows, "算式": _step_rows}
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows(found)):
            sheet.write_row(number, 0, row, bold if number == 0 else None)
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, 20, 12)
    book.close()
    return memory.getvalue()


WRITERS = {".json": as_json, ".csv": _csv, ".xlsx": _xlsx}


def as_text(found: Assessment) -> str:
    """The same tables for a terminal, columns parted by tabs."""
    lines = ["\t".join(map(str, row)) for row in _score_rows(found)]
    if found.events:
        lines += ["", *("\t".join(map(str, row)) for row in _event_rows(found))]
    lines += [f"! {month:%Y-%m} {said.zh} / {said.en}" for month, said in found.warnings]
    return "\n".join(lines) + "\n"
