"""CASEI and ACCENTI: Unicode's full case folding, and diacritics taken off, in the database and for literals alike."""

from __future__ import annotations

import sys

#: Where folding is more than writing small: ß is ss, the final sigma is a sigma, ligatures come apart.
_SPECIAL = {
    c: c.casefold()
    for c in map(chr, range(sys.maxunicode + 1))
    if c.casefold() != c.lower() or len(c.lower()) > 1
}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _thorough() -> str:
    """SQL that folds the text ``s`` with every special case; only run where one of them occurs.

    They go in before letters are made small (İ would lose its dot), and those of one letter also after (Cherokee).
    """
    folded = "s"
    for c, plain in _SPECIAL.items():
        if len(plain) > 1:
            folded = f"replace({folded}, {_quoted(c)}, {_quoted(plain)})"
    single = {c: plain for c, plain in _SPECIAL.items() if len(plain) == 1}
    return f"translate(lower({folded}), {_quoted(''.join(single))}, {_quoted(''.join(single.values()))})"


_OCCURS = f"'[{''.join(_SPECIAL)}]'"
_THOROUGH = _thorough()
#: Marks that stand above or below a Latin, Greek or Cyrillic letter; those of kana are letters of their own.
_MARKS = r"'[\u0300-\u036f]'"


def folded(sql: str) -> str:
    """SQL of a text without regard to case. ``OFFSET 0`` keeps the text from being computed, and written, three times."""
    return f"(SELECT CASE WHEN s ~ {_OCCURS} THEN {_THOROUGH} ELSE lower(s) END FROM (SELECT {sql} AS s OFFSET 0) q)"


def folded_literal(text: str) -> str:
    """The same of a literal.

    >>> folded_literal("KØBENHAVN Straße")
    'københavn strasse'
    """
    return text.casefold()


def unaccented(sql: str) -> str:
    """SQL of a text without accents, composed or not; letters such as ø by the rules of ``unaccent``."""
    return f"unaccent(normalize(regexp_replace(normalize({sql}, NFD), {_MARKS}, '', 'g'), NFC))"
