"""Made-up names: committees, compounds, streets and house numbers. None is meant to be a real place."""

from __future__ import annotations

import numpy as np

NUMERALS = "一二三四五六七八九十"
COMMITTEE_BASES = [
    ("桂苑", "Guiyuan"), ("柳汀", "Liuting"), ("荷湾", "Hewan"), ("松影", "Songying"), ("竹溪里", "Zhuxili"),
    ("梅坞", "Meiwu"), ("兰皋", "Langao"), ("枫庭", "Fengting"), ("榆塘", "Yutang"), ("雁滩", "Yantan"),
    ("芦汀", "Luting"), ("杏坊", "Xingfang"), ("槐序", "Huaixu"), ("菱浦", "Lingpu"), ("桐荫", "Tongyin"),
]  # fmt: skip
STREET_FIRST = "望听枕采拾揽沐寻栖澄"
STREET_SECOND = "云荷柳溪松梅竹雁枫荻菱槐"
COMPOUND_ENDINGS = {"slabs": "{n}村", "towers": "{n}号华庭", "lanes": "{n}里", "mixed": "新苑{n}坊"}
PUBLIC_NAMES = {
    "school": "云栖第{n}学校",
    "hospital": "云栖社区医院{n}部",
    "mall": "样江商业广场{n}号馆",
    "office": "样江商务楼{n}号",
    "industrial": "云栖工坊{n}园",
    "public": "公园{n}号园亭",
}


def numeral(n: int) -> str:
    """Chinese numeral of 1 to 99.

    >>> numeral(3), numeral(10), numeral(12), numeral(40), numeral(41)
    ('三', '十', '十二', '四十', '四十一')
    """
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return head + (NUMERALS[ones - 1] if ones else "")


def committee_names(count: int) -> list[tuple[str, str, str]]:
    """Base, Chinese and English name of each committee, three to five of one base in a row."""
    per_base = max(3, -(-count // len(COMMITTEE_BASES)))
    names = []
    for i in range(count):
        base, english = COMMITTEE_BASES[i // per_base]
        n = i % per_base + 1
        names.append((base, f"{base}{numeral(n)}居委会", f"{english} No. {n} Residents' Committee"))
    return names


def street_names(count: int, rng: np.random.Generator) -> list[str]:
    """Distinct names; past the 120 combinations the roads are numbered."""
    plain = [a + b for a in STREET_FIRST for b in STREET_SECOND]
    order = rng.permutation(len(plain))
    return [
        plain[order[i % len(plain)]] + ("" if i < len(plain) else numeral(i // len(plain) + 1)) + "路"
        for i in range(count)
    ]
