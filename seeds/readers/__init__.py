"""Files to checked frames: one entry, `read`, for every KIND and format. Knows no database, no clock, no environment."""

from __future__ import annotations

from seeds.readers.annotate import neutralised
from seeds.readers.context import Context, HashKey
from seeds.readers.errors import ReaderError
from seeds.readers.hashing import record_hash
from seeds.readers.reading import Reading, read
from seeds.readers.report import Problem, Report

__all__ = [
    "Context",
    "HashKey",
    "Problem",
    "ReaderError",
    "Reading",
    "Report",
    "neutralised",
    "read",
    "record_hash",
]
