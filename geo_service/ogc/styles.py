"""Styles for map libraries (MapLibre style, version 8), from the one palette. No outside font, sprite or tile is named."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from geo_service.ogc.declaration import Collection
from geo_service.ogc.tile_matrix_sets import MAX_ZOOM
from map_ui.palette import LINE_WIDTHS_PX, ROLES, SEQUENCES, STATES, Fill, Theme

MEDIA_TYPE = "application/vnd.mapbox.style+json"
#: Measures of a release that have classes of their own → titles. Accuracy has verdicts, which a release does not carry.
MEASURES = {
    "checked_share": ("核查覆盖率", "checked share"),
    "record_share": ("登记核查率", "share of records checked"),
    "check_density": ("核查密度", "checks per 100 dwellings"),
}
_TOWN = ("subdistricts", "committees", "micro-grids", "buildings", "key-sites")
_AREAS = {
    "micro-grid-indicators": ("微网格", "micro-grids"),
    "committee-indicators": ("居委会", "committees"),
}
Layer = dict[str, Any]


def titles(collections: Iterable[Collection]) -> dict[str, str]:
    """Id → title of every style: the town, the measures of a release, and each collection alone; light and dark."""
    found = {"town": "街镇 / the town"}
    for area, (area_zh, area_en) in _AREAS.items():
        for measure, (zh, en) in MEASURES.items():
            found[f"{area}.{measure}"] = f"{area_zh}{zh} / {en} of {area_en}"
    found |= {c.id: f"{c.zh} / {c.en}" for c in collections}
    return found | {f"{name}.dark": f"{title} (深色 / dark)" for name, title in found.items()}


def style(name: str, collections: dict[str, Collection], base: str) -> dict[str, Any] | None:
    """The style of a name; None where there is none. ``base`` is the address of ``/ogc``."""
    title = titles(collections.values()).get(name)
    if title is None:
        return None
    theme: Theme = "dark" if name.endswith(".dark") else "light"
    plain = name.removesuffix(".dark")
    area, _, measure = plain.partition(".")
    shown = _TOWN if plain == "town" else (area,)
    layers = [_layer("ground", "background", None, {"background-color": ROLES[theme]["ground"]})]
    if measure:
        layers += _measured(area, measure, theme)
    else:
        for collection in shown:
            layers += _plain(collections[collection], theme)
    return {
        "version": 8,
        "name": title,
        "sources": {c: _source(collections[c], base) for c in shown},
        "layers": layers,
    }


def _source(collection: Collection, base: str) -> dict[str, Any]:
    tiles = f"{base}/collections/{collection.id}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"
    return {"type": "vector", "tiles": [tiles], "minzoom": 0, "maxzoom": MAX_ZOOM}


def _plain(collection: Collection, theme: Theme) -> list[Layer]:
    roles = ROLES[theme]
    lines = {
        "subdistricts": (roles["border_town"], LINE_WIDTHS_PX["town"]),
        "committees": (roles["border_committee"], LINE_WIDTHS_PX["committee"]),
        "micro-grids": (roles["border_grid"], LINE_WIDTHS_PX["grid"]),
    }
    if collection.id in lines:
        return [_outline(collection.id, *lines[collection.id])]
    if collection.id == "buildings":
        return _buildings(collection, theme)
    colour = roles["caution"] if collection.id == "key-sites" else roles["accent"]
    return [
        _layer(f"{collection.id}-fill", "fill", collection.id, {"fill-color": colour, "fill-opacity": 0.25}, _SURFACES),
        _layer(f"{collection.id}-line", "line", collection.id, {"line-color": colour, "line-width": 2}, _NOT_POINTS),
        _layer(f"{collection.id}-point", "circle", collection.id,
               {"circle-color": colour, "circle-radius": 5, "circle-stroke-color": roles["paper"],
                "circle-stroke-width": 1.5}, _POINTS),
    ]  # fmt: skip


def _buildings(collection: Collection, theme: Theme) -> list[Layer]:
    """Footprints when near; from afar the tile holds counts on squares, drawn as points of four sizes."""
    colour, near = ROLES[theme]["building"], collection.counted_below_zoom
    outlined = {"fill-color": colour, "fill-outline-color": ROLES[theme]["quiet"]}
    return [
        *(
            {**_layer(f"buildings-counted-{low:g}", "circle", "buildings",
                      {"circle-color": colour, "circle-radius": radius}, _between("features", low, high)), "maxzoom": near}
            for low, high, radius in ((1, 4, 2), (4, 16, 3), (16, 64, 5), (64, math.inf, 8))
        ),
        {**_layer("buildings-fill", "fill", "buildings", outlined, _SURFACES), "minzoom": near},
    ]  # fmt: skip


def _measured(area: str, measure: str, theme: Theme) -> list[Layer]:
    """Areas in the classes of a measure, one layer a class; what was withheld and what has no value look like no value."""
    classes, states, withheld = SEQUENCES[measure], STATES[theme], f"{measure}_withheld"
    neither = ["all", ["!", ["has", measure]], ["!", ["has", withheld]]]
    ends = zip((-math.inf, *classes.breaks), (*classes.breaks, math.inf), classes.colours(theme), strict=True)
    return [
        _layer(f"{area}-no-data", "fill", area, {"fill-color": states["no_data"].colour}, neither),
        _layer(f"{area}-withheld", "fill", area, _dotted(states["withheld"]), ["has", withheld]),
        *(
            _layer(
                f"{area}-{measure}-{n}", "fill", area, {"fill-color": colour}, _between(measure, low, high)
            )
            for n, (low, high, colour) in enumerate(ends, 1)
        ),
        _outline(area, ROLES[theme]["border_grid"], LINE_WIDTHS_PX["grid"]),
    ]


def _dotted(fill: Fill) -> dict[str, Any]:
    """A pattern takes a picture from outside; its marks at a third of their strength are as grey from afar."""
    return {"fill-color": fill.pattern.colour if fill.pattern else fill.colour, "fill-opacity": 0.33}


def _between(name: str, low: float, high: float) -> list[Any]:
    """A filter: the property is there, at least ``low`` and below ``high``. Plain comparisons, which QGIS reads too."""
    tests: list[Any] = [["has", name]]
    tests += [[">=", ["get", name], low]] if math.isfinite(low) else []
    tests += [["<", ["get", name], high]] if math.isfinite(high) else []
    return ["all", *tests]


_POINTS = ["==", ["geometry-type"], "Point"]
_NOT_POINTS = ["!=", ["geometry-type"], "Point"]
_SURFACES = ["==", ["geometry-type"], "Polygon"]


def _outline(collection: str, colour: str, width: float) -> Layer:
    return _layer(
        f"{collection}-line", "line", collection, {"line-color": colour, "line-width": width}, _NOT_POINTS
    )


def _layer(
    name: str, kind: str, collection: str | None, paint: dict[str, Any], chosen: list[Any] | None = None
) -> Layer:
    where = {} if collection is None else {"source": collection, "source-layer": collection}
    return {"id": name, "type": kind, **where, **({"filter": chosen} if chosen else {}), "paint": paint}
