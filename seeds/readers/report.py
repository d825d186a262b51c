"""What was wrong with a file, row by row, in both languages.

The sentences are fixed texts per kind of problem: a report names rows and columns and never quotes a cell, so no
record number and nothing from an unlisted column can reach it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

Severity = Literal["error", "warning"]

# kind of problem: 中文, English
SENTENCES: dict[str, tuple[str, str]] = {
    "missing": ("必填项为空", "a required value is missing"),
    "not_an_integer": ("不是非负整数", "not a whole number of zero or more"),
    "not_a_number": ("不是数字或为负", "not a number, or negative"),
    "not_a_date": ("无法识别的日期", "not a date"),
    "not_a_time": ("无法识别的时间", "not a time"),
    "not_a_boolean": ("应填是或否", "neither yes nor no"),
    "not_in_list": ("不在可选项内", "not one of the listed choices"),
    "not_a_code": (
        "不是编码: 过长, 或被表格改成科学计数而丢失数字",
        "no code: too long, or digits lost where a spreadsheet turned it into a number",
    ),
    "cut": ("文字超过 200 字, 已截断", "longer than 200 characters: cut"),
    "not_records": ("逐条结果格式应为 编号:结果;编号:结果", "expected number:outcome;number:outcome"),
    "looks_personal": ("含疑似证件号或手机号, 未读入", "holds digits like an ID or phone number; not read"),
    "excel_serial": ("按 Excel 日期序号读取", "an Excel day number, read as a date"),
    "part_of_date": ("只有年或月, 按首日读取", "only a year or month; its first day was taken"),
    "id_derived": ("编号不是 UUID, 已按原编号生成", "not a UUID; one was derived from the number"),
    "formula": ("单元格为公式, 未执行, 读取其保存的值", "a formula: not executed, its stored value was read"),
    "formula_text": ("以公式符号开头的文字, 按文字处理", "text that starts like a formula; kept as text"),
    "formula_empty": ("单元格为公式且无保存的值", "a formula without a stored value"),
    "future": ("日期在未来", "lies in the future"),
    "out_of_order": ("起止日期颠倒", "the end comes before the start"),
    "duplicate": ("与本文件前面的行重复", "repeats an earlier row of this file"),
    "unknown_committee": ("居委编码未登记", "no committee with this code"),
    "unknown_building": ("楼栋编码未登记", "no building with this code"),
    "unknown_dwelling": ("房屋编码未登记", "no dwelling with this code"),
    "unlinked_dwelling": ("房屋编码未登记, 计入未关联", "no dwelling with this code; counted as unlinked"),
    "counts_disagree": ("分项人数之和与核查人数不符", "the parts do not add up to the persons checked"),
    "more_than_checked": ("正确人数大于核查人数", "more found correct than checked"),
    "counts_without_access": ("未能入户却有人数", "counts although nobody was met"),
    "found_uninspected": ("未查看出租却发现群租", "group renting found although no letting was inspected"),
    "no_place": ("房屋编码和地址均为空", "neither a dwelling code nor an address"),
    "kind_guessed": ("类型为空, 按几何或编码推定", "kind was empty and was derived"),
    "ragged": ("列数与表头不符", "not as many cells as the header"),
    "no_geometry": ("缺少几何", "the geometry is missing"),
    "bad_geometry": ("几何无法解读", "the geometry cannot be read"),
    "wrong_shape": ("几何类型不符", "the wrong type of geometry for this kind"),
    "parts_dropped": ("混合几何, 只保留适用部分", "mixed geometry: only the fitting parts were kept"),
    "repaired": ("几何自相交, 已修复", "self-intersecting: repaired"),
    "bad_coordinates": ("坐标超出范围", "the coordinates are out of range"),
    "outside_town": ("位于本街镇 50 公里之外", "more than 50 km outside the town"),
    "swapped_row": ("经纬度疑似颠倒", "longitude and latitude look swapped"),
    "swapped": ("全表经纬度颠倒, 已对调", "longitude and latitude were swapped throughout: put right"),
    "crs_assumed": ("文件未注明坐标系, 按 WGS 84 读取", "no reference system stated: read as WGS 84"),
    "crs_wrong": (
        "多数位置远离本街镇: 坐标系可能不对, 请用 --crs 指定",
        "most places are far from the town: the reference system may be wrong, name it with --crs",
    ),
    "looks_like_gcj02": (
        "整体偏移约 500 米, 疑为 GCJ-02: 请用 --crs gcj02",
        "shifted by some 500 m as GCJ-02 is: read it with --crs gcj02",
    ),
    "truncated": ("文件在此之后中断", "the file breaks off after this"),
    "encoding_guessed": ("文件未注明编码, 已推定", "no encoding stated: it was recognised"),
    "codes_repeat": (
        "多数编码重复, 这一列不是编码: 请用 --map 指定别的列, 或用 --map code==B{row} 按行号编码",
        "most codes repeat, so this is no code: map another column, or number the rows by --map code==B{row}",
    ),
    "no_rows": ("没有数据行", "there are no rows"),
}


@dataclass(frozen=True)
class Problem:
    """One defect: the row as the spreadsheet numbers it (None: the whole file), the column, what and how grave."""

    row: int | None
    column: str | None
    kind: str
    severity: Severity

    @property
    def zh(self) -> str:
        return SENTENCES[self.kind][0]

    @property
    def en(self) -> str:
        return SENTENCES[self.kind][1]

    def __str__(self) -> str:
        at = f"{self.column}: " if self.column else ""
        return f"{at}{self.zh} {self.en}"


@dataclass
class Report:
    """What a reading found; complete once its chunks have been consumed.

    ``problems`` keeps the first ``keep`` row problems; ``counts`` counts all of them by (kind, column, severity).
    ``file_problems`` concern the whole file; an error among them means: do not load this.
    ``duplicates`` counts, per dwelling code, records in force whose person already stands in an earlier row.
    """

    kind: str
    keep: int = 100_000
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_skipped: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    columns_dropped: int = 0
    format: str = ""
    encoding: str | None = None
    crs: str | None = None
    complete: bool = False
    problems: list[Problem] = field(default_factory=list)
    file_problems: list[Problem] = field(default_factory=list)
    counts: Counter[tuple[str, str | None, Severity]] = field(default_factory=Counter)
    duplicates: pd.Series = field(default_factory=lambda: pd.Series(dtype="int64", name="duplicates"))

    def add(self, rows: Iterable[int], kind: str, column: str | None, severity: Severity) -> None:
        """One problem for each of ``rows`` (sheet row numbers)."""
        numbers = np.asarray(list(rows) if not isinstance(rows, np.ndarray) else rows)
        if not len(numbers):
            return
        self.counts[kind, column, severity] += len(numbers)
        for row in numbers[: max(0, self.keep - len(self.problems))].tolist():
            self.problems.append(Problem(row, column, kind, severity))

    def add_to_file(self, kind: str, severity: Severity, column: str | None = None) -> None:
        """One problem of the whole file; said once."""
        problem = Problem(None, column, kind, severity)
        if problem not in self.file_problems:
            self.file_problems.append(problem)

    @property
    def errors(self) -> int:
        return sum(n for (_, _, severity), n in self.counts.items() if severity == "error") + sum(
            p.severity == "error" for p in self.file_problems
        )

    @property
    def warnings(self) -> int:
        return sum(n for (_, _, severity), n in self.counts.items() if severity == "warning") + sum(
            p.severity == "warning" for p in self.file_problems
        )

    @property
    def loadable(self) -> bool:
        """Whether the accepted rows may be loaded: read to the end, and nothing wrong with the file as a whole."""
        return self.complete and all(p.severity == "warning" for p in self.file_problems)

    def by_row(self) -> dict[int, list[Problem]]:
        """The kept problems by sheet row number."""
        found: dict[int, list[Problem]] = {}
        for problem in self.problems:
            if problem.row is not None:
                found.setdefault(problem.row, []).append(problem)
        return found

    def as_dict(self) -> dict[str, Any]:
        """The report for machines; holds no cell of the file."""
        return {
            "kind": self.kind,
            "format": self.format,
            "encoding": self.encoding,
            "crs": self.crs,
            "columns": self.columns,
            "columns_dropped": self.columns_dropped,
            "rows_read": self.rows_read,
            "rows_accepted": self.rows_accepted,
            "rows_rejected": self.rows_rejected,
            "rows_skipped": self.rows_skipped,
            "errors": self.errors,
            "warnings": self.warnings,
            "loadable": self.loadable,
            "duplicates": int(self.duplicates.sum()),
            "counts": [
                {"problem": kind, "column": column, "severity": severity, "n": n, **_sentences(kind)}
                for (kind, column, severity), n in self.counts.most_common()
            ],
            "problems": [_problem(p) for p in [*self.file_problems, *self.problems]],
        }


def _sentences(kind: str) -> dict[str, str]:
    return {"zh": SENTENCES[kind][0], "en": SENTENCES[kind][1]}


def _problem(p: Problem) -> dict[str, Any]:
    return {"row": p.row, "column": p.column, "problem": p.kind, "severity": p.severity, **_sentences(p.kind)}
