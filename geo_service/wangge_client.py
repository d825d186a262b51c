"""网格接口的 Python 客户端：一个文件，只用标准库，可直接复制使用。

A client of the grid API in one file, with nothing but the standard library: copy it and use it (Python 3.11 or later).

    from wangge_client import GridClient

    grid = GridClient("https://grid.example/ogc", "wg_...")
    for feature in grid.features("buildings", filter="floors > 6", bbox=(121.41, 31.20, 121.42, 31.21)):
        print(feature["id"], feature["properties"]["address"])
    grid.download("micro-grids", "micro-grids.parquet")
    for change in grid.changes(since=grid.latest(), follow=True):
        print(change.number, change.layer, change.feature, change.operation)

Coordinates are longitude, latitude unless ``crs`` says otherwise. A refusal is a :class:`GridProblem` with the server's own
words; 429 and 503 and broken connections are tried again after the time that the server asks for.
"""

from __future__ import annotations

import http.client
import json
import random
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NotRequired, TypedDict

__all__ = ["Change", "Feature", "GridClient", "GridProblem"]

_AGAIN = {429, 502, 503, 504}
_LONGEST_WAIT_S = 60.0
_FORMAT_OF = {
    ".parquet": "parquet", ".fgb": "flatgeobuf", ".csv": "csv", ".ndjson": "ndjson", ".geojsonl": "ndjson",
    ".geojsonseq": "geojsonseq", ".geojsons": "geojsonseq",
}  # fmt: skip


class Feature(TypedDict):
    """A GeoJSON feature."""

    type: str
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: NotRequired[list[dict[str, Any]]]


@dataclass(frozen=True)
class Change:
    """One change, in the order of commits. A feature of ``*`` means: so much changed that the layer must be read anew."""

    number: int
    layer: str
    feature: str
    operation: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    at: str


class GridProblem(Exception):
    """A refusal of the server (RFC 9457): ``status``, a stable ``type``, and ``detail`` in both languages."""

    def __init__(self, status: int, type_: str, detail: str) -> None:
        super().__init__(f"{status} {type_}: {detail}")
        self.status, self.type, self.detail = status, type_, detail


class GridClient:
    """Reads one grid API. ``retries`` is how often a request is tried again; proxies of the environment are not used."""

    def __init__(
        self, address: str, key: str, *, timeout_s: float = 60, retries: int = 6, use_proxy: bool = False
    ) -> None:
        self.address = address.rstrip("/")
        self.timeout_s, self.retries = timeout_s, retries
        self._headers = {"Authorization": f"Bearer {key}", "User-Agent": "wangge-client"}
        handlers = [] if use_proxy else [urllib.request.ProxyHandler({})]
        self._opener = urllib.request.build_opener(*handlers)

    def collections(self) -> list[dict[str, Any]]:
        """Every collection that the key may read."""
        return list(self._json("/collections")["collections"])

    def schema(self, collection: str) -> dict[str, Any]:
        """The data dictionary of a collection: a JSON Schema with titles and code lists."""
        return self._json(f"/collections/{collection}/schema")

    def feature(self, collection: str, code: str, **asked: Any) -> Feature:
        """One feature by its id; GridProblem with status 404 when there is none."""
        path = f"/collections/{collection}/items/{urllib.parse.quote(code, safe='')}"
        found: Feature = self._json(path, _parameters(asked))  # type: ignore[assignment]
        return found

    def features(self, collection: str, *, page: int = 1_000, **asked: Any) -> Iterator[Feature]:
        """All features asked for, page by page: none twice, however many there are.

        ``asked``: filter (CQL2), bbox (four numbers), datetime ("2026-09-30" or "2026-01-01/.."), properties (names),
        geometry (False leaves it out), sortby, crs, or any property by its name.
        """
        address: str | None = self._address(
            f"/collections/{collection}/items", {**_parameters(asked), "limit": page}
        )
        while address:
            found = self._json(address)
            yield from found["features"]
            address = next((x["href"] for x in found["links"] if x["rel"] == "next"), None)

    def count(self, collection: str, **asked: Any) -> int:
        """How many features there are."""
        given = {**_parameters(asked), "limit": 1, "count": "exact", "skipGeometry": "true"}
        return int(self._json(f"/collections/{collection}/items", given)["numberMatched"])

    def download(self, collection: str, path: str | Path, *, form: str | None = None, **asked: Any) -> Path:
        """Everything asked for as one file; the format follows the extension (.parquet, .fgb, .csv, .ndjson, .geojsonseq)."""
        target = Path(path)
        given = {**_parameters(asked), "f": form or _FORMAT_OF.get(target.suffix.lower(), "ndjson")}
        part = target.with_name(target.name + ".part")
        with (
            self._open(self._address(f"/collections/{collection}/items", given)) as answer,
            part.open("wb") as out,
        ):
            shutil.copyfileobj(answer, out)
            wanted = answer.headers.get("Content-Length")
        if wanted is not None and part.stat().st_size != int(wanted):
            part.unlink()
            raise ConnectionError("下载中断 / the download was cut short")
        return part.replace(target)

    def latest(self) -> int:
        """The number that the feed of changes has reached now. Ask for it before reading a layer that will be kept up to date."""
        return int(self._json("/changes", {"since": "now"})["next"])

    def changes(
        self, since: int, *, layers: Sequence[str] | None = None, follow: bool = False, wait_s: int = 25
    ) -> Iterator[Change]:
        """Changes after ``since`` in order; with ``follow`` it goes on for ever, through broken connections as well.

        Keep the ``number`` of the last change dealt with, and come back with it: nothing is lost, nothing comes twice.
        """
        given: dict[str, Any] = {
            "since": since,
            "limit": 1_000,
            **({"layer": ",".join(layers)} if layers else {}),
        }
        while True:
            try:
                found = self._json("/changes", {**given, **({"wait": wait_s} if follow else {})})
            except (urllib.error.URLError, ConnectionError, TimeoutError, http.client.HTTPException):
                if not follow:
                    raise
                continue  # the retries were in vain; whoever follows does not give up
            for c in found["changes"]:
                yield Change(
                    c["seq"], c["layer"], c["feature"], c["operation"], c["before"], c["after"], c["at"]
                )
            given["since"] = found["next"]
            if not found["changes"] and not follow:
                return

    def _json(self, path: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        with self._open(self._address(path, parameters or {})) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def _address(self, path: str, parameters: dict[str, Any]) -> str:
        whole = path if path.startswith(("http://", "https://")) else self.address + path
        if urllib.parse.urlsplit(whole).netloc != urllib.parse.urlsplit(self.address).netloc:
            raise ValueError(f"链接指向别处 / the link leads elsewhere: {whole}")  # the key goes nowhere else
        return f"{whole}?{urllib.parse.urlencode(parameters)}" if parameters else whole

    def _open(self, address: str) -> Any:
        """The open answer of a request, tried again where that can help."""
        request = urllib.request.Request(address, headers=self._headers)
        for attempt in range(self.retries + 1):
            try:
                return self._opener.open(request, timeout=self.timeout_s)
            except urllib.error.HTTPError as refusal:
                with refusal:
                    problem = _problem_of(refusal)
                if problem.status not in _AGAIN or attempt == self.retries:
                    raise problem from None
                asked = refusal.headers.get("Retry-After", "")
            except (urllib.error.URLError, ConnectionError, TimeoutError, http.client.HTTPException):
                if attempt == self.retries:
                    raise
                asked = ""
            time.sleep(_wait_s(asked, attempt))
        raise AssertionError("the last attempt returns or raises")


def _parameters(asked: dict[str, Any]) -> dict[str, Any]:
    """Python's words as the server's."""
    given = {name: value for name, value in asked.items() if value is not None}
    if not given.pop("geometry", True):
        given["skipGeometry"] = "true"
    for name in ("bbox", "properties", "sortby"):
        if name in given and not isinstance(given[name], str):
            given[name] = ",".join(str(part) for part in given[name])
    return {name.replace("_lang", "-lang").replace("_crs", "-crs"): value for name, value in given.items()}


def _wait_s(asked: str, attempt: int) -> float:
    """Seconds until the next attempt: what the server asks for, else doubling, never quite the same for two clients."""
    wait = float(asked) if asked.isdecimal() else 0.5 * 2**attempt
    return float(min(wait, _LONGEST_WAIT_S) + random.uniform(0, 0.25))


def _problem_of(refusal: urllib.error.HTTPError) -> GridProblem:
    try:
        told = json.loads(refusal.read())
        return GridProblem(refusal.code, str(told["type"]).rsplit("/", 1)[-1], str(told.get("detail", "")))
    except (ValueError, KeyError, TypeError, OSError):
        return GridProblem(refusal.code, "http", str(refusal.reason))
