"""How a checked frame is described: its columns, their types, the headers that mean them, its shapes and keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from seeds.vocabularies import Vocabulary

ColumnType = Literal[
    "code",  # text without blanks, full-width digits read as half-width
    "codes",  # several codes in one cell or a list; joined by ";" in the frame
    "text",
    "integer",  # not negative
    "number",  # not negative unless `signed`
    "boolean",
    "date",
    "month",  # the first day of a month
    "moment",  # a point in time with its zone; Asia/Shanghai where the file states none
    "word",  # one of a closed vocabulary
    "uuid",
    "record",  # a record number of the source: hashed while reading
    "records",  # "number:outcome;number:outcome": hashed while reading
    "person",  # hashed in memory for duplicate counts and dropped; only by an explicit mapping, never recognised
]
Shape = Literal["polygon", "point", "line"]


@dataclass(frozen=True)
class Column:
    """One column: ``aliases`` are further headers that mean it, compared without case, blanks and units.

    A cell that means nothing is left empty with a warning, unless the column is ``required`` or ``strict``: an end
    date that was misread as "still in force", or a count as "not counted", would be a wrong figure.
    """

    name: str
    type: ColumnType
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    vocabulary: Vocabulary | None = None
    signed: bool = False
    above_zero: bool = False
    most: float | None = None
    past: bool = False  # a day that cannot lie in the future
    strict: bool = False

    @property
    def costs_the_row(self) -> bool:
        """Whether a cell that cannot be understood rejects its row."""
        return self.required or self.strict

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that means this column; none for what only an explicit mapping may name."""
        return () if self.type == "person" else (self.name, self.zh, *self.aliases)


@dataclass(frozen=True)
class FrameSpec:
    """The checked frame of one KIND.

    ``key`` names the columns that identify a row within one file; ``shapes`` the geometries it may have,
    ``shape_required`` whether each row needs one; ``orders`` pairs of days of which the first is not the later,
    and where the second is ``valid_to``, the first day no longer in force, they differ.
    """

    kind: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    shapes: tuple[Shape, ...] = ()
    shape_required: bool = False
    orders: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __getitem__(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    @property
    def frame_columns(self) -> list[str]:
        """The columns of the checked frame in order, as the reader yields them.

        >>> number, home = Column("record_number", "record", "编号", "number"), Column("home", "code", "房屋", "home")
        >>> FrameSpec("registrations", "登记", "registrations", (number, home), ("record_number",)).frame_columns
        ['record_hash', 'key_id', 'home']
        """
        names: list[str] = []
        for column in self.columns:
            if column.type == "record":
                names += ["record_hash", "key_id"]
            elif column.type != "person":
                names.append(column.name)
        if "records" in {c.type for c in self.columns}:
            names.append("key_id")
        return [*names, "geometry"] if self.shapes else names
