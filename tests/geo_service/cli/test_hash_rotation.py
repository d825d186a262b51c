"""``wangge key rotate-hash``: every record is found again under the new key, no figure changes, half a rotation is none."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from typer.testing import CliRunner, Result

from geo_service import database, hash_key
from geo_service.cli import app
from geo_service.settings import Settings
from geo_service.trouble import TroubleError
from geo_service.trust import rehashing
from geo_service.trust.escrow import demand_key
from seeds.readers.context import HashKey

SUB = "310199007"
FILES = {
    "areas": f"类型,代码,名称\n居委会,{SUB}001,桂苑一\n",
    "buildings": "楼栋编码,居委编码,WKT\n"
    f'B1,{SUB}001,"POLYGON ((121.5 31.2, 121.501 31.2, 121.501 31.201, 121.5 31.201, 121.5 31.2))"\n',
    "dwellings": "房屋编码,楼栋编码,用途,状态,建档日期\nD1,B1,自住,在用,2020-01-01\n",
    "registrations": "登记编号,房屋编码,登记日期\n" + "".join(f"R{n},D1,2026-01-05\n" for n in range(100)),
    "checks": "核查编号,房屋编码,核查时间,核查方式,核查结果,核查人数,正确人数,应登未登人数,应消未消人数,信息有误人数,逐条结果\n"
    "V1,D1,2026-04-02 10:00,登记核查,完成,2,1,0,1,0,R1:正确;R2:应消未消\n",
}
Wangge = Callable[..., Result]


@pytest.fixture
def admin_url(new_database: Callable[[str], str]) -> str:
    return new_database(f"rotation_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")


@pytest.fixture
def wangge(admin_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wangge:
    url = make_url(admin_url)
    service = url.set(username=database.SERVICE).render_as_string(hide_password=False)
    monkeypatch.setenv("WANGGE_ADMIN_URL", url.render_as_string(hide_password=False))
    monkeypatch.setenv("WANGGE_DATABASE_URL", service)
    monkeypatch.setenv("WANGGE_DATA_DIR", str(tmp_path / "data"))
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(w) for w in words])


@pytest.fixture
def town(wangge: Wangge, tmp_path: Path) -> Path:
    """A town with 100 records and a visit that looked at two of them; the folder of its files."""
    load_all(wangge, tmp_path)
    return tmp_path


def load_all(wangge: Wangge, folder: Path) -> None:
    for kind, content in FILES.items():
        path = folder / f"{kind}.csv"
        path.write_text(content, encoding="utf-8")
        done = wangge("load", kind, path, "--subdistrict", SUB, "--commit")
        assert done.exit_code == 0, done.output


def rows(admin_url: str, query: str) -> list[Any]:
    engine = create_engine(database.psycopg_url(admin_url))
    with engine.begin() as connection:
        result = connection.execute(text(query))
        found = [tuple(r) for r in result] if result.returns_rows else []
    engine.dispose()
    return found


FIGURES = "SELECT to_jsonb(m)::text FROM building_month m UNION ALL SELECT to_jsonb(s)::text FROM building_stock s ORDER BY 1"


def test_every_record_is_found_again_and_no_figure_changes(
    wangge: Wangge, town: Path, admin_url: str
) -> None:
    before, figures = hash_key.from_file(town / "data" / hash_key.FILE), rows(admin_url, FIGURES)
    assert figures
    done = wangge("key", "rotate-hash", town / "registrations.csv", "--commit")
    assert done.exit_code == 0, done.output
    after = hash_key.from_file(town / "data" / hash_key.FILE)
    assert after.id != before.id
    assert hash_key.from_file(town / "data" / f"hash-key-{before.id}.json") == before
    assert (town / "data" / hash_key.FILE).stat().st_mode & 0o077 == 0
    assert rows(admin_url, "SELECT key_id, count(*) FROM registration GROUP BY 1") == [(after.id, 100)]
    joined = "SELECT count(*) FROM check_result JOIN registration USING (subdistrict_code, record_hash)"
    assert rows(admin_url, joined) == [(2,)]
    assert rows(admin_url, FIGURES) == figures
    assert wangge("recount").exit_code == 0
    again = wangge("load", "registrations", town / "registrations.csv", "--mode", "snapshot", "--json")
    assert json.loads(again.stdout)["counts"]["same"] == 100, again.output
    assert wangge("audit", "verify").exit_code == 0
    assert rows(admin_url, "SELECT detail->>'records' FROM audit_event WHERE action = 'hash-key.rotate'") == [
        ("100",)
    ]


def test_a_trial_run_changes_nothing(wangge: Wangge, town: Path, admin_url: str) -> None:
    before = rows(admin_url, "SELECT record_hash, key_id FROM registration ORDER BY 1")
    done = wangge("key", "rotate-hash", town / "registrations.csv")
    assert done.exit_code == 0, done.output
    assert "试运行" in done.output
    assert rows(admin_url, "SELECT record_hash, key_id FROM registration ORDER BY 1") == before
    assert [p.name for p in (town / "data").glob("hash-key*")] == [hash_key.FILE]


def test_a_list_that_lacks_many_records_is_refused_unless_forced(
    wangge: Wangge, town: Path, admin_url: str
) -> None:
    short = town / "short.csv"
    short.write_text("\n".join(FILES["registrations"].splitlines()[:91]) + "\n", encoding="utf-8")
    refused = wangge("key", "rotate-hash", short, "--commit")
    assert refused.exit_code != 0
    assert "list-incomplete" in repr(refused.exception)
    assert len(rows(admin_url, "SELECT DISTINCT key_id FROM registration")) == 1
    assert wangge("key", "rotate-hash", short, "--commit", "--force").exit_code == 0
    assert sorted(n for (n,) in rows(admin_url, "SELECT count(*) FROM registration GROUP BY key_id")) == [
        10,
        90,
    ]


def test_the_former_key_no_longer_loads_and_the_new_one_restores(
    wangge: Wangge, town: Path, admin_url: str
) -> None:
    former = (town / "data" / hash_key.FILE).read_text(encoding="utf-8")
    assert wangge("key", "rotate-hash", town / "registrations.csv", "--commit").exit_code == 0
    demand_key(admin_url, Settings())
    present = (town / "data" / hash_key.FILE).read_text(encoding="utf-8")
    (town / "data" / hash_key.FILE).write_text(former, encoding="utf-8")
    assert "other-hash-key" in repr(
        wangge("load", "registrations", town / "registrations.csv", "--commit").exception
    )
    with pytest.raises(TroubleError, match="散列"):
        demand_key(admin_url, Settings())
    (town / "data" / hash_key.FILE).write_text(present, encoding="utf-8")
    assert wangge("load", "registrations", town / "registrations.csv", "--commit").exit_code == 0


def test_a_power_cut_after_the_commit_is_mended_by_the_next_call(
    wangge: Wangge, town: Path, admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(_folder: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(hash_key, "promote", cut)
        wangge("key", "rotate-hash", town / "registrations.csv", "--commit")
    waiting = hash_key.from_file(town / "data" / hash_key.NEXT)
    assert rows(admin_url, "SELECT DISTINCT key_id FROM registration") == [(waiting.id,)]
    mended = wangge("key", "rotate-hash", town / "registrations.csv", "--commit")
    assert mended.exit_code == 0, mended.output
    assert "上次更换已完成" in mended.output
    assert hash_key.from_file(town / "data" / hash_key.FILE) == waiting


def test_a_power_cut_before_the_commit_leaves_the_former_key(
    wangge: Wangge, town: Path, admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(admin_url, "SELECT DISTINCT key_id FROM registration")
    written = hash_key.write

    def cut(path: Path, key: HashKey) -> None:
        written(path, key)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(hash_key, "write", cut)
        wangge("key", "rotate-hash", town / "registrations.csv", "--commit")
    assert rows(admin_url, "SELECT DISTINCT key_id FROM registration") == before
    assert wangge("key", "rotate-hash", town / "registrations.csv", "--commit").exit_code == 0
    present = hash_key.from_file(town / "data" / hash_key.FILE)
    assert rows(admin_url, "SELECT DISTINCT key_id FROM registration") == [(present.id,)]


def test_a_key_in_the_settings_is_rotated_to_a_file_of_ones_own(
    wangge: Wangge, tmp_path: Path, admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_HASH_KEY", "the first secret of all")
    load_all(wangge, tmp_path)
    first = hash_key.hash_key(Settings())
    rows(
        admin_url, f"UPDATE registration SET key_id = '{hash_key.LEGACY}' WHERE since < '2027-01-01'"
    )  # as it was once
    assert wangge("load", "registrations", tmp_path / "registrations.csv", "--commit").exit_code == 0
    new = tmp_path / "new-key"
    new.write_text("the second secret of all\n", encoding="utf-8")
    done = wangge("key", "rotate-hash", tmp_path / "registrations.csv", "--new-key-file", new, "--commit")
    assert done.exit_code == 0, done.output
    second = hash_key.from_text("the second secret of all")
    assert rows(admin_url, "SELECT DISTINCT key_id FROM registration") == [(second.id,)]
    assert first.id != second.id
    refused = wangge("load", "registrations", tmp_path / "registrations.csv", "--commit")
    assert "other-hash-key" in repr(refused.exception)
    monkeypatch.setenv("WANGGE_HASH_KEY", "the second secret of all")
    assert wangge("load", "registrations", tmp_path / "registrations.csv", "--commit").exit_code == 0


def test_a_number_that_stands_in_the_list_twice_is_one_record(session: Any) -> None:
    from geo_service.database import Scope, apply_scope

    apply_scope(session.connection(), Scope(SUB))
    session.execute(text("INSERT INTO subdistrict (code, name) VALUES (:s, '甲镇')"), {"s": SUB})
    one = (b"a" * 16, b"b" * 16)
    done = rehashing.rehash(session, Scope(SUB), [one, one], HashKey("o", b"o" * 16), HashKey("n", b"n" * 16))
    assert (done.records, done.missing_share) == (0, 0.0)
