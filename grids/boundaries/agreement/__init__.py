"""Agreement of our grids with another department's drawing of the same ground (边界一致)."""

from __future__ import annotations

from grids.boundaries.agreement.comparing import compare
from grids.boundaries.agreement.datum import Datum, datum_test
from grids.boundaries.agreement.differences import adopt
from grids.boundaries.agreement.report import Agreement

__all__ = ["Agreement", "Datum", "adopt", "compare", "datum_test"]
