"""A town of 5,000 micro-grids and 200,000 buildings that answers what the console asks, and nothing more.

Used by ``bench_console.py``: the browser's work is measured, so every answer is made before it is asked for.
"""

from __future__ import annotations

import gzip
import json
import math
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

WEST, SOUTH = 121.40, 31.15
ACROSS, UP = 72, 70  # 5,040 grids
STEP_LON, STEP_LAT = 0.0015, 0.0013  # about 143 m × 144 m each
BLOCK = 9  # a committee holds up to 9 × 9 grids
MONTHS = [f"2025-{m:02d}" for m in range(4, 13)] + [f"2026-{m:02d}" for m in range(1, 4)]
NAMES = ("checked_share", "record_share", "check_density", "accuracy", "group_renting_rate")
BUILDINGS_A_SIDE = 448  # 448² ≈ 200,000 over the whole town
MIME = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
Point = tuple[float, float]


class Lattice:
    """Corners pushed about a little and joined by crooked lines; neighbours share the same line."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._corners: dict[tuple[int, int], Point] = {}
        self._lines: dict[tuple[tuple[int, int], tuple[int, int]], list[Point]] = {}

    def corner(self, i: int, j: int) -> Point:
        """The corner of column i, row j."""
        if (i, j) not in self._corners:
            dx, dy = (self._chance.uniform(-0.2, 0.2) for _ in "xy")
            self._corners[i, j] = (
                round(WEST + (i + dx) * STEP_LON, 7),
                round(SOUTH + (j + dy) * STEP_LAT, 7),
            )
        return self._corners[i, j]

    def line(self, start: tuple[int, int], end: tuple[int, int]) -> list[Point]:
        """From a corner up to, not including, the next; the same points the other way round."""
        if start > end:
            return [self.corner(*start), *reversed(self.line(end, start)[1:])]
        if (start, end) not in self._lines:
            (x0, y0), (x1, y1) = self.corner(*start), self.corner(*end)
            bends = [
                (round(x0 + (x1 - x0) * s + self._chance.uniform(-6e-5, 6e-5), 7),
                 round(y0 + (y1 - y0) * s + self._chance.uniform(-6e-5, 6e-5), 7))
                for s in (0.25, 0.5, 0.75)
            ]  # fmt: skip
            self._lines[start, end] = [(x0, y0), *bends]
        return self._lines[start, end]

    def ring(self, i0: int, j0: int, i1: int, j1: int) -> list[Point]:
        """Around columns i0..i1 and rows j0..j1, closed, anticlockwise."""
        corners = [
            *((i, j0) for i in range(i0, i1)), *((i1, j) for j in range(j0, j1)),
            *((i, j1) for i in range(i1, i0, -1)), *((i0, j) for j in range(j1, j0, -1)),
        ]  # fmt: skip
        ring = [p for a, b in zip(corners, corners[1:] + corners[:1], strict=True) for p in self.line(a, b)]
        return [*ring, ring[0]]


class Town:
    """Answers by path; ``edits`` counts the operations carried out."""

    def __init__(self) -> None:
        self.lattice = Lattice()
        self.edits = 0
        self.committees = [
            (f"310199001{k + 1:03d}", i, j, min(i + BLOCK, ACROSS), min(j + BLOCK, UP))
            for k, (j, i) in enumerate((j, i) for j in range(0, UP, BLOCK) for i in range(0, ACROSS, BLOCK))
        ]
        self.grids = [
            (f"{code}{n + 1:03d}", code, i, j)
            for code, i0, j0, i1, j1 in self.committees
            for n, (j, i) in enumerate((j, i) for j in range(j0, j1) for i in range(i0, i1))
        ]
        self.answers: dict[str, bytes] = {}

    def get(self, path: str, query: dict[str, str]) -> bytes | None:
        """The answer's JSON, compressed; None for what there is not."""
        key = f"{path}?{sorted(query.items())}"
        if key not in self.answers:
            body = self._make(path, query)
            if body is None:
                return None
            self.answers[key] = gzip.compress(json.dumps(body, separators=(",", ":")).encode(), 6)
        return self.answers[key]

    def warm(self) -> None:
        """Make the big answers before anyone measures."""
        for month in MONTHS:
            for by in ("micro-grid", "committee"):
                for version in ({}, {"version": "1"}):
                    self.get("/api/indicators", {"month": month, "by": by, **version})
        for layer in ("micro-grids", "committees"):
            self.get(f"/api/layers/{layer}", {"version": "1"} if layer == "micro-grids" else {})
        self.get("/api/boundary-versions/1", {})

    def _make(self, path: str, query: dict[str, str]) -> Any:
        parts = path.removeprefix("/api/").split("/")
        plain: dict[str, Callable[[], Any]] = {
            "session": self._session,
            "town": self._town,
            "hotspots": lambda: _collection([]),
            "search": list,
            "boundary-versions": lambda: [self._version()],
        }
        if parts[0] in plain and len(parts) == 1:
            return plain[parts[0]]()
        if path == "/ogc/collections/buildings/items":
            return {**_collection([]), "numberMatched": BUILDINGS_A_SIDE**2}
        if parts[0] == "layers":
            return self._layer(parts[1])
        if parts == ["indicators"]:
            return self._indicators(query["month"], query["by"])
        if parts == ["indicators", "history"]:
            return {"points": [{"month": m, **_figures(7 * k)} for k, m in enumerate(MONTHS)]}
        if parts == ["boundary-versions", "1"]:
            return self._draft()
        return _collection([]) if parts[-1] == "plots" else None

    def _session(self) -> dict[str, Any]:
        account = {
            "name": "office",
            "display_name": "办公室",
            "role": "office",
            "subdistrict": "310199001",
            "areas": [],
        }
        return {"account": {**account, "permissions": ["*"]}, "csrf": "none"}

    def _town(self) -> dict[str, Any]:
        box = [WEST, SOUTH, WEST + ACROSS * STEP_LON, SOUTH + UP * STEP_LAT]
        version = {
            "id": 1,
            "name": "2026 年划格",
            "status": "published",
            "valid_from": "2025-01-01",
            "valid_to": None,
        }
        return {
            "subdistrict": {"code": "310199001", "name": "样例街道", "name_en": "Sample", "bbox": box, "srid": 4549},
            "months": MONTHS, "current_month": MONTHS[-1], "versions": [version], "layers": [],
            "committees": [{"code": c, "name": f"第{k + 1}居委会", "zone": None, "station": None, "bbox": None}
                           for k, (c, *_) in enumerate(self.committees)],
        }  # fmt: skip

    def _layer(self, name: str) -> dict[str, Any]:
        if name == "micro-grids":
            return _collection([self.grid(k) for k in range(len(self.grids))])
        if name == "committees":
            return _collection([_feature({"code": c, "name": f"第{k + 1}居委会"}, self.lattice.ring(*at))
                                for k, (c, *at) in enumerate(self.committees)])  # fmt: skip
        return _collection([])

    def _indicators(self, month: str, by: str) -> dict[str, Any]:
        shift = MONTHS.index(month)
        places = self.grids if by == "micro-grid" else self.committees
        rows = [
            {
                "code": p[0],
                "name": p[0][-6:],
                "committee_code": p[1] if by == "micro-grid" else p[0],
                **_figures(k + 31 * shift),
            }
            for k, p in enumerate(places)
        ]
        total = {"code": "310199001", "name": "样例街道", **_figures(5 + 31 * shift)}
        total["counts"] = {**total["counts"], "buildings": BUILDINGS_A_SIDE**2}
        return {
            "month": month,
            "version": {"id": 1, "name": "2026"},
            "as_of": f"{month}-28",
            "rows": rows,
            "total": total,
        }

    def grid(self, k: int, **more: Any) -> dict[str, Any]:
        """One micro-grid as a feature."""
        code, committee, i, j = self.grids[k]
        return _feature(
            {"code": code, "name": code[-6:], "committee_code": committee, **more},
            self.lattice.ring(i, j, i + 1, j + 1),
        )

    def _version(self) -> dict[str, Any]:
        return {"id": 1, "name": "草稿", "status": "draft", "valid_from": None, "valid_to": None}

    def _draft(self) -> dict[str, Any]:
        grids = [self.grid(k, **_balance(k)) for k in range(len(self.grids))]
        return {**self._version(), "revision": 1, "can_undo": True, "can_redo": True, "target": 1500, "problems": [],
                "plots_url": "/api/boundary-versions/1/plots", "operations": [], "grids": _collection(grids)}  # fmt: skip

    def operate(self, what: str) -> bytes:
        """Merging the first two grids, or undoing it: one feature for two and back."""
        self.edits += 1
        (first, committee, i, j), second = self.grids[0], self.grids[1][0]
        figures = [{**_balance(k), "code": self.grids[k][0]} for k in range(2, BLOCK * BLOCK)]
        both = {"code": first, "name": first[-6:], "committee_code": committee, **_balance(0)}
        merged = what != "undo"
        changed = (
            [_feature(both, self.lattice.ring(i, j, i + 2, j + 1))]
            if merged
            else [self.grid(k, **_balance(k)) for k in (0, 1)]
        )
        return json.dumps({
            "revision": self.edits + 1, "operation": what, "changed": _collection(changed), "removed": [second] if merged else [],
            "figures": figures, "moved_plots": [], "problems": [], "can_undo": True, "can_redo": True,
        }).encode()  # fmt: skip

    def tile(self, z: int, row: int, column: int) -> bytes:
        """Buildings of the town in one Web Mercator tile, as MVT."""
        return _tile(list(_buildings_in(z, row, column)))


def _figures(k: int) -> dict[str, Any]:
    share = 0.35 + 0.6 * ((k * 2654435761) % 1000) / 1000
    one = {"value": share, "numerator": round(900 * share), "denominator": 900, "low": share - 0.02, "high": share + 0.02,
           "state": "ok", "verdict": ("meets", "misses", "cannot_tell")[k % 3]}  # fmt: skip
    counts = {"residents": 1500 + k % 90, "dwellings": 620, "rented": 200, "visits": 80, "key_sites": 1, "buildings": 40,
              "checks_due": 30, "staff_required": 1}  # fmt: skip
    return {"measures": dict.fromkeys(NAMES, one), "counts": counts}


def _balance(k: int) -> dict[str, Any]:
    off = ((k * 40503) % 61 - 30) / 100
    return {"locked": False, "residents": round(1500 * (1 + off)), "dwellings": 620, "checks_due": 30, "staff_required": 1,
            "off_target": off, "unavoidable": 0.0, "added": off, "deviation": off}  # fmt: skip


def _collection(features: list[Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _feature(properties: dict[str, Any], ring: list[Point]) -> dict[str, Any]:
    return {"type": "Feature", "id": properties["code"], "properties": properties,
            "geometry": {"type": "Polygon", "coordinates": [ring]}}  # fmt: skip


def _unit(lon: float, lat: float) -> Point:
    """Web Mercator between 0 and 1, y downwards."""
    return (lon + 180) / 360, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2


def _buildings_in(z: int, row: int, column: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """(number, corners in tile units) of every building that meets the tile."""
    (x0, y1), (x1, y0) = _unit(WEST, SOUTH), _unit(WEST + ACROSS * STEP_LON, SOUTH + UP * STEP_LAT)
    dx, dy = (x1 - x0) / BUILDINGS_A_SIDE, (y1 - y0) / BUILDINGS_A_SIDE
    tiles, extent = 2**z, 4096
    left, right = (max(0, math.floor((column + e) / tiles / dx - x0 / dx)) for e in (0, 1))
    top, bottom = (max(0, math.floor((row + e) / tiles / dy - y0 / dy)) for e in (0, 1))
    for j in range(top, min(BUILDINGS_A_SIDE, bottom + 1)):
        for i in range(left, min(BUILDINGS_A_SIDE, right + 1)):
            ends = ((0.15, 0.2), (0.8, 0.2), (0.8, 0.6), (0.5, 0.6), (0.5, 0.75), (0.15, 0.75))
            yield (
                j * BUILDINGS_A_SIDE + i,
                [
                    (
                        round(((x0 + (i + u) * dx) * tiles - column) * extent),
                        round(((y0 + (j + v) * dy) * tiles - row) * extent),
                    )
                    for u, v in ends
                ],
            )


def _varint(n: int) -> bytes:
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def _field(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _packed(numbers: list[int]) -> bytes:
    return b"".join(map(_varint, numbers))


def _tile(buildings: list[tuple[int, list[tuple[int, int]]]]) -> bytes:
    """One layer of polygons with their code (Mapbox Vector Tile 2.1); empty without buildings."""
    if not buildings:
        return b""
    features, values = [], []
    for number, corners in buildings:
        commands, at = [], (0, 0)
        for k, (x, y) in enumerate(corners):
            commands += [9] if k == 0 else [(len(corners) - 1) << 3 | 2] if k == 1 else []
            commands += [(d << 1) ^ (d >> 31) for d in (x - at[0], y - at[1])]
            at = (x, y)
        body = b"\x08" + _varint(number + 1) + _field(2, _packed([0, len(values)])) + b"\x18\x03"
        features.append(_field(2, body + _field(4, _packed([*commands, 15]))))
        values.append(_field(4, _field(1, f"B{number:06d}".encode())))
    layer = b"".join(
        [
            _field(1, b"buildings"),
            *features,
            _field(3, b"code"),
            *values,
            b"\x28" + _varint(4096),
            b"\x78\x02",
        ]
    )
    return _field(3, layer)


class Handler(BaseHTTPRequestHandler):
    """The console's files, the town's answers, and a stream of events in which nothing happens."""

    protocol_version = "HTTP/1.1"
    town: ClassVar[Town]
    static: ClassVar[Path]

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(at.query).items()}
        if at.path.endswith("/events"):
            return self._send(b"retry: 600000\n\n", "text/event-stream")
        if "/tiles/" in at.path:
            z, row, column = map(int, at.path.split("/")[-3:])
            return self._send(
                gzip.compress(self.town.tile(z, row, column), 1),
                "application/vnd.mapbox-vector-tile",
                packed=True,
            )
        if at.path.startswith(("/api/", "/ogc/")):
            body = self.town.get(at.path, query)
            if body is None:
                return self._send(b"{}", "application/problem+json", 404)
            return self._send(body, "application/json", packed=True)
        file = self.static / (at.path.lstrip("/") or "index.html")
        if not file.is_file() or self.static not in file.resolve().parents:
            return self._send(b"", "text/plain", 404)
        return self._send(
            gzip.compress(file.read_bytes(), 6),
            MIME.get(file.suffix, "application/octet-stream"),
            packed=True,
        )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._send(self.town.operate(self.path.rsplit("/", 1)[-1]), "application/json")

    def _send(self, body: bytes, kind: str, status: int = 200, packed: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        """A tab that is closed in the middle of an answer is no news."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Silence."""


def serve(static: Path, town: Town) -> ThreadingHTTPServer:
    """A server on a free port of this machine; call ``serve_forever`` in a thread."""
    made = type("TownHandler", (Handler,), {"town": town, "static": static.resolve()})
    return ThreadingHTTPServer(("127.0.0.1", 0), made)
