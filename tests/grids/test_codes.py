from __future__ import annotations

from itertools import islice

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from grids.codes import CodeError, CodesExhausted, free_codes, issue, make_code, reading_order, validate

COMMITTEE = "310117101001"


@pytest.mark.parametrize(
    ("scheme", "object_code", "code"),
    [
        ("14", "", "31011710100107"),
        ("15", "", "310117101001007"),
        ("20", "010000", "01000031011710100107"),
        ("local", "", "310117101001007"),
    ],
)
def test_each_scheme_makes_codes_it_accepts(scheme, object_code, code):
    assert make_code(COMMITTEE, 7, scheme, object_code=object_code) == code
    assert validate(code, scheme, COMMITTEE) == code


@pytest.mark.parametrize(
    ("code", "scheme"),
    [
        ("31011710100100", "14"),
        ("310117101001000", "15"),
        ("3101171010010071", "15"),
        ("31011710100100７", "15"),
        ("31011710100100a", "15"),
        ("", "local"),
        (" 7", "local"),
        ("7" * 33, "local"),
        ("310117101001007", "17"),
    ],
)
def test_a_code_that_does_not_fit_its_scheme_is_refused(code, scheme):
    with pytest.raises(CodeError):
        validate(code, scheme)


def test_a_code_of_another_committee_is_refused():
    with pytest.raises(CodeError, match="310117101002"):
        validate("310117101002001", "15", COMMITTEE)


def test_the_twenty_digit_scheme_needs_its_object_code():
    with pytest.raises(CodeError, match="object code"):
        make_code(COMMITTEE, 1, "20")


def test_a_committee_code_of_another_length_fits_only_the_local_scheme():
    with pytest.raises(CodeError, match="12 digits"):
        make_code("08031000102", 1)
    assert make_code("08031000102", 1, "local") == "08031000102001"


@given(st.sets(st.integers(1, 60), max_size=40))
def test_a_free_code_was_never_used(numbers):
    taken = {make_code(COMMITTEE, n) for n in numbers}
    fresh = list(islice(free_codes(COMMITTEE, taken), 5))
    assert not taken & set(fresh)
    assert fresh == sorted(set(fresh))


def test_codes_of_other_committees_take_no_number():
    assert next(free_codes(COMMITTEE, {"310117101002009"})) == "310117101001001"


def test_numbers_run_out_with_a_clear_word():
    with pytest.raises(CodesExhausted, match=COMMITTEE):
        next(free_codes(COMMITTEE, {make_code(COMMITTEE, 99, "14")}, "14"))


def test_first_codes_run_west_to_east_and_north_to_south_in_each_committee():
    spots = {"sw": (0, 0), "se": (5, 1), "nw": (1, 11), "ne": (6, 10), "other": (20, 0)}
    shapes = [box(x, y, x + 4, y + 8) for x, y in spots.values()]
    codes = [COMMITTEE] * 4 + ["310117101002"]
    grids = gpd.GeoDataFrame({"committee_code": codes}, geometry=shapes, index=list(spots), crs=4549)
    assert issue(grids).str[-3:].to_dict() == {
        "nw": "001",
        "ne": "002",
        "sw": "003",
        "se": "004",
        "other": "001",
    }
    assert issue(grids, {make_code(COMMITTEE, 4)})["nw"] == make_code(COMMITTEE, 5)


def test_an_undivided_community_has_number_00_in_the_twenty_digit_scheme():
    grids = gpd.GeoDataFrame(
        {"committee_code": [COMMITTEE]}, geometry=[box(0, 0, 1, 1)], index=["only"], crs=4549
    )
    assert issue(grids, scheme="20", object_code="010000")["only"] == "01000031011710100100"
    again = issue(grids, {"01000031011710100100"}, "20", object_code="010000")
    assert again["only"] == "01000031011710100101"


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), unique=True, max_size=20))
def test_reading_order_names_each_grid_once(corners):
    shapes = gpd.GeoSeries([box(x, y, x + 1, y + 1) for x, y in corners])
    assert sorted(reading_order(shapes)) == list(range(len(corners)))
