"""Every label stands in both languages, and numbers and dates read as offices write them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from map_ui import wording
from map_ui.wording import THIN_SPACE, WORDS, text, thin_spaced

GENERATED = Path(wording.__file__).parent / "web" / "src" / "generated"
SOURCES = Path(wording.__file__).parent / "web" / "src"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("key", sorted(WORDS))
def test_a_label_stands_in_both_languages_with_the_same_places(key: str) -> None:
    zh, en = WORDS[key]
    assert zh.strip() != ""
    assert en.strip() != ""
    if not key.startswith("list."):  # what stands between the parts of a list brings its own spaces
        assert (zh.strip(), en.strip()) == (zh, en)
    assert not CHINESE.search(en) or key.startswith("language.")
    places = re.compile(r"\{(\w+)\}")
    assert set(places.findall(zh)) == set(places.findall(en))


@pytest.mark.parametrize("key", sorted(WORDS))
def test_chinese_sentences_use_full_width_punctuation(key: str) -> None:
    assert not re.search(r"[\u4e00-\u9fff][,;:?!]", WORDS[key][0])


def test_an_unknown_key_and_a_missing_value_are_errors() -> None:
    with pytest.raises(KeyError):
        text("measure.no_such_thing")
    with pytest.raises(KeyError):
        text("verdict.further_checks")


def test_thin_spaces_stand_between_scripts_but_not_in_dates_or_before_punctuation() -> None:
    shown = thin_spaced("自2026年3月1日起生效，涉及12栋楼、431户（95%区间）")
    assert shown.replace(THIN_SPACE, "|") == "自|2026年3月1日起生效，涉及|12|栋楼、431|户（95%|区间）"


def test_an_ordinary_space_between_scripts_becomes_thin_and_is_not_doubled() -> None:
    assert thin_spaced("还需核查 69 次").replace(THIN_SPACE, "|") == "还需核查|69|次"


def test_half_a_step_is_rounded_up_and_not_to_even() -> None:
    assert wording.number_text(0.125, 2) == "0.13"
    assert wording.percent_text(0.9765, 1) == "97.7%"


def test_absent_is_a_dash_and_zero_is_zero() -> None:
    assert wording.percent_text(None) == "—"
    assert wording.percent_text(0.0) == "0.0%"


def test_the_console_builds_with_these_words_and_no_older_ones() -> None:
    assert (GENERATED / "words.json").read_text(encoding="utf-8") == wording.as_json()


def test_the_console_holds_no_chinese_words_of_its_own() -> None:
    """Strings live in map_ui/words; comments, tests and the marks of a date (2026年3月1日) are free."""
    stray = {}
    for path in [*SOURCES.rglob("*.ts"), *SOURCES.rglob("*.tsx")]:
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.S)
        code = re.sub("[年月日]", "", code)
        if path.name.endswith(".test.ts") or not CHINESE.search(code):
            continue
        stray[str(path.relative_to(SOURCES))] = CHINESE.findall(code)
    assert not stray, stray


def test_every_key_the_console_asks_for_exists() -> None:
    asked = set()
    for path in [*SOURCES.rglob("*.ts"), *SOURCES.rglob("*.tsx")]:
        asked |= set(re.findall(r"""\bt\(\s*["']([\w.-]+)["']""", path.read_text(encoding="utf-8")))
    assert not asked - WORDS.keys(), sorted(asked - WORDS.keys())


def test_writing_makes_the_folder_and_the_file(tmp_path: Path) -> None:
    wording.main(["--json", str(tmp_path / "new")])
    assert (tmp_path / "new" / "words.json").is_file()
