"""Bytes changed at random in every format: each file is read, reported or refused, and nothing else happens."""

from __future__ import annotations

import random
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
from shapely import box

from grids.errors import GridError
from seeds.readers import read

ROUNDS = 60


def original(path: Path) -> bytes:
    squares = [box(121 + i / 1e3, 31, 121.001 + i / 1e3, 31.001) for i in range(20)]
    frame = gpd.GeoDataFrame(
        {"code": [f"G{i}" for i in range(20)], "name": "桂苑"}, geometry=squares, crs=4326
    )
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".csv":
        frame.to_wkt().to_csv(path, index=False, encoding="gb18030")
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in [["code", "geometry"], *zip(frame.code, frame.geometry.to_wkt(), strict=True)]:
            book.active.append(row)
        book.save(path)
    else:
        frame.to_file(path)
    return path.read_bytes()


def damaged(content: bytes, chance: random.Random) -> bytes:
    raw = bytearray(content)
    for _ in range(chance.choice([1, 3, 20])):
        at = chance.randrange(len(raw))
        match chance.randrange(6):
            case 0:
                del raw[at : at + chance.randrange(1, 200)]
            case 1:
                raw[at:at] = chance.randbytes(chance.randrange(50))
            case 2:
                del raw[at + 1 :]
            case _:
                raw[at] = chance.randrange(256)
        raw = raw or bytearray(b"x")
    return bytes(raw)


@pytest.mark.parametrize("name", ["g.gpkg", "g.geojson", "g.shp", "g.parquet", "g.xlsx", "g.csv"])
def test_random_damage_is_refused_in_words_or_reported(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    content, chance = original(path), random.Random(name)
    outcomes: set[str] = set()
    for _ in range(ROUNDS):
        path.write_bytes(damaged(content, chance))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            outcomes.add(outcome(path))
    assert outcomes <= {"refused", "read"}
    assert "refused" in outcomes


def outcome(path: Path) -> str:
    try:
        reading = read("grids", path)
        frame: Any = reading.frame()
    except GridError:
        return "refused"
    valid = bool(frame.geometry.is_valid.all()) and bool(frame.code.is_unique)
    return "read" if valid else "yielded what is not checked"
