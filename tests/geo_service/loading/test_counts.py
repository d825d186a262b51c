"""The kept counts are those of a full recount, whatever happened, and those of ``grids.indicators``."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from contextlib import suppress
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.database import Database, Scope
from geo_service.loading import batches
from geo_service.loading.load import load_frames
from geo_service.loading.recounting import recounted
from geo_service.problems import Problem
from grids.indicators import counts as rules
from grids.indicators.stocks import building_stock

SUB = "310199009"
USES = ["owner_occupied", "rented", "group_renting", "dormitory"]


class History:
    """Random but repeatable work on four buildings: loads, corrections, undoings and plain SQL."""

    def __init__(self, town: Database, seed: int) -> None:
        self.town, self.random, self.day = town, random.Random(seed), dt.date(2025, 11, 1)
        self.loads: list[tuple[str, int]] = []
        self.retiring = 0.15
        self.visits: list[str] = []

    def step(self) -> str:
        """One thing happens, in one transaction; returns its name."""
        self.day += dt.timedelta(days=self.random.randrange(5, 25))
        name = self.random.choice(
            ["dwellings", "registrations", "snapshot", "checks", "checks", "activity", "undo", "sql"]
        )
        with self.town.transaction(Scope(SUB, account="history")) as session:
            getattr(self, name)(session)
        return name

    def load(self, session: Session, kind: str, rows: list[dict[str, Any]], **options: Any) -> None:
        batch = batches.open_batch(
            session, SUB, kind, options.get("mode", "delta"), "history", "0" * 64, None
        )
        load_frames(session, SUB, kind, [pd.DataFrame(rows)], batch_id=batch.id, as_of=self.day, **options)
        self.loads.append((kind, batch.id))

    def dwellings(self, session: Session) -> None:
        rows = []
        for n in self.random.sample(range(12), 5):
            retired = self.random.random() < self.retiring
            rows.append({
                "code": f"D{n}", "building_code": f"B{self.random.randrange(1, 5)}", "use": self.random.choice(USES),
                "status": "retired" if retired else self.random.choice(["occupied", "occupied", "vacant"]),
                "created_on": dt.date(2025, 1, 1), "retired_on": self.day if retired else None,
            })  # fmt: skip
        self.load(session, "dwellings", rows)

    def registrations(self, session: Session) -> None:
        self.load(session, "registrations", self._records(self.random.sample(range(40), 12)))

    def snapshot(self, session: Session) -> None:
        self.load(
            session,
            "registrations",
            self._records(self.random.sample(range(40), 30)),
            mode="snapshot",
            force=True,
        )

    def _records(self, numbers: list[int]) -> list[dict[str, Any]]:
        rows = []
        for n in numbers:
            since = self.day - dt.timedelta(days=self.random.randrange(0, 200))
            ended = self.random.random() < 0.2
            rows.append({
                "record_hash": bytes([n]) * 16, "key_id": "test", "dwelling_code": f"D{self.random.randrange(14)}",
                "since": since, "until": since + dt.timedelta(days=self.random.randrange(90)) if ended else None,
            })  # fmt: skip
        return rows

    def checks(self, session: Session) -> None:
        known = list(session.execute(text("SELECT code FROM dwelling ORDER BY 1")).scalars())
        if not known:
            return
        visits = []
        for _ in range(6):
            again = self.visits and self.random.random() < 0.2
            visit = (
                self.random.choice(self.visits) if again else str(uuid.UUID(int=self.random.getrandbits(128)))
            )
            self.visits.append(visit)
            done, n = self.random.random() < 0.8, self.random.randrange(3)
            visits.append({
                "visit_id": visit, "dwelling_code": self.random.choice(known), "outcome": "done" if done else "no_access",
                "visited_at": dt.datetime.combine(self.day, dt.time(self.random.randrange(24)), dt.UTC),
                "frame": self.random.choice(["register", "ground"]), "checked": n if done else 0, "correct": n if done else 0,
                "rental_inspected": done and self.random.random() < 0.5, "group_renting_found": False,
            })  # fmt: skip
        visits = list({v["visit_id"]: v for v in visits}.values())
        self.load(session, "checks", visits)
        listed = [
            v for v in visits if v["checked"] and self.random.random() < 0.8
        ]  # the others gave counts only
        results = [
            {"visit_id": v["visit_id"], "record_hash": bytes([self.random.randrange(40)]) * 16, "outcome": "correct"}
            for v in listed for _ in range(v["checked"])
        ] + [{"visit_id": v["visit_id"], "record_hash": None, "outcome": None} for v in visits if v not in listed]  # fmt: skip
        if results:
            load_frames(
                session,
                SUB,
                "check-results",
                [pd.DataFrame(results)],
                batch_id=self.loads[-1][1],
                as_of=self.day,
            )

    def activity(self, session: Session) -> None:
        rows = [{"account": "a", "role": "grid_staff", "building_code": f"B{self.random.randrange(1, 6)}", "day": self.day,
                 "kind": self.random.choice(["addition", "query"]), "n": self.random.randrange(5)}]  # fmt: skip
        self.load(session, "activity", rows)

    def undo(self, session: Session) -> None:
        if not self.loads:
            return
        kind, batch = self.random.choice(self.loads)
        with suppress(Problem), session.begin_nested():  # later loads may rest on it, then it stays
            batches.undo(session, SUB, batch, as_of=self.day)
            self.loads.remove((kind, batch))

    def sql(self, session: Session) -> None:
        """What a person with psql, or another program, might do: the triggers count."""
        statement = self.random.choice([
            "UPDATE registration SET until = :day WHERE until IS NULL AND since < :day AND record_hash < '\\x10'",
            "DELETE FROM check_visit WHERE id = (SELECT min(id::text)::uuid FROM check_visit)",
            "UPDATE dwelling SET status = 'vacant' WHERE code = 'D3'",
            "UPDATE dwelling SET building_code = 'B1' WHERE code IN ('D1', 'D2')",
            "DELETE FROM check_result WHERE record_hash > '\\x20'",
            "UPDATE check_visit SET building_code = 'B2' WHERE building_code = 'B3'",
            "DELETE FROM registration WHERE record_hash > '\\x24'",
        ])  # fmt: skip
        session.execute(text("SELECT set_config('wangge.as_of', :day, true)"), {"day": self.day.isoformat()})
        session.execute(text(statement), {"day": self.day} if ":day" in statement else {})


@pytest.fixture
def streets(town: Database) -> Database:
    """Five buildings and the unlocated one, nothing in them."""
    with town.transaction(Scope(SUB)) as session:
        session.execute(text("INSERT INTO subdistrict (code, name) VALUES (:s, '样镇')"), {"s": SUB})
        session.execute(
            text("INSERT INTO building (subdistrict_code, code, kind) SELECT :s, c, 'site' FROM unnest(CAST(:c AS text[])) c "
                 "UNION ALL SELECT :s, 'U' || :s, 'unlocated'"), {"s": SUB, "c": [f"B{n}" for n in range(1, 6)]}
        )  # fmt: skip
    return town


@pytest.mark.parametrize("seed", range(3))
def test_counts_kept_through_any_history_are_those_of_a_recount(streets: Database, seed: int) -> None:
    history = History(streets, seed)
    done = []
    for _ in range(30):
        done.append(history.step())
        report = recounted(streets, Scope(SUB), commit=False)
        assert report["differences"] == 0, (seed, done, report)
    assert len(set(done)) >= 6


@pytest.mark.parametrize("seed", range(3))
def test_the_databases_counts_are_those_of_the_rules_in_python(streets: Database, seed: int) -> None:
    history = History(streets, 100 + seed)
    history.retiring = 0  # of a dwelling first seen as retired, nobody knows whether it was occupied before
    with streets.transaction(Scope(SUB)) as session:
        history.dwellings(session)
        for _ in range(3):
            history.checks(session)
        for _ in range(12):
            history.day += dt.timedelta(days=20)
            getattr(
                history, history.random.choice(["registrations", "snapshot", "checks", "checks", "activity"])
            )(session)
        frames = {
            name: pd.DataFrame(session.execute(text(query)).mappings().all())
            for name, query in {
                "checks": "SELECT *, id::text AS visit_id FROM check_visit",
                "results": "SELECT visit_id::text, record_hash, outcome FROM check_result",
                "activity": "SELECT *, nullif(building_code, '') AS b FROM register_activity WHERE building_code <> ''",
                "dwellings": "SELECT code, building_code, use, status, created_on, retired_on FROM dwelling",
                "registrations": "SELECT dwelling_code, since, until FROM registration",
                "month": "SELECT * FROM building_month", "stock": "SELECT * FROM building_stock",
            }.items()
        }  # fmt: skip
    month = rules.building_month(
        frames["checks"].drop(columns=["month"]), frames["dwellings"], results=frames["results"],
        activity=frames["activity"] if len(frames["activity"]) else None,
    )  # fmt: skip
    kept = frames["month"].assign(month=pd.to_datetime(frames["month"]["month"]))
    # Beside a visit that gave counts only the tables keep the records that are known; the rules say there are no such.
    differing = rules.differences(rules.known(kept), month, ["building_code", "month"])
    assert len(differing) == 0, differing
    assert month["visits_count_only"].sum() > 0
    assert month["records_checked"].sum() > 0
    stock = building_stock(frames["dwellings"], frames["registrations"], unlocated="U" + SUB)
    kept = frames["stock"].assign(from_month=pd.to_datetime(frames["stock"]["from_month"]))
    differing = rules.differences(
        kept, stock.rename(columns={"month": "from_month"}), ["building_code", "from_month"]
    )
    assert len(differing) == 0, differing


def test_a_recount_finds_and_mends_what_was_tampered_with(streets: Database) -> None:
    history = History(streets, 7)
    with streets.transaction(Scope(SUB)) as session:
        history.dwellings(session)
    with streets.transaction(Scope(SUB)) as session:
        code = session.execute(text("SELECT min(building_code) FROM building_stock")).scalar_one()
        session.execute(
            text("UPDATE building_stock SET residents = residents + 1 WHERE building_code = :c"), {"c": code}
        )
    report = recounted(streets, Scope(SUB), commit=False)
    assert {row["building_code"] for row in report["listed"]["building_stock"]} == {code}
    assert report["listed"]["building_stock"][0]["counts"] == {"residents": [1, 0]}
    assert recounted(streets, Scope(SUB), commit=True)["differences"] > 0
    assert recounted(streets, Scope(SUB), commit=False)["differences"] == 0
