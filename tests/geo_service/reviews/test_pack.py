"""The pack of a month: every file there, equal bytes on a second run, and a page that works with the network cut."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from geo_service.database import Database, Scope
from geo_service.dependencies import SHANGHAI
from geo_service.inspections import printing as browsers
from geo_service.reviews import months, packing, printing

TOWN = "310199001"
OFFICE = Scope(TOWN, None, "office")
MONTH = dt.date(2026, 3, 1)
NOW = dt.datetime(2026, 4, 8, 10, tzinfo=SHANGHAI)


def packed(town: Database, rules: str | None = None) -> dict[str, bytes]:
    with town.transaction(OFFICE) as session:
        return packing.pack(session, OFFICE, MONTH, now=NOW, town=rules)[0]


def first_difference(one: bytes, other: bytes) -> tuple[bytes, bytes]:
    """What stands around the first byte that differs."""
    at = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return one[max(0, at - 120) : at + 60], other[max(0, at - 120) : at + 60]


def test_a_published_months_pack_is_whole_and_its_bytes_repeat(town: Database, tmp_path: Path) -> None:
    for action in ("freeze", "score", "publish"):
        with town.transaction(OFFICE) as session:
            months.decide(session, OFFICE, MONTH, action, now=NOW)
    files = packed(town)
    assert {
        "review-2026-03.html",
        "F-2-checks.xlsx",
        "F-7-ranking.xlsx",
        "bulletin.docx",
        "ranking.csv",
        "data.json",
    } <= files.keys()
    again = packed(town)
    assert [first_difference(files[name], again[name]) for name in files if files[name] != again[name]] == []
    manifest = json.loads(files["manifest.json"])
    assert manifest["provisional"] is False
    assert manifest["files"]["data.json"]["sha256"] == hashlib.sha256(files["data.json"]).hexdigest()
    assert set(manifest["files"]) == set(files) - {"manifest.json"}
    assert len(files["review-2026-03.html"]) < 6_000_000
    with town.transaction(OFFICE) as session:
        archive = zipfile.ZipFile(io.BytesIO(packing.zipped(session, OFFICE, MONTH, now=NOW)))
    assert set(archive.namelist()) == set(files)
    packing.write(files, tmp_path)
    assert (tmp_path / "data.json").read_bytes() == files["data.json"]


def test_a_pack_without_a_browser_says_so(town: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsers, "browser", lambda: None)
    files = packed(town)
    assert "bulletin.pdf" not in files
    assert "bulletin.html" in files
    assert json.loads(files["manifest.json"])["notes"] == [printing.NO_BROWSER]
    assert "草稿" in files["review-2026-03.html"].decode()


@pytest.mark.browser
def test_the_page_needs_no_network_and_a_row_marks_its_place_on_the_map(
    chromium: Browser, town: Database, tmp_path: Path
) -> None:
    file = tmp_path / "review.html"
    file.write_bytes(packed(town)["review-2026-03.html"])
    context = chromium.new_context(offline=True, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    trouble: list[str] = []
    page.on("console", lambda m: trouble.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: trouble.append(str(e)))
    page.on(
        "request",
        lambda r: trouble.append(r.url) if not r.url.startswith(("file:", "data:", "about:")) else None,
    )
    page.goto(file.as_uri())
    page.wait_for_function("map !== null && map !== undefined")
    assert page.evaluate("drawn.length") == 0
    page.click("tr[data-code] >> nth=0")
    assert page.evaluate("drawn.length") == 1
    page.click("button.group >> nth=0")
    assert page.evaluate("drawn.length") > 1
    assert page.locator("tr.grouped").count() > 1
    assert page.is_visible("h1 .zh >> nth=0")
    page.click("#language")
    assert page.is_visible("h1 .en >> nth=0")
    assert not page.is_visible("h1 .zh >> nth=0")
    context.close()
    assert trouble == []


def test_names_in_the_page_cannot_become_markup(town: Database) -> None:
    page = packed(town)["review-2026-03.html"].decode()
    body = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?https?:", body)
    assert page.count("</script>") == 1
