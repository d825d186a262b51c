"""The sender as an installation's settings want it."""

from __future__ import annotations

import datetime as dt

from geo_service.database import Database
from geo_service.freshness import Freshness
from geo_service.handover.delivery import Rules
from geo_service.handover.destinations import Admitted
from geo_service.handover.sender import Sender
from geo_service.handover.signing import signing_key
from geo_service.settings import Settings


def sender_of(settings: Settings, database: Database, freshness: Freshness) -> Sender:
    """A sender that has not begun yet. The signing key is read at each delivery: it may come later, or change."""
    rules = Rules(
        admitted=Admitted.of(settings.webhook_hosts),
        dead_after=dt.timedelta(days=settings.webhook_dead_after_days),
        key=lambda: signing_key(settings),
    )
    return Sender(database, freshness, rules)
