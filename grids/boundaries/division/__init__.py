"""Division of a town into balanced micro-grids (划格): each in one piece, inside its committee, along streets.

What is exported is imported at its first use: dividing compiles kernels, and most processes never divide.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_HOME = {
    "BARRIER_KINDS": "streets",
    "BORDER_COSTS": "streets",
    "FACTORS": "dividing",
    "Division": "result",
    "Effort": "solving",
    "PlotGraph": "graph",
    "adjacency": "graph",
    "alternatives": "dividing",
    "divide": "dividing",
    "grid_number": "request",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
