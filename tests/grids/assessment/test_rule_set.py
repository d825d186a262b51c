"""Rule sets: complete, sourced, and refused with the key's name where something is wrong."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import json

import pytest

from grids.assessment.rule_set import (
    DateHole,
    DateOverlap,
    MissingKey,
    RuleSetError,
    UnknownKey,
    amend,
    check_versions,
    from_dict,
    pick,
)
from seeds.rule_sets import available, load

TOWNS = ("sanlin", "shanggang", "gumei", "xujing", "fangsong")


def test_all_five_towns_are_there():
    assert {name.split("-")[0] for name in available()} == set(TOWNS)


@pytest.mark.parametrize("town", TOWNS)
def test_a_literal_number_quotes_its_phrase_and_every_entry_its_document(rules_of, town):
    rules = rules_of(town)
    for parameter in rules.parameters:
        assert parameter.document
        assert parameter.dated
        assert parameter.source != "lit" or parameter.phrase


@pytest.mark.parametrize("town", TOWNS)
def test_a_stored_rule_set_reads_back_equal(rules_of, town):
    rules = rules_of(town)
    assert from_dict(json.loads(json.dumps(rules.to_dict()))) == rules


def test_every_ambiguity_of_the_catalogue_is_a_parameter_with_choices_or_a_number(rules_of):
    found = {number for town in TOWNS for number in rules_of(town).ambiguities()}
    assert found == set(range(1, 21))


def test_what_a_document_does_not_say_is_unset(rules_of):
    assert rules_of("gumei").at("2024-12")["gm9.pass_mark"] is None
    assert rules_of("fangsong").at("2024-12")["fs4.class_thresholds"] is None
    with pytest.raises(MissingKey, match=r"gm9\.pass_mark"):
        rules_of("gumei").at("2024-12").fraction("gm9.pass_mark")


def test_an_outside_standard_changes_on_its_own_day(rules_of):
    rules = rules_of("sanlin")
    assert rules.at("2025-12")["ex3.households_max"] == 700
    assert rules.at("2026-01")["ex3.households_max"] == 3000
    assert rules.at("2024-01")["ex2.rooms_min"] is None
    assert rules.at("2024-02")["ex2.rooms_min"] == 10


def broken(change):
    raw = copy.deepcopy(load("sanlin"))
    change(raw)
    return raw


def entry(raw, key):
    return next(item for item in raw["parameter"] if item["key"] == key)


BROKEN = [
    (
        lambda raw: raw["parameter"].append({"key": "sl2.ponits", "value": 1, "source": "ours"}),
        UnknownKey,
        "sl2.ponits",
    ),
    (lambda raw: raw["rule_set"].update(colour="red"), UnknownKey, "colour"),
    (lambda raw: entry(raw, "sl2.target_percent").update(vlaue=3), UnknownKey, "vlaue"),
    (lambda raw: raw["parameter"].remove(entry(raw, "sl9.veto_count")), MissingKey, "sl9.veto_count"),
    (lambda raw: entry(raw, "sl2.target_percent").update(value=980), RuleSetError, "sl2.target_percent"),
    (lambda raw: entry(raw, "sl2.step_policy").update(value="upwards"), RuleSetError, "upwards"),
    (lambda raw: entry(raw, "sl9.veto_count").pop("value"), RuleSetError, "sl9.veto_count"),
    (lambda raw: entry(raw, "sl9.veto_count").pop("phrase"), RuleSetError, "phrase"),
    (lambda raw: entry(raw, "sl9.veto_count").update(value="five"), RuleSetError, "five"),
    (lambda raw: entry(raw, "sl9.veto_count").update(valid_from=dt.date(2022, 4, 1)), DateHole, "2022-03-01"),
    (lambda raw: entry(raw, "sl9.veto_count").update(valid_to=dt.date(2022, 4, 1)), DateHole, "2022-04-02"),
    (lambda raw: raw["parameter"].append(entry(raw, "sl9.veto_count")), DateOverlap, "sl9.veto_count"),
    (lambda raw: raw["rule_set"].pop("document"), MissingKey, "document"),
]


@pytest.mark.parametrize(("change", "error", "named"), BROKEN)
def test_a_broken_rule_set_is_refused_by_name(change, error, named):
    with pytest.raises(error, match=named):
        from_dict(broken(change))


def test_an_amended_copy_leaves_old_months_their_old_numbers(rules_of):
    old, new = amend(
        rules_of("sanlin"), {"sl2.step_policy": "ceil"}, dt.date(2025, 7, 1), "2025a", "decided in June"
    )
    check_versions([old, new])
    assert pick([old, new], "2025-06").at("2025-06")["sl2.step_policy"] == "floor"
    assert pick([old, new], "2025-07").at("2025-07")["sl2.step_policy"] == "ceil"
    with pytest.raises(RuleSetError, match="reason"):
        amend(old, {}, dt.date(2025, 1, 1), "x", " ")
    with pytest.raises(UnknownKey, match=r"gm1\.rounding"):
        amend(old, {"gm1.rounding": "ceil"}, dt.date(2025, 1, 1), "x", "why")


def test_two_rule_sets_on_one_day_or_none_are_named(rules_of):
    old, new = amend(rules_of("sanlin"), {}, dt.date(2025, 7, 1), "2025a", "a copy")
    longer = dataclasses.replace(old, valid_to=dt.date(2025, 7, 31))
    with pytest.raises(DateOverlap, match="sanlin-2022 and sanlin-2025a"):
        pick([longer, new], "2025-07")
    with pytest.raises(DateOverlap, match="2025-07-01"):
        check_versions([longer, new])
    shorter = dataclasses.replace(old, valid_to=dt.date(2025, 5, 31))
    with pytest.raises(DateHole, match="2025-06-01"):
        check_versions([shorter, new])
    with pytest.raises(DateHole, match="2025-06-30"):
        pick([shorter, new], "2025-06")


def test_a_town_is_found_by_its_chinese_name_and_an_unknown_one_is_named():
    assert load("上钢新村")["rule_set"]["town"] == "shanggang"
    assert load("古美")["rule_set"]["town"] == "gumei"
    with pytest.raises(KeyError, match="nowhere"):
        load("nowhere")
