"""Webhooks: registered with an address and layers, paused, replayed from a number, removed; each step audited."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from geo_service.audit import record
from geo_service.database import Scope
from geo_service.handover.destinations import (
    Admitted,
    Undeliverable,
    addresses_of,
    destination,
    refused_address,
)
from geo_service.handover.events import LAYERS
from geo_service.handover.webhook_secrets import new_secret
from geo_service.problems import Problem, conflict, not_found
from geo_service.queries import webhooks as queries
from geo_service.tables.publication import Webhook

MOST = 20
NOW = "now"


def described(hook: Webhook, reached: int) -> dict[str, Any]:
    """A webhook without its secret. ``behind``: numbers of the feed that it has not passed yet."""
    return {
        "id": hook.id,
        "url": hook.url,
        "layers": hook.layers,
        "state": state_of(hook, reached),
        "delivered_up_to": hook.last_seq,
        "behind": max(0, reached - hook.last_seq),
        "failures": hook.failures,
        "failing_since": hook.failing_since,
        "last_status": hook.last_status,
        "next_try_at": hook.next_try_at,
        "last_sent_at": hook.last_sent_at,
        "dead_at": hook.dead_at,
        "created_by": hook.created_by,
        "created_at": hook.created_at,
    }


def state_of(hook: Webhook, reached: int) -> str:
    """``dead`` (given up), ``paused``, ``failing``, ``behind`` or ``up-to-date``."""
    if hook.dead_at is not None:
        return "dead"
    if not hook.active:
        return "paused"
    if hook.failures:
        return "failing"
    return "behind" if hook.last_seq < reached else "up-to-date"


def listed(session: Session, subdistrict: str) -> list[dict[str, Any]]:
    """Every webhook of the subdistrict with its state."""
    reached = queries.reached(session, subdistrict)
    return [described(hook, reached) for hook in queries.webhooks(session, subdistrict)]


def add(
    session: Session, scope: Scope, url: str, layers: list[str], since: int | str, key: Ed25519PrivateKey,
    admitted: Admitted,
) -> tuple[str, Webhook]:  # fmt: skip
    """Register an address; the secret to check signatures with, shown once, and the row.

    ``since`` is the number after which it is given changes, or ``now``. Raises Problem for an address that webhooks may
    not go to; one that cannot be looked up at the moment is taken, and checked at each attempt.
    """
    where = destination(url, admitted)
    try:
        addresses_of(where, admitted)
    except Undeliverable as error:
        if error.reason == "refused-address":
            raise refused_address() from None
    wanted = _layers(layers)
    number = queries.next_number(session, scope.subdistrict)
    if len(queries.webhooks(session, scope.subdistrict)) >= MOST:
        raise conflict("too-many-webhooks", f"推送订阅最多{MOST}个。 / There are at most {MOST} webhooks.")
    secret, mark = new_secret(key, scope.subdistrict)
    hook = Webhook(
        subdistrict_code=scope.subdistrict, id=number, url=url, layers=wanted, secret=mark,
        last_seq=_from(session, scope.subdistrict, since), created_by=scope.account,
    )  # fmt: skip
    session.add(hook)
    session.flush()
    session.refresh(hook)
    record(session, scope, "webhook.add", target=str(number), detail={"to": where.shown, "layers": wanted})
    return secret, hook


def remove(session: Session, scope: Scope, number: int) -> None:
    """Send nothing more, and forget it."""
    session.delete(_locked(session, scope, number))
    record(session, scope, "webhook.remove", target=str(number))


def replay(session: Session, scope: Scope, number: int, since: int | str) -> Webhook:
    """Send again everything after ``since`` (or nothing older than now); a dead or paused one begins anew."""
    hook = _locked(session, scope, number)
    before, hook.last_seq = hook.last_seq, _from(session, scope.subdistrict, since)
    _revive(hook)
    detail = {"from": before, "since": hook.last_seq}
    record(session, scope, "webhook.replay", target=str(number), detail=detail)
    return hook


def switch(session: Session, scope: Scope, number: int, *, active: bool) -> Webhook:
    """Pause it, or go on where it stopped; a dead one is revived by going on."""
    hook = _locked(session, scope, number)
    if active:
        _revive(hook)
    hook.active = active
    record(session, scope, "webhook.resume" if active else "webhook.pause", target=str(number))
    return hook


def renew_secret(session: Session, scope: Scope, number: int, key: Ed25519PrivateKey) -> tuple[str, Webhook]:
    """A new secret, from the next delivery on; shown once."""
    hook = _locked(session, scope, number)
    secret, hook.secret = new_secret(key, scope.subdistrict)
    record(session, scope, "webhook.secret", target=str(number))
    return secret, hook


def _revive(hook: Webhook) -> None:
    hook.active, hook.dead_at, hook.failing_since = True, None, None
    hook.failures, hook.next_try_at, hook.sending_to = 0, None, None


def _layers(asked: list[str]) -> list[str]:
    if not asked or set(asked) - set(LAYERS):
        shown = ", ".join(LAYERS)
        raise Problem("invalid-layer", 422, f"layers 应为 {shown}。 / layers must be among {shown}.")
    return [layer for layer in LAYERS if layer in asked]


def _from(session: Session, subdistrict: str, since: int | str) -> int:
    last = queries.reached(session, subdistrict)
    if since == NOW:
        return last
    if not isinstance(since, int) or not 0 <= since <= last:
        raise Problem(
            "invalid-since", 422, f"since 应为 0 至 {last}，或 now。 / since must be 0 to {last}, or now."
        )
    return since


def _locked(session: Session, scope: Scope, number: int) -> Webhook:
    hook = queries.webhook(session, scope.subdistrict, number, lock=True)
    if hook is None:
        raise not_found("推送订阅", str(number))
    return hook
