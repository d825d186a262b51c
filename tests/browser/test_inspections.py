"""A joint inspection by mouse: pick, plan, route; then a phone that loses its network in the middle."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from uuid import uuid4

from PIL import Image
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


def test_a_photo_of_a_place_is_seen_with_its_stop(console: Console) -> None:
    made = planned(console)
    stop = next(s for s in made["stop_list"] if s["team"])
    picture = BytesIO()
    Image.new("RGB", (320, 240), (120, 140, 90)).save(picture, "JPEG")
    sent = console.page.request.fetch(
        f"{console.service.url}/api/inspections/{made['id']}/stops/{stop['id']}/photos/{uuid4()}",
        method="PUT", data=picture.getvalue(),
        headers={"X-CSRF-Token": console.read("/api/session")["csrf"], "Content-Type": "image/jpeg"},
    )  # fmt: skip
    assert sent.ok, sent.text()
    console.page.reload()
    console.row(stop["id"]).click()
    shown = console.page.locator(".photos img")
    expect(shown).to_have_count(1)
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_a_measure_is_visited_again_reported_and_closed_with_evidence(console: Console) -> None:
    made = planned(console)
    stop = next(s for s in made["stop_list"] if s["team"])
    console.send(f"/api/inspections/{made['id']}/measures",
                 {"id": str(uuid4()), "stop_id": stop["id"], "kind": "recheck", "department": "committee",
                  "due_on": "2026-12-31"})  # fmt: skip
    console.open("#/inspections?tab=measures")
    line = console.page.get_by_role("row").filter(has_text=stop["code"]).last
    line.get_by_label(console.say("inspections.measure.revisit")).fill("2026-12-20")
    console.button("inspections.measure.report", line).click()
    expect(line).to_contain_text(console.say("inspections.measure.state.done"))
    console.button("inspections.measure.close", line).click()
    expect(line).to_contain_text(console.say("inspections.measure.state.closed"))
    kept = [m for m in console.read("/api/inspections/measures") if m["inspection_id"] == made["id"]]
    assert [(m["state"], m["revisit_on"]) for m in kept] == [("closed", "2026-12-20")]
