"""``wangge doctor`` and the commands around the database, on a machine whose faults are made one at a time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url
from typer.testing import CliRunner

from geo_service import database
from geo_service.backup import back_up, restore
from geo_service.cli import app
from geo_service.cli.connection import connected
from geo_service.cli.doctor import clock, diagnose, disk, listening, server
from geo_service.database import libpq_url
from geo_service.local_postgis import LocalPostgis
from geo_service.local_postgis.use import in_use, keep
from geo_service.settings import Settings
from geo_service.trouble import TroubleError


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation of its own, removed at the end, server and all."""
    folder = tmp_path / ".wangge"
    for name in [name for name in os.environ if name.startswith("WANGGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WANGGE_DATA_DIR", str(folder))
    yield folder
    LocalPostgis.at(folder).remove()


def wangge(*arguments: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, list(arguments))
    return answer.exit_code, answer.output


def codes(troubles: Iterator[object]) -> list[str]:
    return [trouble.code for trouble in troubles]  # type: ignore[attr-defined]


def test_a_healthy_machine_is_told_so(data_dir: Path, free_port: int) -> None:
    assert wangge("doctor", "--port", str(free_port)) == (0, "一切正常 / all is well\n")
    assert json.loads(wangge("doctor", "--port", str(free_port), "--json")[1]) == {"troubles": []}


def test_every_trouble_speaks_both_languages_and_says_what_to_do(tmp_path: Path, free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)):
        found = [*listening(Settings(data_dir=tmp_path, port=free_port), starting=True)]
    found += [*disk(tmp_path, enough_mb=10**9), *clock(tmp_path, now=0)]
    assert [trouble.code for trouble in found] == ["port-taken", "disk-full", "wrong-clock"]
    for trouble in found:
        words = trouble.as_dict()
        assert all(words.values())
        assert any("一" <= sign <= "鿿" for sign in words["zh"] + words["remedy_zh"])
        assert words["en"].isascii()


def test_a_taken_port_ends_with_exit_code_one(data_dir: Path, free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)):
        code, output = wangge("doctor", "--port", str(free_port), "--json")
    assert code == 1
    assert [trouble["code"] for trouble in json.loads(output)["troubles"]] == ["port-taken"]


def test_a_clock_that_went_back_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text("{}", encoding="utf-8")
    assert codes(clock(tmp_path)) == []
    assert codes(clock(tmp_path, now=time.time() - 3600)) == ["wrong-clock"]


def test_a_configured_server_that_is_away_is_named_without_its_password(
    tmp_path: Path, free_port: int
) -> None:
    url = f"postgresql://somebody:sesame@127.0.0.1:{free_port}/wangge"
    (trouble,) = diagnose(Settings(data_dir=tmp_path, port=free_port, database_url=url))
    assert trouble.code == "database-unreachable"
    assert "sesame" not in json.dumps(trouble.as_dict())


def test_pending_migrations_are_told_unless_a_start_will_mend_them(
    new_database: Callable[[str], str], local_postgis: LocalPostgis
) -> None:
    migrated = new_database("wangge_doctor")
    assert codes(server(migrated, starting=False)) == []
    bare = local_postgis.url(database="wangge")
    assert codes(server(bare, starting=False)) == ["migration-pending"]
    assert codes(server(bare, starting=True)) == []


def test_the_database_commands_start_ask_migrate_and_stop(data_dir: Path) -> None:
    assert wangge("db", "status")[0] == 1
    code, output = wangge("db", "start")
    assert (code, output[:3]) == (0, "已启动")
    assert wangge("db", "start")[1].startswith("已在运行")
    code, output = wangge("db", "status", "--json")
    assert code == 0
    assert json.loads(output)["pending_migrations"] == []
    with psycopg.connect(wangge("db", "url")[1].strip()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (database.SERVICE,)
    assert wangge("db", "upgrade") == (0, "已执行 0 个迁移 / 0 migrations applied\n")
    assert wangge("db", "stop")[1].startswith("已停止")
    assert wangge("db", "stop")[1].startswith("未在运行")


def test_the_last_user_stops_the_server_unless_it_is_to_be_kept(data_dir: Path) -> None:
    private = LocalPostgis.at(data_dir)
    with in_use(private):
        with in_use(LocalPostgis.at(data_dir)):
            assert private.status().running
        assert private.status().running, "the first still needs it"
    assert not private.status().running
    keep(private, True)
    with in_use(private):
        pass
    assert private.status().running


def test_a_backup_restores_to_the_same_rows_and_keeps_what_was_there(
    new_database: Callable[[str], str], tmp_path: Path
) -> None:
    admin_url = new_database("wangge_backup")
    libpq = libpq_url(admin_url)
    with psycopg.connect(libpq, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE kept AS SELECT n, md5(n::text) AS text FROM generate_series(1, 500) n"
        )
    file = tmp_path / "town.dump"
    assert back_up(libpq, file) == file.stat().st_size > 0
    assert file.stat().st_mode & 0o077 == 0, "nobody else may read it"
    with psycopg.connect(libpq, autocommit=True) as connection:
        connection.execute("DELETE FROM kept WHERE n > 3")
    kept = restore(admin_url, file)
    with psycopg.connect(libpq) as connection:
        assert connection.execute("SELECT count(*), min(text) FROM kept").fetchone() == (
            500,
            _smallest_md5(500),
        )
        assert connection.execute(
            "SELECT proleakproof FROM pg_proc WHERE proname = 'geometry_overlaps'"
        ).fetchone() == (True,)
    with psycopg.connect(libpq_url(make_url(admin_url).set(database=kept).render_as_string(False))) as before:
        assert before.execute("SELECT count(*) FROM kept").fetchone() == (3,)
    assert database.pending(admin_url) == []


def _smallest_md5(count: int) -> str:
    import hashlib

    return min(hashlib.md5(str(n).encode()).hexdigest() for n in range(1, count + 1))


def test_a_restore_refuses_while_others_are_connected_or_the_file_is_spoiled(
    new_database: Callable[[str], str], tmp_path: Path
) -> None:
    admin_url = new_database("wangge_restore")
    file = tmp_path / "town.dump"
    back_up(libpq_url(admin_url), file)
    with psycopg.connect(libpq_url(admin_url)) as busy:
        with pytest.raises(TroubleError, match="in use"):
            restore(admin_url, file)
        assert busy.execute("SELECT 1").fetchone() == (1,)
    spoiled = tmp_path / "spoiled.dump"
    spoiled.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(TroubleError, match="pg_restore"):
        restore(admin_url, spoiled)
    assert database.pending(admin_url) == []


def test_a_failed_backup_leaves_no_file(tmp_path: Path, free_port: int) -> None:
    with pytest.raises(TroubleError, match="pg_dump"):
        back_up(f"postgresql://nobody@127.0.0.1:{free_port}/wangge", tmp_path / "town.dump")
    assert list(tmp_path.iterdir()) == []


@contextlib.contextmanager
def served(port: int) -> Iterator[subprocess.Popen[str]]:
    code = "from geo_service.cli import main; main()"
    command = [sys.executable, "-c", code, "up", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            _await_answer(port, process)
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _await_answer(port: int, process: subprocess.Popen[str]) -> None:
    patience = time.monotonic() + 120
    while time.monotonic() < patience:
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/openapi.json"),
        ):
            return
        time.sleep(0.1)
    raise AssertionError("no answer within two minutes")


def test_up_serves_says_so_to_a_second_one_and_ends_all_it_started(data_dir: Path, free_port: int) -> None:
    with served(free_port) as first:
        code, output = wangge("up", "--port", str(free_port))
        assert code == 1
        assert "running already" in output
        assert wangge("doctor", "--port", str(free_port))[0] == 0, "our own server is no trouble"
        assert wangge("doctor", "--starting", "--port", str(free_port))[0] == 1
        first.send_signal(signal.SIGINT)
        assert first.wait(60) == 0
    assert not LocalPostgis.at(data_dir).status().running
    assert not list(data_dir.glob("up-*.json"))
    with served(free_port) as again:
        again.send_signal(signal.SIGHUP)  # a closed terminal; passed on as SIGTERM
        assert again.wait(60) == 0
    assert not LocalPostgis.at(data_dir).status().running


def test_up_starts_again_after_it_and_the_database_were_killed(data_dir: Path, free_port: int) -> None:
    with served(free_port) as first:
        postmaster = LocalPostgis.at(data_dir).status().pid
        assert postmaster is not None
        first.kill()
        os.kill(postmaster, signal.SIGKILL)
    with served(free_port) as second:
        second.send_signal(signal.SIGINT)
        assert second.wait(60) == 0


def test_the_service_role_is_told_of_pending_migrations_that_it_may_not_run(
    local_postgis: LocalPostgis, new_database: Callable[[str], str]
) -> None:
    new_database("wangge_roles")  # the roles exist once one database was migrated
    bare = make_url(local_postgis.url(database="wangge")).set(username=database.SERVICE)
    settings = Settings(database_url=bare.render_as_string(hide_password=False))
    with pytest.raises(TroubleError) as refusal, connected(settings):
        pass
    assert refusal.value.trouble.code == "migration-pending"


def test_a_secret_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "hash_key"
    secret.write_text("open sesame\n", encoding="utf-8")
    monkeypatch.setenv("WANGGE_HASH_KEY_FILE", str(secret))
    settings = Settings()
    assert settings.hash_key is not None
    assert settings.hash_key.get_secret_value() == "open sesame"
    assert "open sesame" not in repr(settings)
