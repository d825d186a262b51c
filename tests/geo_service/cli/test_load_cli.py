"""``wangge load`` as people call it: exit codes, both languages, what is kept and what is not."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from typer.testing import CliRunner, Result

from geo_service import database
from geo_service.cli import app

SUB = "310199006"
AREAS = "类型,代码,名称\n居委会," + SUB + "001,桂苑一\n"
BUILDINGS = (
    "楼栋编码,居委编码,WKT\n"
    f'B1,{SUB}001,"POLYGON ((121.5 31.2, 121.501 31.2, 121.501 31.201, 121.5 31.201, 121.5 31.2))"\n'
)
DWELLINGS = "房屋编码,楼栋编码,用途,状态\nD1,B1,自住,在用\n"
RECORDS = "登记编号,房屋编码,登记日期\nR1,D1,2026-01-05\n"


@pytest.fixture
def admin_url(new_database: Callable[[str], str]) -> str:
    return new_database(f"load_cli_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")


@pytest.fixture
def wangge(admin_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command, with a database and a data folder of its own."""
    url = make_url(admin_url)
    monkeypatch.setenv("WANGGE_ADMIN_URL", url.render_as_string(hide_password=False))
    monkeypatch.setenv(
        "WANGGE_DATABASE_URL", url.set(username=database.SERVICE).render_as_string(hide_password=False)
    )
    monkeypatch.setenv("WANGGE_DATA_DIR", str(tmp_path / "data"))
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(w) for w in words])


@pytest.fixture
def ready(wangge: Callable[..., Result], tmp_path: Path) -> Path:
    """A town of one dwelling, loaded by the command; the folder of its files."""
    for kind, content in (
        ("areas", AREAS),
        ("buildings", BUILDINGS),
        ("dwellings", DWELLINGS),
        ("registrations", RECORDS),
    ):
        path = tmp_path / f"{kind}.csv"
        path.write_text(content, encoding="utf-8")
        loaded = wangge("load", kind, path, "--subdistrict", SUB, "--commit")
        assert loaded.exit_code == 0, loaded.output
    return tmp_path


def count(admin_url: str, query: str) -> int:
    engine = create_engine(database.psycopg_url(admin_url))
    with engine.connect() as connection:
        found = connection.execute(text(query)).scalar_one()
    engine.dispose()
    return int(found)


def test_without_commit_nothing_is_kept_and_it_says_so(
    wangge: Callable[..., Result], ready: Path, admin_url: str
) -> None:
    more = ready / "more.csv"
    more.write_text(RECORDS + "R2,D1,2026-02-05\n", encoding="utf-8")
    trial = wangge("load", "registrations", more)
    assert trial.exit_code == 0, trial.output
    assert "试运行" in trial.output
    assert "1 would be added" in trial.output
    assert count(admin_url, "SELECT count(*) FROM registration") == 1


def test_rows_with_problems_are_named_and_the_sheet_comes_back_with_them(
    wangge: Callable[..., Result], ready: Path, admin_url: str
) -> None:
    bad = ready / "bad.csv"
    bad.write_text(DWELLINGS + "D2,B9,自住,在用\nD3,B1,自住,在用\n", encoding="utf-8")
    done = wangge("load", "dwellings", bad, "--commit", "-o", ready / "annotated.csv")
    assert done.exit_code == 1
    assert "楼栋编码未登记" in done.output
    assert "no building with this code" in (ready / "annotated.csv").read_text(encoding="utf-8-sig")
    assert count(admin_url, "SELECT count(*) FROM dwelling") == 2


def test_machines_get_json_without_a_record_number(wangge: Callable[..., Result], ready: Path) -> None:
    secret = ready / "secret.csv"
    secret.write_text("登记编号,房屋编码,登记日期\nQX777,D1,2026-01-05\nQX778,D1,?\n", encoding="utf-8")
    done = wangge("load", "registrations", secret, "--json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert (report["counts"]["added"], report["committed"], report["report"]["rows_rejected"]) == (
        1,
        False,
        1,
    )
    assert "QX77" not in done.output


def test_history_and_undo(wangge: Callable[..., Result], ready: Path, admin_url: str) -> None:
    batches = json.loads(wangge("load", "--history", "--json").stdout)
    assert [b["kind"] for b in batches] == ["registrations", "dwellings", "buildings", "areas"]
    undone = wangge("load", "--undo", batches[0]["id"])
    assert undone.exit_code == 0, undone.output
    assert count(admin_url, "SELECT count(*) FROM registration") == 0
    assert "已撤销" in wangge("load", "--history").output


def test_the_key_is_made_once_and_only_its_owner_may_read_it(
    wangge: Callable[..., Result], ready: Path
) -> None:
    key = ready / "data" / "hash-key.json"
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    assert wangge("load", "registrations", ready / "registrations.csv", "--commit").exit_code == 0
    assert key.read_bytes() == before


def test_a_lost_key_is_not_silently_replaced(
    wangge: Callable[..., Result], ready: Path, admin_url: str
) -> None:
    (ready / "data" / "hash-key.json").unlink()
    refused = wangge("load", "registrations", ready / "registrations.csv", "--commit")
    assert refused.exit_code != 0
    assert "no-hash-key" in str(refused.exception)
    assert not (ready / "data" / "hash-key.json").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["people", "x.csv"], "KIND"),
        (["areas", "absent.csv"], "no such file"),
        (["areas", __file__, "--mode", "half"], "snapshot"),
        (["areas", __file__, "--map", "code"], "field=column"),
    ],
)
def test_wrong_usage_exits_with_two(wangge: Callable[..., Result], words: list[str], said: str) -> None:
    refused = wangge("load", *words, "--subdistrict", SUB)
    assert refused.exit_code == 2
    assert said in refused.output


def _zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "no workbook")


BAD = {
    "empty.csv": b"",
    "image.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "cut.parquet": b"PAR1" + bytes(100),
    "wide.csv": b",".join(b"c%d" % n for n in range(200_000)) + b"\n1\n",
    "binary.csv": bytes(range(256)) * 20,
    "half.geojson": b'{"type": "FeatureCollection", "features": [{"type": "Fea',
    "headers-only.csv": "楼栋编码,居委编码\n".encode(),
    "wrong-columns.csv": b"a,b,c\n1,2,3\n",
}


@pytest.mark.parametrize("name", [*BAD, "no-book.xlsx"])
def test_a_bad_file_is_refused_in_plain_words_and_changes_nothing(
    wangge: Callable[..., Result], ready: Path, admin_url: str, name: str
) -> None:
    path = ready / name
    if name in BAD:
        path.write_bytes(BAD[name])
    else:
        _zip_bomb(path)
    before = count(admin_url, "SELECT count(*) FROM load_batch")
    refused = wangge("load", "buildings", path, "--commit")
    said = refused.output + str(refused.exception)
    assert refused.exit_code in {1, 2}, said
    assert any("\u4e00" <= c <= "\u9fff" for c in said), said
    assert "Traceback" not in said
    assert type(refused.exception).__name__ in {"SystemExit", "ReaderError"}, said
    assert count(admin_url, "SELECT count(*) FROM load_batch") == before


def test_recount_says_where_kept_counts_differ_and_mends_them_only_with_commit(
    wangge: Callable[..., Result], ready: Path, admin_url: str
) -> None:
    assert wangge("recount").exit_code == 0
    engine = create_engine(database.psycopg_url(admin_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE building_stock SET residents = 99 WHERE building_code = 'B1'"))
    engine.dispose()
    for _ in range(2):
        found = wangge("recount", "--json")
        assert found.exit_code == 1
        assert json.loads(found.stdout)[SUB]["differences"] > 0
    assert wangge("recount", "--commit").exit_code == 1
    assert wangge("recount").exit_code == 0
