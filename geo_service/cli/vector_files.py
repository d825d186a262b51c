"""Layers in and out of files for the commands that need no database: the format follows the file name."""

from __future__ import annotations

import glob
import json
import sys
import time
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import geopandas as gpd
import pandas as pd
import pyogrio
import typer

from grids.errors import CrsError, InputError
from grids.geodesy import named_crs, transform

READABLE = (".gpkg", ".geojson", ".json", ".parquet", ".geoparquet", ".shp", ".zip", ".fgb", ".gml", ".kml")
DRIVERS = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".shp": "ESRI Shapefile",
    ".fgb": "FlatGeobuf",
}
PARQUET = (".parquet", ".geoparquet")
SHORT = {"committee_code": "committee", "building_code": "building", "compound_code": "compound"}
SHAPEFILE_NAME = 10


def read_layer(path: Path, crs: str | None = None, encoding: str | None = None) -> gpd.GeoDataFrame:
    """A layer with a reference system; ``crs`` overrides the file's (EPSG code, ``gcj02``, ``bd09``).

    GCJ-02 and BD-09 come back as WGS 84. The encoding of a shapefile's table is judged by its bytes.
    Raises InputError for what cannot be read or holds nothing, CrsError where no system is stated.
    """
    if path.suffix.lower() not in READABLE:
        raise InputError(
            f"{path.name}: 不支持的格式 / this kind of file is not read ({', '.join(READABLE)})."
        )
    try:
        frame = _read(path, encoding)
    except (pyogrio.errors.DataSourceError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise InputError(f"{path.name}: 无法读取 / cannot be read: {error}") from error
    if not isinstance(frame, gpd.GeoDataFrame) or "geometry" not in frame:
        raise InputError(f"{path.name}: 没有图形 / holds no geometry.")
    if frame.empty:
        raise InputError(f"{path.name}: 没有要素 / holds no features.")
    if crs is None:
        if frame.crs is None:
            raise CrsError(
                f"{path.name}: 未注明坐标系，请用 --crs / names no reference system; say it with --crs."
            )
        return frame
    known = named_crs(crs)
    if isinstance(known, str):
        return transform(frame.set_crs(None, allow_override=True), known, 4326)
    return frame.set_crs(known, allow_override=True)


def _read(path: Path, encoding: str | None) -> gpd.GeoDataFrame:
    if path.suffix.lower() in PARQUET:
        return gpd.read_parquet(path)
    source = f"zip://{path}" if path.suffix.lower() == ".zip" else path
    frame = gpd.read_file(source, encoding=encoding or _dbf_encoding(path))
    return frame if frame.active_geometry_name in (None, "geometry") else frame.rename_geometry("geometry")


def _dbf_encoding(path: Path) -> str | None:
    """The encoding that a shapefile's table is really in; a missing or wrong .cpg is common in Chinese files."""
    from seeds.readers.sniff import dbf_encoding

    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            parts = {Path(name).suffix.lower(): name for name in archive.namelist()}
            found = {kind: archive.read(parts[kind]) for kind in (".dbf", ".cpg") if kind in parts}
    elif path.suffix.lower() == ".shp":
        beside = {p.suffix.lower(): p for p in path.parent.glob(f"{glob.escape(path.stem)}.*")}
        found = {kind: beside[kind].read_bytes() for kind in (".dbf", ".cpg") if kind in beside}
    else:
        return None
    cpg = found[".cpg"].decode("ascii", "replace") if ".cpg" in found else None
    return dbf_encoding(found[".dbf"], cpg)[0] if ".dbf" in found else None


def write_layer(frame: gpd.GeoDataFrame, path: Path, layer: str = "layer", *, as_is: bool = False) -> None:
    """Write a layer by extension; GeoJSON is brought to WGS 84, as its standard asks, unless ``as_is``.

    Text that a format cannot hold is not lost silently: lists are joined by ``;`` and shapefile names of more
    than ten characters are shortened to unique ones. Raises InputError for an unknown extension.
    """
    suffix = path.suffix.lower()
    plain = frame.copy()
    for name in plain.columns.drop(plain.geometry.name):
        if pd.api.types.is_object_dtype(plain[name]):
            plain[name] = [";".join(map(str, v)) if isinstance(v, list | tuple) else v for v in plain[name]]
    if suffix in PARQUET:
        plain.to_parquet(path)
        return
    if suffix == ".zip" or suffix not in DRIVERS:
        raise InputError(f"{path.name}: 输出格式应为 / write as one of {', '.join([*DRIVERS, *PARQUET])}.")
    if DRIVERS[suffix] == "GeoJSON" and plain.crs is not None and not as_is:
        plain = plain.to_crs(4326)
    if suffix == ".shp":
        plain = plain.rename(columns=_short_names(plain.columns.drop(plain.geometry.name)))
    path.unlink(missing_ok=True)
    options: dict[str, Any] = {"layer": layer} if suffix == ".gpkg" else {}
    if suffix == ".shp":
        options["encoding"] = "UTF-8"
    with warnings.catch_warnings():
        # GCJ-02 and BD-09 have no code, so a layer in them is written without one on purpose.
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        plain.to_file(path, driver=DRIVERS[suffix], **options)


def writable(*paths: Path | None) -> None:
    """Refuse, before any long work, a path whose extension names no format or whose folder does not exist: InputError."""
    for path in paths:
        if path is None:
            continue
        if path.suffix.lower() not in (*DRIVERS, *PARQUET):
            raise InputError(
                f"{path.name}: 输出格式应为 / write as one of {', '.join([*DRIVERS, *PARQUET])}."
            )
        if not path.parent.is_dir():
            raise InputError(f"{path.parent}: 没有这个文件夹 / there is no such folder.")


def _short_names(columns: Sequence[str]) -> dict[str, str]:
    taken: set[str] = set()
    names = {}
    for column in columns:
        short = SHORT.get(column, column)[:SHAPEFILE_NAME]
        number = 1
        while short in taken:
            number += 1
            short = f"{column[: SHAPEFILE_NAME - 2]}_{number}"
        taken.add(short)
        names[column] = short
    return names


def by_code(frame: gpd.GeoDataFrame, wanted: Sequence[str], column: str | None = None) -> gpd.GeoDataFrame:
    """The frame indexed by its code: ``column``, else the first of ``wanted`` that names every row differently.

    Failing that any text column that does, and at last row numbers from 1. Raises InputError when ``column``
    is missing, empty somewhere or repeats.
    """
    if column is not None:
        if column not in frame:
            raise InputError(
                f"没有列 / there is no column {column}; there are {', '.join(map(str, frame.columns))}."
            )
        codes = frame[column]
        if codes.isna().any() or codes.duplicated().any():
            raise InputError(f"列 {column} 有空值或重复 / column {column} has empty or repeated codes.")
        return frame.set_index(codes.astype(str).rename(column))
    texts = [c for c in frame.columns if pd.api.types.is_string_dtype(frame[c]) and c != frame.geometry.name]
    for name in (*wanted, *texts):
        if name in frame and frame[name].notna().all() and frame[name].is_unique:
            return frame.set_index(frame[name].astype(str).rename(name))
    return frame.set_index(pd.RangeIndex(1, len(frame) + 1, name="row").astype(str))


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say on stderr what is being done and, when done, how long it took."""
    start = time.perf_counter()
    typer.echo(f"… {name}", err=True)
    yield
    typer.echo(f"  {time.perf_counter() - start:.1f} s", err=True)


def answer(report: dict[str, Any], text: str, as_json: bool | None) -> None:
    """Print the report: JSON when asked for or when nobody looks (a pipe), else the text."""
    if as_json or (as_json is None and not sys.stdout.isatty()):
        typer.echo(json.dumps(report, ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(text)


@contextmanager
def refusals() -> Iterator[None]:
    """A refusal becomes one sentence on stderr and exit code 2."""
    from grids.errors import GridError

    try:
        yield
    except GridError as error:
        stop(str(error))


def stop(message: str, code: int = 2) -> NoReturn:
    """One sentence on stderr, and the exit code."""
    typer.echo(message, err=True)
    raise typer.Exit(code)
