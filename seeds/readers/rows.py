"""Rows under examination: each keeps its sheet number; marking an error rejects the row, a warning only remarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from seeds.readers.report import Report, Severity

Mask = npt.NDArray[np.bool_]


@dataclass
class Rows:
    """The rows of one batch and the verdict on each."""

    numbers: npt.NDArray[np.int64]
    report: Report
    rejected: Mask

    @classmethod
    def of(cls, numbers: npt.NDArray[np.int64], report: Report) -> Rows:
        return cls(numbers, report, np.zeros(len(numbers), dtype=bool))

    def mark(self, mask: Mask | pd.Series, kind: str, column: str | None, severity: Severity) -> None:
        """One problem for each row of the mask."""
        marked = np.asarray(mask, dtype=bool)
        if not marked.any():
            return
        self.report.add(self.numbers[marked], kind, column, severity)
        if severity == "error":
            self.rejected |= marked
