"""The formats there are, and which of them a request asks for: ``f=`` first, then Accept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

from geo_service.ogc.bulk import lines, tables
from geo_service.ogc.bulk.reading import Reading


@dataclass(frozen=True)
class Form:
    """A format. ``whole``: without ``limit`` everything is sent; else a page, as with GeoJSON."""

    name: str
    media_type: str
    suffix: str
    write: Callable[[Reading, Path], None]
    zh: str
    en: str
    also: tuple[str, ...] = ()
    whole: bool = True

    @property
    def media(self) -> str:
        """The media type without its parameters."""
        return self.media_type.partition(";")[0]


FORMS = {
    form.name: form
    for form in (
        Form("csv", "text/csv; charset=utf-8", "csv", lines.csv, "表格", "CSV"),
        Form("ndjson", "application/x-ndjson", "ndjson", lines.ndjson, "逐行 GeoJSON", "lines of GeoJSON",
             ("application/ndjson", "application/jsonl")),
        Form("geojsonseq", "application/geo+json-seq", "geojsonseq", lines.sequence, "GeoJSON 文本序列", "GeoJSON text sequence"),
        Form("jsonfg", "application/vnd.ogc.fg+json", "fg.json", lines.json_fg, "JSON-FG", "JSON-FG", ("application/fg+json",),
             whole=False),
        Form("flatgeobuf", "application/flatgeobuf", "fgb", tables.flatgeobuf, "FlatGeobuf", "FlatGeobuf",
             ("application/vnd.flatgeobuf",)),
        Form("parquet", "application/vnd.apache.parquet", "parquet", tables.parquet, "GeoParquet", "GeoParquet",
             ("application/parquet",)),
    )
}  # fmt: skip
_BY_MEDIA = {media: form for form in FORMS.values() for media in (form.media, *form.also)}


def asked(request: Request) -> Form | None:
    """The format of ``f=``, or the first in the order of Accept; None for pages in JSON or HTML."""
    given = request.query_params.get("f")
    if given is not None:
        return FORMS.get(given) if len(request.query_params.getlist("f")) == 1 else None
    return accepted(request.headers.get("accept", ""))


def accepted(header: str) -> Form | None:
    """The format that an Accept header likes best, when it names one of these before any other.

    >>> accepted("application/vnd.apache.parquet;q=0.5, text/csv").name
    'csv'
    >>> accepted("text/html, text/csv;q=0.9"), accepted("*/*")
    (None, None)
    """
    liked: list[tuple[float, str]] = []
    for part in header.split(","):
        media, *parameters = (piece.strip() for piece in part.lower().split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        liked.append((-float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0, media))
    liked.sort(key=lambda pair: pair[0])
    return _BY_MEDIA.get(liked[0][1])
