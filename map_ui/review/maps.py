"""One folium page for a town's months: a file that opens anywhere, without a network."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

import folium
import orjson
from branca.element import Element, MacroElement
from folium.template import Template

from map_ui.palette import LINE_WIDTHS_PX, ROLES, svg_pattern
from map_ui.review import rows, views
from map_ui.review.frames import MonthFrames
from map_ui.review.offline import KNOWN, inline
from map_ui.review.shapes import SCALE, bounds_of, label_points, packed_all
from map_ui.wording import WORDS, day_text, month_text, percent_text, text, thin_spaced

_PAGE = Path(__file__).parent / "page"
#: A browser that reads this fetches nothing, whatever a name in the data may contain.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_WORDS = (
    "month_map.compare", "month_map.compare.none", "month_map.north", "month_map.whole", "month_map.views",
    "month_map.months", "month_map.layers", "month_map.names", "month_map.interval", "month_map.change",
    "month_map.points", "month_map.per_100", "month_map.checked", "month_map.visited", "month_map.inspected",
    "month_map.correct", "month_map.cluster", "month_map.cluster.of", "month_map.cells", "month_map.incomparable",
    "legend.grids", "legend.count", "layer.buildings", "layer.key-sites", "shell.earlier", "shell.later", "action.print",
    "language.other", "state.no_data", "state.withheld", "figure.target", "map.zoom_in", "map.zoom_out", "map.label",
    "unit.buildings", "unit.per_100_dwellings",
)  # fmt: skip


class MonthPage(MacroElement):
    """Draws the town on a folium map: layers, legend, month slider and comparison (``page/page.js``)."""

    _template = Template(
        "{% macro script(this, kwargs) %}\n{{ this.code }}\n"
        "wanggeMonths({{ this._parent.get_name() }}, {{ this.data }});\n{% endmacro %}"
    )

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__()
        self._name = "MonthPage"
        self.code = (_PAGE / "page.js").read_text(encoding="utf-8")
        # In a script "</" would end it, and "<!--" would hide its end: a name may hold either. folium renders its own
        # output with Jinja once more, so a name with "{{" would run on the server: no template begins in JSON but in a text.
        written = orjson.dumps(data).decode("utf-8").replace("<", "\\u003c")
        self.data = re.sub(r"\{(?=[{%#])", r"\\u007b", written)


def month_map(frames: MonthFrames) -> str:
    """The whole page as HTML (EPSG:4326 in, Web Mercator on screen, Chinese first with a switch to English).

    Raises InputError or CrsError for frames that do not fit together, OutsideReference if the page would fetch anything.
    """
    frames.check()
    data = page_data(frames)
    west, south, east, north = bounds_of(frames.committees.geometry)
    page = folium.Map(
        [(south + north) / 2, (west + east) / 2], zoom_start=14, tiles=None, zoom_control=False,
        attributionControl=False, zoomSnap=0.25, zoomDelta=0.5, wheelPxPerZoomLevel=90, min_zoom=11, max_zoom=20,
        zoomAnimation=False,
    )  # fmt: skip
    # Only the map library itself: folium's other defaults (jQuery, Bootstrap, icon fonts) serve things not used here.
    script, sheet = KNOWN
    page.default_js, page.default_css = [("leaflet", script)], [("leaflet_css", sheet)]
    page.add_child(MonthPage(data))
    root: Any = page.get_root()
    title = text("month_map.title", town=frames.name)
    root.header.add_child(
        Element(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'), index=0
    )
    # branca reads what an Element is given as a Jinja template: a brace in a name would run as a program on the server.
    inert = escape(title).replace("{", "&#123;").replace("}", "&#125;")
    root.header.add_child(Element(f"<title>{inert}</title><style>{_style()}</style>"))
    root.html.add_child(Element((_PAGE / "page.html").read_text(encoding="utf-8")), index=0)
    root.html.add_child(Element(_patterns()))
    return inline(root.render().replace("<html>", '<html lang="zh-CN">', 1))


def page_data(frames: MonthFrames) -> dict[str, Any]:
    """Everything the page's script needs, with every decision taken and every number written."""
    west, south, *_ = bounds_of(frames.committees.geometry)
    origin = (round(west, 6), round(south, 6))
    codes = {
        "micro-grid": frames.grids["code"].drop_duplicates().tolist(),
        "cell": frames.cells.index.tolist(),
        "building": frames.buildings["code"].tolist(),
    }
    return {
        "town": [frames.name, frames.name_en],
        "months": [_month(frames, m) for m in frames.months],
        "origin": origin,
        "scale": SCALE,
        "codes": {k: v for k, v in codes.items() if k != "building"},
        "shapes": _shapes(frames, origin),
        "views": [_view(frames, v, codes[v.layer]) for v in views.VIEWS],
        "fills": {k: _fill(k, f) for k, f in views.fills().items()},
        "roles": ROLES["light"],
        "widths": LINE_WIDTHS_PX,
        "words": {k: [thin_spaced(WORDS[k][0]), WORDS[k][1]] for k in _WORDS},
        "audience": views.both("month_map.partner", release=frames.release)
        if frames.release
        else views.both("month_map.internal"),
    }


def _month(frames: MonthFrames, month: str) -> dict[str, Any]:
    version = frames.version_of[month]
    day = frames.as_of.get(month)
    # A name may hold both languages, Chinese first.
    name = frames.version_names.get(version, str(version)).split(" / ")
    source = [
        text(
            "month_map.source",
            lang,
            version=name[0] if lang == "zh" else name[-1],
            day=day_text(day, lang) if day else "—",
        )
        for lang in ("zh", "en")
    ]
    return {
        "id": month,
        "label": [month_text(month, "zh"), month_text(month, "en")],
        "version": version,
        "source": source,
    }


def _view(frames: MonthFrames, view: views.View, codes: list[str]) -> dict[str, Any]:
    target = frames.targets.get(view.measure)
    made: dict[str, Any] = {
        "id": view.id,
        "layer": view.layer,
        "title": views.both(view.title),
        "of": views.both(view.of),
        "detail": view.detail,
        "unit": view.unit,
        "entries": views.entries(view),
        "changeEntries": views.change_entries(view),
        "target": percent_text(target, 0) if target is not None else None,
    }
    if view.id == "buildings":
        return made | {
            "letters": rows.status_letters(frames),
            "alphabet": {v: f"status.{k}" for k, v in rows.STATUS_LETTERS.items()},
        }
    if view.id == "hotspots":
        grids = views.View(
            "rates", "micro-grid", view.measure, view.title, view.of, view.detail, interval=True
        )
        made["grids"] = rows.month_rows(frames, grids, frames.grids["code"].drop_duplicates().tolist())
        made["clusters"] = _clusters(frames)
    return made | {
        "rows": rows.month_rows(frames, view, codes),
        "totals": rows.totals(frames, view),
        "changes": rows.changes(frames, view, codes),
    }


def _clusters(frames: MonthFrames) -> list[list[list[Any]]]:
    found: dict[str, list[list[Any]]] = {month: [] for month in frames.months}
    for c in frames.clusters.to_dict("records"):
        place = [round(c["lon"], 6), round(c["lat"], 6), round(c["radius_m"], 1)]
        found[c["month"]].append([*place, str(int(c["cases"])), str(int(c["trials"])), f"{c['p']:.3f}"])
    return list(found.values())


def _shapes(frames: MonthFrames, origin: tuple[float, float]) -> dict[str, Any]:
    grids, committees, sites = frames.grids, frames.committees, frames.key_sites
    names = [
        _short(a, b or a) for a, b in zip(committees["name"], committees["name_en"].fillna(""), strict=True)
    ]
    name_of = dict(zip(committees["code"], names, strict=True))
    kinds = [views.both(f"value.kind.{kind}") for kind in sites["kind"]]
    return {
        "backdrop": list(zip(frames.backdrop["kind"], packed_all(frames.backdrop.geometry, origin), strict=True)),
        "barriers": [
            [kind, float(width) if width == width and width is not None else 0.0, parts]
            for kind, width, parts in zip(frames.barriers["kind"], frames.barriers["width_m"],
                                          packed_all(frames.barriers.geometry, origin), strict=True)
        ],
        "buildings": packed_all(frames.buildings.geometry, origin),
        "grids": [
            [int(v), code, name or code, name_of.get(committee, ["", ""]), parts]
            for v, code, name, committee, parts in zip(grids["version"], grids["code"], grids["name"], grids["committee_code"],
                                                       packed_all(grids.geometry, origin), strict=True)
        ],
        "committees": list(zip(names, label_points(committees.geometry, origin), packed_all(committees.geometry, origin), strict=True)),
        "town": packed_all([committees.geometry.union_all()], origin)[0],
        "cells": packed_all(frames.cells, origin),
        "sites": list(zip(sites["name"], kinds, sites["listed"].astype(bool).tolist(), packed_all(sites.geometry, origin), strict=True)),
    }  # fmt: skip


def _short(name: str, name_en: str) -> list[str]:
    """A committee's name without the word that all of them end in: there is little room on a map."""
    return [
        name.removesuffix("居委会").removesuffix("居民区") or name,
        name_en.removesuffix(" Residents' Committee"),
    ]


def _fill(key: str, fill: Any) -> dict[str, Any]:
    return {"fill": f"url(#{_pattern_id(key)})" if fill.pattern else fill.colour, "outline": fill.outline}


def _patterns() -> str:
    marks = "".join(svg_pattern(f, _pattern_id(k)) for k, f in views.fills().items() if f.pattern)
    return f'<svg id="patterns" width="0" height="0" aria-hidden="true"><defs>{marks}</defs></svg>'


def _pattern_id(key: str) -> str:
    return "fill-" + key.replace(".", "-").replace("_", "-")


def _style() -> str:
    roles = "".join(f"--{name.replace('_', '-')}:{colour};" for name, colour in ROLES["light"].items())
    return f":root{{{roles}}}\n" + (_PAGE / "page.css").read_text(encoding="utf-8")
