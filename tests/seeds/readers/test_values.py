"""Cells as people write them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from seeds.frames import SPECS, Column
from seeds.readers.values import Values, as_text, understood
from seeds.vocabularies import DWELLING_USE


def values_of(kind: str, cells: list[object], **options: object) -> Values:
    column = Column("x", kind, "", "", **options)  # type: ignore[arg-type]
    return understood(column, as_text(pa.array(cells)))


def test_dates_are_understood_in_every_usual_spelling() -> None:
    spelled = [
        "2026-03-05",
        "2026/3/5",
        "2026.3.5",
        "20260305",
        "2026年3月5日",
        "２０２６－０３－０５",
        "2026-03-05 00:00:00",
    ]
    read = values_of("date", spelled)
    assert not read.bad.any()
    assert set(read.values) == {pd.Timestamp("2026-03-05")}


def test_an_excel_day_number_is_a_date_and_is_remarked_on() -> None:
    read = values_of("date", ["46086", "2026-03-05"])
    assert read.values.tolist() == [pd.Timestamp("2026-03-05")] * 2
    assert read.remarks["excel_serial"].tolist() == [True, False]


def test_a_year_alone_becomes_its_first_day_with_a_remark() -> None:
    read = values_of("date", ["1998", "1998年6月"])
    assert read.values.tolist() == [pd.Timestamp("1998-01-01"), pd.Timestamp("1998-06-01")]
    assert read.remarks["part_of_date"].all()


@pytest.mark.parametrize("cell", ["2026-02-30", "昨天", "99999999", "0001-01-01", "2026-13-01"])
def test_what_is_no_date_is_bad_and_not_guessed(cell: str) -> None:
    read = values_of("date", [cell])
    assert read.bad.all()
    assert read.values.isna().all()


def test_moments_without_a_zone_are_shanghai_time() -> None:
    cells = [
        "2026-01-05 19:30:21",
        "2026-01-05T11:30:21Z",
        "2026-01-05T19:30:21+08:00",
        "2026年1月5日 19:30:21",
    ]
    read = values_of("moment", cells)
    assert not read.bad.any()
    assert set(read.values) == {pd.Timestamp("2026-01-05 19:30:21", tz="Asia/Shanghai")}
    assert str(read.values.dtype) == "datetime64[s, Asia/Shanghai]"


def test_an_excel_moment_keeps_its_time_of_day() -> None:
    assert values_of("moment", ["46027.5"]).values[0] == pd.Timestamp("2026-01-05 12:00", tz="Asia/Shanghai")


def test_numbers_as_text_full_width_and_with_units_are_numbers() -> None:
    read = values_of("number", ["１２．５", "1,234", " 88㎡", "3人", "7.0", None, "六"])
    assert read.values.tolist()[:5] == [12.5, 1234.0, 88.0, 3.0, 7.0]
    assert read.bad.tolist() == [False] * 6 + [True]


@pytest.mark.parametrize("cell", ["-1", "inf", "1e999", "1e400", "2.5", "9" * 30])
def test_counts_are_whole_and_not_negative(cell: str) -> None:
    assert values_of("integer", ["1", cell]).bad.tolist() == [False, True]


def test_a_code_keeps_its_zeros_and_loses_what_a_spreadsheet_adds() -> None:
    cells = ["0012", '="0012"', "'0012", "００１２", " 00 12", "0012.0"]
    assert set(values_of("code", cells).values) == {"0012"}


def test_a_code_that_became_a_float_is_restored_while_its_digits_are_there() -> None:
    assert values_of("code", [310101002001.0, None]).values.tolist()[0] == "310101002001"


def test_a_code_in_scientific_notation_has_lost_its_digits() -> None:
    read = values_of("code", ["3.10101E+11", "3E05"])
    assert read.bad.all()
    assert read.kind == "not_a_code"


def test_names_keep_their_chinese_punctuation_but_not_wide_digits() -> None:
    assert values_of("text", ["桂苑路１２弄（东区）"]).values[0] == "桂苑路12弄（东区）"


@pytest.mark.parametrize("cell", ["住户 13000000000", "999999190001010000"])
def test_text_with_digits_like_a_phone_or_id_is_not_read(cell: str) -> None:
    read = values_of("text", ["桂苑路12弄", cell])
    assert read.bad.tolist() == [False, True]
    assert read.values.isna().tolist() == [False, True]


def test_words_are_found_by_label_synonym_and_key() -> None:
    read = values_of("word", ["出租", "租赁", "RENTED", "个人出租", "民宿"], vocabulary=DWELLING_USE)
    assert read.values.tolist()[:4] == ["rented"] * 4
    assert read.bad.tolist() == [False] * 4 + [True]


def test_every_vocabulary_knows_its_own_keys_and_labels() -> None:
    for spec in SPECS.values():
        for column in spec:
            for key in column.vocabulary.words if column.vocabulary else ():
                assert column.vocabulary is not None
                assert column.vocabulary.key(column.vocabulary.label(key)) == key
                assert column.vocabulary.key(key) == key


def test_yes_and_no_in_both_languages() -> None:
    assert values_of("boolean", ["是", "否", "Y", "0", "√"]).values.tolist() == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert values_of("boolean", ["也许"]).bad.all()


def test_several_codes_in_one_cell() -> None:
    assert values_of("codes", ["B1；B2,B3", "B1", None]).values.tolist()[:2] == ["B1;B2;B3", "B1"]
    assert values_of("codes", [["B1", "B2"], ["B3"]]).values.tolist() == ["B1;B2", "B3"]


def test_the_same_visit_number_always_gives_the_same_id() -> None:
    first, again = values_of("uuid", ["核查-7"]), values_of("uuid", ["核查-7", "核查-8"])
    assert first.values[0] == again.values[0] != again.values[1]
    assert again.remarks["id_derived"].all()


def test_placeholders_mean_nothing() -> None:
    assert as_text(pa.array(["-", "NULL", " ", "—", "#N/A", "0"])).to_pylist() == [None] * 5 + ["0"]


def test_typed_columns_come_through_as_text() -> None:
    stamps = pa.array([np.datetime64("2026-03-05T00:00:00", "us")])
    assert values_of("date", stamps.to_pylist()).values[0] == pd.Timestamp("2026-03-05")
    assert as_text(pa.array([1.0, 2.5, None])).to_pylist() == ["1", "2.5", None]
    assert as_text(pa.array(["a", "a"]).dictionary_encode()).to_pylist() == ["a", "a"]


def test_codes_and_texts_that_do_not_fit_are_refused_and_cut() -> None:
    assert values_of("code", ["7" * 40, "7" * 41]).bad.tolist() == [False, True]
    read = values_of("text", ["桂" * 201])
    assert read.values.str.len().tolist() == [200]
    assert read.remarks["cut"].all()


def test_limits_of_a_column_are_kept() -> None:
    assert values_of("integer", ["200", "201"], most=200).bad.tolist() == [False, True]
    assert values_of("number", ["0", "0.1"], above_zero=True).bad.tolist() == [True, False]
