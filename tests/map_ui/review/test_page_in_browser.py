"""The page in Debian's Chromium with the network cut: no request, no error, every view drawn in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from map_ui.review.frames import MonthFrames
from map_ui.review.maps import month_map

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(chromium: Browser, frames: MonthFrames, tmp_path: Path) -> Iterator[tuple[Page, Path, list[str]]]:
    file = tmp_path / "map.html"
    file.write_text(month_map(frames), encoding="utf-8")
    context = chromium.new_context(offline=True, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    trouble: list[str] = []
    page.on("console", lambda m: trouble.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: trouble.append(str(e)))
    page.on("request", lambda r: trouble.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
    show(page, file, "")
    yield page, file, trouble
    context.close()


def show(page: Page, file: Path, place: str) -> None:
    page.goto("about:blank")
    page.goto(f"{file.as_uri()}#{place}")
    page.wait_for_function("document.documentElement.dataset.ready")


def fills(page: Page, pane: str) -> list[str]:
    found: Any = page.eval_on_selector_all(
        f".leaflet-{pane}-pane path", "paths => paths.filter(p => p.getAttribute('fill-opacity') > 0).map(p => p.getAttribute('fill'))"
    )  # fmt: skip
    return list(found)


def test_every_view_opens_without_a_request_or_an_error_in_both_languages(
    opened: tuple[Page, Path, list[str]],
) -> None:
    page, file, trouble = opened
    for lang, title in (("zh", "登记准确率"), ("en", "Register accuracy")):
        for view in ("checked_share", "check_density", "hotspots", "accuracy", "buildings"):
            show(page, file, f"view={view}&lang={lang}")
            assert page.locator("#legend tr").count() >= 5
            assert page.locator("#views [aria-selected=true]").count() == 1
        assert page.get_by_role("tab", name=title).count() == 1
    assert trouble == []


def test_no_data_and_withheld_are_drawn_with_their_own_fills(opened: tuple[Page, Path, list[str]]) -> None:
    page, file, _ = opened
    show(page, file, "view=checked_share")
    assert "#ffffff" in fills(page, "areas")
    show(page, file, "view=accuracy")
    drawn = fills(page, "areas")
    assert {"url(#fill-withheld)", "url(#fill-cannot-tell)"} <= set(drawn)
    box = page.locator("#fill-withheld circle").count()
    assert box == 1


def test_the_legend_counts_the_grids_of_each_class(opened: tuple[Page, Path, list[str]]) -> None:
    page, file, _ = opened
    show(page, file, "view=checked_share&lang=en&month=2026-01")
    rows = dict(zip(page.locator("#legend td:nth-child(2)").all_inner_texts(),
                    page.locator("#legend td:nth-child(3)").all_inner_texts(), strict=True))  # fmt: skip
    assert rows["No data"] == "1"
    assert rows["of which zero (same colour)"] == "1"
    assert rows["Withheld (small count)"] == "0"
    classes = [int(n) for label, n in rows.items() if "%" in label]
    assert sum(classes) == 3


def test_the_month_slider_speaks_chinese_and_recolours_the_map(opened: tuple[Page, Path, list[str]]) -> None:
    page, _, _ = opened
    assert page.locator("#month-name").inner_text() == "2026年3月"
    page.locator("#month").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#month-name").inner_text() == "2026年2月"
    assert page.locator("#legend .number").inner_text().startswith("22.3%")
    page.locator("#earlier").click()
    assert page.locator("#legend .number").inner_text().startswith("19.4%")
    assert page.locator("#earlier").is_disabled()


def test_two_months_are_compared_and_a_redrawn_grid_is_left_blank(
    opened: tuple[Page, Path, list[str]],
) -> None:
    page, _, _ = opened
    page.locator("#compare select").select_option(label="2026年1月")
    assert "2026年3月较2026年1月的变化" in page.locator("#legend").inner_text()
    assert "#ffffff" in fills(page, "areas")


def test_scale_north_source_and_date_stand_on_the_page(opened: tuple[Page, Path, list[str]]) -> None:
    page, _, _ = opened
    assert page.locator(".leaflet-control-scale-line").inner_text().endswith("m")
    assert page.locator("#north").inner_text().strip() == "北"
    assert "2026年3月28日" in page.locator("#source").inner_text()
    page.locator("#language").click()
    assert "28 March 2026" in page.locator("#source").inner_text()


def test_what_is_under_the_pointer_is_told_and_names_are_text_only(
    opened: tuple[Page, Path, list[str]],
) -> None:
    page, file, _ = opened
    show(page, file, "view=accuracy&hide=footprints,sites,names")
    areas = page.locator(".leaflet-areas-pane path")
    box = areas.first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
    told = page.locator(".leaflet-tooltip").inner_text()
    assert "%" in told or "Withheld" in told or "不公布" in told
    assert page.locator(".leaflet-tooltip b b").count() == 0
