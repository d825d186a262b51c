"""The vocabulary of rule parameters: which keys a formula reads, of what kind, with which choices.

Numbers live in the towns' rule sets; this table only says what a sound number looks like, so that a
misspelt key or a percentage of 980 is refused when a rule set is read, not noticed when it is applied.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grids.assessment.exact import STEP_POLICIES, exact
from grids.errors import InputError


@dataclass(frozen=True)
class Spec:
    """What a parameter's value must be; ``optional`` ones may be unset where the document is silent."""

    kind: str
    choices: tuple[str, ...] = ()
    low: Fraction | None = None
    high: Fraction | None = None
    optional: bool = False


def number(low: int | None = 0, high: int | None = None, optional: bool = False) -> Spec:
    """A decimal number between ``low`` and ``high``, both included."""
    ends = [None if end is None else Fraction(end) for end in (low, high)]
    return Spec("number", low=ends[0], high=ends[1], optional=optional)


def integer(low: int = 0, high: int | None = None, optional: bool = False) -> Spec:
    """A whole number between ``low`` and ``high``, both included."""
    return Spec(
        "integer", low=Fraction(low), high=None if high is None else Fraction(high), optional=optional
    )


def choice(*choices: str) -> Spec:
    """One word out of a closed list."""
    return Spec("choice", choices=choices)


FLAG, TEXT, INTEGERS, NUMBERS, WORDS = (
    Spec(kind) for kind in ("flag", "text", "integers", "numbers", "words")
)
TABLE, OPTIONAL_TABLE = Spec("table", low=Fraction(0)), Spec("table", low=Fraction(0), optional=True)
PERCENT, POINTS, COUNT = number(0, 100), number(0), integer(0)
STEP = choice(*STEP_POLICIES)
ORDER = choice("worst_most", "worst_least")
THRESHOLD = choice("pro_rata", "full")
EXEMPTION = choice("automatic", "by_decision")
EMPTY = choice("full", "absent")

KNOWN: Mapping[str, Spec] = {
    "cv.tie_policy": choice("mild", "harsh", "average"),
    "cv.short_field": choice("guard", "literal"),
    "cv.short_field_warn_below": COUNT,
    "cv.reset_counts_at_year_end": FLAG,
    "cv.reset_runs_at_year_end": FLAG,
    "cv.holiday_deadline_moves": FLAG,
    "cv.display_decimals": integer(0, 6),
    "cv.position_exact_days": COUNT,
    "cv.position_rounded_m": COUNT,
    "cv.place_note_characters": COUNT,
    "cv.class_percent_min_count": COUNT,
    "m1.interval": choice("wilson", "clopper_pearson"),
    "m1.z": number(0),
    "m6.small_count": integer(1),
    "m6.rate_denominator_min": COUNT,
    "ex1.people_per_room_max": integer(1),
    "ex1.area_per_person_min_m2": number(0),
    "ex1.kin_exempts_count": FLAG,
    "ex1.partition_allowed": FLAG,
    "ex1.bed_letting_allowed": FLAG,
    "ex1.living_purposes": WORDS,
    "ex1.legal_basis": TEXT,
    "ex2.rooms_min": integer(1, optional=True),
    "ex2.residents_min": integer(1, optional=True),
    "ex2.outside_estates_only": FLAG,
    "ex3.households_min": COUNT,
    "ex3.households_max": COUNT,
    "in1.weights": TABLE,
    "in1.interval_days": TABLE,
    "in1.control_share": number(0, 1),
    "in1.capacity_ratio": number(0),
    "in1.churn_window_days": integer(1),
    "in1.churn_ratio": number(0),
    "in1.no_access_visits": integer(1),
    "in2.hours_from_minute": integer(0, 1440),
    "in2.hours_to_minute": integer(0, 1440),
    "in2.walk_m_per_minute": integer(1),
    "in2.detour_factor": number(1),
    "in2.visit_minutes": TABLE,
    "sl1.full_points": POINTS,
    "sl1.points_per_account": POINTS,
    "sl1.period": choice("month", "year_to_date"),
    "sl2.full_points": POINTS,
    "sl2.target_percent": PERCENT,
    "sl2.step_percent_points": PERCENT,
    "sl2.points_per_step": POINTS,
    "sl2.step_policy": STEP,
    "sl2.round_first_percent_points": PERCENT,
    "sl2.fabrication_cut_percent_points": PERCENT,
    "sl2.fabrication_unit": choice("record", "staff_member"),
    "sl2.fabrication_in_comparisons": FLAG,
    "sl3.full_points": POINTS,
    "sl3.target_percent": PERCENT,
    "sl3.step_percent_points": PERCENT,
    "sl3.tier_low_points": POINTS,
    "sl3.tier_mid_points": POINTS,
    "sl3.tier_high_points": POINTS,
    "sl3.tier_low_below": COUNT,
    "sl3.tier_mid_up_to": COUNT,
    "sl3.tier_edge": choice("tier_mid", "tier_low"),
    "sl3.step_policy": STEP,
    "sl3.round_first_percent_points": PERCENT,
    "sl3.empty_policy": EMPTY,
    "sl4.full_points": POINTS,
    "sl4.deductions": NUMBERS,
    "sl4.deduction_order": ORDER,
    "sl4.exempt_above_percent": PERCENT,
    "sl4.exemption": EXEMPTION,
    "sl4.year_threshold": THRESHOLD,
    "sl4.ranked_within": choice("police_station", "town"),
    "sl4.empty_policy": EMPTY,
    "sl5.full_points": POINTS,
    "sl5.deductions": NUMBERS,
    "sl5.deduction_order": ORDER,
    "sl5.exemption": EXEMPTION,
    "sl5.quotas": TABLE,
    "sl5.town_target": COUNT,
    "sl5.quota_level": choice("committee", "station"),
    "sl5.year_threshold": THRESHOLD,
    "sl6.scores_by_day": integer(1, 28),
    "sl6.meeting_by_day": integer(1, 28),
    "sl6.day_included": FLAG,
    "sl7.publication": choice("internal", "committees", "public"),
    "sl8.missing_months": choice("assessed_only", "absent"),
    "sl9.last_places": integer(1),
    "sl9.veto_count": integer(1),
    "sl9.strike_period": choice("month", "year"),
    "sl9.backfill": FLAG,
    "sl11.run_level_1": integer(1),
    "sl11.exclusion_protects": FLAG,
    "sl12.run_level_2": integer(1),
    "sl12.after_level_2": choice("repeat", "silent"),
    "sl13.operations_min": COUNT,
    "sl13.whole_months_only": FLAG,
    "sl14.town_accuracy": choice("pooled", "mean"),
    "sl21.meeting_convener": choice("office", "community_officer"),
    "gm1.residents_per_registrar": integer(1),
    "gm1.rounding": choice("ceil", "floor", "half_up"),
    "gm1.population": choice("actual", "household_register"),
    "gm2.weekly_operations_min": COUNT,
    "gm2.operation_kinds": WORDS,
    "gm2.leave": choice("none", "workdays", "calendar_days"),
    "gm2.visit_share_flag": number(0, 1),
    "gm3.inspections_per_month": integer(1),
    "gm3.site_kinds": WORDS,
    "gm9.pass_mark": number(0, optional=True),
    "sg1.collect_days": integer(1),
    "sg1.enter_days": integer(1),
    "sg1.clock": choice("calendar", "hours48", "workday"),
    "sg1.discovery": choice("same_day_reported", "not_measured"),
    "sg2.same_day_scope": choice("place_flag", "off"),
    "sg3.monthly_min": COUNT,
    "sg3.counting": choice("distinct_persons", "person_times"),
    "sg3.small_committees": choice("population", "literal"),
    "sg3.population_at": choice("year_start", "month_start"),
    "sg3.year_coverage": FLAG,
    "sg4.weekdays": INTEGERS,
    "sg4.sessions_per_day": integer(1),
    "sg4.holidays": choice("kept", "skipped"),
    "sg5.months": INTEGERS,
    "sg6.wrong_particulars": choice("own_field", "to_deregister"),
    "sg6.frame": choice("ground", "register"),
    "sg7.criterion": choice("accuracy", "completion"),
    "sg7.second_bulletin": choice("criticism", "quarterly"),
    "sg8.counts": INTEGERS,
    "sg12.no_access_visits": integer(1),
    "sg12.evening_visits": COUNT,
    "sg12.evening_from_hour": integer(0, 23),
    "sg13.trainings_per_year": COUNT,
    "xj1.border_tolerance_m": number(0),
    "xj1.border_share_min": number(0, 1),
    "xj1.buildings_differing_max": COUNT,
    "xj2.leaders": integer(1),
    "xj2.officers_min": COUNT,
    "xj2.auxiliaries_min": COUNT,
    "xj3.share_min": number(0, 1),
    "xj3.denominator": choice("all_changes", "changes_by_others"),
    "xj3.visits_count": FLAG,
    "xj4.unit": choice("records", "dwellings"),
    "xj4.share_target": number(0, 1),
    "fs1.link_share_target": number(0, 1, optional=True),
    "fs2.duplicate_key": choice("optional_person_key", "not_measured"),
    "fs4.class_thresholds": OPTIONAL_TABLE,
}


def family(key: str) -> str:
    """Letters of a key: the tag of its document in RULES.md; ``sl2.step_policy`` → ``SL``."""
    return key.split(".")[0].rstrip("0123456789").upper()


def rule_id(key: str) -> str:
    """Rule of a key: ``sl2.step_policy`` → ``SL-2``; ``cv.tie_policy`` → ``CV``."""
    head = key.split(".")[0]
    digits = head[len(head.rstrip("0123456789")) :]
    return f"{family(key)}-{digits}" if digits else family(key)


def sound(key: str, value: Any) -> Any:
    """``value`` of ``key`` in its exact type; raises InputError naming the key and what it wants."""
    spec = KNOWN.get(key)
    if spec is None:
        raise InputError(f"parameter {key!r} is unknown")
    try:
        return _read(spec, value)
    except InputError as error:
        raise InputError(f"parameter {key!r}: {error}") from None


def _read(spec: Spec, value: Any) -> Any:
    if value is None:
        if spec.optional:
            return None
        raise InputError("must have a value")
    if spec.kind == "flag":
        return _expect(value, bool, "true or false")
    if spec.kind == "text":
        return _expect(value, str, "a text")
    if spec.kind == "choice":
        if value not in spec.choices:
            raise InputError(f"{value!r} is none of {', '.join(spec.choices)}")
        return value
    if spec.kind == "table":
        held = _expect(value, Mapping, "a table of numbers")
        return {str(name): _bounded(spec, item) for name, item in held.items()}
    if spec.kind in ("integers", "numbers", "words"):
        return tuple(_item(spec.kind, item) for item in _expect(value, list | tuple, "a list"))
    return _bounded(spec, value)


def _item(kind: str, value: Any) -> Any:
    if kind == "words":
        return _expect(value, str, "a list of words")
    return _bounded(Spec("integer" if kind == "integers" else "number"), value)


def _bounded(spec: Spec, value: Any) -> Any:
    held = exact(value)
    if (spec.low is not None and held < spec.low) or (spec.high is not None and held > spec.high):
        raise InputError(f"{value} lies outside [{spec.low}, {'…' if spec.high is None else spec.high}]")
    if spec.kind != "integer":
        return held
    if held.denominator != 1:
        raise InputError(f"{value} is not a whole number")
    return int(held)


def _expect(value: Any, kind: Any, words: str) -> Any:
    if not isinstance(value, kind):
        raise InputError(f"{value!r} is not {words}")
    return value


def month_of(value: str | dt.date) -> dt.date:
    """First day of a month given as ``2024-03``, ``2024年3月`` or any day of it.

    >>> month_of("2024-03")
    datetime.date(2024, 3, 1)
    """
    if isinstance(value, dt.date):
        return dt.date(value.year, value.month, 1)
    digits = value.strip().replace("年", "-").replace("/", "-").removesuffix("月").split("-")
    try:
        return dt.date(int(digits[0]), int(digits[1]), 1)
    except (ValueError, IndexError):
        raise InputError(f"{value!r} is not a month such as 2024-03") from None


def month_end(month: dt.date) -> dt.date:
    """Last day of the month that ``month`` lies in."""
    return dt.date(month.year + month.month // 12, month.month % 12 + 1, 1) - dt.timedelta(days=1)
