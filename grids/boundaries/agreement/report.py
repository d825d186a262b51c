"""What a comparison of two drawings answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from grids.boundaries.agreement.datum import Datum

HIGHLY_CONSISTENT = "highly_consistent"
SAME_BUILDINGS = "same_buildings"
DIFFERS = "differs"
NO_COUNTERPART = "no_counterpart"


@dataclass(frozen=True)
class Agreement:
    """Ours against theirs.

    ``grids``, by our code: ``mate`` (their code or None), ``relation`` (1:1, 1:n, n:1, m:n, 1:0), ``iou``,
    ``weight, same_weight, same_share, buildings, moved_buildings, border_m, within_2m, within_5m, grade`` and
    ``committee_code`` where ours has it. ``theirs_alone`` are their codes that no grid of ours is paired with.
    ``moved``: index building, columns ``ours, theirs`` (their code), ``mate`` (our grid over there), weight.
    ``differences``: polygons in our CRS, columns ``ours, theirs, area_m2, thickness_m, buildings, weight, kind``
    (sliver or real). ``committees``: the same figures summed. ``defects``: kinds and numbers of either layer.
    """

    grids: pd.DataFrame
    committees: pd.DataFrame
    moved: pd.DataFrame
    differences: gpd.GeoDataFrame
    theirs_alone: tuple[str, ...]
    datum: Datum
    defects: dict[str, dict[str, int]]
    weight: str

    @property
    def mates(self) -> dict[str, str]:
        """Our code → theirs, where a grid of ours has a counterpart."""
        named = self.grids["mate"].dropna()
        return {str(code): str(mate) for code, mate in zip(named.index, named, strict=True)}

    @property
    def grade(self) -> str:
        """The worst grade of any grid; theirs without a counterpart count as well."""
        if self.theirs_alone:
            return DIFFERS
        found = set(self.grids["grade"])
        order = (NO_COUNTERPART, DIFFERS, SAME_BUILDINGS, HIGHLY_CONSISTENT)
        worst = next((grade for grade in order if grade in found), DIFFERS)
        return DIFFERS if worst == NO_COUNTERPART else worst

    @property
    def figures(self) -> dict[str, float]:
        """The town in one line: shares are NaN where there is nothing to divide by."""
        grids = self.grids
        border = grids["border_m"].sum()
        weight = grids["weight"].sum()
        kinds = self.differences["kind"].value_counts()
        return {
            "grids": float(len(grids)),
            "highly_consistent": float((grids["grade"] == HIGHLY_CONSISTENT).sum()),
            "same_share": float(grids["same_weight"].sum() / weight) if weight else float("nan"),
            "moved_buildings": float(len(self.moved)),
            "within_2m": float((grids["within_2m"] * grids["border_m"]).sum() / border)
            if border
            else float("nan"),
            "within_5m": float((grids["within_5m"] * grids["border_m"]).sum() / border)
            if border
            else float("nan"),
            "mean_iou": float(grids["iou"].mean()),
            "slivers": float(kinds.get("sliver", 0)),
            "real_differences": float(kinds.get("real", 0)),
        }

    def to_dict(self) -> dict[str, Any]:
        """JSON; difference geometries as GeoJSON objects in our CRS."""
        plain = self.differences.drop(columns="geometry")
        shapes = [shapely.geometry.mapping(shape) for shape in self.differences.geometry]
        return {
            "grade": self.grade,
            "figures": _plain(self.figures),
            "weight": self.weight,
            "datum": vars(self.datum),
            "defects": self.defects,
            "grids": _records(self.grids),
            "committees": _records(self.committees),
            "theirs_alone": list(self.theirs_alone),
            "moved_buildings": _records(self.moved),
            "differences": [
                {**row, "geometry": shape} for row, shape in zip(_records(plain), shapes, strict=True)
            ],
        }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    named = frame.rename_axis(str(frame.index.name or "id")).reset_index()
    return [_plain(row) for row in named.to_dict("records")]


def _plain(row: Any) -> dict[str, Any]:
    """Python's own types, and None for what is not there: JSON knows no NaN."""

    def value(it: Any) -> Any:
        it = it.item() if isinstance(it, np.generic) else it
        return None if it is None or it is pd.NA or (isinstance(it, float) and np.isnan(it)) else it

    return {str(key): value(it) for key, it in row.items()}
