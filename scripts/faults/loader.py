"""The loader, a process of its own: batch after batch of checks, the number of each on stdout once it is committed.

python loader.py DATABASE_URL SUBDISTRICT
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import uuid

import pandas as pd
from sqlalchemy import text

from geo_service import audit
from geo_service.database import Database, Scope
from geo_service.loading import batches
from geo_service.loading.load import load_frames

BATCH = 200


def load_for_ever(url: str, subdistrict: str) -> None:
    """The loader's process: a batch of checks in one transaction, its number on stdout once that is committed."""
    store = Database(url)
    with store.transaction(Scope(subdistrict), writes=False) as session:
        rows = session.execute(
            text("SELECT code FROM dwelling WHERE subdistrict_code = :s ORDER BY code"), {"s": subdistrict}
        )
        dwellings = list(rows.scalars())
    rng = random.Random()
    while True:
        frame = pd.DataFrame(
            {"visit_id": [str(uuid.uuid4()) for _ in range(BATCH)], "dwelling_code": rng.choices(dwellings, k=BATCH),
             "visited_at": pd.Timestamp("2026-11-05T02:00Z"), "outcome": "done", "checked": 1, "correct": 1}
        )  # fmt: skip
        scope = Scope(subdistrict, account="soak")
        with store.transaction(scope) as session:
            batch = batches.open_batch(session, subdistrict, "checks", "delta", "soak", "0" * 64, "soak")
            counts = load_frames(
                session, subdistrict, "checks", iter([frame]), batch_id=batch.id, as_of=dt.date(2026, 11, 6)
            )
            batches.close_batch(session, batch, counts.as_dict())
            audit.record(session, scope, "load", target=str(batch.id), detail=counts.as_dict())
            number = batch.id
        print(number, flush=True)


if __name__ == "__main__":
    load_for_ever(*sys.argv[1:3])
