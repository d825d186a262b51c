"""Is a set of grids a coverage (no gap, no overlap), and what makes it one."""

from __future__ import annotations

from grids.boundaries.coverage.checking import check
from grids.boundaries.coverage.metres import Metres, as_polygonal, polygons_of, thickness_m
from grids.boundaries.coverage.repairing import Repair, repair
from grids.boundaries.coverage.report import CoverageReport, Defect

__all__ = [
    "CoverageReport",
    "Defect",
    "Metres",
    "Repair",
    "as_polygonal",
    "check",
    "polygons_of",
    "repair",
    "thickness_m",
]
