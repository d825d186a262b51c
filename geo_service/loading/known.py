"""What the database knows that a file is checked against: codes, the town's place, the key of its records."""

from __future__ import annotations

import datetime as dt
import secrets

import pandas as pd
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo_service.database import Database, Scope
from geo_service.hash_key import FILE, hash_key, same
from geo_service.problems import Problem
from geo_service.settings import Settings
from seeds.readers.context import Context, HashKey
from seeds.readers.hashing import KeySet

#: Which codes a kind of file refers to.
_REFERS_TO = {
    "buildings": ("committees",), "dwellings": ("buildings",), "rooms": ("dwellings",), "key-sites": ("buildings",),
    "registrations": ("dwellings",), "checks": ("dwellings",), "activity": ("buildings",), "grids": ("committees",),
    "inputs": ("committees",), "source-lists": ("dwellings",),
}  # fmt: skip
_PART = 100_000
_CODES = {
    "committees": "SELECT code FROM area WHERE subdistrict_code = :sub AND kind = 'committee' AND valid_to IS NULL",
    "buildings": "SELECT code FROM building WHERE subdistrict_code = :sub",
    "dwellings": "SELECT code FROM dwelling WHERE subdistrict_code = :sub",
}


def context_of(session: Session, subdistrict: str, kind: str, today: dt.date) -> Context:
    """The facts that a file of this kind is checked against; of codes only those it refers to."""
    codes = {name: _codes(session, subdistrict, name) for name in _REFERS_TO.get(kind, ())}
    return Context(
        committees=codes.get("committees"),
        buildings=codes.get("buildings"),
        dwellings=codes.get("dwellings"),
        extent=_extent(session, subdistrict),
        building_points=_points(session, subdistrict) if kind == "buildings" else None,
        today=today,
    )


def _codes(session: Session, subdistrict: str, name: str) -> KeySet:
    """The keys of all codes of one sort, read in parts of many codes each: a row for every code would cost more than
    all of the reading, and their texts more memory."""
    parts = session.execute(
        text(f"SELECT string_agg(code, chr(10)) FROM (SELECT code, (row_number() OVER () - 1) / {_PART} AS part "
             f"FROM ({_CODES[name]}) c) p GROUP BY part"),
        {"sub": subdistrict}, execution_options={"stream_results": True, "max_row_buffer": 1},
    )  # fmt: skip
    return KeySet.of_parts(part.split("\n") for part in parts.scalars())


def _extent(session: Session, subdistrict: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the town: its areas, else its buildings; None while it has neither."""
    for table in ("area", "building"):
        row = session.execute(
            text(f"SELECT ST_XMin(b) AS w, ST_YMin(b) AS s, ST_XMax(b) AS e, ST_YMax(b) AS n FROM ("
                 f"SELECT ST_Extent(geom) AS b FROM {table} WHERE subdistrict_code = :sub) x"), {"sub": subdistrict}
        ).one()  # fmt: skip
        if row.w is not None:
            return (row.w, row.s, row.e, row.n)
    return None


def _points(session: Session, subdistrict: str, most: int = 5_000) -> pd.DataFrame | None:
    rows = session.execute(
        text("SELECT code, ST_X(p) AS lon, ST_Y(p) AS lat FROM (SELECT code, ST_Centroid(geom) AS p FROM building "
             "WHERE subdistrict_code = :sub AND geom IS NOT NULL LIMIT :most) b"),
        {"sub": subdistrict, "most": most},
    ).all()  # fmt: skip
    return pd.DataFrame(rows, columns=["code", "lon", "lat"]).set_index("code") if rows else None


def key_for(database: Database, scope: Scope, settings: Settings, *, keep: bool) -> HashKey:
    """The key for a file of records. The first load of a town makes one; a lost key is never silently replaced.

    A trial run before any key exists (``keep`` false) gets one that is forgotten.
    """
    if settings.hash_key is not None or (settings.data_dir / FILE).exists():
        return hash_key(settings)
    with database.transaction(scope, writes=False) as session:
        stored = session.execute(
            text("SELECT EXISTS (SELECT FROM registration WHERE subdistrict_code = :sub)"),
            {"sub": scope.subdistrict},
        ).scalar_one()
    if not keep and not stored:
        return HashKey("trial", secrets.token_bytes(32))
    return hash_key(settings, create=not stored)


def refuse_other_key(session: Session, subdistrict: str, key: HashKey) -> None:
    """The records stored carry the id of the key that hashed them; a file hashed with another matches none of them."""
    stored = session.execute(
        text("SELECT key_id FROM registration WHERE subdistrict_code = :sub AND until IS NULL GROUP BY key_id "
             "ORDER BY count(*) DESC"), {"sub": subdistrict}
    ).scalars().all()  # fmt: skip
    if stored and not same(stored[0], key):  # after a rotation a few may still be under the former one
        raise Problem(
            "other-hash-key", 409,
            f"已有登记用密钥 {'、'.join(stored)} 散列，现用密钥为 {key.id}，无法对应。请取回原密钥。 / The records stored were hashed "
            f"with key {', '.join(stored)}, this one is {key.id}: nothing would match. Fetch the former key from escrow.",
        )  # fmt: skip
