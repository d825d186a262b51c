"""Packages of released months handed over, and the register of to whom and what for."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from geo_service.access import Principal, require
from geo_service.api_document import File, tells
from geo_service.dependencies import Db, parse_month
from geo_service.handover import register
from geo_service.handover.signing import fingerprint, public_pem, signing_key
from geo_service.problems import forbidden
from geo_service.queries import handovers as queries
from geo_service.schemas.answers import handovers as shapes

router = APIRouter(prefix="/api/handovers", tags=["handovers"])

Office = Annotated[Principal, require("review.decide")]


class NewHandover(BaseModel):
    model_config = ConfigDict(extra="forbid")

    month: str = Field(max_length=7)
    recipient: str = Field(min_length=2, max_length=120)
    purpose: Literal[
        "city_operation", "joint_inspection", "planning", "statistics", "monthly_review", "audit"
    ]


def _whole_town(who: Principal) -> Principal:
    if who.committees is not None:
        raise forbidden()
    return who


@router.get("")
@tells(list[shapes.Handover])
def listed(session: Db, who: Office) -> list[dict[str, Any]]:
    """The register: what was handed over, to whom, why, when and by which account; the newest first."""
    return [register.described(row) for row in queries.provisions(session, _whole_town(who).subdistrict)]


@router.post("", status_code=201)
@tells(shapes.Handover, refuses=(404,))
def hand_over(session: Db, request: Request, who: Office, body: NewHandover) -> dict[str, Any]:
    """Make the signed package of a released month and write it into the register; then fetch its ``file``."""
    key = signing_key(request.app.state.settings, create=True)
    row, _ = register.hand_over(
        session, _whole_town(who).scope, parse_month(body.month), body.recipient, body.purpose, key
    )
    return register.described(row)


@router.get("/public-key")
@tells(shapes.PublicKey)
def public_key(request: Request, who: Annotated[Principal, require("ogc.read")]) -> dict[str, str]:
    """The key that packages are verified with, and its fingerprint to compare by another way."""
    key = signing_key(request.app.state.settings, create=True)
    return {"pem": public_pem(key).decode(), "sha256": fingerprint(key)}


@router.get("/{number}/file")
@tells(File(("application/zip",)))
def file(number: int, session: Db, who: Office) -> Response:
    """The package as it was handed over, byte for byte."""
    name, content = register.content(session, _whole_town(who).scope, number)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type="application/zip", headers=headers)
