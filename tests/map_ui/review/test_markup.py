"""Names that are programs: on the map, in the forms and in the bulletin they stay names."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from playwright.sync_api import Browser

from map_ui.review import bulletin, forms_ranking, forms_sanlin, forms_shanggang, forms_staffing
from map_ui.review.frames import MonthFrames
from map_ui.review.maps import month_map

from .test_forms import gumei, meeting_of, sanlin, shanggang

RUN = "document.documentElement.setAttribute('data-run','1')"
HOSTILE = [
    f"<img src=x onerror={RUN}>",
    f"</script><script>{RUN}</script>",
    f'"><svg onload={RUN}>',
    f"'-{RUN}-'",
    f"${{{RUN}}}",
    "{{constructor.constructor('return 1')()}}",
    "<!--<script>",
    "\u2028*/alert(1)//",
]
FORMULAS = ['=HYPERLINK("http://evil.example","x")', "+1+1", "-2+3", "@SUM(1)", "\t=1", "<w:p>甲</w:p>&amp;"]


@pytest.mark.browser
def test_a_name_that_is_a_program_does_not_run_on_the_offline_map(
    chromium: Browser, frames: MonthFrames, changed: Callable[..., MonthFrames], tmp_path: Path
) -> None:
    """Every name of the page is one of the hostile ones; every view is opened in both languages."""
    named = [HOSTILE[n % len(HOSTILE)] for n in range(len(frames.grids))]
    sick = changed(
        name=HOSTILE[0], name_en=HOSTILE[1], grids=frames.grids.assign(name=named),
        committees=frames.committees.assign(name=HOSTILE[:2], name_en=HOSTILE[2:4]),
        key_sites=frames.key_sites.assign(name=HOSTILE[2]), version_names={1: HOSTILE[3], 2: HOSTILE[1]},
    )  # fmt: skip
    file = tmp_path / "map.html"
    file.write_text(month_map(sick), encoding="utf-8")
    context = chromium.new_context(offline=True)
    page = context.new_page()
    for place in ("", *(f"view={name}&lang={lang}" for name in ("checked_share", "accuracy", "buildings", "hotspots") for lang in ("zh", "en"))):  # fmt: skip
        page.goto("about:blank")
        page.goto(f"{file.as_uri()}#{place}")
        page.wait_for_function("document.documentElement.dataset.ready")
        for shape in page.query_selector_all(".leaflet-interactive")[:8]:
            shape.dispatch_event("mouseover")
            shape.dispatch_event("click")
        assert page.evaluate("document.documentElement.dataset.run") is None, place
    shown = page.content()
    context.close()
    assert "onerror=" in shown  # the name is there, as text


@pytest.mark.parametrize(
    "name", ["{{ 6 * 7 }}", "{% raw %}", "{# x #}", "{{ cycler.__init__.__globals__ }}", "}}{{ 6 * 7 }}"]
)
def test_a_name_that_is_a_template_is_not_filled_in_on_the_server(
    frames: MonthFrames, changed: Callable[..., MonthFrames], name: str
) -> None:
    """branca renders what it is given with Jinja; such a name once ran there."""
    page = month_map(
        changed(
            name=name, name_en=name, grids=frames.grids.assign(name=name), version_names={1: name, 2: name},
            committees=frames.committees.assign(name=name, name_en=name), key_sites=frames.key_sites.assign(name=name),
        )
    )  # fmt: skip
    title = page[page.index("<title>") : page.index("</title>")]
    assert html.unescape(title).count(name) == 1
    assert "__globals__" not in title or "{{ cycler" in html.unescape(title)


def test_a_name_that_is_a_formula_is_text_in_every_form() -> None:
    values = {"subtotal": 100, "to_register": 1, "to_deregister": 1, "correct": 98}
    ours = {"meeting_of": meeting_of("shanggang", dict.fromkeys(FORMULAS, values))}
    books = {
        "check": forms_shanggang.check_form(ours["meeting_of"]), "ranking": forms_ranking.ranking_form(ours["meeting_of"]),
        "staffing": forms_staffing.staffing_form(meeting_of("gumei", {n: {"population": 10, "actual": 1} for n in FORMULAS})),
    }  # fmt: skip
    for form, content in books.items():
        found = [
            cell for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets for row in sheet.iter_rows() for cell in row
            if isinstance(cell.value, str) and any(name.strip() in cell.value for name in FORMULAS)
        ]  # fmt: skip
        assert len(found) >= len(FORMULAS), form
        assert [c.coordinate for c in found if c.data_type == "f" or c.hyperlink] == [], form


@pytest.mark.parametrize("name", [*HOSTILE, *FORMULAS[-1:]], ids=range(len(HOSTILE) + 1))
def test_a_name_that_is_markup_is_text_in_the_bulletin(name: str) -> None:
    values = {"subtotal": 100, "to_register": 1, "to_deregister": 1, "correct": 98}
    meeting = replace(meeting_of("shanggang", {name: values, "甲居委会": values}), town=name)
    with zipfile.ZipFile(io.BytesIO(bulletin.bulletin_docx(meeting))) as document:
        body = ElementTree.fromstring(document.read("word/document.xml"))
    text = "".join(part.text or "" for part in body.iter() if part.tag.endswith("}t"))
    assert name.replace("\u2028", "") in text.replace("\u2028", "")
    page = bulletin.bulletin_html(meeting)
    assert f"<img src=x onerror={RUN}>" not in page
    assert f"<script>{RUN}" not in page
    assert f"<svg onload={RUN}>" not in page


def test_ordinary_months_are_still_made() -> None:
    assert all(len(made) > 1_000 for made in (forms_sanlin.scoring_forms(sanlin()), forms_shanggang.check_form(shanggang()), forms_staffing.staffing_form(gumei())))  # fmt: skip
