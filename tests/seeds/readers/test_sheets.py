"""CSV and XLSX as offices make them."""

from __future__ import annotations

import gzip
from datetime import datetime
from typing import Any

import openpyxl
import pandas as pd
import pytest

from seeds.readers import ReaderError

DWELLINGS = ["序号", "房屋编码", "楼栋编码", "建筑面积（㎡）", "用途", "状态", "建档日期", "租赁备案"]
CSV = "房屋编码,楼栋编码,用途,状态,地址\nD1,B1,出租,有人居住,桂苑路1号\nD2,B2,自住,空置,榕树路２号\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_csv_is_read_in_every_usual_encoding_without_being_told(
    encoding: str, write: Any, load: Any
) -> None:
    frame, reading = load("dwellings", write("d.csv", CSV, encoding))
    assert frame.address.tolist() == ["桂苑路1号", "榕树路2号"]
    assert frame.use.tolist() == ["rented", "owner_occupied"]
    assert reading.report.encoding == {"gbk": "gb18030"}.get(encoding, encoding)


def test_big5_is_told_from_gb18030(write: Any, load: Any) -> None:
    text = "code,kind,name\nX1,committee,桂苑路居民委員會與樓棟管理處\n"
    frame, _ = load("areas", write("a.csv", text, "big5"))
    assert frame.name.tolist() == ["桂苑路居民委員會與樓棟管理處"]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_recognised(separator: str, write: Any, load: Any) -> None:
    frame, _ = load("dwellings", write("d.csv", CSV.replace(",", separator)))
    assert len(frame) == 2


def test_a_gzipped_csv_is_read(write: Any, load: Any) -> None:
    frame, _ = load("dwellings", write("d.csv.gz", gzip.compress(CSV.encode("gbk"))))
    assert len(frame) == 2


def test_gbk_that_begins_after_a_megabyte_of_ascii_is_still_recognised(write: Any, load: Any) -> None:
    text = "code,building_code,use,status,address\n"
    text += "".join(f"D{i},B1,rented,vacant,No. {i} some long lane for length\n" for i in range(50_000))
    frame, reading = load("dwellings", write("d.csv", text + "E1,B1,出租,空置,桂苑路\n", "gbk"))
    assert reading.report.encoding == "gb18030"
    assert frame.address.iloc[-1] == "桂苑路"


def test_row_numbers_are_those_of_the_sheet_through_blank_and_ragged_rows_and_breaks_in_cells(
    write: Any, load: Any
) -> None:
    text = '题目\n"房屋\n编码",楼栋编码,用途,状态,地址\nD1,B1,出租,空置,"一行\n二行"\n\nD2,B1\nD3,B1,出租,空置,x\n,,,,\nD4,B1,？,空置,x\n'
    frame, reading = load("dwellings", write("d.csv", text), mapping={"code": "房屋\n编码"})
    assert frame.index.tolist() == [3, 6]
    assert [(p.row, p.kind) for p in reading.report.problems] == [(5, "ragged"), (8, "not_in_list")]
    assert (reading.report.rows_skipped, reading.report.rows_rejected) == (2, 2)
    assert reading.report.rows_read == 6


def test_a_sheet_with_titles_totals_text_numbers_and_serial_dates_is_read(workbook: Any, load: Any) -> None:
    path = workbook(
        [
            ["云栖街道房屋清单", *[None] * 7],
            ["填报单位:", *[None] * 7],
            DWELLINGS,
            [1, "D1", "B1", "８８．５", "出租", "空置", 45292, "ZL0001"],
            [2, "D2", "B1", "60", "自住", "有人居住", datetime(2024, 1, 1), "否"],
            [None] * 8,
            ["合 计", 2, None, 148.5, None, None, None, None],
        ],
        "A1:H1",
    )
    frame, reading = load("dwellings", path)
    assert frame.index.tolist() == [4, 5]
    assert frame.floor_area_m2.tolist() == [88.5, 60.0]
    assert frame.created_on.tolist() == [pd.Timestamp("2024-01-01")] * 2
    assert frame.rental_filing.tolist()[0] == "ZL0001"
    assert frame.rental_filing.isna().tolist() == [False, True]
    assert reading.report.rows_skipped == 2
    assert [(p.row, p.kind) for p in reading.report.problems] == [(4, "excel_serial")]


def test_a_two_level_header_with_merged_cells_is_read(workbook: Any, load: Any) -> None:
    path = workbook(
        [
            ["实有人口核查月报表", *[None] * 6],
            ["核查编号", "房屋编码", "核查时间", "核查方式", "核查结果", "总核查人数", None],
            [None, None, None, None, None, "小计", "其中:正确人数"],
            ["7", "D1", "2026-01-05 19:30", "实地核查", "完成", 3, 3],
        ],
        "A1:G1", "A2:A3", "F2:G2",
    )  # fmt: skip
    frame, _ = load("checks", path)
    assert frame[["checked", "correct"]].to_numpy().tolist() == [[3, 3]]


def test_the_first_sheet_with_a_header_is_taken(tmp_path: Any, load: Any) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    book.create_sheet("数据").append(["房屋编码", "楼栋编码", "用途", "状态"])
    book["数据"].append(["D1", "B1", "出租", "空置"])
    book.save(tmp_path / "d.xlsx")
    frame, _ = load("dwellings", tmp_path / "d.xlsx")
    assert frame.code.tolist() == ["D1"]


def test_a_formula_is_not_executed_and_says_so(workbook: Any, load: Any) -> None:
    path = workbook(
        [DWELLINGS[1:6], ["D1", "B1", "=40+2", "出租", "空置"], ['=HYPERLINK("x")', "B1", 1, "出租", "空置"]]
    )
    frame, reading = load("dwellings", path)
    assert frame.index.tolist() == [2]
    assert frame.floor_area_m2.isna().all()  # openpyxl stored no value, and none was computed
    found = {(p.row, p.column, p.kind, p.severity) for p in reading.report.problems}
    assert (2, "floor_area_m2", "formula_empty", "warning") in found
    assert (3, "code", "formula_empty", "error") in found


def test_the_stored_value_of_a_formula_is_read_with_a_remark(tmp_path: Any, load: Any) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "d.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, DWELLINGS[1:6])
        sheet.write_row(1, 0, ["D1", "B1", "", "出租", "空置"])
        sheet.write_formula(1, 2, "=40+2", value=42)
    frame, reading = load("dwellings", tmp_path / "d.xlsx")
    assert frame.floor_area_m2.tolist() == [42.0]
    assert [(p.row, p.kind) for p in reading.report.problems] == [(2, "formula")]


def test_a_value_for_every_row_and_row_numbers_as_codes(write: Any, load: Any) -> None:
    mapping = {"code": "=B{row}", "committee_code": "=310199001001"}
    frame, _ = load(
        "buildings",
        write("b.csv", "名称,经度,纬度\n一号楼,121.47,31.23\n二号楼,121.48,31.23\n"),
        mapping=mapping,
    )
    assert frame.code.tolist() == ["B2", "B3"]
    assert set(frame.committee_code) == {"310199001001"}
    assert set(frame.kind) == {"site"}


def test_an_unknown_kind_is_refused(write: Any, load: Any) -> None:
    with pytest.raises(ReaderError, match="No such kind"):
        load("people", write("d.csv", CSV))
