"""What the service would answer: figures by a pattern, shapes from the lattice."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

from made_up_town import tiles
from made_up_town.ground import (
    ACROSS,
    BLOCK,
    BUILDINGS_A_SIDE,
    SOUTH,
    STEP_LAT,
    STEP_LON,
    UP,
    WEST,
    Lattice,
    Point,
)

MONTHS = [f"2025-{m:02d}" for m in range(4, 13)] + [f"2026-{m:02d}" for m in range(1, 4)]
NAMES = ("checked_share", "record_share", "check_density", "accuracy", "group_renting_rate")


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
        return tiles.tile(z, row, column)


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
