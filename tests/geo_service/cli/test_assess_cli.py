"""``wangge assess``: the vectors of RULES.md through the command line, and bad tables named by their cell."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pandas as pd
import pytest
import typer
import xlsxwriter
from openpyxl import load_workbook
from typer.testing import CliRunner

import seeds.rule_sets
from geo_service.cli.assess import assess

app = typer.Typer(add_completion=False)
app.command()(assess)

SL_HEAD = ["月份", "居（村）委", "派出所", "注销账号数", "测查人数", "正确人数", "弄虚作假人数", "境外人员登记准确率(%)",
           "全镇境外人员总数", "有效占比率(%)", "推送有效数据"]  # fmt: skip
SG_HEAD = ["月份", "居民区", "小计", "其中:应登未登人数", "其中:应消未消人数", "其中:正确人数"]


def sheet(tmp_path: Path, head, rows, name="table.csv", encoding="utf-8"):
    path = tmp_path / name
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([head, *rows])
    return path


def run(path, town, *options):
    return CliRunner().invoke(app, [str(path), "--rules", town, *options])


def told(path, town, *options):
    result = run(path, town, "--json", *options)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def items(found, unit, month="2024-12"):
    row = next(r for r in found["results"] if r["unit"] == unit and r["month"] == month)
    return {rule: score["shown"] for rule, score in row["items"].items()}


def sanlin_row(unit, checked, correct, fabricated=0, month="2024-12", **more):
    figures = {
        "station": "杨思派出所",
        "cancelled": 0,
        "percent": 99,
        "town": 10,
        "share": 12,
        "pushed": 2000,
    } | more
    return [month, unit, figures["station"], figures["cancelled"], checked, correct, fabricated, figures["percent"],
            figures["town"], figures["share"], figures["pushed"]]  # fmt: skip


SL2 = [(79, 80, 0, "50"), (98, 100, 0, "50"), (78, 80, 0, "47"), (76, 80, 0, "32"), (79, 81, 0, "47.6"), (80, 80, 1, "2"),
       (79, 80, 1, "0"), (897, 1000, 0, "0.2"), (896, 1000, 0, "0"), (0, 0, 0, "—"), (5, 80, 1, "0"), (977, 1000, 0, "48.2")]  # fmt: skip


def test_accuracy_vectors(tmp_path):
    rows = [sanlin_row(f"u{n}", checked, correct, k) for n, (correct, checked, k, _) in enumerate(SL2)]
    found = told(sheet(tmp_path, SL_HEAD, rows), "sanlin")
    assert [items(found, f"u{n}")["SL-2"] for n in range(len(SL2))] == [points for *_, points in SL2]


@pytest.mark.parametrize(
    ("policy", "points"), [("ceil", "47"), ("proportional", "47.19"), ("round_first", "47")]
)
def test_step_policies(tmp_path, policy, points):
    path = sheet(tmp_path, SL_HEAD, [sanlin_row("u", 81, 79)])
    assert items(told(path, "sanlin", "--set", f"sl2.step_policy={policy}"), "u")["SL-2"] == points


@pytest.mark.parametrize(("cancelled", "points"), [(0, "14"), (3, "11"), (14, "0"), (20, "0")])
def test_cancelled_accounts(tmp_path, cancelled, points):
    path = sheet(tmp_path, SL_HEAD, [sanlin_row("u", 80, 80, cancelled=cancelled)])
    assert items(told(path, "sanlin"), "u")["SL-1"] == points


@pytest.mark.parametrize(
    ("percent", "town", "points"),
    [(97, 499, "12"), (97, 500, "13.6"), (97, 2000, "13.6"), (97, 2001, "15.2"), (99, 10, "16"), (92, 100, "2"),
     (91, 100, "0"), (90, 100, "0"), ("98.5", 100, "16"), ("", 100, "16")],
)  # fmt: skip
def test_typed_in_accuracy(tmp_path, percent, town, points):
    path = sheet(tmp_path, SL_HEAD, [sanlin_row("u", 80, 80, percent=percent, town=town)])
    assert items(told(path, "sanlin"), "u")["SL-3"] == points


SL4 = [
    ([12, 9, 8, 5, 3], (), ["10", "10", "8", "6", "4"]),
    ([12, 11, "10.5", 5, 3], (), ["10", "10", "10", "6", "4"]),
    ([12, 11, 10], (), ["10", "10", "4"]),
    ([12, 5, 5, 3], (), ["10", "8", "8", "4"]),
    ([12, 5, 5, 3], ("--set", "cv.tie_policy=harsh"), ["10", "6", "6", "4"]),
    ([12, 5, 5, 3], ("--set", "cv.tie_policy=average"), ["10", "7", "7", "4"]),
    ([5, 4, 3], (), ["10", "6", "4"]),
    ([5, 3], (), ["10", "4"]),
    ([5, 3], ("--set", "cv.short_field=literal"), ["6", "4"]),
    ([5], (), ["10"]),
    ([5, 5, 5, 5], (), ["10"] * 4),
]


@pytest.mark.parametrize(("shares", "options", "points"), SL4)
def test_last_three_of_a_station(tmp_path, shares, options, points):
    rows = [sanlin_row(f"u{n}", 80, 80, share=share) for n, share in enumerate(shares)]
    found = told(sheet(tmp_path, SL_HEAD, rows), "sanlin", *options)
    assert [items(found, f"u{n}")["SL-4"] for n in range(len(shares))] == points


def test_worked_total_and_quota(tmp_path):
    shares, pushed = [12, 9, 8, 5, 3], [1900, 1850, 1840, 1751, 1750]
    rows = [
        sanlin_row(f"u{n}", 80, 76, cancelled=1, percent=97, town=1200, share=share, pushed=count)
        for n, (share, count) in enumerate(zip(shares, pushed, strict=True))
    ]
    found = told(sheet(tmp_path, SL_HEAD, rows), "sanlin")
    assert items(found, "u3") == {
        "SL-1": "13",
        "SL-2": "32",
        "SL-3": "13.6",
        "SL-4": "6",
        "SL-5": "10",
        "SL-0": "74.6",
    }
    assert items(found, "u4")["SL-5"] == "4"


def year(flags_of, units=25):
    """Twelve months in which committee ``u`` is last or first, and the others keep the same order."""
    rows = []
    for number, flag in enumerate(flags_of, start=1):
        rows += [
            sanlin_row(f"k{unit:02}", 1000, 970 - 2 * unit, month=f"2024-{number:02}")
            for unit in range(units)
        ]
        rows.append(sanlin_row("u", *((1000, 900) if flag else (1000, 1000)), month=f"2024-{number:02}"))
    return rows


def test_runs_and_veto_over_a_year(tmp_path):
    path = sheet(tmp_path, SL_HEAD, year([1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0]))
    events = [e for e in told(path, "三林镇")["ladder_events"] if e["unit"] == "u"]
    assert [(e["month"], e["rule"]) for e in events] == [
        ("2024-04", "SL-11"),
        ("2024-07", "SL-11"),
        ("2024-07", "SL-9"),
    ]


def test_annual_mean_and_town_accuracy(tmp_path):
    rows = [sanlin_row("a", 80, 79), sanlin_row("b", 200, 190), sanlin_row("c", 80, 77)]
    found = told(sheet(tmp_path, SL_HEAD, rows), "sanlin")
    assert found["town_accuracy"] == {"2024-12": "173/180"}
    assert found["annual"]["2024"]["a"]["parameters"]["months"] == 1


def test_monthly_form_and_last_place(tmp_path):
    rows = [
        ["2024-03", "钢一", 80, 3, 2, 75],
        ["2024-03", "钢二", 100, 1, 1, 98],
        ["2024-03", "合计", 180, 4, 3, 173],
    ]
    found = told(sheet(tmp_path, SG_HEAD, rows), "shanggang")
    assert [(r["unit"], r["figure"], r["rank"]) for r in found["results"]] == [
        ("钢二", "49/50", 1),
        ("钢一", "15/16", 2),
    ]
    assert found["town_accuracy"] == {"2024-03": "173/180"}
    assert [(e["unit"], e["level"]) for e in found["ladder_events"]] == [("钢一", 1)]
    assert found["results"][0]["rank_interval"] == [1, 2]


def test_staffing_and_weekly_workload(tmp_path):
    people = [0, 1, 1500, 1501, 4499, 4500, 4501]
    rows = [["2024-05", f"u{n}", p, 1] for n, p in enumerate(people)]
    found = told(sheet(tmp_path, ["月份", "居委", "实有人口", "现有人数"], rows), "gumei")
    assert [items(found, f"u{n}", "2024-05")["GM-1"] for n in range(7)] == ["0", "1", "1", "2", "3", "3", "4"]
    rows = [["2024-05", "a", 60, 40, 50], ["2024-05", "b", 60, 40, 49], ["2024-05", "c", 0, 0, 150]]
    found = told(sheet(tmp_path, ["月份", "账号", "新增", "注销", "走访"], rows), "gumei")
    assert [r["items"]["GM-2"]["met"] for r in found["results"]] == [True, False, True]
    assert found["results"][2]["items"]["GM-2"]["notes"]


def test_weeks_of_one_account_are_kept_apart(tmp_path):
    rows = [["2024-05", "a", "W19", 60, 40, 50], ["2024-05", "a", "W20", 60, 40, 49]]
    found = told(sheet(tmp_path, ["月份", "账号", "周次", "新增", "注销", "走访"], rows), "gumei")
    assert [(r["unit"], r["items"]["GM-2"]["met"]) for r in found["results"]] == [
        ("a W19", True),
        ("a W20", False),
    ]


def test_the_monthly_form_is_read_as_it_is_printed(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "form.xlsx") as book:
        page = book.add_worksheet()
        page.merge_range("A1:H1", "2024年3月居民区实有人口核查月报表")
        for place, name in ((0, "序号"), (1, "居委"), (6, "正确率"), (7, "备注")):
            page.merge_range(1, place, 2, place, name)
        page.merge_range(1, 2, 1, 5, "总核查人数(每个居委不低于80人)")
        page.write_row(2, 2, ["小计", "其中:应登未登人数", "其中:应消未消人数", "其中:正确人数"])
        page.write_row(3, 0, [1, "钢一", 80, 3, 2, 75, "93.75%"])
        page.write_row(4, 0, [2, "钢二", 100, 1, 1, 98, "98%"])
        page.write_row(5, 1, ["合计", 180, 4, 3, 173, "96.11%"])
    found = told(tmp_path / "form.xlsx", "shanggang", "--month", "2024年3月")
    assert [(r["unit"], r["items"]["SG-6"]["value"]) for r in found["results"]] == [
        ("钢二", "49/50"),
        ("钢一", "15/16"),
    ]


def test_a_run_with_changed_parameters_says_so(tmp_path):
    path = sheet(tmp_path, SL_HEAD, GOOD)
    assert told(path, "sanlin", "--set", "sl2.step_policy=ceil")["rule_sets"] == ["sanlin-2022+set"]


def test_grid_staff_share(tmp_path):
    pairs = [(10, 50), (9, 50), (10, 51), (11, 51), (3, 15), (0, 0)]
    rows = [[f"g{n}", own, changes] for n, (own, changes) in enumerate(pairs)]
    path = sheet(tmp_path, ["微网格", "专职网格员维护量", "变动总量"], rows)
    found = told(path, "xujing", "--month", "2024-05")
    assert [r["items"]["XJ-3"]["met"] for r in found["results"]] == [True, False, False, True, True, None]


def test_link_rate(tmp_path):
    path = sheet(tmp_path, ["月份", "居委", "登记总数", "关联房屋数"], [["2024-05", "a", 1000, 962]])
    assert told(path, "方松")["results"][0]["items"]["FS-1"]["value"] == "481/500"


def test_english_headers_other_encodings_and_formats_give_the_same_scores(tmp_path):
    head = ["month", "committee", "station", "cancelled", "checked", "correct", "fabricated", "class_percent",
            "class_town_total", "declared_percent", "pushed"]  # fmt: skip
    rows = [sanlin_row("甲", 80, 76, percent="97", town=1200), sanlin_row("乙", 81, 79, share="5.5")]
    wanted = told(sheet(tmp_path, SL_HEAD, rows), "sanlin")["results"]
    assert told(sheet(tmp_path, head, rows, "english.csv", "gb18030"), "sanlin")["results"] == wanted
    frame = pd.DataFrame(
        [[row[0], *row[1:7], float(row[7]), *row[8:9], float(row[9]), row[10]] for row in rows], columns=head
    )
    frame.to_parquet(tmp_path / "table.parquet")
    assert told(tmp_path / "table.parquet", "sanlin")["results"] == wanted
    with xlsxwriter.Workbook(tmp_path / "table.xlsx") as book:
        page, percent = book.add_worksheet(), book.add_format({"num_format": "0.0%"})
        page.merge_range(0, 0, 0, 10, "居（村）委人口管理工作考核表")
        for number, row in enumerate([SL_HEAD, *rows], start=1):
            for place, value in enumerate(row):
                if number > 1 and place in (7, 9):
                    page.write_number(number, place, float(value) / 100, percent)
                else:
                    page.write(number, place, value)
    assert told(tmp_path / "table.xlsx", "sanlin")["results"] == wanted


def test_results_are_written_whole_in_each_format(tmp_path):
    path = sheet(tmp_path, SL_HEAD, year([1] * 12))
    for suffix in ("json", "xlsx", "csv"):
        assert run(path, "sanlin", "-o", str(tmp_path / f"out.{suffix}")).exit_code == 0
    book = load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["得分", "约谈", "年度", "算式"]
    assert book["得分"].max_row == 12 * 26 + 1
    again = tmp_path / "again.json"
    run(path, "sanlin", "-o", str(again))
    assert again.read_bytes() == (tmp_path / "out.json").read_bytes()
    assert "一票否决" in (tmp_path / "out.csv").read_text("utf-8-sig")


GOOD = [sanlin_row("甲", 80, 76), sanlin_row("乙", 80, 79)]


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
    ([*GOOD, sanlin_row("甲", 80, 76, month="2024-11")], "2024-11", "缺少“乙”"),
    (
        [*GOOD, ["2024-12", "合计", "", 0, 161, 155, 0, "", "", "", 4000]],
        "E4（测查人数）",
        "合计161不等于各行之和160",
    ),
    ([], "1", "没有数据"),
]


@pytest.mark.parametrize(("rows", "cell", "cause"), BAD)
def test_a_bad_table_is_refused_by_cell_and_nothing_is_written(tmp_path, rows, cell, cause):
    out = tmp_path / "out.json"
    result = run(sheet(tmp_path, SL_HEAD, rows), "sanlin", "-o", str(out))
    assert result.exit_code == 1
    assert cell in result.stderr
    assert cause in result.stderr
    assert not out.exists()
    assert result.stdout == ""


def test_a_subtotal_that_does_not_add_up_is_named(tmp_path):
    path = sheet(tmp_path, SG_HEAD, [["2024-03", "钢一", 80, 3, 2, 74], ["2024-03", "钢二", 80, 3, 2, 75]])
    result = run(path, "shanggang")
    assert result.exit_code == 1
    assert "C2（小计）：小计80不等于分项之和79" in result.stderr


def test_missing_columns_and_expected_units_are_named(tmp_path):
    result = run(sheet(tmp_path, SL_HEAD[:5], [row[:5] for row in GOOD]), "sanlin")
    assert result.exit_code == 1
    assert "缺少列“正确人数”" in result.stderr
    (tmp_path / "all.txt").write_text("甲\n乙\n丙\n", "utf-8")
    result = run(sheet(tmp_path, SL_HEAD, GOOD), "sanlin", "--expect", str(tmp_path / "all.txt"))
    assert result.exit_code == 1
    assert "缺少“丙”" in result.stderr


def test_wrong_usage_ends_with_two(tmp_path):
    path = sheet(tmp_path, SL_HEAD, GOOD)
    assert run(path, "nowhere").exit_code == 2
    assert run(path, "sanlin", "-o", "x.pdf").exit_code == 2
    assert run(path, "sanlin", "-o", str(tmp_path / "nowhere" / "x.json")).exit_code == 2
    assert run(path, "sanlin", "--expect", str(tmp_path / "nowhere.txt")).exit_code == 2
    assert run(path, "sanlin", "--set", "sl2.ponits=3").exit_code == 2
    assert run(path, "sanlin", "--set", "sl2.step_policy=sideways").exit_code == 2
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"not a workbook")
    assert run(broken, "sanlin").exit_code == 1


def test_a_towns_own_rule_file_is_used_and_a_broken_one_named(tmp_path):
    own = (Path(seeds.rule_sets.__file__).parent / "sanlin-2022.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(own.replace('"floor"', '"ceil"'), "utf-8")
    path = sheet(tmp_path, SL_HEAD, [sanlin_row("u", 81, 79)])
    assert items(told(path, str(tmp_path / "own.toml")), "u")["SL-2"] == "47"
    (tmp_path / "own.toml").write_text(own.replace("sl9.veto_count", "sl9.vetoes"), "utf-8")
    result = run(path, str(tmp_path / "own.toml"))
    assert result.exit_code == 2
    assert "sl9.vetoes" in result.stderr


def test_an_empty_or_meaningless_file_is_refused(tmp_path):
    for content in (b"", b"\x00\xff\xfe\x01", "只有一行".encode()):
        (tmp_path / "odd.csv").write_bytes(content)
        result = run(tmp_path / "odd.csv", "sanlin")
        assert result.exit_code == 1
        assert "缺少列" in result.stderr


def test_a_month_before_the_rules_is_refused(tmp_path):
    result = run(sheet(tmp_path, SL_HEAD, [sanlin_row("甲", 80, 76, month="2021-12")]), "sanlin")
    assert result.exit_code == 1
    assert "2021-12-31" in result.stderr


def test_a_name_that_looks_like_a_formula_stays_text(tmp_path):
    path = sheet(tmp_path, SL_HEAD, [sanlin_row("=1+1", 80, 76)])
    for suffix in ("csv", "xlsx"):
        run(path, "sanlin", "-o", str(tmp_path / f"out.{suffix}"))
    assert "'=1+1" in (tmp_path / "out.csv").read_text("utf-8-sig")
    assert load_workbook(tmp_path / "out.xlsx")["得分"]["B2"].data_type == "s"


def test_a_town_of_83_committees_is_scored_in_a_tenth_of_a_second(rules_and_rows):
    from grids.assessment.scoring import assess as score

    rules, rows = rules_and_rows
    times = []
    for _ in range(5):
        begin = time.process_time()
        score([rules], rows)
        times.append(time.process_time() - begin)
    assert min(times) < 0.1


@pytest.fixture
def rules_and_rows():
    from grids.assessment.parameters import month_of
    from grids.assessment.rule_set import from_dict
    from grids.assessment.scoring import Row
    from seeds.rule_sets import load

    rows = [
        Row(month_of("2024-12"), f"u{n}", {"station": f"s{n % 5}", "cancelled": n % 3, "checked": 80, "correct": 70 + n % 11,
            "class_percent": 97, "class_town_total": 800, "declared_percent": n % 15, "pushed": 20 * n})
        for n in range(83)
    ]  # fmt: skip
    return from_dict(load("sanlin")), rows
