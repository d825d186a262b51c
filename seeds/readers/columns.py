"""Which positions of a file are read, and as what: the columns of the KIND and a few that help to understand it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seeds.frames import FrameSpec
from seeds.readers import headers
from seeds.readers.sources import Source

# Columns that are read to understand a row and are not part of the frame.
SERIAL, SHAPE, LON, LAT = "#serial", "#shape", "#lon", "#lat"


@dataclass(frozen=True)
class Columns:
    """``found`` and ``helpers`` are positions in the file; ``constants`` hold for every row, ``{row}`` its number."""

    found: Mapping[str, int]
    helpers: Mapping[str, int]
    constants: Mapping[str, str]

    @property
    def wanted(self) -> dict[str, int]:
        return {**self.found, **self.helpers}

    @property
    def names(self) -> set[str]:
        return {*self.found, *self.constants}


def columns_of(spec: FrameSpec, source: Source, mapping: Mapping[str, str]) -> Columns:
    """The columns to read. Raises ReaderError where a required one is neither in the file nor given."""
    found = headers.match_columns(spec, source.names, mapping)
    constants = {name: value[1:] for name, value in mapping.items() if value.startswith("=")}
    derived = {"kind"} if spec.kind == "areas" else set()
    headers.require_columns(spec, {*found, *constants, *derived})
    return Columns(found, _helpers(spec, source, set(found.values())), constants)


def _helpers(spec: FrameSpec, source: Source, taken: set[int]) -> dict[str, int]:
    """Positions of the serial number (for total rows) and of the geometry in a sheet."""
    names = source.names
    helpers = {SERIAL: headers.special_column(names, headers.SERIAL_HEADERS)}
    if spec.shapes and not source.has_geometry:
        helpers[SHAPE] = headers.special_column(names, headers.GEOMETRY_HEADERS)
        if helpers[SHAPE] is None:
            helpers[LON] = headers.special_column(names, headers.LON_HEADERS)
            helpers[LAT] = headers.special_column(names, headers.LAT_HEADERS)
    return {name: at for name, at in helpers.items() if at is not None and at not in taken}
