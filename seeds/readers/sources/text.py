"""CSV and its like: any of the usual separators and encodings, headers below titles, streamed through Arrow."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv
import pyproj

from seeds.readers import sniff
from seeds.readers.errors import MOST_COLUMNS, ReaderError, too_many_columns
from seeds.readers.headers import HEADER_SEARCH_ROWS, Header
from seeds.readers.sources import Batch

_BLOCK_BYTES = 2 << 20
_MOST_RAGGED = 1_000_000
_SEPARATORS = ",\t;|"
FindHeader = Callable[[Sequence[Sequence[str | None]]], Header]


class TextSource:
    """A delimited text file; row numbers count records as a spreadsheet shows them, blank ones included."""

    crs: pyproj.CRS | None = None
    has_geometry = False

    def __init__(self, path: Path, find_header: FindHeader, encoding: str | None = None) -> None:
        self.path = path
        self.encoding: str | None = encoding
        self.encoding_guessed = False
        if encoding is None:
            self.encoding, self.encoding_guessed = sniff.text_encoding(path)
        sample = self._sample()
        self.separator = _separator(sample)
        records, lines = _first_records(sample, self.separator)
        header = find_header(records)
        self.names = header.names
        self._records_before = header.records
        self._lines_before = lines[header.records - 1]

    @property
    def header_records(self) -> int:
        return self._records_before

    def _sample(self) -> str:
        raw = sniff.head_of(self.path)
        line_end = b"\n\0" if str(self.encoding).startswith("utf-16") else b"\n"
        if len(raw) >= sniff.SAMPLE_BYTES:
            if line_end not in raw and b"\r" not in raw:
                raise too_many_columns()
            raw = raw.rpartition(line_end)[0]
        try:
            text = raw.decode(str(self.encoding), "strict" if len(raw) < sniff.SAMPLE_BYTES else "ignore")
        except (UnicodeDecodeError, LookupError) as error:
            raise _undecodable() from error
        return text.removeprefix("\ufeff")

    def batches(self, wanted: Mapping[str, int], chunk_rows: int) -> Iterator[Batch]:
        """See `Source.batches`. Raises ReaderError where the encoding turns out to be another."""
        numbering = _Numbering(self._records_before, self._records_before - self._lines_before)
        try:
            for block in self._reader(wanted, numbering):
                for start in range(0, len(block), chunk_rows):
                    part = block.slice(start, chunk_rows)
                    rows, ragged = numbering.take(len(part))
                    yield Batch(rows, {n: part.column(f"c{at}") for n, at in wanted.items()}, ragged=ragged)
            rows, ragged = numbering.rest()
            if ragged:
                yield Batch(rows, {name: pa.array([], pa.string()) for name in wanted}, ragged=ragged)
        except (UnicodeDecodeError, pa.ArrowInvalid) as error:
            if isinstance(error, UnicodeDecodeError) or "UTF8" in str(error):
                raise _undecodable() from error
            if "Empty CSV" in str(error) or "Could not skip" in str(error):  # a header and nothing below it
                return
            raise ReaderError(
                "文件在中途无法解析 (引号未闭合或行过长)。",
                "The file cannot be parsed beyond some row (an open quote, or a line too long).",
            ) from error
        except (EOFError, OSError) as error:
            raise ReaderError("文件已损坏或不完整。", "The file is damaged or cut short.") from error

    def _reader(self, wanted: Mapping[str, int], numbering: _Numbering) -> pacsv.CSVStreamingReader:
        names = [f"c{i}" for i in range(len(self.names))]
        used = [names[at] for at in dict.fromkeys(wanted.values())]

        def note(row: pacsv.InvalidRow) -> str:
            numbering.note(row.number, blank=not row.text.strip(self.separator + ' "\r\n'))
            return "skip"

        source = pa.OSFile(str(self.path))
        packed = self.path.suffix.lower() == ".gz"
        return pacsv.open_csv(
            pa.CompressedInputStream(source, "gzip") if packed else source,
            pacsv.ReadOptions(
                use_threads=False,  # Arrow numbers the rows only then
                block_size=_BLOCK_BYTES,
                skip_rows=self._lines_before,
                column_names=names,
                encoding="utf8" if self.encoding in {"utf-8", "utf-8-sig"} else str(self.encoding),
            ),
            pacsv.ParseOptions(
                delimiter=self.separator,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            pacsv.ConvertOptions(include_columns=used, column_types=dict.fromkeys(names, pa.string())),
        )


class _Numbering:
    """Sheet row numbers of the rows that come through, given the numbers of those that Arrow left out."""

    def __init__(self, before: int, shift: int) -> None:
        self._before = before
        self._shift = shift  # Arrow counts physical lines above the data, a spreadsheet records
        self._taken = 0
        self._left_out: list[int] = []
        self._blank: set[int] = set()
        self._told = 0

    def note(self, number: int, *, blank: bool) -> None:
        if len(self._left_out) > _MOST_RAGGED:
            raise OSError("more ragged rows than a table can have")
        self._left_out.append(number + self._shift)
        if blank:
            self._blank.add(number + self._shift)

    def take(self, count: int) -> tuple[npt.NDArray[np.int64], list[int]]:
        """The numbers of the next ``count`` rows, and the ragged rows before the last of them."""
        nth = np.arange(self._taken, self._taken + count)
        gaps = np.array(self._left_out, dtype=np.int64) - np.arange(len(self._left_out)) - 1 - self._before
        rows = self._before + 1 + nth + np.searchsorted(gaps, nth, side="right")
        self._taken += count
        return rows, self._tell(int(rows[-1]))

    def rest(self) -> tuple[npt.NDArray[np.int64], list[int]]:
        return np.array([], dtype=np.int64), self._tell(None)

    def _tell(self, last: int | None) -> list[int]:
        new = self._left_out[self._told :]
        new = new if last is None else [row for row in new if row < last]
        self._told += len(new)
        return [row for row in new if row not in self._blank]


def _separator(sample: str) -> str:
    lines = [line for line in sample.splitlines()[:HEADER_SEARCH_ROWS] if line.strip()]
    return max(_SEPARATORS, key=lambda s: sum(min(line.count(s), 50) for line in lines))


def _first_records(sample: str, separator: str) -> tuple[list[list[str | None]], list[int]]:
    """The first records and, for each, the physical lines up to its end."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    records: list[list[str | None]] = []
    lines: list[int] = []
    try:
        for record in reader:
            if len(record) > MOST_COLUMNS:
                raise too_many_columns()
            records.append(list(record))
            lines.append(reader.line_num)
            if len(records) > HEADER_SEARCH_ROWS:
                break
    except csv.Error as error:
        raise ReaderError("文件不是可读的表格文本。", "The file is not a readable table of text.") from error
    return records, lines


def _undecodable() -> ReaderError:
    return ReaderError(
        "文字编码不对, 请用 --encoding 指定。", "The text is in another encoding: name it with --encoding."
    )
