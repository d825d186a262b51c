"""Packages as they were handed over, and the register of every provision."""

from __future__ import annotations

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, defer

from geo_service.tables.publication import HandoverPackage, Provision


def provisions(session: Session, subdistrict: str) -> list[Provision]:
    """Every provision, the newest first."""
    query = select(Provision).where(Provision.subdistrict_code == subdistrict)
    return list(session.scalars(query.order_by(Provision.id.desc())))


def provision(session: Session, subdistrict: str, number: int) -> Provision | None:
    return session.scalar(
        select(Provision).where(Provision.subdistrict_code == subdistrict, Provision.id == number)
    )


def next_number(session: Session, subdistrict: str) -> int:
    """A number for a new provision; whoever asks holds a lock on it until the commit."""
    session.execute(text("SELECT pg_advisory_xact_lock(719, hashtext(:code))"), {"code": subdistrict})
    query = select(func.max(Provision.id)).where(Provision.subdistrict_code == subdistrict)
    return (session.scalar(query) or 0) + 1


def package(
    session: Session, subdistrict: str, sha256: str, *, with_content: bool = True
) -> HandoverPackage | None:
    """A stored package by its checksum."""
    query = select(HandoverPackage).where(
        HandoverPackage.subdistrict_code == subdistrict, HandoverPackage.sha256 == sha256
    )
    return session.scalar(query if with_content else query.options(defer(HandoverPackage.content)))
