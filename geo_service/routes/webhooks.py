"""Webhooks: addresses that are sent what changes, signed and in order."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from geo_service.access import Principal, require
from geo_service.api_document import tells
from geo_service.dependencies import Db
from geo_service.handover import webhooks
from geo_service.handover.destinations import Admitted
from geo_service.handover.signing import signing_key
from geo_service.problems import forbidden
from geo_service.queries import webhooks as queries
from geo_service.schemas.answers import webhooks as shapes
from geo_service.schemas.webhooks import NewWebhook, Replay, Switch

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"])

Administrator = Annotated[Principal, require("admin")]


def _whole_town(who: Principal) -> Principal:
    """The feed is of the whole subdistrict, so only who sees all of it may send it on."""
    if who.committees is not None:
        raise forbidden()
    return who


@router.get("")
@tells(list[shapes.WebhookRow])
def listed(session: Db, who: Administrator) -> list[dict[str, Any]]:
    """Every webhook with its state, without its secret."""
    return webhooks.listed(session, _whole_town(who).subdistrict)


@router.post("", status_code=201)
@tells(shapes.NewWebhookRow)
def add(session: Db, request: Request, who: Administrator, body: NewWebhook) -> dict[str, Any]:
    """Register an address; the secret that signs deliveries is in this answer and nowhere else."""
    settings = request.app.state.settings
    secret, hook = webhooks.add(
        session, _whole_town(who).scope, body.url, list(body.layers), body.since, signing_key(settings, create=True),
        Admitted.of(settings.webhook_hosts),
    )  # fmt: skip
    return {**webhooks.described(hook, queries.reached(session, who.subdistrict)), "secret": secret}


@router.patch("/{number}")
@tells(shapes.WebhookRow)
def switch(number: int, session: Db, who: Administrator, body: Switch) -> dict[str, Any]:
    """Pause it, or go on where it stopped."""
    hook = webhooks.switch(session, _whole_town(who).scope, number, active=body.active)
    return webhooks.described(hook, queries.reached(session, who.subdistrict))


@router.post("/{number}/replay")
@tells(shapes.WebhookRow)
def replay(number: int, session: Db, who: Administrator, body: Replay) -> dict[str, Any]:
    """Send everything after a number again; a webhook that was given up begins anew."""
    hook = webhooks.replay(session, _whole_town(who).scope, number, body.since)
    return webhooks.described(hook, queries.reached(session, who.subdistrict))


@router.post("/{number}/secret")
@tells(shapes.NewWebhookRow)
def renew_secret(number: int, session: Db, request: Request, who: Administrator) -> dict[str, Any]:
    """A new secret, used from the next delivery on; in this answer and nowhere else."""
    key = signing_key(request.app.state.settings, create=True)
    secret, hook = webhooks.renew_secret(session, _whole_town(who).scope, number, key)
    return {**webhooks.described(hook, queries.reached(session, who.subdistrict)), "secret": secret}


@router.delete("/{number}", status_code=204)
@tells(None)
def remove(number: int, session: Db, who: Administrator) -> Response:
    """Send nothing more."""
    webhooks.remove(session, _whole_town(who).scope, number)
    return Response(status_code=204)
