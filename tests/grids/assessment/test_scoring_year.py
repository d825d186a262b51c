"""A year of meetings: frozen inputs give the same numbers again, a correction replays the ladder, rules change in July."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import numpy as np
import pytest

from grids.assessment.cadences import advance
from grids.assessment.inputs import figures
from grids.assessment.inputs import rows as input_rows
from grids.assessment.rule_set import amend, from_dict
from grids.assessment.scoring import Row, assess
from grids.errors import InputError


@pytest.fixture
def year():
    """Rows of 24 committees over 2024, drawn once with a seed; the last one is always the worst."""
    generator = np.random.default_rng(8)
    rows = []
    for month in range(1, 13):
        for unit in range(24):
            correct = 60 if unit == 23 else int(generator.binomial(80, 0.97))
            rows.append(
                Row(dt.date(2024, month, 1), f"k{unit:02}", {
                    "station": f"s{unit % 3}", "cancelled": int(generator.integers(0, 3)), "checked": 80, "correct": correct,
                    "class_percent": 98, "class_town_total": 700, "declared_percent": int(generator.integers(0, 12)),
                    "pushed": int(generator.integers(0, 300)),
                })
            )  # fmt: skip
    return rows


def test_published_numbers_come_out_again_from_what_was_stored(rules_of, year):
    rules = rules_of("sanlin")
    published = json.dumps(assess([rules], year).to_dict(), sort_keys=True)
    stored_rules = json.loads(json.dumps(rules.to_dict()))
    stored_rows = json.loads(json.dumps([[f"{r.month}", r.unit, dict(r.figures)] for r in year]))
    again = [Row(dt.date.fromisoformat(month), unit, figures) for month, unit, figures in stored_rows]
    assert json.dumps(assess([from_dict(stored_rules)], again).to_dict(), sort_keys=True) == published


def test_the_worst_committee_climbs_the_ladder_and_a_corrected_month_replays_it(rules_of, year):
    rules = rules_of("sanlin")
    before = [e for e in assess([rules], year).events if e.unit == "k23"]
    assert [(e.month.month, e.rule) for e in before][:2] == [(2, "SL-11"), (3, "SL-12")]
    assert [e.month.month for e in before if e.rule == "SL-9"] == [5]
    march = dt.date(2024, 3, 1)
    corrected = [
        dataclasses.replace(r, figures={**r.figures, "correct": 80, "cancelled": 0})
        if (r.month, r.unit) == (march, "k23")
        else r
        for r in year
    ]
    assert advance("published", "corrected", "the station's sheet was misread") == "corrected"
    after = [e for e in assess([rules], corrected).events if e.unit == "k23"]
    assert [e.month.month for e in after if e.rule == "SL-11"] == [2, 5]
    assert [e.month.month for e in after if e.rule == "SL-9"] == [6]
    unchanged = [e for e in before if e.month < march]
    assert [e for e in after if e.month < march] == unchanged


def test_a_change_of_rules_in_july_leaves_june_as_it_was(rules_of, year):
    rules = rules_of("sanlin")
    old, new = amend(rules, {"sl2.points_per_step": 1}, dt.date(2024, 7, 1), "2024b", "decided in June")
    plain, changed = assess([rules], year), assess([old, new], year)

    def totals(found, months):
        return {(r.month, r.unit): r.figure for r in found.results if r.month.month in months}

    assert totals(plain, range(1, 7)) == totals(changed, range(1, 7))
    assert totals(plain, range(7, 13)) != totals(changed, range(7, 13))
    assert changed.rule_sets == ("sanlin-2022", "sanlin-2024b")
    quoted = changed.to_dict()["rules"]
    assert [(r["label"], r["valid_to"], r["reason"]) for r in quoted] == [
        ("sanlin-2022", "2024-06-30", None), ("sanlin-2024b", None, "decided in June")
    ]  # fmt: skip


def test_a_committee_without_checks_is_neither_best_nor_worst(rules_of, year):
    rows = [
        dataclasses.replace(r, figures={**r.figures, "checked": 0, "correct": 0}) if r.unit == "k23" else r
        for r in year
    ]
    found = assess([rules_of("sanlin")], rows)
    assert all(r.rank is None and r.figure is None for r in found.results if r.unit == "k23")
    assert not [e for e in found.events if e.unit == "k23"]
    assert found.annual[2024]["k23"].value is None


def test_cancelled_accounts_add_up_over_the_year_where_the_town_says_so(rules_of):
    rules = amend(rules_of("sanlin"), {"sl1.period": "year_to_date"}, dt.date(2023, 1, 1), "y", "a test")[1]
    rows = [Row(dt.date(2024, m, 1), "a", {"station": "s", "cancelled": 2}) for m in (1, 2, 3)]
    rows.append(Row(dt.date(2025, 1, 1), "a", {"station": "s", "cancelled": 2}))
    assert [r.items["SL-1"].value for r in assess([rules], rows).results] == [12, 10, 8, 12]
    assert [r.items["SL-1"].value for r in assess([rules_of("sanlin")], rows).results] == [12] * 4


def test_stored_inputs_and_measured_checks_make_the_worked_total(rules_of):
    month = dt.date(2024, 12, 1)
    measured = {(month, f"c{n}"): {"station": "杨思派出所", "checked": 80, "correct": 76} for n in range(5)}
    typed = [(month, "", "sl3_town_total", 1200)]
    for n, (declared, pushed) in enumerate([(120, 1900), (90, 1850), (80, 1840), (50, 1830), (30, 1820)]):
        items = {"sl1_cancelled_accounts": 1.0, "sl3_correct": 97.0, "sl3_checked": 100.0, "sl4_declared": declared,
                 "sl4_base": 1000, "sl5_contributed": pushed}  # fmt: skip
        typed += [(month, f"c{n}", item, value) for item, value in items.items()]
    found = {r.unit: r for r in assess([rules_of("sanlin")], input_rows(typed, measured)).results}
    assert str(found["c3"].figure) == "373/5"  # 74.6


def test_an_unknown_negative_or_broken_input_is_named():
    for items, named in (({"sl9": 1}, "sl9"), ({"sl5_contributed": -1}, "negative"), ({"sl4_base": 1.5}, "whole"),
                         ({"sl3_correct": 5, "sl3_checked": 4}, "sl3_correct 5")):  # fmt: skip
        with pytest.raises(InputError, match=named):
            figures(items)
    assert figures({"sl3_correct": 0, "sl3_checked": 0}) == {"class_percent": None}


def test_a_unit_listed_twice_is_refused(rules_of, year):
    with pytest.raises(InputError, match="k00 is listed twice in 2024-01"):
        assess([rules_of("sanlin")], [*year, year[0]])


@pytest.mark.parametrize("town", ["sanlin", "shanggang", "gumei", "xujing", "fangsong"])
def test_every_town_answers_an_empty_row_with_absence(rules_of, town):
    found = assess([rules_of(town)], [Row(dt.date(2024, 6, 1), "a", {"station": "s"})])
    scores = found.results[0].items
    assert scores
    nothing_known = {rule for rule, score in scores.items() if score.value is None}
    assert nothing_known == set(scores) - {
        "SL-3",
        "SL-4",
    }  # those have nobody of the class: full marks, noted
    assert all(score.notes for score in scores.values())
