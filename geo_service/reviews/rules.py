"""A town's rule sets: its own from the database, else the ones that the documents' town ships with."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from geo_service.problems import Problem
from geo_service.queries import reviews as queries
from geo_service.tables.assessment import RuleSet as StoredRuleSet
from grids.assessment.clocks import WorkCalendar
from grids.assessment.rule_set import OPEN_END, RuleSet, amend, check_versions, from_dict
from seeds import rule_sets as seeded

DEFAULT_RULES = "shanggang-2020"


def rule_sets(session: Session, subdistrict: str, town: str | None = None) -> list[RuleSet]:
    """The versions that serve a subdistrict, oldest first; ``town`` asks for another town's rules instead."""
    if town is None:
        held = [_held(row) for row in queries.stored_rule_sets(session, subdistrict)]
        if held:
            check_versions(held)
            return held
    name = town or queries.rules_named(session, subdistrict) or DEFAULT_RULES
    try:
        return [from_dict(raw) for raw in seeded.versions(name)]
    except KeyError as error:
        raise Problem(
            "no-such-rules",
            404,
            f"没有规则集 {name}；现有 {'、'.join(seeded.available())}。 / {error.args[0]}.",
        ) from error


def _held(row: StoredRuleSet) -> RuleSet:
    """The table's end is exclusive, the rules' inclusive."""
    end = OPEN_END if row.valid_to is None else row.valid_to - dt.timedelta(days=1)
    return dataclasses.replace(from_dict(row.document), valid_from=row.valid_from, valid_to=end)


def store(session: Session, subdistrict: str, rules: RuleSet) -> None:
    """Write one version, over what stood under its label."""
    session.merge(
        StoredRuleSet(
            subdistrict_code=subdistrict, id=rules.label, town=rules.town,
            title=rules.title or rules.document, valid_from=rules.valid_from,
            valid_to=None if rules.valid_to == OPEN_END else rules.valid_to + dt.timedelta(days=1),
            document=rules.to_dict(),
        )
    )  # fmt: skip
    session.flush()


def adopt(session: Session, subdistrict: str, town: str) -> list[RuleSet]:
    """Copy a town's rule sets into the subdistrict's own, to be amended there. Refused where it has some already."""
    if queries.stored_rule_sets(session, subdistrict):
        raise Problem(
            "rules-exist", 409, "本街镇已有规则集，请修订。 / The town has rule sets already; amend them."
        )
    found = rule_sets(session, subdistrict, town)
    for rules in found:
        store(session, subdistrict, rules)
    return found


def amended(
    session: Session,
    subdistrict: str,
    changes: Mapping[str, Any],
    valid_from: dt.date,
    version: str,
    reason: str,
) -> list[RuleSet]:
    """The town's rule sets as they would be after an amendment; nothing is stored."""
    held = rule_sets(session, subdistrict)
    if valid_from.day != 1:
        raise Problem(
            "not-first-of-month", 422, "规则须自某月1日起生效。 / Rules begin on the first of a month."
        )
    if any(version == rules.version for rules in held):
        raise Problem("version-exists", 409, f"版本 {version} 已有。 / Version {version} is there already.")
    old, new = amend(held[-1], changes, valid_from, version, reason)
    found = [*held[:-1], old, new]
    check_versions(found)
    return found


def calendar(session: Session, subdistrict: str) -> WorkCalendar:
    """The common holiday table with the town's own exceptions on top."""
    return WorkCalendar({**seeded.holidays(), **queries.own_holidays(session, subdistrict)})
