"""Every screen in both languages: nothing serious for axe, nothing untranslated, nothing refused by the policy."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .driver import Console

SCREENS = {
    "overview": ["#/overview", "#/overview?by=committee&q=accuracy", "#/overview?by=cell&q=check_density"],
    "boundaries": ["#/boundaries", "#/boundaries/1", "#/boundaries/1?tab=problems"],
    "review": ["#/review", "#/review?tab=trends", "#/review?tab=ladder", "#/review?tab=todo"],
    "register": [f"#/register?tab={name}" for name in ("import", "enter", "loads", "quality", "exports")],
    "inspections": [
        f"#/inspections?tab={name}" for name in ("candidates", "list", "measures", "tickets", "learning")
    ],
    "administration": [
        f"#/administration?tab={name}"
        for name in ("accounts", "roles", "sign-on", "keys", "webhooks", "handovers", "rules", "releases")
    ],
}
CHINESE = re.compile("[\u4e00-\u9fff]")
#: A key of the list of words that found no word: two parts at least, in small letters, joined by a point.
BARE_KEY = re.compile(r"(?<![\w.@/])(?:action|admin|area|count|data|draft|exports|fact|figure|handover|inspections?|kind|measure|overview|"
                      r"permission|problem|quality|review|role|sheet|sign_on|state|value|version|webhook)\.[a-z_.]+\b")  # fmt: skip


def test_the_audit_has_no_serious_barrier(new_console: Callable[..., Console]) -> None:
    console = new_console("operator")
    console.open("#/administration?tab=audit")
    console.page.wait_for_timeout(300)
    found = Axe().run(console.page).response["violations"]
    assert not [v["id"] for v in found if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_has_no_serious_barrier_and_no_word_without_translation(
    new_console: Callable[..., Console], screen: str, lang: str
) -> None:
    console = new_console(lang=lang, size=(1366, 768) if lang == "zh" else (1920, 1080))
    for address in SCREENS[screen]:
        console.open(address)
        console.page.wait_for_timeout(300)
        found = Axe().run(console.page).response["violations"]
        serious = [
            (v["id"], v["impact"], [n["html"][:160] for n in v["nodes"][:3]])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert not serious, (address, serious)
        shown = console.page.locator("#content").inner_text()
        assert not BARE_KEY.findall(shown), (address, BARE_KEY.findall(shown)[:5])
        assert "undefined" not in shown
        assert "NaN" not in shown


def test_the_dark_theme_has_no_serious_barrier(console: Console) -> None:
    console.page.add_init_script("localStorage.setItem('wangge.theme', 'dark')")
    for address in (address for addresses in SCREENS.values() for address in addresses):
        console.open(address)
        console.page.wait_for_timeout(300)
        found = Axe().run(console.page).response["violations"]
        assert not [
            (v["id"], v["nodes"][0]["html"][:160]) for v in found if v["impact"] in ("serious", "critical")
        ], address


def test_the_words_of_the_frame_change_with_one_click(console: Console) -> None:
    console.open()
    frame = console.page.locator("header nav")
    assert CHINESE.search(frame.inner_text())
    console.page.get_by_role("button", name=console.say("language.switch")).click()
    expect(frame).to_contain_text("Overview")
    assert not CHINESE.search(frame.inner_text())
    assert console.page.evaluate("document.documentElement.lang") == "en"
