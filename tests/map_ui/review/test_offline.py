from __future__ import annotations

import pytest

from map_ui.review import offline
from map_ui.review.offline import KNOWN, OutsideReference, inline


def test_the_addresses_that_folium_names_are_replaced_by_the_pinned_files() -> None:
    script, sheet = KNOWN
    page = inline(f'<link rel="stylesheet" href="{sheet}"/><script src="{script}"></script>')
    assert "https://cdn" not in page
    assert "<link" not in page
    assert "noConflict" in page  # the library itself
    assert ".leaflet-pane" in page


def test_images_of_the_stylesheet_are_inside_and_no_source_map_is_asked_for() -> None:
    script, sheet = KNOWN
    page = inline(f'<link href="{sheet}"><script src="{script}"></script>')
    assert "url(data:image/png;base64," in page
    assert "url(images/" not in page
    assert "sourceMappingURL" not in page


@pytest.mark.parametrize(
    "element",
    [
        '<script src="https://example.org/a.js"></script>',
        '<link rel="stylesheet" href="//example.org/a.css">',
        '<img src="http://example.org/a.png">',
        '<iframe src="page.html"></iframe>',
        "<style>@import 'a.css';</style>",
        "<style>a { background: url(https://example.org/a.png) }</style>",
    ],
)
def test_anything_else_that_a_browser_would_fetch_is_refused(element: str) -> None:
    with pytest.raises(OutsideReference):
        inline(f"<p>{element}</p>")


def test_a_map_library_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline, "LEAFLET", "9.9.9")
    with pytest.raises(offline.MissingPackage, match=r"9\.9\.9"):
        inline(f'<script src="{next(iter(KNOWN))}"></script>')
