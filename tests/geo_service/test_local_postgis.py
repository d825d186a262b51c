"""The private PostGIS on the machine as it is: durable settings, real kills, real leftovers."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from geo_service.database import libpq_url
from geo_service.local_postgis import LocalPostgis, find_programs
from geo_service.local_postgis.place import LONGEST_SOCKET_PATH, SOCKET_NAME, place_of
from geo_service.local_postgis.processes import processes_of
from geo_service.trouble import TroubleError


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPostgis]:
    """A server as users get it, in a checkout of its own; the settings that cost time are on."""
    server = LocalPostgis(tmp_path_factory.mktemp("checkout"))
    yield server
    server.remove()


def ask(server: LocalPostgis, question: str) -> str:
    url = libpq_url(server.url())
    with psycopg.connect(url) as connection:
        answer = connection.execute(question.encode())
        row = answer.fetchone() if answer.description else ("",)
    assert row is not None
    return str(row[0])


def kill_postmaster(server: LocalPostgis) -> int:
    pid = server.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


def test_a_new_checkout_gets_a_utf8_postgis_that_survives_a_power_cut(durable: LocalPostgis) -> None:
    durable.start()
    assert ask(durable, "SELECT postgis_lib_version()") >= "3.3"
    assert ask(durable, "SHOW server_encoding") == "UTF8"
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
        assert ask(durable, f"SHOW {setting}") == "on", setting


def test_the_only_way_in_is_a_socket_that_strangers_cannot_reach(durable: LocalPostgis) -> None:
    durable.start()
    folder = durable.status().socket_folder
    assert folder is not None
    assert ask(durable, "SHOW listen_addresses") == ""
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH


def test_the_server_never_runs_as_root(durable: LocalPostgis) -> None:
    durable.start()
    assert Path(f"/proc/{durable.status().pid}").stat().st_uid != 0


def test_a_second_start_joins_the_first(durable: LocalPostgis) -> None:
    first = durable.start()
    pid = durable.status().pid
    assert LocalPostgis(durable.checkout).start() == first
    assert durable.status().pid == pid


def test_data_outlive_a_stop_and_a_start(durable: LocalPostgis) -> None:
    durable.start()
    ask(durable, "CREATE TABLE kept AS SELECT 7 AS n")
    assert durable.stop()
    assert not durable.stop()
    assert not durable.status().running
    durable.start()
    assert ask(durable, "SELECT n FROM kept") == "7"


def test_a_killed_server_starts_again_with_all_it_promised(durable: LocalPostgis) -> None:
    url = durable.start().replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS promised")
        connection.execute("CREATE TABLE promised (n int)")
        for n in range(50):
            connection.execute("INSERT INTO promised VALUES (%s)", [n])
        kill_postmaster(durable)
    start = time.monotonic()
    durable.start()
    assert time.monotonic() - start < 30
    assert ask(durable, "SELECT count(*) FROM promised") == "50"


def test_a_long_statement_that_outlived_its_postmaster_is_ended_first(durable: LocalPostgis) -> None:
    url = durable.start().replace("+psycopg", "")

    def busy() -> None:
        with pytest.raises(psycopg.OperationalError), psycopg.connect(url) as connection:
            connection.execute("SELECT count(*) FROM generate_series(1, 10000000000)")

    statement = threading.Thread(target=busy)
    statement.start()
    time.sleep(0.5)
    dead = kill_postmaster(durable)
    durable.start()
    statement.join(timeout=20)
    assert not statement.is_alive()
    assert durable.status().pid != dead
    assert dead not in processes_of(durable.place.data)
    assert ask(durable, "SELECT 1") == "1"


def test_a_pid_file_whose_number_another_program_has_now_is_no_obstacle(durable: LocalPostgis) -> None:
    durable.start()
    pid_file = durable.place.data / "postmaster.pid"
    text = pid_file.read_text(encoding="ascii")
    owner = pid_file.stat()
    durable.stop()
    identity = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "60"], **identity) as stranger:  # type: ignore[call-overload]
        pid_file.write_text("\n".join([str(stranger.pid), *text.splitlines()[1:]]) + "\n", encoding="ascii")
        pid_file.chmod(0o600)
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        assert not durable.status().running
        durable.start()
        assert stranger.poll() is None
        stranger.kill()
    assert durable.status().pid != stranger.pid
    assert ask(durable, "SELECT 1") == "1"


@pytest.mark.parametrize("content", ["", "999999999\n", "nonsense\n"])
def test_a_pid_file_that_a_power_cut_spoiled_is_no_obstacle(durable: LocalPostgis, content: str) -> None:
    durable.start()
    durable.stop()
    pid_file = durable.place.data / "postmaster.pid"
    pid_file.write_text(content, encoding="ascii")
    owner = durable.place.data.stat()
    os.chown(pid_file, owner.st_uid, owner.st_gid)
    durable.start()
    assert ask(durable, "SELECT 1") == "1"


def test_a_restart_that_empties_the_runtime_folder_is_no_obstacle(durable: LocalPostgis) -> None:
    durable.start()
    folder = durable.status().socket_folder
    assert folder is not None
    durable.stop()
    shutil.rmtree(folder, ignore_errors=True)
    durable.start()
    assert ask(durable, "SELECT 1") == "1"


def test_two_processes_that_start_at_once_get_one_server(durable: LocalPostgis) -> None:
    durable.stop()
    code = (
        "import sys; from pathlib import Path; from geo_service.local_postgis import LocalPostgis; "
        "server = LocalPostgis(Path(sys.argv[1])); server.start(); print(server.status().pid)"
    )
    command = [sys.executable, "-c", code, str(durable.checkout)]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    pids = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    assert pids == {str(durable.status().pid)}


def test_a_misleading_environment_changes_nothing(
    durable: LocalPostgis, monkeypatch: pytest.MonkeyPatch
) -> None:
    durable.stop()
    for name, value in {"PGDATA": "/nowhere", "PGPORT": "1", "LC_ALL": "POSIX", "LANG": "xx_YY"}.items():
        monkeypatch.setenv(name, value)
    durable.start()
    assert ask(durable, "SELECT '微网格'") == "微网格"


def test_an_interrupted_creation_is_begun_anew(tmp_path: Path) -> None:
    server = LocalPostgis(tmp_path)
    half = server.place.home / "pg.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n", encoding="ascii")
    try:
        server.start()
        assert ask(server, "SELECT 1") == "1"
        assert not half.exists()
    finally:
        server.remove()


def test_a_copied_checkout_gets_a_server_of_its_own(durable: LocalPostgis, tmp_path: Path) -> None:
    durable.start()
    copy = tmp_path / "copy"
    shutil.copytree(durable.checkout, copy, symlinks=True, ignore_dangling_symlinks=True)
    if os.geteuid() == 0:
        assert place_of(copy / ".wangge").data != durable.place.data
    copied = LocalPostgis(copy)
    assert copied.status().pid is None
    copied.remove()
    assert durable.status().running


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's data lie outside the checkout")
def test_data_follow_a_checkout_that_was_moved(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    home = place_of(before / ".wangge").home
    before.rename(after)
    assert place_of(after / ".wangge").home == home
    shutil.rmtree(home)


def test_a_socket_folder_planted_by_somebody_else_is_refused(durable: LocalPostgis, tmp_path: Path) -> None:
    planted = tmp_path / "sockets"
    planted.mkdir()
    planted.chmod(0o777)
    with pytest.raises(TroubleError, match="would not be safe"):
        durable.place.own(planted)


def test_without_postgis_the_package_to_install_is_named(tmp_path: Path) -> None:
    with pytest.raises(TroubleError) as refusal:
        find_programs(folders=[tmp_path])
    assert refusal.value.trouble.code == "no-postgis"
    assert "apt-get install postgresql-postgis" in refusal.value.trouble.remedy_en
    assert "docker compose up" in refusal.value.trouble.remedy_zh


def test_a_server_without_postgis_is_passed_over_and_its_package_named(tmp_path: Path) -> None:
    bare = tmp_path / "16" / "bin"
    bare.mkdir(parents=True)
    for name in ("postgres", "initdb", "pg_ctl"):
        (bare / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 16.4'\n", encoding="ascii")
        (bare / name).chmod(0o755)
    with pytest.raises(TroubleError, match="postgresql-16-postgis-3"):
        find_programs(folders=[bare])
    here = find_programs()
    assert find_programs(folders=[bare, here.folder]) == here


def test_data_of_a_version_whose_programs_are_gone_name_that_version(durable: LocalPostgis) -> None:
    with pytest.raises(TroubleError, match="postgresql-11-postgis-3"):
        find_programs(11, [durable.programs().folder])
