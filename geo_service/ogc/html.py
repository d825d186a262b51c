"""Plain pages of the same documents, for a person who follows a link. No script, no outside address."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from geo_service.ogc.cache import Answer

_PAGE = (
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>{title}</title><link rel="stylesheet" href="{base}/page.css"></head><body>'
    '<nav><a href="{base}?f=html">网格数据接口 / Grid API</a> › <a href="{base}/collections?f=html">图层 / Collections</a></nav>'
    "<main><h1>{title}</h1>{body}</main></body></html>"
)
STYLE = (
    "body{font:15px/1.6 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:0 auto;max-width:70rem;padding:1rem}"
    "table{border-collapse:collapse;width:100%;font-size:.9em}th,td{border-bottom:1px solid #ccd;padding:.3rem .5rem;"
    "text-align:left;vertical-align:top}div{overflow-x:auto}pre{background:#f4f6f8;padding:.7rem;overflow-x:auto}"
    "a{color:#0b5cad}h1{font-size:1.4rem}"
)


def page(title: str, base: str, *parts: str) -> Answer:
    """A whole page; ``parts`` are finished HTML."""
    text = _PAGE.format(title=escape(title), base=escape(base, quote=True), body="".join(parts))
    return Answer(200, "text/html; charset=utf-8", text.encode())


def document(title: str, base: str, body: dict[str, Any]) -> Answer:
    """Any document: its description, its links, and itself in full."""
    about = f"<p>{escape(body['description'])}</p>" if isinstance(body.get("description"), str) else ""
    links = body.get("links", [])
    found = body.get("collections", [])
    listed = "".join(
        f'<li><a href="{_href(base + "/collections/" + c["id"])}?f=html">{escape(c["title"])}</a> — '
        f'{escape(c["description"])}</li>' for c in found
    )  # fmt: skip
    rest = {k: v for k, v in body.items() if k not in {"links", "collections", "title", "description"}}
    shown = f"<pre>{escape(json.dumps(rest, ensure_ascii=False, indent=1)[:60_000])}</pre>" if rest else ""
    return page(title, base, about, f"<ul>{listed}</ul>" if listed else "", _links(links), shown)


def features(title: str, base: str, found: list[dict[str, Any]], links: list[dict[str, Any]]) -> Answer:
    """A table of features with the links to the next page."""
    names = list(found[0]["properties"]) if found else []
    here = next((x["href"] for x in links if x["rel"] == "collection"), base)
    head = "".join(f"<th>{escape(n)}</th>" for n in ["id", *names])
    rows = "".join(
        f'<tr><td><a href="{_href(here)}/items/{_href(f["id"])}?f=html">{escape(str(f["id"]))}</a></td>'
        + "".join(f"<td>{escape('' if v is None else str(v))}</td>" for v in f["properties"].values()) + "</tr>"
        for f in found
    )  # fmt: skip
    return page(title, base, f"<div><table><tr>{head}</tr>{rows}</table></div>", _links(links))


def _links(links: list[dict[str, Any]]) -> str:
    rows = "".join(
        f'<li><a href="{_href(x["href"])}">{escape(x.get("title", x["rel"]))}</a> ({escape(x["rel"])})</li>'
        for x in links
    )
    return f"<ul>{rows}</ul>" if rows else ""


def _href(text: Any) -> str:
    return escape(str(text), quote=True)
