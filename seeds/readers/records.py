"""The per-record results of a visit: one cell of ``number:outcome;…``, hashed before anything else sees it."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa

from seeds.frames import Column
from seeds.readers.context import HashKey
from seeds.readers.hashing import record_hash
from seeds.readers.rows import Rows
from seeds.vocabularies import RECORD_OUTCOME

Results = list[tuple[bytes, str]]


def read_records(column: Column, text: pa.Array, rows: Rows, key: HashKey | None) -> pd.Series:
    """For each row the list of (record hash, outcome), None where the cell is empty or cannot be read."""
    cells = text.to_pylist()
    read: Callable[[str], Results | None] = (lambda cell: _results(cell, key)) if key else (lambda cell: None)
    results = np.empty(len(cells), dtype=object)
    for i, cell in enumerate(cells):
        results[i] = None if cell is None else read(cell)
    bad = np.array([c is not None and r is None for c, r in zip(cells, results, strict=True)], dtype=bool)
    rows.mark(bad, "not_records", column.name, "warning")
    return pd.Series(results, dtype=object)


def _results(cell: str, key: HashKey) -> Results | None:
    results: Results = []
    for part in filter(None, (p.strip() for p in re.split("[;；]", cell))):
        number, _, word = part.replace("：", ":").rpartition(":")
        outcome = RECORD_OUTCOME.key(word)
        if not number or outcome is None:
            return None
        results.append((record_hash(number, key), outcome))
    return results
