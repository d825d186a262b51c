"""Handing over: the package of a released month, to whom and what for, in a register that only grows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from geo_service.audit import record
from geo_service.database import Scope
from geo_service.handover.package import Package, build
from geo_service.inspections.lists import one_of, place_note
from geo_service.problems import Problem, not_found
from geo_service.queries import handovers as queries
from geo_service.queries import releases
from geo_service.tables.publication import PURPOSES, HandoverPackage, Provision


def described(row: Provision) -> dict[str, Any]:
    """A line of the register."""
    return {
        "id": row.id,
        "recipient": row.recipient,
        "purpose": row.purpose,
        "at": row.at,
        "account": row.account,
        "sha256": row.sha256,
        **row.what,
    }


def hand_over(
    session: Session, scope: Scope, month: dt.date, recipient: str, purpose: str, key: Ed25519PrivateKey
) -> tuple[Provision, Package]:
    """The package of the newest release of ``month`` for a recipient, written into the register.

    Raises Problem ``not-released`` where the month has none. A recipient is an organisation, and named as one.
    """
    to = place_note(recipient)
    if to is None or len(to) < 2:
        raise Problem("no-recipient", 422, "请写明接收单位。 / Name the receiving organisation.")
    one_of(purpose, PURPOSES, "purpose")
    release = releases.newest(session, scope.subdistrict, month)
    if release is None:
        raise Problem(
            "not-released", 404, f"{month:%Y-%m} 尚未发布，不能交付。 / {month:%Y-%m} is not released yet."
        )
    package = build(session, release, key)
    number = queries.next_number(session, scope.subdistrict)
    if queries.package(session, scope.subdistrict, package.sha256, with_content=False) is None:
        session.add(
            HandoverPackage(
                subdistrict_code=scope.subdistrict, sha256=package.sha256, release_id=release.id, month=month,
                manifest=_as_json(package.manifest), content=package.content,
            )
        )  # fmt: skip
        session.flush()
    what = {
        "file": package.name,
        "bytes": len(package.content),
        "month": f"{month:%Y-%m}",
        "release": release.id,
        "revision": release.revision,
        "layers": package.manifest["layers"],
        "public_key_sha256": package.manifest["public_key_sha256"],
    }
    row = Provision(
        subdistrict_code=scope.subdistrict, id=number, recipient=to, what=what, purpose=purpose, account=scope.account,
        sha256=package.sha256,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.refresh(row)
    detail = {"to": to, "purpose": purpose, "sha256": package.sha256, "release": release.id}
    record(session, scope, "handover", target=f"{month:%Y-%m}", detail=detail)
    return row, package


def content(session: Session, scope: Scope, number: int) -> tuple[str, bytes]:
    """Name and bytes of what was handed over under a number of the register; that it was fetched is audited."""
    row = queries.provision(session, scope.subdistrict, number)
    stored = None if row is None else queries.package(session, scope.subdistrict, row.sha256)
    if row is None or stored is None:
        raise not_found("交付记录", str(number))
    record(session, scope, "handover.file", target=str(number), detail={"sha256": row.sha256})
    return str(row.what["file"]), bytes(stored.content)


def _as_json(manifest: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = orjson.loads(orjson.dumps(manifest))
    return made
