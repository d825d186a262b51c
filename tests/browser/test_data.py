"""Data in: a file is tried before it is loaded, a day's checks survive a cut network."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from .driver import Console


def test_a_file_with_errors_is_reported_row_by_row_and_nothing_is_written(
    console: Console, tmp_path: Path
) -> None:
    buildings = console.read("/api/layers/buildings")["features"]
    code = buildings[0]["properties"]["code"]
    before = console.read("/api/loads")
    file = tmp_path / "dwellings.csv"
    file.write_text(
        f"code,building_code,use,status\nT-1,{code},rented,occupied\nT-2,{code},palace,occupied\n", "utf-8"
    )
    console.open("#/register?tab=import")
    console.page.get_by_label(console.say("data.kind")).select_option("dwellings")
    console.page.locator("input[type=file]").set_input_files(file)
    with console.page.expect_response("**/api/loads") as answered:
        console.button("data.look").click()
    report = answered.value.json()["report"]
    assert report["errors"] == 1
    problem = report["problems"][0]
    expect(console.page.locator("#content")).to_contain_text(problem["message"].split("。")[0])
    assert console.read("/api/loads") == before


def test_a_column_that_nobody_knows_is_matched_by_hand_and_read_then(
    console: Console, tmp_path: Path
) -> None:
    code = console.read("/api/layers/buildings")["features"][0]["properties"]["code"]
    file = tmp_path / "dwellings.csv"
    file.write_text(f"code,building_code,怎么住,status\nT-9,{code},rented,occupied\n", "gb18030")
    console.open("#/register?tab=import")
    console.page.get_by_label(console.say("data.kind")).select_option("dwellings")
    console.page.locator("input[type=file]").set_input_files(file)
    console.button("data.look").click()
    alert = console.page.locator(".import").get_by_role("alert")
    expect(alert).to_contain_text("use")
    expect(alert).not_to_contain_text("--map")
    expect(alert).not_to_contain_text("Required")
    strange = console.page.get_by_role("combobox", name="怎么住")
    expect(strange).to_have_value("")
    expect(console.page.get_by_role("combobox", name="building_code")).to_have_value("building_code")
    strange.select_option("use")
    with console.page.expect_response("**/api/loads") as answered:
        console.button("data.mapping.again").click()
    report = answered.value.json()["report"]
    assert {"source": "怎么住", "field": "use"} in report["columns"]
    assert (report["ok"], report["errors"]) == (1, 0), report["problems"]


def test_a_good_file_is_loaded_shown_in_the_history_and_taken_back(console: Console, tmp_path: Path) -> None:
    code = console.read("/api/layers/buildings")["features"][0]["properties"]["code"]
    file = tmp_path / "three-homes.csv"
    rows = "".join(f"NEW-{n},{code},owner_occupied,occupied\n" for n in range(3))
    file.write_text("code,building_code,use,status\n" + rows, "utf-8")
    console.open("#/register?tab=import")
    console.page.get_by_label(console.say("data.kind")).select_option("dwellings")
    console.page.locator("input[type=file]").set_input_files(file)
    console.button("data.look").click()
    console.button("data.commit").click()
    expect(console.page.locator(".notices")).to_contain_text("3")
    console.page.get_by_role("tab", name=console.say("data.loads")).click()
    line = console.page.get_by_role("row").filter(has_text="three-homes.csv")
    expect(line).to_contain_text("office")
    console.button("action.undo", line).click()
    console.button("action.undo", console.dialog).click()
    expect(line).to_contain_text(console.say("data.state.undone"))


def test_a_days_checks_typed_while_the_network_is_cut_arrive_once(console: Console) -> None:
    console.open("#/register?tab=enter")
    console.page.context.set_offline(True)
    console.page.get_by_label(console.say("sheet.day")).fill("2026-03-30")
    console.page.get_by_label(console.say("sheet.time")).first.fill("09:30")
    console.page.get_by_label(console.say("sheet.dwelling")).first.fill(console.service.town["dwelling"])
    for key, n in (("checked", "2"), ("correct", "2")):
        console.page.get_by_label(console.say(f"count.{key}"), exact=True).first.fill(n)
    console.button("sheet.hand_in", n=1).click()
    expect(console.page.locator(".sheet [role=status]")).to_contain_text(re.compile("1"))
    console.page.context.set_offline(False)
    with console.page.expect_response("**/api/checks", timeout=30_000) as answered:
        pass
    receipts = answered.value.json()["receipts"]
    assert [r["state"] for r in receipts] == ["stored"], receipts
    assert console.page.evaluate("localStorage.getItem('wangge.visits')") == "[]"


def test_the_quality_of_the_register_is_shown_as_the_service_counts_it(console: Console) -> None:
    quality = console.read("/api/quality")
    console.open("#/register?tab=quality")
    expect(console.page.locator(".tiles > div")).to_have_count(len(quality["measures"]))
    shown = console.page.locator(".quality").inner_text()
    assert not re.search(r"NaN|undefined|quality\.", shown)
