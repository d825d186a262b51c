"""Closed lists of joint inspections: nobody writes free text about anything but a place (CV-12)."""

from __future__ import annotations

import re

from geo_service.problems import Problem

#: Departments that inspect together (GM-7). Labels: ``inspection.department.*`` of the words.
DEPARTMENTS = (
    "police_station", "population_office", "construction_centre", "urban_enforcement", "housing_office", "fire_safety",
    "market_supervision", "group_rental_office", "property_management", "committee",
)  # fmt: skip
OUT_OF_HOURS_REASONS = ("night_shift_dormitory", "repeated_no_access", "urgent_safety", "ordered_by_superior")
MEASURE_KINDS = (
    "remove_partition", "reduce_occupancy", "clear_exit", "repair_wiring", "remove_structure", "restore_use",
    "file_tenancy", "update_register", "put_up_listing", "recheck",
)  # fmt: skip
EVIDENCE_KINDS = ("revisit", "photo", "filing", "register_updated", "document")
TICKET_ANSWERS = ("accepted", "visited_access", "visited_no_access", "returned")

_RENTAL = (
    "fire_exit", "fire_equipment", "wiring", "ebike_charging", "structure", "partition", "persons_per_room",
    "area_per_person", "non_living_space", "by_bed", "filing", "register",
)  # fmt: skip
_SHED = (
    "fire_exit",
    "fire_equipment",
    "wiring",
    "structure",
    "persons_per_room",
    "area_per_person",
    "register",
)
#: What is looked at, by kind of site. Labels: ``inspection.check.*``.
CHECKLISTS: dict[str, tuple[str, ...]] = {
    "site_shed": _SHED,
    "temporary_dormitory": _SHED,
    "staff_dormitory": (*_SHED, "by_bed", "ebike_charging"),
    "vacant": ("locked", "structure", "wiring", "register"),
    "commercial_plaza": ("fire_exit", "fire_equipment", "wiring", "lodging", "register"),
    "use_changed": (*_RENTAL, "use_as_permitted"),
}
#: The finding that a "not in order" is, by item.
FINDING_OF = {
    "fire_exit": "fire_risk", "fire_equipment": "fire_risk", "wiring": "fire_risk", "ebike_charging": "fire_risk",
    "structure": "structure_risk", "partition": "partitioned", "persons_per_room": "over_2_per_room",
    "area_per_person": "under_5m2", "non_living_space": "non_residential_space", "by_bed": "let_by_bed",
    "filing": "not_filed", "register": "register_mismatch", "locked": "structure_risk", "lodging": "other_to_residential",
    "use_as_permitted": "other_to_residential",
}  # fmt: skip
ANSWERS = ("ok", "not_ok", "not_applicable")
NOTE_LENGTH = 120
_LONG_NUMBER = re.compile(r"\d(?:[\s\-－.·]?[\dXx]){6,}")


def checklist(kind: str) -> tuple[str, ...]:
    """The items that are looked at in a site of ``kind``."""
    return CHECKLISTS.get(kind, _RENTAL)


def place_note(note: str | None) -> str | None:
    """A note about a place, refused when it holds what looks like an ID or telephone number.

    >>> place_note(" 二楼过道堆物 ")
    '二楼过道堆物'
    """
    cleaned = " ".join((note or "").split())
    if len(cleaned) > NOTE_LENGTH:
        raise Problem(
            "note-too-long", 422, f"备注最多{NOTE_LENGTH}字。 / A note has at most {NOTE_LENGTH} characters."
        )
    if _LONG_NUMBER.search(cleaned.translate(str.maketrans("０１２３４５６７８９", "0123456789"))):
        raise Problem(
            "note-with-number", 422,
            "备注只写场所，不写证件号或电话。 / A note is about the place; no ID or telephone numbers.",
        )  # fmt: skip
    return cleaned or None


def one_of(value: str, allowed: tuple[str, ...], pointer: str) -> str:
    """``value`` if it is on the closed list."""
    if value not in allowed:
        raise Problem(
            "not-on-list", 422, f"{value[:40]} 不在选项之内。 / {value[:40]!r} is not on the list.",
            errors=[{"pointer": f"#/{pointer}", "detail": ", ".join(allowed)}],
        )  # fmt: skip
    return value
