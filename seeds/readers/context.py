"""What the caller knows and the file does not: codes already stored, the town's place, today, the hashing key."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from seeds.readers.hashing import KeySet


@dataclass(frozen=True)
class HashKey:
    """The keyed secret for record numbers and its id, which is stored beside each hash so that keys can rotate."""

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 16 <= len(self.secret) <= 64:
            raise ValueError("The secret of a hashing key is 16 to 64 bytes long.")


@dataclass(frozen=True)
class Context:
    """Facts to check a file against; None means that nobody knows, and then nothing is checked.

    Codes come as texts or, where they are many, as a ``KeySet`` of theirs. ``extent`` is the town's (west, south, east,
    north) in WGS 84 degrees. ``building_points`` has columns ``lon`` and ``lat`` and is indexed by building code. Without
    ``today`` no date counts as being in the future.
    """

    committees: Collection[str] | KeySet | None = None
    buildings: Collection[str] | KeySet | None = None
    dwellings: Collection[str] | KeySet | None = None
    extent: tuple[float, float, float, float] | None = None
    building_points: pd.DataFrame | None = None
    today: date | None = None
