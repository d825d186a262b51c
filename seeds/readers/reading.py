"""One file read as one KIND: its checked frames in chunks, and the report of what was wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from grids.geodesy import WGS84, Crs
from seeds.frames import SPECS, FrameSpec
from seeds.readers import headers, sniff
from seeds.readers.annotate import write_annotated
from seeds.readers.checking import Checker
from seeds.readers.columns import Columns, columns_of
from seeds.readers.context import Context, HashKey
from seeds.readers.errors import ReaderError
from seeds.readers.report import Report
from seeds.readers.shapes import ShapeReader
from seeds.readers.sources import Source
from seeds.readers.sources.parquet import ParquetSource
from seeds.readers.sources.sheet import SheetSource
from seeds.readers.sources.text import TextSource
from seeds.readers.sources.vector import VectorSource

_TOO_FEW_TO_JUDGE = 20


def read(
    kind: str,
    path: str | Path,
    *,
    crs: Crs | None = None,
    encoding: str | None = None,
    mapping: Mapping[str, str] | None = None,
    hash_key: HashKey | None = None,
    context: Context | None = None,
    chunk_rows: int = 50_000,
    layer: str | None = None,
) -> Reading:
    """Opens a file of one KIND; nothing but the header has been read when this returns.

    ``mapping`` says column → header of the file, or column → ``=value`` for a value that holds for every row,
    in which ``{row}`` stands for the row's number. ``crs`` overrides what the file says (any EPSG code, ``gcj02``,
    ``bd09``). Raises ReaderError for a file that cannot be read as this KIND, CrsError for an unknown system.
    """
    if kind not in SPECS:
        raise ReaderError(
            f"没有这种数据: 可读 {'、'.join(SPECS)}。", f"No such kind; known: {', '.join(SPECS)}."
        )
    spec, path, mapping, context = SPECS[kind], Path(path), mapping or {}, context or Context()
    form = sniff.format_of(path)
    report = Report(kind, format=form)
    source = _opened(spec, path, form, encoding, mapping, layer)
    columns = columns_of(spec, source, mapping)
    if hash_key is None and any(spec[name].type in {"record", "records"} for name in columns.names):
        raise ReaderError("读取登记编号需要散列密钥。", "Record numbers are only read with a hashing key.")
    _describe(report, source, columns)
    shapes = ShapeReader(spec, crs, source.crs, context, report)
    checker = Checker(spec, report, shapes, context, hash_key, columns.constants)
    return Reading(spec, source, columns, checker, report, chunk_rows)


def _opened(
    spec: FrameSpec,
    path: Path,
    form: sniff.Format,
    encoding: str | None,
    mapping: Mapping[str, str],
    layer: str | None,
) -> Source:
    def find_header(records: Any) -> headers.Header:
        return headers.find_header(records, spec, mapping)

    if form == "csv":
        return TextSource(path, find_header, encoding)
    if form == "xlsx":
        return SheetSource(path, find_header)
    if form == "parquet":
        return ParquetSource(path)
    return VectorSource(path, form, spec.kind, encoding, layer)


def _describe(report: Report, source: Source, columns: Columns) -> None:
    report.columns = {name: source.names[at] for name, at in columns.found.items()}
    used = set(columns.wanted.values())
    report.columns_dropped = len([name for at, name in enumerate(source.names) if name and at not in used])
    report.encoding = source.encoding
    if source.encoding_guessed:
        report.add_to_file("encoding_guessed", "warning")


class Reading:
    """An opened file; `chunks` streams its checked frames once, after which `report` is complete."""

    def __init__(
        self,
        spec: FrameSpec,
        source: Source,
        columns: Columns,
        checker: Checker,
        report: Report,
        chunk_rows: int,
    ) -> None:
        self.spec = spec
        self.report = report
        self._source = source
        self._columns = columns
        self._checker = checker
        self._chunk_rows = chunk_rows
        self._started = False

    def chunks(self) -> Iterator[pd.DataFrame]:
        """The accepted rows as checked frames, indexed by sheet row; GeoDataFrames where the KIND has shapes.

        Each chunk has at most ``chunk_rows`` rows. Raises ReaderError where the file turns out to be damaged:
        what was yielded before must then not be kept.
        """
        if self._started:
            raise RuntimeError("A reading can be consumed once; open the file again.")
        self._started = True
        for batch in self._source.batches(self._columns.wanted, self._chunk_rows):
            frame = self._checker.check(batch)
            if len(frame):
                yield frame
        self._conclude()

    def _conclude(self) -> None:
        report = self.report
        if report.rows_read == report.rows_skipped:
            report.add_to_file("no_rows", "error")
        repeats = sum(n for (kind, _, _), n in report.counts.items() if kind == "duplicate")
        if report.rows_read > _TOO_FEW_TO_JUDGE and repeats > report.rows_read / 2:
            report.add_to_file("codes_repeat", "error", self.spec.key[0])
        report.duplicates = self._checker.persons.duplicates()
        report.complete = True

    def frame(self) -> Any:
        """All accepted rows in one frame, for files that fit in memory."""
        chunks = list(self.chunks())
        if chunks:
            return pd.concat(chunks)
        empty = pd.DataFrame({name: pd.Series(dtype="object") for name in self.spec.frame_columns})
        return gpd.GeoDataFrame(empty, geometry="geometry", crs=WGS84) if self.spec.shapes else empty

    def write_annotated(self, path: str | Path) -> None:
        """The same sheet with a column of problems; only for CSV and XLSX, once the chunks are consumed."""
        write_annotated(self._source, self.report, Path(path))
