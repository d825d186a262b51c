"""Tables in and results out, in every format: the same scores."""

from __future__ import annotations

import pandas as pd
import xlsxwriter
from openpyxl import load_workbook


def test_english_headers_other_encodings_and_formats_give_the_same_scores(
    tmp_path, sheet, heads, told, sanlin_row
):
    head = ["month", "committee", "station", "cancelled", "checked", "correct", "fabricated", "class_percent",
            "class_town_total", "declared_percent", "pushed"]  # fmt: skip
    rows = [sanlin_row("甲", 80, 76, percent="97", town=1200), sanlin_row("乙", 81, 79, share="5.5")]
    wanted = told(sheet(heads["sanlin"], rows), "sanlin")["results"]
    assert told(sheet(head, rows, "english.csv", "gb18030"), "sanlin")["results"] == wanted
    frame = pd.DataFrame(
        [[row[0], *row[1:7], float(row[7]), *row[8:9], float(row[9]), row[10]] for row in rows], columns=head
    )
    frame.to_parquet(tmp_path / "table.parquet")
    assert told(tmp_path / "table.parquet", "sanlin")["results"] == wanted
    with xlsxwriter.Workbook(tmp_path / "table.xlsx") as book:
        page, percent = book.add_worksheet(), book.add_format({"num_format": "0.0%"})
        page.merge_range(0, 0, 0, 10, "居（村）委人口管理工作考核表")
        for number, row in enumerate([heads["sanlin"], *rows], start=1):
            for place, value in enumerate(row):
                if number > 1 and place in (7, 9):
                    page.write_number(number, place, float(value) / 100, percent)
                else:
                    page.write(number, place, value)
    assert told(tmp_path / "table.xlsx", "sanlin")["results"] == wanted


def test_results_are_written_whole_in_each_format(tmp_path, sheet, heads, run, year):
    path = sheet(heads["sanlin"], year([1] * 12))
    for suffix in ("json", "xlsx", "csv"):
        assert run(path, "sanlin", "-o", str(tmp_path / f"out.{suffix}")).exit_code == 0
    book = load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["得分", "约谈", "年度", "算式"]
    assert book["得分"].max_row == 12 * 26 + 1
    again = tmp_path / "again.json"
    run(path, "sanlin", "-o", str(again))
    assert again.read_bytes() == (tmp_path / "out.json").read_bytes()
    assert "一票否决" in (tmp_path / "out.csv").read_text("utf-8-sig")


def test_a_name_that_looks_like_a_formula_stays_text(tmp_path, sheet, heads, run, sanlin_row):
    path = sheet(heads["sanlin"], [sanlin_row("=1+1", 80, 76)])
    for suffix in ("csv", "xlsx"):
        run(path, "sanlin", "-o", str(tmp_path / f"out.{suffix}"))
    assert "'=1+1" in (tmp_path / "out.csv").read_text("utf-8-sig")
    assert load_workbook(tmp_path / "out.xlsx")["得分"]["B2"].data_type == "s"
