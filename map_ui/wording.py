"""The one source of every label, in Chinese and English, and of how numbers, months and days are written.

Keys are ``noun.word``; values may hold ``{places}``. Offices write 2026年3月, and a thin space stands
between Chinese and Latin letters or digits, except inside dates and before full-width punctuation.

``python -m map_ui.wording --json DIR`` writes ``words.json`` for the console's build.

>>> text("measure.checked_share"), text("measure.checked_share", "en")
('核查覆盖率', 'Checked share')
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Literal

import map_ui.words

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")
THIN_SPACE = "\u2009"
ABSENT = "—"
MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_CJK = r"\u3400-\u4dbf\u4e00-\u9fff"
_DATE_MARKS = "年月日"
_BEFORE_LATIN = re.compile(rf"([{_CJK}])(?=[A-Za-z0-9])")
_AFTER_LATIN = re.compile(rf"([A-Za-z0-9%²])(?=[{_CJK}])")


def _collect() -> dict[str, tuple[str, str]]:
    """All words of ``map_ui.words``; a key in two files would leave one of them unread, so it is refused."""
    words: dict[str, tuple[str, str]] = {}
    for module in sorted(pkgutil.iter_modules(map_ui.words.__path__), key=lambda m: m.name):
        found = importlib.import_module(f"map_ui.words.{module.name}").WORDS
        if twice := words.keys() & found.keys():
            raise ValueError(f"words defined twice: {sorted(twice)}")
        words.update(found)
    return words


WORDS: dict[str, tuple[str, str]] = _collect()


def text(key: str, lang: Language = "zh", **values: object) -> str:
    """The label of a key, its places filled. Raises KeyError for an unknown key or a missing value.

    >>> text("verdict.further_checks", "en", n=69)
    '69 further checks to be able to tell'
    """
    label = WORDS[key][LANGUAGES.index(lang)].format(**values)
    return thin_spaced(label) if lang == "zh" else label


def thin_spaced(label: str) -> str:
    """Put a thin space between Chinese and Latin letters or digits; dates stay closed.

    >>> thin_spaced("涉及12栋楼").replace(THIN_SPACE, "|")
    '涉及|12|栋楼'
    >>> thin_spaced("2026年3月") == "2026年3月"
    True
    """
    label = re.sub(rf"(?<=[{_CJK}]) (?=[A-Za-z0-9])|(?<=[A-Za-z0-9%²]) (?=[{_CJK}])", THIN_SPACE, label)
    label = _BEFORE_LATIN.sub(lambda m: m[1] if m[1] in _DATE_MARKS else m[1] + THIN_SPACE, label)
    return _AFTER_LATIN.sub(lambda m: m[1] if label[m.end()] in _DATE_MARKS else m[1] + THIN_SPACE, label)


def month_text(month: str, lang: Language = "zh") -> str:
    """A month ``YYYY-MM`` as offices write it.

    >>> month_text("2026-03"), month_text("2026-03", "en")
    ('2026年3月', 'March 2026')
    """
    year, number = (int(part) for part in month.split("-"))
    return f"{year}年{number}月" if lang == "zh" else f"{MONTHS_EN[number - 1]} {year}"


def day_text(day: date, lang: Language = "zh") -> str:
    """A day as offices write it.

    >>> day_text(date(2026, 3, 1)), day_text(date(2026, 3, 1), "en")
    ('2026年3月1日', '1 March 2026')
    """
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"


def number_text(value: float | int | None, digits: int = 0) -> str:
    """A number with thousands marked, rounded half up; absent is a dash, never 0.

    >>> number_text(38412), number_text(2.345, 2), number_text(None)
    ('38,412', '2.35', '—')
    """
    if value is None:
        return ABSENT
    step = Decimal(1).scaleb(-digits)
    return f"{Decimal(str(value)).quantize(step, ROUND_HALF_UP):,}"


def percent_text(share: float | None, digits: int = 1) -> str:
    """A ratio in per cent; absent is a dash.

    >>> percent_text(0.864), percent_text(0.9795, 1), percent_text(None)
    ('86.4%', '98.0%', '—')
    """
    if share is None:
        return ABSENT
    return f"{number_text(float(Decimal(str(share)) * 100), digits)}%"


def interval_text(low: float, high: float, digits: int = 1) -> str:
    """An interval of ratios in per cent, the sign once.

    >>> interval_text(0.8604, 0.8671)
    '86.0–86.7%'
    """
    return f"{percent_text(low, digits)[:-1]}–{percent_text(high, digits)}"


def as_json() -> str:
    """Every label as ``{key: [Chinese, English]}``, sorted by key."""
    return json.dumps(dict(sorted(WORDS.items())), ensure_ascii=False, indent=0) + "\n"


def write(folder: Path) -> Path:
    """Write ``words.json`` into ``folder``; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "words.json"
    path.write_text(as_json(), encoding="utf-8")
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m map_ui.wording", description=__doc__)
    parser.add_argument("--json", type=Path, required=True, metavar="DIR", dest="folder")
    write(parser.parse_args(arguments).folder)


if __name__ == "__main__":
    main()
