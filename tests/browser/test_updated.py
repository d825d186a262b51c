"""The console is rebuilt while a tab stays open: what the tab has not loaded yet is gone."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from .driver import Console


def test_an_open_tab_after_an_update_offers_to_reload_and_returns_to_the_same_view(console: Console) -> None:
    console.open("#/overview?by=committee")
    page = console.page
    gone = re.compile(r"/assets/Boundaries-.*\.js")

    def newer(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, body=re.sub(r"assets/index-[\w-]+\.js", "assets/index-newer.js", answer.text())
        )

    page.route(gone, lambda route: route.fulfill(status=404, body=""))
    page.route(re.compile(r"/(\?.*)?$"), newer)
    console.page.locator("header nav").get_by_role("link", name=console.say("screen.boundaries")).click()
    expect(page.locator(".trouble")).to_contain_text(console.say("trouble.updated")[:6])
    page.unroute_all()
    console.button("action.reload").click()
    expect(page.get_by_role("heading", name=console.say("versions.title"))).to_be_visible()
    expect(page).to_have_url(re.compile("#/boundaries"))


def test_a_part_that_the_network_lost_is_no_update(console: Console) -> None:
    console.open("#/overview")
    page = console.page
    page.route(re.compile(r"/assets/Review-.*\.js"), lambda route: route.abort())
    console.page.locator("header nav").get_by_role("link", name=console.say("screen.review")).click()
    expect(page.locator(".trouble")).to_contain_text(console.say("trouble.unreachable")[:6])
