"""What a person does at the console, by the words on the screen; tests say what, this says how."""

from __future__ import annotations

import math
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect
from shapely.geometry import LineString, Polygon, box, shape
from shapely.ops import unary_union

from map_ui.wording import text

from .service import Service

#: Metres a pixel of web Mercator at zoom 0, tiles of 256 pixels.
METRES_AT_ZOOM_0 = 156_543.03392804097


class Console:
    """One browser tab at the console of a service."""

    def __init__(self, page: Page, service: Service, lang: str = "zh") -> None:
        self.page, self.service, self.lang = page, service, lang

    # ---- words

    def say(self, key: str, **values: object) -> str:
        """A label as it stands on the screen, in this tab's language; thin spaces as the console sets them."""
        return str(text(key, self.lang, **values))  # type: ignore[arg-type]

    def button(self, key: str, within: Locator | None = None, **values: object) -> Locator:
        """A button whose name begins with the label (its key may follow)."""
        words = [re.escape(word) for word in self.say(key, **values).split()]
        name = re.compile("^" + r"\s*".join(words))  # the console sets thin spaces
        return (within or self.page).get_by_role("button", name=name)

    @property
    def dialog(self) -> Locator:
        return self.page.locator("dialog[open]")

    def row(self, code: str) -> Locator:
        """The row of an area in the screen's table."""
        return self.page.locator(f"[id='row-{code}']")

    # ---- ways

    def open(self, address: str = "#/overview") -> None:
        """Go to an address of the console and wait until the town stands there."""
        self.page.goto(f"{self.service.url}/?lang={self.lang}{address}")
        expect(self.page.locator("header.top")).to_be_visible()
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0)

    def go(self, screen: str) -> None:
        """Choose a screen in the navigation."""
        self.page.locator("header nav").get_by_role("link", name=self.say(f"screen.{screen}")).click()
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0)

    def sign_in(self, role: str, password: str | None = None) -> None:
        """Fill the form that asks for account and password, on the page or over it."""
        account = self.service.accounts[role]
        self.page.locator("input[name=name]").fill(account["name"])
        self.page.locator("input[name=password]").fill(password or account["password"])
        self.page.locator(".login-form button[type=submit]").click()

    def read(self, path: str) -> Any:
        """What the service answers this tab's session."""
        answer = self.page.request.get(self.service.url + path)
        assert answer.ok, f"{path}: {answer.status} {answer.text()[:300]}"
        return answer.json()

    def send(self, path: str, body: object, method: str = "POST") -> Any:
        """The same account somewhere else: an answer from the service, past the screen."""
        csrf = self.read("/api/session")["csrf"]
        answer = self.page.request.fetch(
            self.service.url + path, method=method, data=body, headers={"X-CSRF-Token": csrf}
        )
        assert answer.ok, f"{path}: {answer.status} {answer.text()[:300]}"
        return answer.json() if answer.status != 204 else None

    # ---- the map

    def pixel(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a place is on the screen; the view is read from the address, which restores it."""
        found = re.search(r"[?&]at=([-\d.]+),([-\d.]+),([\d.]+)", self.page.url)
        assert found, f"no view in {self.page.url}"
        centre_lon, centre_lat, zoom = map(float, found.groups())
        frame = self.page.locator(".map").first.bounding_box()
        assert frame
        metres = METRES_AT_ZOOM_0 / 2**zoom
        (x, y), (cx, cy) = _mercator(lon, lat), _mercator(centre_lon, centre_lat)
        return (frame["x"] + frame["width"] / 2 + (x - cx) / metres,
                frame["y"] + frame["height"] / 2 - (y - cy) / metres)  # fmt: skip

    def look_at(self, area: Polygon, screen: str, share: float = 0.6) -> None:
        """Open a screen so that an area fills a share of the map."""
        (west, south), (east, north) = _mercator(*area.bounds[:2]), _mercator(*area.bounds[2:])
        metres = max((east - west) / (700 * share), (north - south) / (600 * share))
        zoom = math.log2(METRES_AT_ZOOM_0 / metres)
        centre = box(*area.bounds).centroid
        self.open(f"#/{screen}?at={centre.x:.5f},{centre.y:.5f},{zoom:.2f}")

    def at_rest(self) -> None:
        """Wait until the view has stopped moving and stands in the address (written a quarter of a second later)."""
        self.page.wait_for_timeout(600)

    def click_at(self, lon: float, lat: float) -> None:
        """Click a place on the map."""
        self.at_rest()
        self.page.mouse.click(*self.pixel(lon, lat))

    def draw_line(self, *points: tuple[float, float]) -> None:
        """Click each point and end with a double click."""
        for lon, lat in points[:-1]:
            self.click_at(lon, lat)
        self.at_rest()  # two clicks soon after one another would be a double click
        self.page.mouse.move(*self.pixel(*points[-1]), steps=4)
        self.page.mouse.dblclick(*self.pixel(*points[-1]))

    # ---- drawing

    def start_draft(self, name: str) -> int:
        """A draft from the version in force, by mouse; returns its number."""
        self.button("versions.new").click()
        self.dialog.get_by_label(self.say("new.name")).fill(name)
        self.button("new.create", self.dialog).click()
        return self.opened_draft(name)

    def opened_draft(self, name: str) -> int:
        """Wait until the draft of a name stands in the editor."""
        expect(self.page.get_by_role("heading", name=name)).to_be_visible(timeout=30_000)
        expect(self.page.locator(".tool-strip")).to_be_visible()
        found = re.search(r"#/boundaries/(\d+)", self.page.url)
        assert found
        return int(found[1])

    def grids(self, draft: int) -> dict[str, Any]:
        """Code → properties of the grids of a version, as the service has them."""
        features = self.read(f"/api/boundary-versions/{draft}")["grids"]["features"]
        return {f["properties"]["code"]: {**f["properties"], "shape": shape(f["geometry"])} for f in features}

    def tool(self, key: str) -> Locator:
        """A tool of the strip on the left."""
        return self.page.locator(".tool-strip").get_by_role("button", name=re.compile(rf"^{self.say(key)}"))

    def merge(self, first: str, second: str) -> None:
        """Choose two grids in the table and merge them."""
        self.row(first).click()
        self.row(second).click(modifiers=["Control"])
        self.tool("tool.merge").click()


def neighbours(grids: dict[str, Any]) -> tuple[str, str]:
    """Two unlocked grids of one committee that share a border and are one piece together."""
    for first, a in grids.items():
        for second, b in grids.items():
            if first >= second or a["committee_code"] != b["committee_code"] or a["locked"] or b["locked"]:
                continue
            if a["shape"].boundary.intersection(b["shape"].boundary).length > 1e-4:
                return first, second
    raise LookupError("no two grids of one committee are neighbours")


def across(area: Polygon) -> tuple[tuple[float, float], tuple[float, float]]:
    """Ends of a line that crosses an area from side to side through its middle, a little beyond both sides."""
    west, south, east, north = area.bounds
    beyond = 0.06 * max(east - west, north - south)
    middle = area.representative_point()
    if east - west < north - south:
        return (west - beyond, middle.y), (east + beyond, middle.y)
    return (middle.x, south - beyond), (middle.x, north + beyond)


def outline_of(features: list[dict[str, Any]]) -> Polygon:
    """The ground of all features together."""
    return unary_union([shape(f["geometry"]) for f in features])


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    radius = 6_378_137.0
    return math.radians(lon) * radius, radius * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


__all__ = ["Console", "LineString", "Polygon", "across", "neighbours", "outline_of"]
