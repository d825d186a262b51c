"""The tables (DESIGN: counts leave, people don't). One module per noun; ``Base.metadata`` knows them all."""

from geo_service.tables import (
    assessment,
    boundaries,
    change_reports,
    checks,
    indicators,
    inspections,
    places,
    publication,
    register,
    trust,
)
from geo_service.tables.base import Base

__all__ = [
    "Base",
    "assessment",
    "boundaries",
    "change_reports",
    "checks",
    "indicators",
    "inspections",
    "places",
    "publication",
    "register",
    "trust",
]
