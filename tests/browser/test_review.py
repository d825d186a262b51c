"""The monthly meeting: two months beside one another, the ranking, the decisions of the office."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from .driver import Console


def test_a_month_goes_from_open_to_published_by_the_office(console: Console) -> None:
    month = console.service.town["months"][0]
    console.open(f"#/review?m={month}")
    states = console.page.locator(".states [aria-current=step]")
    expect(states).to_have_text(console.say("review.state.open"))
    for action, state in (("freeze", "frozen"), ("score", "scored"), ("publish", "published")):
        console.button(f"review.{action}", console.page.locator(".state-bar")).click()
        console.button(f"review.{action}", console.dialog).click()
        expect(console.dialog).to_have_count(0, timeout=30_000)
        expect(states).to_have_text(console.say(f"review.state.{state}"))
    ranking = console.read(f"/api/reviews/{month}")["ranking"]
    assert ranking
    expect(console.page.locator(".split-panel tbody tr[role=row]")).to_have_count(len(ranking))


def test_two_months_stand_side_by_side_on_one_view(console: Console) -> None:
    console.open("#/review")
    expect(console.page.locator(".map")).to_have_count(2)
    now, before = console.service.town["months"][-1], console.service.town["months"][-2]
    for month in (now, before):
        total = console.read(f"/api/indicators?month={month}&by=committee")["total"]["measures"][
            "checked_share"
        ]
        expect(console.page.locator("#content")).to_contain_text(f"{total['value'] * 100:.1f}%")
    console.page.locator("header select").last.select_option(before)
    expect(console.page).to_have_url(re.compile(f"m={before}"))


def test_who_may_not_decide_is_offered_no_decision(new_console: Callable[..., Console]) -> None:
    console = new_console("community_centre")
    console.open("#/review")
    expect(console.page.locator(".states")).to_be_visible()
    expect(console.button("review.freeze")).to_have_count(0)


def test_presenting_fills_the_screen_and_escape_leads_back(console: Console) -> None:
    console.open("#/review")
    console.button("review.present").click()
    expect(console.page.locator("header.top")).to_have_count(0)
    console.page.keyboard.press("Escape")
    expect(console.page.locator("header.top")).to_be_visible()


def test_a_duty_that_leaves_no_trace_is_marked_and_the_mark_taken_back(console: Console) -> None:
    month = console.service.town["months"][-1]
    calendar = console.read(f"/api/reviews/{month}")["calendar"]
    duty = next(d for d in calendar if d["state"] == "unrecorded")
    console.open(f"#/review?m={month}&tab=todo")
    mark = console.page.get_by_role("button", name=console.say("review.duty.mark.what", what=duty["what"]))
    mark.click()
    expect(mark).to_have_count(0)
    states = {d["key"]: d["state"] for d in console.read(f"/api/reviews/{month}")["calendar"]}
    assert states[duty["key"]] in ("done", "done_late")
    console.button("action.undo", console.page.locator(".notices")).click()
    expect(mark).to_be_visible()
    assert console.read(f"/api/reviews/{month}")["calendar"] == calendar


def test_every_place_stands_on_the_scale_of_the_places_it_could_be(console: Console) -> None:
    month = console.service.town["months"][0]
    console.open(f"#/review?m={month}")
    ranking = console.read(f"/api/reviews/{month}")["ranking"]
    if not ranking:  # this test may be the first of the session
        for action in ("freeze", "score"):
            console.send(f"/api/reviews/{month}/{action}", {})
        console.page.reload()
        ranking = console.read(f"/api/reviews/{month}")["ranking"]
    first = ranking[0]
    row = console.row(first["code"])
    expect(row).to_contain_text(first["name"].removesuffix("居委会"))
    expect(row.locator(".places")).to_have_attribute(
        "aria-label", console.say("review.places.row", low=first["rank_low"], high=first["rank_high"])
    )


def test_who_may_not_read_the_review_is_not_offered_it(new_console: Callable[..., Console]) -> None:
    for role, offered in (("registrar", 0), ("committee_head", 1)):
        console = new_console(role)
        console.open("#/overview")
        links = console.page.locator("header nav").get_by_role("link", name=console.say("screen.review"))
        expect(links).to_have_count(offered)
        assert ("review.read" in console.read("/api/session")["account"]["permissions"]) == bool(offered)
