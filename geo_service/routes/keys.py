"""Keys of machines for the grid API."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from geo_service.access import Principal, require
from geo_service.api_document import tells
from geo_service.dependencies import Db
from geo_service.problems import forbidden
from geo_service.routes.accounts import revoking
from geo_service.schemas.answers import keys as shapes
from geo_service.trust import keys

router = APIRouter(prefix="/api/keys", tags=["keys"])


def _whole_town(who: Principal) -> Principal:
    """A key sees the whole subdistrict, so only who does may make one."""
    if who.committees is not None:
        raise forbidden()
    return who


Administrator = Annotated[Principal, require("admin")]


class NewKey(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    scopes: list[str] = Field(min_length=1, max_length=10)
    days: int = Field(default=365, ge=1, le=366)


class Rotation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    grace_days: int = Field(default=7, ge=0, le=90)
    days: int = Field(default=365, ge=1, le=366)


@router.get("")
@tells(list[shapes.KeyRow])
def listed(session: Db, who: Administrator) -> list[dict[str, Any]]:
    """Every key, without its secret."""
    return [keys.described(key) for key in keys.keys(session, who.subdistrict)]


@router.post("", status_code=201)
@tells(shapes.NewKeyRow)
def add(session: Db, who: Administrator, body: NewKey) -> dict[str, Any]:
    """A new key; the secret is in this answer and nowhere else."""
    secret, row = keys.add(session, _whole_town(who).scope, body.name, body.scopes, days=body.days)
    return {**keys.described(row), "key": secret}


@router.post("/{key_id}/rotate", status_code=201)
@tells(shapes.NewKeyRow)
def rotate(key_id: str, request: Request, who: Administrator, body: Rotation) -> dict[str, Any]:
    """A successor with the same scopes; the old key works for the days of grace."""
    with revoking(request, _whole_town(who)) as session:
        secret, row = keys.rotate(session, who.scope, key_id, grace_days=body.grace_days, days=body.days)
        return {**keys.described(row), "key": secret}


@router.delete("/{key_id}")
@tells(shapes.KeyRow)
def revoke(key_id: str, request: Request, who: Administrator) -> dict[str, Any]:
    """End a key now, on every worker."""
    with revoking(request, _whole_town(who)) as session:
        return keys.described(keys.revoke(session, who.scope, key_id))
