"""No restore without the hashing key: the records would be there, and no later file could ever be matched with them."""

from __future__ import annotations

import psycopg

from geo_service.database import libpq_url
from geo_service.hash_key import FILE, hash_key, same
from geo_service.problems import Problem
from geo_service.settings import Settings
from geo_service.trouble import Trouble, TroubleError


def demand_key(url: str, settings: Settings) -> None:
    """Refuse when the open records of the database at ``url`` were hashed with a key that is not here.

    Raises TroubleError; a database without tables or records demands nothing.
    """
    wanted = key_of(url)
    if wanted is None:
        return
    try:
        present = hash_key(settings)
    except Problem:
        present = None
    if present is None or not same(wanted, present):
        raise TroubleError(key_missing(wanted, present.id if present else None))


def key_of(url: str) -> str | None:
    """Id of the key with which most of the open records of a database were hashed."""
    with psycopg.connect(libpq_url(url)) as connection:
        if not connection.execute("SELECT to_regclass('public.registration') IS NOT NULL").fetchall()[0][0]:
            return None
        row = connection.execute(
            "SELECT key_id FROM registration WHERE until IS NULL GROUP BY key_id ORDER BY count(*) DESC LIMIT 1"
        ).fetchone()
    return row[0] if row else None


def key_missing(wanted: str, present: str | None) -> Trouble:
    """The escrowed key has to be fetched first."""
    here = f"现有密钥是 {present}" if present else "此处没有密钥"
    here_en = f"the key here is {present}" if present else "there is no key here"
    return Trouble(
        "hash-key-missing",
        f"备份中的登记以密钥 {wanted} 散列，而{here}；没有该密钥，今后的文件无法与之匹配，未恢复。",
        f"The records in the backup were hashed with the key {wanted}, and {here_en}; without it no later file could be "
        "matched with them. Nothing was restored.",
        f"请从密钥保管处取回 {FILE} 放入数据目录，或设置 WANGGE_HASH_KEY_FILE，再恢复。",
        f"Fetch {FILE} from escrow into the data folder, or set WANGGE_HASH_KEY_FILE, and restore again.",
    )
