"""One edit as data: what it moved, so that it can be stored, shown, undone and done again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import geopandas as gpd
import pandas as pd
import shapely

Moves = Mapping[int, tuple[str | None, str | None]]


@dataclass(frozen=True)
class Problem:
    """Something to tell the planner that is no reason to refuse."""

    kind: str
    ids: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Reground:
    """Plots that a split of ground replaced: rows of the PLOTS frame before and after."""

    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame


@dataclass(frozen=True)
class Operation:
    """``moved``: plot → (grid before, grid after); None before or after where a split of ground made or ended it.

    ``created`` and ``retired`` are grid codes; ``changed`` are the grids whose ground, code or figures differ.
    ``undo`` tells an inverse from the edit itself. ``params`` is what the planner asked for, ready for JSON.
    """

    kind: str
    params: Mapping[str, Any]
    moved: Moves = field(default_factory=dict)
    created: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    locks: Mapping[str, tuple[bool, bool]] = field(default_factory=dict)
    names: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    committees: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    ground: Reground | None = None
    problems: tuple[Problem, ...] = ()
    undo: bool = False

    def inverse(self) -> Operation:
        """The operation that takes this one back; its own inverse is this one again."""
        ground = None if self.ground is None else Reground(self.ground.after, self.ground.before)
        return replace(
            self,
            moved={plot: (after, before) for plot, (before, after) in self.moved.items()},
            created=self.retired,
            retired=self.created,
            locks={code: (after, before) for code, (before, after) in self.locks.items()},
            names={code: (after, before) for code, (before, after) in self.names.items()},
            committees={plot: (after, before) for plot, (before, after) in self.committees.items()},
            ground=ground,
            undo=not self.undo,
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON; geometries as hexadecimal WKB so that not a bit is lost."""
        return {
            "kind": self.kind,
            "params": dict(self.params),
            "moved": [[int(plot), *pair] for plot, pair in self.moved.items()],
            "created": list(self.created),
            "retired": list(self.retired),
            "changed": list(self.changed),
            "locks": {code: list(pair) for code, pair in self.locks.items()},
            "names": {code: list(pair) for code, pair in self.names.items()},
            "committees": [[int(plot), *pair] for plot, pair in self.committees.items()],
            "ground": None if self.ground is None else [_rows(self.ground.before), _rows(self.ground.after)],
            "problems": [{"kind": p.kind, "ids": list(p.ids), "note": p.note} for p in self.problems],
            "undo": self.undo,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], crs: Any = None) -> Self:
        """The operation of its JSON; ``crs`` is that of the drawing's plots."""
        ground = stored["ground"]
        return cls(
            kind=stored["kind"],
            params=stored["params"],
            moved={plot: (before, after) for plot, before, after in stored["moved"]},
            created=tuple(stored["created"]),
            retired=tuple(stored["retired"]),
            changed=tuple(stored["changed"]),
            locks={code: (before, after) for code, (before, after) in stored["locks"].items()},
            names={code: (before, after) for code, (before, after) in stored["names"].items()},
            committees={plot: (before, after) for plot, before, after in stored["committees"]},
            ground=None if ground is None else Reground(*(_frame(rows, crs) for rows in ground)),
            problems=tuple(Problem(p["kind"], tuple(p["ids"]), p["note"]) for p in stored["problems"]),
            undo=stored["undo"],
        )


def _rows(plots: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    plain = plots.drop(columns=plots.geometry.name).astype(object)
    rows = plain.where(plain.notna(), None).to_dict("records")
    shapes = shapely.to_wkb(plots.geometry.to_numpy(), hex=True)
    return [
        {"plot_id": int(plot), **{key: _plain(value) for key, value in row.items()}, "geometry": shape}
        for plot, row, shape in zip(plots.index, rows, shapes, strict=True)
    ]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _frame(rows: list[dict[str, Any]], crs: Any) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows).set_index("plot_id")
    frame["geometry"] = shapely.from_wkb(frame["geometry"].to_numpy(dtype=object))
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=crs)
