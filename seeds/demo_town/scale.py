"""How large the town is: residents, the ground they need, and where on earth it lies."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from grids.errors import InputError

METRIC_CRS = "EPSG:4549"
ORIGIN_M = (642_055.0, 3_450_778.0)
"""Easting and northing in EPSG:4549 of 121.49°E 31.17°N, the middle of the town."""

SMALLEST_TOWN = 2_000
LARGEST_TOWN = 250_000
RESIDENTS_PER_COMMITTEE = 4_350
DWELLINGS_PER_RESIDENT = 0.45
HALF_WIDTH_M = 1_285.0
HALF_HEIGHT_M = 1_110.0


@dataclass(frozen=True)
class Scale:
    """What a caller asks for, with the sizes that follow from it (lengths in metres)."""

    residents: int
    months: int
    seed: int
    until: dt.date
    subdistrict_code: str = "310199001"
    name: str = "云栖街道"
    name_en: str = "Yunqi Subdistrict"
    origin_m: tuple[float, float] = ORIGIN_M

    def __post_init__(self) -> None:
        if not SMALLEST_TOWN <= self.residents <= LARGEST_TOWN:
            raise InputError(
                f"a demo town has {SMALLEST_TOWN:,} to {LARGEST_TOWN:,} residents, not {self.residents:,}; "
                "towns() makes several for more"
            )
        if not 1 <= self.months <= 120:
            raise InputError(f"a demo town has 1 to 120 months of checks, not {self.months}")

    @property
    def length(self) -> float:
        """Linear scale against a town of 100,000 residents."""
        return float((self.residents / 100_000) ** 0.5)

    @property
    def half_width_m(self) -> float:
        return HALF_WIDTH_M * self.length

    @property
    def half_height_m(self) -> float:
        return HALF_HEIGHT_M * self.length

    @property
    def dwellings(self) -> int:
        return round(self.residents * DWELLINGS_PER_RESIDENT)

    @property
    def committees(self) -> int:
        return max(2, round(self.residents / RESIDENTS_PER_COMMITTEE))

    @property
    def first_day(self) -> dt.date:
        """First day of the first month of checks; the last month is the one of ``until``."""
        months = self.until.year * 12 + self.until.month - self.months
        return dt.date(months // 12, months % 12 + 1, 1)
