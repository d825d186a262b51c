"""A joint inspection by mouse: pick, plan, route; then a phone that loses its network in the middle."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from .driver import Console


def planned(console: Console) -> dict[str, Any]:
    """An inspection of let buildings picked in the table, routed and confirmed, as the service has it."""
    console.open("#/inspections")
    console.page.get_by_role("radio", name=console.say("inspections.what.buildings")).click()
    expect(console.page.locator("tbody tr").first).to_be_visible()
    for row in range(4):
        console.page.locator("tbody tr").nth(row).locator("input[type=checkbox]").check()
    console.button("inspections.plan").click()
    console.button("inspections.create", console.dialog).click()
    console.button("inspections.route").click()
    expect(console.button("inspections.route.again")).to_be_visible(timeout=40_000)
    console.button("inspections.move.planned").click()
    expect(console.button("inspections.move.under_way")).to_be_visible()
    number = re.search(r"#/inspections/([0-9a-f-]{36})", console.page.url)
    assert number
    return console.read(f"/api/inspections/{number[1]}")


def on_the_phone(console: Console, made: dict[str, Any], stop: dict[str, Any]) -> Page:
    phone = console.page.context.new_page()
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.goto(f"{console.service.url}/phone.html?lang={console.lang}#/{made['id']}/{stop['id']}")
    expect(phone.get_by_role("heading", name=stop["name"])).to_be_visible()
    return phone


def test_an_inspection_is_picked_planned_and_routed_with_a_control_among_its_places(console: Console) -> None:
    made = planned(console)
    routed = [s for s in made["stop_list"] if s["team"]]
    assert len(made["stop_list"]) >= 4
    assert any(s["control"] for s in made["stop_list"])
    assert len(routed) + len(made["plan"]["left_out"]) == len(made["stop_list"])
    expect(console.page.locator("tbody tr")).to_have_count(len(made["stop_list"]))


def test_a_phone_without_network_loses_and_doubles_nothing(console: Console) -> None:
    made = planned(console)
    stop = next(s for s in made["stop_list"] if s["team"])
    phone = on_the_phone(console, made, stop)
    phone.wait_for_function("caches.open('wangge-phone').then(c => c.keys()).then(k => k.length > 3)")
    phone.context.set_offline(True)
    phone.get_by_role("button", name=console.say("phone.room.add")).click()
    phone.get_by_role("textbox", name=console.say("sheets.area")).fill("14")
    phone.get_by_role("textbox", name=console.say("sheets.people"), exact=True).fill("3")
    expect(phone.locator("fieldset .wrong")).to_contain_text(
        console.say("inspection.finding.over_2_per_room")
    )
    phone.get_by_role("button", name=console.say("phone.save")).click()
    waiting = phone.locator(".status")
    expect(waiting).to_contain_text(console.say("phone.kept", n=1))
    phone.reload()  # the battery was empty
    expect(waiting).to_contain_text(console.say("phone.kept", n=1))
    assert console.service.url in phone.url
    phone.context.set_offline(False)
    expect(waiting).to_contain_text(console.say("phone.all_sent"), timeout=30_000)
    now = console.read(f"/api/inspections/{made['id']}")
    assert len(now["results"]) == 1
    assert sorted(f["kind"] for f in now["findings"]) == ["over_2_per_room", "under_5m2"]
