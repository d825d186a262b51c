"""Buildings of the made-up town as Mapbox Vector Tiles."""

from __future__ import annotations

import math
from collections.abc import Iterator

from made_up_town.ground import ACROSS, BUILDINGS_A_SIDE, SOUTH, STEP_LAT, STEP_LON, UP, WEST, Point


def tile(z: int, row: int, column: int) -> bytes:
    """Buildings of the town in one Web Mercator tile; empty where there are none."""
    return _encoded(list(_buildings_in(z, row, column)))


def _unit(lon: float, lat: float) -> Point:
    """Web Mercator between 0 and 1, y downwards."""
    return (lon + 180) / 360, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2


def _buildings_in(z: int, row: int, column: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """(number, corners in tile units) of every building that meets the tile."""
    (x0, y1), (x1, y0) = _unit(WEST, SOUTH), _unit(WEST + ACROSS * STEP_LON, SOUTH + UP * STEP_LAT)
    dx, dy = (x1 - x0) / BUILDINGS_A_SIDE, (y1 - y0) / BUILDINGS_A_SIDE
    tiles, extent = 2**z, 4096
    left, right = (max(0, math.floor((column + e) / tiles / dx - x0 / dx)) for e in (0, 1))
    top, bottom = (max(0, math.floor((row + e) / tiles / dy - y0 / dy)) for e in (0, 1))
    for j in range(top, min(BUILDINGS_A_SIDE, bottom + 1)):
        for i in range(left, min(BUILDINGS_A_SIDE, right + 1)):
            ends = ((0.15, 0.2), (0.8, 0.2), (0.8, 0.6), (0.5, 0.6), (0.5, 0.75), (0.15, 0.75))
            yield (
                j * BUILDINGS_A_SIDE + i,
                [
                    (
                        round(((x0 + (i + u) * dx) * tiles - column) * extent),
                        round(((y0 + (j + v) * dy) * tiles - row) * extent),
                    )
                    for u, v in ends
                ],
            )


def _varint(n: int) -> bytes:
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def _field(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _packed(numbers: list[int]) -> bytes:
    return b"".join(map(_varint, numbers))


def _encoded(buildings: list[tuple[int, list[tuple[int, int]]]]) -> bytes:
    """One layer of polygons with their code (Mapbox Vector Tile 2.1); empty without buildings."""
    if not buildings:
        return b""
    features, values = [], []
    for number, corners in buildings:
        commands, at = [], (0, 0)
        for k, (x, y) in enumerate(corners):
            commands += [9] if k == 0 else [(len(corners) - 1) << 3 | 2] if k == 1 else []
            commands += [(d << 1) ^ (d >> 31) for d in (x - at[0], y - at[1])]
            at = (x, y)
        body = b"\x08" + _varint(number + 1) + _field(2, _packed([0, len(values)])) + b"\x18\x03"
        features.append(_field(2, body + _field(4, _packed([*commands, 15]))))
        values.append(_field(4, _field(1, f"B{number:06d}".encode())))
    layer = b"".join(
        [
            _field(1, b"buildings"),
            *features,
            _field(3, b"code"),
            *values,
            b"\x28" + _varint(4096),
            b"\x78\x02",
        ]
    )
    return _field(3, layer)
