"""The page for integrators, followed word for word: every command and program of it runs against the service."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from geo_service import wangge_client

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = ("integrators.md", "integrators.zh-CN.md")


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def environment(service: Any) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    return {**kept, "GRID": f"{service.url}/ogc", "GRID_KEY": "wg_test_key"}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_answers(service: Any, page: str) -> None:
    commands = [
        line for block in blocks(page, "sh") for line in block.splitlines() if line.startswith("curl")
    ]
    assert len(commands) >= 19
    script = "set -e\n" + "\n".join(c.replace("curl -s", "curl -sS --fail -o /dev/null") for c in commands)
    done = subprocess.run(["bash", "-c", script], env=environment(service), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("page", PAGES)
def test_every_program_of_the_page_runs(service: Any, page: str, tmp_path: Path) -> None:
    shutil.copy(wangge_client.__file__, tmp_path)
    with_client = {**environment(service), "PYTHONPATH": str(tmp_path)}
    said = [
        subprocess.run(
            [sys.executable, "-c", program], env=with_client, capture_output=True, text=True, cwd=tmp_path
        )
        for program in blocks(page, "python")
    ]
    assert [done.returncode for done in said] == [0, 0, 0], [done.stderr for done in said]
    assert "1201" in said[0].stdout
    assert (tmp_path / "micro-grids.fgb").stat().st_size > 1_000
    assert "1201" in said[1].stdout
    assert "G21" in said[2].stdout


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_of_the_page_is_there(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert pictures
    for picture in pictures:
        assert 10_000 < (DOCS / picture).stat().st_size <= 400_000


def test_both_pages_hold_the_same_commands() -> None:
    first, second = ([c for b in blocks(p, "sh") for c in b.splitlines()] for p in PAGES)
    assert first == second
