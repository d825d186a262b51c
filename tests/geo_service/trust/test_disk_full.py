"""A disk that fills up: changes are refused in plain words, looking goes on, and nothing acknowledged is lost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from geo_service import database
from geo_service.app import create_app
from geo_service.local_postgis import LocalPostgis, Place
from geo_service.local_postgis.place import owner_of
from geo_service.settings import Settings
from geo_service.sign_in import hash_password

SUB, PASSWORD = "310199851", "correct horse 7"
TOWN = f"""
INSERT INTO subdistrict (code, name) VALUES ('{SUB}', '甲镇');
INSERT INTO area (subdistrict_code, kind, code, name, geom) VALUES
    ('{SUB}', 'committee', '{SUB}001', '桂苑一', ST_Multi(ST_MakeEnvelope(121.4, 31.1, 121.41, 31.11, 4326)));
"""
ACCOUNT = "INSERT INTO account (subdistrict_code, name, display_name, role, password_hash) VALUES (%s, 'office', 'x', 'office', %s)"


@dataclass
class SmallDisk:
    """A durable cluster on a disk of 300 MB, and a client signed in to the service over it."""

    folder: Path
    server: LocalPostgis
    client: TestClient

    @property
    def ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Not a byte is left."""
        with self.ballast.open("wb", buffering=0) as file:
            for block in (1 << 20, 4096, 1):
                try:
                    while True:
                        file.write(b"x" * block)
                except OSError:
                    continue

    def administer(self) -> psycopg.Connection:
        url = make_url(self.server.url()).set(drivername="postgresql")
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = Path(f"/tmp/wangge-disk-{os.getpid()}")
    folder.mkdir(mode=0o711)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m,mode=0711", "tmpfs", str(folder)], capture_output=True)  # fmt: skip
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"this machine does not let us mount a small disk: {mounted.stderr.decode().strip()}")
    home = folder / "home"
    home.mkdir(mode=0o711)
    server = LocalPostgis(home, place=Place(home, owner_of(home / "pg")), durable=True)
    os.chown(home, server.place.owner.pw_uid, server.place.owner.pw_gid)
    app = None
    try:
        database.upgrade(server.start())
        url = make_url(server.url())
        with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as admin:
            admin.execute(TOWN)
            admin.execute(ACCOUNT, (SUB, hash_password(PASSWORD)))
        service = url.set(username=database.SERVICE).render_as_string(hide_password=False)
        app = create_app(
            Settings(database_url=service, data_dir=tmp_path_factory.mktemp("full"), pool_size=2)
        )
        client = TestClient(app, raise_server_exceptions=False)
        signed_in = client.post("/api/login", json={"name": "office", "password": PASSWORD})
        assert signed_in.status_code == 200, signed_in.text
        client.headers["X-CSRF-Token"] = signed_in.json()["csrf"]
        yield SmallDisk(folder, server, client)
    finally:
        if app is not None:
            app.state.tasks.close()
            app.state.database.close()
        (folder / "ballast").unlink(missing_ok=True)
        server.remove()
        subprocess.run(["umount", str(folder)], check=False)
        folder.rmdir()


def open_accounts(disk: SmallDisk, most: int) -> tuple[list[str], object]:
    """Accounts that the service said it opened, until it says that it cannot; and what it said then."""
    opened: list[str] = []
    for _ in range(most):
        name = f"a{time.monotonic_ns()}"[-8:]
        answer = disk.client.post("/api/accounts", json={"name": f"d-{name[-6:]}x{len(opened)}", "display_name": "岗" * 200, "role": "volunteer"})  # fmt: skip
        if answer.status_code != 201:
            return opened, answer
        opened.append(answer.json()["name"])
    return opened, None


def stored(disk: SmallDisk) -> set[str]:
    with disk.administer() as connection:
        return {name for (name,) in connection.execute("SELECT name FROM account")}


@pytest.mark.timeout(300)
def test_a_full_disk_refuses_changes_plainly_and_goes_on_showing(small_disk: SmallDisk) -> None:
    before, trouble = open_accounts(small_disk, 3)
    assert (len(before), trouble) == (3, None)
    small_disk.fill()
    try:
        opened, refused = open_accounts(small_disk, 400)
        assert refused is not None
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/disk-full"), refused.text  # type: ignore[attr-defined]
        assert "没有保存" in refused.json()["detail"]  # type: ignore[attr-defined]
        assert refused.headers["Retry-After"]  # type: ignore[attr-defined]
        with small_disk.administer() as connection:  # a minute later: the service would note when it saw us
            connection.execute("UPDATE session SET last_seen_at = last_seen_at - interval '2 minutes'")
        small_disk.client.app.state.sign_in.forget()  # type: ignore[attr-defined]
        for path in ("/api/session", "/api/accounts", "/readyz"):
            assert small_disk.client.get(path).status_code == 200, path
    finally:
        small_disk.ballast.unlink()
    assert set(before + opened) <= stored(small_disk)
    again, trouble = open_accounts(small_disk, 2)
    assert (len(again), trouble) == (2, None), (
        "with room again it writes again, and nobody had to mend anything"
    )


def write_log(disk: SmallDisk, megabytes: int) -> None:
    with disk.administer() as connection:
        for _ in range(megabytes):
            connection.execute("SELECT pg_logical_emit_message(true, 'wangge', repeat('x', 1000000))")


@pytest.mark.timeout(300)
def test_no_room_for_the_log_stops_the_server_and_loses_nothing(small_disk: SmallDisk) -> None:
    """Without room for its log PostgreSQL ends itself rather than promise what it cannot keep."""
    kept, _ = open_accounts(small_disk, 3)
    small_disk.fill()
    try:
        with pytest.raises(psycopg.Error):
            write_log(small_disk, 600)
    finally:
        small_disk.ballast.unlink()
    small_disk.server.start()
    assert set(kept) <= stored(small_disk)
    time.sleep(0.5)
    again, trouble = open_accounts(small_disk, 2)
    assert (len(again), trouble) == (2, None)
