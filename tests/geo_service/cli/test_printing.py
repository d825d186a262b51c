"""What commands print: columns that line up also in Chinese, the same rows whole as JSON."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata

import pytest

from geo_service.cli.printing import show

ROWS = [
    {"id": 1, "name": "桂苑一", "layers": ["areas", "buildings"], "last": None, "secret": "a"},
    {"id": 20, "name": "B", "layers": [], "last": dt.date(2026, 3, 1), "secret": "b"},
]


def width(words: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in words)


def test_columns_line_up_where_a_chinese_character_takes_two(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, False, ("id", "name", "layers"))
    head, first, second = capsys.readouterr().out.splitlines()
    assert (first.split(), second.split()) == (["1", "桂苑一", "areas,buildings"], ["20", "B"])
    starts = {
        width(line[: line.index(word)]) for line, word in ((head, "name"), (first, "桂"), (second, "B"))
    }
    assert starts == {4}
    assert "secret" not in head


def test_json_holds_the_rows_whole(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, True, ("id", "name"))
    found = json.loads(capsys.readouterr().out)
    assert [row["secret"] for row in found] == ["a", "b"]
    assert found[1]["last"] == "2026-03-01"


def test_no_rows_are_said_to_be_none_and_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    show([], False)
    show([], True)
    assert capsys.readouterr().out == "无 / none\n[]\n"
