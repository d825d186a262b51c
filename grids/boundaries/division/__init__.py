"""Division of a town into balanced micro-grids (划格): each in one piece, inside its committee, along streets."""

from __future__ import annotations

from grids.boundaries.division.dividing import FACTORS, alternatives, divide
from grids.boundaries.division.graph import PlotGraph, adjacency
from grids.boundaries.division.request import grid_number
from grids.boundaries.division.result import Division
from grids.boundaries.division.solving import Effort
from grids.boundaries.division.streets import BARRIER_KINDS, BORDER_COSTS

__all__ = [
    "BARRIER_KINDS",
    "BORDER_COSTS",
    "FACTORS",
    "Division",
    "Effort",
    "PlotGraph",
    "adjacency",
    "alternatives",
    "divide",
    "grid_number",
]
