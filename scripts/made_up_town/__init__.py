"""A town of 5,000 micro-grids and 200,000 buildings that answers what the console asks, and nothing more.

Used by ``bench_console.py``: the browser's work is measured, so every answer is made before it is asked for.
"""

from __future__ import annotations

from made_up_town.ground import ACROSS, SOUTH, STEP_LAT, STEP_LON, UP, WEST
from made_up_town.serving import serve
from made_up_town.town import Town

__all__ = ["ACROSS", "SOUTH", "STEP_LAT", "STEP_LON", "UP", "WEST", "Town", "serve"]
