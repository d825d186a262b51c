"""``wangge map`` and ``wangge release`` as people call them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from geo_service.cli import app

Wangge = Callable[..., Result]


@pytest.fixture
def wangge(small_town: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wangge]:
    """The command over the small town; what it released is removed afterwards."""
    monkeypatch.setenv("WANGGE_ADMIN_URL", small_town["admin_url"])
    monkeypatch.setenv("WANGGE_DATABASE_URL", small_town["url"])
    monkeypatch.setenv("WANGGE_DATA_DIR", str(tmp_path / "data"))
    runner = CliRunner()
    yield lambda *words: runner.invoke(app, [str(w) for w in words])
    engine = create_engine(small_town["admin_url"])
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM release"))
    engine.dispose()


def test_a_map_of_a_month_is_one_file_below_six_megabytes(
    wangge: Wangge, small_town: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "map.html"
    answer = wangge("map", small_town["months"][-1], "-o", file)
    assert answer.exit_code == 0, answer.output
    page = file.read_text(encoding="utf-8")
    assert 100_000 < len(page.encode()) < 6_000_000
    assert "wanggeMonths(" in page
    assert all(f'"{month}"' in page for month in small_town["months"])


def test_a_month_in_which_nothing_was_checked_yet_is_shown_as_that(
    wangge: Wangge, small_town: dict[str, Any], tmp_path: Path
) -> None:
    file, month = tmp_path / "map.html", f"{dt.date.today().year + 1}-01"
    answer = wangge("map", month, "-o", file)
    assert answer.exit_code == 0, answer.output
    page = file.read_text(encoding="utf-8")
    assert f'"{month}"' in page
    assert f"数据截至 {dt.date.today().year + 1}" not in page


def test_a_month_before_the_first_boundaries_is_refused_in_plain_words(
    wangge: Wangge, tmp_path: Path
) -> None:
    answer = wangge("map", "2019-01", "-o", tmp_path / "map.html")
    assert answer.exit_code != 0
    assert "2019年1月没有已发布的划格版本" in str(answer.exception)
    assert not (tmp_path / "map.html").exists()


def test_a_release_is_made_once_and_says_its_number(wangge: Wangge, small_town: dict[str, Any]) -> None:
    month = small_town["months"][0]
    first = wangge("release", month)
    assert first.exit_code == 0, first.output
    assert f"已发布 {month}" in first.output
    assert "已发布；修订须注明原因" in str(wangge("release", month).exception)
    revised = wangge("release", month, "--reason", "late_checks", "--json")
    assert '"revision": 1' in revised.output


def test_a_partner_map_shows_the_release_and_nothing_else(
    wangge: Wangge, small_town: dict[str, Any], tmp_path: Path
) -> None:
    month, file = small_town["months"][0], tmp_path / "partner.html"
    assert "尚未发布" in str(wangge("map", month, "--partner", "-o", file).exception)
    wangge("release", month)
    answer = wangge("map", month, "--partner", "-o", file)
    assert answer.exit_code == 0, answer.output
    page = file.read_text(encoding="utf-8")
    assert "对外发布第" in page
    assert "内部使用" not in page
    data = orjson.loads(page.split("wanggeMonths(map_", 1)[1].split(", ", 1)[1].split(");\n", 1)[0])
    engine = create_engine(small_town["admin_url"])
    with engine.connect() as connection:
        stored = connection.execute(
            text(
                "SELECT area_code, measure, withheld FROM release_value WHERE layer = 'micro-grid' AND measure = 'checked_share'"
            )
        ).all()
    engine.dispose()
    shown = dict(zip(data["codes"]["micro-grid"], data["views"][0]["rows"][0], strict=True))
    assert stored
    assert all((shown[r.area_code][0] == "withheld") == r.withheld for r in stored)
    assert set(data["views"][-1]["letters"][0]) == {"w"}
