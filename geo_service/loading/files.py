"""One file into the tables: read, checked, staged, merged, counted, in one transaction; a trial run rolls it back."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from geo_service import audit
from geo_service.database import Database, Scope
from geo_service.loading import batches
from geo_service.loading.known import context_of, refuse_other_key
from geo_service.loading.load import Counts, load_frames
from geo_service.loading.spool import ResultSpool
from geo_service.problems import Problem, forbidden
from geo_service.tables.places import Subdistrict
from seeds.readers import Context, HashKey, Reading, Report, read

Progress = Callable[[int], None]


@dataclass(frozen=True)
class FileLoad:
    """A file and how it is to be read and loaded. ``as_of`` is the day of its content, by default today."""

    kind: str
    path: Path
    today: dt.date
    name: str = ""
    crs: str | None = None
    encoding: str | None = None
    mapping: dict[str, str] = field(default_factory=dict)
    layer: str | None = None
    mode: str = "delta"
    as_of: dt.date | None = None
    force: bool = False
    commit: bool = False


@dataclass
class Outcome:
    """What came of it: the reader's report, what the tables did or would do, the batch if it was kept."""

    report: Report
    reading: Reading
    counts: Counts | None = None
    results: Counts | None = None
    batch_id: int | None = None
    committed: bool = False
    elsewhere: int = 0

    @property
    def defects(self) -> bool:
        """Whether anything was wrong that somebody should put right."""
        return (
            bool(self.report.errors) or not self.report.loadable or bool(self.counts and self.counts.rejected)
        )

    def as_dict(self, most: int = 1_000) -> dict[str, Any]:
        """For machines: no cell of the file in it."""
        report = self.report.as_dict()
        report["problems_listed"] = min(most, len(report["problems"]))
        report["problems"] = report["problems"][:most]
        return {
            "committed": self.committed,
            "batch": self.batch_id,
            "counts": self.counts.as_dict() if self.counts else None,
            "results": self.results.as_dict() if self.results else None,
            "elsewhere": self.elsewhere,
            "report": report,
        }


class _TrialRunOver(Exception):
    """Leaves the transaction of a trial run, so that nothing of it stays."""


def load_file(
    database: Database,
    scope: Scope,
    asked: FileLoad,
    key: HashKey | None,
    progress: Progress = lambda rows: None,
) -> Outcome:
    """Read and load a file, keep it if ``asked.commit`` and the file as a whole is sound.

    A trial run does everything in the same transaction and rolls it back: its counts are what a commit would do.
    Raises ReaderError for what cannot be read as this kind, Problem for what may not be loaded.
    """
    made: list[Outcome] = []
    try:
        with database.transaction(scope, writes=asked.commit) as session:
            made.append(_load(session, scope, asked, key, progress))
            if not made[0].committed:
                raise _TrialRunOver
    except _TrialRunOver:
        made[0].batch_id = None
    except DBAPIError as error:
        raise refused_by_database(error) from None
    return made[0]


def _load(
    session: Session, scope: Scope, asked: FileLoad, key: HashKey | None, progress: Progress
) -> Outcome:
    sub = scope.subdistrict
    session.execute(text("SET LOCAL statement_timeout = '6h'"))  # a request's limit is not a load's
    if asked.commit:  # one load at a time: batches are numbered, and undone, in order
        session.execute(text("SELECT pg_advisory_xact_lock(718, hashtext(:sub))"), {"sub": sub})
    if key is not None:
        refuse_other_key(session, sub, key)
    if asked.kind == "areas":
        _welcome(session, sub)
    reading = _opened(asked, key, context_of(session, sub, asked.kind, asked.today))
    outcome = Outcome(reading.report, reading)
    batch = batches.open_batch(
        session,
        sub,
        asked.kind,
        asked.mode,
        asked.name or asked.path.name,
        digest_of(asked.path),
        scope.account,
    )
    outcome.batch_id = batch.id
    spool = ResultSpool() if "results" in reading.report.columns else None
    try:
        chunks = _chunks(reading, asked, sub, outcome, spool, progress)
        common: dict[str, Any] = {
            "batch_id": batch.id, "mode": asked.mode, "as_of": asked.as_of or asked.today, "force": asked.force,
            "count": asked.commit, "given": _given(asked, reading),
        }  # fmt: skip
        outcome.counts = load_frames(session, sub, asked.kind, chunks, **common)
        if spool is not None:
            common |= {"mode": "delta", "given": None}
            outcome.results = load_frames(session, sub, "check-results", spool.chunks(), **common)
    finally:
        if spool is not None:
            spool.close()
    outcome.committed = asked.commit and reading.report.loadable
    if outcome.committed:
        _conclude(session, scope, asked, outcome)
        batches.close_batch(session, batch, outcome.counts.as_dict())
    return outcome


def _opened(asked: FileLoad, key: HashKey | None, context: Context) -> Reading:
    return read(
        asked.kind, asked.path, crs=asked.crs, encoding=asked.encoding, mapping=asked.mapping, hash_key=key,
        context=context, layer=asked.layer,
    )  # fmt: skip


def _given(asked: FileLoad, reading: Reading) -> set[str]:
    """Stage columns that the file has: recognised, mapped or given for all rows, and what a reader always makes."""
    constants = {name for name, value in asked.mapping.items() if value.startswith("=")}
    return {*reading.report.columns, *constants, "key_id", "checked"}


def _chunks(
    reading: Reading,
    asked: FileLoad,
    subdistrict: str,
    outcome: Outcome,
    spool: ResultSpool | None,
    progress: Progress,
) -> Iterator[pd.DataFrame]:
    """The checked chunks on their way to the stage."""
    total = 0
    for chunk in reading.chunks():
        total += len(chunk)
        progress(total)
        if spool is not None:
            spool.take(chunk)
        if reading.spec.kind == "areas":
            own = _own_areas(chunk, subdistrict)
            outcome.elsewhere += int((~own).sum())
            chunk = chunk[own]
        yield chunk
    _refuse_partial_snapshot(asked, reading.report)


def _own_areas(areas: pd.DataFrame, subdistrict: str) -> pd.Series:
    """Which areas belong to this town: a city's file of committees brings only the town's own."""
    kind, code = areas["kind"].astype(object), areas["code"].astype(object)
    parent = areas["parent_code"].astype(object).where(areas["parent_code"].notna(), "")
    of_town = code.map(lambda c: str(c).startswith(subdistrict)) | parent.isin(["", subdistrict])
    return pd.Series(
        ((kind != "subdistrict") | (code == subdistrict)) & ((kind != "committee") | of_town), dtype=bool
    )


def _welcome(session: Session, subdistrict: str) -> None:
    """A town begins with its areas: the tenant's row, named by them once they are in."""
    if session.get(Subdistrict, subdistrict) is None:
        session.add(Subdistrict(code=subdistrict, name=subdistrict))
        session.flush()


def _refuse_partial_snapshot(asked: FileLoad, report: Report) -> None:
    """A row that was rejected is missing from a snapshot, and what is missing is closed."""
    if asked.commit and asked.mode == "snapshot" and report.rows_rejected and not asked.force:
        raise Problem(
            "snapshot-with-errors", 409,
            f"全量文件有 {report.rows_rejected} 行未被接受，导入会误注销这些登记。请改正后再导入，或用强制导入。 / "
            f"{report.rows_rejected} rows of the snapshot were rejected and would be closed by mistake. Correct the file, "
            "or force the load.",
            extra={"rejected": report.rows_rejected},
        )  # fmt: skip


def _conclude(session: Session, scope: Scope, asked: FileLoad, outcome: Outcome) -> None:
    """What only a kept load does: duplicates at their dwellings, the town's name, the audit."""
    sub = scope.subdistrict
    if asked.kind == "registrations" and asked.mode == "snapshot":
        _note_duplicates(session, sub, outcome.report.duplicates)
    if asked.kind == "areas":
        session.execute(
            text("UPDATE subdistrict s SET name = a.name, name_en = coalesce(a.name_en, s.name_en) FROM area a "
                 "WHERE s.code = :sub AND s.name = s.code AND a.subdistrict_code = :sub AND a.kind = 'subdistrict' "
                 "AND a.code = :sub AND a.valid_to IS NULL"), {"sub": sub})  # fmt: skip
    counts = outcome.counts.as_dict() if outcome.counts else {}
    detail = {"kind": asked.kind, "mode": asked.mode, "forced": asked.force, **counts}
    audit.record(session, scope, "load", target=str(outcome.batch_id), detail=detail)


def _note_duplicates(session: Session, subdistrict: str, duplicates: pd.Series) -> None:
    """FS-2: how many records of a dwelling are the second of one person, as of this snapshot."""
    session.execute(
        text("UPDATE dwelling d SET duplicate_records = coalesce(x.n, 0) FROM dwelling e LEFT JOIN unnest("
             "CAST(:codes AS text[]), CAST(:counts AS int[])) AS x (code, n) ON x.code = e.code "
             "WHERE d.subdistrict_code = :sub AND e.subdistrict_code = :sub AND d.code = e.code "
             "AND d.duplicate_records <> coalesce(x.n, 0)"),
        {"sub": subdistrict, "codes": [str(c) for c in duplicates.index], "counts": [int(n) for n in duplicates]},
    )  # fmt: skip


def digest_of(path: Path) -> str:
    """SHA-256 of the file; of a folder or a Shapefile, of the named file alone."""
    if not path.is_file():
        return "0" * 64
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refused_by_database(error: DBAPIError) -> Exception:
    """A rule of the tables that the file breaks, by name and without its values; anything else as it came."""
    diagnosis = getattr(error.orig, "diag", None)
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == "42501":
        return forbidden(
            "文件中有本账号范围以外的数据。 / The file holds data beyond this account's committees."
        )
    if diagnosis is None or not state.startswith(("22", "23")):
        return error
    where = diagnosis.constraint_name or diagnosis.column_name or diagnosis.table_name or state
    return Problem(
        "refused-by-database", 422,
        f"数据不符合数据库规则 {where}，未导入任何内容。 / The data break the rule {where}; nothing was loaded.",
        extra={"rule": where},
    )  # fmt: skip


def undo_batch(database: Database, scope: Scope, batch_id: int, today: dt.date) -> dict[str, int]:
    """Take a load back, in one transaction, with its trace in the audit."""
    with database.transaction(scope) as session:
        session.execute(text("SELECT pg_advisory_xact_lock(718, hashtext(:sub))"), {"sub": scope.subdistrict})
        done = batches.undo(session, scope.subdistrict, batch_id, as_of=today)
        detail: dict[str, Any] = dict(done)
        audit.record(session, scope, "load-undo", target=str(batch_id), detail=detail)
    return done
