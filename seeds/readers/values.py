"""Cells to values: text as people write it in, typed columns out, and a mask of what could not be understood.

Every source hands its cells over as text, so a date typed as text, as a date or as Excel's day number takes one way.
Each distinct text is understood once and the results spread over the rows; columns with mostly different texts go
through Arrow or pandas whole.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from seeds.frames import Column

Mask = npt.NDArray[np.bool_]
ZONE = "Asia/Shanghai"
_ZONE_OFFSET = np.timedelta64(8, "h")  # no summer time since 1991
_EMPTY = pa.array(["", "-", "--", "—", "——", "null", "NULL", "None", "nan", "NaN", "NaT", "#N/A"])
_BLANKS: dict[int, str | None] = {0x3000: " ", 0xA0: " ", 0xFEFF: None, 0x200B: None}
_WIDE = _BLANKS | {i: chr(i - 0xFEE0) for i in range(0xFF01, 0xFF5F)}
# In names and addresses only digits, letters and blanks are narrowed: Chinese punctuation stays as written.
_WIDE_ALNUM = _BLANKS | {i: narrow for i, narrow in _WIDE.items() if narrow and narrow.isalnum()}
_QUOTED_TEXT = re.compile(r'^="(.*)"$')
_SCIENTIFIC = r"^\d(\.\d+)?[eE]\+?\d+$"
_YES = {"是", "有", "1", "1.0", "true", "yes", "y", "t", "√", "✓", "已备案", "已"}
_NO = {"否", "无", "0", "0.0", "false", "no", "n", "f", "×", "x", "未备案", "未", "没有"}
_UNIT = re.compile(
    r"^([+-]?[\d,]*\.?\d+(?:e[+-]?\d+)?)(?:人|户|层|米|间|次|条|天|m|m2|㎡|平方米|平米)?$", re.I
)
_DATE = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]+(.*))?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_YEAR_MONTH = re.compile(r"^(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*月?|年?)$")
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
_TIME = re.compile(r"^(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?)?[分秒]?$")
_ID_NAMESPACE = uuid.UUID("0f7c0b51-6d8e-5a0c-9a43-5e1f6c1b7a11")
_EXCEL_ZERO = datetime(1899, 12, 30)
LONGEST_CODE, LONGEST_TEXT = 40, 200
_PERSONAL = r"(\d{17}[\dXx])|(^|\D)1[3-9]\d{9}(\D|$)"


@dataclass
class Values:
    """A column after reading: its values, what could not be understood and why, and what to remark on."""

    values: pd.Series
    bad: Mask
    kind: str
    remarks: dict[str, Mask] = field(default_factory=dict)


def as_text(cells: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Any Arrow column as trimmed text, nothing for what means nothing; whole floats lose their ".0"."""
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_floating(cells.type):
        whole = pc.and_(pc.equal(pc.floor(cells), cells), pc.less(pc.abs(cells), 1e15))
        ints = pc.cast(pc.cast(pc.if_else(whole, cells, None), pa.int64(), safe=False), pa.string())
        cells = pc.coalesce(ints, pc.cast(cells, pa.string()))
    elif pa.types.is_list(cells.type) or pa.types.is_large_list(cells.type):
        cells = pa.array(
            [None if v is None else ";".join(map(str, v)) for v in cells.to_pylist()], pa.string()
        )
    elif cells.type != pa.string():
        cells = pc.cast(cells, pa.string())
    text = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.is_in(text, value_set=_EMPTY), None, text)


def understood(column: Column, text: pa.Array) -> Values:
    """One column's cells as its type says; ``bad`` marks those with text that means nothing of the kind."""
    return _READERS[column.type](column, text)


def _spread(
    text: pa.Array, one: Callable[[str], Any], kind: str, dtype: str = "object", remarks: tuple[str, ...] = ()
) -> Values:
    """``one`` applied to each distinct text; it gives a value, None for bad, or (value, remark)."""
    coded = text.dictionary_encode()
    results = [one(unicodedata.normalize("NFKC", t)) for t in coded.dictionary.to_pylist()]
    plain: np.ndarray = np.empty(len(results) + 1, dtype=object)  # a list of lists must stay one cell each
    plain[:-1] = [r[0] if isinstance(r, tuple) else r for r in results]
    notes = np.array([r[1] if isinstance(r, tuple) else "" for r in results] + [""], dtype=object)
    missing = np.array([v is None for v in plain], dtype=bool)
    at = np.asarray(coded.indices.fill_null(len(results)))
    bad = missing[at] & np.asarray(pc.is_valid(text))
    marks = {remark: np.asarray((notes == remark)[at], dtype=bool) for remark in remarks}
    values = pd.Series(plain.astype(dtype)[at])
    return Values(values, bad, kind, {remark: mask for remark, mask in marks.items() if mask.any()})


# --- texts and codes


def _text(column: Column, text: pa.Array) -> Values:
    narrowed = _narrowed(text, _WIDE_ALNUM)
    personal = np.asarray(pc.match_substring_regex(narrowed, _PERSONAL).fill_null(False))
    formula = np.asarray(pc.match_substring_regex(narrowed, r"^[=+@\t]").fill_null(False))
    long = np.asarray(pc.greater(pc.utf8_length(narrowed), LONGEST_TEXT).fill_null(False))
    values = pc.if_else(pa.array(personal), None, narrowed) if personal.any() else narrowed
    values = pc.utf8_slice_codeunits(values, 0, LONGEST_TEXT) if long.any() else values
    remarks = {name: mask for name, mask in (("formula_text", formula), ("cut", long)) if mask.any()}
    return Values(_strings(values), personal, "looks_personal", remarks)


def _code(column: Column, text: pa.Array) -> Values:
    codes = _narrowed(text, _WIDE)
    if _any(pc.match_substring_regex(codes, r"\s")):
        codes = pc.replace_substring_regex(codes, r"\s+", "")
    if _any(pc.match_substring_regex(codes, r"^\d+\.0+$")):
        codes = pc.replace_substring_regex(codes, r"^(\d+)\.0+$", r"\1")
    if _any(pc.starts_with(codes, "'")):  # a spreadsheet's mark for "this is text"
        codes = pc.replace_substring_regex(codes, "^'", "")
    scientific = np.asarray(pc.match_substring_regex(codes, _SCIENTIFIC).fill_null(False))
    long = np.asarray(pc.greater(pc.utf8_length(codes), LONGEST_CODE).fill_null(False))
    return Values(_strings(codes), scientific | long, "not_a_code")


def _codes(column: Column, text: pa.Array) -> Values:
    def joined(cell: str) -> str:
        return ";".join(code for code in re.split(r"[;,、|\s]+", cell) if code)

    return _spread(text, joined, "not_a_code", "str")


def _narrowed(text: pa.Array, table: dict[int, Any]) -> pa.Array:
    if _any(pc.starts_with(text, '="')):
        text = pc.replace_substring_regex(text, _QUOTED_TEXT.pattern, r"\1")
    if not _any(pc.invert(pc.string_is_ascii(text))):
        return text
    return pa.array(
        [t and (t if t.isascii() else t.translate(table).strip()) for t in text.to_pylist()], pa.string()
    )


def _any(mask: pa.Array) -> bool:
    return bool(pc.any(mask).as_py())


def _strings(text: pa.Array) -> pd.Series:
    return pd.Series(text.to_pandas(), dtype="str")


def _uuid(column: Column, text: pa.Array) -> Values:
    lower = pc.utf8_lower(text)
    proper = pc.match_substring_regex(lower, r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$").fill_null(True)
    if not _any(pc.invert(proper)):
        return Values(_strings(lower), np.zeros(len(text), dtype=bool), "missing")
    return _spread(text, _one_uuid, "missing", remarks=("id_derived",))


def _one_uuid(cell: str) -> Any:
    try:
        return str(uuid.UUID(cell))
    except ValueError:
        # The same number gives the same id, so that loading a file twice changes nothing.
        return str(uuid.uuid5(_ID_NAMESPACE, "".join(cell.split()).upper())), "id_derived"


# --- numbers and words


def _number(column: Column, text: pa.Array) -> Values:
    try:
        numbers = np.asarray(pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
        bad = ~np.isfinite(numbers) & np.asarray(pc.is_valid(text))
    except pa.ArrowInvalid:
        spread = _spread(text, _one_number, "not_a_number", "float64")
        numbers = np.asarray(spread.values, dtype=np.float64)
        bad = spread.bad
    if not column.signed:
        bad = bad | (numbers < 0)
    if column.above_zero:
        bad = bad | (numbers == 0)
    if column.most is not None:
        bad = bad | (numbers > column.most)
    numbers = np.where(bad, np.nan, numbers)
    return Values(pd.Series(numbers), bad, "not_a_number")


def _one_number(cell: str) -> float | None:
    match = _UNIT.match(cell.replace(" ", ""))
    number = float(match[1].replace(",", "")) if match else None
    return number if number is not None and np.isfinite(number) else None


def _integer(column: Column, text: pa.Array) -> Values:
    numbers = _number(column, text)
    whole: npt.NDArray[np.float64] = numbers.values.to_numpy()
    bad = numbers.bad | ((whole != np.floor(whole)) & np.isfinite(whole)) | (np.abs(whole) > 1e12)
    return Values(pd.Series(np.where(bad, np.nan, whole)).astype("Int64"), bad, "not_an_integer")


def _boolean(column: Column, text: pa.Array) -> Values:
    def one(cell: str) -> bool | None:
        word = cell.casefold().strip()
        return True if word in _YES else False if word in _NO else None

    spread = _spread(text, one, "not_a_boolean")
    return Values(spread.values.astype("boolean"), spread.bad, spread.kind)


def _word(column: Column, text: pa.Array) -> Values:
    assert column.vocabulary is not None
    spread = _spread(text, column.vocabulary.key, "not_in_list")
    return Values(spread.values.astype("str"), spread.bad, spread.kind)


# --- days and moments


def _day(column: Column, text: pa.Array) -> Values:
    return _spread(text, _one_day, "not_a_date", "datetime64[s]", ("excel_serial", "part_of_date"))


def _month(column: Column, text: pa.Array) -> Values:
    return _spread(text, _one_month, "not_a_date", "datetime64[s]")


def _one_day(cell: str) -> Any:
    try:
        if match := _DATE.match(cell) or _COMPACT.match(cell):
            return _sane(date(int(match[1]), int(match[2]), int(match[3])))
        if _SERIAL.match(cell):
            return _sane((_EXCEL_ZERO + timedelta(days=float(cell))).date()), "excel_serial"
        if match := _YEAR_MONTH.match(cell):
            return _sane(date(int(match[1]), int(match[2] or 1), 1)), "part_of_date"
    except (ValueError, OverflowError):
        return None
    return None


def _one_month(cell: str) -> date | None:
    if re.fullmatch(r"(19|20)\d{4}", cell):
        cell = f"{cell[:4]}-{cell[4:]}"
    day = _one_day(cell)
    day = day[0] if isinstance(day, tuple) else day
    return None if day is None else day.replace(day=1)


def _sane(day: date) -> date:
    if not 1840 <= day.year <= 2200:
        raise ValueError
    return day


def _moment(column: Column, text: pa.Array) -> Values:
    stamps = _strings(text).str.replace("Z", "+00:00", regex=False)
    zoned = stamps.str.contains(r"[+-]\d\d:?\d\d$", regex=True, na=False).to_numpy()
    moments = np.full(len(text), np.datetime64("NaT"), dtype="datetime64[s]")
    for mask, offset in ((~zoned, _ZONE_OFFSET), (zoned, np.timedelta64(0, "h"))):
        if mask.any():
            read = pd.to_datetime(stamps[mask], utc=True, format="ISO8601", errors="coerce")
            moments[mask] = read.dt.tz_localize(None).to_numpy().astype("datetime64[s]") - offset
    rest = np.isnat(moments) & np.asarray(pc.is_valid(text))
    if rest.any():
        slow = _spread(text.filter(pa.array(rest)), _one_moment, "not_a_time", "datetime64[s]")
        moments[rest] = slow.values.to_numpy() - _ZONE_OFFSET
    years = moments.astype("datetime64[Y]").astype(int) + 1970
    moments[(years < 1840) | (years > 2200)] = np.datetime64("NaT")
    bad = np.isnat(moments) & np.asarray(pc.is_valid(text))
    return Values(pd.Series(moments).dt.tz_localize("UTC").dt.tz_convert(ZONE), bad, "not_a_time")


def _one_moment(cell: str) -> datetime | None:
    try:
        if _SERIAL.match(cell):
            return _EXCEL_ZERO + timedelta(seconds=round(float(cell) * 86_400))
        match = _DATE.match(cell)
        clock = _TIME.match((match[4] or "0:0").strip()) if match else None
        if match is None or clock is None:
            return None
        year, month, day, hour, minute, second = (
            int(part or 0) for m in (match, clock) for part in m.group(1, 2, 3)
        )
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


_READERS: dict[str, Callable[[Column, pa.Array], Values]] = {
    "text": _text,
    "code": _code,
    "codes": _codes,
    "uuid": _uuid,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "word": _word,
    "date": _day,
    "month": _month,
    "moment": _moment,
}
