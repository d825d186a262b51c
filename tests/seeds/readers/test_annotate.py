"""The sheet that goes back to the office: the same, with its problems beside, and nothing that runs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from seeds.readers import ReaderError, read

HEADER = ["房屋编码", "楼栋编码", "用途", "状态", "联系人"]


def test_a_csv_comes_back_with_its_problems_in_the_right_rows(write: Any, load: Any, tmp_path: Path) -> None:
    text = (
        "房屋清单,,,,\n"
        + ",".join(HEADER)
        + "\nD1,B1,出租,空置,甲\nD2,B1,民宿,空置,=cmd|'/c calc'!A0\n\nD1,B1,出租,空置,-5\nD3\n"
    )
    _, reading = load("dwellings", write("d.csv", text, "gbk"))
    reading.write_annotated(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == [*HEADER, "问题 Problems"]
    assert rows[2] == ["D1", "B1", "出租", "空置", "甲", ""]
    assert rows[3][4] == "'=cmd|'/c calc'!A0"
    assert "not one of the listed choices" in rows[3][5]
    assert (rows[5][4], rows[5][5]) == (
        "-5",
        "code: 与本文件前面的行重复 repeats an earlier row of this file",
    )
    assert "列数与表头不符" in rows[6][5]
    assert len(rows) == 7


def test_a_workbook_comes_back_with_its_problems_and_without_formulas(
    workbook: Any, load: Any, tmp_path: Path
) -> None:
    rows = [
        ["房屋清单"],
        HEADER,
        ["D1", "B1", "出租", "空置", "@SUM(A1)"],
        ["D2", "B1", "民宿", "空置", "=1+1"],
    ]
    _, reading = load("dwellings", workbook(rows))
    reading.write_annotated(tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[1] == [*HEADER, "问题 Problems"]
    assert cells[2][4:] == ["'@SUM(A1)", None]
    assert cells[3][4] is None
    assert "不在可选项内" in cells[3][5]
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_what_is_no_sheet_or_not_yet_read_cannot_be_annotated(write: Any, load: Any, tmp_path: Path) -> None:
    path = write(
        "g.geojson",
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"a"},"geometry":null}]}',
    )
    _, reading = load("grids", path)
    with pytest.raises(ReaderError, match="Only CSV and XLSX"):
        reading.write_annotated(tmp_path / "out.csv")
    with pytest.raises(RuntimeError, match="complete"):
        read("dwellings", write("d.csv", ",".join(HEADER) + "\n")).write_annotated(tmp_path / "out.csv")
