"""One change as it may leave: the same content in the feed, in its stream and in webhooks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from geo_service.ogc.collections import PLACES

#: Layers of the feed.
LAYERS = ("areas", "micro-grids", "buildings", "key-sites")
#: What may be said of a feature: the declared properties and the kind of an area, nothing else of its row.
PUBLIC = frozenset({p.name for c in PLACES for p in c.properties} | {"kind", "features"})
BATCH_TYPE = "application/cloudevents-batch+json"


def public(row: dict[str, Any] | None) -> dict[str, Any] | None:
    """The properties of a row that may leave."""
    return None if row is None else {k: v for k, v in row.items() if k in PUBLIC}


def change_of(
    seq: int, layer: str, feature: str, operation: str, before: Any, after: Any, at: dt.datetime
) -> dict[str, Any]:
    """A row of the table ``change`` as an item of the feed."""
    return {"seq": seq, "layer": layer, "feature": feature, "operation": operation, "before": public(before),
            "after": public(after), "at": at}  # fmt: skip


def cloud_event(subdistrict: str, change: dict[str, Any]) -> dict[str, Any]:
    """An item of the feed as a CloudEvents 1.0 event (JSON).

    ``source`` and ``id`` name it once and for all, so a receiver that gets it twice can tell. ``sequence`` is the
    CloudEvents extension of that name: compared as text it gives the order of the commits.

    >>> change = change_of(7, "buildings", "B1", "updated", {"floors": 6}, {"floors": 7, "batch_id": 3},
    ...                    dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    >>> event = cloud_event("310199001", change)
    >>> event["id"], event["type"], event["source"], event["sequence"]
    ('7', 'wangge.feature.updated', 'urn:wangge:310199001:buildings', '00000000000000000007')
    >>> event["data"]["after"]
    {'floors': 7}
    """
    return {
        "specversion": "1.0",
        "id": str(change["seq"]),
        "source": f"urn:wangge:{subdistrict}:{change['layer']}",
        "type": f"wangge.feature.{change['operation']}",
        "subject": change["feature"],
        "time": change["at"],
        "datacontenttype": "application/json",
        "sequence": f"{change['seq']:020d}",
        "data": change,
    }
