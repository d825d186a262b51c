"""A new hashing key: what is stored under the old one is found again in a full list of the register and hashed anew.

Only who has the record numbers can do it: a hash alone leads nowhere, which is its purpose. Both keys are in memory
while it runs, and the numbers are never stored. Figures do not change by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.audit import record
from geo_service.database import Scope
from geo_service.hash_key import LEGACY
from geo_service.problems import Problem
from seeds.readers.context import HashKey

#: Share of the records in force that the list may lack; as for a snapshot that would close as many.
MOST_MISSING = 0.05
BATCH = 10_000

Pairs = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Rehashed:
    """Records of one town hashed anew, and those that the list did not hold: in force, and ended."""

    town: str
    records: int
    results: int
    in_force_left: int
    ended_left: int

    @property
    def missing_share(self) -> float:
        return self.in_force_left / max(self.records + self.in_force_left, 1)


def pairs_of(
    file: Path, old: HashKey, new: HashKey, mapping: dict[str, str] | None = None
) -> Iterator[tuple[bytes, bytes]]:
    """Each record number of a file of registrations as both keys hash it; read twice side by side, in flat memory.

    Raises ReaderError for a file that cannot be read as registrations.
    """
    from seeds.readers import read

    readings = [read("registrations", file, hash_key=key, mapping=mapping) for key in (old, new)]
    for before, after in zip(*(reading.chunks() for reading in readings), strict=True):
        yield from zip(before["record_hash"], after["record_hash"], strict=True)


def rehash(
    session: Session, scope: Scope, pairs: Pairs, old: HashKey, new: HashKey, *, force: bool = False
) -> Rehashed:
    """Put the new hash in the place of the old one, in this transaction; no load runs meanwhile.

    Refuses when more than a twentieth of the records in force are not in the list, unless ``force``: they would never be
    matched again. Loads from before can no longer be undone: their before-images hold hashes of the old key.
    """
    sub = scope.subdistrict
    session.execute(text("SELECT pg_advisory_xact_lock(718, hashtext(:sub))"), {"sub": sub})
    session.execute(
        text("SELECT set_config('wangge.defer_counts', 'on', true)")
    )  # nothing that is counted changes
    _stage(session, pairs)
    bound: dict[str, Any] = {"sub": sub, "new": new.id, "old": [old.id, LEGACY]}
    records = session.execute(
        text("UPDATE registration r SET record_hash = p.after, key_id = :new, batch_id = NULL FROM rehashing p "
             "WHERE r.subdistrict_code = :sub AND r.record_hash = p.before AND r.key_id = ANY(:old)"), bound
    ).rowcount  # type: ignore[attr-defined]  # fmt: skip
    results = session.execute(
        text("UPDATE check_result r SET record_hash = p.after FROM rehashing p "
             "WHERE r.subdistrict_code = :sub AND r.record_hash = p.before"), bound
    ).rowcount  # type: ignore[attr-defined]  # fmt: skip
    session.execute(
        text("DELETE FROM load_row WHERE subdistrict_code = :sub AND table_name IN ('registration', 'check_result')"), bound
    )  # fmt: skip
    left = session.execute(
        text("SELECT count(*) FILTER (WHERE until IS NULL), count(*) FILTER (WHERE until IS NOT NULL) FROM registration "
             "WHERE subdistrict_code = :sub AND key_id = ANY(:old)"), bound
    ).one()  # fmt: skip
    session.execute(text("SELECT set_config('wangge.defer_counts', '', true)"))
    done = Rehashed(sub, records, results, left[0], left[1])
    if done.missing_share > MOST_MISSING and not force:
        raise _incomplete(done)
    detail = {
        "from": old.id,
        "to": new.id,
        "records": records,
        "in_force_left": left[0],
        "ended_left": left[1],
    }
    record(session, scope, "hash-key.rotate", target=new.id, detail=detail)
    return done


def holds_records_of(session: Session, subdistrict: str, *key_ids: str) -> bool:
    """Whether the subdistrict has a registration that was hashed with one of these keys."""
    found = session.scalar(
        text("SELECT EXISTS (SELECT FROM registration WHERE subdistrict_code = :sub AND key_id = ANY(:ids))"),
        {"sub": subdistrict, "ids": list(key_ids)},
    )
    return bool(found)


def _stage(session: Session, pairs: Pairs) -> None:
    cursor = session.connection().connection.cursor()
    cursor.execute("DROP TABLE IF EXISTS pg_temp.rehashing")
    cursor.execute("CREATE TEMP TABLE rehashing (before bytea NOT NULL, after bytea NOT NULL) ON COMMIT DROP")
    with cursor.copy("COPY rehashing (before, after) FROM STDIN") as copy:  # type: ignore[attr-defined]
        for before, after in pairs:
            copy.write_row((before, after))
    # A number that stands in the list twice is one record.
    cursor.execute("DELETE FROM rehashing a USING rehashing b WHERE a.before = b.before AND a.ctid > b.ctid")
    cursor.execute("CREATE UNIQUE INDEX ON rehashing (before)")
    cursor.execute("ANALYZE rehashing")


def _incomplete(done: Rehashed) -> Problem:
    return Problem(
        "list-incomplete", 409,
        f"{done.town}：名册缺少 {done.in_force_left:,} 条有效登记（{done.missing_share:.1%}），换密钥后将无法对应，未作改动。请导出完整名册，或加 "
        f"--force。 / {done.town}: {done.in_force_left:,} records in force ({done.missing_share:.1%}) are not in the list and could "
        "never be matched again; nothing was changed. Export the whole register, or use --force.",
    )  # fmt: skip
