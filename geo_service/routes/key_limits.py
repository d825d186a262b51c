"""How often single keys may ask, where the installation's limit does not fit them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from geo_service.access import Principal, require
from geo_service.api_document import tells
from geo_service.dependencies import Db
from geo_service.handover import key_limits
from geo_service.problems import forbidden
from geo_service.routes.accounts import revoking
from geo_service.schemas.answers import keys as shapes

router = APIRouter(prefix="/api/key-limits", tags=["keys"])

Administrator = Annotated[Principal, require("admin")]


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    per_minute: int = Field(ge=0, le=10_000_000)
    burst: int = Field(ge=1, le=1_000_000)


def _whole_town(who: Principal) -> Principal:
    if who.committees is not None:
        raise forbidden()
    return who


@router.get("")
@tells(shapes.KeyLimits)
def listed(session: Db, request: Request, who: Administrator) -> dict[str, Any]:
    """The installation's limit, and every key that has its own."""
    settings = request.app.state.settings
    usual = {"per_minute": settings.rate_limit_per_minute, "burst": settings.rate_limit_burst}
    return {"usual": usual, "keys": key_limits.listed(session, who.subdistrict)}


@router.put("/{key_id}")
@tells(shapes.KeyLimit)
def put(key_id: str, request: Request, who: Administrator, body: Wanted) -> dict[str, Any]:
    """Give a key its own limit; it counts from the next request on."""
    with revoking(request, _whole_town(who)) as session:
        return key_limits.described(key_limits.put(session, who.scope, key_id, body.per_minute, body.burst))


@router.delete("/{key_id}", status_code=204)
@tells(None)
def remove(key_id: str, request: Request, who: Administrator) -> Response:
    """Back to the installation's limit."""
    with revoking(request, _whole_town(who)) as session:
        key_limits.remove(session, who.scope, key_id)
    return Response(status_code=204)
