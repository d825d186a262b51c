"""From last night's base and the log since to a chosen minute: done, timed, compared; and refused without the key."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from geo_service import database, point_in_time
from geo_service.backup import back_up, restore
from geo_service.database import libpq_url
from geo_service.local_postgis import LocalPostgis, Place
from geo_service.local_postgis.place import owner_of
from geo_service.settings import Settings
from geo_service.trouble import TroubleError
from geo_service.trust.escrow import demand_key

PEOPLE = """
INSERT INTO subdistrict (code, name) VALUES ('310199831', 'x') ON CONFLICT DO NOTHING;
INSERT INTO building (subdistrict_code, code, kind) VALUES ('310199831', 'B1', 'unlocated') ON CONFLICT DO NOTHING;
INSERT INTO registration (subdistrict_code, record_hash, key_id, source_dwelling_code, building_code, since)
    SELECT '310199831', sha256(n::text::bytea), 'key-1', 'D', 'B1', '2026-01-01' FROM generate_series({}, {}) n;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[LocalPostgis]:
    """A durable cluster of its own, as an installation has."""
    with tempfile.TemporaryDirectory(prefix="wangge-pitr-") as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o711)
        Path(folder).chmod(0o711)
        made = LocalPostgis(home, place=Place(home, owner_of(home / "pg")), durable=True)
        if os.geteuid() == 0:
            os.chown(home, made.place.owner.pw_uid, made.place.owner.pw_gid)
        database.upgrade(made.start())
        yield made
        made.remove()


def run(server: LocalPostgis, statement: str) -> list[tuple[object, ...]]:
    url = libpq_url(server.url())
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


STATE = "SELECT count(*), md5(string_agg(md5(r::text), '' ORDER BY record_hash)) FROM registration r"


def test_back_to_a_chosen_minute_and_nothing_else(
    server: LocalPostgis, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = server.place.home / "archive"
    run(server, PEOPLE.format(1, 5_000))
    pid = server.status().pid
    point_in_time.begin(server, archive)
    assert server.status().pid == pid, "who works, or supervises, is not disturbed"
    began = time.monotonic()
    base = point_in_time.copy(server, archive)
    base_s = time.monotonic() - began
    run(server, PEOPLE.format(5_001, 8_000))  # the morning's work, after last night's base
    wanted = run(server, STATE)
    moment = run(server, "SELECT clock_timestamp()")[0][0]
    assert isinstance(moment, dt.datetime)
    time.sleep(1.1)
    run(server, "DELETE FROM registration WHERE get_byte(record_hash, 0) < 128")  # the mistake
    run(server, PEOPLE.format(9_001, 9_100))
    assert run(server, STATE) != wanted
    point_in_time.flush(server)

    with pytest.raises(TroubleError, match="no base from before"):
        point_in_time.restore(server, archive, dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    with pytest.raises(TroubleError, match="there is no key here"):
        point_in_time.restore(server, archive, moment, check=lambda url: demand_key(url, without_key(server)))
    assert run(server, STATE) != wanted, "a refused restore changes nothing"

    done = point_in_time.restore(server, archive, moment + dt.timedelta(milliseconds=100),
                                 check=lambda url: demand_key(url, with_key(server)))  # fmt: skip
    server.start()
    assert run(server, STATE) == wanted
    assert done.base == base.name
    assert done.kept.is_dir()
    assert done.seconds < 60
    run(server, PEOPLE.format(20_001, 20_010))
    point_in_time.flush(server)  # the new history is archived, too
    with capsys.disabled():
        print(f"\n  base {base_s:.1f} s, restore to a minute {done.seconds:.1f} s, 8,000 records equal")


def test_a_supervisor_that_starts_the_server_at_once_does_not_spoil_a_restore(server: LocalPostgis) -> None:
    archive = server.place.home / "archive"
    server.start()
    time.sleep(1.1)
    base = point_in_time.copy(server, archive)
    wanted = run(server, STATE)
    moment = run(server, "SELECT clock_timestamp()")[0][0]
    assert isinstance(moment, dt.datetime)
    time.sleep(0.2)
    run(server, PEOPLE.format(30_001, 30_500))
    point_in_time.flush(server)
    restored = threading.Event()

    def supervise() -> None:
        mine = LocalPostgis(server.checkout, place=server.place)
        while not restored.is_set():
            mine.start()

    supervisor = threading.Thread(target=supervise)
    supervisor.start()
    try:
        done = point_in_time.restore(server, archive, moment + dt.timedelta(milliseconds=100))
    finally:
        restored.set()
        supervisor.join()
    server.start()
    assert done.base == base.name
    assert run(server, STATE) == wanted
    (data,) = run(server, "SHOW data_directory")[0]
    assert Path(str(data)).resolve() == server.place.data.resolve()


def test_old_bases_and_the_log_that_only_they_needed_go(server: LocalPostgis) -> None:
    archive = server.place.home / "archive"
    first = sorted(archive.glob("base-*"))
    time.sleep(1)
    newest = point_in_time.copy(server, archive)
    point_in_time.prune(archive, keep=1)
    assert sorted(archive.glob("base-*")) == [newest]
    assert first


def test_a_dump_is_not_restored_without_its_hashing_key(server: LocalPostgis, tmp_path: Path) -> None:
    url = libpq_url(server.url())
    dump = tmp_path / "x.dump"
    back_up(url, dump)
    before = run(server, STATE)
    with pytest.raises(TroubleError, match="hashed with the key key-1") as refused:
        restore(server.url(), dump, check=lambda fresh: demand_key(fresh, without_key(server)))
    assert "escrow" in str(refused.value)
    assert run(server, STATE) == before
    assert restore(server.url(), dump, check=lambda fresh: demand_key(fresh, with_key(server))) is not None
    assert run(server, STATE) == before


def without_key(server: LocalPostgis) -> Settings:
    return Settings(data_dir=server.place.home / "no-key")


def with_key(server: LocalPostgis) -> Settings:
    folder = server.place.home / "with-key"
    folder.mkdir(exist_ok=True)
    (folder / "hash-key.json").write_text(json.dumps({"id": "key-1", "secret": "00" * 32}))
    return Settings(data_dir=folder)
