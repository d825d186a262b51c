"""A newcomer whose mouse is broken: from the sign-in page to a published division and a printed map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from .driver import Console


def to(page: Page, wanted: Locator, most: int = 80) -> None:
    """Press Tab until the focus is there, as somebody does who sees where the focus is."""
    expect(wanted).to_be_visible()
    for _ in range(most):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {wanted}")


def press(page: Page, wanted: Locator) -> None:
    to(page, wanted)
    page.keyboard.press("Enter")


def walk(page: Page, key: str, times: int) -> None:
    for _ in range(times):
        page.keyboard.press(key)
        page.wait_for_timeout(150)  # the map comes to rest under the crosshair


def draw_across(console: Console) -> bool:
    """Zoom to the chosen grid and draw a line down through its middle, its end moved once; True: the grid was split."""
    page = console.page
    page.keyboard.press("z")
    page.wait_for_timeout(400)
    page.keyboard.press("s")
    expect(page.locator(".crosshair")).to_be_visible()
    walk(page, "ArrowUp", 4)
    page.keyboard.press("Enter")
    walk(page, "ArrowDown", 7)
    page.keyboard.press("Enter")
    page.keyboard.press(",")  # take up the last point again
    walk(page, "Shift+ArrowRight", 2)
    walk(page, "ArrowDown", 1)
    page.keyboard.press("Enter")
    with page.expect_response("**/operations") as answered:
        page.keyboard.press("Control+Enter")
    return bool(answered.value.ok)


def test_from_sign_in_to_a_published_division_and_a_printed_map_by_keyboard_alone(
    new_console: Callable[..., Console], tmp_path: Path
) -> None:
    console = new_console(role=None)
    page = console.page
    page.goto(console.service.url)
    account = console.service.accounts["office"]
    expect(page.locator("input[name=name]")).to_be_focused()
    page.keyboard.type(account["name"])
    page.keyboard.press("Tab")
    page.keyboard.type(account["password"])
    page.keyboard.press("Enter")
    expect(page.locator("header.top")).to_be_visible()

    press(page, page.locator("header nav").get_by_role("link", name=console.say("screen.boundaries")))
    press(page, console.button("versions.new"))
    expect(console.dialog.get_by_label(console.say("new.name"))).to_be_focused()
    page.keyboard.type("键盘划分")
    to(page, console.dialog.locator("input[type=radio]:checked"))
    page.keyboard.press("ArrowDown")
    press(page, console.button("new.divide", console.dialog))
    choices = console.dialog.get_by_role("radio")
    expect(choices).to_have_count(3, timeout=60_000)
    press(page, choices.nth(1))
    press(page, console.button("alternative.use", console.dialog))
    draft = console.opened_draft("键盘划分")
    before = console.grids(draft)

    table = page.get_by_role("grid")
    expect(table.locator("tbody tr[role=row]")).to_have_count(len(before))
    to(page, table)
    page.keyboard.press("ArrowDown")
    for _ in range(4):  # where a line would leave a grid in pieces it is refused, and the next one is tried
        if draw_across(console):
            break
        page.keyboard.press("Escape")
        to(page, table)
        page.keyboard.press("ArrowDown")
    after = console.grids(draft)
    assert len(after) == len(before) + 1
    expect(table.locator("tbody tr[role=row]")).to_have_count(len(after))
    page.keyboard.press("Control+z")
    expect(table.locator("tbody tr[role=row]")).to_have_count(len(before))
    page.keyboard.press("Control+Shift+Z")
    expect(table.locator("tbody tr[role=row]")).to_have_count(len(after))

    press(page, console.button("publish.open"))
    expect(console.dialog.locator("dl.counts")).to_be_visible()
    to(page, console.dialog.locator("select"))
    page.keyboard.press("ArrowDown")  # the month after the next
    expect(console.dialog.locator("dl.counts")).to_be_visible()
    press(page, console.button("publish.open", console.dialog))
    expect(console.dialog).to_have_count(0, timeout=30_000)
    assert console.read(f"/api/boundary-versions/{draft}")["status"] == "published"

    press(page, page.locator("header nav").get_by_role("link", name=console.say("screen.review")))
    expect(page.locator(".month-map")).to_have_count(2)
    # The browser's own dialog cannot be driven; the sheet that it would print is laid out and made a PDF.
    page.evaluate("window.print = () => {}")
    page.keyboard.press("Control+p")
    expect(page.locator("html[data-printing]")).to_have_count(1)
    page.wait_for_timeout(500)
    sheet = page.pdf(path=str(tmp_path / "meeting.pdf"), format="A4", landscape=True, print_background=True)
    assert len(sheet) > 30_000  # two maps and a table, not an empty sheet
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("html[data-printing]")).to_have_count(0)
