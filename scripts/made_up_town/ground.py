"""Where the made-up town lies, in degrees (EPSG:4326, lon, lat), and the lines between its grids."""

from __future__ import annotations

import random

WEST, SOUTH = 121.40, 31.15
ACROSS, UP = 72, 70  # 5,040 grids
STEP_LON, STEP_LAT = 0.0015, 0.0013  # about 143 m × 144 m each
BLOCK = 9  # a committee holds up to 9 × 9 grids
BUILDINGS_A_SIDE = 448  # 448² ≈ 200,000 over the whole town
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
