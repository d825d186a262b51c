"""What a coverage check found, each defect with the grids it touches, its size and its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Defect:
    """One defect: ids of the grids (and buildings, committees) it concerns, size in m², geometry in the file's CRS."""

    ids: tuple[str, ...]
    area_m2: float
    geometry: BaseGeometry
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        geometry = shapely.geometry.mapping(self.geometry) if self.geometry is not None else None
        return {"ids": list(self.ids), "area_m2": self.area_m2, "geometry": geometry, "note": self.note}


@dataclass(frozen=True)
class CoverageReport:
    """Every defect of a set of grids. ``edges_matched`` is information: a T-junction leaves no gap by itself."""

    crs: str
    gaps: tuple[Defect, ...] = ()
    overlaps: tuple[Defect, ...] = ()
    invalid: tuple[Defect, ...] = ()
    multipart: tuple[Defect, ...] = ()
    slivers: tuple[Defect, ...] = ()
    cut_buildings: tuple[Defect, ...] = ()
    buildings_outside: tuple[Defect, ...] = ()
    crossing_committees: tuple[Defect, ...] = ()
    outside: tuple[Defect, ...] = ()
    edges_matched: bool = True

    @property
    def valid(self) -> bool:
        """True when nothing at all was found."""
        return not any(defects for _, defects in self.kinds())

    def kinds(self) -> Iterator[tuple[str, tuple[Defect, ...]]]:
        """(kind, defects) in the order of the contract."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple):
                yield field.name, value

    def to_dict(self) -> dict[str, Any]:
        """The contract's JSON; geometries are GeoJSON objects in ``crs``."""
        lists = {kind: [defect.to_dict() for defect in defects] for kind, defects in self.kinds()}
        return {"valid": self.valid, "crs": self.crs, "edges_matched": self.edges_matched, **lists}

    def frame(self) -> gpd.GeoDataFrame:
        """All defects as one layer (kind, ids joined by ``;``, area_m2, note) to look at in a GIS."""
        rows = [
            {
                "kind": kind,
                "ids": ";".join(d.ids),
                "area_m2": d.area_m2,
                "note": d.note,
                "geometry": d.geometry,
            }
            for kind, defects in self.kinds()
            for d in defects
        ]
        columns = ["kind", "ids", "area_m2", "note", "geometry"]
        return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=self.crs)
