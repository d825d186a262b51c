"""The vectors of the other four towns' rules through the command line."""

from __future__ import annotations

import xlsxwriter


def test_monthly_form_and_last_place(sheet, heads, told):
    rows = [
        ["2024-03", "钢一", 80, 3, 2, 75],
        ["2024-03", "钢二", 100, 1, 1, 98],
        ["2024-03", "合计", 180, 4, 3, 173],
    ]
    found = told(sheet(heads["shanggang"], rows), "shanggang")
    assert [(r["unit"], r["figure"], r["rank"]) for r in found["results"]] == [
        ("钢二", "49/50", 1),
        ("钢一", "15/16", 2),
    ]
    assert found["town_accuracy"] == {"2024-03": "173/180"}
    assert [(e["unit"], e["level"]) for e in found["ladder_events"]] == [("钢一", 1)]
    assert found["results"][0]["rank_interval"] == [1, 2]


def test_staffing_and_weekly_workload(sheet, told, items):
    people = [0, 1, 1500, 1501, 4499, 4500, 4501]
    rows = [["2024-05", f"u{n}", p, 1] for n, p in enumerate(people)]
    found = told(sheet(["月份", "居委", "实有人口", "现有人数"], rows), "gumei")
    assert [items(found, f"u{n}", "2024-05")["GM-1"] for n in range(7)] == ["0", "1", "1", "2", "3", "3", "4"]
    rows = [["2024-05", "a", 60, 40, 50], ["2024-05", "b", 60, 40, 49], ["2024-05", "c", 0, 0, 150]]
    found = told(sheet(["月份", "账号", "新增", "注销", "走访"], rows), "gumei")
    assert [r["items"]["GM-2"]["met"] for r in found["results"]] == [True, False, True]
    assert found["results"][2]["items"]["GM-2"]["notes"]


def test_weeks_of_one_account_are_kept_apart(sheet, told):
    rows = [["2024-05", "a", "W19", 60, 40, 50], ["2024-05", "a", "W20", 60, 40, 49]]
    found = told(sheet(["月份", "账号", "周次", "新增", "注销", "走访"], rows), "gumei")
    assert [(r["unit"], r["items"]["GM-2"]["met"]) for r in found["results"]] == [
        ("a W19", True),
        ("a W20", False),
    ]


def test_the_monthly_form_is_read_as_it_is_printed(tmp_path, told):
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


def test_grid_staff_share(sheet, told):
    pairs = [(10, 50), (9, 50), (10, 51), (11, 51), (3, 15), (0, 0)]
    rows = [[f"g{n}", own, changes] for n, (own, changes) in enumerate(pairs)]
    path = sheet(["微网格", "专职网格员维护量", "变动总量"], rows)
    found = told(path, "xujing", "--month", "2024-05")
    assert [r["items"]["XJ-3"]["met"] for r in found["results"]] == [True, False, False, True, True, None]


def test_link_rate(sheet, told):
    path = sheet(["月份", "居委", "登记总数", "关联房屋数"], [["2024-05", "a", 1000, 962]])
    assert told(path, "方松")["results"][0]["items"]["FS-1"]["value"] == "481/500"
