"""Signing in: the right word, the wrong word, a session that ends while somebody works."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from .driver import Console


def test_the_right_password_opens_the_town(new_console: Callable[..., Console]) -> None:
    console = new_console(role=None)
    console.page.goto(console.service.url)
    console.sign_in("office")
    expect(console.page.locator("header.top")).to_be_visible()
    expect(console.page.get_by_role("grid")).to_be_visible()


def test_a_wrong_password_says_so_in_the_language_of_the_page(new_console: Callable[..., Console]) -> None:
    for lang, word in (("zh", "口令"), ("en", "password")):
        console = new_console(role=None, lang=lang)
        console.page.goto(f"{console.service.url}/?lang={lang}")
        console.sign_in("office", password="not the password")
        alert = console.page.get_by_role("alert")
        expect(alert).to_contain_text(word)
        expect(alert).not_to_contain_text(" / ")
        expect(console.page.locator("input[name=password]")).to_have_value("")


def test_a_session_that_ended_is_taken_up_where_it_was(new_console: Callable[..., Console]) -> None:
    console = new_console(role=None)
    console.page.goto(console.service.url)
    console.sign_in("office")
    expect(console.page.get_by_role("grid")).to_be_visible()
    console.page.wait_for_timeout(1_500)  # else layers still on their way ask before the person does
    console.page.context.clear_cookies()
    console.page.locator("header nav").get_by_role("link", name=console.say("screen.boundaries")).click()
    expect(console.dialog).to_contain_text(console.say("login.title"))
    console.sign_in("office")
    expect(console.dialog).to_have_count(0)
    expect(console.button("versions.new")).to_be_visible()


def test_who_signed_out_sees_nothing_more(new_console: Callable[..., Console]) -> None:
    console = new_console(role=None)
    console.page.goto(console.service.url)
    console.sign_in("committee_head")
    console.page.locator("header .menu > button").click()
    console.page.get_by_role("menuitem", name=console.say("action.sign_out")).click()
    expect(console.page.locator("input[name=name]")).to_be_visible()
    assert console.page.request.get(f"{console.service.url}/api/town").status == 401
