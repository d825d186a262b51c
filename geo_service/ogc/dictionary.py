"""The data dictionary: every column of every collection, out of the declarations that answer requests."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from html import escape
from typing import Any

from geo_service.ogc import html
from geo_service.ogc.bulk.lines import cell
from geo_service.ogc.cache import Answer
from geo_service.ogc.declaration import SCHEMA_OF, Collection, Property

_HEAD = ("collection", "property", "type", "zh", "en", "codes", "in_tiles")
_TITLES = ("属性 / property", "类型 / type", "中文", "English", "代码 / codes", "在瓦片中 / in tiles")


def described(collections: Iterable[Collection]) -> list[dict[str, Any]]:
    """One entry a collection: its titles, what it is, its geometry, and its properties in their order."""
    return [
        {
            "collection": c.id, "zh": c.zh, "en": c.en, "about_zh": c.about_zh, "about_en": c.about_en,
            "geometry": c.geometry_type, "datetime": c.temporal, "properties": [_property(p) for p in c.properties],
        }
        for c in collections
    ]  # fmt: skip


def as_csv(entries: list[dict[str, Any]]) -> Answer:
    """One line a property, for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    for entry in entries:
        for p in entry["properties"]:
            writer.writerow(
                map(
                    cell,
                    (entry["collection"], p["name"], p["type"], p["zh"], p["en"], _codes(p), p["in_tiles"]),
                )
            )
    headers = {"Content-Disposition": 'attachment; filename="data-dictionary.csv"'}
    return Answer(200, "text/csv; charset=utf-8", b"\xef\xbb\xbf" + out.getvalue().encode(), headers)


def as_html(entries: list[dict[str, Any]], base: str) -> Answer:
    """A table a collection, to be read or printed."""
    head = "".join(f"<th>{title}</th>" for title in _TITLES)
    parts = []
    for entry in entries:
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in
                             (p["name"], p["type"], p["zh"], p["en"], _codes(p), "✓" if p["in_tiles"] else "")) + "</tr>"
            for p in entry["properties"]
        )  # fmt: skip
        title = escape(f"{entry['collection']} · {entry['zh']} / {entry['en']}")
        about = escape(f"{entry['about_zh']} / {entry['about_en']}")
        parts.append(f"<h2>{title}</h2><p>{about}</p><div><table><tr>{head}</tr>{rows}</table></div>")
    return html.page("数据字典 / Data dictionary", base, *parts)


def _property(property_: Property) -> dict[str, Any]:
    schema = SCHEMA_OF[property_.kind]
    return {
        "name": property_.name, "type": schema.get("format", schema["type"]), "zh": property_.zh, "en": property_.en,
        "codes": {code: {"zh": zh, "en": en} for code, (zh, en) in property_.codes.items()},
        "in_tiles": property_.in_tiles,
    }  # fmt: skip


def _codes(entry: dict[str, Any]) -> str:
    return "; ".join(f"{code} = {titles['zh']} / {titles['en']}" for code, titles in entry["codes"].items())
