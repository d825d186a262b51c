"""A newcomer with a mouse: from the sign-in page to a published division and a printed map for the meeting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from .driver import Console


def test_from_sign_in_to_a_published_division_and_a_printed_map(
    new_console: Callable[..., Console], tmp_path: Path
) -> None:
    console = new_console(role=None)
    page = console.page
    page.goto(console.service.url)
    console.sign_in("office")
    expect(page.locator("header.top")).to_be_visible()

    console.go("boundaries")
    console.button("versions.new").click()
    console.dialog.get_by_label(console.say("new.name")).fill("新手划分")
    console.dialog.get_by_text(console.say("new.division"), exact=True).click()
    console.button("new.divide", console.dialog).click()
    choices = console.dialog.get_by_role("radio")
    expect(choices).to_have_count(3, timeout=60_000)
    choices.nth(1).click()
    console.button("alternative.use", console.dialog).click()
    draft = console.opened_draft("新手划分")
    grids = console.grids(draft)
    expect(page.get_by_role("grid").locator("tbody tr[role=row]")).to_have_count(len(grids))

    console.button("publish.open").click()
    expect(console.dialog.locator("dl.counts")).to_be_visible()
    console.button("publish.open", console.dialog).click()
    expect(console.dialog).to_have_count(0, timeout=30_000)
    expect(page.locator(".notices")).to_contain_text("新手划分")
    assert console.read(f"/api/boundary-versions/{draft}")["status"] == "published"

    console.go("review")
    expect(page.locator(".map").first).to_be_visible()
    # The browser's own dialog cannot be driven; the sheet that it would print is laid out and made a PDF.
    page.evaluate("window.print = () => {}")
    console.button("action.print").click()
    expect(page.locator("html[data-printing]")).to_have_count(1)
    page.wait_for_timeout(500)
    sheet = page.pdf(path=str(tmp_path / "meeting.pdf"), format="A4", landscape=True, print_background=True)
    assert sheet.startswith(b"%PDF")
    assert len(sheet) > 30_000  # two maps and a table, not an empty sheet
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("html[data-printing]")).to_have_count(0)
