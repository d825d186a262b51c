"""Make a page whole: every script and stylesheet inside it, nothing left to fetch.

folium names addresses on the internet; an office network has none. The pinned package ``xstatic-leaflet`` holds the
same files, so each known address is replaced by its file and an unknown one is an error, never a page that half works.
"""

from __future__ import annotations

import base64
import re
from importlib.metadata import PackageNotFoundError, distribution

from grids.errors import GridError

LEAFLET = "1.9.3"
_PACKAGE = "xstatic-leaflet"
_CDN = f"https://cdn.jsdelivr.net/npm/leaflet@{LEAFLET}/dist"
#: What folium may name, and which file of the package stands for it.
KNOWN = {f"{_CDN}/leaflet.js": "leaflet.js", f"{_CDN}/leaflet.css": "leaflet.css"}

_SCRIPT = re.compile(r"<script\b[^>]*?\bsrc=[\"']([^\"']+)[\"'][^>]*>\s*</script>", re.IGNORECASE)
_SHEET = re.compile(r"<link\b[^>]*?\bhref=[\"']([^\"']+)[\"'][^>]*/?>", re.IGNORECASE)
_IMAGE = re.compile(r"url\(\s*[\"']?(images/[\w.-]+)[\"']?\s*\)")
#: What makes a browser fetch something: an attribute, a stylesheet's url() or @import.
_FETCHES = re.compile(
    r"<[a-z][^>]*?\s(?:src|srcset|poster|data|action)\s*=\s*[\"']?\s*(?!data:)([^\"'\s>]+)"
    r"|<link\b[^>]*?\bhref\s*=\s*[\"']?([^\"'\s>]+)"
    r"|url\(\s*[\"']?(?!data:|#)([^\"')\s]+)"
    r"|@import\s+([^;]+)",
    re.IGNORECASE,
)
_INLINE_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.IGNORECASE | re.DOTALL)


class OutsideReference(GridError):
    """The page would fetch something that no pinned package holds."""

    def __init__(self, address: str) -> None:
        super().__init__(f"The page asks for {address}, which is not shipped; it would not work offline.")
        self.address = address


class MissingPackage(GridError):
    """The package with the map library is not installed, or in another version than folium expects."""


def inline(page: str) -> str:
    """``page`` with every script and stylesheet inside. Raises OutsideReference for an address it does not know.

    >>> inline('<link rel="stylesheet" href="https://example.org/a.css">')
    Traceback (most recent call last):
    map_ui.review.offline.OutsideReference: The page asks for https://example.org/a.css, which is not shipped; ...
    """
    page = _SCRIPT.sub(lambda m: f"<script>{_script(m[1])}</script>", page)
    page = _SHEET.sub(lambda m: f"<style>{_sheet(m[1])}</style>", page)
    for found in _FETCHES.finditer(_INLINE_SCRIPT.sub("<script></script>", page)):
        raise OutsideReference(next(part for part in found.groups() if part))
    return page


def _script(address: str) -> str:
    text = _file(_known(address)).decode("utf-8")
    # A source map would be the one request left, made by whoever opens the developer tools.
    return re.sub(r"//# sourceMappingURL=\S+", "", text)


def _sheet(address: str) -> str:
    return _IMAGE.sub(lambda m: f"url({_data_uri(m[1])})", _file(_known(address)).decode("utf-8"))


def _known(address: str) -> str:
    if address not in KNOWN:
        raise OutsideReference(address)
    return KNOWN[address]


def _data_uri(name: str) -> str:
    return "data:image/png;base64," + base64.b64encode(_file(name)).decode("ascii")


def _file(name: str) -> bytes:
    try:
        package = distribution(_PACKAGE)
    except PackageNotFoundError as error:
        raise MissingPackage(f"The package {_PACKAGE} is not installed; run make setup.") from error
    if not package.version.startswith(LEAFLET):
        raise MissingPackage(f"{_PACKAGE} is {package.version}, but the maps are made for Leaflet {LEAFLET}.")
    return bytes(package.locate_file(f"xstatic/pkg/leaflet/data/{name}").read_bytes())  # type: ignore[attr-defined]
