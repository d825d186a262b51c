"""Headers below titles, in two levels, in two languages, cut short."""

from __future__ import annotations

import pytest

from seeds.frames import SPECS
from seeds.readers import ReaderError
from seeds.readers.headers import find_header, match_columns, require_columns

CHECKS = SPECS["checks"]


def test_every_header_of_a_kind_means_one_column_first() -> None:
    for spec in SPECS.values():
        for column in spec:
            if column.headers:
                assert match_columns(spec, [column.name], {}) == {column.name: 0}
                assert 0 in match_columns(spec, [column.zh], {}).values()


def test_title_and_note_rows_above_the_header_are_passed_over() -> None:
    rows = [
        ["云栖街道房屋清单", None, None],
        [None] * 3,
        ["填报日期: 2026", None, None],
        ["房屋编码", "楼栋编码", "状态"],
    ]
    assert find_header(rows, SPECS["dwellings"], {}).records == 4


def test_a_two_level_header_is_joined_and_the_lower_name_wins() -> None:
    upper = ["核查编号", "房屋编码", "总核查人数(每个居委不低于80人)", None, None]
    lower = [None, None, "小计", "其中:应登未登人数", "其中:正确人数"]
    header = find_header([["月报表"], upper, lower], CHECKS, {})
    assert header.records == 3
    found = match_columns(CHECKS, header.names, {})
    assert found == {"visit_id": 0, "dwelling_code": 1, "checked": 2, "to_register": 3, "correct": 4}


def test_a_mapping_wins_over_a_recognised_header() -> None:
    found = match_columns(SPECS["buildings"], ["编码", "幢号", "层数"], {"code": "幢号"})
    assert found == {"code": 1, "floors": 2}


def test_a_mapped_header_alone_is_enough_to_find_the_header_row() -> None:
    assert find_header([["题目"], ["甲", "乙"], ["1", "2"]], SPECS["rooms"], {"code": "甲"}).records == 2


def test_names_cut_to_ten_characters_by_a_shapefile_are_recognised() -> None:
    assert match_columns(SPECS["buildings"], ["code", "committee_", "compound_n"], {}) == {
        "code": 0,
        "committee_code": 1,
        "compound_name": 2,
    }


def test_one_sheet_column_serves_one_column_unless_mapped() -> None:
    found = match_columns(SPECS["key-sites"], ["id", "building_id"], {})
    assert found == {"code": 0, "building_codes": 1}


def test_a_missing_required_column_is_named_and_the_files_headers_are_not_quoted() -> None:
    with pytest.raises(ReaderError, match="building_code, use, status") as raised:
        require_columns(SPECS["dwellings"], {"code"})
    assert "状态(status)" in raised.value.zh


def test_a_sheet_without_a_header_says_what_is_needed_and_quotes_nothing() -> None:
    with pytest.raises(ReaderError, match="dwelling_code") as raised:
        find_header([["某某某", "999999190001010000"]], SPECS["registrations"], {})
    assert "某某某" not in str(raised.value)
    assert "3101" not in str(raised.value)


def test_a_mapping_to_nothing_is_refused() -> None:
    with pytest.raises(ReaderError, match="no such column for floors"):
        match_columns(SPECS["buildings"], ["code"], {"floors": "楼层数"})
    with pytest.raises(ReaderError, match="has no column colour"):
        match_columns(SPECS["buildings"], ["code"], {"colour": "code"})


def test_a_person_key_is_never_recognised_by_itself() -> None:
    names = ["登记编号", "房屋编码", "登记日期", "person_key", "查重键", "身份证号"]
    assert "person_key" not in match_columns(SPECS["registrations"], names, {})
    assert match_columns(SPECS["registrations"], names, {"person_key": "身份证号"})["person_key"] == 5
