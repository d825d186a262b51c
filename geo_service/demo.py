"""The demo town into the database, by the same roads as real files: load, draw, publish, accounts, a key."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.database import Database, Scope
from geo_service.drawing import first_drawing
from geo_service.loading import batches
from geo_service.loading.known import refuse_other_key
from geo_service.loading.load import load_frames
from geo_service.releases import make_release
from geo_service.sign_in import hash_password, new_key
from geo_service.tables.places import Subdistrict
from geo_service.tables.trust import Account
from seeds.demo_town import DemoTown, towns
from seeds.readers.context import HashKey
from seeds.readers.hashing import record_hashes

Say = Callable[[str], None]

#: Duty accounts of the demo: role → (name, duty, the number of committees it is limited to; None for all).
ACCOUNTS: dict[str, tuple[str, str, int | None]] = {
    "office": ("office", "人口办 / population office", None),
    "police_station": ("station", "派出所 / police station", None),
    "officer": ("officer", "社区民警 / community officer", 2),
    "community_centre": ("centre", "社区综合办 / community centre", None),
    "committee_head": ("committee", "居委会主任 / committee head", 1),
    "registrar": ("registrar", "人口管理员 / registrar", 1),
    "auxiliary": ("auxiliary", "综合协管员 / auxiliary", 2),
    "grid_leader": ("gridleader", "微网格长 / grid leader", 1),
    "grid_staff": ("gridstaff", "专职网格员 / grid staff", 1),
    "volunteer": ("volunteer", "楼组长 / volunteer", 1),
    "partner": ("partner", "联勤部门 / partner department", None),
    "operator": ("operator", "系统运维 / operator", None),
}


def load_demo(
    database: Database, key: HashKey, *, residents: int, months: int, seed: int, say: Say
) -> dict[str, Any]:
    """Load the synthetic town (or towns); returns what ``.wangge/demo.json`` holds. Passwords are new each time."""
    first: dict[str, Any] = {}
    for town in towns(residents, months, seed):
        say(f"{town.scale.name}：生成完毕，载入 / built, loading")
        with database.transaction(Scope(town.subdistrict_code, account="demo")) as session:
            load_town(session, town, key, say)
        with database.transaction(Scope(town.subdistrict_code, account="demo")) as session:
            say("划格：地块、划分、发布 / plots, division, publication")
            draw_town(session, town)
        with database.transaction(Scope(town.subdistrict_code, account="demo")) as session:
            made = open_accounts(session, town)
        with database.transaction(Scope(town.subdistrict_code, account="demo")) as session:
            say("发布最近一月给城运 / releasing the last month to partners")
            make_release(
                session, Scope(town.subdistrict_code, account="demo"), town.scale.until.replace(day=1)
            )
        first = first or made
    return first


def load_town(session: Session, town: DemoTown, key: HashKey, say: Say) -> None:
    """Every kind of the town, in the order in which one refers to another, in the caller's transaction.

    Raises Problem where the town is there already, its records hashed with another key: they would all count twice.
    """
    sub, as_of = town.subdistrict_code, town.scale.until
    refuse_other_key(session, sub, key)
    session.merge(
        Subdistrict(code=sub, name=town.scale.name, name_en=town.scale.name_en, district_name="样例区",
                    metric_srid=4549, rules="shanggang-2020")
    )  # fmt: skip
    session.flush()
    records = (_hashed(chunk, key).assign(key_id=key.id) for chunk in town.registrations)
    results = (_hashed(chunk, key) for chunk in town.check_results)
    frames: list[tuple[str, Iterator[pd.DataFrame] | pd.DataFrame]] = [
        ("areas", town.areas), ("compounds", town.compounds), ("buildings", town.buildings),
        ("barriers", town.barriers), ("backdrop", town.backdrop), ("organisations", town.organisations),
        ("dwellings", town.dwellings), ("rooms", town.rooms), ("key-sites", _joined(town.key_sites)),
        ("registrations", records), ("checks", town.checks), ("check-results", results),
        ("activity", town.activity), ("inputs", town.inputs), ("source-lists", town.source_lists),
    ]  # fmt: skip
    for kind, chunks in frames:
        batch = batches.open_batch(session, sub, kind, "delta", f"demo/{kind}", "0" * 64, "demo")
        counts = load_frames(
            session, sub, kind, iter([chunks]) if isinstance(chunks, pd.DataFrame) else chunks,
            batch_id=batch.id, as_of=as_of,
        )  # fmt: skip
        batches.close_batch(session, batch, counts.as_dict())
        say(f"  {kind:<14} {counts.added:>9,}")


def draw_town(session: Session, town: DemoTown) -> None:
    """First drawing in force from the first month of the town's year of work, and its grid teams."""
    begins = (pd.Timestamp(town.scale.until).to_period("M") - (town.scale.months - 1)).start_time.date()
    version = first_drawing(session, town.subdistrict_code, valid_from=begins, account="demo")
    codes = session.execute(
        text("SELECT code FROM micro_grid WHERE subdistrict_code = :s AND version_id = :v ORDER BY code"),
        {"s": town.subdistrict_code, "v": version.id},
    ).scalars()
    rows = [
        {"grid_code": code, "role": role, "account": f"{role}-{code[-6:]}", "valid_from": begins}
        for n, code in enumerate(codes)
        for role in ("leader", "officer", "auxiliary")
        if not (role == "officer" and n % 37 == 36)  # a vacancy here and there, as in life
    ]
    load_frames(session, town.subdistrict_code, "teams", iter([pd.DataFrame(rows)]), as_of=begins)


def open_accounts(session: Session, town: DemoTown) -> dict[str, Any]:
    """One duty account per role with a fresh password, and a sandbox key for the grid API."""
    sub = town.subdistrict_code
    committees = sorted(town.areas.loc[town.areas["kind"] == "committee", "code"])
    suffix = "" if sub == "310199001" else f"-{sub[-3:]}"
    accounts = {}
    for role, (name, duty, limit) in ACCOUNTS.items():
        password = "-".join(secrets.token_hex(3) for _ in range(3))
        session.merge(
            Account(subdistrict_code=sub, name=name + suffix, display_name=duty, role=role,
                    committees=None if limit is None else committees[:limit], password_hash=hash_password(password))
        )  # fmt: skip
        accounts[role] = {"name": name + suffix, "password": password}
    secret, row = new_key("沙箱 / sandbox", sub, ["read", "feed"], None)
    session.add(row)
    months = pd.period_range(
        end=pd.Timestamp(town.scale.until).to_period("M"), periods=town.scale.months, freq="M"
    )
    return {"accounts": accounts, "api_key": secret, "subdistrict": sub, "months": [str(m) for m in months]}


def is_loaded(database: Database, subdistrict: str = "310199001") -> bool:
    """Whether the demo town is there, drawing and accounts included."""
    with database.transaction(Scope(subdistrict), writes=False) as session:
        found = session.execute(
            text("SELECT count(*) FROM account WHERE subdistrict_code = :s"), {"s": subdistrict}
        )
        return bool(found.scalar_one())


def _hashed(chunk: pd.DataFrame, key: HashKey) -> pd.DataFrame:
    numbers = pa.array(chunk["record_number"], pa.string())
    return chunk.drop(columns="record_number").assign(
        record_hash=np.array([*record_hashes(numbers, key), None], dtype=object)[:-1]
    )


def _joined(sites: pd.DataFrame) -> pd.DataFrame:
    codes = sites["building_codes"].map(lambda c: ";".join(c) if isinstance(c, list | tuple) else c)
    return sites.assign(building_codes=codes)
