"""What a file really is, by its first bytes, and how its text is encoded."""

from __future__ import annotations

import codecs
import gzip
import zipfile
from pathlib import Path
from typing import Literal

from seeds.readers.errors import ReaderError

Format = Literal["csv", "xlsx", "geojson", "gpkg", "shp", "zipped shp", "parquet"]
SAMPLE_BYTES = 1 << 20
_EXTENSIONS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".geojson": "geojson",
    ".json": "geojson",
    ".gpkg": "gpkg",
    ".shp": "shp",
    ".zip": "zipped shp",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"SQLite format 3\0", "gpkg"),
    (b"\x00\x00\x27\x0a", "shp"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def format_of(path: Path) -> Format:
    """The file's format; extension and content must agree.

    Raises ReaderError for a file that is absent, empty, unknown, or not what its name says.
    """
    if not path.is_file():
        raise ReaderError("文件不存在。", "There is no such file.")
    if path.stat().st_size == 0:
        raise ReaderError("文件为空 (0 字节)。", "The file is empty (0 bytes).")
    suffix = (
        path.suffixes[-2].lower() if path.suffix.lower() == ".gz" and len(path.suffixes) > 1 else path.suffix
    )
    named = _EXTENSIONS.get(suffix.lower())
    content = _content(path)
    if content == "xls":
        raise ReaderError(
            "这是旧版 Excel 文件 (.xls), 请另存为 .xlsx。", "An old Excel file (.xls): save it as .xlsx."
        )
    if named is None:
        raise ReaderError(
            "不支持的文件类型。可读: csv xlsx geojson gpkg shp zip parquet。",
            "This type of file is not read. Readable: csv xlsx geojson gpkg shp zip parquet.",
        )
    if content != named:
        raise ReaderError(
            f"文件内容与扩展名不符: 名为 {suffix}, 内容像 {content}。",
            f"The file is not what its name says: it is called {suffix} but looks like {content}.",
        )
    return named


def _content(path: Path) -> str:
    head = head_of(path)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head.startswith(b"PK"):
        return _zip_content(path)
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith((b"{", b"[")):
        return "geojson"
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "unknown binary data"
    return "csv"


def _zip_content(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
    except zipfile.BadZipFile as error:
        raise ReaderError("压缩包已损坏或不完整。", "The archive is damaged or cut short.") from error
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "zipped shp" if any(name.endswith(".shp") for name in names) else "an archive without a shapefile"


def head_of(path: Path, size: int = SAMPLE_BYTES) -> bytes:
    """The first bytes of the file, unpacked if it is gzipped."""
    with open(path, "rb") as file:
        if file.read(2) != b"\x1f\x8b":
            file.seek(0)
            return file.read(size)
    try:
        with gzip.open(path, "rb") as packed:
            return packed.read(size)
    except (OSError, EOFError) as error:
        raise ReaderError("压缩文件已损坏或不完整。", "The gzip file is damaged or cut short.") from error


def text_encoding(path: Path) -> tuple[str, bool]:
    """Encoding of a text file and whether it was a guess (no byte order mark, not plain ASCII or UTF-8)."""
    head = head_of(path)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name, False
    if len(head) < SAMPLE_BYTES:
        return encoding_of(head)
    return encoding_of(b"\n".join(_whole_lines(sample) for sample in (head, *_later_samples(path))))


def _later_samples(path: Path) -> list[bytes]:
    """From the middle and the end: a file may be plain ASCII for its first million bytes."""
    if path.suffix.lower() == ".gz":
        return []
    size = path.stat().st_size
    samples = []
    with open(path, "rb") as file:
        for start in (size // 2, max(0, size - SAMPLE_BYTES)):
            file.seek(start)
            samples.append(file.read(SAMPLE_BYTES).partition(b"\n")[2])
    return samples


def _whole_lines(sample: bytes) -> bytes:
    # No encoding read here uses a line feed as the second byte of a character.
    return sample.rpartition(b"\n")[0] if b"\n" in sample else sample


def encoding_of(sample: bytes) -> tuple[str, bool]:
    """UTF-8, GB18030 or Big5, whichever the bytes make sense in; and whether that is a guess.

    Nearly all Big5 text is also valid GB18030, but reads as rare characters there: common ones decide.

    >>> encoding_of("桂苑一居委会".encode("gbk")), encoding_of("繁體國語".encode("big5"))
    (('gb18030', True), ('big5', True))
    """
    if _decodes(sample, "utf-8"):
        return "utf-8", False
    if not _decodes(sample, "gb18030"):
        if _decodes(sample, "big5"):
            return "big5", True
        raise ReaderError(
            "无法识别文字编码, 请用 --encoding 指定。",
            "The text encoding is unknown: name it with --encoding.",
        )
    simplified = _common_share(sample, "gb18030", "gb2312", (0xB0, 0xD7))
    if simplified < 0.8 and _decodes(sample, "big5"):
        traditional = _common_share(sample, "big5", "big5", (0xA4, 0xC6))
        if traditional > simplified:
            return "big5", True
    return "gb18030", True


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _common_share(sample: bytes, encoding: str, strict: str, lead: tuple[int, int]) -> float:
    """Share of the non-ASCII characters that are in the everyday rows of the character set."""
    wide = [c for c in sample.decode(encoding, "replace")[:20_000] if ord(c) > 127]
    everyday = 0
    for char in wide:
        try:
            everyday += lead[0] <= char.encode(strict)[0] <= lead[1]
        except UnicodeEncodeError:
            continue
    return everyday / len(wide) if wide else 1.0


def dbf_encoding(dbf: bytes, cpg: str | None) -> tuple[str | None, bool]:
    """Encoding of a Shapefile's attributes from the bytes of its .dbf and the text of its .cpg.

    None leaves it to GDAL (plain ASCII). A .cpg that the bytes contradict is not believed.
    """
    header = int.from_bytes(dbf[8:10], "little")
    fields, records = dbf[32:header], dbf[header:]
    width = max(1, int.from_bytes(dbf[10:12], "little"))
    records = records[: len(records) // width * width] or records
    sample = (
        records + b"\n" + b"\n".join(fields[i : i + 11].split(b"\0")[0] for i in range(0, len(fields), 32))
    )
    if sample.isascii():
        return None, False
    stated = _python_codec(cpg)
    if stated and _decodes(sample, stated):
        return stated, False
    return encoding_of(sample)


def _python_codec(cpg: str | None) -> str | None:
    name = (cpg or "").strip()
    name = {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "950": "big5", "65001": "utf-8"}.get(
        name.lower().removeprefix("cp"), name
    )
    try:
        return codecs.lookup(name).name if name else None
    except LookupError:
        return None
