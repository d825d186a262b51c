"""The overview: map and table are one, months and areas switch, places are found, a drawn area is counted."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect
from shapely.geometry import shape

from .driver import Console, outline_of


def test_the_table_equals_the_map_and_either_chooses_for_both(console: Console) -> None:
    grids = console.read("/api/layers/micro-grids")["features"]
    chosen = grids[0]["properties"]["code"]
    town = outline_of(grids)
    console.look_at(town, "overview", share=0.9)
    expect(console.page.get_by_role("grid").locator("tbody tr[role=row]")).to_have_count(len(grids))
    console.row(chosen).click()
    expect(console.page).to_have_url(re.compile(f"sel=micro-grid:{chosen}"))
    other = grids[-1]
    middle = shape(other["geometry"]).representative_point()
    console.click_at(middle.x, middle.y)
    # A building or a site on the very spot is chosen before the ground under it.
    code = other["properties"]["code"]
    expect(console.page).to_have_url(re.compile(f"sel=(micro-grid:{code}|building:|key-site:)"))
    if "micro-grid" in console.page.url:
        expect(console.row(code)).to_have_attribute("aria-selected", "true")


def test_every_number_of_a_row_is_the_services_own(console: Console) -> None:
    console.open("#/overview?by=committee")
    month = console.service.town["months"][-1]
    rows = console.read(f"/api/indicators?month={month}&by=committee")["rows"]
    for row in rows:
        share = row["measures"]["checked_share"]["value"]
        expect(console.row(row["code"])).to_contain_text(f"{share * 100:.1f}")


def test_the_arrow_keys_walk_through_the_table(console: Console) -> None:
    console.open("#/overview?by=committee")
    table = console.page.get_by_role("grid")
    expect(table.locator("tbody tr[role=row]").first).to_be_visible()
    table.focus()
    console.page.keyboard.press("ArrowDown")
    console.page.keyboard.press("ArrowDown")
    expect(table.locator("tbody tr[role=row]").nth(1)).to_have_attribute("aria-selected", "true")


def test_another_month_shows_that_months_figures_and_stays_in_the_address(console: Console) -> None:
    console.open("#/overview?by=committee")
    earlier = console.service.town["months"][-2]
    console.page.locator("header select").last.select_option(earlier)
    expect(console.page).to_have_url(re.compile(f"m={earlier}"))
    row = console.read(f"/api/indicators?month={earlier}&by=committee")["rows"][0]
    expect(console.row(row["code"])).to_contain_text(f"{row['measures']['checked_share']['value'] * 100:.1f}")
    console.page.reload()
    expect(console.page.locator("header select").last).to_have_value(earlier)


def test_a_building_is_found_by_its_code_and_shows_its_facts(console: Console) -> None:
    buildings = console.read("/api/layers/buildings")["features"]
    code = buildings[0]["properties"]["code"]
    console.open()
    console.page.get_by_role("search").locator("input").fill(code)
    console.page.get_by_role("option").filter(has_text=code).first.click()
    facts = console.page.get_by_role("region", name=console.say("overview.facts"))
    expect(facts).to_contain_text(code)
    assert not re.search(r"undefined|\[object|null|NaN", facts.inner_text())


def test_a_drawn_polygon_is_counted_by_the_service(console: Console) -> None:
    grids = console.read("/api/layers/micro-grids")["features"]
    whole = shape(grids[0]["geometry"])
    console.look_at(whole, "overview")
    west, south, east, north = whole.bounds
    console.button("overview.draw").click()
    with console.page.expect_response("**/api/indicators/area") as answered:
        console.draw_line((west, south), (east, south), (east, north), (west, north))
    figures = answered.value.json()
    assert figures["buildings"] > 0
    expect(console.page.locator(".split-panel").first).to_contain_text(f"{figures['counts']['residents']:,}")


def test_each_kind_of_area_and_each_measure_can_be_shown(console: Console) -> None:
    for by in ("micro-grid", "committee", "zone", "station", "cell"):
        for measure in ("checked_share", "check_density", "accuracy", "group_renting_rate"):
            console.open(f"#/overview?by={by}&q={measure}")
            expect(console.page.get_by_role("grid").locator("tbody tr[role=row]").first).to_be_visible()
            expect(console.page.get_by_role("alert")).to_have_count(0)


def test_what_a_committee_head_sees_is_the_own_committee(new_console: Callable[..., Console]) -> None:
    console = new_console("committee_head")
    own = console.read("/api/session")["account"]["areas"]
    console.open("#/overview?by=committee")
    expect(console.page.get_by_role("grid").locator("tbody tr[role=row]")).to_have_count(len(own))


def test_every_counted_cell_is_drawn_and_can_be_chosen(console: Console) -> None:
    month = console.read("/api/town")["current_month"]
    counted = {row["code"] for row in console.read(f"/api/indicators?month={month}&by=cell")["rows"]}
    cells = {
        f["properties"]["code"]: shape(f["geometry"]) for f in console.read("/api/layers/cells")["features"]
    }
    assert len(counted) > 10
    assert counted <= set(cells)
    code = sorted(counted)[len(counted) // 2]
    centre = cells[code].centroid
    console.open(f"#/overview?by=cell&q=check_density&at={centre.x:.5f},{centre.y:.5f},17")
    console.click_at(centre.x, centre.y)
    # A building or a site on the very spot is chosen before the cell.
    expect(console.page).to_have_url(re.compile(f"sel=(cell:{code}|building:|key-site:)"))
