"""The files of an installation: systemd takes the units, and what they start at night really backs up."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from geo_service.cli import app
from geo_service.deployment import writing
from geo_service.local_postgis import LocalPostgis
from geo_service.trouble import TroubleError

UNITS = [name for name, target in writing.TARGETS.items() if target.startswith("/etc/systemd")]


@pytest.fixture
def here() -> Iterator[writing.Installation]:
    """Places in a folder that PostgreSQL's own account may pass through, as an office's disks are."""
    with tempfile.TemporaryDirectory(prefix="wangge-deployment-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield writing.Installation(
            user="www-data", folder=folder, program=Path(sys.prefix) / "bin" / "wangge", data=folder / ".wangge",
            settings=folder / ".wangge" / "wangge.env", backup=folder / "backup", anchors=folder / "backup" / "anchors.jsonl",
            host="grid.example", certificate=Path("/etc/ssl/wangge.pem"), certificate_key=Path("/etc/ssl/private/wangge.key"),
        )  # fmt: skip


def test_no_name_is_left_open_in_any_file(here: writing.Installation) -> None:
    texts = dict(writing.rendered(here))
    assert set(texts) == {*writing.TARGETS, writing.SETTINGS}
    assert not [name for name, text in texts.items() if "${WANGGE_" in text]
    assert "$remote_addr" in texts["nginx.conf"], "what is nginx's own stays"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_finds_nothing_wrong_with_the_units(here: writing.Installation, tmp_path: Path) -> None:
    writing.write(here, tmp_path)
    here.data.mkdir()
    here.settings.write_text("", encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / unit) for unit in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "wangge" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_what_runs_at_night_and_each_week_backs_up_and_verifies(here: writing.Installation) -> None:
    server = LocalPostgis.at(here.data)
    settings = os.environ | {"WANGGE_DATA_DIR": str(here.data), "WANGGE_DATABASE_URL": ""}
    here.backup.mkdir()
    if os.geteuid() == 0:
        os.chown(here.backup, server.place.owner.pw_uid, server.place.owner.pw_gid)
    try:
        for unit in ("wangge-database.service", "wangge-nightly.service", "wangge-weekly.service"):
            for command in started_by(dict(writing.rendered(here))[unit]):
                done = subprocess.run(
                    command, shell=True, env=settings, capture_output=True, text=True, timeout=200
                )
                assert done.returncode == 0, (command, done.stderr)
        made = sorted(re.sub(r"[\d-]", "", entry.name) for entry in here.backup.iterdir())
        assert "wangge.dump" in made
        assert any(name.startswith("base") for name in made), made
        assert server.status().running, "the database's unit keeps it"
    finally:
        server.remove()


def started_by(unit: str) -> list[str]:
    """What systemd would run: its own doublings of $ and % undone."""
    lines = re.findall(r"^ExecStart=(.+)$", unit, re.M)
    return [line.replace("$$", "$").replace("%%", "%") for line in lines]


def test_a_place_that_would_need_quotes_is_refused(here: writing.Installation, tmp_path: Path) -> None:
    with pytest.raises(TroubleError, match="backup holds a blank"):
        writing.write(replace(here, backup=Path("/mnt/two words")), tmp_path / "out")
    with pytest.raises(TroubleError, match="not run as root"):
        writing.write(replace(here, user="root"), tmp_path / "out")
    assert not (tmp_path / "out" / "wangge.service").exists()


def test_a_file_changed_by_hand_is_kept_beside_the_new_one(
    here: writing.Installation, tmp_path: Path
) -> None:
    writing.write(here, tmp_path)
    timer = tmp_path / "wangge-nightly.timer"
    timer.write_text("[Timer]\nOnCalendar=01:00\n", encoding="utf-8")
    writing.write(here, tmp_path)
    assert timer.with_name("wangge-nightly.timer.old").read_text(encoding="utf-8").endswith("01:00\n")
    assert not (tmp_path / "wangge.service.old").exists(), "what did not change has no former version"


def test_the_command_says_what_root_has_to_type(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["deployment", "grid.example", "-o", str(tmp_path), "--user", "nobody"])
    assert done.exit_code == 0, done.output
    for word in ("systemctl enable --now", "nginx -t", "install -o nobody -m 600"):
        assert word in done.output
    assert {file.name for file in tmp_path.iterdir()} == {*writing.TARGETS, writing.SETTINGS}


def test_the_alerts_ask_for_figures_that_the_service_gives(
    here: writing.Installation, small_town_app: object
) -> None:
    groups = yaml.safe_load(dict(writing.rendered(here))["alerts.yml"])["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) == 5
    with TestClient(small_town_app) as client:  # type: ignore[arg-type]
        client.get("/readyz")
        given = client.get("/metrics").text
    asked = set(re.findall(r"wangge_[a-z_]+", " ".join(rule["expr"] for rule in rules)))
    assert len(asked) == 2
    assert all(name in given for name in asked)
