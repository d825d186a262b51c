"""Where rows come from: text files, spreadsheets, vector layers, Parquet. All hand over text cells in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj


@dataclass
class Batch:
    """Some rows: wanted columns as text, row numbers as the spreadsheet shows them, geometry if the source has it.

    ``ragged`` are rows whose cells do not match the header, ``formulas`` the rows of formula cells per column:
    with a stored value and without.
    """

    rows: npt.NDArray[np.int64]
    cells: dict[str, pa.Array]
    geometry: npt.NDArray[Any] | None = None
    unreadable_geometry: npt.NDArray[np.bool_] | None = None
    ragged: list[int] = field(default_factory=list)
    formulas: dict[str, list[int]] = field(default_factory=dict)
    formulas_empty: dict[str, list[int]] = field(default_factory=dict)
    truncated: bool = False


class Source(Protocol):
    """An opened file. Only the positions asked for are ever turned into values."""

    names: tuple[str, ...]
    crs: pyproj.CRS | None
    has_geometry: bool
    encoding: str | None
    encoding_guessed: bool

    def batches(self, wanted: Mapping[str, int], chunk_rows: int) -> Iterator[Batch]:
        """The rows in order; ``wanted`` maps the name a column shall have to its position."""
        ...
