"""Which column of a sheet is which: header rows found below titles, two levels joined, headers matched to columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seeds.frames import FrameSpec
from seeds.readers.errors import MOST_COLUMNS, ReaderError, too_many_columns

HEADER_SEARCH_ROWS = 30
GEOMETRY_HEADERS = ("geometry", "geom", "wkt", "the_geom", "shape", "几何")
LON_HEADERS = ("lon", "longitude", "lng", "x", "经度", "东经")
LAT_HEADERS = ("lat", "latitude", "y", "纬度", "北纬")
SERIAL_HEADERS = ("序号", "no", "no.", "#", "seq")
_NOTE = re.compile(r"[(\[【{].*?[)\]】}]")
_SHAPEFILE_NAME_LENGTH = 10

Cells = Sequence[str | None]


@dataclass(frozen=True)
class Header:
    """The names of a sheet's columns and how many of its first records come before the data."""

    names: tuple[str, ...]
    records: int


def plain_header(text: str | None) -> str:
    """A header without case, blanks, underscores, units in brackets and colons.

    >>> plain_header("建筑面积（㎡）*"), plain_header("Committee_Code")
    ('建筑面积', 'committeecode')
    """
    kept = _NOTE.sub("", unicodedata.normalize("NFKC", text or "").casefold())
    return "".join(c for c in kept if c.isalnum() or c == "#")


def find_header(rows: Sequence[Cells], spec: FrameSpec, mapping: Mapping[str, str]) -> Header:
    """The header among a sheet's first records: the record, or pair of records, that names most columns.

    Title rows, notes and blank rows above it are passed over. Raises ReaderError where nothing is recognised.
    """
    wanted = {plain_header(h) for column in spec for h in column.headers}
    wanted |= {plain_header(h) for h in (*GEOMETRY_HEADERS, *LON_HEADERS, *LAT_HEADERS, *SERIAL_HEADERS)}
    wanted |= {plain_header(h) for h in mapping.values() if not h.startswith("=")}
    best, best_known = None, 0
    for i, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        for levels in (1, 2):
            names = _joined(row, rows[i + 1]) if levels == 2 and i + 1 < len(rows) else _single(row)
            known = len({plain_header(name) for name in names} & wanted)
            if known > best_known:
                best, best_known = Header(names, i + levels), known
    if best is None:
        raise ReaderError(
            f"没有找到可识别的表头。{spec.zh}需要的列: {_needed(spec, zh=True)}; 也可用 --map 字段=列名 指定。",
            f"No header was recognised. {spec.kind} needs: {_needed(spec)}; or name columns by --map field=column.",
        )
    return best


def _single(row: Cells) -> tuple[str, ...]:
    return tuple(cell or "" for cell in row)


def _joined(upper: Cells, lower: Cells) -> tuple[str, ...]:
    """Two header rows as one: the lower name where there is one, else the upper; merged cells lie to the left."""
    width = max(len(upper), len(lower))
    tops, bottoms = ([*row, *[None] * (width - len(row))] for row in (upper, lower))
    return tuple(
        (bottom or "").strip() or (top or "").strip() for top, bottom in zip(tops, bottoms, strict=True)
    )


def match_columns(spec: FrameSpec, names: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """Column name → position in the sheet; an explicit mapping wins, then headers in the order of the spec.

    Raises ReaderError for a mapping to an unknown column, and where a required column is missing. The file's own
    headers are not quoted: in a sheet without any they would be the first person's data.
    """
    if len(names) > MOST_COLUMNS:
        raise too_many_columns()
    positions: dict[str, int] = {}
    for i, name in enumerate(names):
        positions.setdefault(plain_header(name), i)
    positions.pop("", None)
    _check_mapping(spec, mapping)
    found: dict[str, int] = {}
    for field, header in mapping.items():
        if header.startswith("="):
            continue
        at = names.index(header) if header in names else positions.get(plain_header(header))
        if at is None:
            raise ReaderError(f"文件中没有为 {field} 指定的列。", f"The file has no such column for {field}.")
        found[field] = at
    taken = set(found.values())
    for column in spec:
        if column.name in mapping:
            continue
        at = _position(column.headers, positions, taken)
        if at is not None:
            found[column.name] = at
            taken.add(at)
    return found


def _position(headers: Sequence[str], positions: Mapping[str, int], taken: set[int]) -> int | None:
    for header in map(plain_header, headers):
        if header in positions and positions[header] not in taken:
            return positions[header]
    for header in headers:  # Shapefiles cut names to ten characters
        cut = plain_header(header[:_SHAPEFILE_NAME_LENGTH])
        if (
            len(header) > _SHAPEFILE_NAME_LENGTH
            and header.isascii()
            and positions.get(cut) not in {None, *taken}
        ):
            return positions[cut]
    return None


def special_column(names: Sequence[str], headers: Sequence[str]) -> int | None:
    """The position of the first name that is one of ``headers``."""
    wanted = {plain_header(h) for h in headers}
    return next((i for i, name in enumerate(names) if plain_header(name) in wanted), None)


def require_columns(spec: FrameSpec, have: set[str]) -> None:
    """Raises ReaderError that names every required column the file lacks."""
    missing = [c for c in spec if c.required and c.name not in have]
    if missing:
        raise ReaderError(
            f"缺少必需的列: {'、'.join(f'{c.zh}({c.name})' for c in missing)}。可用 --map 字段=列名 指定。",
            f"Required columns are missing: {', '.join(c.name for c in missing)}. Name them by --map field=column.",
        )


def _check_mapping(spec: FrameSpec, mapping: Mapping[str, str]) -> None:
    known = {c.name for c in spec}
    for field in mapping:
        if field not in known:
            raise ReaderError(f"{spec.zh}没有字段 {field}。", f"{spec.kind} has no column {field}.")


def _needed(spec: FrameSpec, *, zh: bool = False) -> str:
    return ("、" if zh else ", ").join(c.zh if zh else c.name for c in spec if c.required)
