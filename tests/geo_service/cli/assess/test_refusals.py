"""Bad tables are named by their cell, wrong usage by its option; nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

import seeds.rule_sets

#: Month, committee, station, cancelled, checked, correct, fabricated, class percent, class total, declared percent, pushed.
GOOD = [
    ["2024-12", "甲", "杨思派出所", 0, 80, 76, 0, 99, 10, 12, 2000],
    ["2024-12", "乙", "杨思派出所", 0, 80, 79, 0, 99, 10, 12, 2000],
]


def changed(place, value, row=0):
    rows = [list(held) for held in GOOD]
    rows[row][place] = value
    return rows


BAD = [
    (changed(5, "八十"), "F2（正确人数）", "不是数字"),
    (changed(4, -3), "E2（测查人数）", "负数"),
    (changed(5, 81), "F2（正确人数）", "81大于测查人数80"),
    (changed(5, "7.5"), "F2（正确人数）", "不是整数"),
    (changed(1, ""), "B2（居（村）委）", "单位名称为空"),
    (changed(2, ""), "C2（派出所）", "派出所为空"),
    (changed(0, "三月"), "A2（月份）", "不是月份"),
    (changed(7, 101), "H2", "超过100%"),
    ([*GOOD, GOOD[0]], "B4（居（村）委）", "“甲”与第2行重复"),
    ([*GOOD, ["2024-11", *GOOD[0][1:]]], "2024-11", "缺少“乙”"),
    (
        [*GOOD, ["2024-12", "合计", "", 0, 161, 155, 0, "", "", "", 4000]],
        "E4（测查人数）",
        "合计161不等于各行之和160",
    ),
    ([], "1", "没有数据"),
]


@pytest.mark.parametrize(("rows", "cell", "cause"), BAD)
def test_a_bad_table_is_refused_by_cell_and_nothing_is_written(
    tmp_path, rows, cell, cause, sheet, heads, run
):
    out = tmp_path / "out.json"
    result = run(sheet(heads["sanlin"], rows), "sanlin", "-o", str(out))
    assert result.exit_code == 1
    assert cell in result.stderr
    assert cause in result.stderr
    assert not out.exists()
    assert result.stdout == ""


def test_a_subtotal_that_does_not_add_up_is_named(sheet, heads, run):
    path = sheet(heads["shanggang"], [["2024-03", "钢一", 80, 3, 2, 74], ["2024-03", "钢二", 80, 3, 2, 75]])
    result = run(path, "shanggang")
    assert result.exit_code == 1
    assert "C2（小计）：小计80不等于分项之和79" in result.stderr


def test_missing_columns_and_expected_units_are_named(tmp_path, sheet, heads, run):
    result = run(sheet(heads["sanlin"][:5], [row[:5] for row in GOOD]), "sanlin")
    assert result.exit_code == 1
    assert "缺少列“正确人数”" in result.stderr
    (tmp_path / "all.txt").write_text("甲\n乙\n丙\n", "utf-8")
    result = run(sheet(heads["sanlin"], GOOD), "sanlin", "--expect", str(tmp_path / "all.txt"))
    assert result.exit_code == 1
    assert "缺少“丙”" in result.stderr


def test_wrong_usage_ends_with_two(tmp_path, sheet, heads, run):
    path = sheet(heads["sanlin"], GOOD)
    assert run(path, "nowhere").exit_code == 2
    assert run(path, "sanlin", "-o", "x.pdf").exit_code == 2
    assert run(path, "sanlin", "-o", str(tmp_path / "nowhere" / "x.json")).exit_code == 2
    assert run(path, "sanlin", "--expect", str(tmp_path / "nowhere.txt")).exit_code == 2
    assert run(path, "sanlin", "--set", "sl2.ponits=3").exit_code == 2
    assert run(path, "sanlin", "--set", "sl2.step_policy=sideways").exit_code == 2
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"not a workbook")
    assert run(broken, "sanlin").exit_code == 1


def test_a_towns_own_rule_file_is_used_and_a_broken_one_named(
    tmp_path, sheet, heads, run, told, items, sanlin_row
):
    own = (Path(seeds.rule_sets.__file__).parent / "sanlin-2022.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(own.replace('"floor"', '"ceil"'), "utf-8")
    path = sheet(heads["sanlin"], [sanlin_row("u", 81, 79)])
    assert items(told(path, str(tmp_path / "own.toml")), "u")["SL-2"] == "47"
    (tmp_path / "own.toml").write_text(own.replace("sl9.veto_count", "sl9.vetoes"), "utf-8")
    result = run(path, str(tmp_path / "own.toml"))
    assert result.exit_code == 2
    assert "sl9.vetoes" in result.stderr


def test_an_empty_or_meaningless_file_is_refused(tmp_path, run):
    for content in (b"", b"\x00\xff\xfe\x01", "只有一行".encode()):
        (tmp_path / "odd.csv").write_bytes(content)
        result = run(tmp_path / "odd.csv", "sanlin")
        assert result.exit_code == 1
        assert "缺少列" in result.stderr


def test_a_month_before_the_rules_is_refused(sheet, heads, run, sanlin_row):
    result = run(sheet(heads["sanlin"], [sanlin_row("甲", 80, 76, month="2021-12")]), "sanlin")
    assert result.exit_code == 1
    assert "2021-12-31" in result.stderr
